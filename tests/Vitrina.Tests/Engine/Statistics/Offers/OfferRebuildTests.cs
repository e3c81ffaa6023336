using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Statistics.Offers;

/// <summary>Init of one day and Update of the next against a rebuild from what happened, under the same thresholds.</summary>
public class OfferRebuildTests
{
    private readonly record struct Happened(string Item, int Metric, long AtMs, int Day, double Price, double Delivery);

    [Fact]
    public async Task Init_of_a_day_and_Update_of_the_next_equal_a_rebuild_from_the_events()
    {
        await using var market = await OfferMarket.OpenAsync();
        var (random, clock) = (RandomStream.For(8, "rebuild"), new DayClock(market.Engine.Verticals[0].TimeZone));
        var prices = Enumerable.Range(1, 60).ToDictionary(i => $"base-{i}", i => new List<(long AtMs, double Price)> { (0, i * 1000.0) });
        var happened = new List<Happened>();
        for (var day = 0; day < 9; day++)
        {
            for (var part = 0; part < 24; part++)
            {
                market.Engine.Clock.AdvanceTo(TestEngine.Start.AddDays(day).AddMinutes(55 * (part + 1)));
                await StepAsync(market, random, clock, prices, happened);
                random = RandomStream.For(8, "rebuild", (ulong)((day * 24) + part + 1));
            }

            // The thresholds that hold on the last day were made the day before.
            if (day == 7)
            {
                await market.Engine.TakeAsync(OfferMarket.Control(EntryKind.OffersInit));
            }
        }

        await market.Engine.TakeAsync(OfferMarket.Control(EntryKind.OffersUpdate));
        Assert.Equal(0, market.View.LastUpdate!.Differences);
        var (snapshot, view) = (market.Engine.Runtime.Snapshot.Verticals["goods"], market.View);
        var today = snapshot.Market.Statistics.Today;
        var type = view.Traits.TypeOf(market.Engine.Runtime.Snapshot.ItemOf("base-1")!);
        for (var window = 0; window < snapshot.Vertical.WindowDays.Count; window++)
        {
            var rebuilt = happened.Where(one => today - one.Day < snapshot.Vertical.WindowDays[window]).GroupBy(one => (State: StateOf(view, type, one), one.Metric)).ToDictionary(group => group.Key, group => group.Count());
            var live = from state in Enumerable.Range(0, OfferState.Count)
                       from metric in Enumerable.Range(0, snapshot.Vertical.Events.Count)
                       let count = view.Types.Count(view.Types.Find(type, state), window, metric)
                       where count > 0
                       select (Key: (State: state, Metric: metric), Count: count);
            Assert.Equal(rebuilt.OrderBy(cell => cell.Key).Select(cell => (cell.Key, cell.Value)), live.OrderBy(cell => cell.Key).Select(cell => (cell.Key, cell.Count)));
            Assert.True(rebuilt.Count > 20);
        }
    }

    private static int StateOf(OffersView view, int type, Happened one) => view.StateOf(new OfferCondition(0, one.Price, one.Delivery, 0, type, -1, -1)).Index;

    // Some prices change, and people act on what they see now or reported late, by up to twenty hours; nobody acts twice.
    private static async Task StepAsync(OfferMarket market, RandomStream random, DayClock clock, Dictionary<string, List<(long AtMs, double Price)>> prices, List<Happened> happened)
    {
        var nowMs = market.Engine.NowMs;
        var entries = new List<PendingEntry>();
        for (var i = 0; i < 4; i++)
        {
            var id = $"base-{1 + random.NextInt(60)}";
            var price = 500.0 + random.NextInt(60_000);
            prices[id].Add((nowMs, price));
            entries.Add(market.Price(id, price));
        }

        for (var i = 0; i < 25; i++)
        {
            var number = 1 + random.NextInt(60);
            var id = $"base-{number}";
            var atMs = nowMs - (random.NextBool(0.3) ? random.NextInt(20 * 60) * 60_000L : 0);
            var metric = random.NextInt(5);
            var carried = random.NextBool(0.1) ? 1 + random.NextInt(60_000) : double.NaN;
            var seen = double.IsNaN(carried) ? prices[id].Last(price => price.AtMs <= atMs || price.AtMs == 0).Price : carried;
            happened.Add(new Happened(id, metric, atMs, clock.DayOf(atMs), seen, 1 + (number % 6)));
            entries.Add(market.Happened((EventType)metric, id, $"nobody-{happened.Count}", atMs, carried));
        }

        await market.Engine.TakeAsync([.. entries]);
    }
}
