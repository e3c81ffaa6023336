using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Trees;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Models.Trees;

public class TreeModelTests
{
    [Theory]
    [InlineData(1, 40, 1, 3)]
    [InlineData(2, 60, 2, 5)]
    [InlineData(3, 50, 8, 4)]
    [InlineData(4, 50, 31, 20)]
    [InlineData(5, 30, 33, 10)]
    [InlineData(6, 30, 64, 10)]
    [InlineData(7, 20, 200, 30)]
    [InlineData(8, 10, 256, 3)]
    [InlineData(9, 4, 300, 6)]
    public void Scores_equal_the_plain_walk(ulong seed, int trees, int leaves, int inputs)
    {
        TreeModel model = new(RandomTrees.Ensemble(seed, trees, leaves, inputs));
        foreach (int rows in new[] { 0, 1, 15, 16, 17, 33, 64, 65, 200 })
        {
            RequireEqualToWalk(model, RandomTrees.Matrix(seed + 100, rows, inputs));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(8)]
    public void Symmetric_trees_score_as_the_plain_walk(int depth)
    {
        RandomStream random = RandomStream.For((ulong)depth, "symmetric");
        TreeEnsemble ensemble = RandomTrees.Ensemble(seed: 1, trees: 3, leaves: 5, inputs: 7);
        ensemble = ensemble with { Trees = [RandomTrees.Symmetric(ref random, depth, 7), .. ensemble.Trees, RandomTrees.Symmetric(ref random, depth, 7)] };
        RequireEqualToWalk(new TreeModel(ensemble), RandomTrees.Matrix(seed: 2, rows: 150, columns: 7));
    }

    [Fact]
    public void More_thresholds_than_a_lane_holds_are_spread_over_lanes()
    {
        TreeModel model = new(RandomTrees.Ensemble(seed: 11, trees: 100, leaves: 31, inputs: 2, isPlain: true));
        RequireEqualToWalk(model, RandomTrees.Matrix(seed: 12, rows: 500, columns: 2));
    }

    [Fact]
    public void A_score_depends_neither_on_the_batch_nor_on_the_place_in_it()
    {
        TreeModel model = new(RandomTrees.Ensemble(seed: 13, trees: 200, leaves: 31, inputs: 8));
        FeatureMatrix matrix = RandomTrees.Matrix(seed: 14, rows: 100, columns: 8);
        float[] together = new float[100];
        model.Score(matrix, Columns(8), together);
        FeatureMatrix alone = new();
        for (int row = 0; row < 100; row++)
        {
            alone.Reset(1, 8);
            for (int column = 0; column < 8; column++)
            {
                alone[0, column] = matrix[row, column];
            }

            float[] score = new float[1];
            model.Score(alone, Columns(8), score);
            Assert.Equal(together[row], score[0]);
        }
    }

    [Fact]
    public void A_fixed_input_has_its_value_whatever_the_column_holds()
    {
        TreeEnsemble ensemble = RandomTrees.Ensemble(seed: 15, trees: 50, leaves: 15, inputs: 4);
        ensemble = ensemble with { Inputs = [new ModelInput("position", 3), .. ensemble.Inputs.Skip(1)] };
        TreeModel model = new(ensemble);
        RequireEqualToWalk(model, RandomTrees.Matrix(seed: 16, rows: 90, columns: 4));
        int[] columns = model.ColumnsIn(["input1", "input2", "input3"]);
        Assert.Equal([-1, 0, 1, 2], columns);
        FeatureMatrix matrix = RandomTrees.Matrix(seed: 17, rows: 3, columns: 3);
        float[] scores = new float[3];
        model.Score(matrix, columns, scores);
        double[] contributions = new double[4];
        model.Contributions(matrix, 1, columns, contributions);
        Assert.Equal(scores[1], model.BaseScore + contributions.Sum(), 1e-6 * Math.Max(1, Math.Abs(scores[1])));
    }

    [Fact]
    public void Columns_stand_in_any_order()
    {
        TreeModel model = new(RandomTrees.Ensemble(seed: 18, trees: 20, leaves: 9, inputs: 3));
        FeatureMatrix matrix = RandomTrees.Matrix(seed: 19, rows: 40, columns: 3);
        FeatureMatrix turned = new();
        turned.Reset(40, 3);
        for (int column = 0; column < 3; column++)
        {
            matrix.Column(column).CopyTo(turned.Column(2 - column));
        }

        (float[] plain, float[] other) = (new float[40], new float[40]);
        model.Score(matrix, [0, 1, 2], plain);
        model.Score(turned, [2, 1, 0], other);
        Assert.Equal(plain, other);
    }

    [Fact]
    public void Scoring_and_explaining_allocate_nothing()
    {
        TreeModel model = new(RandomTrees.Ensemble(seed: 20, trees: 100, leaves: 31, inputs: 30));
        FeatureMatrix matrix = RandomTrees.Matrix(seed: 21, rows: 200, columns: 30);
        float[] scores = new float[200];
        double[] contributions = new double[30];
        int[] columns = Columns(30);
        model.Score(matrix, columns, scores);
        model.Contributions(matrix, 0, columns, contributions);
        long before = GC.GetAllocatedBytesForCurrentThread();
        model.Score(matrix, columns, scores);
        model.Contributions(matrix, 1, columns, contributions);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Many_threads_score_with_one_model()
    {
        TreeModel model = new(RandomTrees.Ensemble(seed: 22, trees: 50, leaves: 31, inputs: 10));
        FeatureMatrix matrix = RandomTrees.Matrix(seed: 23, rows: 130, columns: 10);
        float[] expected = new float[130];
        model.Score(matrix, Columns(10), expected);
        Parallel.For(0, 64, _ =>
        {
            float[] scores = new float[130];
            model.Score(matrix, Columns(10), scores);
            Assert.Equal(expected, scores);
        });
    }

    [Fact]
    public void Ensembles_that_no_trainer_makes_are_refused()
    {
        TreeEnsemble good = RandomTrees.Ensemble(seed: 24, trees: 2, leaves: 5, inputs: 3, isPlain: true);
        DecisionTree tree = good.Trees[1];
        (DecisionTree Bad, string Word)[] bad =
        [
            (tree with { Input = [0, 1, 2, 3] }, "reads input 3"),
            (tree with { Left = [0, .. tree.Left[1..]] }, "reached twice"),
            (tree with { Left = [7, .. tree.Left[1..]] }, "points to node 7"),
            (tree with { Threshold = [double.NaN, 0, 0, 0] }, "no threshold"),
            (tree with { Rules = [SplitRules.Category, 0, 0, 0] }, "no set"),
            (tree with { Rules = [(SplitRules)64, 0, 0, 0] }, "unknown rules"),
            (tree with { LeafValue = [1, 2, 3] }, "need 5 leaves"),
            (tree with { LeafValue = [1, 2, 3, 4, double.PositiveInfinity] }, "leaf is not finite"),
            (tree with { SplitCover = [-1, 0, 0, 0] }, "cover"),
            (tree with { Right = [] }, "differ in length"),
        ];
        foreach ((DecisionTree wrong, string word) in bad)
        {
            string message = Assert.Throws<ArgumentException>(() => new TreeModel(good with { Trees = [good.Trees[0], wrong] })).Message;
            Assert.StartsWith("Tree 1:", message, StringComparison.Ordinal);
            Assert.Contains(word, message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentException>(() => new TreeModel(good with { BaseScore = double.NaN }));
        Assert.Throws<ArgumentException>(() => new TreeModel(good with { Inputs = [new("a"), new("a"), new("b")] }));
        Assert.Throws<ArgumentException>(() => new TreeModel(good with { Link = new ScoreLink(LinkFunction.Logistic, 0) }));
    }

    [Fact]
    public void A_sum_of_ensembles_scores_the_weighted_sum_of_their_scores()
    {
        TreeEnsemble[] ensembles = [.. Enumerable.Range(0, 3).Select(number => RandomTrees.Ensemble(seed: 40 + (ulong)number, trees: 4 + number, leaves: 9, inputs: 5))];
        double[] weights = [0.5, 0.2, 0.3];
        TreeEnsemble sum = TreeEnsemble.SumOf([.. ensembles.Zip(weights)]);
        FeatureMatrix matrix = RandomTrees.Matrix(seed: 5, rows: 60, columns: 5);
        for (int row = 0; row < matrix.Rows; row++)
        {
            double[] values = RandomTrees.Row(matrix, row, sum.Inputs);
            Assert.Equal(ensembles.Zip(weights).Sum(part => part.Second * part.First.Score(values)), sum.Score(values), 1e-9);
        }

        Assert.Throws<ArgumentException>(() => TreeEnsemble.SumOf([]));
        Assert.Throws<ArgumentException>(() => TreeEnsemble.SumOf([(ensembles[0], 1), (RandomTrees.Ensemble(seed: 1, trees: 2, leaves: 3, inputs: 4), 1)]));
    }

    private static int[] Columns(int count) => [.. Enumerable.Range(0, count)];

    private static void RequireEqualToWalk(TreeModel model, FeatureMatrix matrix)
    {
        float[] scores = new float[matrix.Rows];
        model.Score(matrix, Columns(model.Inputs.Count), scores);
        for (int row = 0; row < matrix.Rows; row++)
        {
            double expected = model.Ensemble.Score(RandomTrees.Row(matrix, row, model.Inputs));
            Assert.Equal(expected, scores[row], 1e-7 * Math.Max(1, Math.Abs(expected)));
        }
    }
}
