using System.ComponentModel.DataAnnotations;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Ranking.Recording;

namespace Vitrina.Engine;

/// <summary>Options of a running engine. Section of the configuration: <c>Engine</c>.</summary>
public sealed class EngineOptions
{
    /// <summary>How often a new snapshot is published at most, milliseconds; default 20. Smaller shows changes sooner and copies more memory.</summary>
    [Range(0, 1000)]
    public int PublishIntervalMs { get; init; } = 20;

    /// <summary>After how many applied entries a checkpoint is written, besides the one at shutdown; default 2,000,000. A start replays at most so many.</summary>
    [Range(1000, int.MaxValue)]
    public int CheckpointEntries { get; init; } = 2_000_000;

    /// <summary>How often vertical files and the kill-switch file are looked at, milliseconds; default 1000.</summary>
    [Range(50, 60_000)]
    public int WatchIntervalMs { get; init; } = 1000;

    /// <summary>How long events and rankings are kept in the journal, days; default 400. Items, users and decisions stay.</summary>
    [Range(1, 10_000)]
    public int RetentionDays { get; init; } = 400;

    /// <summary>Whether statistics of offers are recounted at the turn of the day; default true. Live counting leaves nothing to correct: it is a check.</summary>
    public bool DailyOffersUpdate { get; init; } = true;

    /// <summary>How far in the future an event may lie (clocks differ), minutes; default 5.</summary>
    [Range(0, 1440)]
    public int FutureToleranceMinutes { get; init; } = 5;

    /// <summary>Options of the journal's writer.</summary>
    public JournalWriterOptions Journal { get; init; } = new();

    /// <summary>Options of the journal's segment files.</summary>
    public SegmentJournalOptions Segments { get; init; } = new();

    /// <summary>Options of the feature log.</summary>
    public FeatureLogOptions Features { get; init; } = new();

    /// <summary>What a model version must show before it may serve.</summary>
    public PublishOptions Publish { get; init; } = new();
}
