using Vitrina.Engine.Models.Trees;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Training.Trees;

namespace Vitrina.Tests.Learning.Training.Trees;

/// <summary>Rows that tests make, and what they ask of models.</summary>
internal sealed record TreeData(float[][] Rows, float[] Labels, float[]? Weights = null, int[]? Lists = null)
{
    /// <summary>Rows of normal values, some missing, with a label that a nonlinear function of the first four features makes.</summary>
    public static TreeData Planted(ulong seed, int rows, int features, int listRows = 0, Func<double, float>? label = null)
    {
        RandomStream random = RandomStream.For(seed, "planted");
        float[][] values = new float[rows][];
        float[] labels = new float[rows];
        for (int row = 0; row < rows; row++)
        {
            values[row] = [.. Enumerable.Range(0, features).Select(feature => feature == 1 && random.NextBool(0.2) ? float.NaN : (float)random.NextGaussian())];
            double x1 = float.IsNaN(values[row][1]) ? 1.5 : values[row][1];
            double signal = values[row][0] + (values[row][2] > 0 ? x1 : -x1) + (0.5 * Math.Abs(values[row][3])) + (0.5 * random.NextGaussian());
            labels[row] = label is null ? (float)signal : label(signal);
        }

        return new TreeData(values, labels, null, listRows == 0 ? null : [.. Enumerable.Range(0, rows).Select(row => row / listRows)]);
    }

    public static float Grade(double signal) => signal > 2.5 ? 3 : signal > 1.5 ? 2 : signal > 0.5 ? 1 : 0;

    public static TreeInput[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(number => new TreeInput($"x{number}"))];

    public TreeDataset Build(IReadOnlyList<TreeInput>? inputs = null, TreeDatasetOptions? options = null)
    {
        using TreeDatasetBuilder builder = new(inputs ?? Numbers(Rows[0].Length), options);
        return Fill(builder);
    }

    public TreeDataset BuildLike(TreeDataset set)
    {
        using TreeDatasetBuilder builder = new(set);
        return Fill(builder);
    }

    public static TreeTraining Train(TreeDataset set, TreeTrainerOptions options, TreeDataset? validation = null)
        => TreeTrainer.Train(set, options, validation, null, TestContext.Current.CancellationToken);

    public double[] Scores(TreeEnsemble model) => [.. Rows.Select(row => model.Score(Array.ConvertAll(row, value => (double)value)))];

    public static void AssertSame(TreeEnsemble expected, TreeEnsemble actual)
    {
        Assert.Equal(expected.BaseScore, actual.BaseScore);
        Assert.Equal(expected.Trees.Count, actual.Trees.Count);
        foreach ((DecisionTree one, DecisionTree other) in expected.Trees.Zip(actual.Trees))
        {
            Assert.Equal(one.Input, other.Input);
            Assert.Equal(one.Threshold, other.Threshold);
            Assert.Equal(one.Rules, other.Rules);
            Assert.Equal(one.Left, other.Left);
            Assert.Equal(one.Right, other.Right);
            Assert.Equal(one.LeafValue, other.LeafValue);
            Assert.Equal(one.SplitCover, other.SplitCover);
            Assert.Equal(one.LeafCover, other.LeafCover);
            Assert.Equal(one.CategorySets, other.CategorySets);
        }
    }

    private TreeDataset Fill(TreeDatasetBuilder builder)
    {
        for (int row = 0; row < Rows.Length; row++)
        {
            builder.Add(Rows[row], Labels[row], Weights?[row] ?? 1, Lists?[row] ?? -1);
        }

        return builder.Build();
    }
}
