using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.OffPolicy;

/// <summary>Means of per-row terms with standard errors over rows or clusters.</summary>
internal sealed class TermEstimates(int[] cluster, double alpha)
{
    /// <summary>The mean of the terms.</summary>
    public Estimate Mean(double[] terms, string assumes)
    {
        var mean = terms.Average();
        return Finish(mean, [.. terms.Select(term => term - mean)], terms.Length, terms.Length - 1.0, assumes);
    }

    /// <summary>base mean + Σ w x / Σ w: the delta method's influence of each row.</summary>
    public Estimate SelfNormalised(double[] weights, double[] values, double[]? plain, string assumes)
    {
        double total = weights.Sum(), ratio = weights.Zip(values, (w, x) => w * x).Sum() / total, mean = plain?.Average() ?? 0, meanWeight = total / weights.Length;
        double[] influence = [.. weights.Select((w, i) => w * (values[i] - ratio) / meanWeight + (plain is null ? 0 : plain[i] - mean))];
        return Finish(mean + ratio, influence, weights.Length, weights.Length, assumes);
    }

    // "divisor": n − 1 for a sample deviation, n for the delta method's plain sum.
    private Estimate Finish(double value, double[] influence, int count, double divisor, string assumes)
    {
        if (cluster.Length == 0)
        {
            var error = Math.Sqrt(influence.Sum(x => x * x) / divisor / count);
            return Guard(Estimate.FromT(value, error, count - 1, new Level(alpha), assumes + "; rows are independent"));
        }

        var sums = new Dictionary<int, double>();
        for (var i = 0; i < influence.Length; i++)
        {
            sums[cluster[i]] = sums.GetValueOrDefault(cluster[i]) + influence[i];
        }

        if (sums.Count < 2)
        {
            return Estimate.None("there is only one cluster", value);
        }

        var clustered = Math.Sqrt(sums.Values.Sum(x => x * x) * sums.Count / (sums.Count - 1.0)) / count;
        return Guard(Estimate.FromT(value, clustered, sums.Count - 1, new Level(alpha), assumes + "; clusters are independent")).With(("clusters", sums.Count));
    }

    // A value against zero is no test that anybody asks for: the p-value stays out.
    private static Estimate Guard(Estimate estimate) => estimate with { PValue = double.NaN, LogPValue = double.NaN, Statistic = double.NaN };
}
