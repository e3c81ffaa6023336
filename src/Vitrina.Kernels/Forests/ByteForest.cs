using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Vitrina.Kernels.Forests;

/// <summary>A sum of decision trees over byte lanes, evaluated for 64 rows at a time.</summary>
/// <remarks>
/// A lane is one byte of every row of a block, <see cref="BlockRows"/> apart: usually the rank of a value among a column's thresholds
/// (<see cref="ByteRanks"/>). Immutable and safe for concurrent use; allocates nothing. The sum of a row does not depend on the other rows,
/// on its place, or on the vector width.
/// </remarks>
public sealed partial class ByteForest
{
    /// <summary>Rows of a block, and bytes of a lane.</summary>
    public const int BlockRows = 64;

    /// <summary>The most leaves of one tree.</summary>
    public const int MaxLeaves = 256;

    // Leaves are looked up sixteen at a time, and by up to 64 at once: room for the last tree's register to be filled.
    private const int LeafPadding = 64;

    private readonly LaneTest[] _tests;
    private readonly int[] _planeEnds;
    private readonly TreeStep[] _steps;
    private readonly float[] _highLeaves;
    private readonly float[] _lowLeaves;
    private readonly int _laneCount;

    /// <summary>Lays the trees out.</summary>
    /// <param name="trees">The trees, each of at most <see cref="MaxLeaves"/> leaves.</param>
    /// <param name="laneCount">Number of lanes that they read.</param>
    public ByteForest(IReadOnlyList<ByteTree> trees, int laneCount)
    {
        ArgumentNullException.ThrowIfNull(trees);
        ArgumentOutOfRangeException.ThrowIfNegative(laneCount);
        var program = new ForestProgram(laneCount);
        _laneCount = laneCount;
        _steps = new TreeStep[trees.Count];
        double total = 0;
        for (var t = 0; t < trees.Count; t++)
        {
            var leaves = trees[t].LeafValue;
            if (leaves.Length is 0 or > MaxLeaves)
            {
                throw new ArgumentException($"Tree {t} has {leaves.Length} leaves; 1 to {MaxLeaves} are possible.", nameof(trees));
            }
            _steps[t] = program.Add(trees[t]);
            total += leaves.Max(Math.Abs);
        }
        _tests = [.. program.Tests];
        _planeEnds = [.. program.PlaneEnds];
        (_highLeaves, _lowLeaves) = Split(program.Leaves, total);
    }

    /// <summary>Bytes of a block of lanes, their complements included.</summary>
    public int BlockBytes => 2 * _laneCount * BlockRows;

    /// <summary>Adds the value of each row's leaf, over all trees, to the row's sum.</summary>
    /// <param name="lanes">Shape [2 x lanes x <see cref="BlockRows"/>]: the first half holds the lanes, the second one is scratch.</param>
    /// <param name="rows">Rows that count, at most <see cref="BlockRows"/>; the others may hold anything.</param>
    /// <param name="sums">Sums by row, shape [rows]; exact to about 2^-45 of the largest possible sum.</param>
    public void Add(Span<sbyte> lanes, int rows, Span<double> sums)
    {
        // On a narrow block wide registers would work for nobody.
        if (rows > 32 && Avx512BW.IsSupported)
        {
            Add(lanes, rows, sums, 64);
        }
        else if (rows > 16 && Avx2.IsSupported)
        {
            Add(lanes, rows, sums, 32);
        }
        else
        {
            Add(lanes, rows, sums, Vector128.IsHardwareAccelerated ? 16 : 1);
        }
    }

    /// <summary>Does the same with registers of the given number of bytes; 1 is the plain loop.</summary>
    internal void Add(Span<sbyte> lanes, int rows, Span<double> sums, int width)
    {
        if (lanes.Length < BlockBytes || (uint)rows > BlockRows || sums.Length < rows)
        {
            throw new ArgumentException($"{lanes.Length} bytes of lanes and {sums.Length} sums do not hold {rows} rows of {_laneCount} lanes.", nameof(lanes));
        }
        Complement(lanes);
        Span<float> high = stackalloc float[BlockRows];
        Span<float> low = stackalloc float[BlockRows];
        high.Clear();
        low.Clear();
        switch (width)
        {
            case 64:
                AddBy64(lanes, high, low);
                break;
            case 32:
                for (var first = 0; first < rows; first += 32)
                {
                    AddBy32(lanes, first, high[first..], low[first..]);
                }
                break;
            case 16:
                for (var first = 0; first < rows; first += 16)
                {
                    AddBy16(lanes, first, high[first..], low[first..]);
                }
                break;
            default:
                for (var row = 0; row < rows; row++)
                {
                    AddRow(lanes, row, ref high[row], ref low[row]);
                }
                break;
        }
        for (var row = 0; row < rows; row++)
        {
            sums[row] += (double)high[row] + low[row];
        }
    }

    /// <summary>Cuts leaf values into a coarse part, whose float sums are exact in any order, and the small rest.</summary>
    /// <remarks>Coarse parts are multiples of a quantum of which 2^23 make more than the largest possible sum: a float holds every partial sum.</remarks>
    private static (float[] High, float[] Low) Split(IReadOnlyList<double> leaves, double total)
    {
        var quantum = total > 0 ? Math.ScaleB(1, Math.Max(Math.ILogB(total) + 1 - 22, -140)) : 1;
        var (high, low) = (new float[leaves.Count + LeafPadding], new float[leaves.Count + LeafPadding]);
        for (var leaf = 0; leaf < leaves.Count; leaf++)
        {
            high[leaf] = (float)(Math.Round(leaves[leaf] / quantum) * quantum);
            low[leaf] = (float)(leaves[leaf] - high[leaf]);
        }
        return (high, low);
    }

    private void Complement(Span<sbyte> lanes)
    {
        var plain = lanes[..(_laneCount * BlockRows)];
        System.Numerics.Tensors.TensorPrimitives.OnesComplement<sbyte>(plain, lanes.Slice(plain.Length, plain.Length));
    }

    private void AddRow(ReadOnlySpan<sbyte> lanes, int row, ref float high, ref float low)
    {
        var (test, plane) = (0, 0);
        foreach (var step in _steps)
        {
            var leaf = 0;
            for (var level = 0; level < step.LevelCount; level++, test++)
            {
                leaf |= lanes[_tests[test].Lane + row] > (sbyte)_tests[test].Threshold ? (byte)_tests[test].Keep : 0;
            }
            for (var left = step.PlaneCount - 1; left >= 0; left--, plane++)
            {
                var survivors = 0xFF;
                for (; test < _planeEnds[plane]; test++)
                {
                    survivors &= lanes[_tests[test].Lane + row] > (sbyte)_tests[test].Threshold ? (byte)_tests[test].Keep : 0xFF;
                }
                leaf = survivors == 0 ? leaf : (left * 8) + System.Numerics.BitOperations.TrailingZeroCount(survivors);
            }
            high += _highLeaves[step.LeafOffset + leaf];
            low += _lowLeaves[step.LeafOffset + leaf];
        }
    }
}
