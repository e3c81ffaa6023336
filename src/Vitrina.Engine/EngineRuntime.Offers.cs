using System.Collections.Concurrent;
using System.Diagnostics;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine;

/// <summary>Offers: steps of their life cycle, and what is known about one.</summary>
public sealed partial class EngineRuntime
{
    private const int MostPeers = 50;

    // Looks of the watcher, a second apart, that find as many items as before.
    private const int SettledLooks = 10;

    // By vertical: the Init that is under way, and what ends when it holds.
    private readonly ConcurrentDictionary<string, (Task Pending, Task Finished)> _finishing = new(StringComparer.Ordinal);

    // By vertical: where the watcher began an Init last, how many items it saw last, and how often in a row. The watcher's alone.
    private readonly Dictionary<string, (long AsOf, int Items, int Looks)> _initsSeen = new(StringComparer.Ordinal);

    /// <summary>The verticals that keep statistics of offers.</summary>
    public IReadOnlyList<string> OfferVerticals => [.. Snapshot.Verticals.Values.Where(vertical => vertical.Market.Offers is not null).Select(vertical => vertical.Vertical.Name).Order(StringComparer.Ordinal)];

    /// <summary>
    /// Makes new thresholds beside what goes on: an entry of the journal says from which state, another one from where on they hold, so that it is done
    /// once or not at all whatever happens to the process.
    /// </summary>
    /// <exception cref="OffersRefusedException">The vertical keeps no offers.</exception>
    public Task<OffersSummary> InitOffersAsync(string vertical, string author, CancellationToken cancellationToken = default) =>
        StepAsync(EntryKind.OffersInitBegun, vertical, "", author, cancellationToken);

    /// <summary>Slides windows to now and recounts what live counting made; nothing changes unless something was wrong.</summary>
    /// <exception cref="OffersRefusedException">The vertical keeps no offers.</exception>
    public Task<OffersSummary> UpdateOffersAsync(string vertical, string author, CancellationToken cancellationToken = default) =>
        StepAsync(EntryKind.OffersUpdate, vertical, "", author, cancellationToken);

    /// <summary>Goes back to the thresholds of before the last Init.</summary>
    /// <exception cref="OffersRefusedException">The vertical keeps no offers, or there is nothing to go back to.</exception>
    public Task<OffersSummary> RollbackOffersAsync(string vertical, string author, CancellationToken cancellationToken = default) =>
        OffersOf(vertical).Market.Offers!.Previous is null
            ? throw new OffersRefusedException("nothing_to_roll_back_to", $"offers of '{vertical}' have no older thresholds to go back to")
            : StepAsync(EntryKind.OffersRollback, vertical, "", author, cancellationToken);

    /// <summary>Lets another transfer matrix hold.</summary>
    /// <param name="vertical">The vertical.</param>
    /// <param name="document">Null: the default again.</param>
    /// <param name="author">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait, not the change.</param>
    /// <exception cref="OffersRefusedException">The vertical keeps no offers, or the document names a type that no item has.</exception>
    public async Task<TransferDocument> SetTransferAsync(string vertical, TransferDocument? document, string author, CancellationToken cancellationToken = default)
    {
        var market = OffersOf(vertical).Market;
        var types = market.Keywords[market.Offers!.Traits.TypeSlot];
        if (document?.Types.Keys.FirstOrDefault(type => types.Find(type) < 0) is { } unknown)
        {
            var known = Enumerable.Range(0, types.Count).Select(type => types[type]);
            throw new OffersRefusedException("unknown_type", $"types.{unknown}: no item of '{vertical}' has this type{(NearestName.Find(unknown, known) is { } nearest ? $"; did you mean '{nearest}'?" : "")}");
        }

        await StepAsync(EntryKind.OffersTransfer, vertical, document?.ToJson() ?? "", author, cancellationToken);
        return OffersOf(vertical).Market.Offers!.Transfer;
    }

    /// <summary>One vertical, which keeps offers.</summary>
    /// <exception cref="OffersRefusedException">There is no such vertical, or it keeps none.</exception>
    public VerticalSnapshot OffersOf(string vertical)
    {
        ArgumentNullException.ThrowIfNull(vertical);
        return Snapshot.Verticals.TryGetValue(vertical, out var found) && found.Market.Offers is not null
            ? found
            : throw new OffersRefusedException(OffersRefusedException.UnknownVertical, $"there is no vertical '{vertical}' with statistics of offers; {(OfferVerticals is [] ? "none has them" : $"there are {string.Join(", ", OfferVerticals)}")}");
    }

