namespace Vitrina.Engine.Models.Registry;

/// <summary>How a version did on lists later than its training data: what the publish gates read. Stored beside the manifest as `evaluation.json`.</summary>
public sealed record ModelEvaluation
{
    /// <summary>The version, as name/version.</summary>
    public required string Model { get; init; }

    /// <summary>What it was compared with: a version as name/version, or `popularity` or `text`, the surface's fallback, when nothing served.</summary>
    public required string Baseline { get; init; }

    /// <summary>The event that made an item relevant.</summary>
    public required string Label { get; init; }

    /// <summary>First moment of the lists.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The newest list.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The last journal sequence that was read.</summary>
    public required long AsOf { get; init; }

    /// <summary>Lists that somebody acted on: those that tell something about order.</summary>
    public required int Lists { get; init; }

    /// <summary>The metric of the comparison, such as `ndcg@10`.</summary>
    public required string Metric { get; init; }

    /// <summary>The version's figure; null without lists.</summary>
    public double? Candidate { get; init; }

    /// <summary>The baseline's figure; null without lists.</summary>
    public double? Reference { get; init; }

    /// <summary>Mean of candidate − baseline by list; null without lists.</summary>
    public double? Difference { get; init; }

    /// <summary>Lower end of its 95 % interval; null when too few lists differ to have one.</summary>
    public double? DifferenceLow { get; init; }

    /// <summary>Upper end of its 95 % interval; null when too few lists differ to have one.</summary>
    public double? DifferenceHigh { get; init; }

    /// <summary>Two-sided p-value of the randomisation test; null without lists.</summary>
    public double? PValue { get; init; }

    /// <summary>Expected calibration error of the served probability, on rows that calibration did not see; null when there were none.</summary>
    public double? Ece { get; init; }

    /// <summary>The error that rows as few as these show by chance in one of twenty cases, were every probability exactly right.</summary>
    public double? EceByChance { get; init; }

    /// <summary>Steepness of what happened against what was predicted, on the same rows: 1 when right.</summary>
    public double? CalibrationSlope { get; init; }

    /// <summary>Mean of −ln of the probability given to what happened, on the same rows.</summary>
    public double? LogLoss { get; init; }

    /// <summary>Rows of these figures: items that were seen.</summary>
    public long Rows { get; init; }

    /// <summary>Time to score a request's candidates on one thread, microseconds, median; null when there was nothing to score.</summary>
    public double? ScoreMicroseconds { get; init; }

    /// <summary>How many candidates that request has.</summary>
    public int ScoredCandidates { get; init; }

    /// <summary>How often each input was missing.</summary>
    public IReadOnlyList<EvaluatedFeature> Features { get; init; } = [];
}

/// <summary>One input of a model on later lists.</summary>
/// <param name="Name">The feature's name.</param>
/// <param name="MissingRate">Share of rows without a value.</param>
/// <param name="TrainingMissingRate">The same in lists of the training range; null when there were none.</param>
/// <param name="Importance">Mean absolute contribution to the score; 0 for a feature that the model does not use.</param>
public sealed record EvaluatedFeature(string Name, double MissingRate, double? TrainingMissingRate, double Importance);
