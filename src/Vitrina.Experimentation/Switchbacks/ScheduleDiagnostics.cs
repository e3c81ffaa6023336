namespace Vitrina.Experimentation.Switchbacks;

/// <summary>What a schedule is worth: how far clusters share it, and how it ran.</summary>
public static class ScheduleDiagnostics
{
    /// <summary>Mean correlation of arms between pairs of clusters over their common periods; 0 for fewer than two.</summary>
    public static double MeanCorrelation(SwitchbackCells cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        Dictionary<int, double>[] paths = [.. cells.Switched.Select(cluster =>
        {
            var mean = cells.Rows[cluster].Average(i => cells.Arm[i]);
            return cells.Rows[cluster].ToDictionary(i => cells.Period[i], i => cells.Arm[i] - mean);
        })];
        double sum = 0;
        var pairs = 0;
        for (var c = 0; c < paths.Length; c++)
        {
            for (var d = 0; d < c; d++)
            {
                double cross = 0, first = 0, second = 0;
                foreach (var (period, value) in paths[c])
                {
                    if (paths[d].TryGetValue(period, out var other))
                    {
                        (cross, first, second) = (cross + value * other, first + value * value, second + other * other);
                    }
                }

                if (first > 0 && second > 0)
                {
                    (sum, pairs) = (sum + cross / Math.Sqrt(first * second), pairs + 1);
                }
            }
        }

        return pairs == 0 ? 0 : sum / pairs;
    }

    /// <summary>Number of different paths of arms.</summary>
    public static int DistinctPaths(SwitchbackCells cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        return cells.Rows.Select(rows => string.Concat(rows.Select(i => $"{cells.Period[i]}:{cells.Arm[i]} "))).Distinct(StringComparer.Ordinal).Count();
    }

    /// <summary>Mean length of runs of one arm, in periods.</summary>
    public static double MeanRunLength(SwitchbackCells cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        var runs = cells.Rows.Sum(rows => rows.Length == 0 ? 0 : 1 + Enumerable.Range(1, rows.Length - 1).Count(i => cells.Arm[rows[i]] != cells.Arm[rows[i - 1]]));
        return runs == 0 ? 0 : cells.Count / (double)runs;
    }
}
