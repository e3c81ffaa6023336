using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.OffPolicy;

/// <summary>Whether the log can carry the question: weights and support.</summary>
/// <param name="MeanWeight">Mean importance weight: 1 when propensities are right and support is full.</param>
/// <param name="MeanWeightError">Its standard error.</param>
/// <param name="EffectiveSampleSize">(Σw)²/Σw².</param>
/// <param name="MaxWeight">Largest weight.</param>
/// <param name="UnsupportedShare">Probability that the evaluated policy gives to actions which the log never takes; estimated as 1 − mean weight when not stated.</param>
/// <param name="IsSupportStated">Whether the share comes from per-action propensities.</param>
/// <param name="MatchRate">Share of rows whose action is the evaluated policy's first choice; NaN when unknown.</param>
public readonly record struct SupportDiagnostics(
    double MeanWeight, double MeanWeightError, double EffectiveSampleSize, double MaxWeight, double UnsupportedShare, bool IsSupportStated, double MatchRate)
{
    /// <summary>Whether the mean weight is near 1 within three of its standard errors.</summary>
    public bool IsMeanNearOne => Math.Abs(MeanWeight - 1) <= 3 * MeanWeightError + 1e-9;

    /// <summary>The diagnostics of a log.</summary>
    public static SupportDiagnostics Of(OffPolicyLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        double[] weights = [.. log.ImportanceWeights().Where(double.IsFinite)];
        var moments = new CoMoments(1);
        foreach (var weight in weights)
        {
            moments.Add([weight]);
        }

        double sum = weights.Sum(), squares = weights.Sum(weight => weight * weight);
        var isStated = log.UnsupportedMass.Length == log.Count && log.Count > 0;
        return new(
            moments.Mean(0), Math.Sqrt(moments.Variance(0) / moments.Count), squares > 0 ? sum * sum / squares : 0, weights.Length == 0 ? double.NaN : weights.Max(),
            isStated ? log.UnsupportedMass.Average() : Math.Max(0, 1 - moments.Mean(0)), isStated,
            log.IsMatch.Length == log.Count && log.Count > 0 ? log.IsMatch.Count(match => match) / (double)log.Count : double.NaN);
    }
}
