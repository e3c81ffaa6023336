using Vitrina.Experimentation.Reports;
using Vitrina.Experimentation.Statistics;
using Vitrina.Experimentation.Units;

namespace Vitrina.Experimentation.Switchbacks;

/// <summary>The whole analysis of a switchback: checks, the article's table, every honest estimator beside it, one headline.</summary>
public static class SwitchbackAnalysis
{
    // Below these the asymptotic errors are not to be trusted, and the schedule's own chance is the reference (experiments reference, B9.5).
    private const int FewClusters = 20;
    private const int FewPeriods = 30;

    /// <summary>Analyses a table of cells.</summary>
    /// <param name="table">What was read.</param>
    /// <param name="options">What is asked.</param>
    /// <param name="source">Where the data came from, for people.</param>
    public static AnalysisReport Run(CellTable table, SwitchbackOptions options, string source)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        var report = new AnalysisReport { Kind = "switchback", Source = source, Alpha = options.Alpha, Seed = options.Seed };
        var data = SwitchbackData.Of(table, options, report);
        if (data is null || data.Cells.Count == 0)
        {
            report.Headline = None(report, data is null ? Fatal(report) : "no cell is left");
            return report;
        }

        Describe(report, data);
        AddArrivals(report, table, data, options);
        IReadOnlyList<UnitMetric> metrics = options.Metrics.Count > 0 ? options.Metrics : [.. table.Columns.Select(column => new UnitMetric(column, column))];
        foreach (var metric in metrics)
        {
            report.Comparisons.Add(SwitchbackComparison.Of(table, data, metric, options));
        }

