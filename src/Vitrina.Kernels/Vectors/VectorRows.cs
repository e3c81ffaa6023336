using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Vitrina.Kernels.Vectors;

/// <summary>Stored vectors of one dimension and metric, and the distances from a vector to many of them. Smaller is nearer for every metric.</summary>
/// <remarks>
/// The distance is the squared Euclidean one under <see cref="VectorMetric.L2"/>, minus the dot product otherwise. Stored rows and queries have
/// one encoding, so that a row may be asked as a query. One thread sets rows; reading is safe for any number of threads.
/// </remarks>
public abstract unsafe class VectorRows
{
    private protected const int LineBytes = 64;

    private protected VectorRows(int dimension, VectorMetric metric, int rowBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        Dimension = dimension;
        Metric = metric;
        Rows = new AlignedRows<byte>(rowBytes);
    }

    /// <summary>Numbers in a vector.</summary>
    public int Dimension { get; }

    /// <summary>How near two vectors are.</summary>
    public VectorMetric Metric { get; }

    /// <summary>Bytes of a row and of a query.</summary>
    public int RowBytes => Rows.RowLength;

    /// <summary>Memory held, in bytes.</summary>
    public long Bytes => Rows.Bytes;

    private protected AlignedRows<byte> Rows { get; }

    /// <summary>Appends rows of zeros until there are <paramref name="count"/>.</summary>
    public void EnsureCount(int count) => Rows.EnsureCount(count);

    /// <summary>A row in its encoding, to be asked as a query.</summary>
    public ReadOnlySpan<byte> Row(int row) => Rows[row];

    /// <summary>Asks memory for the beginning of a row, which is needed soon: the whole of it where it is codes of up to 96 numbers.</summary>
    public void Prefetch(int row) => Rows.Prefetch(row);

    /// <summary>Stores a vector, shape [Dimension], of finite numbers; under cosine of length 1.</summary>
    public void Set(int row, ReadOnlySpan<float> vector) => Encode(vector, Rows[row]);

    /// <summary>Encodes a vector as a query.</summary>
    /// <param name="vector">Shape [Dimension], finite numbers; under cosine of length 1.</param>
    /// <param name="encoded">Receives the encoding, shape [RowBytes].</param>
    public abstract void Encode(ReadOnlySpan<float> vector, Span<byte> encoded);

    /// <summary>Distances from a query to rows.</summary>
    /// <param name="query">An encoded vector, shape [RowBytes].</param>
    /// <param name="rows">The rows.</param>
    /// <param name="distances">Receives the distances, shape [rows].</param>
    /// <remarks>Asks memory for rows ahead of their turn. Allocates nothing.</remarks>
    public abstract void Distances(ReadOnlySpan<byte> query, ReadOnlySpan<int> rows, Span<float> distances);

    /// <summary>Whether any of the rows is nearer to the query than <paramref name="limit"/>.</summary>
    /// <param name="query">An encoded vector, shape [RowBytes].</param>
    /// <param name="rows">The rows, asked in their order.</param>
    /// <param name="limit">A distance.</param>
    public abstract bool HasNearer(ReadOnlySpan<byte> query, ReadOnlySpan<int> rows, float limit);

    private protected static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;

    private protected void Check(ReadOnlySpan<byte> query, int rowCount, int distanceCount)
    {
        if (query.Length != RowBytes || distanceCount < rowCount)
        {
            throw new ArgumentException($"A query of {query.Length} bytes and room for {distanceCount} distances; {RowBytes} bytes and {rowCount} distances are needed.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected static void Prefetch(byte* row, int bytes)
    {
        if (Sse.IsSupported)
        {
            for (var offset = 0; offset < bytes; offset += LineBytes)
            {
                Sse.Prefetch0(row + offset);
            }
        }
    }
}
