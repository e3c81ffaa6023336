using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Statistics.Offers;

/// <summary>Match groups that the engine finds itself, where the vertical names no attribute for them.</summary>
public class FoundGroupsTests
{
    private const string Vacuum = "Робот-пылесос Xiaomi Mijia X10 моющий, белый";
    private const string SameVacuum = "Xiaomi Mijia X10 робот пылесос моющий белый";
    private static readonly string[] s_syllables = ["ба", "ке", "ло", "ми", "ну", "ра"];
    private static readonly string[] s_models = ["X10", "X20", "Q7", "S8", "T9"];

    // The shipped vertical without its attribute for match groups, and without what compares prices by that attribute.
    internal static string Yaml { get; } = TestEngine.GoodsYaml
        .Replace("  matchGroup: model               # the same product from other sellers\n", "", StringComparison.Ordinal)
        .Replace("  - {kind: relativePrice, to: matchGroup}                   # against the same product elsewhere\n", "", StringComparison.Ordinal);

    [Fact]
    public async Task A_new_seller_of_a_known_product_starts_with_the_rate_of_its_analogs()
    {
        await using var market = await OfferMarket.OpenAsync(Yaml);
        await market.Engine.TakeAsync(Item(market, "a", Vacuum, "s-a", 25_000, 2), Item(market, "b", SameVacuum, "s-b", 23_000, 1));
        await market.ShowAsync("a", 900, 50);
        await market.ShowAsync("b", 300, 20);
        await market.Engine.TakeAsync(Item(market, "c", Vacuum, "s-c", 21_000, 1), Item(market, "d", "Робот-пылесос Xiaomi Mijia X20 моющий, белый", "s-c", 21_000, 1));

        var known = market.Engine.Runtime.FindOffer("a", null)!;
        Assert.Equal(["c", "b"], known.Peers.Select(peer => peer.Item));
        var novice = market.Engine.Runtime.FindOffer("c", null)!;
        Assert.Equal(["b", "a"], novice.Peers.Select(peer => peer.Item));
        Assert.Equal(new OfferPeer("b", "s-b", 23_000, 1, novice.Peers[0].PriceBin, novice.Peers[0].DeliveryBin, true), novice.Peers[0]);
        Assert.Equal(known.MatchGroup, novice.MatchGroup);
        var rate = novice.Rates.Single(one => one is { Of: "order", Per: "view", Window: "28d" });
        Assert.True(rate.MatchGroup > 0.9 && rate.Own + rate.Transferred == 0, $"{rate}");
        Assert.InRange(rate.Rate!.Value, 50.0 / 900, 20.0 / 300);
        Assert.Equal(Math.Log(21_000.0 / 21_000), market.Value("relativePrice.matchGroup.lowest", "c"), 6);
        Assert.Equal(Math.Log(25_000.0 / 21_000), market.Value("relativePrice.matchGroup.lowest", "a"), 5);

        // Another model is another product.
        Assert.Null(market.Engine.Runtime.FindOffer("d", null)!.MatchGroup);
        Assert.Empty(market.Engine.Runtime.FindOffer("d", null)!.Peers);
    }

    [Fact]
    public async Task A_changed_title_takes_the_item_with_all_it_counted_out_of_its_group()
    {
        await using var market = await OfferMarket.OpenAsync(Yaml);
        await market.Engine.TakeAsync(Item(market, "a", Vacuum, "s-a", 25_000, 2), Item(market, "b", SameVacuum, "s-b", 23_000, 1), Item(market, "c", Vacuum, "s-c", 21_000, 1));
        await market.ShowAsync("a", 90, 5);
        await market.Engine.TakeAsync(market.Engine.Patch("a", new NamedValue("title", AttributeValue.Of("Чайник Bosch TWK 3A011 электрический"))));
        Assert.Equal(["c"], market.Engine.Runtime.FindOffer("b", null)!.Peers.Select(peer => peer.Item));
        Assert.Equal(0, market.Engine.Runtime.FindOffer("b", null)!.Counts.Single(count => count is { Metric: "view", Window: "28d" }).MatchGroup);
        await market.Engine.TakeAsync(market.Engine.Patch("a", new NamedValue("title", AttributeValue.Of(SameVacuum))));
        Assert.Equal(["c", "a"], market.Engine.Runtime.FindOffer("b", null)!.Peers.Select(peer => peer.Item));
        Assert.True(market.Engine.Runtime.FindOffer("b", null)!.Counts.Single(count => count is { Metric: "view", Window: "28d" }).MatchGroup > 50);
        await market.Engine.TakeAsync(OfferMarket.Control(EntryKind.OffersUpdate));
        Assert.Equal(0, market.View.LastUpdate!.Differences);
    }

