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

/// <summary>The candidates' offers in one request: states, rows with their weights, transferred counts. Each is computed once, however many features read it.</summary>
/// <remarks>
/// Reused between requests; not thread-safe; allocates nothing once its buffers have grown. What an item, a match group and a type counted in
/// their states is brought together once until it changes (<see cref="ItemCells"/>, <see cref="StateCellsView.WorthIn"/>).
/// </remarks>
internal sealed class OfferScope
{
    private const int KindCount = 4;
    private readonly FeatureScope _scope;
    private readonly IReadOnlyList<StatisticKey> _keys;

    // By table: the table that counts the same events by item, or -1. Where it has no row, no condition of the item has one.
    private readonly int[] _tablesByItem;
    private readonly bool[] _hasRows;
    private readonly OfferRows[] _rows;
    private IReadOnlyList<OfferColumn>? _columnsOf;
    private int _columnCount;
    private OfferState[] _states = [];
    private ItemCells[] _cells = [];
    private double[] _evidence = [];
    private double[] _ofType = [];
    private double[] _ofGroup = [];
    private bool _hasStates;
    private bool _hasEvidence;

    /// <summary>Makes the offers' part of a scope.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="keys">The keys of the vertical's tables of counters.</param>
    public OfferScope(FeatureScope scope, IReadOnlyList<StatisticKey> keys)
    {
        (_scope, _keys, _hasRows) = (scope, keys, new bool[keys.Count]);
        _rows = [.. keys.Select(_ => new OfferRows())];
        _tablesByItem = [.. keys.Select(key => TableByItem(key, keys))];
    }

    private static int TableByItem(StatisticKey key, IReadOnlyList<StatisticKey> keys)
    {
        KeyPart[] parts = [.. key.Parts.Select(part => part.Kind == KeyPartKind.Offer ? new KeyPart(KeyPartKind.Item) : part)];
        return key.IsByOffer ? keys.ToList().FindIndex(other => other.Parts.SequenceEqual(parts)) : -1;
    }

    public void Reset()
    {
        (_hasStates, _hasEvidence) = (false, false);
        Array.Clear(_hasRows);
    }

    public OffersView View => _scope.Market.Offers!;

    /// <summary>The present state of each candidate.</summary>
    public ReadOnlySpan<OfferState> States
    {
        get
        {
            FindStates();
            return _states.AsSpan(0, _scope.Count);
        }
    }

    /// <summary>The mean level of price or delivery time under which a candidate was counted; NaN when it was not. See <see cref="ItemCells.LevelOf"/>.</summary>
    public double SeenLevel(int candidate, OfferAxis axis, int column)
    {
        FindStates();
        var levels = _cells[candidate].Levels;
        return levels.Length == 0 ? double.NaN : levels[((int)axis * _columnCount) + column];
    }

    /// <summary>Evidence of a kind for one candidate: two columns of it.</summary>
    public RateEvidence Of(OfferEvidence kind, int candidate, int successes, int trials)
    {
        FindEvidence();
        var row = Row(kind, candidate);
        return new RateEvidence(row[successes], row[trials]);
    }

    /// <summary>One column of evidence of a kind.</summary>
    public double Count(OfferEvidence kind, int candidate, int column)
    {
        FindEvidence();
        return Row(kind, candidate)[column];
    }

    /// <summary>The rows of the candidates' conditions in a table by offer.</summary>
    public OfferRows RowsOf(int table)
    {
        var rows = _rows[table];
        if (_hasRows[table])
        {
            return rows;
        }

        _hasRows[table] = true;
        FindStates();
        rows.Clear();
        var byItem = _tablesByItem[table] < 0 ? default : _scope.RowsOf(_tablesByItem[table]);
        for (var i = 0; i < _scope.Count; i++)
        {
            if (byItem.IsEmpty || byItem[i] >= 0)
            {
                AddRows(table, rows, i);
            }

            rows.EndCandidate();
        }

        return rows;
    }

    private void AddRows(int table, OfferRows rows, int candidate)
    {
        var (view, key, isOfOffers) = (_scope.Market.Statistics.Tables[table], _keys[table], table == View.Traits.Table);
        var into = Into(candidate);
        foreach (ref readonly var counted in _cells[candidate].Conditions.AsSpan())
        {
            if (into[counted.State] is > 0 and var weight)
            {
                var of = isOfOffers ? 0 : key.Of(_scope.Items[candidate], _scope.User, _scope.QueryHash, counted.Condition);
                var row = isOfOffers ? counted.Row : of == 0 ? -1 : view.Find(of);
                if (row >= 0)
                {
                    rows.Add(row, weight);
                }
            }
        }
    }

