using System.Globalization;

namespace Vitrina.Engine.Models.Registry;

/// <summary>What one gate says about a version.</summary>
/// <param name="Gate">The gate: `evaluation`, `ndcg`, `calibration`, `latency`, `features` or `freshness`.</param>
/// <param name="IsPassed">Whether the version may go on.</param>
/// <param name="Figure">The figure and what is allowed, such as `ndcg@10 −0.031 [−0.044, −0.018], allowed −0.005`.</param>
public sealed record GateOutcome(string Gate, bool IsPassed, string Figure);

/// <summary>The gates in front of serving: they read figures and measure nothing.</summary>
public static class PublishGates
{
    private const int NamedFeatures = 3;

    /// <summary>Holds a version against every gate.</summary>
    /// <param name="manifest">The version.</param>
    /// <param name="evaluation">How it did on later lists; null when nobody looked.</param>
    /// <param name="baseline">What it must be compared with: the serving version as name/version, or the surface's fallback.</param>
    /// <param name="options">What is allowed.</param>
    /// <returns>One outcome per gate; a version without a fitting evaluation fails the first and meets no other.</returns>
    public static IReadOnlyList<GateOutcome> Check(ModelManifest manifest, ModelEvaluation? evaluation, string baseline, PublishOptions options)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(options);
        if (evaluation is null)
        {
            return [new GateOutcome("evaluation", false, $"{manifest.Id} was not evaluated on later lists; run: vitrina models evaluate {manifest.Id}")];
        }

        if (evaluation.Model != manifest.Id || evaluation.Baseline != baseline)
        {
            return [new GateOutcome("evaluation", false, $"{evaluation.Model} was compared with {evaluation.Baseline}, but {baseline} serves now; run: vitrina models evaluate {manifest.Id}")];
        }

        return [Ndcg(evaluation, options), Calibration(evaluation, options), Latency(evaluation, options), Features(evaluation, options), Freshness(manifest, evaluation, options)];
    }

    private static GateOutcome Ndcg(ModelEvaluation evaluation, PublishOptions options)
    {
        if (evaluation.Lists < options.MinLists)
        {
            return new GateOutcome("ndcg", false, $"{evaluation.Metric} rests on {evaluation.Lists} later lists that somebody acted on, required {options.MinLists}");
        }

        var low = evaluation.DifferenceLow ?? double.NegativeInfinity;
        return new GateOutcome(
            "ndcg",
            low >= -options.MaxNdcgLoss,
            $"{evaluation.Metric} {Signed(evaluation.Difference)} [{Signed(evaluation.DifferenceLow)}, {Signed(evaluation.DifferenceHigh)}] against {evaluation.Baseline}, allowed {Signed(-options.MaxNdcgLoss)}");
    }

    private static GateOutcome Calibration(ModelEvaluation evaluation, PublishOptions options) => new(
        "calibration",
        evaluation.Ece <= Math.Max(options.MaxEce, evaluation.EceByChance ?? 0),
        evaluation.Ece is { } ece
            ? string.Create(CultureInfo.InvariantCulture, $"ece {ece:0.0000} on {evaluation.Rows} rows, allowed {options.MaxEce:0.0000}{(evaluation.EceByChance > options.MaxEce ? $" (so few rows show {evaluation.EceByChance:0.0000} by chance)" : "")}")
            : $"ece was not measured: the score is no probability, or no later row was left; calibrate it with: vitrina models evaluate {evaluation.Model}");

    private static GateOutcome Latency(ModelEvaluation evaluation, PublishOptions options)
    {
        // Cost is in proportion to candidates: a smaller measured request is scaled up to the 500 of the budget.
        var scaled = evaluation.ScoreMicroseconds * 500 / Math.Max(1, evaluation.ScoredCandidates);
        return new GateOutcome(
            "latency",
            scaled <= options.MaxScoreMicroseconds,
            scaled is { } microseconds
                ? string.Create(CultureInfo.InvariantCulture, $"scoring 500 candidates takes {microseconds:0} µs, allowed {options.MaxScoreMicroseconds:0}")
                : "scoring was not measured: there was no later list");
    }

    private static GateOutcome Features(ModelEvaluation evaluation, PublishOptions options)
    {
        var used = evaluation.Features.Where(feature => feature.Importance > 0).ToList();
        var poor = used
            .Where(feature => feature.MissingRate > options.MaxMissingRate || feature.MissingRate - feature.TrainingMissingRate > options.MaxMissingIncrease)
            .OrderByDescending(feature => feature.Importance).ToList();
        if (poor.Count == 0)
        {
            var most = used.Count == 0 ? 0 : used.Max(feature => feature.MissingRate - (feature.TrainingMissingRate ?? 0));
            return new GateOutcome("features", true, string.Create(
                CultureInfo.InvariantCulture, $"{used.Count} features used, missing at most {most:+0.000;-0.000;0.000} more often than in training, allowed +{options.MaxMissingIncrease:0.000}"));
        }

        var named = poor.Take(NamedFeatures).Select(feature => string.Create(
            CultureInfo.InvariantCulture, $"{feature.Name} missing in {feature.MissingRate:0.000} of rows{(feature.TrainingMissingRate is { } before ? $" ({before:0.000} in training)" : "")}"));
        return new GateOutcome("features", false, string.Create(
            CultureInfo.InvariantCulture,
            $"{poor.Count} of {used.Count} used features are poor: {string.Join(", ", named)}; allowed {options.MaxMissingRate:0.000}, and +{options.MaxMissingIncrease:0.000} on training"));
    }

    private static GateOutcome Freshness(ModelManifest manifest, ModelEvaluation evaluation, PublishOptions options)
    {
        var days = (evaluation.To - manifest.Data.To).TotalDays;
        return new GateOutcome("freshness", days <= options.MaxDataAgeDays, string.Create(
            CultureInfo.InvariantCulture, $"training data end {days:0.0} days before the newest list, allowed {options.MaxDataAgeDays:0.0}"));
    }

    private static string Signed(double? value) => value is { } number && double.IsFinite(number)
        ? number.ToString("+0.000;−0.000;0.000", CultureInfo.InvariantCulture)
        : "unbounded";
}
