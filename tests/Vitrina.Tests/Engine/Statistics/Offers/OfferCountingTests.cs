using System.Diagnostics;
using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Statistics.Offers;

/// <summary>What one event costs in the counters of offers.</summary>
public class OfferCountingTests(ITestOutputHelper output)
{
    private const int Items = 2_000;
    private const int Events = 100_000;

    [Fact]
    public void Counting_an_event_of_a_known_state_allocates_nothing()
    {
        var vertical = VerticalCompiler.Parse(TestEngine.GoodsYaml, "goods.yaml", out _)!;
        var catalog = new ItemCatalog();
        catalog.Declare("goods", vertical.Schema);
        CounterDeclaration[] tables = [new(StatisticKey.Offer, [7])];
        var statistics = new VerticalStatistics(tables, vertical.Events, vertical.WindowDays, vertical.TimeZone);
        var offers = new OfferStatistics(vertical.Offers! with { Table = 0 }, new CounterShape(vertical.Events.Count, vertical.WindowDays, []), vertical.TimeZone, _ => { }, _ => null);
        statistics.OfferLeaves = offers.Leave;
        var items = Enumerable.Range(0, Items).Select(i => catalog.Apply(Put(i), out _)!).ToArray();
        foreach (var item in items)
        {
            offers.ApplyItem(item, null, () => statistics.Live().Tables[0]);
        }

        var nowMs = TestEngine.Start.ToUnixTimeMilliseconds();
        statistics.StartDay(nowMs);
        offers.Init(statistics.Today, nowMs, items, statistics.Live().Tables[0]);
        var random = RandomStream.For(1, "counting");
        var happened = Enumerable.Range(0, Events).Select(i => new MarketEvent { Id = "e", Type = (EventType)random.NextInt(5), OccurredAtMs = nowMs + i, Item = "", Quantity = random.NextInt(Items) }).ToArray();

        // All rows exist after the first pass; views of the counters are frozen between passes, as serving does.
        CountAll();
        statistics.Freeze();
        CountAll();
        var (bytes, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        CountAll();
        var perSecond = Events / Stopwatch.GetElapsedTime(began).TotalSeconds;
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        output.WriteLine($"{perSecond:n0} events/s on one thread, {(double)bytes / Events:0.###} bytes an event");
        Assert.Equal(0, bytes);

        void CountAll()
        {
            for (var i = 0; i < happened.Length; i++)
            {
                var item = items[happened[i].Quantity];
                var condition = offers.ConditionOf(happened[i], item, -1, 0);
                var day = statistics.DayOf(happened[i].OccurredAtMs, long.MaxValue);
                offers.Count(item.Ordinal, condition, statistics.MetricOf(happened[i].Type), statistics.Today - day);
                statistics.Apply(new CreditedEvent(happened[i].Type, item.Ordinal, -1, happened[i].OccurredAtMs, 0, 0, true, condition), item, long.MaxValue);
            }
        }
    }

    private static ItemChange Put(int i) => new()
    {
        Id = new ItemId($"i{i}"),
        Kind = ItemChangeKind.Put,
        AtMs = 1,
        Vertical = "goods",
        Attributes =
        [
            new("title", AttributeValue.Of("t")), new("category", AttributeValue.Of($"type-{i % 10}")), new("model", AttributeValue.Of($"m-{i / 3}")),
            new("price", AttributeValue.Of(100 + i)), new("delivery", AttributeValue.Of(i % 7)),
        ],
    };
}
