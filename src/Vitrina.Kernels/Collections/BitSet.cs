using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Vitrina.Kernels.Collections;

/// <summary>A fixed number of bits, 64 to a word. Not for concurrent writing.</summary>
public sealed class BitSet
{
    private readonly ulong[] _words;

    /// <summary>A set of <paramref name="length"/> bits, all clear.</summary>
    public BitSet(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        _words = new ulong[(int)(((long)length + 63) >> 6)];
    }

    /// <summary>Number of bits.</summary>
    public int Length { get; }

    /// <summary>The words, lowest bit first; bits at and behind <see cref="Length"/> are clear.</summary>
    public ReadOnlySpan<ulong> Words => _words;

    /// <summary>Sets a bit.</summary>
    public void Set(int index)
    {
        Check(index);
        _words[index >> 6] |= 1ul << index;
    }

    /// <summary>Replaces 64 bits at once.</summary>
    /// <param name="word">The word's index: its lowest bit is bit 64 x word.</param>
    /// <param name="bits">The bits; those at and behind <see cref="Length"/> are left out.</param>
    public void SetWord(int word, ulong bits)
    {
        var behind = ((word + 1) << 6) - Length;
        _words[word] = behind > 0 ? bits & (ulong.MaxValue >> behind) : bits;
    }

    /// <summary>Clears a bit.</summary>
    public void Clear(int index)
    {
        Check(index);
        _words[index >> 6] &= ~(1ul << index);
    }

    /// <summary>Whether a bit is set.</summary>
    public bool Get(int index)
    {
        Check(index);
        return (_words[index >> 6] & (1ul << index)) != 0;
    }

    /// <summary>Sets every bit.</summary>
    public void SetAll()
    {
        Array.Fill(_words, ulong.MaxValue);
        if ((Length & 63) != 0)
        {
            _words[^1] = (1ul << Length) - 1;
        }
    }

    /// <summary>Clears every bit.</summary>
    public void ClearAll() => Array.Clear(_words);

    /// <summary>Keeps the bits that are also set in <paramref name="other"/>, which has the same length.</summary>
    public void And(BitSet other) => TensorPrimitives.BitwiseAnd(_words, WordsOf(other), _words);

    /// <summary>Adds the bits that are set in <paramref name="other"/>, which has the same length.</summary>
    public void Or(BitSet other) => TensorPrimitives.BitwiseOr(_words, WordsOf(other), _words);

    /// <summary>Clears the bits that are set in <paramref name="other"/>, which has the same length.</summary>
    public void AndNot(BitSet other)
    {
        var others = WordsOf(other);
        var wide = MemoryMarshal.Cast<ulong, Vector<ulong>>(_words.AsSpan());
        var otherWide = MemoryMarshal.Cast<ulong, Vector<ulong>>(others);
        for (var index = 0; index < wide.Length; index++)
        {
            wide[index] = Vector.AndNot(wide[index], otherWide[index]);
        }
        for (var index = wide.Length * Vector<ulong>.Count; index < _words.Length; index++)
        {
            _words[index] &= ~others[index];
        }
    }

    /// <summary>Number of bits that are set.</summary>
    public int PopCount()
    {
        var count = 0;
        foreach (var word in _words)
        {
            count += BitOperations.PopCount(word);
        }
        return count;
    }

    /// <summary>The last set bit at or before <paramref name="from"/>, -1 when there is none.</summary>
    public int LastSet(int from)
    {
        if (from < 0)
        {
            return -1;
        }
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(from, Length);
        var index = from >> 6;
        var word = _words[index] & (ulong.MaxValue >> (63 - (from & 63)));
        while (word == 0)
        {
            if (--index < 0)
            {
                return -1;
            }
            word = _words[index];
        }
        return (index << 6) + BitOperations.Log2(word);
    }

    /// <summary>The first set bit at or behind <paramref name="from"/>, -1 when there is none; any start behind the end has none.</summary>
    public int NextSet(int from)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        if (from >= Length)
        {
            return -1;
        }
        var index = from >> 6;
        var word = _words[index] & (ulong.MaxValue << from);
        while (word == 0)
        {
            if (++index == _words.Length)
            {
                return -1;
            }
            word = _words[index];
        }
        return (index << 6) + BitOperations.TrailingZeroCount(word);
    }

    private ReadOnlySpan<ulong> WordsOf(BitSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Length != Length)
        {
            throw new ArgumentException($"A set of {other.Length} bits does not fit one of {Length}.", nameof(other));
        }
        return other._words;
    }

    private void Check(int index)
    {
        if ((uint)index >= (uint)Length)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"The set has {Length} bits.");
        }
    }
}
