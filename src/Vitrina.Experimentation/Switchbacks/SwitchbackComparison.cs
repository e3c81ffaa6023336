using Vitrina.Experimentation.Reports;
using Vitrina.Experimentation.Statistics;
using Vitrina.Experimentation.Units;

namespace Vitrina.Experimentation.Switchbacks;

/// <summary>Every estimator of one metric of a switchback, under stable names.</summary>
internal static class SwitchbackComparison
{
    private static readonly double[] s_washoutHours = [0, 1, 2, 3, 6, 12];

    public static Comparison Of(CellTable table, SwitchbackData data, UnitMetric metric, SwitchbackOptions options)
    {
        var comparison = new Comparison { Metric = metric.Name, Type = metric.Denominator is null ? "mean" : "ratio", Control = data.ControlName, Treatment = data.TreatmentName };
        var (cells, columns) = Kept(table, data.Cells, data.Columns, metric);
        var values = Outcome(columns);
        AddTable(comparison, table, data, metric);
        if (cells.Count == 0)
        {
            comparison.Estimates["within"] = Estimate.None("the metric has no cell with a value and a denominator");
            comparison.Verdict = $"{metric.Name}: {comparison.Estimates["within"].NoInference}";
            return comparison;
        }

        var level = new Level(options.Alpha);
        comparison.Estimates["within"] = WithinClusters.Estimate(cells, values, level);
        comparison.Estimates["withinLift"] = SwitchbackLift.Of(cells, values, level);
        comparison.Estimates["withinLogLift"] = SwitchbackLift.OfLogarithms(cells, columns[0], columns.ElementAtOrDefault(1), level);
        comparison.Estimates["alwaysValid"] = CompletedPeriods.AlwaysValid(cells, values, options.Schedule?.Design, level);
        comparison.Estimates["alwaysValidSigns"] = CompletedPeriods.BySigns(cells, values, level);
        comparison.Estimates["withinWeighted"] = Regression(cells, values, FixedEffects.Cluster)?.ByCr2(level) ?? Estimate.None("no cluster saw both arms");
        AddRegressions(comparison, cells, values, LagsOf(table, cells, options), level);
        comparison.Estimates["periodAsUnit"] = PeriodAsUnit(cells, values, level);
        comparison.Estimates["randomisation"] = options.Schedule is null ? Estimate.None("no stored schedule was given") : Randomised(cells, values, options);
        comparison.Estimates["randomisationPermuted"] = RandomisationTest.Permuted(cells, values, options.Seed, options.Draws, options.Alpha);
        comparison.Estimates["wildCluster"] = WildClusterBootstrap.Test(cells, values, FixedEffects.Cluster, isWebb: false, options.Seed);
        comparison.Estimates["wildClusterWebb"] = WildClusterBootstrap.Test(cells, values, FixedEffects.Cluster, isWebb: true, options.Seed);
        AddMinimax(comparison, cells, values, options);
        AddCarryOver(comparison, cells, values, options, level);
        AddLeaveOut(comparison, cells, values);
        AddWashout(comparison, table, data, metric, level);
        Conclude(comparison, data, options);
        return comparison;
    }

    /// <summary>The test against the stored design where there is one, else against permutations within clusters.</summary>
    public static Estimate Randomised(SwitchbackCells cells, double[] values, SwitchbackOptions options)
        => options.Schedule is { } schedule
            ? RandomisationTest.FromDesign(cells, values, schedule.Design, Kernels.Hashing.Hash.Combine(schedule.Seed, options.Seed), options.Draws, options.Alpha)
            : RandomisationTest.Permuted(cells, values, options.Seed, options.Draws, options.Alpha);

    // The metric's column, or a ratio's two. A cell without a value, or a ratio's without a denominator, is missing.
    private static (SwitchbackCells Cells, double[][] Columns) Kept(CellTable table, SwitchbackCells cells, double[][] columns, UnitMetric metric)
    {
        var names = table.Columns.ToList();
        var numerator = columns[names.IndexOf(metric.Numerator)];
        if (metric.Denominator is null)
        {
            return cells.Where(i => double.IsFinite(numerator[i]), numerator);
        }

        var denominator = columns[names.IndexOf(metric.Denominator)];
        return cells.Where(i => double.IsFinite(numerator[i]) && denominator[i] > 0, numerator, denominator);
    }

    private static double[] Outcome(double[][] columns) => columns.Length == 1 || columns[0].Length == 0 ? columns[0] : SwitchbackCells.Linearise(columns[0], columns[1]);

    private static PanelRegression? Regression(SwitchbackCells cells, double[] values, FixedEffects effects) => PanelRegression.Fit(cells, values, effects);

