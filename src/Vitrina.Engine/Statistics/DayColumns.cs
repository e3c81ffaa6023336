using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Statistics;

/// <summary>The increments of each day that is still inside a window: what must be taken back when the day leaves it.</summary>
/// <remarks>The open day is a plain list of cells; a closed day is sorted and held as (delta of the cell, count) in variable-length bytes.</remarks>
internal sealed class DayColumns(int longestWindowDays)
{
    private sealed class Column
    {
        public readonly List<int> Open = [];
        public byte[] Closed = [];
    }

    private readonly SortedDictionary<int, Column> _columns = [];
    private readonly ByteWriter _scratch = new();
    private Column? _lastColumn;
    private int _lastDay;

    public long Bytes => _columns.Values.Sum(column => (long)column.Closed.Length + ((long)column.Open.Capacity * sizeof(int)));

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

    /// <summary>The days with increments from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    public int[] DaysBetween(int first, int last) => [.. _columns.Keys.Where(day => day >= first && day <= last)];

    public void ForEach(int day, Action<int, int> visit)
    {
        var column = _columns[day];
        foreach (var cell in column.Open)
        {
            visit(cell, 1);
        }

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
        var counts = new SortedDictionary<int, int>();
        var column = _columns[day];
        if (column.Closed.Length == 0)
        {
            column.Open.Sort();
        }

        _scratch.Clear();
        if (column.Closed.Length == 0)
        {
            var previous = 0;
            for (var i = 0; i < column.Open.Count;)
            {
                var cell = column.Open[i];
                var count = 0;
                for (; i < column.Open.Count && column.Open[i] == cell; i++)
                {
                    count++;
                }

                _scratch.WriteVarUInt((ulong)(cell - previous));
                _scratch.WriteVarUInt((ulong)count);
                previous = cell;
            }
        }
        else
        {
            ForEach(day, (cell, count) => counts[cell] = counts.GetValueOrDefault(cell) + count);
            var previous = 0;
            foreach (var (cell, count) in counts)
            {
                _scratch.WriteVarUInt((ulong)(cell - previous));
                _scratch.WriteVarUInt((ulong)count);
                previous = cell;
            }
        }

        column.Closed = _scratch.ToArray();
        column.Open.Clear();
        column.Open.TrimExcess();
    }

    public void Save(ByteWriter writer)
    {
        writer.WriteVarUInt((ulong)_columns.Count);
        foreach (var (day, column) in _columns)
        {
            writer.WriteVarInt(day);
            writer.WriteBlob(column.Closed);
            writer.WriteVarUInt((ulong)column.Open.Count);
            foreach (var cell in column.Open)
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