    private ReadOnlySpan<double> Into(int candidate) => View.MatrixOf(View.Traits.TypeOf(_scope.Items[candidate]), _scope.Market.Keywords).Into(_states[candidate]);

    private void FindStates()
    {
        if (_hasStates)
        {
            return;
        }

        _hasStates = true;
        var view = View;
        if (!ReferenceEquals(_columnsOf, view.Traits.Columns))
        {
            (_columnsOf, _columnCount) = (view.Traits.Columns, view.Traits.Columns.Count);
            (_ofType, _ofGroup) = (new double[_columnCount], new double[_columnCount]);
        }

        if (_states.Length < _scope.Count)
        {
            _states = new OfferState[Math.Max(64, _scope.Count)];
            _cells = new ItemCells[_states.Length];
        }

        var zone = view.ZoneOf(_scope.Region);
        var items = _scope.Items;
        var conditions = view.Conditions;
        ref readonly var counts = ref _scope.Market.Statistics.Tables[view.Traits.Table];
        for (var i = 0; i < items.Length; i++)
        {
            _states[i] = view.StateOf(items[i], _scope.Region, zone);
            _cells[i] = conditions.CellsOf(items[i].Ordinal, counts, view.Traits.Columns);
        }
    }

    private void FindEvidence()
    {
        if (_hasEvidence)
        {
            return;
        }

        _hasEvidence = true;
        FindStates();
        var length = _scope.Count * KindCount * _columnCount;
        if (_evidence.Length < length)
        {
            _evidence = new double[Math.Max(1024, length * 2)];
        }

        Array.Clear(_evidence, 0, length);
        var view = View;
        var (groups, types) = (view.Groups, view.Types);
        for (var i = 0; i < _scope.Count; i++)
        {
            var (type, group) = (view.Traits.TypeOf(_scope.Items[i]), view.GroupOf(_scope.Items[i]));
            var matrix = view.MatrixOf(type, _scope.Market.Keywords);
            AddOwn(i, matrix.Into(_states[i]), type, group);

            // An owner without counts is the rule in a large catalogue: nothing is looked up for it.
            if (group >= 0 && groups.StatesOf(group) != 0)
            {
                AddOthers(Row(OfferEvidence.Match, i), groups.WorthIn(_states[i], group, matrix, view.Traits.Columns), _ofGroup);
            }

            if (type >= 0 && types.StatesOf(type) != 0)
            {
                AddOthers(Row(OfferEvidence.Type, i), types.WorthIn(_states[i], type, matrix, view.Traits.Columns), _ofType);
            }
        }
    }

    private Span<double> Row(OfferEvidence kind, int candidate) => _evidence.AsSpan(((candidate * KindCount) + (int)kind) * _columnCount, _columnCount);

    private void AddOwn(int candidate, ReadOnlySpan<double> into, int type, int group)
    {
        Array.Clear(_ofType);
        Array.Clear(_ofGroup);
        var (cells, present, isFound) = (_cells[candidate], _states[candidate].Index, View.Traits.FindsGroups);
        for (var i = 0; i < cells.Places.Length; i++)
        {
            var place = cells.Places[i];
            var weight = into[place.State];
            var counts = cells.Counts.AsSpan(i * _columnCount, _columnCount);
            AddWeighted(Row(place.State == present ? OfferEvidence.Own : OfferEvidence.Transferred, candidate), counts, weight);
            if (place.Type == type)
            {
                AddWeighted(_ofType, counts, weight);
            }

            if (isFound || place.Group == group)
            {
                AddWeighted(_ofGroup, counts, weight);
            }
        }
    }

    // Of an owner's counts, those of the item itself are left out. The difference of two sums of fractions may be off by a rounding.
    private static void AddOthers(Span<double> target, ReadOnlySpan<double> all, ReadOnlySpan<double> own)
    {
        for (var column = 0; column < target.Length; column++)
        {
            target[column] = Math.Max(0, all[column] - own[column]);
        }
    }

    private static void AddWeighted(Span<double> sums, ReadOnlySpan<double> counts, double weight)
    {
        for (var column = 0; column < sums.Length; column++)
        {
            sums[column] += weight * counts[column];
        }
    }
}