    private async Task<OffersSummary> StepAsync(EntryKind kind, string vertical, string value, string author, CancellationToken cancellationToken)
    {
        var before = OffersOf(vertical).Market.Offers!;
        var began = Stopwatch.GetTimestamp();
        var result = await Writer.AppendAndWaitAsync([new PendingEntry(kind, new ControlEntry(vertical, value, author).ToBytes())], cancellationToken);
        await WaitForAsync(result.LastSequence, cancellationToken);
        if (kind == EntryKind.OffersInitBegun && _finishing.TryGetValue(vertical, out var finishing))
        {
            await finishing.Finished.WaitAsync(cancellationToken);
        }

        if (kind == EntryKind.OffersUpdate && OffersOf(vertical).Market.Offers!.Check is { } check)
        {
            await check.WaitAsync(cancellationToken);
            await NextSnapshotAsync(cancellationToken);
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var after = OffersOf(vertical);
        var moved = ItemsOf(after).Count(item => before.StateOf(item, null) != after.Market.Offers!.StateOf(item, null));
        return OffersSummary(vertical) with { MovedItems = moved, Seconds = seconds };
    }

    // On the applier's thread, before a snapshot shows that an Init is under way; also one that a killed process left.
    private void FinishOffers()
    {
        foreach (var (vertical, market) in _state.Markets)
        {
            market.FinishUpdate(waits: false);
            if (_state.RecountsBeside)
            {
                market.BeginHandover();
            }

            if (market.PendingInit is { } pending && !(_finishing.TryGetValue(vertical, out var known) && known.Pending == pending))
            {
                _finishing[vertical] = (pending, FinishInitAsync(vertical, pending));
            }
        }
    }

    private async Task FinishInitAsync(string vertical, Task pending)
    {
        // What failed fails again where it is applied, and is reported there.
        await pending.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            if (_isServing && !PublishesOnlyWhenAwaited)
            {
                await NextSnapshotAsync();
            }

            if (Snapshot.Verticals.GetValueOrDefault(vertical)?.Market.Offers?.Handover?.Ready is { } handover)
            {
                await handover.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }

            var result = await Writer.AppendAndWaitAsync([new PendingEntry(EntryKind.OffersInitFinished, new ControlEntry(vertical, "", "engine").ToBytes())]);
            await WaitForAsync(result.LastSequence);
        }
        catch (JournalUnavailableException)
        {
            // The engine stops: the next start finishes it.
        }
    }

    private Exception? Stopped => _failure ?? (_hasStopped ? new JournalUnavailableException("the engine has stopped") : null);

