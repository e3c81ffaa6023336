using System.Text.Json.Serialization;

namespace Vitrina.Engine.Models.Registry;

/// <summary>How far a model version has come on its way to serving.</summary>
public enum ModelStage
{
    /// <summary>Trained and evaluated; answers nobody.</summary>
    Candidate,

    /// <summary>Scores live requests beside the serving model; its order is logged, not shown.</summary>
    Shadow,

    /// <summary>Orders the lists that people see.</summary>
    Serving,

    /// <summary>Kept for rollback and audit.</summary>
    Archived,
}

/// <summary>One feature as the manifest declares it.</summary>
/// <param name="Name">The feature's name.</param>
/// <param name="Origin">`replayed` (recomputed from the journal) or `recorded` (taken from the ranking record).</param>
/// <param name="MissingRule">What a missing value does, in words for the reader.</param>
/// <param name="Type">`number` (32-bit float) or `category`; absent in manifests of earlier versions, whose features are all numbers.</param>
/// <param name="MissingRate">Share of missing values in lists of the training range; null when it was not measured.</param>
/// <param name="Importance">Mean absolute contribution to the score on lists of the training range and later ones, in the score's unit; null when it was not measured.</param>
public sealed record ManifestFeature(
    string Name,
    string Origin,
    string MissingRule,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Type = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? MissingRate = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Importance = null);

/// <summary>One time at which a version began to serve.</summary>
/// <param name="At">When, by the clock of the installation.</param>
/// <param name="Author">Who did it.</param>
/// <param name="Sequence">The journal's entry of it.</param>
/// <param name="Reason">Why it was done against a gate's or the ladder's advice; null when it was not.</param>
public sealed record ManifestPublication(
    DateTimeOffset At,
    string Author,
    long Sequence,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null);

/// <summary>The part of the history that a model was trained on.</summary>
/// <param name="From">First moment of the training data, inclusive.</param>
/// <param name="To">Last moment of the training data, exclusive.</param>
/// <param name="AsOf">Last journal sequence that the training data may depend on.</param>
public readonly record struct ManifestDataRange(DateTimeOffset From, DateTimeOffset To, long AsOf);

/// <summary>What a model version is, where it came from and how good it was: the readable half of a version's folder.</summary>
public sealed record ModelManifest
{
    /// <summary>Id of this version, unique in an installation.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the model, such as `goods-search`; also its folder. Lower-case letters, digits, dots, dashes and underscores.</summary>
    public required string Name { get; init; }

    /// <summary>Version within the name; also its folder; the same characters as a name.</summary>
    public required string Version { get; init; }

    /// <summary>The vertical that the model ranks.</summary>
    public required string Vertical { get; init; }

    /// <summary>The surface that the model ranks.</summary>
    public required string Surface { get; init; }

    /// <summary>Kind of model in `model.bin`: `logistic` or `trees`.</summary>
    public string Kind { get; init; } = "logistic";

    /// <summary>Inputs in the model's order.</summary>
    public required IReadOnlyList<ManifestFeature> Features { get; init; }

    /// <summary>What training minimised: `logistic` or `listwise`.</summary>
    public required string Objective { get; init; }

    /// <summary>The metric or event that was the label, such as `order`.</summary>
    public required string Label { get; init; }

    /// <summary>The part of the history that the model saw.</summary>
    public required ManifestDataRange Data { get; init; }

    /// <summary>Evaluation figures by metric key, such as `ndcg@10`; stored in key order.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>Seed of the training run.</summary>
    public ulong Seed { get; init; }

    /// <summary>When the version was made, by the caller's clock.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Version of the code that made it.</summary>
    public required string CodeVersion { get; init; }

    /// <summary>How far the version has come.</summary>
    public ModelStage Stage { get; init; }

    /// <summary>SHA-256 of `model.bin`, lower-case hex; null in versions that were saved before it was kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Checksum { get; init; }

    /// <summary>How the score becomes a probability; null when it was not fitted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ScoreCalibration? Calibration { get; init; }

    /// <summary>When the version began to serve, oldest first; null when it never did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ManifestPublication>? Publications { get; init; }

    /// <summary>True when the version was rolled back: a later rollback passes it over. Publishing it again clears the mark.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsRolledBack { get; init; }
}
