using Vitrina.Engine.Models.Embeddings;
using Vitrina.Kernels.Chance;
using Vitrina.Learning;
using Vitrina.Learning.Training.Embeddings;

namespace Vitrina.Tests.Learning.Training.Embeddings;

public class DssmTrainerTests
{
    private static readonly DssmShape Small = new() { WordBuckets = 4096, TrigramBuckets = 2048, RowSize = 24, Dimension = 24 };

    [Theory]
    [InlineData(0)]
    [InlineData(24)]
    public void Queries_find_items_that_share_no_letter_with_them(int hiddenSize)
    {
        var (encoder, report) = Train(Examples(600), Options() with { Shape = Small with { HiddenSize = hiddenSize }, LearningRate = 0.05 });
        Assert.True(report.FirstMrr < 0.5, $"untrained {report.FirstMrr}");
        Assert.True(report.Epochs[report.BestEpoch - 1].ValidationMrr > 0.9, $"trained {string.Join(", ", report.Epochs)}");
        Assert.True(report.Epochs[^1].Loss < report.Epochs[0].Loss);
        Assert.Equal(24, encoder.Dimension);
    }

    [Fact]
    public void Texts_with_the_same_rare_words_are_near_before_anything_is_learned()
    {
        DssmExample[] titles = [.. Enumerable.Range(0, 200).Select(number => new DssmExample($"{Word("q", number % 40)} {Word("r", number)}", $"{Word("q", number % 40)} {Word("r", number)} {Word("s", number % 7)} товар"))];
        var (_, report) = Train(titles, Options() with { ValidationShare = 0.4, Epochs = 1 });
        Assert.InRange(report.FirstMrr, 0.9, 1);
    }

    [Fact]
    public void Same_examples_options_and_seed_give_the_same_bytes()
    {
        var (one, _) = Train(Examples(100), Options() with { Epochs = 2 });
        var (two, _) = Train(Examples(100), Options() with { Epochs = 2 });
        Assert.Equal(one.Rows, two.Rows);
        Assert.Equal(one.Item.Output, two.Item.Output);
        var (other, _) = Train(Examples(100), Options() with { Epochs = 2, Seed = 2 });
        Assert.NotEqual(one.Rows, other.Rows);
    }

    [Fact]
    public void Given_negatives_are_pushed_away()
    {
        DssmExample[] examples = [.. Enumerable.Range(0, 200).Select(number => new DssmExample(Word("q", number % 20), $"{Word("q", number % 20)} good", 1, [$"{Word("q", number % 20)} bad"]))];
        var (encoder, _) = Train(examples, Options() with { ValidationShare = 0, Epochs = 6, MinedNegatives = 0 });
        for (int number = 0; number < 20; number++)
        {
            Assert.True(Similarity(encoder, Word("q", number), $"{Word("q", number)} good") > Similarity(encoder, Word("q", number), $"{Word("q", number)} bad") + 0.1);
        }
    }

