using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Histograms;

namespace Vitrina.Tests.Kernels.Histograms;

public class GradientHistogramTests
{
    private const int Columns = 75;

    [Theory]
    [InlineData(1)]
    [InlineData(23)]
    [InlineData(1500)]
    public void Histograms_of_all_and_of_some_rows_equal_a_plain_sum(int rowCount)
    {
        (BinnedRows bins, GradientSum[] gradients) = Rows(rowCount, seed: 1);
        GradientHistogram all = new(Columns), some = new(Columns);
        int[] rows = [.. Enumerable.Range(0, rowCount).Where(row => row % 3 != 1)];
        foreach ((int first, int end) in new[] { (0, 8), (8, 10) })
        {
            all.FillAll(first, end, bins, gradients);
            some.Fill(first, end, bins, rows, [.. rows.Select(row => gradients[row])]);
        }

        for (int column = 0; column < Columns; column++)
        {
            Assert.Equal(Plain(bins, gradients, column, Enumerable.Range(0, rowCount)), all.Column(column).ToArray());
            Assert.Equal(Plain(bins, gradients, column, rows), some.Column(column).ToArray());
        }
    }

    [Fact]
    public void The_parent_less_one_child_is_the_other_child()
    {
        (BinnedRows bins, GradientSum[] gradients) = Rows(700, seed: 2);
        int[] left = [.. Enumerable.Range(0, 250)], right = [.. Enumerable.Range(250, 450)];
        GradientHistogram parent = new(Columns), child = new(Columns);
        parent.FillAll(0, 8, bins, gradients);
        child.Fill(0, 8, bins, left, gradients.AsSpan(0, 250));
        parent.Subtract(0, 8, child);
        for (int column = 0; column < 64; column++)
        {
            Assert.Equal(Plain(bins, gradients, column, right), parent.Column(column).ToArray());
        }
    }

    [Fact]
    public void No_rows_give_zeros_also_where_sums_stood()
    {
        (BinnedRows bins, GradientSum[] gradients) = Rows(50, seed: 3);
        GradientHistogram histogram = new(Columns);
        histogram.FillAll(0, 8, bins, gradients);
        histogram.Fill(0, 8, bins, [], []);
        Assert.All(Enumerable.Range(0, 64), column => Assert.False(histogram.Column(column).ContainsAnyExcept(default(GradientSum))));
    }

    [Fact]
    public void Dividing_keeps_the_order_on_both_sides()
    {
        (BinnedRows bins, _) = Rows(999, seed: 4);
        int[] rows = [.. Enumerable.Range(0, 999).Where(row => row % 5 != 0)], scratch = new int[rows.Length];
        byte[] goesLeft = new byte[256];
        goesLeft.AsSpan(0, 100).Fill(1);
        byte[] column = bins.Column(70).ToArray();
        int[] expected = [.. rows.Where(row => column[row] < 100), .. rows.Where(row => column[row] >= 100)];

        int leftCount = bins.Divide(rows, 70, goesLeft, scratch);

        Assert.Equal(expected, rows);
        Assert.Equal(rows.Count(row => column[row] < 100), leftCount);
    }

    [Fact]
    public void Sums_hold_gradients_hessians_and_counts_apart()
    {
        GradientSum sum = GradientSum.OfRow(-5, 7) + GradientSum.OfRow(3, 1L << 35);
        Assert.Equal((-2L, (1L << 35) + 7, 2), (sum.Gradient, sum.Hessian, sum.Count));
        Assert.Equal(GradientSum.OfRow(3, 1L << 35), sum - GradientSum.OfRow(-5, 7));
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(7, 1, 0.5)]
    [InlineData(254, 20, 0.001)]
    public void Scores_of_cuts_equal_the_plain_ones_to_the_bit(int binCount, int minCount, double l2)
    {
        RandomStream random = RandomStream.For(5, (ulong)binCount);
        GradientSum[] bins = new GradientSum[binCount];
        GradientSum missing = default, total = default;
        for (int row = 0; row < 2000; row++)
        {
            GradientSum one = GradientSum.OfRow((long)(random.NextGaussian() * 1e9), (long)(random.NextDouble() * 1e6));
            total += one;
            if (random.NextBool(0.1))
            {
                missing += one;
            }
            else
            {
                bins[random.NextInt(binCount)] += one;
            }
        }

        SplitLimits limits = new(1 / 1048576.0, 1 / 65536.0, l2, minCount, 0.5);
        double[] fast = new double[binCount], plain = new double[binCount];
        SplitScores.Write(bins, missing, total, limits, fast);
        SplitScores.WritePlain(bins, missing, total, limits, plain);
        Assert.Equal(plain, fast);
    }

    private static GradientSum[] Plain(BinnedRows bins, GradientSum[] gradients, int column, IEnumerable<int> rows)
    {
        GradientSum[] sums = new GradientSum[GradientHistogram.Bins];
        byte[] values = bins.Column(column).ToArray();
        foreach (int row in rows)
        {
            sums[values[row]] += gradients[row];
        }

        return sums;
    }

    private static (BinnedRows Bins, GradientSum[] Gradients) Rows(int rowCount, ulong seed)
    {
        RandomStream random = RandomStream.For(seed, "rows");
        BinnedRows bins = new(rowCount, Columns);
        GradientSum[] gradients = new GradientSum[rowCount];
        for (int row = 0; row < rowCount; row++)
        {
            gradients[row] = GradientSum.OfRow((long)(random.NextGaussian() * 1e6), random.NextInt(1000));
            for (int column = 0; column < Columns; column++)
            {
                bins.Column(column)[row] = (byte)random.NextInt(column < 10 ? 4 : 256);
            }
        }

        bins.Arrange(0, rowCount / 2);
        bins.Arrange(rowCount / 2, rowCount - (rowCount / 2));
        return (bins, gradients);
    }
}
