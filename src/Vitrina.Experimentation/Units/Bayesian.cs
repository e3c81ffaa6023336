using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Units;

/// <summary>The normal posterior of an effect.</summary>
/// <remarks>Formulas of GrowthBook's statistical details, equations 5 and 6: precision-weighted normal prior and likelihood.</remarks>
public static class Bayesian
{
    /// <summary>The posterior: chance to win and expected losses stand in the details.</summary>
    /// <param name="effect">Estimated lift or difference with its standard error.</param>
    /// <param name="priorMean">Mean of the prior.</param>
    /// <param name="priorVariance">Variance of the prior; infinite (the default) is flat.</param>
    /// <param name="alpha">1 − mass of the credible interval.</param>
    /// <returns>`chanceToWin` = P(effect &gt; 0); `lossOfControl` = what is lost on average by keeping the control; `lossOfTreatment` by taking the treatment.</returns>
    public static Estimate Posterior(Estimate effect, double priorMean = 0, double priorVariance = double.PositiveInfinity, double alpha = 0.05)
    {
        ArgumentNullException.ThrowIfNull(effect);
        if (!effect.IsInference || !(effect.StandardError > 0))
        {
            return effect with { Details = new Dictionary<string, double>() };
        }

        var dataPrecision = 1 / (effect.StandardError * effect.StandardError);
        var priorPrecision = 1 / priorVariance;
        var mean = (effect.Value * dataPrecision + priorMean * priorPrecision) / (dataPrecision + priorPrecision);
        var deviation = Math.Sqrt(1 / (dataPrecision + priorPrecision));
        var z = mean / deviation;
        var gain = mean * Tails.NormalUpper(-z) + deviation * Tails.NormalDensity(z);
        var reach = -Tails.NormalQuantile(alpha / 2) * deviation;
        return new Estimate
        {
            Value = mean,
            StandardError = deviation,
            Low = mean - reach,
            High = mean + reach,
            Assumes = double.IsInfinity(priorVariance) ? "flat prior; normal likelihood; a probability statement, not an error rate" : "normal prior given by the caller; normal likelihood",
        }.With(("chanceToWin", Tails.NormalUpper(-z)), ("lossOfControl", gain), ("lossOfTreatment", gain - mean));
    }
}
