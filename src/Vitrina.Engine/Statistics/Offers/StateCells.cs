using System.Numerics.Tensors;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>Window counts by owner (a type, a match group) and state: what analogs are asked for.</summary>
/// <param name="shape">Metrics and windows.</param>
/// <param name="isDense">True where owners have counts in most states: readers then lay all of them out side by side.</param>
/// <remarks>
/// One writer. A function of the counts by condition and of the thresholds: rebuilt from them whenever thresholds change, and after a start.
/// </remarks>
public sealed class StateCells(CounterShape shape, bool isDense)
{
    private readonly KeyTable _keys = new();
    private readonly PagedArray<int> _sums = PagedRows.Of<int>(shape.Cells, sizeof(int));

    // By owner: a bit for each state that has a row.
    private readonly PagedArray<UInt128> _states = new(6);

    // By owner: how often its cells changed.
    private readonly PagedArray<int> _versions = new(6);
    private readonly KeptCells<double[]> _laidOut = new();
    private readonly KeptCells<WorthCells> _worth = new();

    /// <summary>Bytes held.</summary>
    public long Bytes => _keys.Bytes + (_sums.Count * (long)shape.Cells * sizeof(int)) + (_states.Count * 16L);

    /// <summary>Counts one event in the windows that its age still lies in.</summary>
    /// <param name="row">A row that <see cref="RowOf"/> gave.</param>
    /// <param name="owner">Its owner.</param>
    /// <param name="metric">The metric's index.</param>
    /// <param name="ageDays">How many days before today it happened.</param>
    public void Count(int row, int owner, int metric, int ageDays)
    {
        _versions.Edit(owner)++;
        shape.Count(_sums.EditRow(row), metric, ageDays);
    }

    /// <summary>Adds to one cell.</summary>
    public void Add(int row, int owner, int window, int metric, int change)
    {
        _versions.Edit(owner)++;
        _sums.EditRow(row)[shape.CellOf(window, metric)] += change;
    }

    /// <summary>Adds a whole row of counts, or takes it back.</summary>
    /// <param name="row">A row that <see cref="RowOf"/> gave.</param>
    /// <param name="owner">Its owner.</param>
    /// <param name="counts">The counts, in the order of <see cref="CounterShape.CellOf"/>.</param>
    /// <param name="sign">1 or -1.</param>
    public void AddAll(int row, int owner, ReadOnlySpan<int> counts, int sign)
    {
        _versions.Edit(owner)++;
        var sums = _sums.EditRow(row);
        for (var cell = 0; cell < sums.Length; cell++)
        {
            sums[cell] += sign * counts[cell];
        }
    }

    /// <summary>The row of an owner's state, given at first sight.</summary>
    public int RowOf(int owner, int state)
    {
        var row = _keys.GetOrAdd(KeyOf(owner, state), out var added);
        if (added)
        {
            _sums.EnsureCount(row + 1);
            _versions.EnsureCount(owner + 1);
            _states.EnsureCount(owner + 1);
            _states.Edit(owner) |= UInt128.One << state;
        }

        return row;
    }

    internal static UInt128 KeyOf(int owner, int state) => new((ulong)(uint)owner + 1, (ulong)(uint)state + 1);

    /// <summary>In how many cells this table and a view of another differ; rows without counts are as good as none.</summary>
    public int DifferencesTo(in StateCellsView other)
    {
        var differences = 0;
        for (var row = 0; row < _keys.Count; row++)
        {
            var sums = _sums.RowOf(row);
            var others = other.Find(_keys.KeyOf(row)) is >= 0 and var found ? other.RowOf(found) : [];
            for (var cell = 0; cell < sums.Length; cell++)
            {
                differences += sums[cell] == (others.IsEmpty ? 0 : others[cell]) ? 0 : 1;
            }
        }

        for (var row = 0; row < other.RowCount; row++)
        {
            if (_keys.Find(other.KeyOf(row)) < 0)
            {
                differences += other.RowOf(row).Length - other.RowOf(row).Count(0);
            }
        }

        return differences;
    }

    /// <summary>An immutable view for readers on other threads.</summary>
    public StateCellsView Freeze() => new(this, _sums.Freeze(), _states.Freeze(), _versions.Freeze());

