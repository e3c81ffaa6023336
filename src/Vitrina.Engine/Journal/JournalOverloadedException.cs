namespace Vitrina.Engine.Journal;

/// <summary>The journal's queue is full; the append was refused as a whole and can be sent again.</summary>
public sealed class JournalOverloadedException : Exception
{
    /// <summary>Says when to come again.</summary>
    /// <param name="retryAfter">How long the queue takes to drain at its present speed, at least a second.</param>
    public JournalOverloadedException(TimeSpan retryAfter)
        : base($"The journal's queue is full; try again in {retryAfter.TotalSeconds:0} s.") => RetryAfter = retryAfter;

    /// <summary>How long the queue takes to drain at its present speed, at least a second.</summary>
    public TimeSpan RetryAfter { get; }
}
