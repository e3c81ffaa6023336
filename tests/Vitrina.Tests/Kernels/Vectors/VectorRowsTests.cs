using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Vectors;

namespace Vitrina.Tests.Kernels.Vectors;

public class VectorRowsTests
{
    private static readonly int[] Dimensions = [1, 7, 16, 17, 31, 32, 33, 48, 96, 100, 128, 300];

    [Theory]
    [InlineData(VectorMetric.L2)]
    [InlineData(VectorMetric.Dot)]
    [InlineData(VectorMetric.Cosine)]
    public void Distances_of_floats_equal_the_plain_loop(VectorMetric metric)
    {
        foreach (var dimension in Dimensions)
        {
            var vectors = Vectors(50, dimension, metric, (ulong)dimension);
            VectorRows rows = new FloatVectorRows(dimension, metric);
            Fill(rows, vectors);
            int[] order = [.. Enumerable.Range(0, 50).Select(row => row * 7 % 50)];
            var distances = new float[50];
            rows.Distances(rows.Row(3), order, distances);
            for (var index = 0; index < order.Length; index++)
            {
                var expected = Plain(vectors[3], vectors[order[index]], metric);
                Assert.Equal(expected, distances[index], 1e-4 * Math.Max(1, Math.Abs(expected)));
            }

            Assert.True(rows.HasNearer(rows.Row(3), order, distances.Min() + 0.01f));
            Assert.False(rows.HasNearer(rows.Row(3), order, distances.Min()));
            Assert.False(rows.HasNearer(rows.Row(3), [], 1e9f));
        }
    }

    [Theory]
    [InlineData(VectorMetric.L2)]
    [InlineData(VectorMetric.Dot)]
    public void Distances_of_codes_equal_those_of_the_rounded_vectors(VectorMetric metric)
    {
        foreach (var dimension in Dimensions)
        {
            var vectors = Vectors(20, dimension, metric, (ulong)dimension);
            VectorRows rows = new ByteVectorRows(dimension, metric);
            Fill(rows, vectors);
            var distances = new float[20];
            rows.Distances(rows.Row(3), [.. Enumerable.Range(0, 20)], distances);
            for (var row = 0; row < 20; row++)
            {
                var expected = Plain(Rounded(vectors[3]), Rounded(vectors[row]), metric);
                Assert.Equal(expected, distances[row], 1e-4 * (1 + dimension));
                Assert.Equal(Plain(vectors[3], vectors[row], metric), distances[row], 0.1 * Math.Sqrt(dimension) + 0.1);
            }

            Assert.True(rows.HasNearer(rows.Row(3), [1, 2, 4, 5], distances[4] + 0.01f));
        }
    }

    [Fact]
    public void Vectors_of_extreme_size_keep_finite_distances()
    {
        float[][] vectors = [[VectorCheck.MaxMagnitude, -VectorCheck.MaxMagnitude], [1e-30f, 1e-39f], [0, 0], [1e-42f, 0]];
        foreach (var metric in new[] { VectorMetric.L2, VectorMetric.Dot })
        {
            foreach (VectorRows rows in new VectorRows[] { new FloatVectorRows(2, metric), new ByteVectorRows(2, metric) })
            {
                Fill(rows, vectors);
                var distances = new float[4];
                for (var row = 0; row < 4; row++)
                {
                    rows.Distances(rows.Row(row), [0, 1, 2, 3], distances);
                    Assert.All(distances, distance => Assert.True(float.IsFinite(distance)));
                }
            }
        }
    }

    [Fact]
    public void Rows_keep_their_content_while_the_table_grows()
    {
        var rows = new AlignedRows<int>(33);
        for (var row = 0; row < 20_000; row++)
        {
            rows.EnsureCount(row + 1);
            Assert.Equal(0, rows[row][32]);
            rows[row].Fill(row);
        }

        for (var row = 0; row < 20_000; row++)
        {
            rows.Prefetch(row);
            Assert.Equal(row, rows[row][0]);
            Assert.Equal(row, rows[row][32]);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => rows[-1].Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => rows[1 << 28].Length);
    }

    [Fact]
    public void What_cannot_be_stored_is_named()
    {
        Assert.Null(VectorCheck.ProblemOf([0, 0], 2, VectorMetric.L2));
        Assert.Equal("has 3 numbers; the dimension is 2", VectorCheck.ProblemOf([1, 2, 3], 2, VectorMetric.L2));
        Assert.Contains("NaN at place 1", VectorCheck.ProblemOf([1, float.NaN], 2, VectorMetric.Dot), StringComparison.Ordinal);
        Assert.Contains("Infinity at place 0", VectorCheck.ProblemOf([float.PositiveInfinity, 1], 2, VectorMetric.Cosine), StringComparison.Ordinal);
        Assert.Contains("at most", VectorCheck.ProblemOf([1, 2e15f], 2, VectorMetric.L2), StringComparison.Ordinal);
        Assert.Contains("zero vector", VectorCheck.ProblemOf([0, 0], 2, VectorMetric.Cosine), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new FloatVectorRows(20, VectorMetric.L2).Distances(new byte[3], [], []));
    }

    internal static double Plain(float[] a, float[] b, VectorMetric metric)
    {
        double sum = 0;
        for (var index = 0; index < a.Length; index++)
        {
            sum += metric == VectorMetric.L2 ? ((double)a[index] - b[index]) * ((double)a[index] - b[index]) : -(double)a[index] * b[index];
        }

        return sum;
    }

    private static float[] Rounded(float[] vector)
    {
        var scale = vector.Max(MathF.Abs) / 127;
        return [.. vector.Select(value => scale * MathF.Round(value / scale))];
    }

    private static void Fill(VectorRows rows, float[][] vectors)
    {
        rows.EnsureCount(vectors.Length);
        for (var row = 0; row < vectors.Length; row++)
        {
            rows.Set(row, vectors[row]);
        }
    }

    private static float[][] Vectors(int count, int dimension, VectorMetric metric, ulong seed)
    {
        var random = RandomStream.For(seed, "vectors");
        var vectors = new float[count][];
        for (var row = 0; row < count; row++)
        {
            vectors[row] = new float[dimension];
            for (var index = 0; index < dimension; index++)
            {
                vectors[row][index] = (float)random.NextGaussian();
            }

            if (metric == VectorMetric.Cosine)
            {
                VectorCheck.Normalise(vectors[row], vectors[row]);
            }
        }

        return vectors;
    }
}
