using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Matrices;

namespace Vitrina.Tests.Kernels.Matrices;

public sealed class SymmetricInverseTests
{
    [Theory]
    [InlineData(0, 512)]
    [InlineData(1, 512)]
    [InlineData(7, 256)]
    [InlineData(31, 0)]
    [InlineData(128, 512)]
    [InlineData(129, 256)]
    [InlineData(200, 0)]
    [InlineData(261, 512)]
    [InlineData(389, 256)]
    public void A_matrix_times_its_inverse_is_the_identity(int size, int width)
    {
        var matrix = RandomMatrix(size, 3);
        var inverse = (float[])matrix.Clone();

        SymmetricInverse.Invert(inverse, size, 2, width, cancellation: TestContext.Current.CancellationToken);

        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < size; column++)
            {
                Assert.Equal(inverse[(row * size) + column], inverse[(column * size) + row]);
                var sum = 0d;
                for (var k = 0; k < size; k++)
                {
                    sum += (double)matrix[(row * size) + k] * inverse[(k * size) + column];
                }

                Assert.Equal(row == column ? 1 : 0, sum, 2e-4);
            }
        }
    }

    [Fact]
    public void Only_the_lower_triangle_is_read_and_threads_change_nothing()
    {
        const int Size = 300;
        var whole = RandomMatrix(Size, 5);
        var lower = (float[])whole.Clone();
        for (var row = 0; row < Size; row++)
        {
            lower.AsSpan((row * Size) + row + 1, Size - row - 1).Fill(float.NaN);
        }

        SymmetricInverse.Invert(whole, Size, 1, cancellation: TestContext.Current.CancellationToken);
        SymmetricInverse.Invert(lower, Size, 3, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(whole, lower);
    }

    [Fact]
    public void A_matrix_that_is_not_positive_definite_is_refused()
    {
        var matrix = RandomMatrix(150, 1);
        matrix[(140 * 150) + 140] = -1;

        var error = Assert.Throws<ArithmeticException>(() => SymmetricInverse.Invert(matrix, 150, cancellation: TestContext.Current.CancellationToken));

        Assert.Contains("not positive definite", error.Message, StringComparison.Ordinal);
    }

    private static float[] RandomMatrix(int size, ulong seed)
    {
        var random = RandomStream.For(seed, "matrix");
        var factors = new float[size * 8];
        for (var i = 0; i < factors.Length; i++)
        {
            factors[i] = (float)random.NextGaussian();
        }

        var matrix = new float[size * size];
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < size; column++)
            {
                var sum = row == column ? 3f : 0f;
                for (var k = 0; k < 8; k++)
                {
                    sum += factors[(row * 8) + k] * factors[(column * 8) + k];
                }

                matrix[(row * size) + column] = sum;
            }
        }

        return matrix;
    }
}
