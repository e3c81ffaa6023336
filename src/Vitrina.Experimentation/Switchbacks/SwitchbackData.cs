using Vitrina.Experimentation.Reports;

namespace Vitrina.Experimentation.Switchbacks;

/// <summary>Rows turned into one cell per cluster and period, with the checks that this meets.</summary>
internal sealed class SwitchbackData
{
    private const double MostMismatched = 0.01;
    private readonly CellTable _table;
    private readonly SwitchbackOptions _options;
    private readonly int _treatment;

    private SwitchbackData(CellTable table, SwitchbackOptions options, int control, int treatment)
        => (_table, _options, Control, _treatment) = (table, options, control, treatment);

    public int Control { get; }

    public string ControlName => _table.Arms.Names[Control];

    public string TreatmentName => _table.Arms.Names[_treatment];

    public SwitchbackCells Cells { get; private set; } = new([], [], [], []);

    public double[][] Columns { get; private set; } = [];

    /// <summary>Builds the cells; what forbids everything stands in the checks.</summary>
    public static SwitchbackData? Of(CellTable table, SwitchbackOptions options, AnalysisReport report)
    {
        if (table.Arms.Names.Count != 2)
        {
            report.Checks.Add(new Check("arms", false, table.Arms.Names.Count < 2
                ? $"There is only one arm, '{string.Join("", table.Arms.Names)}': the other has no traffic."
                : $"A switchback has two arms, the file has {table.Arms.Names.Count} ({string.Join(", ", table.Arms.Names)}).", IsFatal: true));
            return null;
        }

        string[] known = ["A", "control", "0"];
        var control = options.Control is { } name ? table.Arms.Find(name) : known.Select(table.Arms.Find).FirstOrDefault(arm => arm >= 0, string.CompareOrdinal(table.Arms.Names[0], table.Arms.Names[1]) < 0 ? 0 : 1);
        if (control < 0)
        {
            report.Checks.Add(new Check("arms", false, $"There is no arm '{options.Control}'; there are {string.Join(", ", table.Arms.Names)}.", IsFatal: true));
            return null;
        }

        var data = new SwitchbackData(table, options, control, 1 - control);
        var kept = data.Washed(data.Scheduled(data.Single(table.Rows, report), report), options.BurnInHours, options.BurnOutHours, report);
        (data.Cells, data.Columns) = data.Gather(kept);
        data.AddPeriodChecks(report);
        return data;
    }

    /// <summary>The cells under another washout.</summary>
    public (SwitchbackCells Cells, double[][] Columns) Under(double burnIn, double burnOut) => Gather(Washed(_table.Rows, burnIn, burnOut, null));

    // One arm per cell, and without starts one row.
    private List<CellRow> Single(IReadOnlyList<CellRow> rows, AnalysisReport report)
    {
        var kept = new List<CellRow>();
        int mixed = 0, cells = 0, repeated = 0;
        foreach (var cell in rows.GroupBy(row => (row.Cluster, row.Period)))
        {
            cells++;
            var isMixed = cell.Select(row => row.Arm).Distinct().Count() > 1;
            mixed += isMixed ? 1 : 0;
            repeated += !isMixed && (_table.HasStart ? cell.GroupBy(row => row.Start).Any(group => group.Count() > 1) : cell.Count() > 1) ? 1 : 0;
            // With a schedule the stored arm decides; without one the cell belongs to neither.
            kept.AddRange(isMixed && _options.ScheduledArm is null ? [] : cell);
        }

        var share = cells == 0 ? 0 : mixed / (double)cells;
        report.Checks.Add(new Check("contamination", mixed == 0, mixed == 0
            ? "Every cell has one arm."
            : $"{mixed} of {cells} cells ({Words.Percent(share).TrimStart('+')}) have both arms{(_options.ScheduledArm is null ? " and are left out; give the schedule with --schedule" : "; rows against the schedule are left out")}.", IsFatal: share > 0.2 && _options.ScheduledArm is null)
        {
            Figures = new Dictionary<string, double> { ["cells"] = mixed, ["share"] = share },
        });
        report.Checks.Add(new Check("duplicates", repeated == 0, repeated == 0
            ? "No cell stands twice."
            : $"{repeated} cells stand more than once {(_table.HasStart ? "with the same start" : "without a start that tells their rows apart")}: exposures were counted twice.", IsFatal: repeated > 0)
        {
            Figures = new Dictionary<string, double> { ["cells"] = repeated },
        });
        return kept;
    }

