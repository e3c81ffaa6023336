using Vitrina.Experimentation.Reports;
using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Units;

/// <summary>Every estimator of one metric between two arms, under stable names.</summary>
internal static class UnitComparison
{
    public static Comparison Of(UnitTable table, UnitMetric metric, int controlArm, int treatmentArm, UnitOptions options)
    {
        var isRatio = metric.Denominator is not null;
        var comparison = New(table, metric.Name, isRatio ? "ratio" : "mean", controlArm, treatmentArm);
        var (control, treatment) = (Moments(table.Moments[controlArm], table, metric, options), Moments(table.Moments[treatmentArm], table, metric, options));
        Describe(comparison, control, treatment);
        var level = options.Level;
        var difference = ArmComparison.Difference(control, treatment, level);
        var lift = ArmComparison.Lift(control, treatment, level);
        comparison.Estimates[isRatio ? "ratioWelch" : "welch"] = difference;
        comparison.Estimates[isRatio ? "ratioWelchRelative" : "welchRelative"] = lift;
        comparison.Estimates["logLift"] = ArmComparison.LogLift(control, treatment, level);
        if (isRatio)
        {
            comparison.Estimates["ratioDelta"] = ArmComparison.NormalDifference(control, treatment, level);
        }

        comparison.Estimates["fieller"] = ArmComparison.Fieller(control, treatment, level);
        if (options.Covariate is not null)
        {
            AddAdjusted(comparison, control, treatment, isRatio, level);
            AddHistory(comparison, table, metric, (controlArm, treatmentArm), options);
        }

        AddSequential(comparison, control, treatment, options);
        comparison.Estimates["bayesian"] = Bayesian.Posterior(ArmComparison.Lift(control, treatment, new Level(level.Alpha)), options.Prior.Mean, options.Prior.Variance, level.Alpha);
        if (!isRatio && Proportions.IsShare(control) && Proportions.IsShare(treatment))
        {
            (comparison.Figures["controlWilsonLow"], comparison.Figures["controlWilsonHigh"]) = Proportions.Wilson(control.Mean * control.Count, control.Count, level.Alpha);
            (comparison.Figures["treatmentWilsonLow"], comparison.Figures["treatmentWilsonHigh"]) = Proportions.Wilson(treatment.Mean * treatment.Count, treatment.Count, level.Alpha);
        }

        options.Guardrails.FirstOrDefault(guardrail => guardrail.Metric == metric.Name)?.AddTo(comparison, control, treatment, level);
        AddRunning(comparison, table, metric, (controlArm, treatmentArm), options);
        Conclude(comparison, control, options);
        return comparison;
    }

    public static Comparison OfQuantile(UnitTable table, UnitQuantile quantile, int controlArm, int treatmentArm, UnitOptions options)
    {
        var comparison = New(table, $"{quantile.Column} p{Words.Number(100 * quantile.Quantile)}", "quantile", controlArm, treatmentArm);
        var arms = table.QuantileValues[quantile.Column];
        QuantileMoments Of(int arm) => Quantiles.Of([.. arms[arm].Values], [.. arms[arm].Units], quantile.Quantile);
        var (control, treatment) = (Of(controlArm), Of(treatmentArm));
        comparison.Figures["controlQuantile"] = control.Value;
        comparison.Figures["treatmentQuantile"] = treatment.Value;
        comparison.Figures["controlStandardError"] = control.StandardError;
        comparison.Figures["treatmentStandardError"] = treatment.StandardError;
        comparison.Estimates["quantile"] = Quantiles.Difference(control, treatment, options.Level);
        comparison.Estimates["quantileRelative"] = Quantiles.Lift(control, treatment, options.Level);
        Conclude(comparison, new ArmMoments(control.Count, control.Value, 1), options);
        return comparison;
    }

    /// <summary>The estimate that the design calls for.</summary>
    public static (string Name, Estimate Estimate) Chosen(Comparison comparison, UnitOptions options)
    {
        string[] order = comparison.Type == "quantile" ? ["quantile"]
            : options.IsSequential ? ["alwaysValid"]
            : options.Covariate is null ? ["ratioWelch", "welch"] : ["cupedHistory", "cuped"];
        var name = order.First(comparison.Estimates.ContainsKey);
        return (name, comparison.Estimates[name]);
    }

