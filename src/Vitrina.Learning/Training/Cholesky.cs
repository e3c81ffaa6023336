using System.Numerics.Tensors;

namespace Vitrina.Learning.Training;

/// <summary>Solves symmetric positive definite systems.</summary>
internal static class Cholesky
{
    /// <summary>Solves A x = b.</summary>
    /// <param name="matrix">Lower triangle of A, row-major, shape [n x n]; kept.</param>
    /// <param name="right">b, shape [n].</param>
    /// <param name="solution">Receives x, shape [n].</param>
    /// <remarks>When rounding leaves a pivot at or below 0, a ridge is added to the diagonal and grown tenfold until the factor exists.</remarks>
    public static void Solve(double[] matrix, double[] right, double[] solution)
    {
        int n = right.Length;
        double[] factor = Factor(matrix, n);
        for (int i = 0; i < n; i++)
        {
            double sum = right[i] - TensorPrimitives.Dot<double>(factor.AsSpan(i * n, i), solution.AsSpan(0, i));
            solution[i] = sum / factor[(i * n) + i];
        }

        for (int i = n - 1; i >= 0; i--)
        {
            double sum = solution[i];
            for (int k = i + 1; k < n; k++)
            {
                sum -= factor[(k * n) + i] * solution[k];
            }

            solution[i] = sum / factor[(i * n) + i];
        }
    }

    /// <summary>The lower triangle L of A + ridge = L Lᵀ, row-major, shape [n x n].</summary>
    /// <param name="matrix">Lower triangle of A, row-major, shape [n x n]; kept.</param>
    /// <param name="n">Rows of A.</param>
    /// <param name="leastRidge">What is added to the diagonal in any case, as a share of its largest element.</param>
    /// <remarks>When rounding leaves a pivot at or below 0, a ridge is added to the diagonal and grown tenfold until the factor exists.</remarks>
    public static double[] Factor(double[] matrix, int n, double leastRidge = 0)
    {
        double[] factor = new double[n * n];
        double largest = 0;
        for (int i = 0; i < n; i++)
        {
            largest = Math.Max(largest, Math.Abs(matrix[(i * n) + i]));
        }

        double ridge = leastRidge * largest;
        while (!TryFactor(matrix, factor, n, ridge))
        {
            ridge = ridge == 0 ? 1e-14 * Math.Max(largest, 1e-290) : ridge * 10;
        }

        return factor;
    }

    private static bool TryFactor(double[] matrix, double[] factor, int n, double ridge)
    {
        for (int i = 0; i < n; i++)
        {
            Span<double> row = factor.AsSpan(i * n, n);
            for (int j = 0; j < i; j++)
            {
                row[j] = (matrix[(i * n) + j] - TensorPrimitives.Dot<double>(row[..j], factor.AsSpan(j * n, j))) / factor[(j * n) + j];
            }

            double pivot = matrix[(i * n) + i] + ridge - TensorPrimitives.Dot<double>(row[..i], row[..i]);
            if (!(pivot > 0))
            {
                return false;
            }

            row[i] = Math.Sqrt(pivot);
        }

        return true;
    }
}
