using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Features;
using Vitrina.Engine.Models.Embeddings;
using Vitrina.Engine.Verticals;
using Vitrina.Learning.Training.Embeddings;

namespace Vitrina.Cli.Benchmarks.Search;

/// <summary>Vectors of documents and queries for a vector attribute of the vertical, from an encoder that is learned from the documents' own texts: it sees no query and no grade.</summary>
/// <remarks>For one thread at a time.</remarks>
internal sealed class DocumentVectors
{
    private readonly DssmEncoder _encoder;
    private readonly AttributeSlot _slot;
    private readonly DssmScratch _scratch;
    private readonly float[]?[] _asked;

    private DocumentVectors(DssmEncoder encoder, AttributeSlot slot)
    {
        (_encoder, _slot, _scratch) = (encoder, slot, new DssmScratch(encoder.Shape));
        _asked = new float[]?[slot.Slot + 1];
    }

    /// <summary>The attribute's name.</summary>
    public string Attribute => _slot.Name;

    /// <summary>Learns the encoder for the vertical's first vector attribute; null when it has none.</summary>
    public static DocumentVectors? Learn(CompiledVertical vertical, IReadOnlyList<JudgedDocument> documents, ulong seed, CancellationToken cancellationToken)
    {
        if (vertical.Schema.Slots.FirstOrDefault(slot => slot.Storage == AttributeStorage.Vectors) is not { Declaration.Dimension: { } dimension } slot)
        {
            return null;
        }

        var shape = new DssmShape { Languages = vertical.Declaration.Languages, RowSize = dimension, Dimension = dimension };
        return new DocumentVectors(LatentTrainer.Train(documents.Select(TextOf), shape, seed, cancellationToken: cancellationToken), slot);
    }

    /// <summary>A document's vector as the attribute's value; null when it has no word.</summary>
    public NamedValue? Of(JudgedDocument document)
    {
        var vector = new float[_encoder.Dimension];
        return _encoder.EncodeItem(TextOf(document), _scratch, vector) ? new NamedValue(_slot.Name, AttributeValue.Of(vector)) : null;
    }

    /// <summary>Gives a request its query's vector.</summary>
    public void Serve(FeatureScope scope, string query)
    {
        var vector = new float[_encoder.Dimension];
        _asked[_slot.Slot] = _encoder.EncodeQuery(query, _scratch, vector) ? vector : null;
        scope.ServeVectors(_asked);
    }

    private static string TextOf(JudgedDocument document) =>
        string.Join('\n', new[] { document.Title, document.Brand, document.Attributes, document.Description }.OfType<string>());
}