    private static Comparison New(UnitTable table, string metric, string type, int control, int treatment)
        => new() { Metric = metric, Type = type, Control = table.Arms[control], Treatment = table.Arms[treatment] };

    private static ArmMoments Moments(CoMoments moments, UnitTable table, UnitMetric metric, UnitOptions options)
    {
        int covariate = options.Covariate is null ? -1 : table.Find(options.Covariate), below = options.CovariateDenominator is null ? -1 : table.Find(options.CovariateDenominator);
        return moments.Count == 0 ? default
            : metric.Denominator is null && below < 0 ? ArmMoments.Of(moments, table.Find(metric.Numerator), covariate)
            : ArmMoments.OfRatio(moments, table.Find(metric.Numerator), metric.Denominator is null ? -1 : table.Find(metric.Denominator), covariate, below);
    }

    private static void Describe(Comparison comparison, ArmMoments control, ArmMoments treatment)
    {
        comparison.Figures["controlMean"] = control.Mean;
        comparison.Figures["treatmentMean"] = treatment.Mean;
        comparison.Figures["controlVariance"] = control.Variance;
        comparison.Figures["treatmentVariance"] = treatment.Variance;
        comparison.Figures["controlStandardError"] = Math.Sqrt(control.VarianceOfMean);
        comparison.Figures["treatmentStandardError"] = Math.Sqrt(treatment.VarianceOfMean);
        comparison.Figures["controlUnits"] = control.Count;
        comparison.Figures["treatmentUnits"] = treatment.Count;
    }

    private static void AddAdjusted(Comparison comparison, ArmMoments control, ArmMoments treatment, bool isRatio, Level level)
    {
        var theta = isRatio ? ArmComparison.ThetaWithin(control, treatment) : ArmComparison.Theta(control, treatment);
        var adjusted = ArmComparison.Adjusted(control, treatment, theta, level);
        comparison.Estimates["cuped"] = adjusted;
        comparison.Estimates["cupedInteracted"] = ArmComparison.Interacted(control, treatment, level);
        comparison.Estimates["cupedRelative"] = ArmComparison.AdjustedLift(control, treatment, theta, level);
        // Var(raw − adjusted) = θ² Var(X̄₁ − X̄₀): the gap is what the covariate's imbalance alone does.
        var gap = Math.Abs(theta * (treatment.CovariateMean - control.CovariateMean));
        var error = Math.Abs(theta) * Math.Sqrt(control.CovariateVariance / control.Count + treatment.CovariateVariance / treatment.Count);
        comparison.Figures["cupedGapInErrors"] = error > 0 ? gap / error : 0;
    }

    // Units without history have 0 as their covariate, which is no measurement: the indicator takes up how they differ (experiments reference, B6).
    private static void AddHistory(Comparison comparison, UnitTable table, UnitMetric metric, (int Control, int Treatment) arms, UnitOptions options)
    {
        var (control, treatment) = (table.Moments[arms.Control], table.Moments[arms.Treatment]);
        int y = table.Find(metric.Numerator), x = table.Find(options.Covariate!), h = table.Find(UnitTable.NoHistory);
        var all = new CoMoments(table.Columns.Count);
        all.Add(control);
        all.Add(treatment);
        if (all.Count < 2 || all.Sum(h) < 0.5)
        {
            return;
        }

        comparison.Figures["withoutHistory"] = all.Mean(h);
        if (metric.Denominator is not null || options.CovariateDenominator is not null || ArmComparison.Thetas(all, y, x, h) is not { } thetas)
        {
            return;
        }

        // The weighted sum is one covariate of slope 1.
        var (ofCovariate, ofIndicator) = thetas;
        ArmMoments Of(CoMoments moments) => ArmMoments.Of(moments, y, (x, ofCovariate), (h, ofIndicator));
        comparison.Estimates["cupedHistory"] = ArmComparison.Adjusted(Of(control), Of(treatment), 1, options.Level).With(("theta", ofCovariate), ("thetaNoHistory", ofIndicator));
        comparison.Estimates["cupedHistoryRelative"] = ArmComparison.AdjustedLift(Of(control), Of(treatment), 1, options.Level).With(("theta", ofCovariate), ("thetaNoHistory", ofIndicator));
    }

