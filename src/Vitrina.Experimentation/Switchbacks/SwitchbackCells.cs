namespace Vitrina.Experimentation.Switchbacks;

/// <summary>One row per cluster and period: which arm it had. Metrics are arrays beside it, in the same order.</summary>
/// <remarks>Rows stand by cluster, then period. Periods are dense numbers in time order; a gap in a cluster's periods is a missing cell.</remarks>
public sealed class SwitchbackCells
{
    /// <summary>Cells from their parts.</summary>
    /// <param name="clusters">Names of the clusters.</param>
    /// <param name="cluster">The cluster of each cell.</param>
    /// <param name="period">The period of each cell.</param>
    /// <param name="arm">0 = control, 1 = treatment.</param>
    /// <exception cref="ArgumentException">The parts differ in length.</exception>
    public SwitchbackCells(IReadOnlyList<string> clusters, int[] cluster, int[] period, byte[] arm)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(period);
        ArgumentNullException.ThrowIfNull(arm);
        if (cluster.Length != period.Length || cluster.Length != arm.Length)
        {
            throw new ArgumentException("Clusters, periods and arms need one value per cell.", nameof(arm));
        }

        (Clusters, Cluster, Period, Arm) = (clusters, cluster, period, arm);
        Rows = [.. Enumerable.Range(0, clusters.Count).Select(c => Enumerable.Range(0, cluster.Length).Where(i => cluster[i] == c).OrderBy(i => period[i]).ToArray())];
    }

    /// <summary>Cells of a full table: every cluster in every period.</summary>
    /// <param name="arms">0 and 1; shape [clusters][periods].</param>
    public static SwitchbackCells Of(IReadOnlyList<byte[]> arms)
    {
        ArgumentNullException.ThrowIfNull(arms);
        return new(
            [.. Enumerable.Range(0, arms.Count).Select(c => $"{c}")],
            [.. arms.SelectMany((path, c) => path.Select(_ => c))],
            [.. arms.SelectMany(path => Enumerable.Range(0, path.Length))],
            [.. arms.SelectMany(path => path)]);
    }

    /// <summary>Names of the clusters.</summary>
    public IReadOnlyList<string> Clusters { get; }

    /// <summary>The cluster of each cell.</summary>
    public int[] Cluster { get; }

    /// <summary>The period of each cell.</summary>
    public int[] Period { get; }

    /// <summary>The arm of each cell.</summary>
    public byte[] Arm { get; }

    /// <summary>The cells of each cluster, in time order.</summary>
    public IReadOnlyList<int[]> Rows { get; }

    /// <summary>Number of cells.</summary>
    public int Count => Arm.Length;

    /// <summary>Number of different periods.</summary>
    public int PeriodCount => Period.Distinct().Count();

    /// <summary>Whether a cluster saw both arms.</summary>
    public bool HasSwitched(int cluster) => Rows[cluster].Length > 0 && Rows[cluster].Any(i => Arm[i] != Arm[Rows[cluster][0]]);

    /// <summary>The clusters that saw both arms.</summary>
    public IEnumerable<int> Switched => Enumerable.Range(0, Rows.Count).Where(HasSwitched);

    /// <summary>The cells for which a condition holds.</summary>
    public (SwitchbackCells Cells, double[][] Columns) Where(Func<int, bool> keep, params double[][] columns)
    {
        int[] kept = [.. Enumerable.Range(0, Count).Where(keep)];
        return (new SwitchbackCells(Clusters, [.. kept.Select(i => Cluster[i])], [.. kept.Select(i => Period[i])], [.. kept.Select(i => Arm[i])]),
            [.. columns.Select(column => kept.Select(i => column[i]).ToArray())]);
    }

    /// <summary>A ratio metric as a value per cell: R + (Y − R N)/N̄, whose differences are the ratio's to first order.</summary>
    /// <remarks>Deng, Knoblich and Lu, KDD 2018, section 3, with the cluster-period as the unit.</remarks>
    public static double[] Linearise(double[] numerator, double[] denominator)
    {
        ArgumentNullException.ThrowIfNull(numerator);
        ArgumentNullException.ThrowIfNull(denominator);
        double mean = denominator.Average(), ratio = numerator.Average() / mean;
        return [.. numerator.Zip(denominator, (y, n) => ratio + (y - ratio * n) / mean)];
    }
}
