using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Vitrina.Kernels.Histograms;

/// <summary>What sums are worth, and which sides of a split are too small.</summary>
/// <param name="GradientUnit">Gradient of one quantised unit.</param>
/// <param name="HessianUnit">Hessian of one quantised unit.</param>
/// <param name="L2">Penalty added to the hessian of each side.</param>
/// <param name="MinCount">Least rows of a side, at least 1.</param>
/// <param name="MinHessian">Least hessian of a side.</param>
public readonly record struct SplitLimits(double GradientUnit, double HessianUnit, double L2, int MinCount, double MinHessian);

/// <summary>Scores every cut of an ordered column: GL² / (HL + λ) + GR² / (HR + λ) (Chen and Guestrin, XGBoost, KDD 2016, equation 7 without its constants).</summary>
public static unsafe class SplitScores
{
    // Below this a side weighs nothing: the division would blow rounding up.
    private const double Smallest = 1e-300;

    /// <summary>Scores the cuts behind each bin.</summary>
    /// <param name="bins">Sums by bin in the order of the values, shape [bins].</param>
    /// <param name="alwaysLeft">Sum that stands left of every cut (missing values that go left), or zeros.</param>
    /// <param name="total">Sum over all rows.</param>
    /// <param name="limits">Units and limits.</param>
    /// <param name="scores">Receives the score of the cut behind each bin, −∞ where a side is too small; shape [bins].</param>
    /// <remarks>The same bits for any vector width. Allocates nothing.</remarks>
    public static void Write(ReadOnlySpan<GradientSum> bins, GradientSum alwaysLeft, GradientSum total, in SplitLimits limits, Span<double> scores)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bins.Length, GradientHistogram.Bins);
        if (scores.Length < bins.Length)
        {
            throw new ArgumentException($"Room for {scores.Length} scores, {bins.Length} needed.", nameof(scores));
        }

        long* gradients = stackalloc long[GradientHistogram.Bins];
        long* packed = stackalloc long[GradientHistogram.Bins];
        Vector128<long> sum = Vector128.Create(alwaysLeft.Gradient, alwaysLeft.HessianAndCount);
        ref GradientSum first = ref MemoryMarshal.GetReference(bins);
        for (int bin = 0; bin < bins.Length; bin++)
        {
            sum += Unsafe.As<GradientSum, Vector128<long>>(ref Unsafe.Add(ref first, bin));
            gradients[bin] = sum[0];
            packed[bin] = sum[1];
        }

        int done = 0;
        for (; done <= bins.Length - Vector256<long>.Count; done += Vector256<long>.Count)
        {
            Score(Vector256.Load(gradients + done), Vector256.Load(packed + done), total, limits).CopyTo(scores[done..]);
        }

        if (done < bins.Length)
        {
            // Values behind the last bin are whatever the stack held; their scores are not copied.
            Vector256<double> rest = Score(Vector256.Load(gradients + done), Vector256.Load(packed + done), total, limits);
            for (int i = 0; done + i < bins.Length; i++)
            {
                scores[done + i] = rest[i];
            }
        }
    }

    /// <summary>The same, one cut at a time: what the fast version is tested against.</summary>
    public static void WritePlain(ReadOnlySpan<GradientSum> bins, GradientSum alwaysLeft, GradientSum total, in SplitLimits limits, Span<double> scores)
    {
        GradientSum left = alwaysLeft;
        for (int bin = 0; bin < bins.Length; bin++)
        {
            left += bins[bin];
            GradientSum right = total - left;
            double leftGradient = left.Gradient * limits.GradientUnit, rightGradient = right.Gradient * limits.GradientUnit;
            double leftHessian = left.Hessian * limits.HessianUnit, rightHessian = right.Hessian * limits.HessianUnit;
            double a = leftHessian + limits.L2, b = rightHessian + limits.L2;
            bool isAllowed = left.Count >= limits.MinCount && right.Count >= limits.MinCount
                && leftHessian >= limits.MinHessian && rightHessian >= limits.MinHessian && a * b > Smallest;
            scores[bin] = isAllowed ? ((leftGradient * leftGradient * b) + (rightGradient * rightGradient * a)) / (a * b) : double.NegativeInfinity;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Score(Vector256<long> gradient, Vector256<long> packed, GradientSum total, in SplitLimits limits)
    {
        Vector256<long> otherGradient = Vector256.Create(total.Gradient) - gradient;
        Vector256<long> otherPacked = Vector256.Create(total.HessianAndCount) - packed;
        Vector256<long> countMask = Vector256.Create((long)GradientSum.MaxCount), minCount = Vector256.Create((long)limits.MinCount);
        Vector256<double> unit = Vector256.Create(limits.GradientUnit), hessianUnit = Vector256.Create(limits.HessianUnit);
        Vector256<double> leftGradient = Vector256.ConvertToDouble(gradient) * unit, rightGradient = Vector256.ConvertToDouble(otherGradient) * unit;
        Vector256<double> leftHessian = Vector256.ConvertToDouble(packed >> GradientSum.CountBits) * hessianUnit;
        Vector256<double> rightHessian = Vector256.ConvertToDouble(otherPacked >> GradientSum.CountBits) * hessianUnit;
        Vector256<double> l2 = Vector256.Create(limits.L2), minHessian = Vector256.Create(limits.MinHessian);
        Vector256<double> a = leftHessian + l2, b = rightHessian + l2, product = a * b;
        Vector256<double> score = ((leftGradient * leftGradient * b) + (rightGradient * rightGradient * a)) / product;
        Vector256<long> isCounted = Vector256.GreaterThanOrEqual(packed & countMask, minCount) & Vector256.GreaterThanOrEqual(otherPacked & countMask, minCount);
        Vector256<double> isHeavy = Vector256.GreaterThanOrEqual(leftHessian, minHessian) & Vector256.GreaterThanOrEqual(rightHessian, minHessian)
            & Vector256.GreaterThan(product, Vector256.Create(Smallest));
        return Vector256.ConditionalSelect(isCounted.AsDouble() & isHeavy, score, Vector256.Create(double.NegativeInfinity));
    }
}
