namespace Vitrina.Engine.Experiments;

/// <summary>Where an experiment stands.</summary>
public enum ExperimentStatus
{
    /// <summary>Designed; every field may still change.</summary>
    Designed,

    /// <summary>Started: frozen but for a growing share of traffic.</summary>
    Running,

    /// <summary>Stopped; its name is not used again.</summary>
    Stopped,
}

/// <summary>One change of an experiment.</summary>
/// <param name="AtMs">When, Unix milliseconds.</param>
/// <param name="Author">Who.</param>
/// <param name="Action"><c>design</c>, <c>ramp</c>, <c>start</c>, <c>stop</c> or <c>conclude</c>.</param>
/// <param name="Version">The version after it.</param>
/// <param name="Changes">What changed, a line per field.</param>
public sealed record ExperimentChange(long AtMs, string Author, string Action, int Version, IReadOnlyList<string> Changes);

/// <summary>What a finished test said, and what came true.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Estimate">The relative effect that the test estimated.</param>
/// <param name="Low">The lower bound of its interval; NaN = not said.</param>
/// <param name="High">The upper bound; NaN = not said.</param>
/// <param name="Realised">The relative change after the launch, from a holdback or before against after; NaN = not known yet.</param>
public sealed record Conclusion(string Metric, double Estimate, double Low, double High, double Realised);

/// <summary>An experiment as the journal tells it: immutable.</summary>
public sealed record Experiment
{
    /// <summary>The design in its present version.</summary>
    public required ExperimentDocument Document { get; init; }

    /// <summary>What it says.</summary>
    public ExperimentDeclaration Declaration => Document.Declaration;

    /// <summary>Its name.</summary>
    public string Name => Declaration.Name;

    /// <summary>The version, from 1; every change of the design makes a new one.</summary>
    public required int Version { get; init; }

    /// <summary>Where it stands.</summary>
    public ExperimentStatus Status { get; init; }

    /// <summary>When it started, Unix milliseconds; 0 = not yet.</summary>
    public long StartedAtMs { get; init; }

    /// <summary>When it stopped, Unix milliseconds; 0 = not yet.</summary>
    public long StoppedAtMs { get; init; }

    /// <summary>The switchback's schedule, from the start on.</summary>
    public StoredSchedule? Schedule { get; init; }

    /// <summary>Everything that was done, in order.</summary>
    public required IReadOnlyList<ExperimentChange> Audit { get; init; }

    /// <summary>What it said and what came true, by metric.</summary>
    public IReadOnlyList<Conclusion> Conclusions { get; init; } = [];

    /// <summary>True for the assignment by hash; a switchback's arms stand in its schedule.</summary>
    public bool IsHashed => Declaration.Kind != ExperimentKind.Switchback;
}
