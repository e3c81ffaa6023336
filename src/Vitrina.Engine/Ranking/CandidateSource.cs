namespace Vitrina.Engine.Ranking;

/// <summary>What happens when a source fails or is late.</summary>
internal enum SourceFailure
{
    /// <summary>The answer goes on without it and says so.</summary>
    Skip,

    /// <summary>The request fails.</summary>
    Fail,
}

/// <summary>For which requests a source is asked.</summary>
internal enum SourceUse
{
    /// <summary>For every request.</summary>
    Always,

    /// <summary>Only without a query: popular goods do not answer what somebody searched for.</summary>
    NoQuery,
}

/// <summary>Where candidates come from.</summary>
internal abstract class CandidateSource(string kind, int limit)
{
    /// <summary>The kind's name in the vertical's file.</summary>
    public string Kind { get; } = kind;

    /// <summary>How many candidates it gives at most.</summary>
    public int Limit { get; } = limit;

    /// <summary>How long it may take; absent: the rest of the surface's time.</summary>
    public TimeSpan? Deadline { get; set; }

    /// <summary>What happens when it fails or is late.</summary>
    public SourceFailure WhenItFails { get; set; }

    /// <summary>For which requests it is asked.</summary>
    public SourceUse When { get; set; }

    /// <summary>True when its candidates are groups.</summary>
    public virtual bool IsOfGroups => false;

    /// <summary>Adds its candidates, best first.</summary>
    /// <param name="context">The request.</param>
    /// <param name="index">The source's own index on the surface.</param>
    /// <param name="cancellationToken">Ends at the source's deadline.</param>
    public abstract ValueTask RetrieveAsync(RankingContext context, int index, CancellationToken cancellationToken);
}
