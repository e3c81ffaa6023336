using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Vitrina.Kernels.Vectors;

/// <summary>A growing table of rows of one length, each at a multiple of 64 bytes when the row is one, in memory that never moves.</summary>
/// <remarks>
/// One thread grows it. Rows keep their addresses, so any number of threads read and write rows that they know of while it grows; who may write
/// which row is the owner's matter. Rows begin as zeros.
/// </remarks>
public sealed unsafe class AlignedRows<T>
    where T : unmanaged
{
    private const int Alignment = 64;
    private const int ChunkBytes = 1 << 19;

    private readonly int _chunkLog2;
    private readonly int _chunkMask;

    // The arrays keep alive what the addresses point to.
    private T[][] _chunks = [];
    private nint[] _starts = [];
    private int _count;

    /// <summary>An empty table.</summary>
    /// <param name="rowLength">Elements in a row, at least 1.</param>
    public AlignedRows(int rowLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowLength, 1);
        RowLength = rowLength;
        _chunkLog2 = Math.Max(0, (int)Math.Log2(Math.Max(1, ChunkBytes / (rowLength * sizeof(T)))));
        _chunkMask = (1 << _chunkLog2) - 1;
    }

    /// <summary>Elements in a row.</summary>
    public int RowLength { get; }

    /// <summary>Rows there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Memory held, in bytes.</summary>
    public long Bytes => (long)_chunks.Length * ((long)RowLength * sizeof(T) << _chunkLog2);

    /// <summary>A row.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public Span<T> this[int row] => new(At(row), RowLength);

    /// <summary>Appends rows of zeros until there are <paramref name="count"/>.</summary>
    public void EnsureCount(int count)
    {
        var needed = (int)(((long)count + _chunkMask) >> _chunkLog2);
        if (needed > _chunks.Length)
        {
            var (chunks, starts) = (_chunks, _starts);
            Array.Resize(ref chunks, needed);
            Array.Resize(ref starts, needed);
            for (var index = _chunks.Length; index < needed; index++)
            {
                chunks[index] = GC.AllocateArray<T>((RowLength << _chunkLog2) + (Alignment / sizeof(T)), pinned: true);
                var start = (nint)Unsafe.AsPointer(ref chunks[index][0]);
                starts[index] = (start + Alignment - 1) & ~(nint)(Alignment - 1);
            }

            _chunks = chunks;
            Volatile.Write(ref _starts, starts);
        }

        if (count > _count)
        {
            Volatile.Write(ref _count, count);
        }
    }

    /// <summary>Asks memory for the first 128 bytes of a row, which are needed soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int row)
    {
        if (Sse.IsSupported)
        {
            var start = (byte*)At(row);
            Sse.Prefetch0(start);
            Sse.Prefetch0(start + Alignment);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal T* At(int row)
    {
        var starts = _starts;
        var chunk = (uint)row >> _chunkLog2;
        if (chunk >= (uint)starts.Length)
        {
            ThrowOutOfRange(row);
        }

        return (T*)starts[chunk] + (nint)(row & _chunkMask) * RowLength;
    }

    private void ThrowOutOfRange(int row) => throw new ArgumentOutOfRangeException(nameof(row), row, $"The table has {_count} rows.");
}
