namespace Vitrina.Learning.Recommending;

/// <summary>A sparse matrix of 32-bit floats, row by row ("compressed sparse rows").</summary>
/// <remarks>Immutable by convention and safe for concurrent reading. Columns of a row stand in no particular order, and none stands twice.</remarks>
public sealed class CsrMatrix
{
    /// <summary>Makes a matrix of its arrays.</summary>
    /// <param name="columnCount">Number of columns.</param>
    /// <param name="rowStarts">First entry of each row and the number of entries at the end, shape [rows + 1].</param>
    /// <param name="columns">Column of each entry.</param>
    /// <param name="values">Value of each entry.</param>
    /// <exception cref="ArgumentException">The arrays do not fit each other.</exception>
    public CsrMatrix(int columnCount, int[] rowStarts, int[] columns, float[] values)
    {
        ArgumentNullException.ThrowIfNull(rowStarts);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(values);
        if (rowStarts.Length == 0 || rowStarts[^1] != columns.Length || columns.Length != values.Length)
        {
            throw new ArgumentException($"{rowStarts.Length} row starts, {columns.Length} columns and {values.Length} values are not a matrix.");
        }

        ColumnCount = columnCount;
        RowStarts = rowStarts;
        Columns = columns;
        Values = values;
    }

    /// <summary>Number of rows.</summary>
    public int RowCount => RowStarts.Length - 1;

    /// <summary>Number of columns.</summary>
    public int ColumnCount { get; }

    /// <summary>Number of entries.</summary>
    public int EntryCount => Columns.Length;

    /// <summary>First entry of each row and the number of entries at the end, shape [rows + 1].</summary>
    public int[] RowStarts { get; }

    /// <summary>Column of each entry.</summary>
    public int[] Columns { get; }

    /// <summary>Value of each entry.</summary>
    public float[] Values { get; }

    /// <summary>Columns of a row.</summary>
    public ReadOnlySpan<int> ColumnsOf(int row) => Columns.AsSpan(RowStarts[row], RowStarts[row + 1] - RowStarts[row]);

    /// <summary>Values of a row.</summary>
    public Span<float> ValuesOf(int row) => Values.AsSpan(RowStarts[row], RowStarts[row + 1] - RowStarts[row]);

    /// <summary>Adds a multiple of a row to a dense vector, shape [columns].</summary>
    public void AddRow(int row, float factor, Span<float> sums)
    {
        ReadOnlySpan<int> columns = ColumnsOf(row);
        ReadOnlySpan<float> values = ValuesOf(row);
        for (int entry = 0; entry < columns.Length; entry++)
        {
            sums[columns[entry]] += factor * values[entry];
        }
    }

    /// <summary>The product of a row with a dense vector, shape [columns].</summary>
    public float Dot(int row, ReadOnlySpan<float> dense)
    {
        ReadOnlySpan<int> columns = ColumnsOf(row);
        ReadOnlySpan<float> values = ValuesOf(row);
        float sum = 0;
        for (int entry = 0; entry < columns.Length; entry++)
        {
            sum += values[entry] * dense[columns[entry]];
        }

        return sum;
    }

    /// <summary>The matrix with rows and columns exchanged.</summary>
    public CsrMatrix Transposed()
    {
        int[] starts = new int[ColumnCount + 1];
        foreach (int column in Columns)
        {
            starts[column + 1]++;
        }

        for (int column = 0; column < ColumnCount; column++)
        {
            starts[column + 1] += starts[column];
        }

        int[] next = starts.AsSpan(0, ColumnCount).ToArray();
        int[] rows = new int[EntryCount];
        float[] values = new float[EntryCount];
        for (int row = 0; row < RowCount; row++)
        {
            for (int entry = RowStarts[row]; entry < RowStarts[row + 1]; entry++)
            {
                int place = next[Columns[entry]]++;
                rows[place] = row;
                values[place] = Values[entry];
            }
        }

        return new CsrMatrix(RowCount, starts, rows, values);
    }

    /// <summary>A matrix of the same shape with other values.</summary>
    /// <param name="value">Gives the new value from row, column and old value.</param>
    public CsrMatrix Map(Func<int, int, float, float> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        float[] values = new float[EntryCount];
        Parallel.For(0, RowCount, row =>
        {
            for (int entry = RowStarts[row]; entry < RowStarts[row + 1]; entry++)
            {
                values[entry] = value(row, Columns[entry], Values[entry]);
            }
        });
        return new CsrMatrix(ColumnCount, RowStarts, Columns, values);
    }

    /// <summary>This matrix times another one; of each row of the product only the largest entries are kept.</summary>
    /// <param name="right">As many rows as this matrix has columns.</param>
    /// <param name="rowLimit">Most entries of a row.</param>
    /// <remarks>Cost: the sum over entries of the length of the other matrix' row.</remarks>
    public CsrMatrix Times(CsrMatrix right, int rowLimit = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(right);
        return CsrRows.Build(RowCount, right.ColumnCount, rowLimit, (row, sums) =>
        {
            for (int entry = RowStarts[row]; entry < RowStarts[row + 1]; entry++)
            {
                ReadOnlySpan<int> columns = right.ColumnsOf(Columns[entry]);
                ReadOnlySpan<float> values = right.ValuesOf(Columns[entry]);
                for (int i = 0; i < columns.Length; i++)
                {
                    sums.Add(columns[i], Values[entry] * values[i]);
                }
            }
        });
    }
}
