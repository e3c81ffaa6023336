using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Vitrina.Kernels.Histograms;

/// <summary>Sums of gradients by column and bin, shape [columns x 256].</summary>
/// <remarks>
/// Columns come in blocks of <see cref="BlockColumns"/>: the histograms of one block fill the first-level cache. Not for concurrent writing of the same block; different blocks may be written at once.
/// </remarks>
public sealed unsafe class GradientHistogram
{
    /// <summary>Bins of a column: one byte.</summary>
    public const int Bins = 256;

    /// <summary>Columns of a block.</summary>
    public const int BlockColumns = 8;

    // Rows ahead of which a scattered row's bins are asked for: the time of a miss to memory (about 100 ns) at 4 to 5 ns a row.
    private const int Ahead = 24;
    // Rows summed block after block before the next ones are fetched: their lines (64 KB) stay in the second-level cache meanwhile.
    private const int TileRows = 1024;
    private const int LineBlocks = BinnedRows.LineColumns / BlockColumns;
    private const int Alignment = 64;
    private readonly GradientSum[] _memory;
    private readonly GradientSum* _bins;

    /// <summary>Makes a histogram of zeros.</summary>
    /// <param name="columns">Number of columns; rounded up to whole blocks.</param>
    public GradientHistogram(int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        Columns = (columns + BlockColumns - 1) / BlockColumns * BlockColumns;
        _memory = GC.AllocateArray<GradientSum>((Columns * Bins) + (Alignment / sizeof(GradientSum)), pinned: true);
        nint address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        _bins = (GradientSum*)((address + Alignment - 1) / Alignment * Alignment);
    }

    /// <summary>Columns, in whole blocks.</summary>
    public int Columns { get; }

    /// <summary>Bytes that a histogram of so many columns takes.</summary>
    public static long BytesOf(int columns) => (long)columns * Bins * sizeof(GradientSum);

