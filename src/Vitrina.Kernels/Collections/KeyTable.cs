using System.Numerics;
using System.Runtime.CompilerServices;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Kernels.Collections;

/// <summary>An append-only map from 128-bit keys to dense rows 0, 1, 2, … with one writer and lock-free readers.</summary>
/// <remarks>
/// Readers may see rows newer than their snapshot and compare a found row with the snapshot's count. Open addressing with linear probing,
/// load at most 0.7; a slot is one 64-bit word (half of the hash, row + 1) that is written after its key, so a reader never sees half a
/// slot. About 27 to 39 bytes per key. Growth rehashes the slots in one go without touching the keys.
/// </remarks>
public sealed class KeyTable
{
    private const int ChunkLog2 = 12;
    private const int ChunkMask = (1 << ChunkLog2) - 1;
    private ulong[] _slots;
    private UInt128[][] _chunks = [];
    private int _count;
    private int _limit;

    /// <summary>An empty table.</summary>
    /// <param name="capacity">Keys to reserve slots for.</param>
    public KeyTable(int capacity = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        _slots = new ulong[SlotCountFor(capacity)];
        _limit = LimitOf(_slots.Length);
    }

    /// <summary>Number of keys; every row below it can be read.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Memory held, in bytes.</summary>
    public long Bytes
    {
        get
        {
            var chunks = Volatile.Read(ref _chunks);
            var chunkCount = (long)(Count + ChunkMask) >> ChunkLog2;
            return (long)Volatile.Read(ref _slots).Length * sizeof(ulong) + chunks.Length * 8L + chunkCount * ((16L << ChunkLog2) + 24);
        }
    }

    /// <summary>The row of a key, -1 when it is absent. Safe beside the writer.</summary>
    public int Find(UInt128 key)
    {
        var hash = HashOf(key);
        var slots = Volatile.Read(ref _slots);
        var mask = slots.Length - 1;
        for (var position = (int)hash & mask; ; position = (position + 1) & mask)
        {
            var slot = Volatile.Read(ref slots[position]);
            if (slot == 0)
            {
                return -1;
            }
            if ((uint)(slot >> 32) == hash)
            {
                var row = (int)(uint)slot - 1;
                // Read after the slot: this directory is at least as new as the row.
                if (Volatile.Read(ref _chunks)[row >> ChunkLog2][row & ChunkMask] == key)
                {
                    return row;
                }
            }
        }
    }

    /// <summary>The row of a key, appended when it is absent. For the one writer.</summary>
    public int GetOrAdd(UInt128 key, out bool added)
    {
        var hash = HashOf(key);
        var slots = _slots;
        var mask = slots.Length - 1;
        var position = (int)hash & mask;
        for (; ; position = (position + 1) & mask)
        {
            var slot = slots[position];
            if (slot == 0)
            {
                break;
            }
            if ((uint)(slot >> 32) == hash)
            {
                var row = (int)(uint)slot - 1;
                if (_chunks[row >> ChunkLog2][row & ChunkMask] == key)
                {
                    added = false;
                    return row;
                }
            }
        }
        added = true;
        return Append(key, hash, position);
    }

    /// <summary>The key of a row. Safe beside the writer.</summary>
    public UInt128 KeyOf(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Count);
        return Volatile.Read(ref _chunks)[row >> ChunkLog2][row & ChunkMask];
    }

    internal static int SlotCountFor(int count)
    {
        var slotCount = BitOperations.RoundUpToPowerOf2((ulong)(count / 0.7) + 1);
        return (int)Math.Clamp(slotCount, 16, 1 << 30);
    }

    internal static int LimitOf(int slotCount) => (int)(slotCount * 0.7);

    /// <summary>The slots of double the number, filled from the hash halves that the old slots keep.</summary>
    internal static ulong[] Regrow(ulong[] old)
    {
        if (old.Length >= 1 << 30)
        {
            throw new InvalidOperationException("The table has reached its largest size.");
        }
        var slots = new ulong[old.Length * 2];
        var mask = slots.Length - 1;
        foreach (var slot in old)
        {
            if (slot == 0)
            {
                continue;
            }
            var position = (int)(uint)(slot >> 32) & mask;
            while (slots[position] != 0)
            {
                position = (position + 1) & mask;
            }
            slots[position] = slot;
        }
        return slots;
    }

    private int Append(UInt128 key, uint hash, int position)
    {
        if (_count >= _limit)
        {
            var grown = Regrow(_slots);
            _limit = LimitOf(grown.Length);
            Volatile.Write(ref _slots, grown);
            position = (int)hash & (grown.Length - 1);
            while (grown[position] != 0)
            {
                position = (position + 1) & (grown.Length - 1);
            }
        }
        var row = _count;
        var chunk = row >> ChunkLog2;
        if ((row & ChunkMask) == 0)
        {
            AddChunk(chunk);
        }
        _chunks[chunk][row & ChunkMask] = key;
        Volatile.Write(ref _slots[position], ((ulong)hash << 32) | ((uint)row + 1));
        Volatile.Write(ref _count, row + 1);
        return row;
    }

    private void AddChunk(int chunk)
    {
        var chunks = _chunks;
        if (chunk == chunks.Length)
        {
            Array.Resize(ref chunks, Math.Max(4, chunk * 2));
        }
        Volatile.Write(ref chunks[chunk], new UInt128[1 << ChunkLog2]);
        Volatile.Write(ref _chunks, chunks);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint HashOf(UInt128 key) => (uint)(Hash.Mix((ulong)key ^ Hash.Mix((ulong)(key >> 64))) >> 32);
}