    // A snapshot that is published from now on.
    private Task NextSnapshotAsync(CancellationToken cancellationToken = default)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waitersGate)
        {
            _waiters.Add((long.MinValue, done));
        }

        if (Stopped is { } stopped)
        {
            done.TrySetException(stopped);
        }

        Nudge();
        return done.Task.WaitAsync(cancellationToken);
    }

    // On the day before the state would make one itself, and everything would wait for it; soon for a catalogue that has none or has outgrown its last
    // one, when it has stopped growing for a while.
    private void BeginInits()
    {
        var (snapshot, nowMs) = (Snapshot, _time.GetUtcNow().ToUnixTimeMilliseconds());
        foreach (var (name, vertical) in snapshot.Verticals)
        {
            if (vertical.Market.Offers is not { IsInitPending: false } offers)
            {
                continue;
            }

            var seen = _initsSeen.GetValueOrDefault(name, (AsOf: -1, Items: -1, Looks: 0));
            var items = vertical.Market.Items.Count;
            seen = (seen.AsOf, items, items == seen.Items ? seen.Looks + 1 : 0);
            var days = new Statistics.DayClock(vertical.Vertical.TimeZone).DayOf(nowMs) - offers.InitDay;
            var isDue = offers.Generation is not null && days >= Math.Max(1, (int)offers.Traits.Declaration.Init.TotalDays - 1);
            if ((isDue || (offers.IsInitDue && seen.Looks >= SettledLooks)) && snapshot.AsOf > seen.AsOf
                && Writer.TryEnqueueAndForget(new PendingEntry(EntryKind.OffersInitBegun, new ControlEntry(name, "", "engine").ToBytes())))
            {
                seen = (snapshot.AsOf, items, 0);
            }

            _initsSeen[name] = seen;
        }
    }

    /// <summary>What there is of offers in a vertical. Cost: a pass over its items and conditions.</summary>
    public OffersSummary OffersSummary(string vertical)
    {
        var snapshot = OffersOf(vertical);
        var offers = snapshot.Market.Offers!;
        var states = new HashSet<(int Item, int State)>();
        for (var condition = 0; condition < offers.Conditions.Count; condition++)
        {
            states.Add((offers.Conditions[condition].Item, offers.StateOf(offers.Conditions[condition]).Index));
        }

        var (items, held) = (0, 0);
        foreach (var item in ItemsOf(snapshot))
        {
            items++;
            held += offers.Held.Find(item.Ordinal, 0) >= 0 || offers.Held.Find(item.Ordinal, 1) >= 0 ? 1 : 0;
            states.Add((item.Ordinal, offers.StateOf(item, null).Index));
        }

        var types = snapshot.Market.Keywords[offers.Traits.TypeSlot].Count;
        var sources = Enumerable.Range(0, types).Select(type => offers.Generation?.ThresholdsOf(OfferAxis.Price, type, 0)?.Source).ToList();
        var counts = snapshot.Market.Statistics.Tables[offers.Traits.Table];
        var bytes = counts.Bytes + (offers.Conditions.Count * ConditionBytes);
        return new OffersSummary
        {
            Vertical = vertical,
            Generation = offers.Generation?.Number ?? 0,
            GenerationAt = Moment(offers.Generation?.AtMs),
            Items = items,
            Types = types,
            OwnTypes = sources.Count(source => source == DecileSource.Own),
            BorrowingTypes = sources.Count(source => source == DecileSource.Ancestor),
            Zones = offers.Zones.Count,
            Offers = states.Count,
            Conditions = offers.Conditions.Count,
            BytesPerOffer = states.Count == 0 ? 0 : (double)bytes / states.Count,
            HeldItems = held,
            UpdateDifferences = offers.LastUpdate?.Differences,
        };
    }

    // A condition with its place among the item's, and its slot in the table of keys.
    private const long ConditionBytes = 80;

    private static DateTimeOffset? Moment(long? atMs) => atMs is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    private static IEnumerable<Item> ItemsOf(VerticalSnapshot snapshot)
    {
        for (var ordinal = 0; ordinal < snapshot.Market.Items.Count; ordinal++)
        {
            if (snapshot.Market.Items[ordinal] is { IsDeleted: false } item && item.Vertical == snapshot.Vertical.Name)
            {
                yield return item;
            }
        }
    }

    /// <summary>Everything that is known about an item as it is offered now; null when there is no such item in a vertical with offers.</summary>
    /// <param name="id">The item.</param>
    /// <param name="zone">The buyer's region; null = everywhere.</param>
    public OfferAnswer? FindOffer(string id, string? zone)
    {
        foreach (var snapshot in Snapshot.Verticals.Values)
        {
            if (snapshot.Market.Offers is { } offers && snapshot.Find(id) is { IsDeleted: false } item && item.Vertical == snapshot.Vertical.Name)
            {
                return AnswerOf(snapshot, offers, item, zone);
            }
        }

        return null;
    }

    private static OfferAnswer AnswerOf(VerticalSnapshot snapshot, OffersView offers, Item item, string? zone)
    {
        var (market, traits, vertical) = (snapshot.Market, offers.Traits, snapshot.Vertical);
        var reading = new OfferReading(offers, market.Statistics.Tables[traits.Table], item, zone, market.Keywords);
        var (type, group) = (traits.TypeOf(item), offers.GroupOf(item));
        var longest = vertical.WindowDays.Count - 1;
        return new OfferAnswer
        {
            Item = item.Id.Value,
            Offer = $"{item.Id.Value}/{reading.State}",
            Vertical = vertical.Name,
            Type = type < 0 ? null : market.Keywords[traits.TypeSlot][type],
            MatchGroup = group < 0 ? null : traits.FindsGroups ? market.Items[group]?.Id.Value : market.Keywords[traits.GroupSlot][group],
            Peers = PeersOf(snapshot, offers, item, group, zone),
            Zone = zone,
            Generation = offers.Generation?.Number ?? 0,
            GenerationAt = Moment(offers.Generation?.AtMs),
            Price = Known(traits.PriceOf(item)),
            DeliveryDays = Known(traits.DeliveryOf(item, zone)),
            PriceBin = reading.State.PriceBin,
            DeliveryBin = reading.State.DeliveryBin,
            Flags = [.. FlagsOf(offers, item, zone)],
            PriceThresholds = offers.Generation?.ThresholdsOf(OfferAxis.Price, type, 0)?.Thresholds.ToArray() ?? [],
            DeliveryThresholds = offers.Generation?.ThresholdsOf(OfferAxis.Delivery, type, offers.ZoneOf(zone))?.Thresholds.ToArray() ?? [],
            History = HistoryOf(offers, item, zone),
            States = [.. reading.States.Select(seen => new SeenState(
                seen.State.PriceBin,
                seen.State.DeliveryBin,
                seen.Weight,
                vertical.Events.Select((metric, i) => (Metric: EventTypes.NameOf(metric), Count: reading.CountIn(seen.State, longest, i))).Where(count => count.Count > 0).ToDictionary(count => count.Metric, count => count.Count)))],
            Counts = [.. CountsOf(vertical, reading)],
            Rates = [.. RatesOf(vertical, reading)],
        };
    }

    // The cheapest first. Cost: a pass over the items.
    private static OfferPeer[] PeersOf(VerticalSnapshot snapshot, OffersView offers, Item item, int group, string? zone) => group < 0 ? [] :
    [
        .. ItemsOf(snapshot).Where(other => other.Ordinal != item.Ordinal && offers.GroupOf(other) == group)
            .OrderBy(other => offers.Traits.PriceOf(other) is var price && double.IsNaN(price) ? double.PositiveInfinity : price).ThenBy(other => other.Ordinal).Take(MostPeers)
            .Select(other => (Item: other, State: offers.StateOf(other, zone)))
            .Select(other => new OfferPeer(
                other.Item.Id.Value, other.Item.Seller, Known(offers.Traits.PriceOf(other.Item)), Known(offers.Traits.DeliveryOf(other.Item, zone)), other.State.PriceBin, other.State.DeliveryBin, other.Item.IsActive)),
    ];

    private static double? Known(double value) => double.IsNaN(value) ? null : value;

    private static IEnumerable<OfferCountAnswer> CountsOf(CompiledVertical vertical, OfferReading reading)
    {
        for (var metric = 0; metric < vertical.Events.Count; metric++)
        {
            for (var window = 0; window < vertical.WindowDays.Count; window++)
            {
                var count = reading.Count(window, metric);
                yield return new OfferCountAnswer(EventTypes.NameOf(vertical.Events[metric]), $"{vertical.WindowDays[window]}d", count.Own, count.Transferred, count.Match, count.Type);
            }
        }
    }

    private static IEnumerable<OfferRateAnswer> RatesOf(CompiledVertical vertical, OfferReading reading)
    {
        var events = vertical.Events.ToList();
        var (view, click) = (events.IndexOf(EventType.View), events.IndexOf(EventType.Click));
        var pairs = Enumerable.Range(0, events.Count).Where(metric => metric != view && view >= 0).Select(metric => (Of: metric, Per: view)).ToList();
        if (click >= 0 && events.IndexOf(EventType.Order) is >= 0 and var order)
        {
            pairs.Add((order, click));
        }

        foreach (var (of, per) in pairs)
        {
            for (var window = 0; window < vertical.WindowDays.Count; window++)
            {
                var rate = reading.Rate(window, of, per);
                yield return new OfferRateAnswer(
                    EventTypes.NameOf(events[of]), EventTypes.NameOf(events[per]), $"{vertical.WindowDays[window]}d", Known(rate.Rate), rate.Evidence, rate.Own, rate.Transferred, rate.Match, rate.Type);
            }
        }
    }

    private static IEnumerable<string> FlagsOf(OffersView offers, Item item, string? zone)
    {
        var (traits, at) = (offers.Traits, offers.ZoneOf(zone));
        foreach (var (axis, name, value, held) in new[]
        {
            (OfferAxis.Price, "price", traits.PriceOf(item), offers.Held.Find(item.Ordinal, 0)),
            (OfferAxis.Delivery, "delivery", traits.DeliveryOf(item, zone), offers.Held.Find(item.Ordinal, 1 + at)),
        })
        {
            if (!OfferState.IsValid(axis, value))
            {
                yield return name + "Unknown";
            }

            switch (offers.Generation?.ThresholdsOf(axis, traits.TypeOf(item), at)?.Source)
            {
                case DecileSource.Ancestor:
                    yield return name + "FromParent";
                    break;
                case DecileSource.None or null:
                    yield return name + "Unbinned";
                    break;
                default:
                    break;
            }

            if (held >= 0)
            {
                yield return name + "Held";
            }
        }
    }

    private static OfferTerms[] HistoryOf(OffersView offers, Item item, string? zone)
    {
        var traits = offers.Traits;
        var changes = item.Ordinal < offers.Changes.Count ? offers.Changes[item.Ordinal] : null;
        changes ??= [new OfferChange(item.ChangedAtMs, traits.PriceOf(item), traits.DeliveryOf(item, null), traits.ZonesOf(item), item.IsActive)];
        var (type, at) = (traits.TypeOf(item), offers.ZoneOf(zone));
        return [.. changes.Select(change =>
        {
            var state = offers.StateOf(new OfferCondition(item.Ordinal, change.Price, change.DeliveryIn(zone), at, type, -1, -1));
            return new OfferTerms(DateTimeOffset.FromUnixTimeMilliseconds(change.AtMs), Known(change.Price), Known(change.DeliveryIn(zone)), state.PriceBin, state.DeliveryBin, change.IsActive);
        })];
    }
}
