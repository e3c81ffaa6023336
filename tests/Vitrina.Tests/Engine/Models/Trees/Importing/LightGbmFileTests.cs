using System.Globalization;
using System.IO.Compression;
using Vitrina.Engine.Models.Trees;
using Vitrina.Engine.Models.Trees.Importing;

namespace Vitrina.Tests.Engine.Models.Trees.Importing;

public sealed class LightGbmFileTests : IDisposable
{
    private const string Model = """
        tree
        version=v4
        num_class=1
        num_tree_per_iteration=1
        label_index=0
        max_feature_idx=1
        objective=binary sigmoid:2
        feature_names=price kind
        feature_infos=[0:9] 0:1:2
        tree_sizes=10 10

        Tree=0
        num_leaves=3
        num_cat=1
        split_feature=0 1
        split_gain=2 1
        threshold=1.5 0
        decision_type=8 1
        left_child=1 -1
        right_child=-3 -2
        leaf_value=1 2 4
        leaf_weight=1 1 1
        leaf_count=10 20 30
        internal_value=0 0
        internal_weight=0 0
        internal_count=60 30
        cat_boundaries=0 2
        cat_threshold=4 1
        is_linear=0
        shrinkage=0.1


        Tree=1
        num_leaves=1
        num_cat=0
        split_feature=
        leaf_value=0.5
        shrinkage=1


        end of trees

        feature_importances:
        price=1
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("vitrina-lightgbm-").FullName;

    private string File => Path.Combine(_root, "model.txt");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("binary")]
    [InlineData("regression")]
    public void Stored_vectors_are_reproduced(string name)
    {
        if (SharedData.Folder("lightgbm_models") is not { } folder)
        {
            Assert.Skip("The shared data set lightgbm_models is not on this machine.");
            return;
        }

        TreeModel model = new(LightGbmFile.Read(Path.Combine(folder, $"{name}.txt")).Ensemble);
        double[][] rows = [.. Lines(Path.Combine(folder, "probe.tsv.gz")).Skip(1).Select(line => Numbers(line)[1..])];
        RequireEqual(Path.Combine(folder, $"{name}.raw.gz"), rows, row => [model.Ensemble.Score(row)]);
        RequireEqual(Path.Combine(folder, $"{name}.pred.gz"), rows, row => [model.Ensemble.Link.Predict(model.Ensemble.Score(row))]);
        RequireEqual(Path.Combine(folder, $"{name}.contrib.gz"), rows, row =>
        {
            double[] contributions = new double[row.Length + 1];
            model.Explain(row, contributions);
            contributions[^1] = model.BaseScore;
            return contributions;
        });
    }

    [Fact]
    public void A_small_model_is_read_as_it_stands()
    {
        ForeignModel model = Read(Model);
        Assert.Equal("binary", model.Objective);
        Assert.Equal(new ScoreLink(LinkFunction.Logistic, 2), model.Ensemble.Link);
        Assert.Equal(["price", "kind"], model.Ensemble.Inputs.Select(input => input.Name));
        TreeEnsemble trees = model.Ensemble;
        Assert.Equal(1.5, trees.Score([1.5, 2]));
        Assert.Equal(1.5, trees.Score([1, 32.7]));
        Assert.Equal(2.5, trees.Score([1, 3]));
        Assert.Equal(2.5, trees.Score([1, double.NaN]));
        Assert.Equal(4.5, trees.Score([1.6, 2]));
        Assert.Equal(4.5, trees.Score([double.NaN, 2]));
        Assert.Equal(0.5 + (((10.0 * 1) + (20 * 2) + (30 * 4)) / 60), new TreeModel(trees).BaseScore, 1e-12);
    }

    [Fact]
    public void A_random_forest_answers_the_mean() =>
        Assert.Equal(0.75, Read(Model.Replace("label_index=0", "average_output", StringComparison.Ordinal)).Ensemble.Score([1, 2]));

    [Theory]
    [InlineData("num_tree_per_iteration=1", "num_tree_per_iteration=3", 4, "several classes")]
    [InlineData("objective=binary sigmoid:2", "objective=wonder", 7, "'wonder' is not known")]
    [InlineData("objective=binary sigmoid:2", "objective=binary sigmoid:x", 7, "sigmoid 'x'")]
    [InlineData("feature_names=price kind", "feature_names=price", 8, "1 names for 2")]
    [InlineData("tree_sizes=10 10", "tree_sizes=10 10 10", 10, "3 trees are announced, 2 are there")]
    [InlineData("leaf_value=1 2 4", "leaf_value=1 2", 21, "2 values, 3 are due")]
    [InlineData("leaf_value=1 2 4", "leaf_value=1 two 4", 21, "'two', not a number")]
    [InlineData("is_linear=0", "is_linear=1", 29, "linear trees")]
    [InlineData("decision_type=8 1", "decision_type=12 1", 18, "decision type 12")]
    [InlineData("cat_boundaries=0 2", "cat_boundaries=0 9", 27, "outside")]
    [InlineData("Tree=1", "Tree=2", 33, "where tree 1 is due")]
    [InlineData("end of trees", "", 43, "cut short")]
    [InlineData("tree\nversion", "tea\nversion", 10, "not a LightGBM text model")]
    [InlineData("right_child=-3 -2", "right_child=-3 0", null, "reached twice")]
    [InlineData("split_feature=0 1", "split_feature=0 7", null, "input 7 of 2")]
    public void Bad_files_are_refused_with_line_and_reason(string from, string to, int? line, string word)
    {
        ForeignModelException error = Assert.Throws<ForeignModelException>(() => Read(Model.Replace(from, to, StringComparison.Ordinal)));
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
        Assert.Contains(File, error.Message, StringComparison.Ordinal);
        if (line is not null)
        {
            Assert.NotNull(error.Line);
        }
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused_or_whole()
    {
        int end = Model.IndexOf("end of trees", StringComparison.Ordinal);
        for (int length = 0; length < end; length += 7)
        {
            Assert.Throws<ForeignModelException>(() => Read(Model[..length]));
        }
    }

    private ForeignModel Read(string text)
    {
        System.IO.File.WriteAllText(File, text);
        return LightGbmFile.Read(File);
    }

    private static void RequireEqual(string expected, double[][] rows, Func<double[], double[]> answer)
    {
        if (!System.IO.File.Exists(expected))
        {
            return;
        }

        double[][] lines = [.. Lines(expected).Select(Numbers)];
        Assert.Equal(rows.Length, lines.Length);
        for (int row = 0; row < rows.Length; row++)
        {
            double[] given = answer(rows[row]);
            Assert.Equal(lines[row].Length, given.Length);
            for (int i = 0; i < given.Length; i++)
            {
                Assert.Equal(lines[row][i], given[i], 1e-9);
            }
        }
    }

    private static IEnumerable<string> Lines(string path)
    {
        using StreamReader reader = new(new GZipStream(System.IO.File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static double[] Numbers(string line) => [.. line.Split('\t').Select(word => word == "nan" ? double.NaN : double.Parse(word, CultureInfo.InvariantCulture))];
}
