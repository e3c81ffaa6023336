using System.Numerics;
using Vitrina.Kernels.Chance;

namespace Vitrina.Learning.Evaluation;

/// <summary>
/// Interval and p-value of a mean difference from the means of random subsets of the lists (Hartigan, Using subsample values as typical values,
/// Journal of the American Statistical Association, 1969).
/// </summary>
/// <remarks>
/// Flipping the signs of a subset's differences, and asking whether the sum got larger, is asking on which side of zero the subset's mean lies. So
/// the interval is the inversion of the randomisation test: it excludes 0 exactly when the p-value is at most 5 %. When two methods are equally
/// good, the differences are as likely to be positive as negative, and both are then right for any number of lists and any tail, which the
/// percentile bootstrap is not: it is too narrow below some 100 lists. At most 5 lists that differ can prove nothing at 5 %; the interval is then
/// unbounded.
/// </remarks>
public static class SubsetMeans
{
    private const double Tail = 0.025;

    /// <summary>Mean, 95 % interval and two-sided p-value of differences.</summary>
    /// <param name="differences">One per list; no NaN.</param>
    /// <param name="seed">Seed of the subsets; all of them are taken when there are no more than asked for.</param>
    /// <param name="resamples">Number of subsets, at least 40; fewer cannot show 5 %.</param>
    /// <returns>All NaN without differences.</returns>
    /// <remarks>Cost: resamples x lists additions, on one thread. Safe for concurrent use.</remarks>
    public static (MeanInterval Interval, double PValue) Of(ReadOnlySpan<double> differences, ulong seed, int resamples)
    {
        if (differences.IsEmpty)
        {
            return (new MeanInterval(double.NaN, double.NaN, double.NaN, 0), double.NaN);
        }

        double[] means = differences.Length < 31 && (1L << differences.Length) - 1 <= resamples ? All(differences) : Drawn(differences, seed, resamples);
        Array.Sort(means);

        // Sums in another order round differently: a tie with zero must count as one.
        double size = 0, sum = 0;
        foreach (double difference in differences)
        {
            size = Math.Max(size, Math.Abs(difference));
            sum += difference;
        }

        double slack = 1e-12 * size;
        int notAbove = CountUpTo(means, slack), notBelow = means.Length - CountUpTo(means, Math.BitDecrement(-slack));
        double pValue = Math.Min(1, 2.0 * (1 + Math.Min(notAbove, notBelow)) / (means.Length + 1));

        // The largest number of means that may lie beyond an end: that many, and one more for the lists as they are, make at most the tail.
        int beyond = (int)Math.Floor((Tail * (means.Length + 1)) + 1e-9) - 1;
        return beyond < 0
            ? (new MeanInterval(sum / differences.Length, double.NegativeInfinity, double.PositiveInfinity, differences.Length), pValue)
            : (new MeanInterval(sum / differences.Length, means[beyond], means[^(beyond + 1)], differences.Length), pValue);
    }

    private static double[] All(ReadOnlySpan<double> differences)
    {
        double[] means = new double[(1 << differences.Length) - 1];
        for (uint subset = 1; subset <= means.Length; subset++)
        {
            double sum = 0;
            for (uint left = subset; left != 0; left &= left - 1)
            {
                sum += differences[BitOperations.TrailingZeroCount(left)];
            }

            means[subset - 1] = sum / BitOperations.PopCount(subset);
        }

        return means;
    }

    private static double[] Drawn(ReadOnlySpan<double> differences, ulong seed, int resamples)
    {
        double[] means = new double[resamples];
        RandomStream stream = RandomStream.For(seed, "subsets");
        for (int resample = 0; resample < resamples; resample++)
        {
            double sum = 0;
            int count = 0;
            while (count == 0)
            {
                for (int start = 0; start < differences.Length; start += 64)
                {
                    ulong bits = stream.NextUInt64();
                    ReadOnlySpan<double> part = differences.Slice(start, Math.Min(64, differences.Length - start));
                    if (part.Length < 64)
                    {
                        bits &= (1UL << part.Length) - 1;
                    }

                    count += BitOperations.PopCount(bits);
                    for (; bits != 0; bits &= bits - 1)
                    {
                        sum += part[BitOperations.TrailingZeroCount(bits)];
                    }
                }
            }

            means[resample] = sum / count;
        }

        return means;
    }

    // How many sorted values are at most a bound.
    private static int CountUpTo(double[] sorted, double bound)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sorted[middle] <= bound)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
