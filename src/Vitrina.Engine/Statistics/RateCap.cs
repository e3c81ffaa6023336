using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Statistics;

/// <summary>How much of what one visitor does within an hour teaches statistics of groups and pairs: a person's worth, not a program's.</summary>
/// <remarks>One writer. Counts by visitor and clock hour in two generations that take turns, by the events' own times.</remarks>
internal sealed class RateCap
{
    /// <summary>Events of a visitor that count within a clock hour: one every half a minute, for an hour.</summary>
    public const int MostPerHour = 120;

    /// <summary>The length of the hour, milliseconds.</summary>
    public const long HourMs = 3_600_000;

    private Dictionary<UInt128, int> _counts = [];
    private Dictionary<UInt128, int> _older = [];
    private long _hour = long.MinValue;

    /// <summary>Counts an event.</summary>
    /// <returns>False for one beyond the cap.</returns>
    public bool Allows(UInt128 visitor, long atMs)
    {
        var hour = atMs / HourMs;
        if (hour > _hour)
        {
            (_counts, _older) = (_older, _counts);
            _counts.Clear();
            _hour = hour;
        }

        // Late events of the hour before count there; still later ones are few by the horizon of the journal.
        var counts = hour == _hour ? _counts : _older;
        ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, visitor ^ Hash.Mix((ulong)hour), out _);
        return ++count <= MostPerHour;
    }

    public void Save(ByteWriter writer)
    {
        writer.WriteVarInt(_hour);
        foreach (var generation in new[] { _counts, _older })
        {
            writer.WriteVarUInt((ulong)generation.Count);
            foreach (var (visitor, count) in generation)
            {
                writer.WriteUInt128(visitor);
                writer.WriteVarInt(count);
            }
        }
    }

    public void Load(ref ByteReader reader)
    {
        _hour = reader.ReadVarInt();
        foreach (var generation in new[] { _counts, _older })
        {
            for (var left = reader.ReadCount(17); left > 0; left--)
            {
                var visitor = reader.ReadUInt128();
                generation[visitor] = (int)reader.ReadVarInt();
            }
        }
    }
}
