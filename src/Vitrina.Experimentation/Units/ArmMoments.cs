using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Units;

/// <summary>One arm's summary of one metric: its mean or ratio, and the variance of the per-unit linearised term, with a covariate beside it.</summary>
/// <param name="Count">Units.</param>
/// <param name="Mean">The mean, or the ratio of sums.</param>
/// <param name="Variance">Variance of one unit's (linearised) value: the mean's variance times the count.</param>
/// <param name="CovariateMean">The covariate's mean or ratio; 0 without one.</param>
/// <param name="CovariateVariance">Variance of one unit's covariate; 0 without one.</param>
/// <param name="Covariance">Covariance of a unit's value with its covariate; 0 without one.</param>
/// <remarks>
/// A ratio R = ΣY/ΣN enters as its linearised residual (Y − R N)/N̄: Deng, Knoblich and Lu, "Applying the Delta Method in Metric Analytics",
/// KDD 2018, section 3. All estimators read this one form.
/// </remarks>
public readonly record struct ArmMoments(
    long Count, double Mean, double Variance, double CovariateMean = 0, double CovariateVariance = 0, double Covariance = 0)
{
    /// <summary>Variance of the arm's mean.</summary>
    public double VarianceOfMean => Variance / Count;

    /// <summary>Why this arm alone forbids inference; null when it does not.</summary>
    public string? Obstacle(string arm) => this switch
    {
        { Count: 0 } => $"arm '{arm}' has no traffic",
        { Count: 1 } => $"arm '{arm}' has only one unit",
        _ when !double.IsFinite(Mean) => $"the denominator of arm '{arm}' is zero",
        _ when !(Variance > 0) => $"the metric has zero variance in arm '{arm}'",
        _ => null,
    };

    /// <summary>From count, sum and sum of squares.</summary>
    public static ArmMoments FromSums(long count, double sum, double sumOfSquares)
        => new(count, sum / count, (sumOfSquares - sum * sum / count) / (count - 1));

    /// <summary>A proportion, with variance p(1 − p).</summary>
    public static ArmMoments FromProportion(long count, double successes)
    {
        var share = successes / count;
        return new(count, share, share * (1 - share));
    }

    /// <summary>The mean of a column, with an optional covariate column.</summary>
    public static ArmMoments Of(CoMoments moments, int column, int covariate = -1)
    {
        ArgumentNullException.ThrowIfNull(moments);
        var plain = new ArmMoments(moments.Count, moments.Mean(column), moments.Variance(column));
        return covariate < 0 ? plain : plain with
        {
            CovariateMean = moments.Mean(covariate),
            CovariateVariance = moments.Variance(covariate),
            Covariance = moments.Covariance(column, covariate),
        };
    }

    /// <summary>The mean of a column with a weighted sum of two columns as the covariate.</summary>
    /// <param name="moments">The arm's moments.</param>
    /// <param name="column">The metric's column.</param>
    /// <param name="first">The first covariate and its weight.</param>
    /// <param name="second">The second.</param>
    public static ArmMoments Of(CoMoments moments, int column, (int Column, double Weight) first, (int Column, double Weight) second)
    {
        ArgumentNullException.ThrowIfNull(moments);
        return Of(moments, column) with
        {
            CovariateMean = first.Weight * moments.Mean(first.Column) + second.Weight * moments.Mean(second.Column),
            CovariateVariance = first.Weight * first.Weight * moments.Variance(first.Column) + second.Weight * second.Weight * moments.Variance(second.Column)
                + 2 * first.Weight * second.Weight * moments.Covariance(first.Column, second.Column),
            Covariance = first.Weight * moments.Covariance(column, first.Column) + second.Weight * moments.Covariance(column, second.Column),
        };
    }

    /// <summary>The ratio of two columns' sums, with an optional covariate that is a ratio (or a mean, without its denominator).</summary>
    public static ArmMoments OfRatio(CoMoments moments, int numerator, int denominator, int covariate = -1, int covariateDenominator = -1)
    {
        ArgumentNullException.ThrowIfNull(moments);
        var main = Linear(moments, numerator, denominator);
        var plain = new ArmMoments(moments.Count, main.Value, CovarianceOf(moments, main, main));
        if (covariate < 0)
        {
            return plain;
        }

        var beside = Linear(moments, covariate, covariateDenominator);
        return plain with
        {
            CovariateMean = beside.Value,
            CovariateVariance = CovarianceOf(moments, beside, beside),
            Covariance = CovarianceOf(moments, main, beside),
        };
    }

    // A ratio as a linear form in two columns: slope on each.
    private static (double Value, int Top, double TopSlope, int Bottom, double BottomSlope) Linear(CoMoments moments, int top, int bottom)
    {
        if (bottom < 0)
        {
            return (moments.Mean(top), top, 1, top, 0);
        }

        var mean = moments.Mean(bottom);
        var value = moments.Mean(top) / mean;
        return (value, top, 1 / mean, bottom, -value / mean);
    }

    private static double CovarianceOf(
        CoMoments moments, (double Value, int Top, double TopSlope, int Bottom, double BottomSlope) a, (double Value, int Top, double TopSlope, int Bottom, double BottomSlope) b)
        => a.TopSlope * b.TopSlope * moments.Covariance(a.Top, b.Top) + a.TopSlope * b.BottomSlope * moments.Covariance(a.Top, b.Bottom)
            + a.BottomSlope * b.TopSlope * moments.Covariance(a.Bottom, b.Top) + a.BottomSlope * b.BottomSlope * moments.Covariance(a.Bottom, b.Bottom);
}
