namespace Vitrina.Learning.Recommending.Sources;

/// <summary>The same order for everybody: how often each item occurs.</summary>
public sealed class PopularitySource : ItemSource
{
    private readonly float[] _counts;

    /// <summary>Counts.</summary>
    public PopularitySource(ItemSequences sequences, int candidates)
        : base("popularity", candidates)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        _counts = [.. Enumerable.Range(0, sequences.ItemCount).Select(item => (float)sequences.CountOf(item))];
    }

    /// <inheritdoc/>
    public override void Score(ReadOnlySpan<int> history, Span<float> scores) => _counts.CopyTo(scores);
}
