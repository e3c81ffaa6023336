using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Learning.Offers;

/// <summary>Reads a vertical's cases of transfer out of a journal: the views of each item in each of its states, and what came of them.</summary>
/// <remarks>
/// Two passes. The first one finds each item's typical price and delivery time (the median of its values, weighted by how long they held) and from
/// them the thresholds; the second replays the catalogue and keys every event by the state of its item at its time, delivery in the region of
/// the list it belongs to.
/// </remarks>
public sealed class JournalCases
{
    private readonly IJournalStore _journal;
    private readonly IReadOnlyList<CompiledVertical> _verticals;
    private readonly CompiledVertical _vertical;
    private readonly OfferTraits _traits;
    private readonly Dictionary<int, DecileThresholds> _prices = [];
    private readonly Dictionary<int, DecileThresholds> _deliveries = [];
    private Dictionary<int, int> _found = [];

    /// <summary>Prepares the reading.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="verticals">All verticals of the installation.</param>
    /// <param name="vertical">The vertical.</param>
    /// <exception cref="InvalidOperationException">The vertical keeps no statistics of offers, or its items have no price.</exception>
    public JournalCases(IJournalStore journal, IReadOnlyList<CompiledVertical> verticals, CompiledVertical vertical)
    {
        ArgumentNullException.ThrowIfNull(vertical);
        (_journal, _verticals, _vertical) = (journal, verticals, vertical);
        _traits = vertical.Offers is { PriceSlot: >= 0 } traits
            ? traits
            : throw new InvalidOperationException($"vertical '{vertical.Name}' has no statistics.offers or no number attribute 'price': its items are in no states");
    }

    /// <summary>The event that is a success of a view. Default: a click.</summary>
    public EventType Success { get; init; } = EventType.Click;

    /// <summary>Reads the cases.</summary>
    /// <param name="progress">Receives the share that is done.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IReadOnlyList<TransferCase> Read(IProgress<double>? progress, CancellationToken cancellationToken)
    {
        FindThresholds(cancellationToken);
        var state = new EngineState(_verticals, withText: false);
        var days = new DayClock(_vertical.TimeZone);
        var regions = new Dictionary<UInt128, string?>();
        var collector = new TransferCaseCollector();
        var newest = int.MinValue;
        foreach (var entry in _journal.Read(_journal.FirstSequence))
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (entry.Kind)
            {
                case EntryKind.ItemPut or EntryKind.ItemPatch or EntryKind.ItemDelete:
                    state.Apply(entry);
                    break;
                case EntryKind.Ranking:
                    var ranking = RankingRecord.Read(entry.Payload.Span);
                    regions[Hash.Of128(ranking.Id)] = ranking.Context.FirstOrDefault(pair => pair.Key == "region").Value;
                    break;
                case EntryKind.Event:
                    var happened = MarketEvent.Read(entry.Payload.Span);
                    if (happened.Type == EventType.View || happened.Type == Success)
                    {
                        newest = Math.Max(newest, days.DayOf(happened.OccurredAtMs));
                        Add(collector, state.Catalog.Find(happened.Item), RegionOf(happened, regions), newest, happened.Type == EventType.View ? new RateEvidence(0, 1) : new RateEvidence(1, 0));
                    }

                    break;
                default:
                    break;
            }

            if ((entry.Sequence & 0xFFFF) == 0)
            {
                progress?.Report((double)entry.Sequence / _journal.LastSequence);
            }
        }

