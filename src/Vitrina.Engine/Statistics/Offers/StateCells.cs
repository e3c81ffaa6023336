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

    /// <summary>Bytes held.</summary>
    public long Bytes => _keys.Bytes + (_sums.Count * (long)sizeof(int)) + (_states.Count * 16L);

    private int Stride => shape.Metrics * shape.WindowDays.Count;

    /// <summary>Counts one event in the windows that its age still lies in.</summary>
    /// <param name="row">A row that <see cref="RowOf"/> gave.</param>
    /// <param name="metric">The metric's index.</param>
    /// <param name="ageDays">How many days before today it happened.</param>
    public void Count(int row, int metric, int ageDays)
    {
        var first = row * Stride;
        for (var window = shape.WindowDays.Count - 1; window >= 0 && ageDays < shape.WindowDays[window]; window--)
        {
            _sums.Edit(first + (window * shape.Metrics) + metric)++;
        }
    }

    /// <summary>Adds to one cell.</summary>
    public void Add(int row, int window, int metric, int change) => _sums.Edit((row * Stride) + (window * shape.Metrics) + metric) += change;

    /// <summary>The row of an owner's state, given at first sight.</summary>
    public int RowOf(int owner, int state)
    {
        var row = _keys.GetOrAdd(KeyOf(owner, state), out var added);
        if (added)
        {
            _sums.EnsureCount((row + 1) * Stride);
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
    public StateCellsView Freeze() => new(_keys, _sums.Freeze(), _states.Freeze(), shape.Metrics, Stride);

    /// <summary>A view of the present content, valid until the next write.</summary>
    public StateCellsView Live() => new(_keys, _sums.Live(), _states.Live(), shape.Metrics, Stride);
}

/// <summary>A frozen state of <see cref="StateCells"/>. Safe for concurrent use.</summary>
public readonly struct StateCellsView
{
    private readonly KeyTable _keys;
    private readonly PagedView<int> _sums;
    private readonly PagedView<UInt128> _states;
    private readonly int _metrics;
    private readonly int _stride;

    internal StateCellsView(KeyTable keys, PagedView<int> sums, PagedView<UInt128> states, int metrics, int stride) =>
        (_keys, _sums, _states, _metrics, _stride) = (keys, sums, states, metrics, stride);

    /// <summary>The states of an owner that ever had a count, a bit each.</summary>
    public UInt128 StatesOf(int owner) => (uint)owner < (uint)_states.Count ? _states[owner] : 0;

    /// <summary>The row of an owner's state; -1 = none.</summary>
    public int Find(int owner, int state)
    {
        var row = _keys.Find(StateCells.KeyOf(owner, state));
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
