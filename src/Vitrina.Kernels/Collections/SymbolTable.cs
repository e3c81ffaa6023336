using System.Runtime.InteropServices;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Kernels.Collections;

/// <summary>An append-only map between strings and dense ordinals 0, 1, 2, … with one writer and lock-free readers.</summary>
/// <remarks>Strings compare by their UTF-16 units. Slots work as in <see cref="KeyTable"/>.</remarks>
public sealed class SymbolTable
{
    private const int ChunkLog2 = 8;
    private const int ChunkMask = (1 << ChunkLog2) - 1;
    private ulong[] _slots = new ulong[KeyTable.SlotCountFor(0)];
    private string[][] _chunks = [];
    private int _count;
    private long _textBytes;

    /// <summary>Number of strings; every ordinal below it can be read.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Memory held, in bytes: slots, references and the strings themselves.</summary>
    public long Bytes => ((long)_slots.Length * sizeof(ulong)) + ((long)_chunks.Length * 8) + ((long)((Count + ChunkMask) >> ChunkLog2) * ((8 << ChunkLog2) + 24)) + _textBytes;

    /// <summary>The string of an ordinal. Safe beside the writer.</summary>
    public string this[int ordinal]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(ordinal);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(ordinal, Count);
            return Volatile.Read(ref _chunks)[ordinal >> ChunkLog2][ordinal & ChunkMask];
        }
    }

    /// <summary>The ordinal of a string, -1 when it is absent. Safe beside the writer.</summary>
    public int Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Find(text.AsSpan());
    }

    /// <summary>The ordinal of a string, -1 when it is absent. Safe beside the writer; allocates nothing.</summary>
    public int Find(ReadOnlySpan<char> text) => Find(text, HashOf(text));

    /// <summary>The ordinal of a string, appended when it is absent. For the one writer.</summary>
    public int GetOrAdd(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var hash = HashOf(text);
        var found = Find(text.AsSpan(), hash);
        if (found >= 0)
        {
            return found;
        }
        if (_count >= KeyTable.LimitOf(_slots.Length))
        {
            Volatile.Write(ref _slots, KeyTable.Regrow(_slots));
        }
        var mask = _slots.Length - 1;
        var position = (int)hash & mask;
        while (_slots[position] != 0)
        {
            position = (position + 1) & mask;
        }
        var ordinal = _count;
        Place(ordinal, text);
        Volatile.Write(ref _slots[position], ((ulong)hash << 32) | ((uint)ordinal + 1));
        Volatile.Write(ref _count, ordinal + 1);
        return ordinal;
    }

    private int Find(ReadOnlySpan<char> text, uint hash)
    {
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
                var ordinal = (int)(uint)slot - 1;
                // Read after the slot: this directory is at least as new as the ordinal.
                if (text.SequenceEqual(Volatile.Read(ref _chunks)[ordinal >> ChunkLog2][ordinal & ChunkMask]))
                {
                    return ordinal;
                }
            }
        }
    }

    private void Place(int ordinal, string text)
    {
        var chunk = ordinal >> ChunkLog2;
        if ((ordinal & ChunkMask) == 0)
        {
            var chunks = _chunks;
            if (chunk == chunks.Length)
            {
                Array.Resize(ref chunks, Math.Max(4, chunk * 2));
            }
            Volatile.Write(ref chunks[chunk], new string[1 << ChunkLog2]);
            Volatile.Write(ref _chunks, chunks);
        }
        _chunks[chunk][ordinal & ChunkMask] = text;

        // Header, length, UTF-16 units and the closing zero, in words.
        _textBytes += (22 + (2L * text.Length) + 7) & ~7;
    }

    private static uint HashOf(ReadOnlySpan<char> text) => (uint)Hash.Of64(MemoryMarshal.AsBytes(text));
}
