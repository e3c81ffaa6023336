using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Units;

/// <summary>Difference and lift of two arms of independent units.</summary>
public static class ArmComparison
{
    private const string Independent = "units are independent and were assigned at random; means are near normal";

    /// <summary>Welch's difference of means, with Satterthwaite's degrees of freedom.</summary>
    /// <remarks>Welch, "The generalization of Student's problem", Biometrika 34, 1947.</remarks>
    public static Estimate Difference(ArmMoments control, ArmMoments treatment, Level level)
        => Guarded(control, treatment, () => Estimate.FromT(
            treatment.Mean - control.Mean, Math.Sqrt(control.VarianceOfMean + treatment.VarianceOfMean), Satterthwaite(control, treatment), level, Independent));

    /// <summary>The same difference against the normal distribution: the large-sample form that the delta method of a ratio proves.</summary>
    public static Estimate NormalDifference(ArmMoments control, ArmMoments treatment, Level level)
        => Guarded(control, treatment, () => Estimate.FromT(
            treatment.Mean - control.Mean, Math.Sqrt(control.VarianceOfMean + treatment.VarianceOfMean), double.PositiveInfinity, level, Independent + "; many units"));

    /// <summary>The relative lift (m1 − m0)/|m0| by the delta method. Where the control's mean is near zero read <see cref="Fieller"/> instead.</summary>
    public static Estimate Lift(ArmMoments control, ArmMoments treatment, Level level)
        => Guarded(control, treatment, () =>
        {
            if (control.Mean == 0)
            {
                return Estimate.None("the control's mean is zero");
            }

            var square = control.Mean * control.Mean;
            var variance = treatment.VarianceOfMean / square + control.VarianceOfMean * treatment.Mean * treatment.Mean / (square * square);
            return Estimate.FromT(
                (treatment.Mean - control.Mean) / Math.Abs(control.Mean), Math.Sqrt(variance), Satterthwaite(control, treatment), level,
                Independent + "; the control's mean is several standard errors from zero");
        });

    /// <summary>The relative lift by the logarithm of the ratio of means: symmetric in the arms, and its interval never falls below −1.</summary>
    /// <remarks>Var(ln m1 − ln m0) = v1/m1² + v0/m0² by the delta method.</remarks>
    public static Estimate LogLift(ArmMoments control, ArmMoments treatment, Level level)
        => Guarded(control, treatment, () => control.Mean > 0 && treatment.Mean > 0
            ? Estimate.FromLogarithm(Estimate.FromT(
                Math.Log(treatment.Mean / control.Mean),
                Math.Sqrt(treatment.VarianceOfMean / (treatment.Mean * treatment.Mean) + control.VarianceOfMean / (control.Mean * control.Mean)),
                Satterthwaite(control, treatment), level, Independent + "; both means are several standard errors above zero"))
            : Estimate.None("a logarithm needs means above zero in both arms"));

    /// <summary>Fieller's interval of the ratio m1/m0; it stays right when the control's mean is near zero, and is then unbounded.</summary>
    /// <remarks>Fieller, "Some problems in interval estimation", JRSS B 16, 1954, for independent arms and the normal quantile.</remarks>
    public static Estimate Fieller(ArmMoments control, ArmMoments treatment, Level level)
        => Guarded(control, treatment, () =>
        {
            var z = -Tails.NormalQuantile(level.Alpha / 2);
            var a = control.Mean * control.Mean - z * z * control.VarianceOfMean;
            var b = -2 * control.Mean * treatment.Mean;
            var c = treatment.Mean * treatment.Mean - z * z * treatment.VarianceOfMean;
            var root = Math.Sqrt(b * b - 4 * a * c);
            var isBounded = a > 0 && !double.IsNaN(root);
            return new Estimate
            {
                Value = treatment.Mean / control.Mean,
                Low = isBounded ? (-b - root) / (2 * a) : double.NegativeInfinity,
                High = isBounded ? (-b + root) / (2 * a) : double.PositiveInfinity,
                DegreesOfFreedom = double.PositiveInfinity,
                Assumes = isBounded ? Independent : Independent + "; the control's mean is not told from zero, so the ratio has no bounds",
            };
        });

    /// <summary>The difference after taking off what a pre-exposure covariate explains (CUPED).</summary>
    /// <param name="control">The control, with its covariate.</param>
    /// <param name="treatment">The treatment, with its covariate.</param>
    /// <param name="theta">The slope, see <see cref="Theta"/>.</param>
    /// <param name="level">Which interval.</param>
    /// <remarks>Deng, Xu, Kohavi and Walker, "Improving the Sensitivity of Online Controlled Experiments", WSDM 2013, section 3.</remarks>
    public static Estimate Adjusted(ArmMoments control, ArmMoments treatment, double theta, Level level)
        => Guarded(control, treatment, () =>
        {
            var estimate = Difference(Adjust(control, theta), Adjust(treatment, theta), level);
            var before = control.VarianceOfMean + treatment.VarianceOfMean;
            var after = estimate.StandardError * estimate.StandardError;
            var correlation = (control.Covariance + treatment.Covariance) / Math.Sqrt((control.Variance + treatment.Variance) * (control.CovariateVariance + treatment.CovariateVariance));
            return (estimate with { Assumes = Independent + "; the covariate was measured before the exposure" })
                .With(("theta", theta), ("correlation", correlation), ("varianceReduction", 1 - after / before), ("covariateDifference", treatment.CovariateMean - control.CovariateMean));
        });

