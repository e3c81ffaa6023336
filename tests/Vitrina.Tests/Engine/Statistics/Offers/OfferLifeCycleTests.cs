using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Statistics.Offers;

namespace Vitrina.Tests.Engine.Statistics.Offers;

/// <summary>Init, Update, rollback: what they may change, and what a journal makes of them again.</summary>
public class OfferLifeCycleTests
{
    [Fact]
    public async Task A_journal_with_its_Inits_gives_the_bytes_of_live_running_also_over_a_restart()
    {
        var root = TestEngine.NewFolder();
        await using (var engine = TestEngine.Open(root))
        {
            await OfferJournal.RunAsync(engine, 0, 1500, 11);
            StateBytes.AssertEqual(StateBytes.Rebuild(root, engine.Verticals), engine.Runtime.State);
        }

        var at = Enumerable.Range(0, 1500).Aggregate(TestEngine.Start, (time, _) => time.AddMinutes(50));
        await using (var engine = TestEngine.Open(root, at: at))
        {
            Assert.Empty(engine.Runtime.Recovery);
            await OfferJournal.RunAsync(engine, 1500, 700, 12);
            var rebuilt = StateBytes.Rebuild(root, engine.Verticals);
            StateBytes.AssertEqual(rebuilt, engine.Runtime.State);
            Assert.Equal(Cells(rebuilt.Live("goods").Offers!, rebuilt), Cells(engine.Runtime.State.Live("goods").Offers!, engine.Runtime.State));
            Assert.True(rebuilt.Live("goods").Offers!.Generation!.Number > 3);
        }

        Directory.Delete(root, true);
    }

    [Fact]
    public async Task Live_counts_of_analogs_equal_a_recount_and_an_Update_changes_nothing()
    {
        await using var engine = TestEngine.Open();
        for (var part = 0; part < 5; part++)
        {
            await OfferJournal.RunAsync(engine, part * 300, 300, (ulong)part);
            var view = engine.Runtime.Snapshot.Verticals["goods"].Market;
            var before = StateBytes.Of(engine.Runtime.State);
            var cells = Cells(engine.Runtime.State.Live("goods").Offers!, engine.Runtime.State);
            Assert.Equal(Recounted(engine.Runtime.State), cells);
            await engine.TakeAsync(OfferMarket.Control(EntryKind.OffersUpdate));
            Assert.Equal(0, engine.Runtime.Snapshot.Verticals["goods"].Market.Offers!.LastUpdate!.Differences);
            Assert.Equal(cells, Cells(engine.Runtime.State.Live("goods").Offers!, engine.Runtime.State));
            var after = StateBytes.Of(engine.Runtime.State);
            Assert.Equal(before.Where(part => part.Key != "goods.state"), after.Where(part => part.Key != "goods.state"));
            Assert.NotNull(view);
        }
    }

    [Fact]
    public async Task Init_and_Update_of_a_day_done_twice_change_nothing()
    {
        await using var engine = TestEngine.Open();
        await OfferJournal.RunAsync(engine, 0, 600, 3);
        await engine.TakeAsync(OfferMarket.Control(EntryKind.OffersInit), OfferMarket.Control(EntryKind.OffersUpdate));
        var once = StateBytes.Of(engine.Runtime.State);
        var cells = Cells(engine.Runtime.State.Live("goods").Offers!, engine.Runtime.State);
        await engine.TakeAsync(OfferMarket.Control(EntryKind.OffersInit), OfferMarket.Control(EntryKind.OffersUpdate), OfferMarket.Control(EntryKind.OffersInit));
        Assert.Equal(once, StateBytes.Of(engine.Runtime.State));
        Assert.Equal(cells, Cells(engine.Runtime.State.Live("goods").Offers!, engine.Runtime.State));
    }

