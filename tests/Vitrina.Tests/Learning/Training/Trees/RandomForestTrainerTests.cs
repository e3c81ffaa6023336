using Vitrina.Engine.Models.Trees;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Training.Trees;

namespace Vitrina.Tests.Learning.Training.Trees;

/// <summary>Forests of extremely randomised trees.</summary>
public class RandomForestTrainerTests
{
    private const int Rows = 600;
    private const int Width = 4;

    [Fact]
    public void A_forest_finds_a_step_and_an_interaction_that_was_planted()
    {
        var (values, targets) = Planted(1);
        var (others, wanted) = Planted(2);
        var forest = RandomForestTrainer.Train(["a", "b", "c", "d"], values, targets, Enumerable.Range(0, Rows), new RandomForestOptions { Trees = 60, FeatureShare = 0.5, Seed = 3 }, TestContext.Current.CancellationToken);
        var mean = targets.Average();
        double error = 0, spread = 0;
        for (var row = 0; row < Rows; row++)
        {
            error += Math.Pow(forest.Score(RowOf(others, row)) - wanted[row], 2);
            spread += Math.Pow(mean - wanted[row], 2);
        }

        Assert.InRange(error / spread, 0, 0.25);
        Assert.All(forest.Trees, tree => Assert.True(tree.LeafCover.All(rows => rows >= 5) && tree.LeafCover.Sum() == Rows));
    }

    [Fact]
    public void Rows_that_are_not_named_say_nothing_and_the_same_seed_gives_the_same_trees()
    {
        var (values, targets) = Planted(1);
        var options = new RandomForestOptions { Trees = 5, Seed = 9 };
        TreeEnsemble Grow(RandomForestOptions how) => RandomForestTrainer.Train(["a", "b", "c", "d"], values, targets, Enumerable.Range(0, Rows / 2), how, TestContext.Current.CancellationToken);
        var first = Grow(options);
        targets.AsSpan(Rows / 2).Fill(1000);
        var second = Grow(options);
        Assert.Equal(first.Trees.SelectMany(tree => tree.LeafValue), second.Trees.SelectMany(tree => tree.LeafValue));
        Assert.Equal(first.Trees.SelectMany(tree => tree.Threshold), second.Trees.SelectMany(tree => tree.Threshold));
        Assert.NotEqual(first.Trees[0].Threshold, Grow(options with { Seed = 10 }).Trees[0].Threshold);
    }

    [Fact]
    public void A_missing_value_is_told_from_others_and_goes_left_everywhere()
    {
        float[] values = [.. Enumerable.Range(0, 100).Select(row => row % 2 == 0 ? float.NaN : 7)], targets = [.. Enumerable.Range(0, 100).Select(row => row % 2 == 0 ? 1f : 0)];
        var forest = RandomForestTrainer.Train(["a"], values, targets, Enumerable.Range(0, 100), new RandomForestOptions { Trees = 3 }, TestContext.Current.CancellationToken);
        Assert.Equal(1, forest.Score([double.NaN]), 1e-9);
        Assert.Equal(0, forest.Score([7]), 1e-9);
        Assert.All(forest.Trees, tree => Assert.All(tree.Rules, rules => Assert.Equal(SplitRules.MissingLeft, rules)));
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => RandomForestTrainer.Train(["a"], new float[3], new float[2], [0], new RandomForestOptions(), TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentException>(() => RandomForestTrainer.Train(["a"], new float[2], new float[2], [], new RandomForestOptions(), TestContext.Current.CancellationToken));
    }

    private static double[] RowOf(float[] values, int row) => [.. values.Skip(row * Width).Take(Width).Select(value => (double)value)];

    private static (float[] Values, float[] Targets) Planted(ulong seed)
    {
        var random = RandomStream.For(seed, "rows");
        var (values, targets) = (new float[Rows * Width], new float[Rows]);
        for (var row = 0; row < Rows; row++)
        {
            for (var feature = 0; feature < Width; feature++)
            {
                values[(row * Width) + feature] = (float)random.NextDouble();
            }

            targets[row] = (values[row * Width] > 0.5f ? 2 : 0) + (values[(row * Width) + 1] > 0.5f && values[(row * Width) + 2] > 0.5f ? 1 : 0);
        }

        return (values, targets);
    }
}
