namespace Vitrina.Learning.Recommending.Sources;

/// <summary>Sums the scores of a source over items by the groups that the items belong to.</summary>
public sealed class GroupSumSource : ItemSource
{
    private readonly ItemSource _items;
    private readonly CsrMatrix _groupsOf;
    private readonly int _itemCount;

    [ThreadStatic]
    private static float[]? t_scores;

    /// <summary>Makes a source.</summary>
    /// <param name="name">The method's name in reports.</param>
    /// <param name="candidates">How many of its best groups are candidates of the re-ranker.</param>
    /// <param name="items">The source over items.</param>
    /// <param name="groups">Groups of the items.</param>
    /// <param name="itemCount">Number of items.</param>
    public GroupSumSource(string name, int candidates, ItemSource items, ItemAttributes groups, int itemCount)
        : base(name, candidates)
    {
        ArgumentNullException.ThrowIfNull(groups);
        _items = items;
        _groupsOf = groups.ByItem;
        _itemCount = itemCount;
    }

    /// <inheritdoc/>
    public override void Score(ReadOnlySpan<int> history, Span<float> scores)
    {
        if (t_scores is null || t_scores.Length != _itemCount)
        {
            t_scores = new float[_itemCount];
        }

        _items.Score(history, t_scores);
        scores.Clear();
        for (int item = 0; item < t_scores.Length; item++)
        {
            if (t_scores[item] != 0)
            {
                _groupsOf.AddRow(item, t_scores[item], scores);
            }
        }
    }
}
