using Vitrina.Experimentation.Reports;
using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Units;

/// <summary>The whole analysis of an A/B test: checks, every estimator for every metric and pair of arms, one headline.</summary>
public static class UnitAnalysis
{
    // Below it units in two arms are left out and counted; above it they are what the test is about.
    private const double MostDoubleUnits = 0.01;

    /// <summary>Analyses a table.</summary>
    /// <param name="table">What was read.</param>
    /// <param name="options">What is asked.</param>
    /// <param name="source">Where the data came from, for people.</param>
    public static AnalysisReport Run(UnitTable table, UnitOptions options, string source)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        var report = new AnalysisReport { Kind = "ab", Source = source, Alpha = options.Level.Alpha };
        UnitChecks.Add(report, table, options, MostDoubleUnits);
        for (var arm = 0; arm < table.Arms.Count; arm++)
        {
            report.Counts[$"units {table.Arms[arm]}"] = table.Moments[arm].Count;
            report.Counts[$"rows {table.Arms[arm]}"] = table.Rows[arm];
        }

        var control = options.Control is null ? 0 : table.Arms.ToList().IndexOf(options.Control);
        if (control >= 0)
        {
            foreach (var metric in MetricsOf(table, options))
            {
                for (var arm = 0; arm < table.Arms.Count; arm++)
                {
                    if (arm != control)
                    {
                        report.Comparisons.Add(UnitComparison.Of(table, metric, control, arm, options));
                    }
                }
            }

            foreach (var quantile in options.Quantiles)
            {
                for (var arm = 0; arm < table.Arms.Count; arm++)
                {
                    if (arm != control)
                    {
                        report.Comparisons.Add(UnitComparison.OfQuantile(table, quantile, control, arm, options));
                    }
                }
            }
        }

        foreach (var guardrail in options.Guardrails)
        {
            foreach (var comparison in report.Comparisons.Where(comparison => comparison.Metric == guardrail.Metric && comparison.Estimates.ContainsKey("nonInferiority")))
            {
                report.Checks.Add(guardrail.Judge(comparison));
            }
        }

        AdjustForMany(report, options);
        report.Headline = HeadlineOf(report, options, table, control);
        return report;
    }

    private static IEnumerable<UnitMetric> MetricsOf(UnitTable table, UnitOptions options)
        => options.Metrics.Count > 0 ? options.Metrics : table.Columns.Where(column => column is not UnitTable.NoHistory && column != options.Covariate && column != options.CovariateDenominator && options.Quantiles.All(q => q.Column != column)).Select(column => new UnitMetric(column, column));

    // Holm over the first metric's arms (the primary), Benjamini and Hochberg over the rest.
    private static void AdjustForMany(AnalysisReport report, UnitOptions options)
    {
        if (report.Comparisons.Count == 0)
        {
            return;
        }

        var primary = report.Comparisons[0].Metric;
        foreach (var isPrimary in (bool[])[true, false])
        {
            Comparison[] family = [.. report.Comparisons.Where(comparison => comparison.Metric == primary == isPrimary)];
            double[] raw = [.. family.Select(comparison => UnitComparison.Chosen(comparison, options).Estimate.PValue)];
            var adjusted = isPrimary ? MultipleTesting.Holm(raw) : MultipleTesting.BenjaminiHochberg(raw);
            for (var i = 0; i < family.Length; i++)
            {
                family[i].Figures[isPrimary ? "pHolm" : "pBenjaminiHochberg"] = adjusted[i];
            }

            if (!isPrimary)
            {
                AdjustEvidence(family);
            }
        }
    }

    // Metrics of the same units depend on each other, and e-values do not mind; quantiles have none.
    private static void AdjustEvidence(Comparison[] family)
    {
        double[] evidence = [.. family.Select(comparison => comparison.Estimates.TryGetValue("alwaysValid", out var estimate) ? estimate.Details.GetValueOrDefault("eValue", double.NaN) : double.NaN)];
        var adjusted = MultipleTesting.EBenjaminiHochberg(evidence);
        for (var i = 0; i < family.Length; i++)
        {
            if (!double.IsNaN(adjusted[i]))
            {
                family[i].Figures["pEBenjaminiHochberg"] = adjusted[i];
            }
        }
    }

    private static Headline HeadlineOf(AnalysisReport report, UnitOptions options, UnitTable table, int control)
    {
        Check[] failed = [.. report.Checks.Where(check => check.IsPassed == false)];
        var warning = string.Concat(failed.Select(check => check.Message + " "));
        if (control < 0)
        {
            return None($"there is no arm '{options.Control}'; there are {string.Join(", ", table.Arms)}");
        }

        if (report.Comparisons.Count == 0)
        {
            return None(table.Arms.Count < 2 ? $"there is only one arm, '{(table.Arms.Count == 0 ? "none" : table.Arms[0])}'" : "there is no metric");
        }

        var first = report.Comparisons[0];
        var (name, estimate) = UnitComparison.Chosen(first, options);
        if (failed.FirstOrDefault(check => check.IsFatal) is { } fatal)
        {
            return None(char.ToLowerInvariant(fatal.Message[0]) + fatal.Message[1..].TrimEnd('.'));
        }

        var reason = options.IsSequential ? "people look while the test runs, so the interval must hold at every look"
            : name.StartsWith("cuped", StringComparison.Ordinal) ? "the assignment was by unit, and a covariate from before the exposure takes off variance"
            : first.Type == "ratio" ? "the assignment was by unit and the metric is a ratio of sums: the delta method with Satterthwaite's degrees of freedom"
            : "the assignment was by unit with a fixed end: Welch's test needs no equal variances";
        return new Headline(first.Metric, name, estimate, reason, warning + first.Verdict + ".");

        Headline None(string because) => new(report.Comparisons.FirstOrDefault()?.Metric ?? "", "none", Estimate.None(because), "a check forbids inference", $"No inference, because {because}.");
    }
}
