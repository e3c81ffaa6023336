using Vitrina.Kernels.Selection;

namespace Vitrina.Learning.Recommending;

/// <summary>Sums the entries of one sparse row at a time: a dense vector and the list of what was touched.</summary>
/// <remarks>Clearing costs what was touched, not the width. Not for concurrent use.</remarks>
public sealed class RowAccumulator
{
    private readonly float[] _sums;
    private readonly bool[] _isTouched;
    private readonly TopK _best = new();
    private int[] _touched = new int[256];
    private int _count;

    /// <summary>Makes an empty row.</summary>
    /// <param name="columnCount">Width of the row.</param>
    public RowAccumulator(int columnCount)
    {
        _sums = new float[columnCount];
        _isTouched = new bool[columnCount];
    }

    /// <summary>Columns that something was added to, in the order of their first addition.</summary>
    public ReadOnlySpan<int> Touched => _touched.AsSpan(0, _count);

    /// <summary>The sum of a column; 0 where nothing was added.</summary>
    public float this[int column] => _sums[column];

    /// <summary>Width of the row.</summary>
    public int ColumnCount => _sums.Length;

    /// <summary>The empty row that a thread keeps in a field of its own, made anew when the width is another one.</summary>
    internal static RowAccumulator OfThread(ref RowAccumulator? kept, int columnCount)
        => kept is not null && kept.ColumnCount == columnCount ? kept : kept = new RowAccumulator(columnCount);

    /// <summary>Adds to a column.</summary>
    public void Add(int column, float value)
    {
        if (!_isTouched[column])
        {
            if (_count == _touched.Length)
            {
                Array.Resize(ref _touched, 2 * _count);
            }

            _isTouched[column] = true;
            _touched[_count++] = column;
        }

        _sums[column] += value;
    }

    /// <summary>Takes the row out: everything, or the largest entries. The row is empty afterwards.</summary>
    public (int[] Columns, float[] Values) Take(int limit = int.MaxValue)
    {
        int kept = Math.Min(limit, _count);
        int[] columns = new int[kept];
        float[] values = new float[kept];
        if (kept == _count)
        {
            Touched.CopyTo(columns);
            for (int i = 0; i < kept; i++)
            {
                values[i] = _sums[columns[i]];
            }
        }
        else
        {
            _best.Reset(limit);
            foreach (int column in Touched)
            {
                _best.Offer(column, _sums[column]);
            }

            _best.DrainDescending(columns, values);
        }

        Clear();
        return (columns, values);
    }

    /// <summary>Empties the row.</summary>
    public void Clear()
    {
        foreach (int column in Touched)
        {
            _sums[column] = 0;
            _isTouched[column] = false;
        }

        _count = 0;
    }
}
