namespace Vitrina.Learning.Recommending.Sources;

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
