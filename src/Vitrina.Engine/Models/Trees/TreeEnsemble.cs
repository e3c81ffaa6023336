namespace Vitrina.Engine.Models.Trees;

/// <summary>A sum of decision trees over named inputs: what training makes, files store, and scorers are compiled from.</summary>
public sealed record TreeEnsemble
{
    /// <summary>The inputs, in the order that <see cref="DecisionTree.Input"/> counts.</summary>
    public required IReadOnlyList<ModelInput> Inputs { get; init; }

    /// <summary>The trees, in the order in which they were trained.</summary>
    public required IReadOnlyList<DecisionTree> Trees { get; init; }

    /// <summary>Raw score before any tree.</summary>
    public double BaseScore { get; init; }

    /// <summary>How a raw score becomes a prediction.</summary>
    public ScoreLink Link { get; init; } = ScoreLink.Identity;

    /// <summary>Raw score of a row: the plain sum over the trees.</summary>
    /// <param name="row">Values by input; NaN marks a missing value.</param>
    public double Score(ReadOnlySpan<double> row)
    {
        double sum = BaseScore;
        foreach (DecisionTree tree in Trees)
        {
            sum += tree.LeafValue[tree.LeafOf(row)];
        }

        return sum;
    }
}
