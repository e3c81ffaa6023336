namespace Vitrina.Experimentation.Switchbacks;

/// <summary>The estimate without one cluster or one period: whether a single one carries the result.</summary>
public static class LeaveOut
{
    /// <summary>The mean within-cluster difference without each cluster in turn.</summary>
    public static IReadOnlyList<(string Name, double Value)> Clusters(SwitchbackCells cells, double[] values)
    {
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentNullException.ThrowIfNull(values);
        return [.. cells.Switched.Select(cluster => (cells.Clusters[cluster], Without(cells, values, i => cells.Cluster[i] != cluster)))];
    }

    /// <summary>The mean within-cluster difference without each period in turn.</summary>
    public static IReadOnlyList<(int Period, double Value)> Periods(SwitchbackCells cells, double[] values)
    {
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentNullException.ThrowIfNull(values);
        return [.. cells.Period.Distinct().Order().Select(period => (period, Without(cells, values, i => cells.Period[i] != period)))];
    }

    private static double Without(SwitchbackCells cells, double[] values, Func<int, bool> keep)
    {
        var (kept, columns) = cells.Where(keep, values);
        return WithinClusters.MeanAndError([.. WithinClusters.Differences(kept, columns[0]).Select(difference => difference.Difference)]).Mean;
    }
}
