using Vitrina.Engine.Journal;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics;

/// <summary>What one table of counters counts.</summary>
/// <param name="Metrics">How many metrics (event types) a row has.</param>
/// <param name="WindowDays">Lengths of the windows in days, ascending; a window is today so far plus N-1 days.</param>
/// <param name="HalfLivesDays">Half-lives of the decayed counts, in days.</param>
public sealed record CounterShape(int Metrics, IReadOnlyList<int> WindowDays, IReadOnlyList<double> HalfLivesDays)
{
    // An event reads them: not through an interface.
    private readonly int[] _windows = [.. WindowDays];

    /// <summary>Cells of a row.</summary>
    public int Cells => Metrics * _windows.Length;

    /// <summary>The lengths of the windows.</summary>
    internal ReadOnlySpan<int> Windows => _windows;

    /// <summary>The place of a count in its row: the windows of a metric stand together, because an event counts in several of them.</summary>
    internal int CellOf(int window, int metric) => (metric * _windows.Length) + window;

    /// <summary>Counts one event in the windows that its age lies in.</summary>
    /// <param name="row">Its row, of <see cref="Cells"/>.</param>
    /// <param name="metric">The metric's index.</param>
    /// <param name="ageDays">How many days before today it happened.</param>
    /// <returns>False when it is older than every window.</returns>
    internal bool Count(Span<int> row, int metric, int ageDays)
    {
        var cells = row.Slice(metric * _windows.Length, _windows.Length);
        var window = cells.Length;
        while (window > 0 && ageDays < _windows[window - 1])
        {
            cells[--window]++;
        }

        return window < cells.Length;
    }
}

/// <summary>
/// Counters of one declared key: per row the sums of each window and the decayed counts, per day the increments that leave the windows later.
/// </summary>
/// <remarks>
/// One writer; readers hold a <see cref="CounterView"/>. Counts are integers and windows slide by taking a day's increments back, so the sums
/// never drift; decayed counts are updated per event in sequence order. Cost per event: windows + half-lives cell updates, no allocation
/// beyond amortised growth.
/// </remarks>
public sealed class CounterTable
{
    private readonly KeyTable? _keys;
    private readonly PagedArray<int> _sums;
    private readonly PagedArray<double> _decayed;
    private readonly DayColumns _days;
    private readonly double[] _decayPerMs;
    private readonly int _decayStride;
    private int _rowCount;

    /// <summary>Makes an empty table.</summary>
    /// <param name="shape">What it counts.</param>
    /// <param name="isDense">True where keys are the numbers 1, 2, 3, … themselves: a row is then its key - 1, and nothing is looked up.</param>
    public CounterTable(CounterShape shape, bool isDense = false)
    {
        ArgumentNullException.ThrowIfNull(shape);
        Shape = shape;
        _keys = isDense ? null : new KeyTable();
        _decayStride = shape.HalfLivesDays.Count == 0 ? 0 : (shape.Metrics * shape.HalfLivesDays.Count) + 1;
        _sums = PagedRows.Of<int>(shape.Cells, sizeof(int));
        _decayed = PagedRows.Of<double>(_decayStride, sizeof(double));
        _decayPerMs = [.. shape.HalfLivesDays.Select(halfLife => -1 / (halfLife * TimeSpan.MillisecondsPerDay))];
        _days = new DayColumns(shape.WindowDays.Count == 0 ? 0 : shape.WindowDays[^1]);
    }

    /// <summary>What the table counts.</summary>
    public CounterShape Shape { get; }

    /// <summary>How many keys have a row.</summary>
    public int RowCount => Volatile.Read(ref _rowCount);

    /// <summary>Bytes held by rows, keys and day columns.</summary>
    public long Bytes => (_keys?.Bytes ?? 0) + (_rowCount * (((long)Shape.Cells * sizeof(int)) + ((long)_decayStride * sizeof(double)))) + _days.Bytes;

