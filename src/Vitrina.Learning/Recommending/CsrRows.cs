namespace Vitrina.Learning.Recommending;

/// <summary>Builds sparse matrices row by row on all processors; each row is summed on one thread, so the result does not depend on their number.</summary>
public static class CsrRows
{
    private const int RowsOfPiece = 64;

    /// <summary>Builds a matrix.</summary>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="columnCount">Number of columns.</param>
    /// <param name="rowLimit">Most entries of a row: the largest are kept.</param>
    /// <param name="fill">Adds the entries of a row; called once a row, from several threads.</param>
    /// <exception cref="OverflowException">There would be more than 2^31 - 1 entries.</exception>
    public static CsrMatrix Build(int rowCount, int columnCount, int rowLimit, Action<int, RowAccumulator> fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        (int[] Columns, float[] Values)[] rows = new (int[], float[])[rowCount];
        Parallel.For(0, (rowCount + RowsOfPiece - 1) / RowsOfPiece, () => new RowAccumulator(columnCount), (piece, _, sums) =>
        {
            for (int row = piece * RowsOfPiece; row < Math.Min(rowCount, (piece + 1) * RowsOfPiece); row++)
            {
                fill(row, sums);
                rows[row] = sums.Take(rowLimit);
            }

            return sums;
        }, _ => { });

        int[] starts = new int[rowCount + 1];
        for (int row = 0; row < rowCount; row++)
        {
            starts[row + 1] = checked(starts[row] + rows[row].Columns.Length);
        }

        int[] columns = new int[starts[^1]];
        float[] values = new float[starts[^1]];
        for (int row = 0; row < rowCount; row++)
        {
            rows[row].Columns.CopyTo(columns, starts[row]);
            rows[row].Values.CopyTo(values, starts[row]);
            rows[row] = ([], []);
        }

        return new CsrMatrix(columnCount, starts, columns, values);
    }
}