    // As the article has it: a ratio metric is the mean of the cells' ratios, 0 without a denominator.
    private static void AddTable(Comparison comparison, CellTable table, SwitchbackData data, UnitMetric metric)
    {
        var names = table.Columns.ToList();
        var values = data.Columns[names.IndexOf(metric.Numerator)];
        if (metric.Denominator is not null)
        {
            values = [.. values.Zip(data.Columns[names.IndexOf(metric.Denominator)], (y, n) => n == 0 ? 0 : y / n)];
        }

        var pooled = WithinClusters.Pooled(data.Cells, [.. values.Select(value => double.IsFinite(value) ? value : 0)]);
        comparison.Figures["treatMean"] = pooled.TreatMean;
        comparison.Figures["controlMean"] = pooled.ControlMean;
        comparison.Figures["absoluteDifference"] = pooled.AbsoluteDifference;
        comparison.Figures["relativeLift"] = pooled.RelativeLift;
        comparison.Figures["clusterDifference"] = pooled.ClusterDifference;
        comparison.Figures["clusterDifferenceStandardError"] = pooled.StandardError;
        comparison.Figures["clusters"] = pooled.ClusterCount;
        comparison.Figures["switchedShare"] = pooled.SwitchedShare;
    }

    private static void AddRegressions(Comparison comparison, SwitchbackCells cells, double[] values, int lags, Level level)
    {
        foreach (var (name, effects) in ((string, FixedEffects)[])[("pooled", FixedEffects.None), ("clusterEffects", FixedEffects.Cluster), ("twoWayEffects", FixedEffects.TwoWay)])
        {
            if (Regression(cells, values, effects) is not { } fit)
            {
                comparison.Estimates[$"{name}.cr2"] = Estimate.None("the arm does not vary beyond the constants");
                continue;
            }

            double freedom = cells.Count - fit.Rank, clusters = fit.ClusterCount - 1;
            void Add(string error, double standardError, double df, string assumes) => comparison.Estimates[$"{name}.{error}"] = Estimate.FromT(fit.Value, standardError, df, level, assumes);
            const string ByCluster = "clusters are independent, and so are their schedules";
            Add("ols", fit.Ols(), freedom, "all cells are independent with equal variances");
            Add("hc1", fit.Hc1(), freedom, "all cells are independent");
            Add("cr0", fit.Cr0(), clusters, ByCluster + "; many clusters");
            Add("cr1", fit.Cr1(), clusters, ByCluster + "; many clusters");
            comparison.Estimates[$"{name}.cr2"] = fit.ByCr2(level);
            var (jackknife, df3) = fit.Cr3();
            Add("cr3", jackknife, df3, ByCluster + "; errs on the wide side");
            Add("twoWay", fit.TwoWay(), Math.Min(clusters, cells.PeriodCount - 1), "cells of different clusters and different periods are independent; many of both");
            Add("nw1", fit.NeweyWest(1), freedom, "cells more than one period apart are independent");
            Add("nw2", fit.NeweyWest(2), freedom, "cells more than two periods apart are independent");
            Add("dk", fit.DriscollKraay(lags), cells.PeriodCount - 1, $"periods more than {lags} apart are independent; clusters need not be; many periods");
            (comparison.Estimates[$"{name}.nw"], comparison.Figures["neweyWestLags"]) = (Estimate.FromT(fit.Value, fit.NeweyWest(lags), freedom, level, $"cells more than {lags} periods apart are independent"), lags);
        }
    }

    // The usual rule (Newey and West, Review of Economic Studies 61, 1994), and beyond what a burn-in says of how long an arm still acts.
    private static int LagsOf(CellTable table, SwitchbackCells cells, SwitchbackOptions options)
    {
        var usual = Math.Max(1, (int)Math.Floor(4 * Math.Pow(cells.PeriodCount / 100.0, 2.0 / 9)));
        return options.BurnInHours > 0 && table.PeriodHours is > 0 and var hours ? Math.Max(usual, (int)Math.Ceiling(options.BurnInHours / hours) + 1) : usual;
    }

    // Each period once: the mean of its cells, on the share of treated ones.
    private static Estimate PeriodAsUnit(SwitchbackCells cells, double[] values, Level level)
    {
        var means = new double[values.Length];
        foreach (var rows in cells.Rows.Where(rows => rows.Length > 0))
        {
            var mean = rows.Average(i => values[i]);
            foreach (var i in rows)
            {
                means[i] = values[i] - mean;
            }
        }

        var periods = Enumerable.Range(0, cells.Count).GroupBy(i => cells.Period[i]).OrderBy(group => group.Key).ToArray();
        var one = new SwitchbackCells(["all"], new int[periods.Length], [.. periods.Select(group => group.Key)], new byte[periods.Length]);
        var fit = PanelRegression.Fit(one, [.. periods.Select(group => group.Average(i => means[i]))], FixedEffects.None, [[.. periods.Select(group => group.Average(i => (double)cells.Arm[i]))]]);
        return fit is null || periods.Length < 3
            ? Estimate.None("the share of treated clusters does not vary between periods")
            : Estimate.FromT(fit.Value, fit.Hc1(), periods.Length - 2, level, "periods are independent; clusters need not be");
    }

