using Vitrina.Engine.Catalog;

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

    /// <summary>
    /// Makes ready what follows from an Init that is computed, beside what goes on: what is left for <see cref="FinishInit"/> is what changed since.
    /// Nothing happens while it is not computed, and a second time.
    /// </summary>
    /// <param name="items">Gives the vertical's items, by ordinal.</param>
    /// <param name="counts">Gives the table of counters by offer, frozen.</param>
    public void BeginHandover(Func<IReadOnlyList<Item>> items, Func<CounterView> counts)
    {
        if (_handover is null && _pending is { IsCompletedSuccessfully: true } pending)
        {
            _handover = HandoverOf(pending.Result, items(), counts());
            _handover.Begin();
        }
    }

    /// <summary>Lets hold what was begun, as it was found then; waits for it where it is not done. Nothing happens when none is under way.</summary>
    /// <param name="items">Gives the vertical's items, by ordinal.</param>
    /// <param name="counts">Gives the table of counters by offer.</param>
    public void FinishInit(Func<IReadOnlyList<Item>> items, Func<CounterView> counts)
    {
        if (_pending is not { } pending)
        {
            return;
        }

        var result = pending.GetAwaiter().GetResult();
        _pending = null;
        if (_handover is { Ready: { } ready } handover && handover.Fits(_current, OlderOf(result), _traits))
        {
            ready.GetAwaiter().GetResult();
            Take(handover, counts());
        }
        else
        {
            Hold(result, items(), counts());
        }
    }

    /// <summary>Forgets what was made ready: it is made again when it is taken over.</summary>
    public void ForgetHandover() => _handover = null;

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
        var handover = HandoverOf(result, items, counts);
        handover.Compute();
        Take(handover, counts);
    }

    private OfferEpoch? OlderOf(OfferInitResult result) => _current?.Generation.Day == result.Generation.Day ? _previous : _current;

    private OfferHandover HandoverOf(OfferInitResult result, IReadOnlyList<Item> items, CounterView counts)
    {
        var older = OlderOf(result);
        return new OfferHandover
        {
            Result = result,
            Present = _current,
            Older = older,
            OlderHeld = older?.Held.Freeze() ?? default,
            Items = items,
            Recount = RecountOf(counts),
            Zones = Zones,
            ZoneCount = Zones.Count,
        };
    }

    // Everything that was made ready, and again whatever changed meanwhile: its cost is that of the changes.
    private void Take(OfferHandover ready, CounterView counts)
    {
        (_previous, _current, _initDay, _itemsAtInit) = (ready.Older, ready.Next, ready.Result.Generation.Day, _itemCount);
        List<int> changed = [.. ready.Changed.Keys.Union(_retitled).Order()];
        int[] oldGroups = [.. changed.Select(ready.Found.Of)];
        foreach (var ordinal in changed)
        {
            if (_itemAt(ordinal) is { } item)
            {
                ready.Step(item, ready.Older?.Held.Live() ?? default);
            }
        }

        _found = ready.Found;
        Take(ready.Cells, ready.Recount);
        foreach (var late in ready.Late)
        {
            if (late.Window < 0)
            {
                _cells.Count(late.Condition, late.Metric, late.Change);
            }
            else
            {
                _cells.Add(late.Condition, late.Window, late.Metric, late.Change);
            }
        }

        GroupRetitled(counts);
        if (ready.Prices is { } prices)
        {
            _groupPrices = prices;
            for (var i = 0; i < changed.Count; i++)
            {
                if (_itemAt(changed[i]) is { } item)
                {
                    prices.Apply(ready.Changed.TryGetValue(changed[i], out var before) ? before : item, oldGroups[i], item, GroupOf(item));
                }
            }
        }

        _handover = null;
    }

    // What changed its title since the Init began is looked at again.
    private void GroupRetitled(CounterView counts)
    {
        foreach (var ordinal in _retitled.Order())
        {
            if (_itemAt(ordinal) is { } item)
            {
                AddAll(_conditions.NewestOf(ordinal), counts, -1);
                _found.Set(ordinal, -1, null);
                var key = _traits.KeyOf(item);
                _found.Set(ordinal, _found.Find(item, key, _itemAt), key);
                AddAll(_conditions.NewestOf(ordinal), counts, 1);
            }
        }

        _retitled.Clear();
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
        Recount(counts);
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

    /// <summary>
    /// Recounts what analogs are asked for and says in how many cells live counting was off, beside what goes on: <see cref="FinishUpdate"/> takes the answer.
    /// </summary>
    /// <param name="atMs">Now, Unix milliseconds.</param>
    /// <param name="counts">The table of counters by offer, frozen.</param>
    public void BeginUpdate(long atMs, CounterView counts)
    {
        var (recount, generation, found) = (RecountOf(counts), _current?.Generation, _found.Freeze());
        var (types, groups) = (_cells.Types.Freeze(), _cells.Groups.Freeze());
        var check = Task.Factory.StartNew(() => recount.Compute(generation, found).DifferencesTo(types, groups), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _check = (atMs, check);
    }

    /// <summary>The Update that is under way; null when none is, or it is done.</summary>
    public Task? PendingUpdate => _check is { Differences: { IsCompleted: false } update } ? update : null;

    /// <summary>Takes what an Update found. Where live counting was off, the recount holds from now on. Nothing happens when none is under way.</summary>
    /// <param name="waits">True waits for it; else nothing happens while it is not done.</param>
    /// <param name="counts">Gives the table of counters by offer.</param>
    public void FinishUpdate(bool waits, Func<CounterView> counts)
    {
        if (_check is not { } check || !(waits || check.Differences.IsCompleted))
        {
            return;
        }

        _check = null;
        LastUpdate = new OfferUpdate(check.AtMs, check.Differences.GetAwaiter().GetResult());
        if (LastUpdate.Differences > 0)
        {
            Recount(counts());
        }
    }

    private OfferRecount RecountOf(CounterView counts) => new() { Traits = _traits, Shape = _shape, Conditions = _conditions.Freeze(), Counts = counts };

    private void Recount(CounterView counts)
    {
        var recount = RecountOf(counts);
        Take(recount.Compute(_current?.Generation, _found.Live()), recount);
    }

    private void Take(AnalogCells cells, OfferRecount recount)
    {
        _cells = cells;
        _cells.PlaceOf = PlaceOf;
        _conditions.TakeStates(recount.States);
        for (var condition = recount.Conditions.Count; condition < _conditions.Count; condition++)
        {
            _conditions.SetState(condition, StateOf(_conditions[condition]));
        }
    }
}
