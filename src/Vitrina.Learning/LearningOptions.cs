using System.ComponentModel.DataAnnotations;
using Vitrina.Engine.Events;
using Vitrina.Learning.Training.Trees;

namespace Vitrina.Learning;

/// <summary>Which kind of model is published.</summary>
public enum RankerKind
{
    /// <summary>The one of both that orders the validation lists better; the linear one when they are equal.</summary>
    Auto,

    /// <summary>The linear model.</summary>
    Logistic,

    /// <summary>Gradient-boosted trees.</summary>
    Trees,
}

/// <summary>What training minimises.</summary>
public enum LearningObjective
{
    /// <summary>The score is the log-odds of the label for an item that was seen.</summary>
    Logistic,

    /// <summary>The score orders a list: softmax over the list by the linear model, LambdaMART by trees. Labels may be grades.</summary>
    Listwise,

    /// <summary>The score orders a list: logistic loss of pairs by trees; the linear model has the softmax.</summary>
    Pairwise,
}

/// <summary>What is done about the fact that people act on what stands on top.</summary>
public enum PositionBias
{
    /// <summary>The position is a model input that is fixed at the first place at serving.</summary>
    Feature,

    /// <summary>Positives weigh by the inverse of the probability that their position was examined (Joachims, Swaminathan, Schnabel, WSDM 2017).</summary>
    Ipw,

    /// <summary>Nothing: places of a list that is re-ranked are evidence there, and stand among the vertical's features.</summary>
    None,
}

/// <summary>What is learned from which part of the log.</summary>
public sealed record LearningOptions
{
    /// <summary>The vertical.</summary>
    public required string Vertical { get; init; }

    /// <summary>The surface.</summary>
    public required string Surface { get; init; }

    /// <summary>The model's name; default: what the surface's declaration names, else <c>vertical-surface</c>.</summary>
    public string? Model { get; init; }

    /// <summary>Which kind of model is published; default: the better one on validation lists.</summary>
    public RankerKind Kind { get; init; }

    /// <summary>How the score may move with a feature, all others equal, such as never to fall when a price falls. Trees alone obey, so that they are published.</summary>
    public IReadOnlyDictionary<string, MonotoneDirection> Monotone { get; init; } = new Dictionary<string, MonotoneDirection>();

    /// <summary>The event that makes an item of a list relevant; default click. It counts within its declared attribution window from the list on.</summary>
    public EventType Label { get; init; } = EventType.Click;

    /// <summary>Grades by event type, instead of <see cref="Label"/>: an item has the largest of its events'. Needs an objective that orders lists.</summary>
    public IReadOnlyDictionary<EventType, float> Gains { get; init; } = new Dictionary<EventType, float>();

    /// <summary>What training minimises; default logistic.</summary>
    public LearningObjective Objective { get; init; } = LearningObjective.Logistic;

    /// <summary>What is done about position bias; default: the position is an input that is fixed at serving.</summary>
    public PositionBias PositionBias { get; init; }

    /// <summary>Most trees; training ends earlier when the validation part says so. Default 1,000.</summary>
    [Range(1, 100_000)]
    public int Trees { get; init; } = 1000;

    /// <summary>Most leaves of a tree; null = chosen on the validation part from 8, 16 and 31.</summary>
    [Range(2, 4096)]
    public int? Leaves { get; init; }

    /// <summary>Factor on every leaf; default 0.05.</summary>
    [Range(1e-6, 10)]
    public double LearningRate { get; init; } = 0.05;

    /// <summary>The share of rankings, the earliest, that only warms the statistics up; default 0.1.</summary>
    [Range(0, 0.9)]
    public double WarmUpShare { get; init; } = 0.1;

    /// <summary>The share of rankings, by time, up to which the model is fitted; default 0.7.</summary>
    [Range(0.1, 0.95)]
    public double TrainShare { get; init; } = 0.7;

    /// <summary>The share of rankings, by time, up to which settings are chosen; the rest is the test part. Default 0.85.</summary>
    [Range(0.1, 1)]
    public double ValidationShare { get; init; } = 0.85;

    /// <summary>The share of users, by a hash of their id, who are judged on and never learned from; 0 = people of the training part are judged on too. Default 0.</summary>
    [Range(0, 0.9)]
    public double HeldOutUserShare { get; init; }

    /// <summary>Most lists of the validation part, and of the test part, that are held in memory; beyond, a share by a hash of their ids. Default 20,000.</summary>
    [Range(100, 10_000_000)]
    public int MaxLists { get; init; } = 20_000;

    /// <summary>About how many rows the linear model is fitted on, which are held in memory; trees stream theirs and take all. Default 1,000,000.</summary>
    [Range(1000, 100_000_000)]
    public int LinearRows { get; init; } = 1_000_000;

    /// <summary>Most lists that are made again for a surface of groups that was never shown; beyond, a share by a hash. Default 10,000.</summary>
    [Range(100, 10_000_000)]
    public int ReconstructedLists { get; init; } = 10_000;

    /// <summary>Seeds shuffles and intervals.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads; 0 = all. The model's bytes do not depend on it.</summary>
    public int Threads { get; init; }
}

/// <summary>A log from which nothing can be learned, with what is missing in words.</summary>
/// <param name="message">What is missing and how it could be had.</param>
public sealed class NothingToLearnException(string message) : Exception(message);