    [Fact]
    public async Task A_rollback_brings_the_bins_of_before_back_once()
    {
        await using var market = await OfferMarket.OpenAsync();
        await market.Engine.TakeAsync(market.Item("x", 20_500, 2), market.Happened(EventType.View, "x"));
        var first = market.View.Generation!;
        await market.Engine.TakeAsync([.. Enumerable.Range(1, 60).Select(i => market.Price($"base-{i}", i * 500))]);
        market.Engine.Clock.AdvanceTo(TestEngine.Start.AddDays(20));
        await market.Engine.TakeAsync(OfferMarket.Control(EntryKind.OffersInit));
        Assert.Equal(4, market.Value("bin.price", "x"));
        await market.Engine.TakeAsync(OfferMarket.Control(EntryKind.OffersRollback));
        Assert.Equal(first.Number, market.View.Generation!.Number);
        Assert.Equal(3, market.Value("bin.price", "x"));
        var bytes = StateBytes.Of(market.Engine.Runtime.State);
        await market.Engine.TakeAsync(OfferMarket.Control(EntryKind.OffersRollback));
        Assert.Equal(bytes, StateBytes.Of(market.Engine.Runtime.State));
    }

    [Fact]
    public async Task A_transfer_document_holds_from_the_next_snapshot_on_and_after_a_restart()
    {
        var root = TestEngine.NewFolder();
        var full = new TransferDocument(new TransferMatrix(TransferKernel.Full, TransferKernel.Full), new PriorStrengths(7, 9)).ToJson();
        await using (var engine = TestEngine.Open(root))
        {
            await engine.TakeAsync(engine.Put("x", "Чайник", price: 100));
            await engine.TakeAsync(OfferMarket.Control(EntryKind.OffersTransfer, full));
            Assert.Equal(9, engine.Runtime.Snapshot.Verticals["goods"].Market.Offers!.Transfer.Strengths.MatchGroup);
        }

        await using (var engine = TestEngine.Open(root))
        {
            Assert.Equal(1, engine.Runtime.Snapshot.Verticals["goods"].Market.Offers!.Transfer.Matrix.Price[-9]);
            await engine.TakeAsync(OfferMarket.Control(EntryKind.OffersTransfer));
            Assert.Equal(200, engine.Runtime.Snapshot.Verticals["goods"].Market.Offers!.Transfer.Strengths.MatchGroup);
        }

        Directory.Delete(root, true);
    }

    private static SortedDictionary<(int Owner, int Level, int State, int Window, int Metric), int> Cells(OffersView view, EngineState state)
    {
        var cells = new SortedDictionary<(int Owner, int Level, int State, int Window, int Metric), int>();
        var vertical = state.Verticals["goods"];
        foreach (var (level, of) in new[] { (0, view.Types), (1, view.Groups) })
        {
            for (var owner = 0; owner < 200; owner++)
            {
                for (var at = 0; at < OfferState.Count; at++)
                {
                    var row = of.Find(owner, at);
                    for (var window = 0; row >= 0 && window < vertical.WindowDays.Count; window++)
                    {
                        for (var metric = 0; metric < vertical.Events.Count; metric++)
                        {
                            if (of.Count(row, window, metric) is not 0 and var count)
                            {
                                cells[(owner, level, at, window, metric)] = count;
                            }
                        }
                    }
                }
            }
        }

        return cells;
    }

    // The plain sum over all conditions, state by state, under the thresholds that hold.
    private static SortedDictionary<(int Owner, int Level, int State, int Window, int Metric), int> Recounted(EngineState state)
    {
        var cells = new SortedDictionary<(int Owner, int Level, int State, int Window, int Metric), int>();
        var (live, vertical) = (state.Live("goods"), state.Verticals["goods"]);
        var counts = live.Statistics.Tables[live.Offers!.Traits.Table];
        for (var condition = 0; condition < live.Offers.Conditions.Count; condition++)
        {
            var row = counts.Find((UInt128)(uint)(condition + 1));
            ref readonly var of = ref live.Offers.Conditions[condition];
            var at = live.Offers.StateOf(of).Index;
            for (var window = 0; row >= 0 && window < vertical.WindowDays.Count; window++)
            {
                for (var metric = 0; metric < vertical.Events.Count; metric++)
                {
                    foreach (var (owner, level) in new[] { (of.Type, 0), (of.Group, 1) })
                    {
                        if (owner >= 0 && counts.Count(row, window, metric) is not 0 and var count)
                        {
                            var key = (owner, level, at, window, metric);
                            cells[key] = cells.GetValueOrDefault(key) + count;
                        }
                    }
                }
            }
        }

        return cells;
    }
}