    /// <summary>Counts one event.</summary>
    /// <param name="key">The row's key.</param>
    /// <param name="metric">The event type's index in the shape.</param>
    /// <param name="day">The event's day in the vertical's time zone.</param>
    /// <param name="today">The day up to which windows have slid; <paramref name="day"/> is not after it.</param>
    /// <param name="atMs">When the event happened, Unix milliseconds.</param>
    public void Add(UInt128 key, int metric, int day, int today, long atMs)
    {
        var row = RowOf(key);
        if (Shape.Count(_sums.EditRow(row), metric, today - day))
        {
            _days.Add(day, (row * Shape.Metrics) + metric);
        }

        if (_decayStride > 0)
        {
            Decay(_decayed.EditRow(row), metric, atMs);
        }
    }

    /// <summary>Asks the memory for a row that will be counted in soon; nothing happens where there is none yet.</summary>
    public void Expect(int row, int metric)
    {
        _sums.Prefetch(row, metric * Shape.Windows.Length);
        _decayed.Prefetch(row, 0);
        _days.Expect((row * Shape.Metrics) + metric);
    }

    private int RowOf(UInt128 key)
    {
        var row = _keys?.GetOrAdd(key, out _) ?? (int)(ulong)key - 1;
        if (row >= _rowCount)
        {
            _sums.EnsureCount(row + 1);
            _decayed.EnsureCount(_decayStride == 0 ? 0 : row + 1);
            Volatile.Write(ref _rowCount, row + 1);
        }

        return row;
    }

    // A row: when it was counted last, then by half-life the metrics.
    private void Decay(Span<double> row, int metric, long atMs)
    {
        var lastMs = row[0];
        var elapsed = atMs - lastMs;
        for (var halfLife = 0; halfLife < _decayPerMs.Length; halfLife++)
        {
            var cells = row.Slice(1 + (halfLife * Shape.Metrics), Shape.Metrics);
            if (lastMs == 0)
            {
                cells[metric] = 1;
            }
            else if (elapsed <= 0)
            {
                cells[metric] += double.Exp2(-elapsed * _decayPerMs[halfLife]);
            }
            else
            {
                var factor = double.Exp2(elapsed * _decayPerMs[halfLife]);
                for (var other = 0; other < cells.Length; other++)
                {
                    cells[other] *= factor;
                }

                cells[metric] += 1;
            }
        }

        if (elapsed > 0 || lastMs == 0)
        {
            row[0] = atMs;
        }
    }

    /// <summary>Slides the windows: the increments of days that left a window are taken back.</summary>
    /// <param name="from">The day up to which windows had slid.</param>
    /// <param name="to">The new day, after <paramref name="from"/>.</param>
    /// <param name="leave">Receives what leaves a window: the row's key, window, metric, count.</param>
    public void Slide(int from, int to, Action<UInt128, int, int, int>? leave = null)
    {
        for (var window = 0; window < Shape.WindowDays.Count; window++)
        {
            var (length, left) = (Shape.WindowDays[window], window);
            foreach (var day in _days.DaysBetween(from - length + 1, to - length))
            {
                _days.ForEach(day, (cell, count) =>
                {
                    var (row, metric) = Math.DivRem(cell, Shape.Metrics);
                    _sums.EditRow(row)[Shape.CellOf(left, metric)] -= count;
                    leave?.Invoke(KeyOf(row), left, metric, count);
                });
            }
        }

        _days.Forget(to - (Shape.WindowDays.Count == 0 ? 0 : Shape.WindowDays[^1]));
        _days.Close(to);
    }

    /// <summary>An immutable view for readers on other threads.</summary>
    public CounterView Freeze() => new(this, _sums.Freeze(), _decayed.Freeze(), _rowCount);

    /// <summary>A view of the present content, valid until the next write.</summary>
    public CounterView Live() => new(this, _sums.Live(), _decayed.Live(), _rowCount);

    internal int Find(UInt128 key) => _keys is not null ? _keys.Find(key) : key > 0 && key <= (uint)RowCount ? (int)(ulong)key - 1 : -1;

    internal UInt128 KeyOf(int row) => _keys?.KeyOf(row) ?? (UInt128)(uint)row + 1;

    internal int DecayStride => _decayStride;

    internal double DecayFactor(int halfLife, double elapsedMs) => double.Exp2(elapsedMs * _decayPerMs[halfLife]);

    /// <summary>Freezes the whole content for a checkpoint.</summary>
    public void Freeze(FrozenSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        section.Later(Freeze().SaveRows);
        _days.Freeze(section);
    }

