using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Vitrina.Kernels.Matrices;

/// <summary>The inner loop of products of float32 matrices: a tile of 8 rows by 32 columns.</summary>
/// <remarks>
/// Operands are packed, so that the loop reads memory in order: the left one as [depth][8], the right one as [depth][32]. The shape follows
/// Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008): the tile's sums stay in registers over the whole depth.
/// </remarks>
internal static unsafe class TileProduct
{
    /// <summary>Rows of a tile.</summary>
    public const int Rows = 8;

    /// <summary>Columns of a tile.</summary>
    public const int Columns = 32;

    /// <summary>The widest registers worth using here, in bits: 512 or 256; 0 leaves the loop to the compiler.</summary>
    public static int BestWidth => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 0;

    /// <summary>Adds the product of two packed operands to a tile.</summary>
    /// <param name="left">Shape [depth, 8].</param>
    /// <param name="right">Shape [depth, 32].</param>
    /// <param name="depth">How many products make a sum.</param>
    /// <param name="target">The tile's first element.</param>
    /// <param name="stride">Elements from one row of the tile to the next.</param>
    /// <param name="width">Register width, bits; see <see cref="BestWidth"/>.</param>
    public static void Add(float* left, float* right, int depth, float* target, nint stride, int width)
    {
        switch (width)
        {
            case 512:
                AddBy512(left, right, depth, target, stride);
                break;
            case 256:
                for (var column = 0; column < Columns; column += 16)
                {
                    AddBy256(left, right + column, depth, target + column, stride);
                    AddBy256(left + 4, right + column, depth, target + (4 * stride) + column, stride);
                }

                break;
            default:
                AddPlain(left, right, depth, target, stride);
                break;
        }
    }

    private static void AddPlain(float* left, float* right, int depth, float* target, nint stride)
    {
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
            {
                var sum = 0f;
                for (var k = 0; k < depth; k++)
                {
                    sum += left[(k * Rows) + row] * right[(k * Columns) + column];
                }

                target[(row * stride) + column] += sum;
            }
        }
    }

    private static void AddBy512(float* left, float* right, int depth, float* target, nint stride)
    {
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
        Vector512<float> b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default, b7 = default;
        for (var k = 0; k < depth; k++, left += Rows, right += Columns)
        {
            var first = Vector512.Load(right);
            var second = Vector512.Load(right + 16);
            var factor = Vector512.Create(left[0]);
            (a0, b0) = (Vector512.FusedMultiplyAdd(factor, first, a0), Vector512.FusedMultiplyAdd(factor, second, b0));
            factor = Vector512.Create(left[1]);
            (a1, b1) = (Vector512.FusedMultiplyAdd(factor, first, a1), Vector512.FusedMultiplyAdd(factor, second, b1));
            factor = Vector512.Create(left[2]);
            (a2, b2) = (Vector512.FusedMultiplyAdd(factor, first, a2), Vector512.FusedMultiplyAdd(factor, second, b2));
            factor = Vector512.Create(left[3]);
            (a3, b3) = (Vector512.FusedMultiplyAdd(factor, first, a3), Vector512.FusedMultiplyAdd(factor, second, b3));
            factor = Vector512.Create(left[4]);
            (a4, b4) = (Vector512.FusedMultiplyAdd(factor, first, a4), Vector512.FusedMultiplyAdd(factor, second, b4));
            factor = Vector512.Create(left[5]);
            (a5, b5) = (Vector512.FusedMultiplyAdd(factor, first, a5), Vector512.FusedMultiplyAdd(factor, second, b5));
            factor = Vector512.Create(left[6]);
            (a6, b6) = (Vector512.FusedMultiplyAdd(factor, first, a6), Vector512.FusedMultiplyAdd(factor, second, b6));
            factor = Vector512.Create(left[7]);
            (a7, b7) = (Vector512.FusedMultiplyAdd(factor, first, a7), Vector512.FusedMultiplyAdd(factor, second, b7));
        }

        Store(target, a0, b0);
        Store(target + stride, a1, b1);
        Store(target + (2 * stride), a2, b2);
        Store(target + (3 * stride), a3, b3);
        Store(target + (4 * stride), a4, b4);
        Store(target + (5 * stride), a5, b5);
        Store(target + (6 * stride), a6, b6);
        Store(target + (7 * stride), a7, b7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* target, Vector512<float> first, Vector512<float> second)
    {
        (Vector512.Load(target) + first).Store(target);
        (Vector512.Load(target + 16) + second).Store(target + 16);
    }

    /// <summary>A quarter of the tile: 4 rows by 16 columns.</summary>
    private static void AddBy256(float* left, float* right, int depth, float* target, nint stride)
    {
        Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default;
        Vector256<float> b0 = default, b1 = default, b2 = default, b3 = default;
        for (var k = 0; k < depth; k++, left += Rows, right += Columns)
        {
            var first = Vector256.Load(right);
            var second = Vector256.Load(right + 8);
            var factor = Vector256.Create(left[0]);
            (a0, b0) = (Vector256.FusedMultiplyAdd(factor, first, a0), Vector256.FusedMultiplyAdd(factor, second, b0));
            factor = Vector256.Create(left[1]);
            (a1, b1) = (Vector256.FusedMultiplyAdd(factor, first, a1), Vector256.FusedMultiplyAdd(factor, second, b1));
            factor = Vector256.Create(left[2]);
            (a2, b2) = (Vector256.FusedMultiplyAdd(factor, first, a2), Vector256.FusedMultiplyAdd(factor, second, b2));
            factor = Vector256.Create(left[3]);
            (a3, b3) = (Vector256.FusedMultiplyAdd(factor, first, a3), Vector256.FusedMultiplyAdd(factor, second, b3));
        }

        Store(target, a0, b0);
        Store(target + stride, a1, b1);
        Store(target + (2 * stride), a2, b2);
        Store(target + (3 * stride), a3, b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* target, Vector256<float> first, Vector256<float> second)
    {
        (Vector256.Load(target) + first).Store(target);
        (Vector256.Load(target + 8) + second).Store(target + 8);
    }
}
