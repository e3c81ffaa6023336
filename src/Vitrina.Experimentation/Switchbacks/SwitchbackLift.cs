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
}
