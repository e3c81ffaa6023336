using Vitrina.Kernels.Collections;
using Vitrina.Kernels.Vectors;

namespace Vitrina.Engine.Indexing.Vectors;

/// <summary>Vectors in slots, in the order in which they came, and a graph over the first of them. A slot is never used twice.</summary>
/// <remarks>One thread puts and removes, one links, any number search frozen snapshots.</remarks>
internal sealed class VectorGeneration
{
    public const int Nobody = -1;

    private readonly VectorIndexOptions _options;
    private readonly HnswLinker _linker;

    // By slot its item, or Nobody; by item its slot + 1, or 0.
    private readonly PagedArray<int> _slotItems = new();
    private readonly PagedArray<int> _itemSlots = new();

    /// <summary>No vectors yet.</summary>
    public VectorGeneration(VectorIndexOptions options)
    {
        _options = options;
        Vectors = new FloatVectorRows(options.Dimension, options.Metric);
        Codes = options.IsQuantised ? new ByteVectorRows(options.Dimension, options.Metric) : null;
        Graph = new HnswGraph(options.M, options.Seed);
        _linker = new HnswLinker(Graph, Walked, options.EfConstruction, options.Threads);
    }

    /// <summary>The vectors; at length 1 under cosine.</summary>
    public FloatVectorRows Vectors { get; }

    /// <summary>Their codes; null when the graph is walked over the vectors themselves.</summary>
    public ByteVectorRows? Codes { get; }

    /// <summary>What the graph is walked over.</summary>
    public VectorRows Walked => Codes is null ? Vectors : Codes;

    /// <summary>The links.</summary>
    public HnswGraph Graph { get; }

    /// <summary>Slots used so far.</summary>
    public int SlotCount { get; private set; }

    /// <summary>Slots whose item was removed or got another vector.</summary>
    public int DeadCount { get; private set; }

    /// <summary>Memory held, in bytes.</summary>
    public long Bytes => Vectors.Bytes + (Codes?.Bytes ?? 0) + Graph.Bytes + (4L * _slotItems.Count) + (4L * _itemSlots.Count);

    /// <summary>Sets the vector of an item; false when it has this one already.</summary>
    public bool Put(int itemOrdinal, ReadOnlySpan<float> vector)
    {
        var slot = SlotCount;
        Vectors.EnsureCount(slot + 1);
        Vectors.Set(slot, vector);
        if (SlotOf(itemOrdinal) is >= 0 and var old && Vectors.Row(old).SequenceEqual(Vectors.Row(slot)))
        {
            return false;
        }

        Remove(itemOrdinal);
        Append(itemOrdinal, vector);
        _itemSlots.EnsureCount(itemOrdinal + 1);
        _itemSlots.Edit(itemOrdinal) = SlotCount;
        return true;
    }

    /// <summary>Takes an item out; false when it has no vector.</summary>
    public bool Remove(int itemOrdinal)
    {
        if (SlotOf(itemOrdinal) is not (>= 0 and var slot))
        {
            return false;
        }

        _slotItems.Edit(slot) = Nobody;
        _itemSlots.Edit(itemOrdinal) = 0;
        DeadCount++;
        return true;
    }

    /// <summary>A slot that nobody has: links of others lead through it.</summary>
    public void PutNobody(ReadOnlySpan<float> vector)
    {
        Append(Nobody, vector);
        DeadCount++;
    }

    /// <summary>The slot of an item; -1 when it has no vector.</summary>
    public int SlotOf(int itemOrdinal) => itemOrdinal < _itemSlots.Count ? _itemSlots[itemOrdinal] - 1 : -1;

    /// <summary>Links the first slots, so many.</summary>
    public void Link(int slotCount) => _linker.Link(slotCount);

    /// <summary>The content of this moment.</summary>
    public VectorSnapshot Freeze() => new(this, _slotItems.Freeze(), _itemSlots.Freeze());

    /// <summary>The live vectors of a snapshot, linked where they are many: what is removed leaves no trace.</summary>
    public static VectorGeneration Rebuilt(VectorSnapshot snapshot, VectorIndexOptions options)
    {
        var generation = new VectorGeneration(options);
        for (var slot = 0; slot < snapshot.SlotItems.Count; slot++)
        {
            if (snapshot.SlotItems[slot] is not Nobody and var item)
            {
                generation.Put(item, snapshot.Vectors.Vector(slot));
            }
        }

        if (generation.SlotCount > options.FlatLimit)
        {
            generation.Link(generation.SlotCount);
        }

        return generation;
    }

    private void Append(int itemOrdinal, ReadOnlySpan<float> vector)
    {
        var slot = SlotCount++;
        Vectors.EnsureCount(slot + 1);
        Vectors.Set(slot, vector);
        Codes?.EnsureCount(slot + 1);
        Codes?.Set(slot, vector);
        _slotItems.Add(itemOrdinal);
    }
}
