using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Linear;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Models.Linear;

public class LogisticModelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(256)]
    [InlineData(300)]
    [InlineData(1025)]
    public void Scores_equal_the_plain_loop(int rows)
    {
        LogisticModel model = RandomModel(seed: 3, features: 23);
        FeatureMatrix matrix = RandomMatrix(seed: (ulong)rows, rows, columns: 25);
        int[] columns = [.. Enumerable.Range(0, 23).Select(f => 24 - f)];
        float[] scores = new float[rows];

        model.Score(matrix, columns, scores);

        for (int row = 0; row < rows; row++)
        {
            double expected = Plain(model, matrix, row, columns);
            Assert.Equal(expected, scores[row], 1e-6 * Math.Max(1, Math.Abs(expected)));
        }
    }

    [Fact]
    public void Contributions_and_intercept_add_up_to_the_score()
    {
        LogisticModel model = RandomModel(seed: 5, features: 40);
        FeatureMatrix matrix = RandomMatrix(seed: 6, rows: 64, columns: 40);
        int[] columns = [.. Enumerable.Range(0, 40)];
        float[] scores = new float[64];
        double[] contributions = new double[40];
        model.Score(matrix, columns, scores);
        for (int row = 0; row < 64; row++)
        {
            Assert.Equal(40, model.Contributions(matrix, row, columns, contributions));
            double sum = model.Intercept + contributions.Sum();
            Assert.Equal(sum, scores[row], 1e-6 * Math.Max(1, Math.Abs(sum)));
        }
    }

    [Fact]
    public void A_value_is_logged_clipped_standardised_and_weighed()
    {
        LogisticFeature feature = new() { Name = "price", LogScale = true, Low = 1, High = 3, Mean = 2, Scale = 0.5, Weight = 4, MissingWeight = -0.25 };
        Assert.Equal((Math.Log(11) - 2) / 0.5 * 4, feature.Contribution(10), 1e-12);
        Assert.Equal(8, feature.Contribution(float.PositiveInfinity), 1e-12);
        Assert.Equal(-8, feature.Contribution(-5), 1e-12);
        Assert.Equal(-0.25, feature.Contribution(float.NaN));
    }

    [Fact]
    public void A_position_held_at_serving_moves_no_candidate_and_needs_no_column()
    {
        LogisticModel model = new(0.5,
        [
            new LogisticFeature { Name = "position", Weight = -1, Mean = 3, FixedAtServing = 1 },
            new LogisticFeature { Name = "quality", Weight = 2 },
        ]);
        int[] columns = model.ColumnsIn(["quality"]);
        FeatureMatrix matrix = new();
        matrix.Reset(2, 1);
        matrix[0, 0] = 0;
        matrix[1, 0] = 1;
        float[] scores = new float[2];

        model.Score(matrix, columns, scores);

        Assert.Equal([2.5f, 4.5f], scores);
        double[] contributions = new double[2];
        model.Contributions(matrix, 1, columns, contributions);
        Assert.Equal([2.0, 2.0], contributions);
    }

    [Fact]
    public void Infinite_values_never_make_a_score_that_is_not_a_number()
    {
        LogisticModel model = new(0, [new LogisticFeature { Name = "a", Weight = 0, MissingWeight = 1 }, new LogisticFeature { Name = "b", Weight = 1e-3, Low = -5, High = 5 }]);
        FeatureMatrix matrix = new();
        matrix.Reset(3, 2);
        matrix.Column(0).Fill(float.PositiveInfinity);
        matrix.Column(1).Fill(float.NegativeInfinity);
        float[] scores = new float[3];
        model.Score(matrix, [0, 1], scores);
        Assert.All(scores, score => Assert.Equal(-0.005f, score));
    }

    [Fact]
    public void Scoring_allocates_nothing()
    {
        LogisticModel model = RandomModel(seed: 8, features: 60);
        FeatureMatrix matrix = RandomMatrix(seed: 9, rows: 500, columns: 60);
        int[] columns = [.. Enumerable.Range(0, 60)];
        float[] scores = new float[500];
        model.Score(matrix, columns, scores);
        long before = GC.GetAllocatedBytesForCurrentThread();
        model.Score(matrix, columns, scores);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Missing_columns_are_named_with_their_nearest_names()
    {
        LogisticModel model = new(0, [new LogisticFeature { Name = "item_price" }, new LogisticFeature { Name = "zzzz" }, new LogisticFeature { Name = "ctr" }]);
        ModelMismatchException error = Assert.Throws<ModelMismatchException>(() => model.ColumnsIn(["ctr", "item_prices", "owner_age"]));
        Assert.Equal(["item_price", "zzzz"], error.Missing.Select(m => m.Name));
        Assert.Equal(["item_prices"], error.Missing[0].Nearest);
        Assert.Empty(error.Missing[1].Nearest);
        Assert.Contains("'item_price' (nearest: 'item_prices')", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shapes_and_numbers_that_do_not_fit_are_refused()
    {
        LogisticModel model = new(0, [new LogisticFeature { Name = "a", Weight = 1 }]);
        FeatureMatrix matrix = new();
        matrix.Reset(2, 1);
        Assert.Throws<ArgumentException>(() => model.Score(matrix, [1], new float[2]));
        Assert.Throws<ArgumentException>(() => model.Score(matrix, [0, 0], new float[2]));
        Assert.Throws<ArgumentException>(() => model.Score(matrix, [0], new float[1]));
        Assert.Throws<ArgumentException>(() => new LogisticModel(double.NaN, []));
        Assert.Throws<ArgumentException>(() => new LogisticModel(0, [new LogisticFeature { Name = "a", Scale = 0 }]));
        Assert.Throws<ArgumentException>(() => new LogisticModel(0, [new LogisticFeature { Name = "a", Low = 2, High = 1 }]));
        Assert.Throws<ArgumentException>(() => new LogisticModel(0, [new LogisticFeature { Name = "a" }, new LogisticFeature { Name = "a" }]));
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(-800, 0)]
    [InlineData(800, 1)]
    [InlineData(2, 0.8807970779778823)]
    public void Probability_is_the_logistic_function_without_overflow(double logOdds, double probability)
        => Assert.Equal(probability, RankingModel.Probability(logOdds), 1e-15);

    internal static LogisticModel RandomModel(ulong seed, int features)
    {
        RandomStream stream = RandomStream.For(seed, "model");
        LogisticFeature[] encodings = new LogisticFeature[features];
        for (int f = 0; f < features; f++)
        {
            encodings[f] = new LogisticFeature
            {
                Name = $"feature{f}",
                LogScale = stream.NextBool(0.4),
                Low = -stream.NextDouble(),
                High = 1 + stream.NextDouble(),
                Mean = stream.NextGaussian(),
                Scale = 0.5 + stream.NextDouble(),
                Weight = stream.NextBool(0.1) ? 0 : stream.NextGaussian(),
                MissingWeight = stream.NextBool(0.5) ? 0 : stream.NextGaussian(),
                FixedAtServing = stream.NextBool(0.1) ? 1 : null,
            };
        }

        return new LogisticModel(stream.NextGaussian(), encodings);
    }

    private static FeatureMatrix RandomMatrix(ulong seed, int rows, int columns)
    {
        RandomStream stream = RandomStream.For(seed, "matrix");
        FeatureMatrix matrix = new();
        matrix.Reset(rows, columns);
        for (int column = 0; column < columns; column++)
        {
            foreach (ref float value in matrix.Column(column))
            {
                value = stream.NextBool(0.2) ? float.NaN : (float)(3 * stream.NextGaussian());
            }
        }

        return matrix;
    }

    private static double Plain(LogisticModel model, FeatureMatrix matrix, int row, int[] columns)
    {
        double score = model.Intercept;
        for (int f = 0; f < model.Features.Count; f++)
        {
            LogisticFeature feature = model.Features[f];
            double value = feature.FixedAtServing ?? matrix[row, columns[f]];
            if (double.IsNaN(value))
            {
                score += feature.MissingWeight;
                continue;
            }

            value = feature.LogScale ? Math.Log(1 + Math.Max(value, 0)) : value;
            score += (Math.Clamp(value, feature.Low, feature.High) - feature.Mean) / feature.Scale * feature.Weight;
        }

        return score;
    }
}
