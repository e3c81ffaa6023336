using Vitrina.Engine.Catalog;
using Vitrina.Engine.Models.Embeddings;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Indexing.Vectors;

/// <summary>The items of a vertical as one version of an encoder puts them into space.</summary>
/// <remarks>One writer. An item without a word in its <see cref="EncodedText"/> has no vector.</remarks>
internal sealed class EncodedItems
{
    private readonly int _textSlot;
    private readonly DssmScratch _scratch;
    private readonly float[] _vector;
    private VectorIndex _index;

    // By item ordinal the hash of the text whose vector it has; 0 for none. So a text is embedded once, also over restarts.
    private ulong[] _textHashes = [];

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

    /// <summary>Whether the graph has links that no file holds, and may be written.</summary>
    public bool IsUnsaved => !_index.IsLinking && _index.HasUnsavedLinks;

    /// <summary>The index; its vectors are those of <see cref="TextHashes"/>.</summary>
    internal VectorIndex Index => _index;

    /// <summary>By item ordinal the hash of the text whose vector it has; 0 for none.</summary>
    internal ReadOnlySpan<ulong> TextHashes => _textHashes;

    /// <summary>Texts that were embedded since the start; the others' vectors came from a file.</summary>
    public int EmbeddedCount { get; private set; }

    /// <summary>Takes over the present text of an item.</summary>
    public void Apply(Item item)
    {
        var text = item.IsDeleted ? null : TextOf(item);
        var hash = text is null ? 0 : Hash.Of64(text);
        if (item.Ordinal >= _textHashes.Length)
        {
            Array.Resize(ref _textHashes, Math.Max(item.Ordinal + 1, _textHashes.Length * 2));
        }

        if (hash == _textHashes[item.Ordinal])
        {
            return;
        }

        _textHashes[item.Ordinal] = hash;
        EmbeddedCount += text is null ? 0 : 1;
        if (text is not null && Encoder.EncodeItem(text, _scratch, _vector))
        {
            _index.Put(item.Ordinal, _vector);
        }
        else
        {
            _index.Remove(item.Ordinal);
        }
    }

    /// <summary>Takes over vectors that this version made of texts, in place of those it has.</summary>
    internal void Adopt(VectorIndex index, ulong[] textHashes) => (_index, _textHashes) = (index, textHashes);

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
