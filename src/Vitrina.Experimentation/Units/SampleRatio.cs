using MathNet.Numerics;
using Vitrina.Experimentation.Statistics;
using Vitrina.Kernels.Chance;

namespace Vitrina.Experimentation.Units;

/// <summary>The outcome of a sample ratio test.</summary>
/// <param name="ChiSquare">The statistic; NaN when there is no test.</param>
/// <param name="DegreesOfFreedom">Arms with a positive weight, minus 1.</param>
/// <param name="PValue">1 when there is nothing to compare.</param>
/// <param name="LogPValue">Its natural logarithm, finite where the p-value underflows.</param>
/// <param name="IsExact">Whether the p-value is the exact one, for small expected counts.</param>
/// <param name="Mistake">Why the weights cannot be tested, or users in an arm of weight zero; null when all is well.</param>
public readonly record struct SampleRatioResult(double ChiSquare, int DegreesOfFreedom, double PValue, double LogPValue, bool IsExact, string? Mistake);

/// <summary>Sample ratio mismatch: whether units came to the arms in the planned shares.</summary>
public static class SampleRatio
{
    /// <summary>The alarm's p-value: people look daily, so 0.05 would cry wolf.</summary>
    public const double AlarmPValue = 0.001;

    private const double SmallestExpected = 5;
    private const int MaxCompositions = 200_000;
    private const int Draws = 100_000;

    /// <summary>Pearson's test over the arms with a positive weight; exact when an expected count is below 5.</summary>
    /// <param name="counts">Units per arm.</param>
    /// <param name="weights">Planned shares; arms of weight 0 are left out of totals and degrees of freedom.</param>
    public static SampleRatioResult Test(IReadOnlyList<long> counts, IReadOnlyList<double> weights)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(weights);
        if (counts.Count != weights.Count)
        {
            return None($"there are {weights.Count} weights for {counts.Count} arms");
        }

        if (weights.Any(weight => !(weight >= 0) || double.IsInfinity(weight)))
        {
            return None("a weight is negative or not a number");
        }

        int[] arms = [.. Enumerable.Range(0, counts.Count).Where(arm => weights[arm] > 0)];
        var mistake = Enumerable.Range(0, counts.Count).Any(arm => weights[arm] == 0 && counts[arm] > 0) && arms.Length > 0 ? "an arm of weight 0 has units" : null;
        var total = arms.Sum(arm => counts[arm]);
        if (arms.Length < 2 || total == 0)
        {
            return new(double.NaN, Math.Max(0, arms.Length - 1), 1, 0, false, mistake);
        }

        var sum = arms.Sum(arm => weights[arm]);
        double[] shares = [.. arms.Select(arm => weights[arm] / sum)];
        long[] observed = [.. arms.Select(arm => counts[arm])];
        var chiSquare = ChiSquare(observed, shares, total);
        var isExact = shares.Any(share => share * total < SmallestExpected);
        var log = isExact ? Math.Log(Exact(observed, shares, total)) : Tails.LogChiSquareUpper(chiSquare, arms.Length - 1);
        return new(chiSquare, arms.Length - 1, Math.Exp(log), log, isExact, mistake);
    }

    /// <summary>The sequential test's logarithm of the Bayes factor against the planned shares: valid at every look.</summary>
    /// <param name="counts">Units per arm so far.</param>
    /// <param name="weights">Planned shares of those arms, all positive.</param>
    /// <param name="prior">Dirichlet parameters; larger values expect smaller deviations.</param>
    /// <remarks>Lindon and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022. The p-value is the running minimum of 1/BF.</remarks>
    public static double LogBayesFactor(IReadOnlyList<long> counts, IReadOnlyList<double> weights, IReadOnlyList<double> prior)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(prior);
        double total = counts.Sum(), sum = prior.Sum(), weightSum = weights.Sum();
        var log = SpecialFunctions.GammaLn(sum) - SpecialFunctions.GammaLn(sum + total);
        for (var arm = 0; arm < counts.Count; arm++)
        {
            log += SpecialFunctions.GammaLn(prior[arm] + counts[arm]) - SpecialFunctions.GammaLn(prior[arm]);
            log -= counts[arm] == 0 ? 0 : counts[arm] * Math.Log(weights[arm] / weightSum);
        }

        return log;
    }

    private static SampleRatioResult None(string mistake) => new(double.NaN, 0, double.NaN, double.NaN, false, mistake);

    private static double ChiSquare(long[] observed, double[] shares, long total)
    {
        double sum = 0;
        for (var arm = 0; arm < observed.Length; arm++)
        {
            var expected = total * shares[arm];
            sum += (observed[arm] - expected) * (observed[arm] - expected) / expected;
        }

        return sum;
    }

    // Two arms: binomial. More: every composition when they are few, else draws from the plan.
    private static double Exact(long[] observed, double[] shares, long total)
    {
        if (observed.Length == 2)
        {
            return Tails.BinomialTwoSided(observed[0], total, shares[0]);
        }

        var limit = LogMultinomial(observed, shares, total) + 1e-7;
        if (SpecialFunctions.Binomial((int)Math.Min(total, 100_000) + observed.Length - 1, observed.Length - 1) <= MaxCompositions && total <= 100_000)
        {
            double sum = 0;
            Enumerate(new long[observed.Length], 0, total, counts =>
            {
                var log = LogMultinomial(counts, shares, total);
                sum += log <= limit ? Math.Exp(log) : 0;
            });
            return Math.Min(1, sum);
        }

        return Drawn(shares, total, limit);
    }

    private static double Drawn(double[] shares, long total, double limit)
    {
        var stream = RandomStream.For(1, "sample ratio", (ulong)total);
        var asUnlikely = 0;
        for (var draw = 0; draw < Draws; draw++)
        {
            // One arm after another given the rest: Poisson for rare arms (total is large here), normal for common ones.
            var counts = new long[shares.Length];
            var rest = total;
            for (var arm = 0; arm < shares.Length - 1; arm++)
            {
                var share = shares[arm] / shares[arm..].Sum();
                counts[arm] = DrawBinomial(ref stream, rest, share);
                rest -= counts[arm];
            }

            counts[^1] = rest;
            asUnlikely += LogMultinomial(counts, shares, total) <= limit ? 1 : 0;
        }

        return (asUnlikely + 1.0) / (Draws + 1);
    }

    private static long DrawBinomial(ref RandomStream stream, long trials, double share)
    {
        double mean = trials * share, variance = mean * (1 - share);
        if (mean < 30)
        {
            return Math.Min(trials, stream.NextPoisson(mean));
        }

        return trials - mean < 30
            ? trials - Math.Min(trials, stream.NextPoisson(trials - mean))
            : Math.Clamp((long)Math.Round(mean + Math.Sqrt(variance) * stream.NextGaussian()), 0, trials);
    }

    private static void Enumerate(long[] counts, int arm, long rest, Action<long[]> visit)
    {
        if (arm == counts.Length - 1)
        {
            counts[arm] = rest;
            visit(counts);
            return;
        }

        for (long count = 0; count <= rest; count++)
        {
            counts[arm] = count;
            Enumerate(counts, arm + 1, rest - count, visit);
        }
    }

    private static double LogMultinomial(long[] counts, double[] shares, long total)
    {
        var log = SpecialFunctions.GammaLn(total + 1);
        for (var arm = 0; arm < counts.Length; arm++)
        {
            log += counts[arm] * Math.Log(shares[arm]) - SpecialFunctions.GammaLn(counts[arm] + 1);
        }

        return log;
    }
}
