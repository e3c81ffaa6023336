using System.ComponentModel.DataAnnotations;
using Vitrina.Engine.Events;
using Vitrina.Learning.Training;

namespace Vitrina.Learning;

/// <summary>What is learned from which part of the log.</summary>
public sealed record LearningOptions
{
    /// <summary>The vertical.</summary>
    public required string Vertical { get; init; }

    /// <summary>The surface.</summary>
    public required string Surface { get; init; }

    /// <summary>The model's name; default: what the surface's declaration names, else <c>vertical-surface</c>.</summary>
    public string? Model { get; init; }

    /// <summary>The event that makes an item of a list relevant; default click.</summary>
    public EventType Label { get; init; } = EventType.Click;

    /// <summary>What training minimises; default logistic: the score is the log-odds of the label for an item that was seen.</summary>
    public LinearObjective Objective { get; init; } = LinearObjective.Logistic;

    /// <summary>The share of rankings, the earliest, that only warms the statistics up; default 0.1.</summary>
    [Range(0, 0.9)]
    public double WarmUpShare { get; init; } = 0.1;

    /// <summary>The share of rankings, by time, up to which the model is fitted; default 0.7.</summary>
    [Range(0.1, 0.95)]
    public double TrainShare { get; init; } = 0.7;

    /// <summary>The share of rankings, by time, up to which settings are chosen; the rest is the test part. Default 0.85.</summary>
    [Range(0.1, 1)]
    public double ValidationShare { get; init; } = 0.85;

    /// <summary>True holds the position at its first place while scoring, so that position bias is learned but not served; default true.</summary>
    public bool FixPosition { get; init; } = true;

    /// <summary>Seeds shuffles and intervals.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads; 0 = all. The model's bytes do not depend on it.</summary>
    public int Threads { get; init; }
}

/// <summary>A log from which nothing can be learned, with what is missing in words.</summary>
/// <param name="message">What is missing and how it could be had.</param>
public sealed class NothingToLearnException(string message) : Exception(message);