    private List<CellRow> Scheduled(List<CellRow> rows, AnalysisReport report)
    {
        if (_options.ScheduledArm is null)
        {
            report.Checks.Add(new Check("schedule", null, "No stored schedule was given, so arms are taken as logged (--schedule compares them)."));
            return rows;
        }

        var kept = new List<CellRow>();
        int wrong = 0, skewed = 0, unknown = 0;
        foreach (var row in rows)
        {
            var (cluster, period) = (_table.Clusters.Names[row.Cluster], _table.Periods[row.Period]);
            var planned = Numbered(_options.ScheduledArm(cluster, period));
            if (planned == row.Arm)
            {
                kept.Add(row);
                continue;
            }

            unknown += planned < 0 ? 1 : 0;
            wrong += planned < 0 ? 0 : 1;
            var before = row.Period > 0 ? Numbered(_options.ScheduledArm(cluster, _table.Periods[row.Period - 1])) : -1;
            skewed += planned >= 0 && before == row.Arm ? 1 : 0;
        }

        var share = rows.Count == 0 ? 0 : (wrong + unknown) / (double)rows.Count;
        var message = wrong + unknown == 0 ? "Every row has the arm of the stored schedule."
            : $"{wrong} of {rows.Count} rows have another arm than the stored schedule, {unknown} are not in it; they are left out."
                + (skewed > 0 ? $" {skewed} of them carry the arm of the period before: clocks are skewed around the switches." : "");
        report.Checks.Add(new Check("schedule", wrong + unknown == 0, message, IsFatal: share > MostMismatched)
        {
            Figures = new Dictionary<string, double> { ["rows"] = rows.Count, ["mismatched"] = wrong, ["unknown"] = unknown, ["skewed"] = skewed, ["share"] = share },
        });
        return kept;
    }

    // This program's schedules say 0 and 1; tables say the arm's name.
    private int Numbered(string? arm) => arm is null ? -1 : _table.Arms.Find(arm) is >= 0 and var named ? named : arm switch { "0" => Control, "1" => _treatment, _ => -1 };

    private List<CellRow> Washed(IReadOnlyList<CellRow> rows, double burnIn, double burnOut, AnalysisReport? report)
    {
        var kept = rows.Where(row => !row.IsWashout).ToList();
        if (burnIn <= 0 && burnOut <= 0)
        {
            return kept;
        }

        if (!_table.HasStart)
        {
            report?.Checks.Add(new Check("washout", false, "A burn-in or burn-out was asked for, but the file has no column 'start' to measure it by.", IsFatal: true));
            return kept;
        }

        var result = new List<CellRow>();
        foreach (var cluster in kept.GroupBy(row => row.Cluster))
        {
            CellRow[] ordered = [.. cluster.OrderBy(row => row.Start)];
            double[] starts = [.. ordered.Select(row => row.Start)];
            double[] gaps = [.. starts.Zip(starts.Skip(1), (a, b) => b - a).Where(gap => gap > 0).Order()];
            var length = gaps.Length == 0 ? 0 : gaps[gaps.Length / 2];
            var marked = Washout.Mark(starts, [.. starts.Select((start, i) => i + 1 < starts.Length ? Math.Min(starts[i + 1], start + length) : start + length)], [.. ordered.Select(row => (byte)(row.Arm == Control ? 0 : 1))], burnIn, burnOut);
            result.AddRange(ordered.Where((_, i) => !marked[i]));
        }

        report?.Checks.Add(new Check("washout", true, $"{kept.Count - result.Count} of {kept.Count} rows lie within {Words.Number(burnIn)} h behind or {Words.Number(burnOut)} h before a switch and are left out.")
        {
            Figures = new Dictionary<string, double> { ["rows"] = kept.Count - result.Count },
        });
        return result;
    }

