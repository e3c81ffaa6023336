using Vitrina.Engine.Catalog;
using Vitrina.Engine.Models.Embeddings;

namespace Vitrina.Engine.Indexing.Vectors;

/// <summary>The items of a vertical as one version of an encoder puts them into space.</summary>
/// <remarks>One writer. An item without a word in its <see cref="EncodedText"/> has no vector.</remarks>
internal sealed class EncodedItems
{
    private readonly int _textSlot;
    private readonly DssmScratch _scratch;
    private readonly float[] _vector;
    private readonly VectorIndex _index;

    /// <summary>No items yet.</summary>
    public EncodedItems(DssmEncoder encoder, string version, int textSlot)
    {
        (Encoder, Version, _textSlot) = (encoder, version, textSlot);
        _scratch = new DssmScratch(encoder.Shape);
        _vector = new float[encoder.Dimension];
        _index = new VectorIndex(new VectorIndexOptions { Dimension = encoder.Dimension });
    }

    /// <summary>The encoder.</summary>
    public DssmEncoder Encoder { get; }

    /// <summary>Its version.</summary>
    public string Version { get; }

    /// <summary>Takes over the present text of an item.</summary>
    public void Apply(Item item)
    {
        if (!item.IsDeleted && TextOf(item) is { } text && Encoder.EncodeItem(text, _scratch, _vector))
        {
            _index.Put(item.Ordinal, _vector);
        }
        else
        {
            _index.Remove(item.Ordinal);
        }
    }

    /// <summary>Whether a change of an item can change its vector.</summary>
    public bool IsConcernedBy(Item after, Item? before)
        => before is null || before.IsDeleted != after.IsDeleted || TextOf(before) != TextOf(after);

    private string? TextOf(Item item) => _textSlot < 0 ? null : item.Texts[_textSlot];

    /// <summary>Links all vectors, waiting for it: for an index that nobody searches yet.</summary>
    public void Link()
    {
        _index.Freeze();
        _index.AwaitLinking();
        _index.Freeze();
    }

    /// <summary>The content of this moment.</summary>
    public EncodedView Freeze() => new(Encoder, _index.Freeze());
}

/// <summary>An encoder with its items of one moment.</summary>
/// <param name="Encoder">Encodes queries for these items.</param>
/// <param name="Items">The items' vectors.</param>
internal sealed record EncodedView(DssmEncoder Encoder, VectorSnapshot Items);
