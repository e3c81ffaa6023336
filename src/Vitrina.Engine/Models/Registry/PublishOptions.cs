using System.ComponentModel.DataAnnotations;

namespace Vitrina.Engine.Models.Registry;

/// <summary>What a model version must show before it may serve. Section of the configuration: <c>Engine:Publish</c>.</summary>
public sealed class PublishOptions
{
    /// <summary>False lets every version serve that loads and finds its features; default true.</summary>
    public bool Gates { get; init; } = true;

    /// <summary>
    /// How much NDCG@10 the version may lose against what serves now; the lower end of the 95 % interval must not lie below. Default 0.005: less than
    /// people notice, more than a retrained equal model loses by chance on a thousand lists.
    /// </summary>
    [Range(0.0, 1.0)]
    public double MaxNdcgLoss { get; init; } = 0.005;

    /// <summary>Lists that somebody acted on which the comparison must rest on; default 100: below it skewed differences make intervals too narrow.</summary>
    [Range(1, 10_000_000)]
    public int MinLists { get; init; } = 100;

    /// <summary>
    /// Largest expected calibration error, in probability; default 0.03: a quarter of an ordinary share of clicks among seen items. Where few rows show
    /// more than that by chance alone, chance is allowed.
    /// </summary>
    [Range(0.0, 1.0)]
    public double MaxEce { get; init; } = 0.03;

    /// <summary>Longest time to score 500 candidates on one thread, microseconds; default 20,000: a tenth of a surface's usual deadline of 200 ms.</summary>
    [Range(1.0, 10_000_000.0)]
    public double MaxScoreMicroseconds { get; init; } = 20_000;

    /// <summary>Largest share of rows in which a feature that the model uses may be missing; default 0.99: more, and the model knows it from training only.</summary>
    [Range(0.0, 1.0)]
    public double MaxMissingRate { get; init; } = 0.99;

    /// <summary>
    /// By how much that share may have grown since the training range; default 0.25: a mart that is late shows here first, while a few much-shown items
    /// without a value move a share by a tenth (measured on a world of 300 items).
    /// </summary>
    [Range(0.0, 1.0)]
    public double MaxMissingIncrease { get; init; } = 0.25;

    /// <summary>How old the training data's end may be against the newest list, days; default 30.</summary>
    [Range(0.0, 10_000.0)]
    public double MaxDataAgeDays { get; init; } = 30;
}
