using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Groups;

/// <summary>How much each segment of people (everybody, a region, new users) took to each group: two decayed weights, one slow, one fast.</summary>
/// <remarks>
/// One writer, in journal order; readers hold a <see cref="SegmentView"/>. A segment's groups stand in chunks of 64 neighbours: 16 bytes a group that
/// the segment knows. Cost of an event: one cell per segment it belongs to.
/// </remarks>
internal sealed class SegmentTable(TimeSpan slowHalfLife, TimeSpan fastHalfLife)
{
    public const int ChunkLog2 = 6;
    public const int ChunkMask = (1 << ChunkLog2) - 1;

    // A caller invents regions as it likes: what comes after so many segments is not counted apart.
    private const int MaxSegments = 4_096;
    private readonly KeyTable _segments = new();
    private readonly KeyTable _chunks = new();
    private readonly PagedArray<double> _slow = new(ChunkLog2);
    private readonly PagedArray<double> _fast = new(ChunkLog2);
    private readonly PagedArray<double> _totals = new(6);
    private readonly ForwardDecay _slowDecay = new(slowHalfLife);
    private readonly ForwardDecay _fastDecay = new(fastHalfLife);

    public long Bytes => _segments.Bytes + _chunks.Bytes + (16L * _slow.Count) + (8L * _totals.Count);

    /// <summary>Counts an event of a segment.</summary>
    public void Add(UInt128 segment, int group, double weight, long atMs)
    {
        if (_segments.Count >= MaxSegments && _segments.Find(segment) < 0)
        {
            return;
        }

        var slow = weight * _slowDecay.Weight(atMs, out var slowRescale);
        var fast = weight * _fastDecay.Weight(atMs, out var fastRescale);
        Rescale(_slow, slowRescale);
        Rescale(_totals, slowRescale);
        Rescale(_fast, fastRescale);
        var row = _segments.GetOrAdd(segment, out _);
        var chunk = _chunks.GetOrAdd(KeyOf(row, group >> ChunkLog2), out var isNew);
        if (isNew)
        {
            _slow.EnsureCount((chunk + 1) << ChunkLog2);
            _fast.EnsureCount((chunk + 1) << ChunkLog2);
        }

        var cell = (chunk << ChunkLog2) | (group & ChunkMask);
        _slow.Edit(cell) += slow;
        _fast.Edit(cell) += fast;
        _totals.EnsureCount(row + 1);
        _totals.Edit(row) += slow;
    }

    private static void Rescale(PagedArray<double> cells, double factor)
    {
        for (var cell = 0; factor != 1 && cell < cells.Count; cell++)
        {
            cells.Edit(cell) *= factor;
        }
    }

    private static UInt128 KeyOf(int row, int chunk) => ((UInt128)(uint)(row + 1) << 32) | (uint)chunk;

    public SegmentView Freeze() => new(this, _slow.Freeze(), _fast.Freeze(), _totals.Freeze(), _slowDecay.LandmarkMs);

    public SegmentView Live() => new(this, _slow.Live(), _fast.Live(), _totals.Live(), _slowDecay.LandmarkMs);

    internal int Find(UInt128 segment) => _segments.Find(segment);

    internal int FindChunk(int row, int chunk) => _chunks.Find(KeyOf(row, chunk));

    internal double SlowScale(long landmarkMs, long nowMs) => _slowDecay.ScaleAt(landmarkMs, nowMs);

    public void Save(ByteWriter writer)
    {
        writer.WriteVarInt(_slowDecay.LandmarkMs);
        writer.WriteVarInt(_fastDecay.LandmarkMs);
        SaveKeys(writer, _segments);
        SaveKeys(writer, _chunks);
        for (var row = 0; row < _totals.Count; row++)
        {
            writer.WriteDouble(_totals[row]);
        }

        for (var cell = 0; cell < _slow.Count; cell++)
        {
            writer.WriteDouble(_slow[cell]);
            writer.WriteDouble(_fast[cell]);
        }
    }

    public void Load(ref ByteReader reader)
    {
        _slowDecay.Restore(reader.ReadVarInt());
        _fastDecay.Restore(reader.ReadVarInt());
        LoadKeys(ref reader, _segments);
        LoadKeys(ref reader, _chunks);
        _totals.EnsureCount(_segments.Count);
        for (var row = 0; row < _totals.Count; row++)
        {
            _totals.Edit(row) = reader.ReadDouble();
        }

        _slow.EnsureCount(_chunks.Count << ChunkLog2);
        _fast.EnsureCount(_chunks.Count << ChunkLog2);
        for (var cell = 0; cell < _slow.Count; cell++)
        {
            _slow.Edit(cell) = reader.ReadDouble();
            _fast.Edit(cell) = reader.ReadDouble();
        }
    }

