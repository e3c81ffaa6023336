using Vitrina.Engine.Models.Embeddings;
using Vitrina.Kernels.Chance;
using Vitrina.Learning;
using Vitrina.Learning.Training.Embeddings;

namespace Vitrina.Tests.Learning.Training.Embeddings;

public class LatentTrainerTests
{
    private const int Dimension = 12;

    private static readonly DssmShape Shape = new() { WordBuckets = 4096, TrigramBuckets = 2048, RowSize = Dimension, Dimension = Dimension };

    private static readonly string[][] Topics =
    [
        ["ноутбук", "лэптоп", "процессор", "экран", "дюймов", "память"],
        ["кружка", "чашка", "фарфор", "чай", "посуда", "блюдце"],
        ["велосипед", "байк", "колесо", "рама", "тормоз", "педаль"],
    ];

    [Fact]
    public void Words_that_never_meet_are_near_when_they_keep_the_same_company()
    {
        RandomStream random = RandomStream.For(1, "texts");
        List<string> texts = [];
        for (int number = 0; number < 300; number++)
        {
            // Of the first two words of a topic, which mean the same, a text has only one.
            string[] topic = Topics[number % Topics.Length];
            texts.Add($"{topic[random.NextInt(2)]} {topic[2 + random.NextInt(2)]} {topic[4 + random.NextInt(2)]} {topic[2 + random.NextInt(4)]}");
        }

        // As many directions as there are topics: what sets words of one topic apart has no room.
        DssmEncoder encoder = Train(texts, Shape with { RowSize = Topics.Length, Dimension = Topics.Length }, seed: 1);
        foreach (string[] topic in Topics)
        {
            Assert.True(Cosine(encoder, topic[0], topic[1]) > 0.8, topic[0]);
            Assert.All(Topics.Where(other => other != topic), other => Assert.True(Cosine(encoder, topic[0], other[1]) < 0.3, $"{topic[0]} {other[1]}"));
        }
    }

