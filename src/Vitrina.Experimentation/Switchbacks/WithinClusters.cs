using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Switchbacks;

/// <summary>The table of the article that this analysis began with: pooled means, and the mean of differences within clusters.</summary>
/// <param name="TreatMean">Mean over all treated cells.</param>
/// <param name="ControlMean">Mean over all control cells.</param>
/// <param name="AbsoluteDifference">Their difference; mixes clusters unequally treated, so it only describes.</param>
/// <param name="RelativeLift">Their ratio minus 1; NaN at a control mean of 0.</param>
/// <param name="ClusterDifference">Mean of the differences within clusters.</param>
/// <param name="StandardError">Its standard error over clusters.</param>
/// <param name="ClusterCount">Clusters that saw both arms.</param>
/// <param name="SwitchedShare">Their share of all clusters.</param>
public readonly record struct PooledTable(
    double TreatMean, double ControlMean, double AbsoluteDifference, double RelativeLift, double ClusterDifference, double StandardError, int ClusterCount, double SwitchedShare);

/// <summary>Differences between a cluster's own treated and control periods.</summary>
public static class WithinClusters
{
    /// <summary>The difference of each cluster that saw both arms, with its control mean.</summary>
    public static IReadOnlyList<(int Cluster, double Difference, double ControlMean)> Differences(SwitchbackCells cells, double[] values)
    {
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentNullException.ThrowIfNull(values);
        return [.. cells.Switched.Select(cluster =>
        {
            var rows = cells.Rows[cluster];
            var control = rows.Where(i => cells.Arm[i] == 0).Average(i => values[i]);
            return (cluster, rows.Where(i => cells.Arm[i] == 1).Average(i => values[i]) - control, control);
        })];
    }

    /// <summary>The article's table.</summary>
    public static PooledTable Pooled(SwitchbackCells cells, double[] values)
    {
        ArgumentNullException.ThrowIfNull(cells);
        var treated = Mean(cells, values, 1);
        var control = Mean(cells, values, 0);
        double[] differences = [.. Differences(cells, values).Select(difference => difference.Difference)];
        var (mean, error) = MeanAndError(differences);
        return new PooledTable(
            treated, control, treated - control, control == 0 ? double.NaN : treated / control - 1, mean, error, differences.Length,
            cells.Rows.Count == 0 ? 0 : (double)differences.Length / cells.Rows.Count);
    }

    /// <summary>Mean difference within clusters, against t with clusters − 1 degrees of freedom.</summary>
    /// <remarks>Right when schedules are independent between clusters. The details give the two lifts: by orders (ΣD/Σcontrol) and by clusters (mean of D/control).</remarks>
    public static Estimate Estimate(SwitchbackCells cells, double[] values, Level level)
    {
        var differences = Differences(cells, values);
        var (mean, error) = MeanAndError([.. differences.Select(difference => difference.Difference)]);
        const string Assumes = "clusters are independent, and so are their schedules; the effect does not carry over between periods";
        if (differences.Count < 2)
        {
            return Statistics.Estimate.None(differences.Count == 0 ? "no cluster saw both arms" : "only one cluster saw both arms: its periods say nothing about other clusters", mean);
        }

        if (!(error > 0))
        {
            return Statistics.Estimate.None("the differences of all clusters are equal: the metric has zero variance", mean);
        }

        return Statistics.Estimate.FromT(mean, error, differences.Count - 1, level, Assumes).With(
            ("clusters", differences.Count),
            ("liftByOrders", mean / differences.Average(difference => difference.ControlMean)),
            ("liftByClusters", differences.Average(difference => difference.Difference / difference.ControlMean)));
    }

    internal static (double Mean, double Error) MeanAndError(double[] values)
    {
        if (values.Length == 0)
        {
            return (double.NaN, double.NaN);
        }

        var mean = values.Average();
        return (mean, values.Length < 2 ? double.NaN : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1) / values.Length));
    }

    private static double Mean(SwitchbackCells cells, double[] values, byte arm)
    {
        var (sum, count) = (0.0, 0);
        for (var i = 0; i < values.Length; i++)
        {
            if (cells.Arm[i] == arm)
            {
                (sum, count) = (sum + values[i], count + 1);
            }
        }

        return count == 0 ? double.NaN : sum / count;
    }
}
