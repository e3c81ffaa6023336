using System.Globalization;
using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Kernels.Chance;

namespace Vitrina.Benchmarks;

/// <summary>How many events a second one thread applies to the counters of offers, by processor time, and what an event allocates.</summary>
internal static class OfferCountingBenchmark
{
    private const string Vertical = """
        vertical: goods
        timeZone: Europe/Moscow
        languages: [ru]
        items:
          type: category
          matchGroup: model
          attributes:
            category: {kind: keyword, required: true}
            model: {kind: keyword}
            price: {kind: number}
            delivery: {kind: days}
        events: {view: {}, click: {}, favorite: {}, cart: {}, order: {}}
        statistics:
          windows: [1d, 7d, 28d]
          offers: {init: 28d}
        features:
          - {kind: bin, of: price}
        surfaces:
          search:
            sources: [{kind: recent}]
            score: {fallback: popularity}
        """;

    public static void Run(int itemCount, int eventCount, int rounds = 5)
    {
        var vertical = VerticalCompiler.Parse(Vertical, "goods.yaml", out var errors) ?? throw new InvalidOperationException(string.Join("; ", errors));
        var catalog = new ItemCatalog();
        catalog.Declare("goods", vertical.Schema);
        CounterDeclaration[] tables = [new(StatisticKey.Offer, [7])];
        var statistics = new VerticalStatistics(tables, vertical.Events, vertical.WindowDays, vertical.TimeZone);
        var offers = new OfferStatistics(vertical.Offers! with { Table = 0 }, new CounterShape(vertical.Events.Count, vertical.WindowDays, []), vertical.TimeZone, _ => { }, _ => null);
        var items = Enumerable.Range(0, itemCount).Select(i => catalog.Apply(Put(i), out _)!).ToArray();
        foreach (var item in items)
        {
            offers.ApplyItem(item, null, () => statistics.Live().Tables[0]);
        }

        const long Now = 1_770_000_000_000;
        statistics.StartDay(Now);
        var began = Environment.CpuUsage.UserTime;
        offers.Init(statistics.Today, Now, items, statistics.Live().Tables[0]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Init of {itemCount:n0} items: {(Environment.CpuUsage.UserTime - began).TotalSeconds:0.00} s of processor time"));
        var random = RandomStream.For(1, "counting");
        var events = Enumerable.Range(0, eventCount).Select(i => new MarketEvent { Id = "e", Type = (EventType)random.NextInt(5), OccurredAtMs = Now + i, Item = "", Quantity = random.NextInt(itemCount) }).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            began = Environment.CpuUsage.UserTime;
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            foreach (var happened in events)
            {
                var item = items[happened.Quantity];
                var condition = offers.ConditionOf(happened, item, -1, 0);
                statistics.Expect(condition, statistics.MetricOf(happened.Type));
                offers.Count(item.Ordinal, condition, statistics.MetricOf(happened.Type), statistics.Today - statistics.DayOf(happened.OccurredAtMs, long.MaxValue));
                statistics.Apply(new CreditedEvent(happened.Type, item.Ordinal, -1, happened.OccurredAtMs, 0, 0, true, condition), item, long.MaxValue);
            }

            var seconds = (Environment.CpuUsage.UserTime - began).TotalSeconds;
            bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{eventCount / seconds,12:n0} events/s a core, {(double)bytes / eventCount:0.###} bytes an event"));
        }

        CounterView Counts() => statistics.Freeze().Tables[0];
        Held("Update at once", () =>
        {
            offers.BeginUpdate(Now, Counts());
            offers.FinishUpdate(waits: true, Counts);
        });
        Held("Update beside", () => offers.BeginUpdate(Now, Counts()));
        offers.FinishUpdate(waits: true, Counts);
        offers.BeginInit(statistics.Today + 1, Now, items);
        offers.Pending!.Wait();
        Held("the end of an Init at once", () => offers.FinishInit(() => items, Counts));
        offers.BeginInit(statistics.Today + 2, Now, items);
        offers.Pending!.Wait();
        Held("the handover of an Init", () => offers.BeginHandover(() => items, Counts));
        offers.Freeze().Handover!.Ready!.Wait();
        Held("the end of an Init beside", () => offers.FinishInit(() => items, Counts));
    }

    // What the applier does not do meanwhile is apply events.
    private static void Held(string step, Action take)
    {
        var began = Environment.CpuUsage.UserTime;
        var clock = System.Diagnostics.Stopwatch.GetTimestamp();
        take();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{step}: {(Environment.CpuUsage.UserTime - began).TotalSeconds:0.000} s of processor time, {System.Diagnostics.Stopwatch.GetElapsedTime(clock).TotalSeconds:0.000} s"));
    }

    private static ItemChange Put(int i) => new()
    {
        Id = new ItemId($"i{i}"),
        Kind = ItemChangeKind.Put,
        AtMs = 1,
        Vertical = "goods",
        Attributes =
        [
            new("category", AttributeValue.Of($"type-{i % 100}")), new("model", AttributeValue.Of($"m-{i / 3}")),
            new("price", AttributeValue.Of(100 + i)), new("delivery", AttributeValue.Of(i % 7)),
        ],
    };
}
