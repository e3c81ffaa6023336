using Vitrina.Experimentation.Schedules;
using Vitrina.Experimentation.Statistics;
using Vitrina.Experimentation.Units;

namespace Vitrina.Experimentation.Switchbacks;

/// <summary>Inference on a running switchback that stays valid while people look: the clock is the number of completed blocks, never of impressions.</summary>
/// <remarks>
/// A cluster's periods are cut into blocks that end as soon as both arms were seen; the difference of the block's arms is one increment. Where
/// clusters share their schedule, the blocks that end in the same period are one increment. Under no effect the arms of a block could have
/// been drawn the other way round, so an increment's sign is a fair coin: the evidence is a bet on that coin, Π (1 + b D_i/max|D_1..i|), averaged
/// over b in (−1, 1). Beside it stands the asymptotic confidence sequence on the increments, narrower where there are many. Each is valid on its
/// own, so one of them is to be chosen before the start. Experiments reference, section B7.
/// </remarks>
public static class CompletedPeriods
{
    /// <summary>Increments from which the asymptotic sequence is trusted.</summary>
    public const int EnoughBlocks = 30;

    // The blocks for which the sequence is narrowest, when no stored design says how many are planned.
    private const double UsualBlocks = 100;

    private static readonly double[] s_bets = [.. Enumerable.Range(1, 9).SelectMany(tenth => (double[])[-tenth / 10.0, tenth / 10.0])];

    /// <summary>The asymptotic confidence sequence of the mean difference within blocks.</summary>
    /// <param name="cells">The cells up to now.</param>
    /// <param name="values">The outcome of each cell.</param>
    /// <param name="design">The stored design, whose length fixes the tuning size before the start; null: a usual one.</param>
    /// <param name="level">Error rate over all looks together.</param>
    public static Estimate AlwaysValid(SwitchbackCells cells, double[] values, ScheduleDesign? design, Level level)
    {
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentNullException.ThrowIfNull(values);
        var increments = Increments(cells, values);
        var (mean, error) = WithinClusters.MeanAndError(increments);
        if (increments.Length < EnoughBlocks)
        {
            return Estimate.None($"{increments.Length} blocks with both arms are complete, and the asymptotic sequence needs {EnoughBlocks}: read alwaysValidSigns", mean);
        }

        // A block takes about two periods.
        var planned = design is null ? UsualBlocks : Math.Max(EnoughBlocks, design.PeriodCount * (IsShared(cells) ? 1 : design.Clusters.Count) / 2.0);
        var sequence = Sequential.AlwaysValid(mean, error, increments.Length, planned, level);
        return (sequence with { Assumes = "valid at every completed block; blocks are independent; their number was planned before the start" }).With(("blocks", increments.Length));
    }

    /// <summary>The interval and p-value of the mean difference within blocks by bets on the signs: exact at every look, from the first block on.</summary>
    /// <param name="cells">The cells up to now.</param>
    /// <param name="values">The outcome of each cell.</param>
    /// <param name="level">Error rate over all looks together; two-sided.</param>
    public static Estimate BySigns(SwitchbackCells cells, double[] values, Level level)
    {
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentNullException.ThrowIfNull(values);
        var increments = Increments(cells, values);
        var (mean, error) = WithinClusters.MeanAndError(increments);
        if (increments.Length < 2 || !(error > 0))
        {
            return Estimate.None(increments.Length < 2 ? "fewer than two blocks with both arms are complete" : "all blocks differ by the same: the metric has zero variance", mean);
        }

        double Beyond(double effect) => Math.Min(1, 1 / Evidence(increments, effect));
        var p = Beyond(0);
        return new Estimate
        {
            Value = mean,
            StandardError = error,
            Low = Edge(mean, -error, Beyond, level.Alpha),
            High = Edge(mean, error, Beyond, level.Alpha),
            PValue = p,
            LogPValue = Math.Log(p),
            Assumes = "valid at every completed block; without an effect a block's arms could as well have been drawn the other way round; the effect is the same in every block",
        }.With(("eValue", Evidence(increments, 0)), ("blocks", increments.Length));
    }

    /// <summary>The evidence against a constant effect: a fair bet on the signs of the increments, whose mean without that effect is 1.</summary>
    internal static double Evidence(double[] increments, double effect)
    {
        var wealth = new double[s_bets.Length];
        Array.Fill(wealth, 1.0);
        var largest = 0.0;
        foreach (var increment in increments)
        {
            var left = increment - effect;
            largest = Math.Max(largest, Math.Abs(left));
            for (var bet = 0; bet < wealth.Length && largest > 0; bet++)
            {
                wealth[bet] *= 1 + s_bets[bet] * left / largest;
            }
        }

        return wealth.Average();
    }

    /// <summary>The differences of completed blocks, in the order in which they were completed.</summary>
    internal static double[] Increments(SwitchbackCells cells, double[] values)
    {
        var blocks = new List<(int Period, double Difference)>();
        foreach (var rows in cells.Rows)
        {
            double treated = 0, control = 0;
            int treatedCount = 0, controlCount = 0;
            foreach (var i in rows)
            {
                (treated, treatedCount) = cells.Arm[i] == 1 ? (treated + values[i], treatedCount + 1) : (treated, treatedCount);
                (control, controlCount) = cells.Arm[i] == 0 ? (control + values[i], controlCount + 1) : (control, controlCount);
                if (treatedCount > 0 && controlCount > 0)
                {
                    blocks.Add((cells.Period[i], treated / treatedCount - control / controlCount));
                    (treated, control, treatedCount, controlCount) = (0, 0, 0, 0);
                }
            }
        }

        var ordered = blocks.OrderBy(block => block.Period);
        return IsShared(cells) ? [.. ordered.GroupBy(block => block.Period).Select(group => group.Average(block => block.Difference))] : [.. ordered.Select(block => block.Difference)];
    }

    private static bool IsShared(SwitchbackCells cells) => cells.Rows.Count > 1 && ScheduleDiagnostics.MeanCorrelation(cells) > 0.3;

    // Outwards until the p of a constant effect falls to alpha, then bisection; infinite when it never does.
    private static double Edge(double from, double step, Func<double, double> p, double alpha)
    {
        var near = from;
        for (var doubling = 0; doubling < 40; doubling++, step *= 2)
        {
            var far = from + step;
            if (p(far) > alpha)
            {
                near = far;
                continue;
            }

            for (var i = 0; i < 40; i++)
            {
                var middle = (near + far) / 2;
                (near, far) = p(middle) <= alpha ? (near, middle) : (middle, far);
            }

            return near;
        }

        return step < 0 ? double.NegativeInfinity : double.PositiveInfinity;
    }
}
