using Vitrina.Engine.Journal;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Statistics;

/// <summary>The increments of each day that is still inside a window: what must be taken back when the day leaves it.</summary>
/// <remarks>The open day counts cells in a table; a closed day is sorted and held as (delta of the cell, count) in variable-length bytes.</remarks>
internal sealed class DayColumns(int longestWindowDays)
{
    private sealed class Column
    {
        public readonly CellCounts Open = new();
        public byte[] Closed = [];
    }

    private readonly SortedDictionary<int, Column> _columns = [];
    private readonly ByteWriter _scratch = new();
    private Column? _lastColumn;
    private int _lastDay;

    public long Bytes => _columns.Values.Sum(column => (long)column.Closed.Length + column.Open.Bytes);

    public void Add(int day, int cell)
    {
        if (_lastColumn is null || _lastDay != day)
        {
            if (!_columns.TryGetValue(day, out _lastColumn))
            {
                _columns[day] = _lastColumn = new Column();
            }

            _lastDay = day;
        }

        _lastColumn.Open.Add(cell);
    }

    /// <summary>Asks the memory for a cell of the day that was counted last.</summary>
    public void Expect(int cell) => _lastColumn?.Open.Expect(cell);

    /// <summary>The days with increments from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    public int[] DaysBetween(int first, int last) => [.. _columns.Keys.Where(day => day >= first && day <= last)];

    public void ForEach(int day, Action<int, int> visit)
    {
        var column = _columns[day];
        column.Open.ForEach(visit);
        var reader = new ByteReader(column.Closed);
        var closedCell = 0;
        while (!reader.AtEnd)
        {
            closedCell += (int)reader.ReadVarUInt();
            visit(closedCell, (int)reader.ReadVarUInt());
        }
    }

    /// <summary>Drops the days up to and including <paramref name="day"/>.</summary>
    public void Forget(int day)
    {
        foreach (var old in DaysBetween(int.MinValue, day))
        {
            _columns.Remove(old);
        }

        _lastColumn = null;
    }

    /// <summary>Packs the days before <paramref name="today"/>.</summary>
    public void Close(int today)
    {
        foreach (var day in DaysBetween(today - longestWindowDays, today - 1))
        {
            if (_columns[day].Open.Count > 0)
            {
                Pack(day);
            }
        }

        _lastColumn = null;
    }

    private void Pack(int day)
    {
        var column = _columns[day];
        IEnumerable<(int Cell, int Count)> counts = column.Open.Sorted();
        if (column.Closed.Length > 0)
        {
            var merged = new SortedDictionary<int, int>();
            ForEach(day, (cell, count) => merged[cell] = merged.GetValueOrDefault(cell) + count);
            counts = merged.Select(pair => (pair.Key, pair.Value));
        }

        _scratch.Clear();
        var previous = 0;
        foreach (var (cell, count) in counts)
        {
            _scratch.WriteVarUInt((ulong)(cell - previous));
            _scratch.WriteVarUInt((ulong)count);
            previous = cell;
        }

        column.Closed = _scratch.ToArray();
        column.Open.Clear();
    }

    /// <summary>Freezes the whole content for a checkpoint: packed days never change, of the open one the cells are copied.</summary>
    public void Freeze(FrozenSection section)
    {
        section.Now.WriteVarUInt((ulong)_columns.Count);
        foreach (var (day, column) in _columns)
        {
            var (closed, open) = (column.Closed, column.Open.Unsorted());
            section.Now.WriteVarInt(day);
            section.Later(writer => Save(writer, closed, open));
        }
    }

    private static void Save(ByteWriter writer, byte[] closed, List<(int Cell, int Count)> open)
    {
        writer.WriteBlob(closed);

        // A cell as often as it was counted: the form of the first version.
        open.Sort();
        writer.WriteVarUInt((ulong)open.Sum(cell => (long)cell.Count));
        foreach (var (cell, count) in open)
        {
            for (var i = 0; i < count; i++)
            {
                writer.WriteVarUInt((ulong)cell);
            }
        }
    }

    public void Load(ref ByteReader reader)
    {
        for (var left = reader.ReadCount(3); left > 0; left--)
        {
            var column = new Column();
            _columns[(int)reader.ReadVarInt()] = column;
            column.Closed = reader.ReadBlob().ToArray();
            for (var cells = reader.ReadCount(1); cells > 0; cells--)
            {
                column.Open.Add((int)reader.ReadVarUInt());
            }
        }
    }
}
