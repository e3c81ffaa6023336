using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Features;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Statistics.Offers;

namespace Vitrina.Tests.Engine.Statistics.Offers;

/// <summary>A goods engine with a type of sixty items, 1,000 to 60,000 roubles, whose deciles are known.</summary>
internal sealed class OfferMarket : IAsyncDisposable
{
    public const string Type = "vacuum";
    private int _events;

    private OfferMarket(TestEngine engine) => Engine = engine;

    public TestEngine Engine { get; }

    public OffersView View => Engine.Runtime.Snapshot.Verticals["goods"].Market.Offers!;

    public static async Task<OfferMarket> OpenAsync(string? yaml = null, int items = 60)
    {
        var market = new OfferMarket(TestEngine.Open(yaml: yaml));
        await market.Engine.TakeAsync([.. Enumerable.Range(1, items).Select(i => market.Item($"base-{i}", i * 1000, 1 + (i % 6)))]);
        return market;
    }

    public PendingEntry Item(string id, double price, double delivery, string? model = null, string type = Type) => Engine.Put(
        id, $"Пылесос {id}", type, price, more: [new("delivery", AttributeValue.Of(delivery)), .. model is null ? Array.Empty<NamedValue>() : [new("model", AttributeValue.Of(model))]]);

    public PendingEntry Price(string id, double price) => Engine.Patch(id, new NamedValue("price", AttributeValue.Of(price)));

    public PendingEntry Happened(EventType type, string item, string user = "u1", long? atMs = null, double price = double.NaN, double delivery = double.NaN, string? region = null) => TestEngine.Of(new MarketEvent
    {
        Id = $"e{_events++}",
        Type = type,
        OccurredAtMs = atMs ?? Engine.NowMs,
        Item = item,
        User = user,
        Price = price,
        Delivery = delivery,
        Context = region is null ? [] : [new("region", region)],
    });

    /// <summary>Views by as many people, some of which order.</summary>
    public Task ShowAsync(string item, int views, int orders) => Engine.TakeAsync(
    [
        .. Enumerable.Range(0, views).Select(i => Happened(EventType.View, item, $"{item}-{i}")),
        .. Enumerable.Range(0, orders).Select(i => Happened(EventType.Order, item, $"{item}-{i}")),
    ]);

    public static PendingEntry Control(EntryKind kind, string value = "") => TestEngine.Control(kind, "goods", value);

    /// <summary>A feature's value now.</summary>
    public float Value(string feature, string item, string? region = null) => Value(Engine.Runtime.Snapshot.Verticals["goods"].Market, Engine.Verticals[0], Engine.NowMs, feature, item, region);

    public static float Value(MarketView market, CompiledVertical vertical, long nowMs, string feature, string item, string? region)
    {
        var scope = new FeatureScope(vertical.Counters);
        scope.Begin(market, nowMs, -1, null, region, NormalizedQuery.None);
        for (var ordinal = 0; ordinal < market.Items.Count; ordinal++)
        {
            if (market.Items[ordinal] is { } known && known.Id.Value == item)
            {
                scope.Add(known);
            }
        }

        Span<float> value = stackalloc float[1];
        vertical.Features.Single(known => known.Name == feature).Compute(scope, value);
        return value[0];
    }

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}