    /// <summary>The difference with each arm's own slope on the covariate: right also for unequal shares and effects that vary with the covariate.</summary>
    /// <remarks>Lin, "Agnostic notes on regression adjustments to experimental data", Annals of Applied Statistics 7, 2013: OLS on arm, centred covariate and their product, with robust errors.</remarks>
    public static Estimate Interacted(ArmMoments control, ArmMoments treatment, Level level)
        => Guarded(control, treatment, () =>
        {
            static double Slope(ArmMoments arm) => arm.CovariateVariance > 0 ? arm.Covariance / arm.CovariateVariance : 0;
            double slope0 = Slope(control), slope1 = Slope(treatment);
            var centre = (control.Count * control.CovariateMean + treatment.Count * treatment.CovariateMean) / (control.Count + treatment.Count);
            // Each arm's line at the common centre; what is left around the line is the variance.
            ArmMoments AtCentre(ArmMoments arm, double slope) => Adjust(arm, slope) with { Mean = arm.Mean - slope * (arm.CovariateMean - centre) };
            var estimate = Difference(AtCentre(control, slope0), AtCentre(treatment, slope1), level);
            return (estimate with { Assumes = Independent + "; the covariate was measured before the exposure" }).With(("thetaControl", slope0), ("thetaTreatment", slope1));
        });

    /// <summary>The lift after the covariate's adjustment; the denominator is the unadjusted mean of the control.</summary>
    public static Estimate AdjustedLift(ArmMoments control, ArmMoments treatment, double theta, Level level)
        => Guarded(control, treatment, () =>
        {
            if (control.Mean == 0)
            {
                return Estimate.None("the control's mean is zero");
            }

            var difference = treatment.Mean - control.Mean - theta * (treatment.CovariateMean - control.CovariateMean);
            // The control enters twice, in the difference and in the denominator: its slope is 1 + difference / mean.
            var slope = 1 + difference / control.Mean;
            var ofTreatment = Adjust(treatment, theta).VarianceOfMean;
            var ofControl = (slope * slope * control.Variance - 2 * slope * theta * control.Covariance + theta * theta * control.CovariateVariance) / control.Count;
            return Estimate.FromT(
                difference / Math.Abs(control.Mean), Math.Sqrt((ofTreatment + ofControl) / (control.Mean * control.Mean)),
                Satterthwaite(Adjust(control, theta), Adjust(treatment, theta)), level, Independent + "; the covariate was measured before the exposure")
                .With(("theta", theta));
        });

    /// <summary>The slope of a mean on its covariate, over both arms as one sample; 0 when the covariate does not vary.</summary>
    public static double Theta(ArmMoments control, ArmMoments treatment)
    {
        // One sample of both arms: within plus between.
        double n0 = control.Count, n1 = treatment.Count, between = n0 * n1 / (n0 + n1);
        var covariateGap = treatment.CovariateMean - control.CovariateMean;
        var covariance = (n0 - 1) * control.Covariance + (n1 - 1) * treatment.Covariance + between * (treatment.Mean - control.Mean) * covariateGap;
        var variance = (n0 - 1) * control.CovariateVariance + (n1 - 1) * treatment.CovariateVariance + between * covariateGap * covariateGap;
        return variance > 0 ? covariance / variance : 0;
    }

    /// <summary>The slope of a ratio on its covariate: linearised within each arm, so only what varies within arms counts.</summary>
    public static double ThetaWithin(ArmMoments control, ArmMoments treatment)
    {
        var variance = control.CovariateVariance + treatment.CovariateVariance;
        return variance > 0 ? (control.Covariance + treatment.Covariance) / variance : 0;
    }

    /// <summary>The slopes of a mean on a covariate and on the indicator of units without one, by least squares over all units; null where the two do not vary apart.</summary>
    /// <param name="all">Sums over both arms.</param>
    /// <param name="outcome">Column of the outcome.</param>
    /// <param name="covariate">Column of the covariate, 0 where a unit has none.</param>
    /// <param name="noHistory">Column of the indicator.</param>
    public static (double Covariate, double NoHistory)? Thetas(CoMoments all, int outcome, int covariate, int noHistory)
    {
        ArgumentNullException.ThrowIfNull(all);
        double x = all.Variance(covariate), h = all.Variance(noHistory), both = all.Covariance(covariate, noHistory);
        double ofX = all.Covariance(outcome, covariate), ofH = all.Covariance(outcome, noHistory);
        var determinant = x * h - both * both;
        return determinant > 1e-12 * x * h ? ((ofX * h - ofH * both) / determinant, (ofH * x - ofX * both) / determinant) : null;
    }

    /// <summary>The smallest difference that a test of this precision finds with the given power.</summary>
    public static double MinimalDetectable(double standardError, Level level, double power = 0.8)
        => standardError * (Tails.NormalQuantile(power) - Tails.NormalQuantile(level.Alternative == Alternative.TwoSided ? level.Alpha / 2 : level.Alpha));

    internal static double Satterthwaite(ArmMoments control, ArmMoments treatment)
    {
        double a = control.VarianceOfMean, b = treatment.VarianceOfMean;
        return (a + b) * (a + b) / (a * a / (control.Count - 1) + b * b / (treatment.Count - 1));
    }

    private static ArmMoments Adjust(ArmMoments arm, double theta) => new(
        arm.Count, arm.Mean - theta * arm.CovariateMean, Math.Max(0, arm.Variance - 2 * theta * arm.Covariance + theta * theta * arm.CovariateVariance));

    private static Estimate Guarded(ArmMoments control, ArmMoments treatment, Func<Estimate> estimate)
        => (control.Obstacle("control") ?? treatment.Obstacle("treatment")) is { } obstacle ? Estimate.None(obstacle, treatment.Mean - control.Mean) : estimate();
}
