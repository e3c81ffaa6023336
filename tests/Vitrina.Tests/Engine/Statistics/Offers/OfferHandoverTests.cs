using Vitrina.Engine;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Statistics.Offers;

/// <summary>What is made ready beside the work, and brought up to date when it is taken over, against what is made at once.</summary>
public class OfferHandoverTests
{
    [Theory]
    [InlineData(true, 21)]
    [InlineData(true, 22)]
    [InlineData(false, 23)]
    [InlineData(false, 24)]
    public async Task An_Init_taken_over_gives_the_bytes_of_one_at_once_whatever_happened_meanwhile(bool findsGroups, ulong seed)
    {
        var root = TestEngine.NewFolder();
        await using (var engine = findsGroups ? TestEngine.Open(root, FoundGroupsTests.Yaml) : TestEngine.Open(root))
        {
            await (findsGroups ? FoundGroupsTests.LiveAsync(engine, 1200, 9) : OfferJournal.RunAsync(engine, 0, 1200, seed));
        }

        // The same life again, with an Init begun at any place, made ready later and taken over later still.
        await using var read = TestEngine.Open(root, findsGroups ? FoundGroupsTests.Yaml : null);
        var random = RandomStream.For(seed, "handovers");
        var (plain, beside) = (new EngineState(read.Verticals), new EngineState(read.Verticals) { RecountsBeside = true });
        var (begun, ready, taken) = (200, 0, 0);
        var (at, used) = (0, 0);
        foreach (var entry in read.Runtime.Journal.Read(1).Where(entry => entry.Kind is not (EntryKind.OffersInitBegun or EntryKind.OffersInitFinished)).ToList())
        {
            Apply(entry);
            at++;
            if (at == begun)
            {
                Apply(Control(entry, EntryKind.OffersInitBegun));
                (ready, taken) = (begun + random.NextInt(30), begun + 30 + random.NextInt(60));
            }

            if (at == ready)
            {
                await beside.MarketOf("goods").PendingInit!.WaitAsync(TestContext.Current.CancellationToken);
                beside.MarketOf("goods").BeginHandover();
            }

            if (at == taken)
            {
                var handover = beside.Live("goods").Offers!.Handover;
                Apply(Control(entry, EntryKind.OffersInitFinished));
                used += ReferenceEquals(handover?.Next.Generation, beside.Live("goods").Offers!.Generation) ? 1 : 0;
                AssertSame(plain, beside);
                begun = taken + 20;
            }
        }

        AssertSame(plain, beside);
        Assert.True(used > 5, $"{used} Inits were taken over");
        void Apply(JournalEntry entry)
        {
            plain.Apply(entry);
            beside.Apply(entry);
        }
    }

    [Fact]
    public async Task A_server_takes_Init_and_Update_over_and_its_journal_gives_the_same()
    {
        var root = TestEngine.NewFolder();
        await using var engine = TestEngine.Open(root, FoundGroupsTests.Yaml);
        engine.Runtime.Announce(new Uri("http://127.0.0.1:1/"));
        await FoundGroupsTests.LiveAsync(engine, 300, 9);
        for (var round = 0; round < 4; round++)
        {
            var steps = new List<Task<OffersSummary>>
            {
                engine.Runtime.InitOffersAsync("goods", "test", TestContext.Current.CancellationToken),
                engine.Runtime.UpdateOffersAsync("goods", "test", TestContext.Current.CancellationToken),
            };
            await FoundGroupsTests.LiveAsync(engine, 120, (ulong)round + 30);
            Assert.All(await Task.WhenAll(steps), summary => Assert.Equal(0, summary.UpdateDifferences ?? 0));
        }

        await engine.Runtime.UpdateOffersAsync("goods", "test", TestContext.Current.CancellationToken);
        AssertSame(StateBytes.Rebuild(root, engine.Verticals, engine.Runtime.Snapshot.AsOf), engine.Runtime.State);
    }

    [Fact]
    public async Task What_waits_for_a_step_of_an_engine_that_stops_is_told_so()
    {
        var engine = TestEngine.Open();
        await OfferJournal.RunAsync(engine, 0, 120, 3);
        engine.Runtime.Announce(new Uri("http://127.0.0.1:1/"));
        var step = engine.Runtime.InitOffersAsync("goods", "test", TestContext.Current.CancellationToken);
        await engine.DisposeAsync();
        await Task.WhenAny(step, Task.Delay(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.True(step.IsCompleted);
    }

    private static JournalEntry Control(in JournalEntry like, EntryKind kind) => like with { Kind = kind, Payload = OfferMarket.Control(kind).Payload };

    private static void AssertSame(EngineState expected, EngineState actual)
    {
        Assert.Equal(StateBytes.Of(expected), StateBytes.Of(actual));
        var (before, after) = (expected.Live("goods").Offers!, actual.Live("goods").Offers!);
        Assert.Equal(FoundGroupsTests.Cells(before.Types), FoundGroupsTests.Cells(after.Types));
        Assert.Equal(FoundGroupsTests.Cells(before.Groups), FoundGroupsTests.Cells(after.Groups));
        Assert.Equal(Enumerable.Range(0, before.Conditions.Count).Select(before.Conditions.StateOf), Enumerable.Range(0, after.Conditions.Count).Select(after.Conditions.StateOf));
        Assert.Equal(LowestPrices(before), LowestPrices(after));
    }

    // A group without a price may or may not have a place.
    private static List<(int Group, double Price)> LowestPrices(OffersView offers) =>
        [.. Enumerable.Range(0, offers.LowestPrices.Count).Select(group => (group, offers.LowestPrices[group])).Where(lowest => lowest.Item2 > 0)];
}
