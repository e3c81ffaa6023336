using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vitrina.Kernels.Histograms;

/// <summary>Bins of all rows, one byte per row and column, held twice: by column, for dividing rows; by row, for summing histograms.</summary>
/// <remarks>
/// By row, 64 columns make a line: one cache line, so that a row of a scattered set costs one miss per 64 columns (measured against blocks of
/// eight columns: decision 0020). Write columns, then <see cref="Arrange"/>; afterwards safe for concurrent reading.
/// </remarks>
public sealed unsafe class BinnedRows
{
    /// <summary>Columns of a line, and its bytes.</summary>
    public const int LineColumns = 64;

    private readonly byte[][] _columns;
    private readonly byte[][] _memory;
    private readonly nint[] _lines;

    /// <summary>Makes rows of zeros.</summary>
    /// <param name="rows">Number of rows; at most 33,554,000, which fill the largest array.</param>
    /// <param name="columns">Number of columns.</param>
    public BinnedRows(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, MaxRows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        RowCount = rows;
        _columns = new byte[columns][];
        for (int column = 0; column < columns; column++)
        {
            _columns[column] = new byte[rows];
        }

        _memory = new byte[(columns + LineColumns - 1) / LineColumns][];
        _lines = new nint[_memory.Length];
        for (int line = 0; line < _memory.Length; line++)
        {
            _memory[line] = GC.AllocateArray<byte>((rows + 1) * LineColumns, pinned: true);
            nint address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory[line]));
            _lines[line] = (address + LineColumns - 1) / LineColumns * LineColumns;
        }
    }

    /// <summary>Most rows: what the largest array holds.</summary>
    public static int MaxRows => (Array.MaxLength / LineColumns) - 1;

    /// <summary>Number of rows.</summary>
    public int RowCount { get; }

    /// <summary>Number of columns.</summary>
    public int ColumnCount => _columns.Length;

    /// <summary>Lines of a row.</summary>
    public int LineCount => _lines.Length;

    /// <summary>Bytes held.</summary>
    public long MemoryBytes => (long)RowCount * (ColumnCount + ((long)LineCount * LineColumns));

    /// <summary>The bins of one column, shape [rows].</summary>
    public Span<byte> Column(int column) => _columns[column];

    /// <summary>Copies some rows of all columns into their lines; call it once their columns are written.</summary>
    /// <remarks>Different rows may be arranged at once.</remarks>
    public void Arrange(int firstRow, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstRow + count, RowCount);
        for (int column = 0; column < _columns.Length; column++)
        {
            byte* target = (byte*)_lines[column / LineColumns] + ((long)firstRow * LineColumns) + (column % LineColumns);
            foreach (byte bin in _columns[column].AsSpan(firstRow, count))
            {
                *target = bin;
                target += LineColumns;
            }
        }
    }

    /// <summary>Moves rows that go left to the front, the others behind them, both in their old order.</summary>
    /// <param name="rows">The rows, each below <see cref="RowCount"/>; reordered in place.</param>
    /// <param name="column">The column that decides.</param>
    /// <param name="goesLeft">1 for the bins that go left, 0 for the others; shape [256].</param>
    /// <param name="scratch">Room for as many rows.</param>
    /// <returns>How many rows go left.</returns>
    public int Divide(Span<int> rows, int column, ReadOnlySpan<byte> goesLeft, Span<int> scratch)
    {
        if (goesLeft.Length != GradientHistogram.Bins || scratch.Length < rows.Length)
        {
            throw new ArgumentException($"{goesLeft.Length} bins and room for {scratch.Length} of {rows.Length} rows.", nameof(goesLeft));
        }

        fixed (int* row = rows)
        fixed (int* right = scratch)
        fixed (byte* bin = _columns[column])
        fixed (byte* side = goesLeft)
        {
            int leftCount = 0;
            for (int i = 0; i < rows.Length; i++)
            {
                // Both sides are written and one of them kept: no branch to guess wrongly.
                int current = row[i], isLeft = side[bin[current]];
                row[leftCount] = current;
                right[i - leftCount] = current;
                leftCount += isLeft;
            }

            scratch[..(rows.Length - leftCount)].CopyTo(rows[leftCount..]);
            return leftCount;
        }
    }

    /// <summary>First byte of a line of row 0; the rows follow each other.</summary>
    internal byte* Line(int line) => (byte*)_lines[line];
}
