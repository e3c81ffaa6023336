using Vitrina.Engine.Catalog;
using Vitrina.Engine.Models.Embeddings;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Vectors;

namespace Vitrina.Engine.Ranking;

/// <summary>
/// The vectors that a request asks with, by vector space. An attribute's space: the request's own vector, else that of the item which its context names.
/// An encoder's space: its vector of the query, else the item's. Reused between requests; not thread-safe.
/// </summary>
internal sealed class QueryVectors(CompiledVertical vertical)
{
    private const string Field = "vector";

    private readonly float[]?[] _encoded = new float[]?[vertical.EncoderNames.Count];
    private readonly DssmScratch?[] _scratches = new DssmScratch?[vertical.EncoderNames.Count];
    private readonly DssmShape?[] _shapes = new DssmShape?[vertical.EncoderNames.Count];
    private readonly AttributeSlot[] _slots = [.. vertical.Schema.Slots.Where(slot => slot.Storage == AttributeStorage.Vectors)];

    /// <summary>By space; null where nothing is asked.</summary>
    public float[]?[] BySpace { get; } = new float[]?[vertical.VectorSpaceCount];

    /// <summary>The item of the request's context that vectors were taken from; -1 without one.</summary>
    public int StartOrdinal { get; private set; }

    /// <summary>Finds the vectors of a request.</summary>
    /// <exception cref="RankRequestException">There is no such attribute, or a vector does not fit it.</exception>
    public void Bind(RankRequest request, VerticalSnapshot snapshot)
    {
        Array.Clear(BySpace);
        StartOrdinal = -1;
        foreach (var (name, vector) in request.Vectors)
        {
            var slot = SlotOf(name);
            if (ProblemOf(vector, slot) is { } problem)
            {
                throw new RankRequestException(name.Length == 0 ? Field : $"{Field}.{name}", problem, vector.Length == slot.Declaration.Dimension ? "invalid_vector" : "wrong_dimension");
            }

            BySpace[slot.Slot] = vector;
        }

        for (var number = 0; number < _encoded.Length && !string.IsNullOrEmpty(request.Query); number++)
        {
            BySpace[_slots.Length + number] = Encode(request.Query, number, snapshot);
        }

        if (BySpace.Length > 0 && request.Vectors.Count == 0 && string.IsNullOrEmpty(request.Query) && request.ContextOf("item") is { } id
            && snapshot.Find(id) is { IsDeleted: false } item && item.Vertical == vertical.Name)
        {
            StartFrom(item, snapshot);
        }
    }

    private void StartFrom(Item item, VerticalSnapshot snapshot)
    {
        StartOrdinal = item.Ordinal;
        foreach (var slot in _slots)
        {
            BySpace[slot.Slot] = item.Vectors[slot.Slot] is { } vector && ProblemOf(vector, slot) is null ? vector : null;
        }

        for (var number = 0; number < _encoded.Length; number++)
        {
            if (number < snapshot.Market.Encoded.Length && snapshot.Market.Encoded[number] is { } encoded)
            {
                var vector = Room(number, encoded.Encoder.Shape);
                BySpace[_slots.Length + number] = encoded.Items.TryCopyVector(item.Ordinal, vector) ? vector : null;
            }
        }
    }

    private float[]? Encode(string query, int number, VerticalSnapshot snapshot)
    {
        if (number >= snapshot.Market.Encoded.Length || snapshot.Market.Encoded[number] is not { Encoder: var encoder })
        {
            return null;
        }

        var vector = Room(number, encoder.Shape);
        return encoder.EncodeQuery(query, _scratches[number]!, vector) ? vector : null;
    }

    // Versions of an encoder may differ in shape.
    private float[] Room(int number, DssmShape shape)
    {
        if (!ReferenceEquals(_shapes[number], shape))
        {
            (_shapes[number], _scratches[number], _encoded[number]) = (shape, new DssmScratch(shape), new float[shape.Dimension]);
        }

        return _encoded[number]!;
    }

    private static string? ProblemOf(float[] vector, AttributeSlot slot) => VectorCheck.ProblemOf(vector, slot.Declaration.Dimension ?? 0, slot.Declaration.Metric);

    private AttributeSlot SlotOf(string name)
    {
        if (_slots.Length == 0)
        {
            throw new RankRequestException(Field, "the vertical has no vector attribute", "unknown_attribute");
        }

        var names = string.Join(", ", _slots.Select(slot => slot.Name));
        if (name.Length == 0)
        {
            return _slots.Length == 1 ? _slots[0] : throw new RankRequestException(Field, $"must name its attribute: {{\"{_slots[0].Name}\": [..]}}; there are {names}", "ambiguous");
        }

        return Array.Find(_slots, slot => slot.Name == name)
            ?? throw new RankRequestException(
                $"{Field}.{name}",
                $"there is no vector attribute '{name}'; {(NearestName.Find(name, _slots.Select(slot => slot.Name)) is { } nearest ? $"did you mean '{nearest}'?" : $"there are {names}")}",
                "unknown_attribute");
    }
}
