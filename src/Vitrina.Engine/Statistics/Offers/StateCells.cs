using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>Window counts by owner (a type, a match group) and state: what analogs are asked for.</summary>
/// <remarks>
/// One writer. A function of the counts by condition and of the thresholds: rebuilt from them whenever thresholds change, and after a start.
/// </remarks>
public sealed class StateCells(CounterShape shape)
{
    private readonly KeyTable _keys = new();
    private readonly PagedArray<int> _sums = new(9);

    // By owner: a bit for each state that has a row.
    private readonly PagedArray<UInt128> _states = new(6);

    // By owner: how often its cells changed, and the owner of each row.
    private readonly PagedArray<int> _versions = new(6);
    private readonly List<int> _owners = [];
    private LaidOutCells?[] _laidOut = [];

    /// <summary>Bytes held.</summary>
    public long Bytes => _keys.Bytes + (_sums.Count * (long)sizeof(int)) + (_states.Count * 16L);

    private int Stride => shape.Metrics * shape.WindowDays.Count;

    /// <summary>Counts one event in the windows that its age still lies in.</summary>
    /// <param name="row">A row that <see cref="RowOf"/> gave.</param>
    /// <param name="metric">The metric's index.</param>
    /// <param name="ageDays">How many days before today it happened.</param>
    public void Count(int row, int metric, int ageDays)
    {
        _versions.Edit(_owners[row])++;
        var first = row * Stride;
        for (var window = shape.WindowDays.Count - 1; window >= 0 && ageDays < shape.WindowDays[window]; window--)
        {
            _sums.Edit(first + (window * shape.Metrics) + metric)++;
        }
    }

    /// <summary>Adds to one cell.</summary>
    public void Add(int row, int window, int metric, int change)
    {
        _versions.Edit(_owners[row])++;
        _sums.Edit((row * Stride) + (window * shape.Metrics) + metric) += change;
    }

    /// <summary>The row of an owner's state, given at first sight.</summary>
    public int RowOf(int owner, int state)
    {
        var row = _keys.GetOrAdd(KeyOf(owner, state), out var added);
        if (added)
        {
            _sums.EnsureCount((row + 1) * Stride);
            _owners.Add(owner);
            _versions.EnsureCount(owner + 1);
            _states.EnsureCount(owner + 1);
            _states.Edit(owner) |= UInt128.One << state;
        }

        return row;
    }

    internal static UInt128 KeyOf(int owner, int state) => new((ulong)(uint)owner + 1, (ulong)(uint)state + 1);

    /// <summary>In how many cells two tables differ; rows without counts are as good as none.</summary>
    public int DifferencesTo(StateCells other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var differences = 0;
        for (var row = 0; row < _keys.Count; row++)
        {
            var others = other._keys.Find(_keys.KeyOf(row));
            for (var cell = 0; cell < Stride; cell++)
            {
                differences += _sums[(row * Stride) + cell] == (others < 0 ? 0 : other._sums[(others * Stride) + cell]) ? 0 : 1;
            }
        }

        for (var row = 0; row < other._keys.Count; row++)
        {
            for (var cell = 0; cell < Stride && _keys.Find(other._keys.KeyOf(row)) < 0; cell++)
            {
                differences += other._sums[(row * Stride) + cell] == 0 ? 0 : 1;
            }
        }

        return differences;
    }

    /// <summary>An immutable view for readers on other threads.</summary>
    public StateCellsView Freeze() => new(this, _sums.Freeze(), _states.Freeze(), _versions.Freeze());

    /// <summary>A view of the present content, valid until the next write.</summary>
    public StateCellsView Live() => new(this, _sums.Live(), _states.Live(), _versions.Live());

    internal int Find(int owner, int state) => _keys.Find(KeyOf(owner, state));

    internal int MetricCount => shape.Metrics;

    internal int RowStride => Stride;

    // What a reader laid out serves every other until the owner's cells change. Two readers may do the same work at once; either result is right.
    internal double[] LaidOut(in StateCellsView view, int owner, int version, IReadOnlyList<OfferColumn> columns)
    {
        var laidOut = Volatile.Read(ref _laidOut);
        if (owner < laidOut.Length && Volatile.Read(ref laidOut[owner]) is { } known && known.Version == version && ReferenceEquals(known.Columns, columns))
        {
            return known.Cells;
        }

        var cells = view.LayOut(owner, columns);
        if (owner >= laidOut.Length)
        {
            var larger = new LaidOutCells?[Math.Max(16, (owner + 1) * 2)];
            laidOut.CopyTo(larger, 0);
            Volatile.Write(ref _laidOut, larger);
            laidOut = larger;
        }

        Volatile.Write(ref laidOut[owner], new LaidOutCells(version, columns, cells));
        return cells;
    }

    private sealed record LaidOutCells(int Version, IReadOnlyList<OfferColumn> Columns, double[] Cells);
}

/// <summary>A frozen state of <see cref="StateCells"/>. Safe for concurrent use.</summary>
public readonly struct StateCellsView
{
    private readonly StateCells _cells;
    private readonly PagedView<int> _sums;
    private readonly PagedView<UInt128> _states;
    private readonly PagedView<int> _versions;
    private readonly int _metrics;
    private readonly int _stride;

    internal StateCellsView(StateCells cells, PagedView<int> sums, PagedView<UInt128> states, PagedView<int> versions) =>
        (_cells, _sums, _states, _versions, _metrics, _stride) = (cells, sums, states, versions, cells.MetricCount, cells.RowStride);

    /// <summary>An owner's counts in all states, [columns x states]; shared and not to be written. Laid out once until they change.</summary>
    public double[] CellsOf(int owner, IReadOnlyList<OfferColumn> columns) => _cells.LaidOut(this, owner, owner < _versions.Count ? _versions[owner] : 0, columns);

    internal double[] LayOut(int owner, IReadOnlyList<OfferColumn> columns)
    {
        var cells = new double[columns.Count * OfferState.Count];
        for (var states = StatesOf(owner); states != 0;)
        {
            var state = TakeLowest(ref states);
            var row = Find(owner, state);
            for (var column = 0; column < columns.Count; column++)
            {
                cells[(column * OfferState.Count) + state] = Count(row, columns[column].Window, columns[column].Metric);
            }
        }

        return cells;
    }

    /// <summary>The states of an owner that ever had a count, a bit each.</summary>
    public UInt128 StatesOf(int owner) => (uint)owner < (uint)_states.Count ? _states[owner] : 0;

    /// <summary>The row of an owner's state; -1 = none.</summary>
    public int Find(int owner, int state)
    {
        var row = _cells.Find(owner, state);
        return (row + 1) * _stride <= _sums.Count ? row : -1;
    }

    /// <summary>The events of a metric within a window; 0 for row -1.</summary>
    public int Count(int row, int window, int metric) => row < 0 ? 0 : _sums[(row * _stride) + (window * _metrics) + metric];

    /// <summary>Takes the lowest state out of a set.</summary>
    internal static int TakeLowest(ref UInt128 states)
    {
        var lowest = (int)UInt128.TrailingZeroCount(states);
        states &= states - 1;
        return lowest;
    }
}