        AddAttributions(report, table, data, options);
        AdjustForMany(report, data);
        report.Headline = HeadlineOf(report, data, options);
        return report;
    }

    /// <summary>The estimator that the design calls for, and why.</summary>
    internal static (string Name, string Reason) Choose(Comparison comparison, SwitchbackData data, SwitchbackOptions options)
    {
        var (clusters, periods) = (data.Cells.Switched.Count(), data.Cells.PeriodCount);
        var hasDesign = options.Schedule is not null;
        if (ScheduleDiagnostics.MeanCorrelation(data.Cells) > 0.3 && clusters > 1)
        {
            return hasDesign
                ? ("randomisation", "clusters share their schedule, so the period is the unit: the test redraws the stored schedule")
                : ("periodAsUnit", "clusters share their schedule and its design was not given, so each period counts once");
        }

        if (clusters < FewClusters || periods < FewPeriods)
        {
            return hasDesign
                ? ("randomisation", $"with {clusters} clusters and {periods} periods the schedule's own chance is the safest reference")
                : clusters < 2 ? ("within", "") : ("randomisationPermuted", $"with {clusters} clusters and {periods} periods the schedule's own chance is the safest reference; no design was stored, so arms are permuted within clusters");
        }

        return comparison.Estimates["twoWayEffects.cr2"].IsInference
            ? ("twoWayEffects.cr2", "many clusters and periods: two-way fixed effects with bias-reduced errors take out what clusters and days have in common")
            : ("within", "the constants of clusters and periods leave nothing of the arm; differences within clusters remain");
    }

    private static string Fatal(AnalysisReport report)
        => report.Checks.FirstOrDefault(check => check is { IsPassed: false, IsFatal: true })?.Message.TrimEnd('.') is { } message ? char.ToLowerInvariant(message[0]) + message[1..] : "there is no data";

    private static Headline None(AnalysisReport report, string because) => new(
        report.Comparisons.FirstOrDefault()?.Metric ?? "", "none", Estimate.None(because), "a check forbids inference", $"No inference, because {because}.");

    private static void Describe(AnalysisReport report, SwitchbackData data)
    {
        var cells = data.Cells;
        report.Counts["clusters"] = cells.Rows.Count;
        report.Counts["clusters that switched"] = cells.Switched.Count();
        report.Counts["periods"] = cells.PeriodCount;
        report.Counts["cells"] = cells.Count;
        report.Counts["treated share"] = cells.Arm.Average(arm => (double)arm);
        report.Counts["mean run length"] = ScheduleDiagnostics.MeanRunLength(cells);
        report.Counts["binomial p of treated cells"] = Tails.BinomialTwoSided(cells.Arm.Count(arm => arm == 1), cells.Count, 0.5);
        var (first, last) = (cells.Period.Min(), cells.Period.Max());
        for (var cluster = 0; cluster < cells.Rows.Count; cluster++)
        {
            var path = new char[last - first + 1];
            Array.Fill(path, '·');
            foreach (var i in cells.Rows[cluster])
            {
                path[cells.Period[i] - first] = (char)('0' + cells.Arm[i]);
            }

            report.Calendar[cells.Clusters[cluster]] = new string(path);
        }
    }

    // What the arm cannot change must not differ: orders created, sessions started.
    private static void AddArrivals(AnalysisReport report, CellTable table, SwitchbackData data, SwitchbackOptions options)
    {
        if (options.Arrivals is null)
        {
            return;
        }

        var test = SwitchbackComparison.Randomised(data.Cells, data.Columns[table.Columns.ToList().IndexOf(options.Arrivals)], options);
        var isOff = test.PValue < SampleRatio.AlarmPValue;
        report.Checks.Add(new Check("arrivals", test.IsInference ? !isOff : null, !test.IsInference ? $"Arrivals ({options.Arrivals}): {test.NoInference}."
            : isOff ? $"Arrivals ({options.Arrivals}) differ between arms (p {Words.PValue(test)}), which the arm cannot cause: traffic or logging is broken."
            : $"Arrivals ({options.Arrivals}) do not differ between arms (p {Words.PValue(test)}).")
        {
            Figures = new Dictionary<string, double> { ["pValue"] = test.PValue, ["difference"] = test.Value },
        });
    }

    private static void AddAttributions(AnalysisReport report, CellTable table, SwitchbackData data, SwitchbackOptions options)
    {
        if (options.Attributions.Count < 2)
        {
            return;
        }

        double[][] columns = [.. options.Attributions.Select(attribution => data.Columns[table.Columns.ToList().IndexOf(attribution.Column)])];
        var estimates = columns.Select(column => WithinClusters.Estimate(data.Cells, column, new Level(options.Alpha))).ToArray();
        report.Comparisons[0].Curves["attributions"] = [.. estimates.Select((estimate, i) => new CurvePoint(i, options.Attributions[i].Name, estimate.Value, estimate.Low, estimate.High))];
        for (var i = 0; i < estimates.Length; i++)
        {
            report.Comparisons[0].Estimates[$"attribution.{options.Attributions[i].Name}"] = estimates[i];
        }

        // Paired: the same cells, so what is common to the two counts cancels.
        var gaps = from i in Enumerable.Range(0, columns.Length)
                   from j in Enumerable.Range(0, i)
                   let gap = WithinClusters.Estimate(data.Cells, [.. columns[i].Zip(columns[j], (a, b) => a - b)], new Level(options.Alpha))
                   select (Pair: $"{options.Attributions[i].Name} − {options.Attributions[j].Name}", Gap: gap, Errors: gap.IsInference ? Math.Abs(gap.Statistic) : 0);
        var widest = gaps.MaxBy(gap => gap.Errors);
        var isOff = widest.Errors > 3;
        report.Checks.Add(new Check("attributions", !isOff, isOff
            ? $"Attributions disagree: {widest.Pair} is {Words.Number(widest.Gap.Value)}, {Words.Number(widest.Errors)} standard errors: arms carry over into each other; lengthen the periods or trim both sides of a switch."
            : $"Attributions agree within three standard errors (widest: {widest.Pair}, {Words.Number(widest.Errors)}).")
        {
            Figures = new Dictionary<string, double> { ["widestGap"] = widest.Gap.Value, ["inErrors"] = widest.Errors },
        });
    }

    private static void AdjustForMany(AnalysisReport report, SwitchbackData data)
    {
        double[] raw = [.. report.Comparisons.Skip(1).Select(comparison => comparison.Estimates["within"].PValue)];
        var adjusted = MultipleTesting.BenjaminiHochberg(raw);
        for (var i = 0; i < adjusted.Length; i++)
        {
            report.Comparisons[i + 1].Figures["pBenjaminiHochberg"] = adjusted[i];
        }

        report.Comparisons[0].Figures["pHolm"] = report.Comparisons[0].Estimates["within"].PValue;
        report.Comparisons[0].Figures["clustersUsed"] = data.Cells.Switched.Count();
    }

    private static Headline HeadlineOf(AnalysisReport report, SwitchbackData data, SwitchbackOptions options)
    {
        if (report.Checks.Any(check => check is { IsPassed: false, IsFatal: true }))
        {
            return None(report, Fatal(report));
        }

        var first = report.Comparisons[0];
        if (data.Cells.Rows.Count(rows => rows.Length > 0) == 1 && options.Schedule is null)
        {
            return None(report, "there is one cluster and no stored schedule: neither other clusters nor other schedules say what chance does");
        }

        var (name, reason) = Choose(first, data, options);
        var estimate = first.Estimates[name];
        var warnings = string.Concat(report.Checks.Where(check => check.IsPassed == false).Select(check => check.Message + " "));
        return new Headline(first.Metric, name, estimate, reason, estimate.IsInference ? warnings + first.Verdict + "." : $"{warnings}No inference, because {estimate.NoInference!["no inference, because ".Length..]}.");
    }
}
