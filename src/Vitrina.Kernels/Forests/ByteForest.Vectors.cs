using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Vitrina.Kernels.Forests;

/// <content>The same loop over registers of 64, 32 and 16 rows.</content>
public sealed unsafe partial class ByteForest
{
    // The place of the lowest set bit by the low and by the high half of a byte; 8 where that half is empty.
    private static readonly Vector128<byte> s_firstOfLow = Vector128.Create((byte)8, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0);
    private static readonly Vector128<byte> s_firstOfHigh = Vector128.Create((byte)8, 4, 5, 4, 6, 4, 5, 4, 7, 4, 5, 4, 6, 4, 5, 4);

    private void AddBy64(Span<sbyte> lanes, Span<float> high, Span<float> low)
    {
        fixed (sbyte* lane = lanes)
        fixed (LaneTest* tests = _tests)
        fixed (int* planeEnds = _planeEnds)
        fixed (float* highSums = high, lowSums = low, highLeaves = _highLeaves, lowLeaves = _lowLeaves)
        {
            var test = tests;
            var planeEnd = planeEnds;
            var firstOfLow = Vector512.Create(Vector256.Create(s_firstOfLow, s_firstOfLow), Vector256.Create(s_firstOfLow, s_firstOfLow));
            var firstOfHigh = Vector512.Create(Vector256.Create(s_firstOfHigh, s_firstOfHigh), Vector256.Create(s_firstOfHigh, s_firstOfHigh));
            var nibble = Vector512.Create((byte)15);
            foreach (ref readonly var step in _steps.AsSpan())
            {
                var leaf = Vector512<byte>.Zero;
                for (var end = test + step.LevelCount; test < end; test++)
                {
                    leaf |= IsAbove64(lane, test) & Vector512.Create(test->Keep).AsByte();
                }
                for (var plane = step.PlaneCount - 1; plane >= 0; plane--, planeEnd++)
                {
                    var survivors = Vector512<byte>.AllBitsSet;
                    for (var end = tests + *planeEnd; test < end; test++)
                    {
                        survivors &= Vector512.Create(test->Keep).AsByte() | ~IsAbove64(lane, test);
                    }
                    var first = Vector512.Min(
                        Avx512BW.Shuffle(firstOfLow, survivors & nibble),
                        Avx512BW.Shuffle(firstOfHigh, (survivors.AsUInt16() >> 4).AsByte() & nibble));
                    first += Vector512.Create((byte)(8 * plane));
                    leaf = Vector512.ConditionalSelect(Vector512.Equals(survivors, Vector512<byte>.Zero), leaf, first);
                }
                AddLeaves64(leaf, step.LeafCount, highLeaves + step.LeafOffset, highSums);
                AddLeaves64(leaf, step.LeafCount, lowLeaves + step.LeafOffset, lowSums);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> IsAbove64(sbyte* lane, LaneTest* test) =>
        Vector512.GreaterThan(Vector512.Load(lane + test->Lane), Vector512.Create(test->Threshold).AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddLeaves64(Vector512<byte> leaf, int leafCount, float* leaves, float* sums)
    {
        if (leafCount > 64)
        {
            AddOneByOne((byte*)&leaf, 64, leaves, sums);
            return;
        }
        var index0 = Avx512F.ConvertToVector512Int32(leaf.GetLower().GetLower());
        var index1 = Avx512F.ConvertToVector512Int32(leaf.GetLower().GetUpper());
        var index2 = Avx512F.ConvertToVector512Int32(leaf.GetUpper().GetLower());
        var index3 = Avx512F.ConvertToVector512Int32(leaf.GetUpper().GetUpper());
        var (table0, table1) = (Vector512.Load(leaves), Vector512.Load(leaves + 16));
        var value0 = Avx512F.PermuteVar16x32x2(table0, index0, table1);
        var value1 = Avx512F.PermuteVar16x32x2(table0, index1, table1);
        var value2 = Avx512F.PermuteVar16x32x2(table0, index2, table1);
        var value3 = Avx512F.PermuteVar16x32x2(table0, index3, table1);
        if (leafCount > 32)
        {
            var (table2, table3) = (Vector512.Load(leaves + 32), Vector512.Load(leaves + 48));
            value0 = Upper(index0, Avx512F.PermuteVar16x32x2(table2, index0, table3), value0);
            value1 = Upper(index1, Avx512F.PermuteVar16x32x2(table2, index1, table3), value1);
            value2 = Upper(index2, Avx512F.PermuteVar16x32x2(table2, index2, table3), value2);
            value3 = Upper(index3, Avx512F.PermuteVar16x32x2(table2, index3, table3), value3);
        }
        (Vector512.Load(sums) + value0).Store(sums);
        (Vector512.Load(sums + 16) + value1).Store(sums + 16);
        (Vector512.Load(sums + 32) + value2).Store(sums + 32);
        (Vector512.Load(sums + 48) + value3).Store(sums + 48);
    }

    /// <summary>The upper value where the index is 32 or more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Upper(Vector512<int> index, Vector512<float> upper, Vector512<float> lower) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(index, Vector512.Create(31)).AsSingle(), upper, lower);

    private static void AddOneByOne(byte* leaf, int rows, float* leaves, float* sums)
    {
        for (var row = 0; row < rows; row++)
        {
            sums[row] += leaves[leaf[row]];
        }
    }

    private void AddBy32(Span<sbyte> lanes, int firstRow, Span<float> high, Span<float> low)
    {
        fixed (sbyte* start = lanes)
        fixed (LaneTest* tests = _tests)
        fixed (int* planeEnds = _planeEnds)
        fixed (float* highSums = high, lowSums = low, highLeaves = _highLeaves, lowLeaves = _lowLeaves)
        {
            var lane = start + firstRow;
            var test = tests;
            var planeEnd = planeEnds;
            var firstOfLow = Vector256.Create(s_firstOfLow, s_firstOfLow);
            var firstOfHigh = Vector256.Create(s_firstOfHigh, s_firstOfHigh);
            var nibble = Vector256.Create((byte)15);
            foreach (ref readonly var step in _steps.AsSpan())
            {
                var leaf = Vector256<byte>.Zero;
                for (var end = test + step.LevelCount; test < end; test++)
                {
                    leaf |= IsAbove32(lane, test) & Vector256.Create(test->Keep).AsByte();
                }
                for (var plane = step.PlaneCount - 1; plane >= 0; plane--, planeEnd++)
                {
                    var survivors = Vector256<byte>.AllBitsSet;
                    for (var end = tests + *planeEnd; test < end; test++)
                    {
                        survivors &= Vector256.Create(test->Keep).AsByte() | ~IsAbove32(lane, test);
                    }
                    var first = Vector256.Min(
                        Avx2.Shuffle(firstOfLow, survivors & nibble),
                        Avx2.Shuffle(firstOfHigh, (survivors.AsUInt16() >> 4).AsByte() & nibble));
                    first += Vector256.Create((byte)(8 * plane));
                    leaf = Vector256.ConditionalSelect(Vector256.Equals(survivors, Vector256<byte>.Zero), leaf, first);
                }
                AddOneByOne((byte*)&leaf, 32, highLeaves + step.LeafOffset, highSums);
                AddOneByOne((byte*)&leaf, 32, lowLeaves + step.LeafOffset, lowSums);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> IsAbove32(sbyte* lane, LaneTest* test) =>
        Vector256.GreaterThan(Vector256.Load(lane + test->Lane), Vector256.Create(test->Threshold).AsSByte()).AsByte();

    private void AddBy16(Span<sbyte> lanes, int firstRow, Span<float> high, Span<float> low)
    {
        fixed (sbyte* start = lanes)
        fixed (LaneTest* tests = _tests)
        fixed (int* planeEnds = _planeEnds)
        fixed (float* highSums = high, lowSums = low, highLeaves = _highLeaves, lowLeaves = _lowLeaves)
        {
            var lane = start + firstRow;
            var test = tests;
            var planeEnd = planeEnds;
            var nibble = Vector128.Create((byte)15);
            foreach (ref readonly var step in _steps.AsSpan())
            {
                var leaf = Vector128<byte>.Zero;
                for (var end = test + step.LevelCount; test < end; test++)
                {
                    leaf |= IsAbove16(lane, test) & Vector128.Create(test->Keep).AsByte();
                }
                for (var plane = step.PlaneCount - 1; plane >= 0; plane--, planeEnd++)
                {
                    var survivors = Vector128<byte>.AllBitsSet;
                    for (var end = tests + *planeEnd; test < end; test++)
                    {
                        survivors &= Vector128.Create(test->Keep).AsByte() | ~IsAbove16(lane, test);
                    }
                    var first = Vector128.Min(
                        Vector128.ShuffleNative(s_firstOfLow, survivors & nibble),
                        Vector128.ShuffleNative(s_firstOfHigh, (survivors.AsUInt16() >> 4).AsByte() & nibble));
                    first += Vector128.Create((byte)(8 * plane));
                    leaf = Vector128.ConditionalSelect(Vector128.Equals(survivors, Vector128<byte>.Zero), leaf, first);
                }
                AddOneByOne((byte*)&leaf, 16, highLeaves + step.LeafOffset, highSums);
                AddOneByOne((byte*)&leaf, 16, lowLeaves + step.LeafOffset, lowSums);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> IsAbove16(sbyte* lane, LaneTest* test) =>
        Vector128.GreaterThan(Vector128.Load(lane + test->Lane), Vector128.Create(test->Threshold).AsSByte()).AsByte();
}