    /// <summary>The bins of one column, shape [256].</summary>
    public Span<GradientSum> Column(int column)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)Columns);
        return new Span<GradientSum>(_bins + (column * Bins), Bins);
    }

    /// <summary>Sets the bins of some blocks to the sums over all rows.</summary>
    /// <param name="firstBlock">First block.</param>
    /// <param name="endBlock">The block behind the last one; on the same line as the first.</param>
    /// <param name="bins">Bins of all rows.</param>
    /// <param name="gradients">Sum of each row, shape [rows].</param>
    public void FillAll(int firstBlock, int endBlock, BinnedRows bins, ReadOnlySpan<GradientSum> gradients)
    {
        Check(firstBlock, endBlock, bins, bins?.RowCount ?? 0, gradients.Length);
        Vector128<long>* target = Cleared(firstBlock, endBlock);
        fixed (GradientSum* gradient = gradients)
        {
            for (int from = 0; from < gradients.Length; from += TileRows)
            {
                int count = Math.Min(TileRows, gradients.Length - from);
                for (int block = firstBlock; block < endBlock; block++)
                {
                    byte* source = SourceOf(bins!, block) + ((long)from * BinnedRows.LineColumns);
                    AddAll(target + ((block - firstBlock) * BlockColumns * Bins), source, (Vector128<long>*)gradient + from, count);
                }
            }
        }
    }

    /// <summary>Sets the bins of some blocks to the sums over some rows.</summary>
    /// <param name="firstBlock">First block.</param>
    /// <param name="endBlock">The block behind the last one; on the same line as the first.</param>
    /// <param name="bins">Bins of all rows.</param>
    /// <param name="rows">The rows to sum, each below the row count.</param>
    /// <param name="gradients">Sum of each of those rows, in their order.</param>
    /// <remarks>Cost: one 16-byte addition in cache per row and column; allocates nothing.</remarks>
    public void Fill(int firstBlock, int endBlock, BinnedRows bins, ReadOnlySpan<int> rows, ReadOnlySpan<GradientSum> gradients)
    {
        Check(firstBlock, endBlock, bins, rows.Length, gradients.Length);
        Vector128<long>* target = Cleared(firstBlock, endBlock);
        fixed (int* row = rows)
        fixed (GradientSum* gradient = gradients)
        {
            for (int from = 0; from < gradients.Length; from += TileRows)
            {
                int count = Math.Min(TileRows, gradients.Length - from);
                for (int block = firstBlock; block < endBlock; block++)
                {
                    AddRows(target + ((block - firstBlock) * BlockColumns * Bins), SourceOf(bins, block), row + from, (Vector128<long>*)gradient + from, count);
                }
            }
        }
    }

    /// <summary>Takes the sums of some blocks of another histogram away: the rows of the parent that are not in the other child remain.</summary>
    /// <param name="firstBlock">First block.</param>
    /// <param name="endBlock">The block behind the last one.</param>
    /// <param name="child">The other child's histogram.</param>
    public void Subtract(int firstBlock, int endBlock, GradientHistogram child)
    {
        ArgumentNullException.ThrowIfNull(child);
        ArgumentOutOfRangeException.ThrowIfNotEqual(child.Columns, Columns);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)endBlock, (uint)(Columns / BlockColumns));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)firstBlock, (uint)endBlock);
        const int Values = BlockColumns * Bins * 2;
        long* mine = (long*)_bins, other = (long*)child._bins;
        for (int i = firstBlock * Values; i < endBlock * Values; i += Vector256<long>.Count)
        {
            (Vector256.Load(mine + i) - Vector256.Load(other + i)).Store(mine + i);
        }
    }

    private static byte* SourceOf(BinnedRows bins, int block) => bins.Line(block / LineBlocks) + (block % LineBlocks * BlockColumns);

    private Vector128<long>* Cleared(int firstBlock, int endBlock)
    {
        var target = (Vector128<long>*)(_bins + (firstBlock * BlockColumns * Bins));
        new Span<GradientSum>(target, (endBlock - firstBlock) * BlockColumns * Bins).Clear();
        return target;
    }

    private void Check(int firstBlock, int endBlock, BinnedRows? bins, int rowCount, int gradientCount)
    {
        ArgumentNullException.ThrowIfNull(bins);
        int line = firstBlock / LineBlocks;
        if (firstBlock < 0 || endBlock <= firstBlock || endBlock > Columns / BlockColumns || (endBlock - 1) / LineBlocks != line || line >= bins.LineCount)
        {
            throw new ArgumentOutOfRangeException(nameof(endBlock), $"Blocks {firstBlock} to {endBlock} are not on one line.");
        }

        if (rowCount != gradientCount)
        {
            throw new ArgumentException($"{gradientCount} gradients for {rowCount} of {bins.RowCount} rows.", nameof(gradientCount));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddAll(Vector128<long>* target, byte* bins, Vector128<long>* gradients, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Add(target, bins + ((long)i * BinnedRows.LineColumns), gradients[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows(Vector128<long>* target, byte* bins, int* rows, Vector128<long>* gradients, int count)
    {
        int i = 0;
        if (Sse.IsSupported)
        {
            for (; i < count - Ahead; i++)
            {
                Sse.Prefetch0(bins + ((long)rows[i + Ahead] * BinnedRows.LineColumns));
                Add(target, bins + ((long)rows[i] * BinnedRows.LineColumns), gradients[i]);
            }
        }

        for (; i < count; i++)
        {
            Add(target, bins + ((long)rows[i] * BinnedRows.LineColumns), gradients[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector128<long>* target, byte* bins, Vector128<long> gradient)
    {
        target[bins[0]] += gradient;
        target[bins[1] + Bins] += gradient;
        target[bins[2] + (2 * Bins)] += gradient;
        target[bins[3] + (3 * Bins)] += gradient;
        target[bins[4] + (4 * Bins)] += gradient;
        target[bins[5] + (5 * Bins)] += gradient;
        target[bins[6] + (6 * Bins)] += gradient;
        target[bins[7] + (7 * Bins)] += gradient;
    }
}