    private static void AddMinimax(Comparison comparison, SwitchbackCells cells, double[] values, SwitchbackOptions options)
    {
        if (options.Schedule?.Design is not { Kind: Schedules.ScheduleKind.Minimax, CarryOverPeriods: > 0 } design)
        {
            return;
        }

        // The centre may use no outcome of the path's own arms; the mean of the other clusters is such a number.
        var estimates = cells.Rows.Where(rows => rows.Length == design.PeriodCount).Select(rows =>
        {
            var own = rows.ToHashSet();
            var others = Enumerable.Range(0, cells.Count).Where(i => !own.Contains(i)).ToArray();
            return MinimaxEstimator.Estimate([.. rows.Select(i => values[i])], [.. rows.Select(i => cells.Arm[i])], design.CarryOverPeriods, others.Length == 0 ? 0 : others.Average(i => values[i]), new Level(options.Alpha));
        }).ToArray();
        comparison.Estimates["minimax"] = estimates.Length == 0 || estimates.Any(estimate => !double.IsFinite(estimate.Value))
            ? Estimate.None("the minimax estimate needs every period of every cluster")
            : Estimate.FromT(estimates.Average(estimate => estimate.Value), Math.Sqrt(estimates.Sum(estimate => estimate.Details.GetValueOrDefault("varianceBound"))) / estimates.Length, double.PositiveInfinity, new Level(options.Alpha), $"arms act for at most {design.CarryOverPeriods} further periods; the variance is a bound");
    }

    private static void AddCarryOver(Comparison comparison, SwitchbackCells cells, double[] values, SwitchbackOptions options, Level level)
    {
        var points = new List<CurvePoint>();
        for (var lags = 0; lags <= options.Lags && lags < cells.PeriodCount - 2; lags++)
        {
            var total = CarryOver.Total(cells, values, lags, level);
            comparison.Estimates[$"carryOver.total{lags}"] = total;
            points.Add(new CurvePoint(lags, "", total.Value, total.Low, total.High));
            if (lags > 0)
            {
                comparison.Estimates[$"carryOver.test{lags}"] = CarryOver.Test(cells, values, lags, level);
            }
        }

        comparison.Curves["carryOver"] = points;
        comparison.Estimates["placebo"] = CarryOver.Placebo(cells, values, level);
    }

    private static void AddLeaveOut(Comparison comparison, SwitchbackCells cells, double[] values)
    {
        comparison.Curves["withoutCluster"] = [.. LeaveOut.Clusters(cells, values).Select((point, i) => new CurvePoint(i, point.Name, point.Value))];
        comparison.Curves["withoutPeriod"] = [.. LeaveOut.Periods(cells, values).Select(point => new CurvePoint(point.Period, "", point.Value))];
    }

    private static void AddWashout(Comparison comparison, CellTable table, SwitchbackData data, UnitMetric metric, Level level)
    {
        if (!table.HasStart)
        {
            return;
        }

        foreach (var isBurnIn in (bool[])[true, false])
        {
            comparison.Curves[isBurnIn ? "washoutBurnIn" : "washoutBurnOut"] = [.. s_washoutHours.Select(hours =>
            {
                var (cells, columns) = data.Under(isBurnIn ? hours : 0, isBurnIn ? 0 : hours);
                var (kept, own) = cells.Count == 0 ? (cells, []) : Kept(table, cells, columns, metric);
                var estimate = kept.Count == 0 ? Estimate.None("nothing is left") : WithinClusters.Estimate(kept, Outcome(own), level);
                return new CurvePoint(hours, "", estimate.Value, estimate.Low, estimate.High);
            })];
        }
    }

    private static void Conclude(Comparison comparison, SwitchbackData data, SwitchbackOptions options)
    {
        var (name, _) = SwitchbackAnalysis.Choose(comparison, data, options);
        var chosen = comparison.Estimates[name];
        var error = double.IsNaN(chosen.StandardError) ? chosen.Details.GetValueOrDefault("deviationWithoutEffect", double.NaN) : chosen.StandardError;
        var df = double.IsFinite(chosen.DegreesOfFreedom) ? chosen.DegreesOfFreedom : Math.Max(1, comparison.Figures["clusters"] - 1);
        comparison.MinimalDetectable = error * (Tails.StudentTwoSided(options.Alpha, df) + Tails.NormalQuantile(0.8));
        comparison.MinimalDetectableLift = comparison.MinimalDetectable / Math.Abs(comparison.Figures["controlMean"]);
        comparison.Verdict = Words.Verdict(comparison.Metric, chosen, options.Alpha, comparison.MinimalDetectable, comparison.MinimalDetectableLift);
    }
}
