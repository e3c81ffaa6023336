using System.Runtime.Intrinsics;

namespace Vitrina.Kernels.Collections;

/// <summary>Comparisons of up to 64 cells of a column, a bit each.</summary>
public static class ColumnMasks
{
    /// <summary>Which cells equal one of some values.</summary>
    /// <param name="cells">The cells; those from the 65th on are not looked at.</param>
    /// <param name="values">The values.</param>
    /// <returns>Bit i is set where cell i does.</returns>
    public static ulong OneOf(ReadOnlySpan<int> cells, ReadOnlySpan<int> values)
    {
        var bits = 0ul;
        if (cells.Length < 64)
        {
            for (var i = 0; i < cells.Length; i++)
            {
                bits |= values.Contains(cells[i]) ? 1ul << i : 0;
            }
            return bits;
        }
        for (var i = 0; i < 64; i += Vector512<int>.Count)
        {
            var block = Vector512.Create(cells.Slice(i, Vector512<int>.Count));
            foreach (var value in values)
            {
                bits |= Vector512.Equals(block, Vector512.Create(value)).ExtractMostSignificantBits() << i;
            }
        }
        return bits;
    }

    /// <summary>Which cells lie in a range, ends included; NaN lies in none.</summary>
    /// <param name="cells">The cells; those from the 65th on are not looked at.</param>
    /// <param name="min">The least number.</param>
    /// <param name="max">The largest number.</param>
    /// <returns>Bit i is set where cell i does.</returns>
    public static ulong Within(ReadOnlySpan<double> cells, double min, double max)
    {
        var bits = 0ul;
        if (cells.Length < 64)
        {
            for (var i = 0; i < cells.Length; i++)
            {
                bits |= cells[i] >= min && cells[i] <= max ? 1ul << i : 0;
            }
            return bits;
        }
        for (var i = 0; i < 64; i += Vector512<double>.Count)
        {
            var block = Vector512.Create(cells.Slice(i, Vector512<double>.Count));
            var isWithin = Vector512.GreaterThanOrEqual(block, Vector512.Create(min)) & Vector512.LessThanOrEqual(block, Vector512.Create(max));
            bits |= isWithin.ExtractMostSignificantBits() << i;
        }
        return bits;
    }
}