    internal void SaveDays(ByteWriter writer) => FrozenSection.Write(writer, _days.Freeze);

    /// <summary>Reads what was frozen into an empty table of the same shape.</summary>
    public void Load(ref ByteReader reader)
    {
        var count = reader.ReadCount(16);
        for (var left = count; left > 0; left--)
        {
            var row = RowOf(reader.ReadUInt128());
            var sums = _sums.EditRow(row);
            for (var cell = 0; cell < Shape.Cells; cell++)
            {
                sums[StoredCell(cell)] = (int)reader.ReadVarInt();
            }

            for (var cell = 0; cell < _decayStride; cell++)
            {
                _decayed.EditRow(row)[cell] = reader.ReadDouble();
            }
        }

        _days.Load(ref reader);
    }

    // Files have the metrics of a window together.
    internal int StoredCell(int at) => Shape.CellOf(at / Shape.Metrics, at % Shape.Metrics);
}

/// <summary>A frozen state of a <see cref="CounterTable"/>. Safe for concurrent use.</summary>
public readonly struct CounterView
{
    private readonly CounterTable _table;
    private readonly PagedView<int> _sums;
    private readonly PagedView<double> _decayed;
    private readonly int _rowCount;

    internal CounterView(CounterTable table, PagedView<int> sums, PagedView<double> decayed, int rowCount) =>
        (_table, _sums, _decayed, _rowCount) = (table, sums, decayed, rowCount);

    /// <summary>The key's row, or -1 when nothing was counted for it.</summary>
    public int Find(UInt128 key)
    {
        var row = _table.Find(key);
        return row < _rowCount ? row : -1;
    }

    /// <summary>How many rows there are.</summary>
    public int RowCount => _rowCount;

    /// <summary>Bytes of the rows with their keys, without what stands in day columns.</summary>
    public long Bytes => _rowCount * ((_table.Shape.Cells * (long)sizeof(int)) + (_table.DecayStride * (long)sizeof(double)) + KeyBytes);

    // A key and its slot in a table at its usual load.
    private const int KeyBytes = 32;

    internal UInt128 KeyOf(int row) => _table.KeyOf(row);

    // For the writer's thread, between two entries: days are those of now.
    internal void Save(ByteWriter writer)
    {
        SaveRows(writer);
        _table.SaveDays(writer);
    }

    internal void SaveRows(ByteWriter writer)
    {
        writer.WriteVarUInt((ulong)_rowCount);
        for (var row = 0; row < _rowCount; row++)
        {
            writer.WriteUInt128(KeyOf(row));
            var sums = _sums.RowOf(row);
            for (var cell = 0; cell < _table.Shape.Cells; cell++)
            {
                writer.WriteVarInt(sums[_table.StoredCell(cell)]);
            }

            // A table without half-lives has no such rows.
            for (var cell = 0; cell < _table.DecayStride; cell++)
            {
                writer.WriteDouble(_decayed.RowOf(row)[cell]);
            }
        }
    }

    /// <summary>The events of a metric within a window; 0 for row -1.</summary>
    public int Count(int row, int window, int metric) => row < 0 ? 0 : _sums.RowOf(row)[_table.Shape.CellOf(window, metric)];

    /// <summary>All window sums of a row, in the order of <see cref="CounterShape.CellOf"/>.</summary>
    internal ReadOnlySpan<int> SumsOf(int row) => _sums.RowOf(row);

    /// <summary>The decayed count of a metric at a time; 0 for row -1.</summary>
    /// <param name="row">A row that <see cref="Find"/> gave.</param>
    /// <param name="halfLife">The half-life's index in the shape.</param>
    /// <param name="metric">The metric's index in the shape.</param>
    /// <param name="nowMs">The time of reading, Unix milliseconds; a time before the last event reads as that event's.</param>
    public double Decayed(int row, int halfLife, int metric, long nowMs)
    {
        if (row < 0)
        {
            return 0;
        }

        var cells = _decayed.RowOf(row);
        return cells[1 + (halfLife * _table.Shape.Metrics) + metric] is not 0 and var count ? count * _table.DecayFactor(halfLife, Math.Max(0, nowMs - cells[0])) : 0;
    }
}