    // Sums of rows; cells that lost rows to the washout are scaled to a whole period.
    private (SwitchbackCells, double[][]) Gather(List<CellRow> rows)
    {
        var full = _table.Rows.GroupBy(row => (row.Cluster, row.Period)).ToDictionary(cell => cell.Key, cell => cell.Count());
        var cells = rows.GroupBy(row => (row.Cluster, row.Period)).OrderBy(cell => cell.Key.Cluster).ThenBy(cell => cell.Key.Period).ToArray();
        var result = new SwitchbackCells(
            _table.Clusters.Names, [.. cells.Select(cell => cell.Key.Cluster)], [.. cells.Select(cell => _table.PeriodNumbers[cell.Key.Period])], [.. cells.Select(cell => (byte)(cell.First().Arm == Control ? 0 : 1))]);
        double[][] columns = [.. Enumerable.Range(0, _table.Columns.Count).Select(column => cells.Select(cell =>
            cell.Sum(row => row.Values[column]) * full[cell.Key] / cell.Count()).ToArray())];
        return (result, columns);
    }

    private void AddPeriodChecks(AnalysisReport report)
    {
        string[] still = [.. Enumerable.Range(0, Cells.Rows.Count).Where(cluster => !Cells.HasSwitched(cluster)).Select(cluster => Cells.Clusters[cluster])];
        report.Checks.Add(new Check("switching", still.Length == 0, still.Length == 0
            ? "Every cluster saw both arms."
            : $"No inference from {(still.Length == 1 ? "cluster" : "clusters")} {string.Join(", ", still.Take(10))}, because {(still.Length == 1 ? "it" : "they")} never switched; {Cells.Rows.Count - still.Length} remain.", IsFatal: still.Length == Cells.Rows.Count)
        {
            Figures = new Dictionary<string, double> { ["neverSwitched"] = still.Length, ["switched"] = Cells.Rows.Count - still.Length },
        });
        var present = Cells.Period.ToHashSet();
        int first = Cells.Count == 0 ? 0 : present.Min(), last = Cells.Count == 0 ? -1 : present.Max();
        int[] empty = [.. Enumerable.Range(first, last - first + 1).Where(period => !present.Contains(period))];
        var missing = Cells.Rows.Count * present.Count - Cells.Count;
        report.Checks.Add(new Check("emptyPeriods", empty.Length == 0 && missing == 0, empty.Length == 0 && missing == 0
            ? "Every cluster has every period."
            : (empty.Length > 0 ? $"No inference from period {string.Join(", ", empty.Take(10))}, because it is empty in every cluster (an outage?). " : "")
                + (missing > 0 ? $"{missing} cells are missing and enter no estimate." : ""))
        {
            Figures = new Dictionary<string, double> { ["emptyPeriods"] = empty.Length, ["missingCells"] = missing },
        });
        AddIndependence(report);
    }

    private void AddIndependence(AnalysisReport report)
    {
        var correlation = ScheduleDiagnostics.MeanCorrelation(Cells);
        var paths = ScheduleDiagnostics.DistinctPaths(Cells);
        var isShared = correlation > 0.3;
        report.Checks.Add(new Check("independence", Cells.Rows.Count < 2 ? null : !isShared, Cells.Rows.Count < 2
            ? "There is one cluster: nothing can be said about others."
            : isShared ? $"Clusters share their schedule (mean correlation {Words.Number(correlation)}, {paths} different paths): a shock of a period looks like an effect to every method that takes clusters for independent."
            : $"Schedules of clusters are independent (mean correlation {Words.Number(correlation)}).")
        {
            Figures = new Dictionary<string, double> { ["meanCorrelation"] = correlation, ["distinctPaths"] = paths },
        });
    }
}
