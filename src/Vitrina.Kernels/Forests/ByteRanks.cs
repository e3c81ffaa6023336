using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Vitrina.Kernels.Forests;

/// <summary>What a missing value (NaN), and a zero, is to a table of ranks.</summary>
public enum MissingRank
{
    /// <summary>NaN ranks below every threshold.</summary>
    Lowest,

    /// <summary>NaN ranks above every threshold.</summary>
    Highest,

    /// <summary>NaN is read as 0.</summary>
    Zero,

    /// <summary>NaN and everything within <see cref="ByteRanks.ZeroBand"/> of 0 rank below every threshold.</summary>
    LowestWithZero,

    /// <summary>NaN and everything within <see cref="ByteRanks.ZeroBand"/> of 0 rank above every threshold.</summary>
    HighestWithZero,
}

/// <summary>Turns floats into bytes: how many of at most 255 thresholds lie below each, less 128.</summary>
/// <remarks>
/// The thresholds stand level by level of a balanced search tree (Eytzinger order), so that the top levels of a search over 16 values are
/// permutations of registers instead of loads. Immutable and safe for concurrent use; allocates nothing when asked.
/// </remarks>
public sealed class ByteRanks
{
    /// <summary>The most thresholds of one table.</summary>
    public const int MaxThresholds = 255;

    /// <summary>Values up to this magnitude are zeros where zero is missing (LightGBM's kZeroThreshold).</summary>
    public const float ZeroBand = 1e-35f;

    private readonly float[] _nodes;
    private readonly int _levels;
    private readonly MissingRank _missing;

    /// <summary>Makes a table.</summary>
    /// <param name="thresholds">Strictly ascending, at most <see cref="MaxThresholds"/>, none NaN.</param>
    /// <param name="missing">Rank of a missing value.</param>
    public ByteRanks(ReadOnlySpan<float> thresholds, MissingRank missing)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(thresholds.Length, MaxThresholds, nameof(thresholds));
        _missing = missing;
        while ((1 << _levels) - 1 < thresholds.Length)
        {
            _levels++;
        }
        // Level l starts at 2^l - 1; padding of +∞ is below no value. Sixteen floats more, so that a register can be filled at any level.
        _nodes = new float[(1 << _levels) + 16];
        for (var level = 0; level < _levels; level++)
        {
            for (var node = 0; node < 1 << level; node++)
            {
                var place = (((2 * node) + 1) << (_levels - 1 - level)) - 1;
                _nodes[(1 << level) - 1 + node] = place < thresholds.Length ? thresholds[place] : float.PositiveInfinity;
            }
        }
    }

    private bool IsZeroMissing => _missing is MissingRank.LowestWithZero or MissingRank.HighestWithZero;

    private sbyte MissingByte => _missing is MissingRank.Highest or MissingRank.HighestWithZero ? sbyte.MaxValue : sbyte.MinValue;

    /// <summary>Ranks values.</summary>
    /// <param name="values">Any floats, shape [n], n a multiple of 16.</param>
    /// <param name="ranks">Receives number of thresholds below the value − 128, shape [n].</param>
    public void Rank(ReadOnlySpan<float> values, Span<sbyte> ranks)
    {
        if (values.Length % 16 != 0 || ranks.Length < values.Length)
        {
            throw new ArgumentException($"{values.Length} values into {ranks.Length} ranks: a multiple of 16 and as much room are needed.", nameof(values));
        }
        if (Avx512BW.IsSupported)
        {
            RankByRegisters(values, ranks);
        }
        else
        {
            RankOneByOne(values, ranks);
        }
    }

    /// <summary>The plain search, and what machines without 512-bit registers use.</summary>
    internal void RankOneByOne(ReadOnlySpan<float> values, Span<sbyte> ranks)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            if (float.IsNaN(value) && _missing == MissingRank.Zero)
            {
                value = 0;
            }
            if (float.IsNaN(value) || (IsZeroMissing && Math.Abs(value) <= ZeroBand))
            {
                ranks[i] = MissingByte;
                continue;
            }
            var rank = 0;
            for (var level = 0; level < _levels; level++)
            {
                rank = (2 * rank) + (value > _nodes[(1 << level) - 1 + rank] ? 1 : 0);
            }
            ranks[i] = (sbyte)(rank - 128);
        }
    }

    private unsafe void RankByRegisters(ReadOnlySpan<float> values, Span<sbyte> ranks)
    {
        fixed (float* nodes = _nodes, value = values)
        fixed (sbyte* rank = ranks)
        {
            for (var i = 0; i < values.Length; i += 16)
            {
                var x = Vector512.Load(value + i);
                if (_missing == MissingRank.Zero)
                {
                    x = Vector512.ConditionalSelect(Vector512.Equals(x, x), x, Vector512<float>.Zero);
                }
                else if (IsZeroMissing)
                {
                    var isZero = Vector512.LessThanOrEqual(Vector512.Abs(x), Vector512.Create(ZeroBand));
                    x = Vector512.ConditionalSelect(isZero, Vector512.Create(float.NaN), x);
                }
                var found = Search(nodes, x) - Vector512.Create(128);
                found = Vector512.ConditionalSelect(Vector512.Equals(x, x).AsInt32(), found, Vector512.Create((int)MissingByte));
                Avx512F.ConvertToVector128SByte(found).Store(rank + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe Vector512<int> Search(float* nodes, Vector512<float> x)
    {
        var found = Vector512<int>.Zero;
        // A true comparison is -1 in every lane: subtracting it adds one.
        for (var level = 0; level < Math.Min(_levels, 5); level++)
        {
            var node = Avx512F.PermuteVar16x32(Vector512.Load(nodes + (1 << level) - 1), found);
            found = found + found - Vector512.GreaterThan(x, node).AsInt32();
        }
        if (_levels > 5)
        {
            var node = Pair(nodes + 31, found);
            found = found + found - Vector512.GreaterThan(x, node).AsInt32();
        }
        if (_levels > 6)
        {
            var node = Quad(nodes + 63, found);
            found = found + found - Vector512.GreaterThan(x, node).AsInt32();
        }
        if (_levels > 7)
        {
            var isUpper = Vector512.GreaterThan(found, Vector512.Create(63)).AsSingle();
            var node = Vector512.ConditionalSelect(isUpper, Quad(nodes + 127 + 64, found), Quad(nodes + 127, found));
            found = found + found - Vector512.GreaterThan(x, node).AsInt32();
        }
        return found;
    }

    /// <summary>Looks up 32 floats; the permutation reads the low five bits of an index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<float> Pair(float* table, Vector512<int> index) =>
        Avx512F.PermuteVar16x32x2(Vector512.Load(table), index, Vector512.Load(table + 16));

    /// <summary>Looks up 64 floats by the low six bits of an index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<float> Quad(float* table, Vector512<int> index)
    {
        var isUpper = ~Vector512.Equals(index & Vector512.Create(32), Vector512<int>.Zero).AsSingle();
        return Vector512.ConditionalSelect(isUpper, Pair(table + 32, index), Pair(table, index));
    }
}