    private static void AddSequential(Comparison comparison, ArmMoments control, ArmMoments treatment, UnitOptions options)
    {
        var (difference, lift) = (ArmComparison.Difference(control, treatment, options.Level), ArmComparison.Lift(control, treatment, options.Level));
        double count = control.Count + treatment.Count;
        comparison.Estimates["alwaysValid"] = difference.IsInference ? Sequential.AlwaysValid(difference.Value, difference.StandardError, count, options.TuningSize, options.Level) : difference;
        comparison.Estimates["alwaysValidRelative"] = lift.IsInference ? Sequential.AlwaysValid(lift.Value, lift.StandardError, count, options.TuningSize, options.Level) : lift;
        // Unequal arms enter with the size of equal ones that give the same variance.
        var variance = control.Variance + treatment.Variance;
        var perArm = variance / (control.VarianceOfMean + treatment.VarianceOfMean);
        var mixture = double.IsNaN(options.MixtureVariance) ? variance / options.TuningSize : options.MixtureVariance;
        comparison.Estimates["msprt"] = difference.IsInference ? Sequential.Msprt(difference.Value, variance, perArm, mixture, options.Level) : difference;
        if (options.Looks.Count > 0 && difference.IsInference)
        {
            var looks = GroupSequential.Boundaries(options.Looks, options.Level.Alpha, options.SpendingPower);
            var last = looks[^1];
            comparison.Estimates["groupSequential"] = new Estimate
            {
                Value = difference.Value,
                StandardError = difference.StandardError,
                Low = difference.Value - last.Boundary * difference.StandardError,
                High = difference.Value + last.Boundary * difference.StandardError,
                DegreesOfFreedom = double.PositiveInfinity,
                Statistic = difference.Value / difference.StandardError,
                Assumes = "looks were planned as stated; units are independent; many units",
            }.With(("boundary", last.Boundary), ("nominalAlpha", last.NominalAlpha), ("spentAlpha", last.SpentAlpha), ("isCrossed", Math.Abs(difference.Value) > last.Boundary * difference.StandardError ? 1 : 0));
            comparison.Curves["boundaries"] = [.. looks.Select(look => new CurvePoint(look.Fraction, "", look.Boundary))];
        }
    }

    // Looks in the order of the file; only where each row is another unit do they mean anything.
    private static void AddRunning(Comparison comparison, UnitTable table, UnitMetric metric, (int Control, int Treatment) arms, UnitOptions options)
    {
        if (table.Stretches.Count < 3 || table.RepeatedRows > 0)
        {
            return;
        }

        CoMoments control = new(table.Columns.Count), treatment = new(table.Columns.Count);
        var points = new List<CurvePoint>();
        double low = double.NegativeInfinity, high = double.PositiveInfinity, p = 1;
        foreach (var stretch in table.Stretches)
        {
            control.Add(stretch[arms.Control]);
            treatment.Add(stretch[arms.Treatment]);
            var difference = ArmComparison.Difference(Moments(control, table, metric, options), Moments(treatment, table, metric, options), options.Level);
            if (!difference.IsInference || control.Count + treatment.Count < 30)
            {
                continue;
            }

            var now = Sequential.AlwaysValid(difference.Value, difference.StandardError, control.Count + treatment.Count, options.TuningSize, options.Level);
            points.Add(new CurvePoint(control.Count + treatment.Count, "", now.Value, now.Low, now.High));
            (low, high, p) = (Math.Max(low, now.Low), Math.Min(high, now.High), Math.Min(p, now.PValue));
        }

        comparison.Curves["running"] = points;
        comparison.Figures["runningLow"] = low;
        comparison.Figures["runningHigh"] = high;
        comparison.Figures["runningPValue"] = p;
    }

    private static void Conclude(Comparison comparison, ArmMoments control, UnitOptions options)
    {
        var (_, chosen) = Chosen(comparison, options);
        // A sequential interval is wider, and what it can find larger, by the same factor.
        var price = options.IsSequential && chosen.Details.TryGetValue("priceAgainstFixed", out var factor) ? factor : 1;
        if (chosen.IsInference)
        {
            comparison.MinimalDetectable = price * ArmComparison.MinimalDetectable(chosen.StandardError, options.Level);
            comparison.MinimalDetectableLift = comparison.MinimalDetectable / Math.Abs(control.Mean);
        }

        comparison.Verdict = Words.Verdict(comparison.Metric, chosen, options.Level.Alpha, comparison.MinimalDetectable, comparison.MinimalDetectableLift);
    }
}
