using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Switchbacks;

/// <summary>What earlier arms still do: lags, the order test, the placebo.</summary>
public static class CarryOver
{
    /// <summary>The total effect y ~ W_t + … + W_{t−m} with two-way constants, by CR2. Cells without m predecessors are left out.</summary>
    /// <returns>The sum of all slopes; `lagN` in the details are the slopes themselves.</returns>
    public static Estimate Total(SwitchbackCells cells, double[] values, int lags, Level level)
    {
        var (kept, outcome, columns) = Lagged(cells, values, lags);
        if (Fit(kept, outcome, columns, [.. columns.Select(_ => 1.0)]) is not { } total)
        {
            return Estimate.None($"the arms of {lags} earlier periods cannot be told apart");
        }

        (string, double)[] slopes = [.. Enumerable.Range(0, lags + 1).Select(lag => ($"lag{lag}", Fit(kept, outcome, columns, Unit(lag, lags + 1))!.Value))];
        return (total.ByCr2(level) with { Assumes = $"an arm acts for {lags} further periods and no longer; clusters are independent" }).With(slopes);
    }

    /// <summary>Whether any of the lags acts: the sum of the lagged slopes against zero.</summary>
    public static Estimate Test(SwitchbackCells cells, double[] values, int lags, Level level)
    {
        var (kept, outcome, columns) = Lagged(cells, values, lags);
        double[] combination = [0, .. Enumerable.Repeat(1.0, lags)];
        return Fit(kept, outcome, columns, combination) is { } sum
            ? sum.ByCr2(level) with { Assumes = $"carry-over beyond {lags} periods is absent; clusters are independent" }
            : Estimate.None($"the arms of {lags} earlier periods cannot be told apart");
    }

    /// <summary>The placebo: the previous period's outcome on this period's arm, its own arm held. Anything but zero is a broken schedule or log.</summary>
    public static Estimate Placebo(SwitchbackCells cells, double[] values, Level level)
    {
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentNullException.ThrowIfNull(values);
        var at = Positions(cells);
        var (kept, columns) = cells.Where(
            i => at.ContainsKey((cells.Cluster[i], cells.Period[i] + 1)), values, [.. cells.Arm.Select(arm => (double)arm)],
            [.. Enumerable.Range(0, cells.Count).Select(i => at.TryGetValue((cells.Cluster[i], cells.Period[i] + 1), out var next) ? cells.Arm[next] : 0.0)]);
        return Fit(kept, columns[0], [columns[2], columns[1]], [1, 0]) is { } fit
            ? fit.ByCr2(level) with { Assumes = "nothing acts before it happens; clusters are independent" }
            : Estimate.None("the next period's arm does not vary beyond the constants");
    }

    private static PanelRegression? Fit(SwitchbackCells cells, double[] values, double[][] columns, double[] combination)
        => cells.Count == 0 ? null : PanelRegression.Fit(cells, values, FixedEffects.TwoWay, columns, combination);

    private static (SwitchbackCells, double[] Outcome, double[][] Columns) Lagged(SwitchbackCells cells, double[] values, int lags)
    {
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentNullException.ThrowIfNull(values);
        var at = Positions(cells);
        double[][] columns = [values, .. Enumerable.Range(0, lags + 1).Select(lag => Enumerable.Range(0, cells.Count)
            .Select(i => at.TryGetValue((cells.Cluster[i], cells.Period[i] - lag), out var before) ? cells.Arm[before] : double.NaN).ToArray())];
        var (kept, all) = cells.Where(i => columns.Skip(1).All(column => !double.IsNaN(column[i])), columns);
        return (kept, all[0], all[1..]);
    }

    private static Dictionary<(int, int), int> Positions(SwitchbackCells cells)
        => Enumerable.Range(0, cells.Count).ToDictionary(i => (cells.Cluster[i], cells.Period[i]), i => i);

    private static double[] Unit(int at, int length) => [.. Enumerable.Range(0, length).Select(i => i == at ? 1.0 : 0)];
}
