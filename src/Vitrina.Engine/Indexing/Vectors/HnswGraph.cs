using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Vectors;

namespace Vitrina.Engine.Indexing.Vectors;

/// <summary>The links between vectors, in layers: all stand on the ground, one in M on layer 1, one in M² on layer 2, and so on.</summary>
/// <remarks>
/// After Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World graphs" (2018).
/// Written by <see cref="HnswLinker"/>; any number of threads walk it meanwhile without locks. A list of links is a row of integers, slot + 1
/// each and 0 behind the last, and single integers are read and written whole: a reader may meet a list half rewritten, sees a link twice or
/// misses one, and goes on. Rows never move.
/// </remarks>
internal sealed class HnswGraph
{
    private const int MaxLayer = 30;

    private readonly AlignedRows<int> _ground;
    private readonly AlignedRows<int> _upper;

    // By slot: number of its row on layer 1; the rows of higher layers follow.
    private readonly AlignedRows<int> _upperStarts = new(1);
    private readonly double _layerScale;
    private readonly ulong _seed;
    private int _upperCount;
    private int _linkedCount;
    private long _entry = -1;

    /// <summary>No links yet.</summary>
    public HnswGraph(int m, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(m, 2);
        M = m;
        _seed = seed;
        _layerScale = 1 / Math.Log(m);
        _ground = new AlignedRows<int>(2 * m);
        _upper = new AlignedRows<int>(m);
    }

    /// <summary>Links of a vector on an upper layer; twice as many on the ground (section 4.1).</summary>
    public int M { get; }

    /// <summary>The first slots, so many, are linked.</summary>
    public int LinkedCount => Volatile.Read(ref _linkedCount);

    /// <summary>Where walks begin, and its layer; (-1, -1) while the graph is empty.</summary>
    public (int Slot, int Layer) Entry
    {
        get
        {
            var entry = Volatile.Read(ref _entry);
            return ((int)entry, (int)(entry >> 32));
        }
    }

    /// <summary>Memory held, in bytes.</summary>
    public long Bytes => _ground.Bytes + _upper.Bytes + _upperStarts.Bytes;

    /// <summary>The top layer of a slot: geometric, the same for the same seed (algorithm 4, line 4; mL = 1 / ln M).</summary>
    public int LayerOf(int slot)
        => Math.Min(MaxLayer, (int)(-Math.Log(1 - RandomStream.For(_seed, "layers", (ulong)slot).NextDouble()) * _layerScale));

    /// <summary>Makes room for the links of the first slots. For one thread.</summary>
    public void Reserve(int count)
    {
        var first = _ground.Count;
        _upperStarts.EnsureCount(count);
        for (var slot = first; slot < count; slot++)
        {
            var layers = LayerOf(slot);
            _upperStarts[slot][0] = _upperCount;
            _upperCount += layers;
        }

        _upper.EnsureCount(_upperCount);
        _ground.EnsureCount(Math.Max(first, count));
    }

    /// <summary>The links of a slot on a layer that it reaches: slot + 1 each, 0 behind the last.</summary>
    public Span<int> Links(int slot, int layer) => layer == 0 ? _ground[slot] : _upper[_upperStarts[slot][0] + layer - 1];

    /// <summary>Asks memory for the ground links of a slot.</summary>
    public void Prefetch(int slot) => _ground.Prefetch(slot);

    internal void Publish(int linkedCount) => Volatile.Write(ref _linkedCount, linkedCount);

    internal void SetEntry(int slot, int layer) => Volatile.Write(ref _entry, ((long)layer << 32) | (uint)slot);
}
