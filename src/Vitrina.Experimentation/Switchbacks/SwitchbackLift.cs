using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Switchbacks;

/// <summary>The relative effect of a switchback: ΣD/Σcontrol over clusters.</summary>
public static class SwitchbackLift
{
    /// <summary>The lift, with the error of its linearised residuals per cluster against t.</summary>
    public static Estimate Of(SwitchbackCells cells, double[] values, Level level)
    {
        var differences = WithinClusters.Differences(cells, values);
        if (differences.Count < 2)
        {
            return Estimate.None("fewer than two clusters saw both arms");
        }

        var control = differences.Average(difference => difference.ControlMean);
        var lift = differences.Average(difference => difference.Difference) / control;
        var (_, error) = WithinClusters.MeanAndError([.. differences.Select(difference => (difference.Difference - lift * difference.ControlMean) / control)]);
        return Estimate.FromT(lift, error, differences.Count - 1, level, "clusters are independent, and so are their schedules; clusters weigh by their control mean");
    }

    /// <summary>The lift by the mean over clusters of ln(treated/control), against t: each cluster counts once whatever its size, and the interval never falls below −1.</summary>
    /// <param name="cells">The cells.</param>
    /// <param name="numerator">The metric of each cell, or a ratio's numerator.</param>
    /// <param name="denominator">A ratio's denominator: an arm's value is then its ratio of sums; null for a mean.</param>
    /// <param name="level">Which interval.</param>
    public static Estimate OfLogarithms(SwitchbackCells cells, double[] numerator, double[]? denominator, Level level)
    {
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentNullException.ThrowIfNull(numerator);
        double Of(int cluster, byte arm)
        {
            int[] rows = [.. cells.Rows[cluster].Where(i => cells.Arm[i] == arm)];
            return rows.Sum(i => numerator[i]) / (denominator is null ? rows.Length : rows.Sum(i => denominator[i]));
        }

        double[] logarithms = [.. cells.Switched.Select(cluster => Math.Log(Of(cluster, 1) / Of(cluster, 0)))];
        var (mean, error) = WithinClusters.MeanAndError(logarithms);
        return logarithms.Length < 2 ? Estimate.None("fewer than two clusters saw both arms")
            : !double.IsFinite(mean) ? Estimate.None("a logarithm needs a value above zero in both arms of every cluster")
            : Estimate.FromLogarithm(Estimate.FromT(mean, error, logarithms.Length - 1, level, "clusters are independent, and so are their schedules; every cluster weighs the same")).With(("clusters", logarithms.Length));
    }
}
