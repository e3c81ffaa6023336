using Vitrina.Experimentation.Schedules;
using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Switchbacks;

/// <summary>The Horvitz-Thompson estimate of one unit's path under a minimax schedule, with its conservative variance.</summary>
/// <remarks>
/// Bojinov, Simchi-Levi and Zhao, Management Science 2023, sections 3 and 4. The estimate is not location invariant: subtract a mean that was
/// fixed before the draw (see `centre`), which takes most of the variance away.
/// </remarks>
public static class MinimaxEstimator
{
    /// <summary>The estimate against the normal distribution.</summary>
    /// <param name="values">Outcome of each period, shape [T].</param>
    /// <param name="arms">0 and 1, shape [T].</param>
    /// <param name="carryOverPeriods">m: how many further periods an arm acts; T is a multiple of m and at least 4 m.</param>
    /// <param name="centre">A pre-period mean.</param>
    /// <param name="level">Which interval.</param>
    public static Estimate Estimate(double[] values, byte[] arms, int carryOverPeriods, double centre, Level level)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(arms);
        int m = carryOverPeriods, length = values.Length;
        if (m < 1 || length % m != 0 || length / m < 4)
        {
            return Statistics.Estimate.None("the path must be a multiple of the carry-over, at least four times as long, and the carry-over at least one period");
        }

        double[] centred = [.. values.Select(value => value - centre)];
        var points = ScheduleDesign.MinimaxPoints(length, m);
        double sum = 0;
        for (var t = m; t < length; t++)
        {
            var window = arms[(t - m)..(t + 1)];
            if (!window.AsSpan().ContainsAnyExcept(arms[t]))
            {
                var coins = 1 + points.Count(point => point > t - m && point <= t);
                sum += centred[t] * (arms[t] == 1 ? 1 : -1) * Math.Pow(2, coins);
            }
        }

        var variance = ConservativeVariance(centred, arms, m, points);
        return Statistics.Estimate.FromT(sum / (length - m), Math.Sqrt(Math.Max(0, variance)), double.PositiveInfinity, level, $"arms act for at most {m} further periods; fair coins at the minimax points; many blocks")
            .With(("varianceBound", variance));
    }

    // Section 4.2: block sums B_0 … B_{n−2}; cross terms only where all their coins agree.
    private static double ConservativeVariance(double[] values, byte[] arms, int m, int[] points)
    {
        int length = values.Length, last = length / m - 2;
        double[] blocks = [.. Enumerable.Range(0, last + 1).Select(k => values[((k + 1) * m)..((k + 2) * m)].Sum())];
        // Block k of outcomes lies under the coins at its window's two ends: the first and the last lie under one.
        int[] coins = [.. points.Select(point => (int)arms[point])];
        var sum = 6 * blocks[0] * blocks[0] + 6 * blocks[last] * blocks[last];
        for (var k = 1; k < last; k++)
        {
            sum += coins[k - 1] == coins[k] ? 24 * blocks[k] * blocks[k] : 0;
        }

        for (var k = 0; k < last; k++)
        {
            int from = Math.Max(0, k - 1), to = Math.Min(coins.Length - 1, k + 1);
            var agree = Enumerable.Range(from, to - from + 1).All(coin => coins[coin] == coins[from]);
            sum += agree ? (k == 0 || k == last - 1 ? 8 : 16) * blocks[k] * blocks[k + 1] : 0;
        }

        return sum / ((length - m) * (double)(length - m));
    }
}
