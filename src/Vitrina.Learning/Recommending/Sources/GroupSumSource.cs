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

/// <summary>Sums rows of a group-to-group matrix over the groups of the history, the newest items weighing most.</summary>
public sealed class GroupMatrixSource : ItemSource
{
    private readonly CsrMatrix _matrix;
    private readonly CsrMatrix _groupsOf;
    private readonly RecencyWeights _recency;

    /// <summary>Makes a source.</summary>
    /// <param name="name">The method's name in reports.</param>
    /// <param name="candidates">How many of its best groups are candidates of the re-ranker.</param>
    /// <param name="matrix">Row = group of the history, column = group that is scored.</param>
    /// <param name="groupsOf">1 where an item belongs to a group, shape [items x groups].</param>
    /// <param name="decay">Steps of the history over which a weight falls to 1/e.</param>
    public GroupMatrixSource(string name, int candidates, CsrMatrix matrix, CsrMatrix groupsOf, double decay)
        : base(name, candidates)
    {
        _matrix = matrix;
        _groupsOf = groupsOf;
        _recency = new RecencyWeights(decay);
    }

    /// <inheritdoc/>
    public override void Score(ReadOnlySpan<int> history, Span<float> scores)
    {
        scores.Clear();
        for (int back = 0; back < _recency.Reach(history.Length); back++)
        {
            foreach (int group in _groupsOf.ColumnsOf(history[^(back + 1)]))
            {
                _matrix.AddRow(group, _recency[back], scores);
            }
        }
    }
}

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
