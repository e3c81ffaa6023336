using System.Runtime.InteropServices;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics;

/// <summary>One thing that a visitor took to.</summary>
/// <param name="Item">The item's ordinal.</param>
/// <param name="AtMs">When, Unix milliseconds.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct TrailStep(int Item, long AtMs);

/// <summary>The last items that each visitor took to, newest first: what an event may follow from.</summary>
/// <remarks>
/// One writer. Two generations of a day each take turns, by the events' own times: a visit lies within one or two. Users have a history, but behind
/// hundreds of views; this is the short way, and the only one for visitors without a name. About 105 bytes a visitor of these days.
/// </remarks>
internal sealed class VisitorTrails
{
    /// <summary>Steps that are kept of a visitor.</summary>
    public const int Length = 6;

    private const long GenerationMs = 24 * 3_600_000L;
    private TrailTable _trails = new(0);
    private TrailTable _older = new(0);
    private long _startMs = long.MinValue;

    /// <summary>Bytes held.</summary>
    public long Bytes => _trails.Bytes + _older.Bytes;

    /// <summary>The visitor's steps, newest first; places without one have the item -1. Valid until the next step is noted.</summary>
    public ReadOnlySpan<TrailStep> Of(UInt128 visitor)
    {
        var trail = _trails.Find(visitor);
        trail = trail.IsEmpty ? _older.Find(visitor) : trail;
        return trail.IsEmpty || trail[0].Item < 0 ? [] : trail;
    }

    /// <summary>Notes a step; one that is older than the newest is passed over.</summary>
    public void Add(UInt128 visitor, int item, long atMs)
    {
        if (_startMs == long.MinValue || atMs - _startMs >= GenerationMs)
        {
            (_older, _trails) = (_trails, new TrailTable(_trails.Count));
            _startMs = atMs;
        }

        var trail = _trails.GetOrAdd(visitor, out var isNew);
        if (isNew && _older.Find(visitor) is { IsEmpty: false } before)
        {
            before.CopyTo(trail);
        }

        if (trail[0].Item >= 0 && trail[0].AtMs > atMs)
        {
            return;
        }

        if (trail[0].Item != item)
        {
            trail[..(Length - 1)].CopyTo(trail[1..]);
        }

        trail[0] = new TrailStep(item, atMs);
    }

    /// <summary>Forgets a visitor.</summary>
    public void Forget(UInt128 visitor)
    {
        _trails.Find(visitor).Fill(TrailTable.Nowhere);
        _older.Find(visitor).Fill(TrailTable.Nowhere);
    }

    public void Save(ByteWriter writer)
    {
        writer.WriteVarInt(_startMs);
        Save(writer, [.. _trails.Visitors()]);

        // What a visitor did since then stands in the younger generation, with all that was here.
        Save(writer, [.. _older.Visitors().Where(visitor => _trails.Find(visitor).IsEmpty)]);
    }

    private void Save(ByteWriter writer, List<UInt128> visitors)
    {
        visitors.RemoveAll(visitor => Of(visitor).IsEmpty);
        visitors.Sort();
        writer.WriteVarUInt((ulong)visitors.Count);
        foreach (var visitor in visitors)
        {
            writer.WriteUInt128(visitor);
            foreach (var step in Of(visitor))
            {
                writer.WriteVarInt(step.Item);
                writer.WriteVarInt(step.AtMs);
            }
        }
    }

    public void Load(ref ByteReader reader)
    {
        _startMs = reader.ReadVarInt();
        foreach (var generation in new[] { _trails, _older })
        {
            for (var left = reader.ReadCount(16); left > 0; left--)
            {
                var trail = generation.GetOrAdd(reader.ReadUInt128(), out _);
                for (var i = 0; i < Length; i++)
                {
                    trail[i] = new TrailStep((int)reader.ReadVarInt(), reader.ReadVarInt());
                }
            }
        }
    }

    /// <summary>Trails by visitor, side by side in chunks: no object a visitor.</summary>
    private sealed class TrailTable(int capacity)
    {
        public static readonly TrailStep Nowhere = new(-1, 0);
        private const int StepBytes = 12;
        private const int ChunkLog2 = 8;
        private const int ChunkMask = (1 << ChunkLog2) - 1;
        private readonly KeyTable _visitors = new(capacity);
        private readonly List<TrailStep[]> _chunks = [];

        public int Count => _visitors.Count;

        public long Bytes => _visitors.Bytes + (_chunks.Count * (StepBytes * ((long)Length << ChunkLog2)));

        public IEnumerable<UInt128> Visitors() => Enumerable.Range(0, Count).Select(_visitors.KeyOf);

        /// <summary>The steps of a visitor, for changing; empty for one that is not known.</summary>
        public Span<TrailStep> Find(UInt128 visitor) => _visitors.Find(visitor) is >= 0 and var row ? StepsOf(row) : [];

        public Span<TrailStep> GetOrAdd(UInt128 visitor, out bool isNew)
        {
            var row = _visitors.GetOrAdd(visitor, out isNew);
            if (isNew && row >> ChunkLog2 == _chunks.Count)
            {
                var chunk = new TrailStep[Length << ChunkLog2];
                Array.Fill(chunk, Nowhere);
                _chunks.Add(chunk);
            }

            return StepsOf(row);
        }

        private Span<TrailStep> StepsOf(int row) => _chunks[row >> ChunkLog2].AsSpan((row & ChunkMask) * Length, Length);
    }
}
