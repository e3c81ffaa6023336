using Vitrina.Engine.Models.Trees;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Training;
using Vitrina.Learning.Training.Trees;

namespace Vitrina.Tests.Learning.Training.Trees;

public class TreeDatasetTests
{
    private static readonly TreeTrainerOptions Few = new() { Objective = TreeObjective.SquaredError, Trees = 10, LearningRate = 0.3, MaxLeaves = 12, MinRowsInLeaf = 5 };

    [Fact]
    public void Bins_weigh_the_same_and_a_heavy_value_stands_alone()
    {
        RandomStream random = RandomStream.For(1, "values");
        float[] values = [.. Enumerable.Range(0, 20_000).Select(row => row % 4 == 0 ? 0f : (float)random.NextGaussian())];
        float[] bounds = BinFitter.Bounds([.. values], [.. values.Select(_ => 1f)], 50);
        Assert.InRange(bounds.Length, 45, 49);
        FeatureBins bins = new(0, bounds, false);
        int[] counts = new int[bins.ValueBins];
        foreach (float value in values)
        {
            counts[bins.BinOf(value)]++;
        }

        Assert.InRange(counts[bins.BinOf(0)], 5000, 5005);
        Assert.All(counts.Where((_, bin) => bin != bins.BinOf(0)), count => Assert.InRange(count, 1, 700));
        Assert.Equal(bins.MissingBin, bins.BinOf(float.NaN));
        Assert.Equal(bins.ValueBins - 1, bins.BinOf(float.PositiveInfinity));
        Assert.Equal(0, bins.BinOf(float.NegativeInfinity));
    }

    [Fact]
    public void Weights_move_the_quantiles()
    {
        float[] values = [.. Enumerable.Range(0, 1000).Select(value => (float)value)];
        float[] bounds = BinFitter.Bounds(values, [.. values.Select(value => value < 500 ? 9f : 1f)], 10);
        Assert.Equal(9, bounds.Length);
        Assert.Equal(8, bounds.Count(bound => bound < 500));
    }

    [Fact]
    public void What_cannot_be_used_is_named_with_the_reason()
    {
        TreeData data = TreeData.Planted(2, 300, 5);
        foreach (float[] row in data.Rows)
        {
            (row[2], row[4]) = (7, float.NaN);
        }

        TreeDataset set = data.Build();
        Assert.Equal([new UnusedFeature("x2", "constant"), new UnusedFeature("x4", "all missing")], set.Unused);
        TreeEnsemble model = TreeData.Train(set, Few).Model;
        Assert.Equal(5, model.Inputs.Count);
        Assert.DoesNotContain(model.Trees, tree => tree.Input.Contains(2) || tree.Input.Contains(4));
    }

    [Fact]
    public void A_constant_that_is_sometimes_missing_can_be_used()
    {
        float[][] rows = [.. Enumerable.Range(0, 200).Select(row => new[] { row % 2 == 0 ? 1f : float.NaN })];
        TreeData data = new(rows, [.. rows.Select(row => float.IsNaN(row[0]) ? 3f : -3f)]);
        double[] scores = data.Scores(TreeData.Train(data.Build(), Few with { L2 = 0 }).Model);
        Assert.All(scores.Zip(data.Labels), pair => Assert.Equal(pair.Second, pair.First, 0.2));
    }

    [Fact]
    public void Rows_that_waited_in_a_file_give_the_same_model_and_leave_no_file()
    {
        string folder = Directory.CreateTempSubdirectory("vitrina-trees-test-").FullName;
        TreeData data = TreeData.Planted(3, 300_000, 4);
        TreeEnsemble inMemory = TreeData.Train(data.Build(), Few).Model;
        TreeEnsemble spilled = TreeData.Train(data.Build(options: new() { MemoryBytes = 0, SpillFolder = folder }), Few).Model;
        TreeData.AssertSame(inMemory, spilled);
        Assert.Empty(Directory.GetFiles(folder));
        Directory.Delete(folder);
    }