    [Fact]
    public void Gradients_equal_differences_of_the_loss()
    {
        DssmShape shape = new() { WordBuckets = 20, TrigramBuckets = 20, RowSize = 5, HiddenSize = 4, Dimension = 3 };
        RandomStream random = RandomStream.For(3, "gradients");
        float[] table = Gaussians(shape.RowCount * shape.RowSize, ref random);
        DssmTower tower = new(shape);
        foreach (float[] array in tower.Arrays)
        {
            Gaussians(array.Length, ref random).CopyTo(array, 0);
        }

        DssmSide side = new(shape, tower);
        int[][] texts = [[1, 2, 2], [3], [2, 30, 39, 1]];
        float[] slopes = Gaussians(texts.Length * shape.Dimension, ref random);
        double Loss()
        {
            side.Begin();
            Array.ForEach(texts, text => side.Add(text));
            side.Run(table);
            return slopes.Zip(side.Vectors).Sum(pair => (double)pair.First * pair.Second);
        }

        Loss();
        slopes.CopyTo(side.VectorGradients, 0);
        SparseRows rows = new(shape.RowCount, shape.RowSize);
        side.Back(rows);
        float[][] gradients = [.. side.Gradient.Arrays.Select(array => (float[])array.Clone())];
        foreach ((float[] weights, float[] gradient) in tower.Arrays.Zip(gradients))
        {
            for (int at = 0; at < weights.Length; at++)
            {
                Assert.Equal(Difference(weights, at, Loss), gradient[at], 2e-2);
            }
        }

        // One step of Adagrad from zero sums goes against the sign of the gradient.
        float[] expected = [.. Enumerable.Range(0, table.Length).Select(at => (float)Difference(table, at, Loss))];
        float[] before = [.. table];
        rows.Step(table, 1e-3f);
        for (int at = 0; at < table.Length; at++)
        {
            if (Math.Abs(expected[at]) > 0.05)
            {
                Assert.Equal(-Math.Sign(expected[at]), Math.Sign(table[at] - before[at]));
            }
        }
    }

    [Fact]
    public void Nothing_to_learn_and_bad_weights_are_said()
    {
        Assert.Throws<NothingToLearnException>(() => Train([new DssmExample("...", "носки")], Options()));
        Assert.Contains("weighs NaN", Assert.Throws<ArgumentException>(() => Train([new DssmExample("a", "b", float.NaN)], Options())).Message, StringComparison.Ordinal);
        Assert.Contains("RowSize", Assert.Throws<ArgumentException>(() => Train([], Options() with { Shape = Small with { RowSize = 0 } })).Message, StringComparison.Ordinal);
    }

    private static (DssmEncoder Encoder, DssmTrainingReport Report) Train(IEnumerable<DssmExample> examples, DssmTrainerOptions options)
        => DssmTrainer.Train(examples, options, cancellationToken: TestContext.Current.CancellationToken);

    private static DssmTrainerOptions Options() => new() { Shape = Small, Epochs = 8, BatchSize = 32, ValidationShare = 0.2, LearningRate = 0.03 };

    // Queries and items have words of their own; a query of theme t, which has three words, asks for the item of theme t.
    private static IEnumerable<DssmExample> Examples(int count)
    {
        RandomStream random = RandomStream.For(1, "examples");
        for (int number = 0; number < count; number++)
        {
            int theme = random.NextInt(15);
            yield return new DssmExample(
                $"{Word("кв", (theme * 3) + random.NextInt(3))} {Word("об", random.NextInt(400))}",
                Word("zw", theme));
        }
    }

    private static string Word(string start, int number)
    {
        RandomStream random = RandomStream.For((ulong)number, start);
        string letters = start[0] > 'z' ? "бвгджклмнпрстфх" : "bcdfghjkmnpqrtv";
        return start + string.Concat(Enumerable.Range(0, 6).Select(_ => letters[random.NextInt(letters.Length)]));
    }

    private static double Similarity(DssmEncoder encoder, string query, string item)
    {
        DssmScratch scratch = new(encoder.Shape);
        float[] left = new float[encoder.Dimension], right = new float[encoder.Dimension];
        encoder.EncodeQuery(query, scratch, left);
        encoder.EncodeItem(item, scratch, right);
        return left.Zip(right).Sum(pair => (double)pair.First * pair.Second);
    }

    private static double Difference(float[] values, int at, Func<double> loss)
    {
        const float Step = 1e-2f;
        float value = values[at];
        values[at] = value + Step;
        double above = loss();
        values[at] = value - Step;
        double below = loss();
        values[at] = value;
        return (above - below) / (2 * Step);
    }

    private static float[] Gaussians(int count, ref RandomStream random)
    {
        float[] values = new float[count];
        for (int at = 0; at < count; at++)
        {
            values[at] = (float)random.NextGaussian();
        }

        return values;
    }
}
