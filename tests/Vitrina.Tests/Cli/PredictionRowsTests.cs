using System.IO.Compression;
using System.Text;
using Vitrina.Cli;
using Vitrina.Cli.Commands;
using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Trees;
using Vitrina.Tests.Engine.Models.Trees;

namespace Vitrina.Tests.Cli;

public sealed class PredictionRowsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("vitrina-predict-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Columns_are_found_by_name_whatever_stands_between_them()
    {
        Assert.Equal([[2, 1], [double.NaN, 4.5]], Read("label\tb\tx\ta\n0\t1\t9\t2\n1\t4.5\t9\t\n", "a", "b"));
    }

    [Fact]
    public void Empty_na_nan_and_null_are_missing_and_infinities_are_numbers() => Assert.Equal(
        [[double.NaN, double.NaN], [double.NaN, double.NaN], [double.PositiveInfinity, double.NegativeInfinity]],
        Read("a\tb\nna\tNaN\nnull\t\ninf\t-inf\n", "a", "b"));

    [Fact]
    public void A_model_whose_names_are_numbers_takes_columns_by_place()
    {
        Assert.Equal([[1, 2]], Read("price\tkind\n1\t2\n", "f0", "f1"));
        Assert.Equal([[1, 2]], Read("target\tprice\tkind\n9\t1\t2\n", "Column_0", "Column_1"));
        Assert.Equal([[1, 2]], Read("f1\tf2\n1\t2\n", "f0", "f1"));
    }

    [Fact]
    public void Gzip_is_read_as_it_is()
    {
        string path = Path.Combine(_root, "rows.tsv.gz");
        using (GZipStream gzip = new(File.Create(path), CompressionMode.Compress))
        {
            gzip.Write(Encoding.UTF8.GetBytes("a\n5\n"));
        }

        Assert.Equal([[5]], ReadFile(path, "a"));
    }

    [Fact]
    public void Columns_that_do_not_fit_are_refused_by_name()
    {
        Assert.Contains("no column for b", Assert.Throws<UsageException>(() => Read("a\tc\n1\t2\n", "a", "b")).Message, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() => Read("x\n1\n", "f0", "f1"));
    }

    [Fact]
    public void Words_and_short_rows_are_refused_with_line_and_column()
    {
        string word = Assert.Throws<IOException>(() => Read("a\tb\n1\t2\n1\tred\n", "a", "b")).Message;
        Assert.Contains(":3: column 'b' holds 'red'", word, StringComparison.Ordinal);
        Assert.Contains(":2:", Assert.Throws<IOException>(() => Read("a\tb\n1\n", "a", "b")).Message, StringComparison.Ordinal);
        Assert.Throws<IOException>(() => Read("", "a"));
    }

    [Fact]
    public void A_mapping_renames_and_fixes_inputs()
    {
        string path = Path.Combine(_root, "map.tsv");
        File.WriteAllText(path, "# comment\ninput0\tattribute.price\n\ninput1\t=2.5\n");
        TreeEnsemble mapped = FeatureMapping.Read(path).Apply(RandomTrees.Ensemble(seed: 1, trees: 1, leaves: 3, inputs: 3));
        Assert.Equal([new ModelInput("attribute.price"), new ModelInput("input1", 2.5f), new ModelInput("input2")], mapped.Inputs);
    }

    [Theory]
    [InlineData("input0 price\n", ":1:")]
    [InlineData("input0\tp\ninput0\tq\n", "mapped twice")]
    [InlineData("input0\t=x\n", "not = and a number")]
    [InlineData("wonder\tp\n", "no feature 'wonder'")]
    [InlineData("input0\tinput1\n", "become 'input1'")]
    public void Mistakes_in_a_mapping_are_named(string text, string word)
    {
        string path = Path.Combine(_root, "map.tsv");
        File.WriteAllText(path, text);
        UsageException error = Assert.Throws<UsageException>(() => FeatureMapping.Read(path).Apply(RandomTrees.Ensemble(seed: 1, trees: 1, leaves: 3, inputs: 2)));
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Predictions_raw_scores_and_contributions_of_a_row_fit_together()
    {
        TreeModel model = new(RandomTrees.Ensemble(seed: 2, trees: 5, leaves: 6, inputs: 3) with { Link = ScoreLink.Logistic });
        RowPredictor predictor = new(model);
        double[] row = [0.5, double.NaN, 3], raw = new double[1], probability = new double[1], contributions = new double[4];
        predictor.Predict(row, PredictionKind.Raw, raw);
        predictor.Predict(row, PredictionKind.Prediction, probability);
        predictor.Predict(row, PredictionKind.Contributions, contributions);
        Assert.Equal(model.Ensemble.Score(row), raw[0]);
        Assert.Equal(RankingModel.Probability(raw[0]), probability[0], 1e-15);
        Assert.Equal(raw[0], contributions.Sum(), 1e-12);
    }

    private double[][] Read(string text, params string[] inputs)
    {
        string path = Path.Combine(_root, "rows.tsv");
        File.WriteAllText(path, text);
        return ReadFile(path, inputs);
    }

    private static double[][] ReadFile(string path, params string[] inputs)
    {
        using PredictionRows rows = new(path, [.. inputs.Select(input => (input, true))]);
        List<double[]> read = [];
        double[] values = new double[inputs.Length];
        while (rows.Read(values))
        {
            read.Add([.. values]);
        }

        return [.. read];
    }
}
