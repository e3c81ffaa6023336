using Vitrina.Engine.Models.Embeddings;
using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Files;

namespace Vitrina.Tests.Engine.Models.Embeddings;

public sealed class DssmEncoderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vitrina-dssm-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    public void A_vector_is_the_plain_sum_and_layers_at_length_one(int hiddenSize)
    {
        DssmShape shape = Shape(hiddenSize);
        DssmEncoder encoder = Random(shape);
        float[] vector = new float[shape.Dimension];
        Assert.True(encoder.EncodeItem("Чёрный чехол для iPhone 11", new DssmScratch(shape), vector));
        int[] rows = new DssmText(shape).Read("чёрный чехол для iphone 11").ToArray();
        double[] input = [.. Enumerable.Range(0, shape.RowSize).Select(at => rows.Sum(row => (double)encoder.Rows[(row * shape.RowSize) + at]) / Math.Sqrt(rows.Length))];
        if (hiddenSize > 0)
        {
            input = [.. Layer(encoder.Item.Hidden, encoder.Item.HiddenBias, input).Select(Math.Tanh)];
        }

        double[] output = Layer(encoder.Item.Output, encoder.Item.OutputBias, input);
        double length = Math.Sqrt(output.Sum(value => value * value));
        Assert.All(output.Zip(vector), pair => Assert.Equal(pair.First / length, pair.Second, 1e-4));
    }

    [Fact]
    public void A_text_without_a_word_has_no_vector()
    {
        DssmShape shape = Shape(0);
        DssmEncoder encoder = Random(shape);
        float[] vector = [.. Enumerable.Repeat(1f, shape.Dimension)];
        Assert.False(encoder.EncodeQuery(" ... !", new DssmScratch(shape), vector));
        Assert.All(vector, value => Assert.Equal(0, value));
        Assert.True(encoder.EncodeQuery(new string('a', 100_000) + " носки", new DssmScratch(shape), vector));
    }

    [Fact]
    public void Encoding_allocates_nothing()
    {
        DssmShape shape = Shape(12);
        DssmEncoder encoder = Random(shape);
        DssmScratch scratch = new(shape);
        float[] vector = new float[shape.Dimension];
        encoder.EncodeQuery("кружка для чая 300 мл", scratch, vector);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int run = 0; run < 100; run++)
        {
            encoder.EncodeQuery("кружка для чая 300 мл", scratch, vector);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_file_gives_the_same_vectors_and_damage_is_named()
    {
        DssmShape shape = Shape(12);
        DssmEncoder encoder = Random(shape);
        string path = Path.Combine(_folder, "encoder");
        DssmFile.Write(path, encoder);
        DssmEncoder read = DssmFile.Read(path);
        Assert.Equal(encoder.Rows, read.Rows);
        Assert.Equal(encoder.Query.Arrays.SelectMany(array => array), read.Query.Arrays.SelectMany(array => array));
        Assert.Equal(encoder.Item.Arrays.SelectMany(array => array), read.Item.Arrays.SelectMany(array => array));
        Assert.Equal(shape.Languages, read.Shape.Languages);
        byte[] whole = File.ReadAllBytes(path);
        for (int place = 0; place < whole.Length; place += 997)
        {
            File.WriteAllBytes(path, whole[..place]);
            Assert.Throws<DamagedFileException>(() => DssmFile.Read(path));
            byte[] changed = (byte[])whole.Clone();
            changed[place] ^= 16;
            File.WriteAllBytes(path, changed);
            Assert.Equal(path, Assert.Throws<DamagedFileException>(() => DssmFile.Read(path)).Path);
        }
    }

    internal static DssmShape Shape(int hiddenSize) => new() { WordBuckets = 500, TrigramBuckets = 300, RowSize = 16, HiddenSize = hiddenSize, Dimension = 10 };

    private static double[] Layer(float[] weights, float[] bias, double[] input)
        => [.. bias.Select((start, output) => start + input.Select((value, at) => value * weights[(output * input.Length) + at]).Sum())];

    private static DssmEncoder Random(DssmShape shape)
    {
        RandomStream random = RandomStream.For(1, "weights");
        DssmEncoder encoder = new(shape, new float[shape.RowCount * shape.RowSize], new DssmTower(shape), new DssmTower(shape));
        foreach (float[] array in new[] { encoder.Rows }.Concat(encoder.Query.Arrays).Concat(encoder.Item.Arrays))
        {
            for (int at = 0; at < array.Length; at++)
            {
                array[at] = (float)(0.3 * random.NextGaussian());
            }
        }

        return encoder;
    }
}