    /// <summary>A view of the present content, valid until the next write.</summary>
    public StateCellsView Live() => new(this, _sums.Live(), _states.Live(), _versions.Live());

    internal int Find(UInt128 key) => _keys.Find(key);

    internal UInt128 KeyOf(int row) => _keys.KeyOf(row);

    internal CounterShape Shape => shape;

    internal bool IsDense => isDense;

    internal double[] WorthIn(in StateCellsView view, OfferState state, int owner, int version, TransferMatrix matrix, IReadOnlyList<OfferColumn> columns)
    {
        var place = ((long)owner * OfferState.Count) + state.Index;
        return _worth.Find(place, version, columns) is { } known && ReferenceEquals(known.Matrix, matrix)
            ? known.Sums
            : _worth.Keep(place, version, columns, new WorthCells(matrix, view.Sum(matrix.Into(state), owner, columns))).Sums;
    }

    internal double[] LaidOut(in StateCellsView view, int owner, int version, IReadOnlyList<OfferColumn> columns) =>
        _laidOut.Find(owner, version, columns) ?? _laidOut.Keep(owner, version, columns, view.LayOut(owner, columns));

    private sealed record WorthCells(TransferMatrix Matrix, double[] Sums);
}

/// <summary>A frozen state of <see cref="StateCells"/>. Safe for concurrent use.</summary>
public readonly struct StateCellsView
{
    private readonly StateCells _cells;
    private readonly PagedView<int> _sums;
    private readonly PagedView<UInt128> _states;
    private readonly PagedView<int> _versions;

    internal StateCellsView(StateCells cells, PagedView<int> sums, PagedView<UInt128> states, PagedView<int> versions) =>
        (_cells, _sums, _states, _versions) = (cells, sums, states, versions);

    /// <summary>An owner's counts in all states as they are worth in one, by column; shared and not to be written. Computed once until they change.</summary>
    /// <param name="state">The state that they are worth something in.</param>
    /// <param name="owner">The owner.</param>
    /// <param name="matrix">W.</param>
    /// <param name="columns">The counts that are asked for.</param>
    public double[] WorthIn(OfferState state, int owner, TransferMatrix matrix, IReadOnlyList<OfferColumn> columns) =>
        _cells.WorthIn(this, state, owner, VersionOf(owner), matrix, columns);

    private int VersionOf(int owner) => owner < _versions.Count ? _versions[owner] : 0;

    internal double[] Sum(ReadOnlySpan<double> into, int owner, IReadOnlyList<OfferColumn> columns)
    {
        var sums = new double[columns.Count];
        if (_cells.IsDense)
        {
            var cells = _cells.LaidOut(this, owner, VersionOf(owner), columns);
            for (var column = 0; column < sums.Length; column++)
            {
                sums[column] = TensorPrimitives.Dot(into, cells.AsSpan(column * OfferState.Count, OfferState.Count));
            }

            return sums;
        }

        for (var states = StatesOf(owner); states != 0;)
        {
            var state = TakeLowest(ref states);
            var row = Find(owner, state);
            for (var column = 0; row >= 0 && column < sums.Length; column++)
            {
                sums[column] += into[state] * Count(row, columns[column].Window, columns[column].Metric);
            }
        }

        return sums;
    }

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
    public int Find(int owner, int state) => Find(StateCells.KeyOf(owner, state));

    internal int Find(UInt128 key)
    {
        var row = _cells.Find(key);
        return row < _sums.Count ? row : -1;
    }

    internal int RowCount => _sums.Count;

    internal UInt128 KeyOf(int row) => _cells.KeyOf(row);

    internal ReadOnlySpan<int> RowOf(int row) => _sums.RowOf(row);

    /// <summary>The events of a metric within a window; 0 for row -1.</summary>
    public int Count(int row, int window, int metric) => row < 0 ? 0 : _sums.RowOf(row)[_cells.Shape.CellOf(window, metric)];

    /// <summary>Takes the lowest state out of a set.</summary>
    internal static int TakeLowest(ref UInt128 states)
    {
        var lowest = (int)UInt128.TrailingZeroCount(states);
        states &= states - 1;
        return lowest;
    }
}
