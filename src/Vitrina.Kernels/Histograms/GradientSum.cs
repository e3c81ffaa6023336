namespace Vitrina.Kernels.Histograms;

/// <summary>Sums of quantised gradients, hessians and rows: of one row, one bin, or a set of rows.</summary>
/// <remarks>
/// Whole numbers: sums do not depend on the order of adding, so neither on the number of threads, and a difference of sums is exact.
/// 16 bytes, added as one 128-bit value. Ranges: |gradient sum| below 2^63, hessian sum below 2^37, at most 2^26 − 1 rows.
/// </remarks>
/// <param name="Gradient">Sum of quantised gradients.</param>
/// <param name="HessianAndCount">Sum of quantised hessians (at least 0) above <see cref="CountBits"/> bits of row count.</param>
public readonly record struct GradientSum(long Gradient, long HessianAndCount)
{
    /// <summary>Bits of the row count.</summary>
    public const int CountBits = 26;

    /// <summary>Most rows that a sum can count.</summary>
    public const int MaxCount = (1 << CountBits) - 1;

    /// <summary>The sum of one row.</summary>
    public static GradientSum OfRow(long gradient, long hessian) => new(gradient, (hessian << CountBits) | 1);

    /// <summary>Sum of quantised hessians.</summary>
    public long Hessian => HessianAndCount >> CountBits;

    /// <summary>Number of rows.</summary>
    public int Count => (int)(HessianAndCount & MaxCount);

    /// <summary>The sum over both sets of rows.</summary>
    public static GradientSum operator +(GradientSum left, GradientSum right)
        => new(left.Gradient + right.Gradient, left.HessianAndCount + right.HessianAndCount);

    /// <summary>The sum over the rows of the left set that are not in the right one.</summary>
    public static GradientSum operator -(GradientSum left, GradientSum right)
        => new(left.Gradient - right.Gradient, left.HessianAndCount - right.HessianAndCount);

    /// <summary>The sum over both sets of rows.</summary>
    public static GradientSum Add(GradientSum left, GradientSum right) => left + right;

    /// <summary>The sum over the rows of the left set that are not in the right one.</summary>
    public static GradientSum Subtract(GradientSum left, GradientSum right) => left - right;
}
