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

    /// <summary>The ensemble whose raw score is the weighted sum of the raw scores of several: all their trees with other leaves.</summary>
    /// <param name="parts">At least one with its weight, all over the same inputs; the link is that of the first.</param>
    /// <exception cref="ArgumentException">There are none, or their inputs differ.</exception>
    public static TreeEnsemble SumOf(IReadOnlyList<(TreeEnsemble Ensemble, double Weight)> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0 || parts.Any(part => !part.Ensemble.Inputs.SequenceEqual(parts[0].Ensemble.Inputs)))
        {
            throw new ArgumentException("Ensembles have a sum when there are some and all read the same inputs.", nameof(parts));
        }

        return parts[0].Ensemble with
        {
            Trees = [.. parts.SelectMany(part => part.Ensemble.Trees.Select(tree => tree with { LeafValue = [.. tree.LeafValue.Select(value => part.Weight * value)] }))],
            BaseScore = parts.Sum(part => part.Weight * part.Ensemble.BaseScore),
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
