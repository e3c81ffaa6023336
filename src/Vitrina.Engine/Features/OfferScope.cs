using System.Numerics.Tensors;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Statistics.Offers;

namespace Vitrina.Engine.Features;

/// <summary>Where evidence about an offer comes from.</summary>
internal enum OfferEvidence
{
    /// <summary>The item in its present state.</summary>
    Own,

    /// <summary>The item in its other states, weighted by W into the present one.</summary>
    Transferred,

    /// <summary>The other items of the match group, weighted by W.</summary>
    Match,

    /// <summary>The other items of the type, weighted by W.</summary>
    Type,
}

/// <summary>The candidates' offers in one request: states, conditions with their weights, transferred counts. Each is computed once, however many features read it.</summary>
/// <remarks>
/// Reused between requests; not thread-safe; allocates nothing once its buffers have grown. An item's counts in its state are the sums over its own
/// conditions (2–5 states an item), weighted by W; a type's 100 states are laid out once per type and request, and one product per candidate.
/// </remarks>
internal sealed class OfferScope(FeatureScope scope, int tableCount)
{
    private readonly bool[] _hasRows = new bool[tableCount];
    private readonly int[][] _rows = [.. Enumerable.Repeat(Array.Empty<int>(), tableCount)];
    private readonly Dictionary<int, int> _typeSlots = [];
    private readonly List<double[]> _typeCells = [];
    private readonly double[][] _evidence = [[], [], [], []];
    private OfferState[] _states = [];
    private int[] _starts = [0];
    private int[] _conditions = [];
    private double[] _weights = [];
    private double[] _ofType = [];
    private double[] _ofGroup = [];
    private bool _hasStates;
    private bool _hasEvidence;

    public void Reset()
    {
        (_hasStates, _hasEvidence) = (false, false);
        Array.Clear(_hasRows);
        _typeSlots.Clear();
    }

    public OffersView View => scope.Market.Offers!;

    private int ColumnCount => View.Traits.Columns.Count;

    /// <summary>The present state of each candidate.</summary>
    public ReadOnlySpan<OfferState> States
    {
        get
        {
            FindStates();
            return _states.AsSpan(0, scope.Count);
        }
    }

    /// <summary>Where the conditions of each candidate begin in <see cref="Conditions"/> and <see cref="Weights"/>; one more than candidates.</summary>
    public ReadOnlySpan<int> Starts
    {
        get
        {
            FindStates();
            return _starts.AsSpan(0, scope.Count + 1);
        }
    }

    /// <summary>The conditions of all candidates that are worth something in the present states.</summary>
    public ReadOnlySpan<int> Conditions => _conditions;

    /// <summary>W of each condition.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>Evidence of a kind for one candidate: two columns of it.</summary>
    public RateEvidence Of(OfferEvidence kind, int candidate, int successes, int trials)
    {
        FindEvidence();
        var row = _evidence[(int)kind].AsSpan(candidate * ColumnCount, ColumnCount);
        return new RateEvidence(row[successes], row[trials]);
    }

    /// <summary>One column of evidence of a kind.</summary>
    public double Count(OfferEvidence kind, int candidate, int column)
    {
        FindEvidence();
        return _evidence[(int)kind][(candidate * ColumnCount) + column];
    }

    /// <summary>The row of each of <see cref="Conditions"/> in a table by offer; -1 = nothing counted.</summary>
    public ReadOnlySpan<int> RowsOf(int table, StatisticKey key)
    {
        FindStates();
        var count = _starts[scope.Count];
        if (!_hasRows[table])
        {
            if (_rows[table].Length < count)
            {
                _rows[table] = new int[Math.Max(64, _conditions.Length)];
            }

            var view = scope.Market.Statistics.Tables[table];
            for (var i = 0; i < scope.Count; i++)
            {
                for (var at = _starts[i]; at < _starts[i + 1]; at++)
                {
                    var of = key.Of(scope.Items[i], scope.User, scope.QueryHash, _conditions[at]);
                    _rows[table][at] = of == 0 ? -1 : view.Find(of);
                }
            }

            _hasRows[table] = true;
        }

        return _rows[table].AsSpan(0, count);
    }

    private void FindStates()
    {
        if (_hasStates)
        {
            return;
        }

        _hasStates = true;
        if (_states.Length < scope.Count)
        {
            _states = new OfferState[Math.Max(64, scope.Count)];
            _starts = new int[_states.Length + 1];
        }

        var view = View;
        var items = scope.Items;
        var count = 0;
        for (var i = 0; i < items.Length; i++)
        {
            var state = _states[i] = view.StateOf(items[i], scope.Region);
            _starts[i] = count;
            var into = view.MatrixOf(view.Traits.TypeOf(items[i]), scope.Market.Keywords).Into(state);
            for (var at = view.Conditions.NewestOf(items[i].Ordinal); at >= 0; at = view.Conditions[at].Next)
            {
                if (into[view.StateOf(view.Conditions[at]).Index] is > 0 and var weight)
                {
                    Add(count++, at, weight);
                }
            }
        }

        _starts[items.Length] = count;
    }

