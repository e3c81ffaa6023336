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

    /// <summary>The ensemble whose raw score is the mean of the raw scores of several: all their trees with smaller leaves.</summary>
    /// <param name="ensembles">At least one, all over the same inputs; the link is that of the first.</param>
    /// <exception cref="ArgumentException">There are none, or their inputs differ.</exception>
    public static TreeEnsemble MeanOf(IReadOnlyList<TreeEnsemble> ensembles)
    {
        ArgumentNullException.ThrowIfNull(ensembles);
        if (ensembles.Count == 0 || ensembles.Any(ensemble => !ensemble.Inputs.SequenceEqual(ensembles[0].Inputs)))
        {
            throw new ArgumentException("Ensembles have a mean when there are some and all read the same inputs.", nameof(ensembles));
        }

        double share = 1.0 / ensembles.Count;
        return ensembles[0] with
        {
            Trees = [.. ensembles.SelectMany(ensemble => ensemble.Trees).Select(tree => tree with { LeafValue = [.. tree.LeafValue.Select(value => share * value)] })],
            BaseScore = share * ensembles.Sum(ensemble => ensemble.BaseScore),
        };
    }

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
