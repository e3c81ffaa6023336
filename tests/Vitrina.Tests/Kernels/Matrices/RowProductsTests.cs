using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Matrices;

namespace Vitrina.Tests.Kernels.Matrices;

public sealed class RowProductsTests
{
    [Theory]
    [InlineData(0, 16)]
    [InlineData(1, 64)]
    [InlineData(4, 16)]
    [InlineData(11, 48)]
    [InlineData(9, 7)]
    public void Both_products_equal_the_plain_loops(int count, int dimensions)
    {
        var random = RandomStream.For(4, "rows");
        var rows = Numbers(ref random, count * dimensions);
        var vector = Numbers(ref random, dimensions);
        var factors = Numbers(ref random, count);
        var products = new float[count];
        var sum = (float[])vector.Clone();

        RowProducts.Multiply(rows, vector, products);
        RowProducts.Add(rows, factors, sum);

        for (var row = 0; row < count; row++)
        {
            Assert.Equal(Enumerable.Range(0, dimensions).Sum(i => (double)rows[(row * dimensions) + i] * vector[i]), products[row], 1e-4);
        }

        for (var i = 0; i < dimensions; i++)
        {
            Assert.Equal(vector[i] + Enumerable.Range(0, count).Sum(row => (double)rows[(row * dimensions) + i] * factors[row]), sum[i], 1e-4);
        }
    }

    private static float[] Numbers(ref RandomStream random, int count)
    {
        var numbers = new float[count];
        for (var i = 0; i < count; i++)
        {
            numbers[i] = (float)random.NextGaussian();
        }

        return numbers;
    }
}
