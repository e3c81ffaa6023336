using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Statistics.Offers;

/// <summary>A random life of a small market with offers.</summary>
internal static class OfferJournal
{
    private static readonly string[] s_regions = ["Москва", "Казань", "Тула"];

    /// <summary>Takes steps of fifty minutes: puts, price and delivery changes, events of every kind and age, and now and then a manual step of the life cycle.</summary>
    public static async Task RunAsync(TestEngine engine, int first, int steps, ulong seed)
    {
        var random = RandomStream.For(seed, "offers");
        var batch = new List<PendingEntry>();
        for (var step = first; step < first + steps; step++)
        {
            engine.Clock.AdvanceTo(engine.Clock.GetUtcNow().AddMinutes(50));
            var item = $"i{random.NextInt(70)}";
            batch.Add(random.NextInt(step < 80 ? 2 : 12) switch
            {
                0 => engine.Put(item, $"Чайник {item}", $"type-{random.NextInt(3)}", 100 + random.NextInt(5000), more:
                    [new("model", AttributeValue.Of($"m{random.NextInt(20)}")), new("delivery", AttributeValue.Of(random.NextInt(6)))]),
                1 => engine.Patch(item, random.NextBool(0.5)
                    ? new NamedValue("price", AttributeValue.Of(100 + random.NextInt(5000)))
                    : new NamedValue("delivery", AttributeValue.Of([new NamedNumber(s_regions[random.NextInt(2)], random.NextInt(9))]))),
                2 when random.NextBool(0.2) => OfferMarket.Control((EntryKind)((int)EntryKind.OffersInit + random.NextInt(3))),
                _ => TestEngine.Of(new MarketEvent
                {
                    Id = $"{seed}-{step}",
                    Type = (EventType)random.NextInt(5),
                    OccurredAtMs = engine.NowMs - (random.NextBool(0.2) ? random.NextInt(40 * 24) * 3_600_000L : 0),
                    Item = item,
                    User = $"u{random.NextInt(15)}",
                    Price = random.NextBool(0.1) ? 100 + random.NextInt(5000) : double.NaN,
                    Context = random.NextBool(0.5) ? [new("region", s_regions[random.NextInt(3)])] : [],
                }),
            });
            if (batch.Count == 40 || step == first + steps - 1)
            {
                await engine.TakeAsync([.. batch]);
                batch.Clear();
            }
        }
    }
}
