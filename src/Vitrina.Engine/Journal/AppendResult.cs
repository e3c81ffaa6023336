namespace Vitrina.Engine.Journal;

/// <summary>The answer to an append; given when everything in it is durable.</summary>
public readonly record struct AppendResult
{
    /// <summary>Every entry of the batch, and the first copy of each duplicate in it, has this sequence or a lower one.</summary>
    public required long LastSequence { get; init; }

    /// <summary>Which entries were duplicates and not written again, by place in the batch; null when none was.</summary>
    public bool[]? Duplicate { get; init; }

    /// <summary>How many entries were duplicates.</summary>
    public int DuplicateCount { get; init; }
}