    private void Add(int index, int condition, double weight)
    {
        if (index == _conditions.Length)
        {
            Array.Resize(ref _conditions, Math.Max(256, index * 2));
            Array.Resize(ref _weights, _conditions.Length);
        }

        (_conditions[index], _weights[index]) = (condition, weight);
    }

    private void FindEvidence()
    {
        if (_hasEvidence)
        {
            return;
        }

        _hasEvidence = true;
        var cells = scope.Count * ColumnCount;
        for (var kind = 0; kind < _evidence.Length; kind++)
        {
            if (_evidence[kind].Length < cells)
            {
                _evidence[kind] = new double[Math.Max(1024, cells * 2)];
            }

            Array.Clear(_evidence[kind], 0, cells);
        }

        if (_ofType.Length < ColumnCount)
        {
            (_ofType, _ofGroup) = (new double[ColumnCount], new double[ColumnCount]);
        }

        var rows = RowsOf(View.Traits.Table, StatisticKey.Offer);
        for (var i = 0; i < scope.Count; i++)
        {
            AddOwn(i, rows);
            AddGroup(i);
            AddType(i);
        }
    }

    private Span<double> Row(OfferEvidence kind, int candidate) => _evidence[(int)kind].AsSpan(candidate * ColumnCount, ColumnCount);

    private void AddOwn(int candidate, ReadOnlySpan<int> rows)
    {
        Array.Clear(_ofType);
        Array.Clear(_ofGroup);
        var (view, counts, columns) = (View, scope.Market.Statistics.Tables[View.Traits.Table], View.Traits.Columns);
        var (type, group) = (view.Traits.TypeOf(scope.Items[candidate]), view.Traits.GroupOf(scope.Items[candidate]));
        for (var at = _starts[candidate]; at < _starts[candidate + 1]; at++)
        {
            if (rows[at] < 0)
            {
                continue;
            }

            ref readonly var condition = ref view.Conditions[_conditions[at]];
            var target = Row(view.StateOf(condition) == _states[candidate] ? OfferEvidence.Own : OfferEvidence.Transferred, candidate);
            var (isOfType, isOfGroup) = (condition.Type == type, condition.Group == group);
            for (var column = 0; column < target.Length; column++)
            {
                var count = _weights[at] * counts.Count(rows[at], columns[column].Window, columns[column].Metric);
                target[column] += count;
                _ofType[column] += isOfType ? count : 0;
                _ofGroup[column] += isOfGroup ? count : 0;
            }
        }
    }

    private void AddGroup(int candidate)
    {
        var view = View;
        var group = view.Traits.GroupOf(scope.Items[candidate]);
        if (group < 0)
        {
            return;
        }

        var target = Row(OfferEvidence.Match, candidate);
        var columns = view.Traits.Columns;
        var into = view.MatrixOf(view.Traits.TypeOf(scope.Items[candidate]), scope.Market.Keywords).Into(_states[candidate]);
        for (var states = view.Groups.StatesOf(group); states != 0;)
        {
            var state = StateCellsView.TakeLowest(ref states);
            var row = view.Groups.Find(group, state);
            for (var column = 0; row >= 0 && column < target.Length; column++)
            {
                target[column] += into[state] * view.Groups.Count(row, columns[column].Window, columns[column].Metric);
            }
        }

        LeaveOut(target, _ofGroup);
    }

    private void AddType(int candidate)
    {
        var type = View.Traits.TypeOf(scope.Items[candidate]);
        if (type < 0)
        {
            return;
        }

        var target = Row(OfferEvidence.Type, candidate);
        var cells = CellsOf(type);
        var into = View.MatrixOf(type, scope.Market.Keywords).Into(_states[candidate]);
        for (var column = 0; column < target.Length; column++)
        {
            target[column] = TensorPrimitives.Dot(into, cells.AsSpan(column * OfferState.Count, OfferState.Count));
        }

        LeaveOut(target, _ofType);
    }

    // The difference of two sums of fractions may be off by a rounding.
    private static void LeaveOut(Span<double> sums, ReadOnlySpan<double> own)
    {
        for (var column = 0; column < sums.Length; column++)
        {
            sums[column] = Math.Max(0, sums[column] - own[column]);
        }
    }

    // A type's counts, [columns x states].
    private double[] CellsOf(int type)
    {
        if (_typeSlots.TryGetValue(type, out var slot))
        {
            return _typeCells[slot];
        }

        slot = _typeSlots[type] = _typeSlots.Count;
        if (slot == _typeCells.Count)
        {
            _typeCells.Add([]);
        }

        var (view, columns) = (View, View.Traits.Columns);
        if (_typeCells[slot].Length < ColumnCount * OfferState.Count)
        {
            _typeCells[slot] = new double[ColumnCount * OfferState.Count];
        }

        var cells = _typeCells[slot];
        Array.Clear(cells);
        for (var states = view.Types.StatesOf(type); states != 0;)
        {
            var state = StateCellsView.TakeLowest(ref states);
            var row = view.Types.Find(type, state);
            for (var column = 0; column < columns.Count; column++)
            {
                cells[(column * OfferState.Count) + state] = view.Types.Count(row, columns[column].Window, columns[column].Metric);
            }
        }

        return cells;
    }
}