    [Fact]
    public async Task Nothing_is_found_where_the_file_says_off()
    {
        await using var market = await OfferMarket.OpenAsync(Yaml.Replace("    smoothing: thresholds ", "    match: off\n    smoothing: thresholds ", StringComparison.Ordinal)
            .Replace(", matchGroup: 200}", "}", StringComparison.Ordinal).Replace("  - {kind: relativePrice, to: matchGroup, against: lowest}\n", "", StringComparison.Ordinal));
        await market.Engine.TakeAsync(Item(market, "a", Vacuum, "s-a", 25_000, 2), Item(market, "b", SameVacuum, "s-b", 23_000, 1));
        await market.ShowAsync("a", 9, 5);
        Assert.Null(market.Engine.Runtime.FindOffer("a", null)!.MatchGroup);
    }

    [Theory]
    [InlineData("match: titel", "title")]
    [InlineData("match: price", null)]
    public void An_attribute_that_is_no_text_is_refused(string line, string? nearest)
    {
        VerticalCompiler.Parse(Yaml.Replace("    smoothing: thresholds ", $"    {line}\n    smoothing: thresholds ", StringComparison.Ordinal), "goods.yaml", out var errors);
        var error = Assert.Single(errors);
        Assert.Contains("statistics.offers.match", error.Message, StringComparison.Ordinal);
        if (nearest is not null)
        {
            Assert.Contains(nearest, error.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_attribute_and_a_search_by_title_exclude_each_other()
    {
        VerticalCompiler.Parse(TestEngine.GoodsYaml.Replace("    smoothing: thresholds ", "    match: title\n    smoothing: thresholds ", StringComparison.Ordinal), "goods.yaml", out var errors);
        Assert.Contains("items.matchGroup", Assert.Single(errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Groups_of_a_random_life_are_those_of_its_journal_also_over_a_restart_in_the_middle_of_an_Init()
    {
        var root = TestEngine.NewFolder();
        for (var part = 0; part < 4; part++)
        {
            await using var engine = TestEngine.Open(root, Yaml, at: TestEngine.Start.AddDays(part * 12));
            Assert.Empty(engine.Runtime.Recovery);
            await LiveAsync(engine, 350, (ulong)part);
            var snapshot = engine.Runtime.Snapshot;
            var (market, rebuilt) = (snapshot.Verticals["goods"].Market, StateBytes.Rebuild(root, engine.Verticals, snapshot.AsOf));
            Assert.Equal(GroupsOf(rebuilt.Live("goods"), rebuilt), GroupsOf(market, rebuilt));
            Assert.Equal(Cells(rebuilt.Live("goods").Offers!.Groups), Cells(market.Offers!.Groups));
            var grouped = GroupsOf(rebuilt.Live("goods"), rebuilt).Count(group => group >= 0);
            Assert.True(grouped > 20, $"{grouped} items are in groups");

            // Live counting leaves what a recount gives, however groups came and went.
            await engine.TakeAsync(OfferMarket.Control(EntryKind.OffersUpdate));
            Assert.Equal(0, engine.Runtime.Snapshot.Verticals["goods"].Market.Offers!.LastUpdate!.Differences);

            // The next part begins where this Init is begun and not yet taken.
            await engine.TakeAsync(OfferMarket.Control(EntryKind.OffersInitBegun));
        }

        Directory.Delete(root, true);
    }

    [Fact]
    public async Task After_an_Init_groups_are_those_of_the_matcher_and_later_titles_join_them()
    {
        await using var engine = TestEngine.Open(yaml: Yaml);
        await LiveAsync(engine, 300, 9);
        await engine.TakeAsync(OfferMarket.Control(EntryKind.OffersInit));
        var market = engine.Runtime.Snapshot.Verticals["goods"].Market;
        var traits = market.Offers!.Traits;
        List<Item> items = [.. Enumerable.Range(0, market.Items.Count).Select(ordinal => market.Items[ordinal]).OfType<Item>().Where(item => !item.IsDeleted)];
        var expected = traits.Matcher!.Match([.. items.Select(item => new MatchableItem(traits.TypeOf(item), item.Texts[traits.TitleSlot]!, item.SellerOrdinal))]);
        Assert.Equal(expected.Select(group => group < 0 ? -1 : items[group].Ordinal), items.Select(market.Offers.GroupOf));
        Assert.Contains(expected, group => group >= 0);
    }

    [Fact]
    public async Task What_changes_while_an_Init_is_under_way_is_grouped_by_its_new_title()
    {
        await using var market = await OfferMarket.OpenAsync(Yaml);
        await market.Engine.TakeAsync(Item(market, "a", Vacuum, "s-a", 25_000, 2), Item(market, "b", SameVacuum, "s-b", 23_000, 1), Item(market, "c", Vacuum, "s-c", 21_000, 1));
        await market.Engine.TakeAsync(
            OfferMarket.Control(EntryKind.OffersInitBegun),
            market.Engine.Patch("a", new NamedValue("title", AttributeValue.Of("Чайник Bosch TWK 3A011 электрический"))),
            Item(market, "d", Vacuum, "s-d", 19_000, 1),
            OfferMarket.Control(EntryKind.OffersInitFinished));
        Assert.Null(market.Engine.Runtime.FindOffer("a", null)!.MatchGroup);
        Assert.Equal(["d", "c"], market.Engine.Runtime.FindOffer("b", null)!.Peers.Select(peer => peer.Item));
        Assert.False(market.View.IsInitPending);
    }

    [Fact]
    public async Task An_Init_beside_the_work_gives_what_one_at_once_gives()
    {
        await using var engine = TestEngine.Open();
        await OfferJournal.RunAsync(engine, 0, 600, 3);
        var summary = await engine.Runtime.InitOffersAsync("goods", "test", TestContext.Current.CancellationToken);
        Assert.False(engine.Runtime.Snapshot.Verticals["goods"].Market.Offers!.IsInitPending);
        var (once, before) = (StateBytes.Of(engine.Runtime.State), engine.Runtime.Snapshot.AsOf);

        // A second one of the day starts from the same older generation: where nothing was put, it finds the same.
        await engine.TakeAsync(OfferMarket.Control(EntryKind.OffersInit));
        Assert.Equal(summary.Generation, engine.Runtime.OffersSummary("goods").Generation);
        Assert.Equal(once, StateBytes.Of(engine.Runtime.State));
        Assert.Equal(before + 1, engine.Runtime.Snapshot.AsOf);
    }

    [Fact]
    public async Task A_server_begins_Inits_beside_its_work_before_they_are_overdue()
    {
        await using var engine = TestEngine.Open();
        await engine.TakeAsync([.. Enumerable.Range(1, 80).Select(i => engine.Put($"i{i}", $"Чайник {i}", price: i * 100))]);
        engine.Runtime.Announce(new Uri("http://127.0.0.1:1/"));
        await LookUntilAsync(engine, TimeSpan.FromSeconds(1), offers => offers.Generation?.Number == 1);

        // Nothing happens for weeks; the day before the last one's end a new one is there, and time alone has brought no second one.
        engine.Clock.AdvanceTo(engine.Clock.GetUtcNow().AddDays(26));
        await engine.TakeAsync(engine.Event("e1", EventType.View, "i1"));
        Assert.Equal(1, engine.Runtime.OffersSummary("goods").Generation);
        engine.Clock.AdvanceTo(engine.Clock.GetUtcNow().AddDays(1));
        await LookUntilAsync(engine, TimeSpan.FromSeconds(1), offers => offers.Generation?.Number == 2);

        // A catalogue that has grown by a quarter does not wait for it.
        await engine.TakeAsync([.. Enumerable.Range(81, 40).Select(i => engine.Put($"i{i}", $"Чайник {i}", price: i * 100))]);
        engine.Clock.AdvanceTo(engine.Clock.GetUtcNow().AddDays(2));
        await LookUntilAsync(engine, TimeSpan.FromSeconds(1), offers => offers.Generation?.Number == 3);
    }

    private static async Task LookUntilAsync(TestEngine engine, TimeSpan step, Func<OffersView, bool> isSo)
    {
        for (var look = 0; look < 2000 && !isSo(engine.Runtime.Snapshot.Verticals["goods"].Market.Offers!); look++)
        {
            engine.Clock.AdvanceTo(engine.Clock.GetUtcNow() + step);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.True(isSo(engine.Runtime.Snapshot.Verticals["goods"].Market.Offers!));
    }

    private static PendingEntry Item(OfferMarket market, string id, string title, string seller, double price, double delivery) =>
        market.Engine.Put(id, title, OfferMarket.Type, price, seller, more: [new("delivery", AttributeValue.Of(delivery))]);

    private static IReadOnlyList<int> GroupsOf(Vitrina.Engine.Features.MarketView market, EngineState state) =>
        [.. Enumerable.Range(0, state.Catalog.ItemCount).Select(ordinal => market.Offers!.GroupOf(market.Items[ordinal]!))];

    internal static List<(int Owner, int State, int Metric, int Count)> Cells(StateCellsView cells) =>
    [
        .. from owner in Enumerable.Range(0, 400)
           from state in Enumerable.Range(0, OfferState.Count)
           from metric in Enumerable.Range(0, 5)
           let count = cells.Count(cells.Find(owner, state), 2, metric)
           where count > 0
           select (owner, state, metric, count),
    ];

    // Puts, price cuts, new titles, deletions and events; titles repeat between sellers.
    internal static async Task LiveAsync(TestEngine engine, int steps, ulong seed)
    {
        var random = RandomStream.For(seed, "found groups");
        var batch = new List<PendingEntry>();
        for (var step = 0; step < steps; step++)
        {
            engine.Clock.AdvanceTo(engine.Clock.GetUtcNow().AddMinutes(40));
            var item = $"i{random.NextInt(120)}";
            var brand = random.NextInt(30);
            var title = $"Робот-пылесос {s_syllables[brand % 6]}{s_syllables[brand / 6]}кон {s_syllables[brand / 6]}{s_syllables[brand % 6]}тур {s_models[brand % 5]} {(random.NextBool(0.5) ? "моющий сухой" : "сухой моющий")} турбина";
            batch.Add((seed is 0 or 9 && step < 120 ? 0 : random.NextInt(10)) switch
            {
                0 => engine.Put(item, title, $"type-{random.NextInt(2)}", 100 + random.NextInt(5000), $"s{random.NextInt(300)}"),
                1 => engine.Patch(item, new NamedValue("title", AttributeValue.Of(title))),
                2 => engine.Patch(item, new NamedValue("price", AttributeValue.Of(100 + random.NextInt(5000)))),
                3 when random.NextBool(0.1) => engine.Delete(item),
                4 when random.NextBool(0.1) => OfferMarket.Control((EntryKind)((int)EntryKind.OffersInit + random.NextInt(3))),
                5 when random.NextBool(0.1) => OfferMarket.Control(EntryKind.OffersInitBegun),
                _ => TestEngine.Of(new MarketEvent
                {
                    Id = $"{seed}-{step}",
                    Type = (EventType)random.NextInt(5),
                    OccurredAtMs = engine.NowMs,
                    Item = item,
                    User = $"u{random.NextInt(15)}",
                }),
            });
            if (batch.Count == 40 || step == steps - 1)
            {
                await engine.TakeAsync([.. batch]);
                batch.Clear();
            }
        }
    }
}
