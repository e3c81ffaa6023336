using Vitrina.Kernels.Codecs;

namespace Vitrina.Kernels.Collections;

/// <summary>The 128-bit keys added within a time horizon: recognises repeated keys with bounded memory.</summary>
/// <remarks>
/// Time falls into spans of horizon / generations; a key is stamped with its span and forgotten when <c>generations</c> further spans have
/// passed, so it lives at least the horizon and at most horizon x (1 + 1/generations). A time before the newest one seen counts as the
/// newest. At most 32 bytes per key once a few ten thousand keys are held: 18 bytes per slot in 256 shards, each resized on its own, at
/// sizes staggered so that the mean load stays near two thirds. Not for concurrent use.
/// </remarks>
public sealed class ExpiringKeySet
{
    private const int ShardCount = 256;
    private const int StampCount = 250;
    private const double MostBytesPerKey = 31;
    private const ulong FormatVersion = 1;
    private readonly ExpiringKeyShard[] _shards = new ExpiringKeyShard[ShardCount];
    private readonly long _spanMs;
    private readonly long _horizonMs;
    private readonly int _generations;
    private long _generation = long.MinValue;
    private int _count;

    /// <summary>An empty set.</summary>
    /// <param name="horizon">How long a key is remembered at least; a whole number of milliseconds, at least 1.</param>
    /// <param name="generations">Steps in which keys expire, 1 to 100.</param>
    public ExpiringKeySet(TimeSpan horizon, int generations = 6)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(generations, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(generations, 100);
        _horizonMs = (long)Math.Ceiling(horizon.TotalMilliseconds);
        _generations = generations;
        _spanMs = (_horizonMs + generations - 1) / generations;
        for (var shard = 0; shard < ShardCount; shard++)
        {
            _shards[shard] = new ExpiringKeyShard((double)shard / ShardCount);
        }
    }

    /// <summary>Number of keys remembered.</summary>
    public int Count => _count;

    /// <summary>Memory held, in bytes.</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (var shard in _shards)
            {
                bytes += shard.Bytes;
            }
            return bytes;
        }
    }

    /// <summary>Adds a key; false when it was added within the horizon, which does not prolong its life.</summary>
    /// <param name="key">The key.</param>
    /// <param name="nowMs">The present, in milliseconds since any fixed moment.</param>
    public bool TryAdd(UInt128 key, long nowMs)
    {
        var generation = FloorDivide(nowMs, _spanMs);
        if (generation > _generation)
        {
            Advance(generation);
        }
        if (!Insert(key, StampOf(_generation)))
        {
            return false;
        }
        _count++;
        return true;
    }

    /// <summary>Writes the whole set: about 17 bytes per key.</summary>
    public void Save(ByteWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteVarUInt(FormatVersion);
        writer.WriteVarInt(_horizonMs);
        writer.WriteVarInt(_generations);
        writer.WriteInt64(_generation);
        writer.WriteVarUInt((ulong)_count);
        foreach (var shard in _shards)
        {
            for (var slot = 0; slot < shard.Capacity; slot++)
            {
                if (shard.TryGet(slot, out var key, out var stamp))
                {
                    writer.WriteUInt64((ulong)(key >> 64));
                    writer.WriteUInt64((ulong)key);
                    writer.WriteByte((byte)AgeOf(stamp));
                }
            }
        }
    }

    /// <summary>Reads a set that <see cref="Save"/> wrote.</summary>
    /// <exception cref="CodecException">The bytes are not such a set.</exception>
    public static ExpiringKeySet Load(ref ByteReader reader)
    {
        if (reader.ReadVarUInt() != FormatVersion)
        {
            throw new CodecException("The key set has an unknown version", reader.Position);
        }
        var horizonMs = reader.ReadVarInt();
        var generations = reader.ReadVarInt();
        if (horizonMs < 1 || horizonMs > (long)TimeSpan.MaxValue.TotalMilliseconds - 1 || generations is < 1 or > 100)
        {
            throw new CodecException("The key set has an impossible horizon", reader.Position);
        }
        var set = new ExpiringKeySet(TimeSpan.FromMilliseconds(horizonMs), (int)generations) { _generation = reader.ReadInt64() };
        var count = reader.ReadCount(17);
        for (var read = 0; read < count; read++)
        {
            var upper = reader.ReadUInt64();
            var key = new UInt128(upper, reader.ReadUInt64());
            var age = reader.ReadByte();
            if (age > generations || set._generation < long.MinValue + StampCount || !set.Insert(key, StampOf(set._generation - age)))
            {
                throw new CodecException("The key set holds an impossible key", reader.Position);
            }
        }
        set._count = count;
        return set;
    }

    private bool Insert(UInt128 key, byte stamp)
    {
        var hash = ExpiringKeyShard.HashOf(key);
        return _shards[(int)(hash >> 56)].TryAdd(key, hash, stamp);
    }

    private int AgeOf(byte stamp) => (StampOf(_generation) - stamp + StampCount) % StampCount;

    private void Advance(long generation)
    {
        if (_count > 0)
        {
            // Unsigned, because the distance between the extremes of long exceeds long.
            var passed = (int)Math.Min((ulong)(generation - _generation), (ulong)_generations + 1);
            for (var step = 0; step < passed; step++)
            {
                var expired = StampOf(_generation - _generations + step);
                foreach (var shard in _shards)
                {
                    _count -= shard.Expire(expired);
                }
            }
        }
        _generation = generation;
        Shrink(ExpiringKeyShard.SparseLoad);
        if (Bytes > MostBytesPerKey * _count)
        {
            Shrink(ExpiringKeyShard.GrownLoad);
        }
    }

    private void Shrink(double load)
    {
        foreach (var shard in _shards)
        {
            shard.ShrinkBelow(load);
        }
    }

    private static byte StampOf(long generation) => (byte)(ExpiringKeyShard.FirstStamp + (generation % StampCount + StampCount) % StampCount);

    private static long FloorDivide(long value, long divisor)
    {
        var quotient = value / divisor;
        return value % divisor < 0 ? quotient - 1 : quotient;
    }
}
