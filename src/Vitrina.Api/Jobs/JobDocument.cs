using System.Text.Json;

namespace Vitrina.Api.Jobs;

/// <summary>Where a job stands.</summary>
public enum JobState
{
    /// <summary>Waits for its turn: jobs run one at a time.</summary>
    Queued,

    /// <summary>Its process runs.</summary>
    Running,

    /// <summary>Finished; the result stands.</summary>
    Done,

    /// <summary>Did not finish; the error says why.</summary>
    Failed,

    /// <summary>Was stopped by request.</summary>
    Cancelled,
}

/// <summary>What to run.</summary>
/// <param name="Kind">The kind of job, such as <c>train</c>.</param>
/// <param name="Options">Its options: texts, numbers and truth values. <c>publish: true</c> lets the model of a training serve when it is done.</param>
public sealed record JobBody(string Kind, IReadOnlyDictionary<string, JsonElement>? Options);

/// <summary>A job and where it stands.</summary>
public sealed record JobDocument
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>What it does.</summary>
    public required string Kind { get; init; }

    /// <summary>Its options.</summary>
    public required IReadOnlyDictionary<string, string> Options { get; init; }

    /// <summary>Where it stands.</summary>
    public required JobState State { get; init; }

    /// <summary>From 0 to 1; absent when it does not say.</summary>
    public double? Progress { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its process started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>What its process ended with.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>What it made.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>The last lines that it wrote.</summary>
    public IReadOnlyList<string> Log { get; init; } = [];
}
