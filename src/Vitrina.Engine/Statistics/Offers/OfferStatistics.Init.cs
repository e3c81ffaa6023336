using Vitrina.Engine.Catalog;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>New generations: what an Init makes, beside the work or at once, and what follows from it for everything counted.</summary>
public sealed partial class OfferStatistics
{
    /// <summary>The Init that is under way; null when none is.</summary>
    public Task? Pending => _pending;

    /// <summary>
    /// Whether an Init must be made at once: at the first event, after the declared days, and when the catalogue has doubled since the last one,
    /// whose deciles say little about it then. Never while one is under way: a server begins one beside its work the day before (see EngineRuntime).
    /// </summary>
    public bool IsOverdue(int today) => _itemCount > 0 && _pending is null
        && (_current is null || today - _initDay >= (int)_traits.Declaration.Init.TotalDays || (today > _initDay && HasOutgrown));

    private bool HasOutgrown => _itemCount >= 2 * Math.Max(_itemsAtInit, _traits.Declaration.MinItems);

    /// <summary>Begins an Init beside what goes on; <see cref="FinishInit"/> takes what it finds. Nothing happens while one is under way.</summary>
    /// <param name="today">The day.</param>
    /// <param name="atMs">Now, Unix milliseconds.</param>
    /// <param name="items">The vertical's items, by ordinal.</param>
    public void BeginInit(int today, long atMs, IReadOnlyList<Item> items)
    {
        if (_pending is null)
        {
            var init = Prepare(today, atMs, items);
            _pending = Task.Factory.StartNew(() => init.Compute(threads: 1), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    /// <summary>Lets hold what was begun, as it was found then; waits for it where it is not done. Nothing happens when none is under way.</summary>
    /// <param name="items">The vertical's items, by ordinal.</param>
    /// <param name="counts">The table of counters by offer.</param>
    public void FinishInit(IReadOnlyList<Item> items, CounterView counts)
    {
        if (_pending is { } pending)
        {
            _pending = null;
            Hold(pending.GetAwaiter().GetResult(), items, counts);
        }
    }

    private OfferInit Prepare(int today, long atMs, IReadOnlyList<Item> items) => new(_traits)
    {
        Today = today,
        Days = _historyDays,
        AtMs = atMs,
        Items = items,
        Changes = _history.Freeze(),
        Zones = [.. Enumerable.Range(0, Zones.Count).Select(zone => Zones[zone])],
        TimeZone = _zone,
    };

    /// <summary>Makes a new generation: thresholds, one step of hysteresis, states of all counts. A second Init of the same day replaces the first.</summary>
    /// <param name="today">The day.</param>
    /// <param name="atMs">Now, Unix milliseconds.</param>
    /// <param name="items">The vertical's items.</param>
    /// <param name="counts">The table of counters by offer.</param>
    public void Init(int today, long atMs, IReadOnlyList<Item> items, CounterView counts)
    {
        ArgumentNullException.ThrowIfNull(items);
        Hold(Prepare(today, atMs, items).Compute(Environment.ProcessorCount), items, counts);
    }

    private void Hold(OfferInitResult result, IReadOnlyList<Item> items, CounterView counts)
    {
        var (present, day) = (_current?.Generation, result.Generation.Day);
        var older = present?.Day == day ? _previous : _current;

        // Where nothing is new, not even the time is.
        var generation = present?.Day == day && present.HasThresholdsOf(result.Generation) ? present : result.Generation.Numbered((older?.Generation.Number ?? 0) + 1);
        var next = new OfferEpoch(generation, _traits, Zones);
        if (_traits.Declaration.Smoothing != OfferSmoothing.None)
        {
            foreach (var item in items)
            {
                next.Step(older, item);
            }
        }

        (_previous, _current, _initDay, _itemsAtInit) = (older, next, day, _itemCount);
        Take(result.Matched, items);
        Take(Recount(counts));
    }

    // What changed its title since the Init began is looked at again.
    private void Take(IReadOnlyList<MatchedItem> matched, IReadOnlyList<Item> items)
    {
        _found = FoundGroups.Of(matched);
        foreach (var ordinal in _retitled.Order())
        {
            if (_itemAt(ordinal) is { } item)
            {
                _found.Set(ordinal, -1, null);
                var key = _traits.KeyOf(item);
                _found.Set(ordinal, _found.Find(item, key, _itemAt), key);
            }
        }

        _retitled.Clear();
        FindLowestPrices(items);
    }

    private void FindLowestPrices(IReadOnlyList<Item> items)
    {
        _groupPrices = new GroupPrices(_traits);
        foreach (var item in items)
        {
            _groupPrices.Apply(null, -1, item, GroupOf(item));
        }
    }

    /// <summary>Takes the thresholds and held bins of before the last Init back; own changes since stay.</summary>
    /// <returns>False when there is nothing to go back to.</returns>
    public bool Rollback(int today, CounterView counts)
    {
        if (_previous is null)
        {
            return false;
        }

        (_current, _previous, _initDay) = (_previous, null, today);
        Take(Recount(counts));
        return true;
    }

    // A title is as good as an attribute: an item whose title says the same as a group's belongs to it from now on, with all that it counted.
    private void Regroup(Item item, Func<CounterView> counts)
    {
        if (_pending is not null)
        {
            _retitled.Add(item.Ordinal);
        }

        var key = _found.IsEmpty ? null : _traits.KeyOf(item);
        var (old, group) = (_found.Of(item.Ordinal), _found.Find(item, key, _itemAt));
        if (old < 0 && group < 0)
        {
            return;
        }

        var first = _conditions.NewestOf(item.Ordinal);
        if (first >= 0)
        {
            AddAll(first, counts(), -1);
        }

        _found.Set(item.Ordinal, group, key);
        if (first >= 0)
        {
            AddAll(first, counts(), 1);
        }
    }

    // Of all conditions of one item, from its newest on.
    private void AddAll(int newest, CounterView counts, int sign)
    {
        for (var at = newest; at >= 0; at = _conditions[at].Next)
        {
            _cells.AddAll(at, counts, counts.Find(StatisticKey.Offer.Of(null, -1, 0, at)), sign);
            _cells.Forget(at);
            _conditions.Change(at);
        }
    }

    private AnalogCells Recount(CounterView counts)
    {
        var cells = new AnalogCells(_shape, PlaceOf);
        for (var row = 0; row < counts.RowCount; row++)
        {
            cells.AddAll(StatisticKey.ConditionIn(counts.KeyOf(row)), counts, row, 1);
        }

        return cells;
    }

    private void Take(AnalogCells cells)
    {
        _cells = cells;
        for (var condition = 0; condition < _conditions.Count; condition++)
        {
            _conditions.SetState(condition, StateOf(_conditions[condition]));
        }
    }
}
