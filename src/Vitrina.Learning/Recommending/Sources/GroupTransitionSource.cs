namespace Vitrina.Learning.Recommending.Sources;

/// <summary>The groups that a regression expects of the next item.</summary>
public sealed class GroupTransitionSource : ItemSource
{
    private readonly GroupTransitions _transitions;

    /// <summary>Makes a source.</summary>
    /// <param name="candidates">How many of its best groups are candidates of the re-ranker.</param>
    /// <param name="transitions">The regression.</param>
    public GroupTransitionSource(int candidates, GroupTransitions transitions)
        : base("group-transition", candidates) => _transitions = transitions;

    /// <inheritdoc/>
    public override void Score(ReadOnlySpan<int> history, Span<float> scores) => _transitions.Score(history, scores);
}
