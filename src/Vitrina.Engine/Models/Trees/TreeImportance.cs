namespace Vitrina.Engine.Models.Trees;

/// <summary>How much one input matters to a model.</summary>
/// <param name="Name">The input's name.</param>
/// <param name="MeanContribution">Mean absolute contribution over the rows, in the unit of the raw score.</param>
/// <param name="Splits">Number of splits that read it.</param>
/// <param name="CoverShare">Share of all training weight passing splits that passed its splits; 0 to 1, 0 where covers are unknown.</param>
public readonly record struct InputImportance(string Name, double MeanContribution, int Splits, double CoverShare);

/// <summary>Global importance of a tree model's inputs, for a model's report.</summary>
public static class TreeImportance
{
    /// <summary>Importance over given rows.</summary>
    /// <param name="model">The model.</param>
    /// <param name="features">Rows to explain; a few hundred of the serving distribution are enough for an order.</param>
    /// <param name="columnOfInput">Column of each input, from <see cref="RankingModel.ColumnsIn"/>.</param>
    /// <returns>One entry per input, the largest mean contribution first, ties by the model's order.</returns>
    public static IReadOnlyList<InputImportance> Of(TreeModel model, FeatureMatrix features, ReadOnlySpan<int> columnOfInput)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(features);
        int inputs = model.Inputs.Count;
        double[] means = new double[inputs], contributions = new double[features.Rows * inputs], covers = new double[inputs];
        int[] splits = new int[inputs];
        model.Contributions(features, [.. Enumerable.Range(0, features.Rows)], columnOfInput, contributions);
        for (int i = 0; i < contributions.Length; i++)
        {
            means[i % inputs] += Math.Abs(contributions[i]) / features.Rows;
        }

        foreach (DecisionTree tree in model.Ensemble.Trees)
        {
            for (int split = 0; split < tree.Input.Length; split++)
            {
                splits[tree.Input[split]]++;
                covers[tree.Input[split]] += tree.SplitCover[split];
            }
        }

        double total = covers.Sum();
        return [.. Enumerable.Range(0, inputs)
            .Select(input => new InputImportance(model.Inputs[input].Name, means[input], splits[input], total > 0 ? covers[input] / total : 0))
            .OrderByDescending(importance => importance.MeanContribution)];
    }
}
