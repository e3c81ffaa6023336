using Vitrina.Engine.Models.Trees;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Training.Trees;

namespace Vitrina.Tests.Learning.Training.Trees;

public class TreeTrainerTests
{
    private static readonly TreeTrainerOptions One = new()
    {
        Objective = TreeObjective.SquaredError,
        Trees = 1,
        LearningRate = 1,
        MinRowsInLeaf = 3,
        L2 = 0.5,
        MaxLeaves = 6,
        Threads = 1,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_tree_over_exact_bins_equals_an_exact_greedy_search(ulong seed)
    {
        TreeData data = TreeData.Planted(seed, rows: 120, features: 5);
        TreeEnsemble model = TreeData.Train(data.Build(), One).Model;
        double[] expected = ExactGreedyTree.Fit(data, One.MaxLeaves, One.MinRowsInLeaf, One.L2);
        double[] scores = data.Scores(model);
        for (int row = 0; row < scores.Length; row++)
        {
            Assert.Equal(expected[row], scores[row], 1e-5);
        }
    }

    [Theory]
    [InlineData(TreeGrowth.LeafWise, TreeObjective.LambdaMart)]
    [InlineData(TreeGrowth.Symmetric, TreeObjective.LambdaMart)]
    [InlineData(TreeGrowth.LeafWise, TreeObjective.SquaredError)]
    public void The_model_is_the_same_to_the_bit_for_any_number_of_threads(TreeGrowth growth, TreeObjective objective)
    {
        TreeData data = TreeData.Planted(5, rows: 12_000, features: 20, listRows: 12, TreeData.Grade);
        TreeTrainerOptions options = new()
        {
            Objective = objective,
            Growth = growth,
            Trees = 8,
            MaxLeaves = 16,
            RowShare = 0.8,
            FeatureShare = 0.7,
            Seed = 3,
        };
        TreeEnsemble one = TreeData.Train(data.Build(options: new() { Threads = 1 }), options with { Threads = 1 }).Model;
        TreeEnsemble two = TreeData.Train(data.Build(options: new() { Threads = 2 }), options with { Threads = 2 }).Model;
        TreeEnsemble five = TreeData.Train(data.Build(options: new() { Threads = 5 }), options with { Threads = 5 }).Model;
        TreeData.AssertSame(one, two);
        TreeData.AssertSame(one, five);
        Assert.NotEqual(one.Trees[0].LeafValue, TreeData.Train(data.Build(), options with { Seed = 4 }).Model.Trees[0].LeafValue);
    }

    [Theory]
    [InlineData(TreeGrowth.LeafWise)]
    [InlineData(TreeGrowth.Symmetric)]
    public void Monotone_constraints_hold_on_random_probes(TreeGrowth growth)
    {
        TreeData data = TreeData.Planted(6, rows: 3000, features: 5);
        TreeInput[] inputs = TreeData.Numbers(5);
        inputs[0] = inputs[0] with { Monotone = MonotoneDirection.Decreasing };
        inputs[2] = inputs[2] with { Monotone = MonotoneDirection.Increasing };
        inputs[3] = inputs[3] with { Monotone = MonotoneDirection.Increasing };
        TreeEnsemble model = TreeData.Train(data.Build(inputs), One with { Growth = growth, Trees = 60, LearningRate = 0.2, MaxLeaves = 16, L1 = 0.1 }).Model;
        Assert.Contains(model.Trees, tree => tree.Input.Contains(3));
        RandomStream random = RandomStream.For(7, "probes");
        for (int probe = 0; probe < 3000; probe++)
        {
            double[] low = [.. Enumerable.Range(0, 5).Select(_ => random.NextBool(0.1) ? double.NaN : 2 * random.NextGaussian())];
            foreach ((int input, int sign) in new[] { (0, -1), (2, 1), (3, 1) })
            {
                double[] high = [.. low];
                (low[input], double step) = (2 * random.NextGaussian(), random.NextExponential(1));
                high[input] = low[input] + step;
                Assert.True(sign * (model.Score(high) - model.Score(low)) >= -1e-9, $"input {input} moves the score the wrong way");
            }
        }
    }

    [Fact]
    public void Symmetric_trees_ask_the_same_question_on_a_level()
    {
        TreeData data = TreeData.Planted(8, rows: 2000, features: 6);
        TreeEnsemble model = TreeData.Train(data.Build(), One with { Growth = TreeGrowth.Symmetric, Trees = 5, MaxLeaves = 16 }).Model;
        foreach (DecisionTree tree in model.Trees)
        {
            Assert.Equal(16, tree.LeafValue.Length);
            int[] level = [0];
            while (level.Length > 0)
            {
                Assert.Single(level.Select(split => (tree.Input[split], tree.Threshold[split], tree.Rules[split])).Distinct());
                level = [.. level.SelectMany(split => new[] { tree.Left[split], tree.Right[split] }).Where(child => child >= 0)];
            }
        }
    }

    [Theory]
    [InlineData(TreeObjective.SquaredError)]
    [InlineData(TreeObjective.Logistic)]
    [InlineData(TreeObjective.Poisson)]
    public void A_weight_counts_like_so_many_equal_rows(TreeObjective objective)
    {
        TreeData data = TreeData.Planted(9, rows: 400, features: 4, label: signal => signal > 0.5 ? 1 : 0);
        float[] weights = [.. Enumerable.Range(0, 400).Select(row => 1f + (row % 3))];
        int[] repeated = [.. Enumerable.Range(0, 400).SelectMany(row => Enumerable.Repeat(row, 1 + (row % 3)))];
        TreeData weighted = data with { Weights = weights };
        TreeData copied = new([.. repeated.Select(row => data.Rows[row])], [.. repeated.Select(row => data.Labels[row])]);
        TreeTrainerOptions options = One with { Objective = objective, MinRowsInLeaf = 1, Trees = 3 };
        double[] one = weighted.Scores(TreeData.Train(weighted.Build(), options).Model);
        double[] other = weighted.Scores(TreeData.Train(copied.Build(), options).Model);
        Assert.All(Enumerable.Range(0, 400), row => Assert.Equal(one[row], other[row], 1e-4));
    }

    [Fact]
    public void Limits_of_leaves_hold()
    {
        TreeData data = TreeData.Planted(10, rows: 2000, features: 5);
        TreeEnsemble model = TreeData.Train(data.Build(), One with { Trees = 4, MinRowsInLeaf = 150, MaxLeaves = 31, MaxDepth = 3 }).Model;
        Assert.All(model.Trees, tree => Assert.All(tree.LeafCover, rows => Assert.True(rows >= 150)));
        Assert.All(model.Trees, tree => Assert.True(tree.LeafValue.Length <= 8));
        Assert.All(model.Trees, tree => Assert.Equal(2000, tree.LeafCover.Sum()));
    }

    [Fact]
    public void Few_histograms_give_the_same_trees()
    {
        TreeData data = TreeData.Planted(11, rows: 1500, features: 5);
        foreach (TreeGrowth growth in Enum.GetValues<TreeGrowth>())
        {
            TreeTrainerOptions options = One with { Growth = growth, Trees = 3, MaxLeaves = 24 };
            TreeData.AssertSame(TreeData.Train(data.Build(), options).Model, TreeData.Train(data.Build(), options with { HistogramBytes = 0 }).Model);
        }
    }

    [Theory]
    [InlineData(TreeObjective.LambdaMart, TreeMetric.Ndcg)]
    [InlineData(TreeObjective.LambdaMart, TreeMetric.Map)]
    [InlineData(TreeObjective.Pairwise, TreeMetric.Ndcg)]
    [InlineData(TreeObjective.Logistic, TreeMetric.LogLoss)]
    [InlineData(TreeObjective.Logistic, TreeMetric.Auc)]
    [InlineData(TreeObjective.SquaredError, TreeMetric.Rmse)]
    [InlineData(TreeObjective.Poisson, TreeMetric.Rmse)]
    public void Training_ends_at_the_best_tree_of_a_metric_that_improved(TreeObjective objective, TreeMetric metric)
    {
        Func<double, float> label = objective == TreeObjective.Logistic ? signal => signal > 1 ? 1 : 0 : TreeData.Grade;
        TreeDataset set = TreeData.Planted(12, 1500, 8, 10, label).Build();
        TreeDataset later = TreeData.Planted(13, 800, 8, 10, label).BuildLike(set);
        TreeTrainerOptions options = new()
        {
            Objective = objective,
            Metric = metric,
            Trees = 400,
            LearningRate = 0.3,
            EarlyStoppingTrees = 15,
            MaxLeaves = 8,
            MetricAt = 5,
        };
        (TreeEnsemble model, TreeTrainingReport report) = TreeData.Train(set, options, later);
        bool isLoss = metric is TreeMetric.LogLoss or TreeMetric.Rmse;
        double best = isLoss ? report.Validation.Min() : report.Validation.Max();
        Assert.Equal(best, report.BestMetric);
        Assert.Equal(report.Trees, model.Trees.Count);
        Assert.True(report.Validation.Count < 400);
        Assert.True(isLoss ? best < report.Validation[0] - 0.01 : best > report.Validation[0] + 0.01, $"{report.Validation[0]} → {best}");
    }

    [Fact]
    public void Gains_are_counted_where_the_signal_is()
    {
        TreeTrainingReport report = TreeData.Train(TreeData.Planted(14, 3000, 10).Build(), One with { Trees = 20, LearningRate = 0.2 }).Report;
        Assert.True(report.GainByInput.Take(4).Sum() > 10 * report.GainByInput.Skip(4).Sum());
        Assert.Equal(10, report.GainByInput.Count);
    }

    [Fact]
    public void Cancelling_ends_the_training()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => TreeTrainer.Train(TreeData.Planted(15, 100, 4).Build(), One, null, null, source.Token));
    }
}