        progress?.Report(1);
        return collector.Finish();
    }

    private static string? RegionOf(MarketEvent happened, Dictionary<UInt128, string?> regions)
    {
        var ranking = happened.RankingId ?? TokenSigner.ReadJournalled(happened.Token)?.RankingId;
        return ranking is null ? null : regions.GetValueOrDefault(Hash.Of128(ranking));
    }

    private void Add(TransferCaseCollector collector, Item? item, string? region, int day, RateEvidence happened)
    {
        if (item is null || item.Vertical != _vertical.Name || _traits.TypeOf(item) is not (>= 0 and var type) || !_prices.TryGetValue(type, out var prices))
        {
            return;
        }

        var (price, days) = (_traits.PriceOf(item), DeliveryOf(item, region));
        if (!OfferState.IsValid(OfferAxis.Price, price))
        {
            return;
        }

        var delivery = _deliveries[type];
        days = OfferState.IsValid(OfferAxis.Delivery, days) ? days : delivery.Median;
        var state = OfferState.Of(prices.BinOf(OfferAxis.Price, price), double.IsNaN(days) ? DecileThresholds.MiddleBin : delivery.BinOf(OfferAxis.Delivery, days));
        var group = _traits.FindsGroups ? _found.GetValueOrDefault(item.Ordinal, -1) : _traits.GroupOf(item);
        collector.Add(item.Ordinal, type, group, state, day, happened);
    }

    // Where delivery differs by region and no region is known, the middle one stands for all.
    private double DeliveryOf(Item item, string? region)
    {
        var days = _traits.DeliveryOf(item, region);
        return double.IsNaN(days) && _traits.ZonesOf(item) is { Length: > 0 } zones ? zones.Select(zone => zone.Number).Order().ElementAt(zones.Length / 2) : days;
    }

    private void FindThresholds(CancellationToken cancellationToken)
    {
        var state = new EngineState(_verticals, withText: false);
        var lives = new Dictionary<int, ItemLife>();
        var lastMs = 0L;
        foreach (var entry in _journal.Read(_journal.FirstSequence))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Kind is EntryKind.ItemPut or EntryKind.ItemPatch or EntryKind.ItemDelete)
            {
                state.Apply(entry);
                var change = ItemChange.Read(entry.Payload.Span);
                if (state.Catalog.Find(change.Id.Value) is { } item && item.Vertical == _vertical.Name && _traits.TypeOf(item) is >= 0 and var type)
                {
                    lastMs = Math.Max(lastMs, item.ChangedAtMs);
                    var life = lives.TryGetValue(item.Ordinal, out var known) ? known : lives[item.Ordinal] = new ItemLife();
                    life.Type = type;
                    life.Prices.Add((item.ChangedAtMs, item.IsActive ? _traits.PriceOf(item) : double.NaN));
                    life.Deliveries.Add((item.ChangedAtMs, item.IsActive ? DeliveryOf(item, null) : double.NaN));
                }
            }
        }

        List<Item> items = [.. Enumerable.Range(0, state.Catalog.ItemCount).Select(ordinal => state.Catalog[ordinal]).OfType<Item>().Where(item => item.Vertical == _vertical.Name)];
        _found = MatchedItem.FindAll(_traits, items, Environment.ProcessorCount).ToDictionary(item => item.Item, item => item.Group);
        Cut(OfferAxis.Price, lives.Values, life => life.Prices, lastMs, _prices);
        Cut(OfferAxis.Delivery, lives.Values, life => life.Deliveries, lastMs, _deliveries);
    }

    private sealed class ItemLife
    {
        public int Type { get; set; }

        public List<(long AtMs, double Value)> Prices { get; } = [];

        public List<(long AtMs, double Value)> Deliveries { get; } = [];
    }

    private static void Cut(
        OfferAxis axis, IReadOnlyCollection<ItemLife> lives, Func<ItemLife, List<(long AtMs, double Value)>> valuesOf, long lastMs, Dictionary<int, DecileThresholds> thresholds)
    {
        int[] types = [.. lives.Select(life => life.Type).Distinct().Order()];
        var values = types.ToDictionary(type => type, _ => new List<double>());
        foreach (var life in lives)
        {
            if (MedianInTime(axis, valuesOf(life), lastMs) is { } typical)
            {
                values[life.Type].Add(typical);
            }
        }

        var computed = new TypeThresholds(axis, [.. types.Select(_ => -1)], [.. types.Select(type => values[type].ToArray())]).Compute();
        for (var i = 0; i < types.Length; i++)
        {
            thresholds[types[i]] = computed[i];
        }
    }

    // The value below which the item stood for half of its time.
    private static double? MedianInTime(OfferAxis axis, List<(long AtMs, double Value)> changes, long lastMs)
    {
        var spans = new List<(double Value, double Ms)>();
        for (var i = 0; i < changes.Count; i++)
        {
            if (OfferState.IsValid(axis, changes[i].Value))
            {
                spans.Add((changes[i].Value, Math.Max(1, (i + 1 < changes.Count ? changes[i + 1].AtMs : lastMs) - changes[i].AtMs)));
            }
        }

        spans.Sort();
        var half = spans.Sum(span => span.Ms) / 2;
        foreach (var (value, ms) in spans)
        {
            half -= ms;
            if (half <= 0)
            {
                return value;
            }
        }

        return null;
    }
}
