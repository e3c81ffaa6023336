using System.Numerics;
using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Trees;

namespace Vitrina.Tests.Engine.Models.Trees;

public class TreeContributionTests
{
    [Theory]
    [InlineData(1, 1, 3)]
    [InlineData(2, 2, 2)]
    [InlineData(3, 7, 4)]
    [InlineData(4, 20, 6)]
    [InlineData(5, 31, 9)]
    [InlineData(6, 90, 3)]
    public void Contributions_are_the_Shapley_values_by_definition(ulong seed, int leaves, int inputs)
    {
        TreeModel model = new(RandomTrees.Ensemble(seed, trees: 4, leaves, inputs));
        FeatureMatrix matrix = RandomTrees.Matrix(seed + 50, rows: 5, columns: inputs);
        double[] contributions = new double[inputs];
        for (int row = 0; row < matrix.Rows; row++)
        {
            double[] values = RandomTrees.Row(matrix, row, model.Inputs);
            model.Contributions(matrix, row, [.. Enumerable.Range(0, inputs)], contributions);
            double[] expected = ByDefinition(model.Ensemble, values);
            for (int input = 0; input < inputs; input++)
            {
                Assert.Equal(expected[input], contributions[input], 1e-12);
            }
        }
    }

    [Theory]
    [InlineData(7, 31, 100)]
    [InlineData(8, 255, 400)]
    [InlineData(9, 2000, 1000)]
    public void Contributions_and_the_base_score_add_up_to_the_raw_score(ulong seed, int leaves, int inputs)
    {
        TreeModel model = new(RandomTrees.Ensemble(seed, trees: 20, leaves, inputs));
        FeatureMatrix matrix = RandomTrees.Matrix(seed + 50, rows: 20, columns: inputs);
        double[] contributions = new double[inputs];
        for (int row = 0; row < matrix.Rows; row++)
        {
            model.Contributions(matrix, row, [.. Enumerable.Range(0, inputs)], contributions);
            Assert.Equal(model.Ensemble.Score(RandomTrees.Row(matrix, row, model.Inputs)), model.BaseScore + contributions.Sum(), 1e-9);
        }
    }

    [Fact]
    public void A_path_of_more_inputs_than_one_register_has_points_is_exact()
    {
        // A chain: every split another input, its right child the next split.
        const int Splits = 70;
        DecisionTree chain = new()
        {
            Input = [.. Enumerable.Range(0, Splits)],
            Threshold = new double[Splits],
            Rules = new SplitRules[Splits],
            Left = [.. Enumerable.Range(0, Splits).Select(split => ~split)],
            Right = [.. Enumerable.Range(1, Splits - 1), ~Splits],
            SplitCover = [.. Enumerable.Range(0, Splits).Select(split => Splits + 1.0 - split)],
            LeafValue = [.. Enumerable.Range(0, Splits + 1).Select(leaf => (double)leaf)],
            LeafCover = [.. Enumerable.Repeat(1.0, Splits + 1)],
        };
        TreeModel model = new(new TreeEnsemble { Inputs = [.. Enumerable.Range(0, Splits).Select(i => new ModelInput($"i{i}"))], Trees = [chain] });
        double[] contributions = new double[Splits];
        model.Explain([.. Enumerable.Repeat(1.0, Splits)], contributions);
        Assert.Equal(Splits, model.BaseScore + contributions.Sum(), 1e-10);
        Assert.All(contributions, contribution => Assert.True(contribution > 0));
    }

    [Fact]
    public void Branches_that_no_training_row_took_are_still_explained()
    {
        TreeEnsemble ensemble = RandomTrees.Ensemble(seed: 10, trees: 5, leaves: 12, inputs: 3);
        foreach (DecisionTree tree in ensemble.Trees)
        {
            tree.LeafCover.AsSpan(0, 6).Clear();
            tree.SplitCover.AsSpan(5).Clear();
        }

        TreeModel model = new(ensemble);
        FeatureMatrix matrix = RandomTrees.Matrix(seed: 11, rows: 50, columns: 3);
        double[] contributions = new double[3];
        for (int row = 0; row < 50; row++)
        {
            model.Contributions(matrix, row, [0, 1, 2], contributions);
            Assert.Equal(ensemble.Score(RandomTrees.Row(matrix, row, model.Inputs)), model.BaseScore + contributions.Sum(), 1e-9);
        }
    }

    /// <summary>The weighted mean over all sets of other inputs of what knowing the input adds (Shapley, 1953).</summary>
    private static double[] ByDefinition(TreeEnsemble ensemble, double[] values)
    {
        int inputs = values.Length;
        double[] worth = [.. Enumerable.Range(0, 1 << inputs).Select(known => ensemble.Trees.Sum(tree => Worth(tree, 0, values, known)))];
        double[] result = new double[inputs];
        for (int input = 0; input < inputs; input++)
        {
            for (int known = 0; known < 1 << inputs; known++)
            {
                if ((known >> input & 1) == 0)
                {
                    int size = BitOperations.PopCount((uint)known);
                    result[input] += Factorial(size) * Factorial(inputs - size - 1) / Factorial(inputs) * (worth[known | (1 << input)] - worth[known]);
                }
            }
        }

        return result;
    }

    private static double Worth(DecisionTree tree, int node, double[] values, int known)
    {
        if (tree.Input.Length == 0 || node < 0)
        {
            return tree.LeafValue[tree.Input.Length == 0 ? 0 : ~node];
        }

        if ((known >> tree.Input[node] & 1) != 0)
        {
            return Worth(tree, tree.GoesLeft(node, values[tree.Input[node]]) ? tree.Left[node] : tree.Right[node], values, known);
        }

        return ((Cover(tree, tree.Left[node]) * Worth(tree, tree.Left[node], values, known))
            + (Cover(tree, tree.Right[node]) * Worth(tree, tree.Right[node], values, known))) / tree.SplitCover[node];
    }

    private static double Cover(DecisionTree tree, int node) => node >= 0 ? tree.SplitCover[node] : tree.LeafCover[~node];

    private static double Factorial(int n) => n <= 1 ? 1 : n * Factorial(n - 1);
}