    private static void SaveKeys(ByteWriter writer, KeyTable keys)
    {
        writer.WriteVarUInt((ulong)keys.Count);
        for (var row = 0; row < keys.Count; row++)
        {
            writer.WriteUInt128(keys.KeyOf(row));
        }
    }

    private static void LoadKeys(ref ByteReader reader, KeyTable keys)
    {
        for (var left = reader.ReadCount(16); left > 0; left--)
        {
            keys.GetOrAdd(reader.ReadUInt128(), out _);
        }
    }
}

/// <summary>A frozen state of a <see cref="SegmentTable"/>. Safe for concurrent use.</summary>
internal readonly struct SegmentView(
    SegmentTable table, PagedView<double> slow, PagedView<double> fast, PagedView<double> totals, long slowLandmarkMs)
{
    /// <summary>A segment's weights by group, ready to be read often.</summary>
    /// <param name="segment">The segment's key.</param>
    /// <param name="groupCount">How many groups there are.</param>
    public SegmentWeights Read(UInt128 segment, int groupCount)
    {
        var row = table.Find(segment);
        if (row < 0 || row >= totals.Count)
        {
            return SegmentWeights.None;
        }

        var weights = new SegmentWeights(groupCount, totals[row]);
        for (var chunk = 0; chunk << SegmentTable.ChunkLog2 < groupCount; chunk++)
        {
            var found = table.FindChunk(row, chunk);
            var first = found << SegmentTable.ChunkLog2;
            for (var i = 0; found >= 0 && first < slow.Count && i <= SegmentTable.ChunkMask && (chunk << SegmentTable.ChunkLog2) + i < groupCount; i++)
            {
                weights.Slow[(chunk << SegmentTable.ChunkLog2) + i] = slow[first + i];
                weights.Fast[(chunk << SegmentTable.ChunkLog2) + i] = fast[first + i];
            }
        }

        return weights;
    }

    /// <summary>What slow weights are multiplied with to be decayed counts at a moment.</summary>
    public double SlowScale(long nowMs) => table.SlowScale(slowLandmarkMs, nowMs);
}

/// <summary>One segment's weights by group, in the table's scale.</summary>
internal sealed class SegmentWeights(int groupCount, double total)
{
    private int[]? _ranked;

    public static SegmentWeights None { get; } = new(0, 0);

    /// <summary>Slowly decaying weights by group.</summary>
    public double[] Slow { get; } = new double[groupCount];

    /// <summary>Fast decaying weights by group.</summary>
    public double[] Fast { get; } = new double[groupCount];

    /// <summary>The sum of the slow weights.</summary>
    public double Total => total;

    /// <summary>A group's slow weight; 0 where nothing was counted.</summary>
    public double SlowOf(int group) => group < Slow.Length ? Slow[group] : 0;

    /// <summary>A group's fast weight; 0 where nothing was counted.</summary>
    public double FastOf(int group) => group < Fast.Length ? Fast[group] : 0;

    /// <summary>A group's share of the segment's interest, 0 to 1.</summary>
    public double ShareOf(int group) => total > 0 ? SlowOf(group) / total : 0;

    /// <summary>The groups with any weight, the heaviest first, lower numbers first among equals.</summary>
    public int[] Ranked => _ranked ??= RankedBy(Slow, double.Epsilon);

    /// <summary>The groups whose weight is at least so large, the heaviest first, lower numbers first among equals.</summary>
    public static int[] RankedBy(double[] weights, double least)
    {
        int[] groups = [.. Enumerable.Range(0, weights.Length).Where(group => weights[group] >= least)];
        var keys = Array.ConvertAll(groups, group => -weights[group]);
        Array.Sort(keys, groups);

        // Sorting by numbers alone is several times faster than by a comparison, but leaves equals in any order.
        for (var (first, end) = (0, 0); first < keys.Length; first = end)
        {
            for (end = first + 1; end < keys.Length && keys[end] == keys[first]; end++)
            {
            }

            Array.Sort(groups, first, end - first);
        }

        return groups;
    }
}
