using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Vitrina.Kernels.Vectors;

/// <summary>Vectors as they are, 32 bits a number, padded with zeros to whole cache lines.</summary>
public sealed unsafe class FloatVectorRows : VectorRows
{
    private const int LineFloats = LineBytes / sizeof(float);

    // Rows in flight: more do not help, as a core has about sixteen places for outstanding lines.
    private const int RowsAhead = 3;

    private readonly int _length;

    /// <summary>No vectors yet.</summary>
    /// <param name="dimension">Numbers in a vector.</param>
    /// <param name="metric">How near two vectors are.</param>
    public FloatVectorRows(int dimension, VectorMetric metric)
        : base(dimension, metric, RoundUp(dimension, LineFloats) * sizeof(float)) => _length = RoundUp(dimension, LineFloats);

    /// <summary>A stored vector, shape [Dimension].</summary>
    public ReadOnlySpan<float> Vector(int row) => MemoryMarshal.Cast<byte, float>(Rows[row])[..Dimension];

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<float> vector, Span<byte> encoded)
    {
        var numbers = MemoryMarshal.Cast<byte, float>(encoded);
        vector[..Dimension].CopyTo(numbers);
        numbers[Dimension.._length].Clear();
    }

    /// <inheritdoc/>
    public override void Distances(ReadOnlySpan<byte> query, ReadOnlySpan<int> rows, Span<float> distances)
    {
        Check(query, rows.Length, distances.Length);
        if (Metric == VectorMetric.L2)
        {
            Distances<SquaredDifference>(query, rows, distances);
        }
        else
        {
            Distances<NegatedProduct>(query, rows, distances);
        }
    }

    /// <inheritdoc/>
    public override bool HasNearer(ReadOnlySpan<byte> query, ReadOnlySpan<int> rows, float limit)
    {
        Check(query, 0, 0);
        fixed (byte* start = query)
        {
            foreach (var row in rows)
            {
                var other = (float*)Rows.At(row);
                if ((Metric == VectorMetric.L2 ? Sum<SquaredDifference>((float*)start, other) : Sum<NegatedProduct>((float*)start, other)) < limit)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void Distances<TTerm>(ReadOnlySpan<byte> query, ReadOnlySpan<int> rows, Span<float> distances)
        where TTerm : struct, ITerm
    {
        for (var index = 0; index < Math.Min(RowsAhead, rows.Length); index++)
        {
            Prefetch(Rows.At(rows[index]), RowBytes);
        }

        fixed (byte* start = query)
        {
            for (var index = 0; index < rows.Length; index++)
            {
                if (index + RowsAhead < rows.Length)
                {
                    Prefetch(Rows.At(rows[index + RowsAhead]), RowBytes);
                }

                distances[index] = Sum<TTerm>((float*)start, (float*)Rows.At(rows[index]));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float Sum<TTerm>(float* a, float* b)
        where TTerm : struct, ITerm
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return SumBy16<TTerm>(a, b, _length);
        }

        return Vector256.IsHardwareAccelerated ? SumBy8<TTerm>(a, b, _length) : SumBy4<TTerm>(a, b, _length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float SumBy16<TTerm>(float* a, float* b, int length)
        where TTerm : struct, ITerm
    {
        Vector512<float> even = Vector512<float>.Zero, odd = Vector512<float>.Zero;
        var at = 0;
        for (; at + 32 <= length; at += 32)
        {
            even = TTerm.Add(even, Vector512.Load(a + at), Vector512.Load(b + at));
            odd = TTerm.Add(odd, Vector512.Load(a + at + 16), Vector512.Load(b + at + 16));
        }

        if (at < length)
        {
            even = TTerm.Add(even, Vector512.Load(a + at), Vector512.Load(b + at));
        }

        return Vector512.Sum(even + odd);
    }

    private static float SumBy8<TTerm>(float* a, float* b, int length)
        where TTerm : struct, ITerm
    {
        Vector256<float> even = Vector256<float>.Zero, odd = Vector256<float>.Zero;
        for (var at = 0; at < length; at += 16)
        {
            even = TTerm.Add(even, Vector256.Load(a + at), Vector256.Load(b + at));
            odd = TTerm.Add(odd, Vector256.Load(a + at + 8), Vector256.Load(b + at + 8));
        }

        return Vector256.Sum(even + odd);
    }

    private static float SumBy4<TTerm>(float* a, float* b, int length)
        where TTerm : struct, ITerm
    {
        Vector128<float> even = Vector128<float>.Zero, odd = Vector128<float>.Zero;
        for (var at = 0; at < length; at += 8)
        {
            even = TTerm.Add(even, Vector128.Load(a + at), Vector128.Load(b + at));
            odd = TTerm.Add(odd, Vector128.Load(a + at + 4), Vector128.Load(b + at + 4));
        }

        return Vector128.Sum(even + odd);
    }

    private interface ITerm
    {
        static abstract Vector512<float> Add(Vector512<float> sum, Vector512<float> a, Vector512<float> b);

        static abstract Vector256<float> Add(Vector256<float> sum, Vector256<float> a, Vector256<float> b);

        static abstract Vector128<float> Add(Vector128<float> sum, Vector128<float> a, Vector128<float> b);
    }

    private readonly struct SquaredDifference : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Add(Vector512<float> sum, Vector512<float> a, Vector512<float> b) => Vector512.MultiplyAddEstimate(a - b, a - b, sum);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Add(Vector256<float> sum, Vector256<float> a, Vector256<float> b) => Vector256.MultiplyAddEstimate(a - b, a - b, sum);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<float> Add(Vector128<float> sum, Vector128<float> a, Vector128<float> b) => Vector128.MultiplyAddEstimate(a - b, a - b, sum);
    }

    private readonly struct NegatedProduct : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Add(Vector512<float> sum, Vector512<float> a, Vector512<float> b) => Vector512.MultiplyAddEstimate(-a, b, sum);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Add(Vector256<float> sum, Vector256<float> a, Vector256<float> b) => Vector256.MultiplyAddEstimate(-a, b, sum);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<float> Add(Vector128<float> sum, Vector128<float> a, Vector128<float> b) => Vector128.MultiplyAddEstimate(-a, b, sum);
    }
}