    [Theory]
    [InlineData(TreeGrowth.LeafWise)]
    [InlineData(TreeGrowth.Symmetric)]
    public void Validation_over_bins_equals_the_model_over_raw_values(TreeGrowth growth)
    {
        TreeInput[] inputs = [.. TreeData.Numbers(6)];
        inputs[4] = inputs[4] with { Kind = TreeInputKind.Category };
        inputs[5] = inputs[5] with { Kind = TreeInputKind.CategoryByTarget };
        TreeData data = WithCategories(4, 3000, known: 300), later = WithCategories(5, 1000, known: 320);
        for (int row = 0; row < 200; row++)
        {
            later.Rows[row][row % 6] = row % 6 < 4 ? float.NaN : row % 2 == 0 ? -3 : float.NaN;
            later.Rows[row][(row + 1) % 4] = row % 2 == 0 ? 99 : float.NegativeInfinity;
        }

        TreeDataset set = data.Build(inputs, new() { MaxCategories = 100 });
        (TreeEnsemble model, TreeTrainingReport report) = TreeData.Train(set, Few with { Growth = growth, Trees = 30 }, later.BuildLike(set));
        Assert.Contains(model.Trees, tree => tree.Input.Contains(4));
        Assert.Contains(model.Trees, tree => tree.Input.Contains(5));
        double squares = later.Scores(model).Zip(later.Labels, (score, label) => (score - label) * (score - label)).Average();
        Assert.Equal(Math.Sqrt(squares), report.Validation[^1], 1e-5);
        Assert.True(report.Validation[^1] < 0.8 * report.Validation[0]);
    }

    [Fact]
    public void Target_statistics_do_not_leak_a_rows_own_label()
    {
        RandomStream random = RandomStream.For(6, "leak");
        float[] categories = [.. Enumerable.Range(0, 4000).Select(_ => (float)random.NextInt(2000))];
        float[] labels = [.. categories.Select(_ => random.NextBool(0.5) ? 1f : 0f)];
        (TargetStatistic statistic, float[] encoded) = TargetEncoding.Encode(categories, new TreeRows(labels, [], []), new TreeDatasetOptions { TargetPriorRows = 1 });
        float[] leaking = [.. categories.Select(statistic.Of)];
        Assert.InRange(Correlation(encoded, labels), -0.05, 0.05);
        Assert.True(Correlation(leaking, labels) > 0.5);
    }

    [Fact]
    public void Rows_of_a_list_do_not_see_each_others_labels()
    {
        float[] categories = [3, 3, 3, 3], labels = [1, 0, 1, 1];
        (_, float[] encoded) = TargetEncoding.Encode(categories, new TreeRows(labels, [], [0, 2, 4]), new TreeDatasetOptions { TargetPriorRows = 1 });
        Assert.Equal(encoded[0], encoded[1]);
        Assert.Equal(encoded[2], encoded[3]);
        Assert.Contains(0.75f, encoded);
    }

    private static TreeData WithCategories(ulong seed, int rows, int known)
    {
        TreeData data = TreeData.Planted(seed, rows, 6);
        RandomStream random = RandomStream.For(seed, "categories");
        for (int row = 0; row < rows; row++)
        {
            int first = random.NextInt(12), second = random.NextInt(known);
            (data.Rows[row][4], data.Rows[row][5]) = (first, second);
            data.Labels[row] += (first * 7 % 5 < 2 ? 2 : -1) + (second * 13 % 11 < 4 ? 2 : 0);
        }

        return data;
    }

    private static double Correlation(float[] x, float[] y)
    {
        double meanX = x.Average(), meanY = y.Average();
        double xy = x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum();
        return xy / Math.Sqrt(x.Sum(a => (a - meanX) * (a - meanX)) * y.Sum(b => (b - meanY) * (b - meanY)));
    }
}
