namespace Vitrina.Learning.Recommending.Sources;

/// <summary>The same order for everybody, such as how often each item occurs.</summary>
public sealed class FixedSource : ItemSource
{
    private readonly float[] _scores;

    /// <summary>Takes the scores over.</summary>
    /// <param name="name">The method's name in reports.</param>
    /// <param name="candidates">How many of its best items are candidates of the re-ranker.</param>
    /// <param name="scores">Shape [items].</param>
    public FixedSource(string name, int candidates, float[] scores)
        : base(name, candidates) => _scores = scores;

    /// <inheritdoc/>
    public override void Score(ReadOnlySpan<int> history, Span<float> scores) => _scores.CopyTo(scores);
}