    [Fact]
    public void Few_texts_keep_their_cosines_and_many_lose_as_little_as_can_be()
    {
        string[] texts = [.. Texts(90)];
        string[] few = texts[..(Dimension - 2)];
        (double[,] exact, DssmEncoder encoder) = (Lines(few, few), Train(few, Shape, seed: 2));
        for (int left = 0; left < few.Length; left++)
        {
            for (int right = 0; right < few.Length; right++)
            {
                Assert.Equal(exact[left, right], Cosine(encoder, few[left], few[right]), 1e-3);
            }
        }

        // The best space of so many directions holds the largest eigenvalues of the lines' products (Eckart and Young 1936).
        double best = Eigenvalues(Lines(texts, texts)).OrderDescending().Take(Dimension).Sum();
        double held = Held(texts, Train(texts, Shape, seed: 3));
        Assert.InRange(held / best, 0.98, 1.0001);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes()
    {
        string[] texts = [.. Texts(40)];
        Assert.Equal(Train(texts, Shape, 5).Rows, Train(texts, Shape, 5).Rows);
        Assert.NotEqual(Train(texts, Shape, 5).Rows, Train(texts, Shape, 6).Rows);
    }

    [Fact]
    public void What_cannot_be_learned_is_said()
    {
        Assert.Throws<NothingToLearnException>(() => Train(["", " - "], Shape, 1));
        Assert.Throws<ArgumentException>(() => Train(["слово"], Shape with { RowSize = 8 }, 1));
        Assert.Throws<ArgumentException>(() => Train(["слово"], Shape with { HiddenSize = 8 }, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Train(["слово"], Shape, 1, passes: 0));
        Assert.Throws<OperationCanceledException>(() => LatentTrainer.Train(["слово"], Shape, 1, cancellationToken: new CancellationToken(true)));
        DssmEncoder one = Train(["слово", ""], Shape, 1);
        Assert.Equal(1, Cosine(one, "слово", "слово"), 1e-5);
        Assert.False(one.EncodeQuery("", new DssmScratch(Shape), new float[Dimension]));
    }

    private static DssmEncoder Train(IEnumerable<string> texts, DssmShape shape, ulong seed, int passes = 5) =>
        LatentTrainer.Train(texts, shape, seed, passes, TestContext.Current.CancellationToken);

    private static IEnumerable<string> Texts(int count)
    {
        RandomStream random = RandomStream.For(7, "texts");
        string[] words = [.. Topics.SelectMany(topic => topic), "красный", "новый", "большой"];
        for (int number = 0; number < count; number++)
        {
            yield return string.Join(' ', Enumerable.Range(0, 3 + random.NextInt(5)).Select(_ => words[random.NextInt(words.Length)])) + $" код{number}";
        }
    }

    private static double Cosine(DssmEncoder encoder, string query, string item)
    {
        (DssmScratch scratch, float[] left, float[] right) = (new DssmScratch(encoder.Shape), new float[encoder.Dimension], new float[encoder.Dimension]);
        encoder.EncodeQuery(query, scratch, left);
        encoder.EncodeItem(item, scratch, right);
        return left.Zip(right, (a, b) => (double)a * b).Sum();
    }

    /// <summary>Each text's line of unit length: counts of its rows times their rarities among all.</summary>
    private static Dictionary<int, double>[] LinesOf(string[] texts, string[] all)
    {
        DssmText reader = new(Shape);
        int[][] rows = [.. all.Select(text => reader.Read(text).ToArray())];
        double RarityOf(int row) => Math.Log(1 + ((double)all.Length / rows.Count(text => text.Contains(row))));
        return [.. texts.Select(text =>
        {
            Dictionary<int, double> line = reader.Read(text).ToArray().CountBy(row => row).ToDictionary(pair => pair.Key, pair => pair.Value * RarityOf(pair.Key));
            double length = Math.Sqrt(line.Values.Sum(value => value * value));
            return line.ToDictionary(pair => pair.Key, pair => pair.Value / length);
        })];
    }

    private static double[,] Lines(string[] texts, string[] all)
    {
        Dictionary<int, double>[] lines = LinesOf(texts, all);
        double[,] products = new double[lines.Length, lines.Length];
        for (int left = 0; left < lines.Length; left++)
        {
            for (int right = 0; right < lines.Length; right++)
            {
                products[left, right] = lines[left].Sum(pair => pair.Value * lines[right].GetValueOrDefault(pair.Key));
            }
        }

        return products;
    }

    /// <summary>The sum of the squared lengths of the texts' lines within the encoder's space.</summary>
    private static double Held(string[] texts, DssmEncoder encoder)
    {
        DssmText reader = new(Shape);
        Dictionary<int, double>[] lines = LinesOf(texts, texts);
        double held = 0;
        for (int text = 0; text < texts.Length; text++)
        {
            // A row of the encoder is its direction times its rarity, so that counts alone are added up; the line's length is divided out.
            int[] rows = reader.Read(texts[text]).ToArray();
            int some = rows[0];
            double length = rows.Count(row => row == some) * Math.Log(1 + ((double)texts.Length / texts.Count(other => new DssmText(Shape).Read(other).Contains(some)))) / lines[text][some];
            for (int at = 0; at < Dimension; at++)
            {
                double sum = rows.Sum(row => (double)encoder.Rows[(row * Dimension) + at]) / length;
                held += sum * sum;
            }
        }

        return held;
    }

    /// <summary>Eigenvalues of a symmetric matrix by Jacobi's rotations.</summary>
    private static IEnumerable<double> Eigenvalues(double[,] matrix)
    {
        int size = matrix.GetLength(0);
        for (int sweep = 0; sweep < 12; sweep++)
        {
            for (int p = 0; p < size; p++)
            {
                for (int q = p + 1; q < size; q++)
                {
                    if (Math.Abs(matrix[p, q]) < 1e-14)
                    {
                        continue;
                    }

                    double angle = 0.5 * Math.Atan2(2 * matrix[p, q], matrix[q, q] - matrix[p, p]);
                    (double sin, double cos) = Math.SinCos(angle);
                    for (int k = 0; k < size; k++)
                    {
                        (matrix[k, p], matrix[k, q]) = ((cos * matrix[k, p]) - (sin * matrix[k, q]), (sin * matrix[k, p]) + (cos * matrix[k, q]));
                    }

                    for (int k = 0; k < size; k++)
                    {
                        (matrix[p, k], matrix[q, k]) = ((cos * matrix[p, k]) - (sin * matrix[q, k]), (sin * matrix[p, k]) + (cos * matrix[q, k]));
                    }
                }
            }
        }

        return Enumerable.Range(0, size).Select(place => matrix[place, place]);
    }
}
