using Vitrina.Kernels.Chance;
using Vitrina.Learning.Recommending;
using Vitrina.Learning.Recommending.Sources;

namespace Vitrina.Tests.Learning.Recommending;

/// <summary>The regression over nearby items against elimination in float64.</summary>
public sealed class NearbyRegressionTests
{
    private const int Items = RandomHistories.Items;
    private readonly double[,] _products = new double[Items, Items];
    private readonly double[,] _right = new double[Items, Items];

    public NearbyRegressionTests()
    {
        RandomStream random = RandomStream.For(8, "data");
        for (int row = 0; row < 300; row++)
        {
            double[] before = [.. Enumerable.Range(0, Items).Select(_ => random.NextBool(0.2) ? random.NextDouble() : 0)];
            int next = random.NextInt(Items);
            for (int item = 0; item < Items; item++)
            {
                _right[item, next] += before[item];
                for (int other = 0; other < Items; other++)
                {
                    _products[item, other] += before[item] * before[other];
                }
            }
        }
    }

    [Theory]
    [InlineData(6, true, 0)]
    [InlineData(6, false, 0.2)]
    [InlineData(25, true, 0.2)]
    [InlineData(1000, false, 0)]
    [InlineData(1000, true, 0.2)]
    public void An_item_is_explained_by_the_items_that_alone_say_most(int neighbours, bool explainsItself, double attributeWeight)
    {
        const double Ridge = 2;
        ItemAttributes attributes = RandomHistories.Attributes();
        float[] diagonal = [.. Enumerable.Range(0, Items).Select(item => (float)(_products[item, item] + Ridge))];
        NearbyRegression regression = new(Sparse((row, column) => _products[row, column]), diagonal, attributes, attributeWeight, explainsItself);
        CsrMatrix weights = regression.Solve(Sparse((row, column) => _right[column, row]), neighbours);
        for (int target = 0; target < Items; target++)
        {
            double Left(int item, int other) => _products[item, other] + (item == other ? Ridge : 0) + (attributeWeight * Shared(attributes, item, other));
            double Right(int item) => _right[item, target] + (attributeWeight * Shared(attributes, item, target));
            int[] chosen =
            [
                .. Enumerable.Range(0, Items).Where(item => (explainsItself || item != target) && Right(item) != 0)
                    .OrderByDescending(item => Right(item) * Right(item) / Left(item, item)).Take(neighbours),
            ];
            double[] expected = Eliminate(
                [.. chosen.Select(item => (double[])[.. chosen.Select(other => Left(item, other)), Right(item)])]);
            float[] found = [.. Enumerable.Range(0, Items).Select(item => Entry(weights, item, target))];
            for (int place = 0; place < chosen.Length; place++)
            {
                Assert.Equal(expected[place], found[chosen[place]], 1e-3);
                found[chosen[place]] = 0;
            }

            Assert.All(found, rest => Assert.Equal(0, rest));
        }
    }

    [Fact]
    public void An_item_that_nothing_speaks_for_has_no_equation()
    {
        CsrMatrix nothing = Sparse((_, _) => 0);
        float[] diagonal = new float[Items];
        Array.Fill(diagonal, 1);
        Assert.Equal(0, new NearbyRegression(nothing, diagonal, null, 0, true).Solve(nothing, 5).EntryCount);
    }

    private static double Shared(ItemAttributes attributes, int item, int other)
        => attributes.ByItem.ColumnsOf(item).ToArray().Intersect(attributes.ByItem.ColumnsOf(other).ToArray()).Sum(attribute => (double)attributes.Idf[attribute] * attributes.Idf[attribute]);

    private static CsrMatrix Sparse(Func<int, int, double> value) => CsrRows.Build(Items, Items, int.MaxValue, (row, sums) =>
    {
        for (int column = Items - 1; column >= 0; column--)
        {
            if (value(row, column) is var entry and not 0)
            {
                sums.Add(column, (float)entry);
            }
        }
    });

    private static float Entry(CsrMatrix matrix, int row, int column)
        => matrix.ColumnsOf(row).IndexOf(column) is var place and >= 0 ? matrix.ValuesOf(row)[place] : 0;

    private static double[] Eliminate(double[][] rows)
    {
        int size = rows.Length;
        for (int pivot = 0; pivot < size; pivot++)
        {
            for (int row = 0; row < size; row++)
            {
                double factor = row == pivot ? 0 : rows[row][pivot] / rows[pivot][pivot];
                for (int column = pivot; factor != 0 && column <= size; column++)
                {
                    rows[row][column] -= factor * rows[pivot][column];
                }
            }
        }

        return [.. rows.Select((row, pivot) => row[size] / row[pivot])];
    }
}
