using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Vitrina.Kernels.Matrices;

/// <summary>Products of a short float32 matrix with a vector, from the left and from the right, four rows at a time.</summary>
/// <remarks>Sums are formed in another order than in a plain loop, so results differ from it by rounding, and between processors.</remarks>
public static unsafe class RowProducts
{
    private const int Lanes = 16;

    /// <summary>The product of each row with a vector.</summary>
    /// <param name="rows">Row-major, shape [count, dimensions].</param>
    /// <param name="vector">Shape [dimensions].</param>
    /// <param name="products">Receives the products, shape [count].</param>
    public static void Multiply(ReadOnlySpan<float> rows, ReadOnlySpan<float> vector, Span<float> products)
    {
        var (count, dimensions) = (products.Length, vector.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Length, count * dimensions, nameof(rows));
        var row = 0;
        if (Vector512.IsHardwareAccelerated && Sse3.IsSupported && dimensions % Lanes == 0)
        {
            fixed (float* first = rows, x = vector, result = products)
            {
                for (; row + 4 <= count; row += 4)
                {
                    FourProducts(first + ((nint)row * dimensions), x, dimensions).Store(result + row);
                }
            }
        }

        for (; row < count; row++)
        {
            products[row] = TensorPrimitives.Dot(rows.Slice(row * dimensions, dimensions), vector);
        }
    }

    /// <summary>Adds each row, times its factor, to a vector.</summary>
    /// <param name="rows">Row-major, shape [count, dimensions].</param>
    /// <param name="factors">Shape [count].</param>
    /// <param name="sum">Is added to, shape [dimensions].</param>
    public static void Add(ReadOnlySpan<float> rows, ReadOnlySpan<float> factors, Span<float> sum)
    {
        var (count, dimensions) = (factors.Length, sum.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Length, count * dimensions, nameof(rows));
        var row = 0;
        if (Vector512.IsHardwareAccelerated && dimensions % Lanes == 0)
        {
            fixed (float* first = rows, factor = factors, result = sum)
            {
                for (; row + 4 <= count; row += 4)
                {
                    AddFour(first + ((nint)row * dimensions), factor + row, result, dimensions);
                }
            }
        }

        for (; row < count; row++)
        {
            TensorPrimitives.MultiplyAdd(rows.Slice(row * dimensions, dimensions), factors[row], sum, sum);
        }
    }

    private static Vector128<float> FourProducts(float* row, float* x, int dimensions)
    {
        Vector512<float> a = default, b = default, c = default, d = default;
        for (var i = 0; i < dimensions; i += Lanes)
        {
            var values = Vector512.Load(x + i);
            a = Vector512.FusedMultiplyAdd(Vector512.Load(row + i), values, a);
            b = Vector512.FusedMultiplyAdd(Vector512.Load(row + dimensions + i), values, b);
            c = Vector512.FusedMultiplyAdd(Vector512.Load(row + (2 * dimensions) + i), values, c);
            d = Vector512.FusedMultiplyAdd(Vector512.Load(row + (3 * dimensions) + i), values, d);
        }

        return Sse3.HorizontalAdd(Sse3.HorizontalAdd(Quarter(a), Quarter(b)), Sse3.HorizontalAdd(Quarter(c), Quarter(d)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Quarter(Vector512<float> sums)
    {
        var half = sums.GetLower() + sums.GetUpper();
        return half.GetLower() + half.GetUpper();
    }

    private static void AddFour(float* row, float* factors, float* sum, int dimensions)
    {
        var (a, b) = (Vector512.Create(factors[0]), Vector512.Create(factors[1]));
        var (c, d) = (Vector512.Create(factors[2]), Vector512.Create(factors[3]));
        for (var i = 0; i < dimensions; i += Lanes)
        {
            var first = Vector512.FusedMultiplyAdd(a, Vector512.Load(row + i), Vector512.Load(sum + i));
            var second = b * Vector512.Load(row + dimensions + i);
            first = Vector512.FusedMultiplyAdd(c, Vector512.Load(row + (2 * dimensions) + i), first);
            second = Vector512.FusedMultiplyAdd(d, Vector512.Load(row + (3 * dimensions) + i), second);
            (first + second).Store(sum + i);
        }
    }
}
