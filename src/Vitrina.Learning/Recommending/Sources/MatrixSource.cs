namespace Vitrina.Learning.Recommending.Sources;

/// <summary>Sums rows of a sparse item-to-item matrix over the history, the newest items weighing most.</summary>
public sealed class MatrixSource : ItemSource
{
    private readonly RecencyWeights _recency;

    /// <summary>Makes a source.</summary>
    /// <param name="name">The method's name in reports.</param>
    /// <param name="candidates">How many of its best items are candidates of the re-ranker.</param>
    /// <param name="matrix">Row = item of the history, column = item that is scored.</param>
    /// <param name="decay">Steps of the history over which a weight falls to 1/e.</param>
    public MatrixSource(string name, int candidates, CsrMatrix matrix, double decay)
        : base(name, candidates)
    {
        Matrix = matrix;
        _recency = new RecencyWeights(decay);
    }

    /// <summary>The matrix.</summary>
    public CsrMatrix Matrix { get; }

    /// <inheritdoc/>
    public override void Score(ReadOnlySpan<int> history, Span<float> scores)
    {
        scores.Clear();
        for (int back = 0; back < _recency.Reach(history.Length); back++)
        {
            Matrix.AddRow(history[^(back + 1)], _recency[back], scores);
        }
    }
}
