namespace Vitrina.Learning.Recommending.Sources;

/// <summary>The person's own items again, the newest first; for tasks where an item may come twice.</summary>
public sealed class HistorySource : ItemSource
{
    private readonly RecencyWeights _recency;

    /// <summary>Makes a source.</summary>
    /// <param name="candidates">How many of its best items are candidates of the re-ranker.</param>
    /// <param name="decay">Steps over which a weight falls to 1/e.</param>
    public HistorySource(int candidates, double decay)
        : base("own-history", candidates) => _recency = new RecencyWeights(decay);

    /// <inheritdoc/>
    public override void Score(ReadOnlySpan<int> history, Span<float> scores)
    {
        scores.Clear();
        for (int back = 0; back < _recency.Reach(history.Length); back++)
        {
            scores[history[^(back + 1)]] += _recency[back];
        }
    }
}
