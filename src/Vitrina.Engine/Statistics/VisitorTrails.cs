using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Statistics;

/// <summary>One thing that a visitor took to.</summary>
/// <param name="Item">The item's ordinal.</param>
/// <param name="AtMs">When, Unix milliseconds.</param>
internal readonly record struct TrailStep(int Item, long AtMs);

/// <summary>The last items that each visitor took to, newest first: what an event may follow from.</summary>
/// <remarks>
/// One writer. Two generations of a day each take turns, by the events' own times: a visit lies within one or two. Users have a history, but behind
/// hundreds of views; this is the short way, and the only one for visitors without a name.
/// </remarks>
internal sealed class VisitorTrails
{
    /// <summary>Steps that are kept of a visitor.</summary>
    public const int Length = 6;

    private const long GenerationMs = 24 * 3_600_000L;
    private Dictionary<UInt128, TrailStep[]> _trails = [];
    private Dictionary<UInt128, TrailStep[]> _older = [];
    private long _startMs = long.MinValue;

    /// <summary>Bytes held, about.</summary>
    public long Bytes => (_trails.Count + _older.Count) * (40L + 24 + (16 * Length));

    /// <summary>The visitor's steps, newest first; places without one have the item -1.</summary>
    public ReadOnlySpan<TrailStep> Of(UInt128 visitor) => _trails.TryGetValue(visitor, out var trail) || _older.TryGetValue(visitor, out trail) ? trail : [];

    /// <summary>Notes a step; one that is older than the newest is passed over.</summary>
    public void Add(UInt128 visitor, int item, long atMs)
    {
        if (_startMs == long.MinValue || atMs - _startMs >= GenerationMs)
        {
            (_trails, _older) = (_older, _trails);
            _trails.Clear();
            _startMs = atMs;
        }

        if (!_trails.TryGetValue(visitor, out var trail))
        {
            if (!_older.Remove(visitor, out trail))
            {
                trail = new TrailStep[Length];
                Array.Fill(trail, new TrailStep(-1, 0));
            }

            _trails[visitor] = trail;
        }

        if (trail[0].Item >= 0 && trail[0].AtMs > atMs)
        {
            return;
        }

        if (trail[0].Item != item)
        {
            trail.AsSpan(0, Length - 1).CopyTo(trail.AsSpan(1));
        }

        trail[0] = new TrailStep(item, atMs);
    }

    /// <summary>Forgets a visitor.</summary>
    public void Forget(UInt128 visitor)
    {
        _trails.Remove(visitor);
        _older.Remove(visitor);
    }

    public void Save(ByteWriter writer)
    {
        writer.WriteVarInt(_startMs);
        foreach (var generation in new[] { _trails, _older })
        {
            writer.WriteVarUInt((ulong)generation.Count);
            foreach (var (visitor, trail) in generation.OrderBy(pair => pair.Key))
            {
                writer.WriteUInt128(visitor);
                foreach (var step in trail)
                {
                    writer.WriteVarInt(step.Item);
                    writer.WriteVarInt(step.AtMs);
                }
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
                var visitor = reader.ReadUInt128();
                var trail = new TrailStep[Length];
                for (var i = 0; i < Length; i++)
                {
                    trail[i] = new TrailStep((int)reader.ReadVarInt(), reader.ReadVarInt());
                }

                generation[visitor] = trail;
            }
        }
    }
}
