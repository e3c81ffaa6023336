using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Ranking.Recording;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine;

public class RankingEngineTests
{
    private static List<string> Ids(RankingAnswer answer) => [.. answer.Sections[0].Items.Select(item => item.Id)];

    private static RankRequest Search(string? query = "чайник", int? size = null) => new() { Vertical = "goods", Surface = "search", Query = query, User = "u1", Size = size, Seed = 7 };

    private static async Task<TestEngine> WithItemsAsync(int count, string? yaml = null, int sellers = 1000)
    {
        var engine = TestEngine.Open(yaml: yaml);
        await engine.TakeAsync([.. Enumerable.Range(0, count).Select(i => engine.Put(
            $"i{i}", i % 2 == 0 ? $"красный чайник {i}" : $"чайник {i}", i % 3 == 0 ? "kettles" : "cups", 100 + i, $"s{i % sellers}", 5, $"b{i % 4}", null,
            new NamedValue("color", AttributeValue.Of(i % 2 == 0 ? ["red", "blue"] : ["green"]))))]);
        return engine;
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("changing")]
    [InlineData("sold out")]
    public async Task Pages_neither_repeat_nor_skip_an_item(string what)
    {
        await using var engine = await WithItemsAsync(90, sellers: 9);
        var seen = new List<string>();
        var positions = new List<int>();
        string? cursor = null;
        for (var page = 0; page < 60; page++)
        {
            var answer = await engine.RankAsync(Search(size: 10) with { Cursor = cursor });
            Assert.Empty(answer.Degraded);
            seen.AddRange(Ids(answer));
            positions.AddRange(answer.Sections[0].Items.Select(item => item.Position));
            if ((cursor = answer.Cursor) is null)
            {
                break;
            }

            if (what == "changing")
            {
                await engine.TakeAsync(engine.Put($"new{page}", "чайник чайник", seller: $"t{page}"));
            }
            else if (what == "sold out" && page == 0)
            {
                // More than two pages' worth in a row: what stands behind them must still be reached.
                await engine.TakeAsync([.. Enumerable.Range(0, 90).Select(i => $"i{i}").Except(seen).Take(60).Select(id => engine.Stock(id, 0))]);
            }
        }

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(Enumerable.Range(1, seen.Count), positions);
        Assert.Equal(what == "sold out" ? 30 : 90, seen.Count(id => id[0] == 'i'));
    }

    [Fact]
    public async Task A_cursor_belongs_to_its_request_and_to_this_service()
    {
        await using var engine = await WithItemsAsync(30);
        var cursor = (await engine.RankAsync(Search(size: 10))).Cursor!;
        var other = await Assert.ThrowsAsync<RankRequestException>(() => engine.RankAsync(Search("чашка", 10) with { Cursor = cursor }).AsTask());
        Assert.Equal(("cursor", "bad_cursor"), (other.Field, other.Code));
        var forged = await Assert.ThrowsAsync<RankRequestException>(() => engine.RankAsync(Search(size: 10) with { Cursor = "x" + cursor[1..] }).AsTask());
        Assert.Equal("bad_cursor", forged.Code);
    }

    [Fact]
    public async Task Sorts_put_missing_numbers_last_in_both_directions()
    {
        await using var engine = await WithItemsAsync(20);
        await engine.TakeAsync(engine.Patch("i3", new NamedValue("rating", AttributeValue.Of(4.0))), engine.Patch("i5", new NamedValue("rating", AttributeValue.Of(3.0))));
        Assert.Equal(["i5", "i3"], Ids(await engine.RankAsync(Search() with { Sort = new SortOrder("rating", false) })).Take(2));
        Assert.Equal(["i3", "i5"], Ids(await engine.RankAsync(Search() with { Sort = new SortOrder("rating", true) })).Take(2));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"i{i}"), Ids(await engine.RankAsync(Search() with { Sort = new SortOrder("price", false) })));
        engine.Clock.AdvanceTo(engine.Clock.GetUtcNow().AddDays(1));
        await engine.TakeAsync(engine.Put("late", "чайник"));
        Assert.Equal("late", Ids(await engine.RankAsync(Search() with { Sort = new SortOrder("newest", true) }))[0]);
    }

    [Fact]
    public async Task Facets_count_what_stands_after_the_filters()
    {
        await using var engine = await WithItemsAsync(12);
        await engine.TakeAsync(engine.Stock("i0", 0));
        var answer = await engine.RankAsync(Search() with { Facets = ["category", "color"], Filters = [new AttributeCondition { Attribute = "brand", AnyOf = ["b0", "b1", "nothing"] }] });

        // b0: 0 4 8, b1: 1 5 9; item 0 is sold out.
        Assert.Equal(["i1", "i4", "i5", "i8", "i9"], Ids(answer).Order());
        Assert.Equal([new FacetValue("cups", 4), new FacetValue("kettles", 1)], answer.Facets[0].Values);
        Assert.Equal([new FacetValue("green", 3), new FacetValue("blue", 2), new FacetValue("red", 2)], answer.Facets[1].Values);
    }

    [Fact]
    public async Task Filters_keep_keywords_lists_ranges_and_sellers()
    {
        await using var engine = await WithItemsAsync(12);
        async Task<List<string>> Kept(AttributeCondition condition) => [.. Ids(await engine.RankAsync(Search() with { Filters = [condition] })).OrderBy(id => int.Parse(id[1..], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(["i0", "i3", "i6", "i9"], await Kept(new AttributeCondition { Attribute = "category", AnyOf = ["kettles"] }));
        Assert.Equal(["i1", "i3", "i5", "i7", "i9", "i11"], await Kept(new AttributeCondition { Attribute = "color", AnyOf = ["green"] }));
        Assert.Equal(["i2", "i3", "i4"], await Kept(new AttributeCondition { Attribute = "price", Min = 102, Max = 104 }));
        Assert.Equal(["i10", "i11"], await Kept(new AttributeCondition { Attribute = "price", Min = 110 }));
        Assert.Equal(["i4", "i7"], await Kept(new AttributeCondition { Attribute = "seller", AnyOf = ["s4", "s7"] }));
        Assert.Empty(await Kept(new AttributeCondition { Attribute = "category", AnyOf = ["never seen"] }));
    }

    [Fact]
    public async Task Unknown_names_are_refused_with_the_field_and_the_nearest_name()
    {
        await using var engine = await WithItemsAsync(3);
        async Task<RankRequestException> Refused(RankRequest request) => await Assert.ThrowsAsync<RankRequestException>(() => engine.RankAsync(request).AsTask());
        void Check(RankRequestException refused, string field, string nearest)
        {
            Assert.Equal(field, refused.Field);
            Assert.Contains($"'{nearest}'", refused.Message, StringComparison.Ordinal);
        }

        Check(await Refused(Search() with { Vertical = "good" }), "vertical", "goods");
        Check(await Refused(Search() with { Surface = "serch" }), "surface", "search");
        Check(await Refused(Search() with { Filters = [new AttributeCondition { Attribute = "brend", AnyOf = ["x"] }] }), "filters.brend", "brand");
        Check(await Refused(Search() with { Facets = ["categry"] }), "facets", "category");
        Check(await Refused(Search() with { Sort = new SortOrder("prise", false) }), "sort.by", "price");
        Assert.Equal("size", (await Refused(Search(size: 0))).Field);
        Assert.Equal("size", (await Refused(Search(size: 101))).Field);
        Assert.Equal("empty_range", (await Refused(Search() with { Filters = [new AttributeCondition { Attribute = "price", Min = 5, Max = 1 }] })).Code);
        Assert.Equal("context.item", (await Refused(new RankRequest { Vertical = "goods", Surface = "similar" })).Field);
    }

    [Fact]
    public async Task Given_items_are_ranked_and_nothing_else()
    {
        await using var engine = await WithItemsAsync(30);
        var answer = await engine.RankAsync(Search("красный чайник") with { Items = ["i5", "i8", "nobody", "i2"] });
        Assert.Equal(["i2", "i5", "i8"], Ids(answer).Order());
        Assert.Contains("source:given#1", answer.Sections[0].Items.Single(item => item.Id == "i5").Reasons);
    }

    [Fact]
    public async Task Asked_items_learn_their_fate_and_explanations_add_up()
    {
        await using var engine = await WithItemsAsync(40, sellers: 40);
        await engine.TakeAsync(engine.Stock("i1", 0), engine.Put("far", "ковёр"));
        var answer = await engine.RankAsync(Search("красный чайник", 5) with { Explain = new ExplainRequest(true, ["i1", "i0", "i39", "far", "nobody"]) });
        var fates = answer.Asked.ToDictionary(fate => fate.Id);
        Assert.Equal(("removed", "filter:outOfStock"), (fates["i1"].Outcome, fates["i1"].Reason));
        Assert.Equal("ranked", fates["i39"].Outcome);
        Assert.Equal("unknown", fates["nobody"].Outcome);
        Assert.All(answer.Sections[0].Items, item => AddsUp(item.Explanation!));
        var shown = await engine.RankAsync(Search("красный чайник", 5) with { Explain = new ExplainRequest(false, [Ids(answer)[0]]), Items = ["i0", "i2", Ids(answer)[0]] });
        Assert.Equal("shown", shown.Asked[0].Outcome);
        var given = await engine.RankAsync(Search() with { Items = ["i0"], Explain = new ExplainRequest(false, ["i2"]) });
        Assert.Equal(("notRetrieved", "the caller did not give it"), (given.Asked[0].Outcome, given.Asked[0].Reason));
    }

    private static void AddsUp(Explanation explanation)
    {
        if (explanation.Details.Count > 0)
        {
            Assert.Equal(explanation.Value, explanation.Details.Sum(detail => detail.Value), 1e-5);
        }
    }

    [Fact]
    public async Task Similar_items_are_of_the_same_type_most_popular_first()
    {
        await using var engine = await WithItemsAsync(12);
        await engine.TakeAsync(engine.Event("o", EventType.Order, "i9"), engine.Event("c", EventType.Click, "i6"));
        await engine.TakeAsync([.. Enumerable.Range(0, 250).Select(i => engine.Event($"v{i}", EventType.View, "i1"))]);
        var answer = await engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "similar", Context = [new("item", "i0")], Size = 10, Seed = 1 });
        Assert.Equal(["i9", "i6", "i3"], Ids(answer));
    }

    [Fact]
    public async Task Without_a_query_popular_and_new_items_are_found()
    {
        await using var engine = await WithItemsAsync(500);
        await engine.TakeAsync(engine.Event("o", EventType.Order, "i50"), engine.Event("f", EventType.Favorite, "i60"), engine.Event("c", EventType.Click, "i499"));

        // The order of popularity is renewed after enough entries, so that a replay renews it at the same place.
        await engine.TakeAsync([.. Enumerable.Range(0, 250).Select(i => engine.Event($"v{i}", EventType.View, "i1"))]);
        var answer = await engine.RankAsync(Search(query: null) with { Explain = new ExplainRequest(false, ["i50", "i60", "i499", "i70"]), Size = 100 });
        var reasons = answer.Sections[0].Items.ToDictionary(item => item.Id, item => item.Reasons);
        Assert.Contains("source:popular#1", reasons["i50"]);
        Assert.Contains("source:popular#2", reasons["i60"]);
        Assert.Contains("source:recent#1", reasons["i499"]);
        Assert.Equal("notRetrieved", answer.Asked.Single(fate => fate.Id == "i70").Outcome);
    }

    [Fact]
    public async Task A_given_item_of_another_vertical_is_passed_over_and_named()
    {
        var root = TestEngine.NewFolder();
        Directory.CreateDirectory(new DataDirectory(root).Verticals);
        File.WriteAllText(Path.Combine(new DataDirectory(root).Verticals, "cars.yaml"), """
            vertical: cars
            timeZone: Europe/Berlin
            languages: [en]
            items:
              type: make
              attributes:
                make: {kind: keyword, required: true}
            surfaces:
              feed:
                sources: [{kind: recent, limit: 10}]
            """);
        await using var engine = TestEngine.Open(root);
        await engine.TakeAsync(
            engine.Put("g", "чайник"),
            TestEngine.Of(new ItemChange { Id = new ItemId("car"), Kind = ItemChangeKind.Put, AtMs = engine.NowMs, Vertical = "cars", Attributes = [new("make", AttributeValue.Of("lada"))] }));
        var answer = await engine.RankAsync(Search() with { Items = ["car", "g"], Explain = new ExplainRequest(true, ["car"]) });
        Assert.Equal(["g"], Ids(answer));
        Assert.Equal(("notRetrieved", "it belongs to the vertical 'cars'"), (answer.Asked[0].Outcome, answer.Asked[0].Reason));
        Assert.Equal(["car"], Ids(await engine.RankAsync(new RankRequest { Vertical = "cars", Surface = "feed" })));
    }

    [Fact]
    public async Task Tokens_echo_ranking_item_position_and_query()
    {
        await using var engine = await WithItemsAsync(12);
        var answer = await engine.RankAsync(Search(size: 5));
        foreach (var item in answer.Sections[0].Items)
        {
            Assert.True(engine.Runtime.Signer.TryRead(item.Token, out var token));
            Assert.Equal((answer.RankingId, item.Id, item.Position), (token.RankingId, token.Item, token.Position));
            Assert.NotEqual(0ul, token.QueryHash);
            Assert.False(engine.Runtime.Signer.TryRead(item.Token[..^1] + (item.Token[^1] == 'A' ? 'B' : 'A'), out _));
        }
    }

    [Fact]
    public async Task The_light_record_and_the_feature_block_say_what_was_answered()
    {
        var root = TestEngine.NewFolder();
        RankingAnswer answer;
        await using (var engine = TestEngine.Open(root))
        {
            await engine.TakeAsync([.. Enumerable.Range(0, 30).Select(i => engine.Put($"i{i}", "чайник", seller: $"s{i}"))]);
            await engine.TakeAsync(engine.Stock("i7", 0));
            answer = await engine.RankAsync(Search(size: 5) with { Session = "visit", Context = [new("region", "Уфа")] });
        }

        using var journal = SegmentJournalStore.Open(new DataDirectory(root).Journal, new SegmentJournalOptions(), readOnly: true);
        var record = RankingRecord.Read(journal.Read(1).Single(entry => entry.Kind == EntryKind.Ranking).Payload.Span);
        Assert.Equal((answer.RankingId, "goods", "search", "u1", "visit", "чайник", answer.AsOf), (record.Id, record.Vertical, record.Surface, record.User!, record.Session!, record.Query!, record.AsOf));
        Assert.Equal(Ids(answer), record.Shown.Select(shown => shown.Item));
        Assert.Equal(answer.Sections[0].Items.Select(item => item.Score), record.Shown.Select(shown => shown.Score));
        Assert.Contains(new UnshownItem("i7", "filter:outOfStock"), record.Unshown);
        Assert.Equal(24, record.Unshown.Count(unshown => unshown.Reason.StartsWith("rank:", StringComparison.Ordinal)));
        var block = FeatureLogReader.Read(new DataDirectory(root).Features).Single();
        Assert.Equal((answer.RankingId, answer.AsOf), (block.RankingId, block.AsOf));
        Assert.Equal(Ids(answer), block.Items.Take(5));
        Assert.Equal([1, 2, 3, 4, 5], block.Positions.Take(5).Select(position => (int)position));
        Assert.All(block.Positions.Skip(5), position => Assert.Equal(0, position));
        Assert.Equal(block.Items.Length, block.Items.Distinct().Count());
    }

    [Fact]
    public async Task Exploration_draws_by_Plackett_and_Luce_and_records_the_right_probabilities()
    {
        // One item of each text score; a temperature near the scores' differences.
        var yaml = TestEngine.GoodsYaml.Replace("explore: {temperature: 0.1, top: 10}", "explore: {temperature: 0.3, top: 4}", StringComparison.Ordinal);
        await using var engine = TestEngine.Open(yaml: yaml);
        var titles = new[] { "чайник", "чайник красный", "чайник красный большой", "чайник красный большой новый удобный" };
        await engine.TakeAsync([.. titles.Select((title, i) => engine.Put($"i{i}", title, seller: $"s{i}"))]);
        const int Draws = 4000;
        var counts = new Dictionary<string, int>();
        Dictionary<string, double> weights = [];
        for (var seed = 1; seed <= Draws; seed++)
        {
            var answer = await engine.RankAsync(Search(size: 4) with { Seed = (ulong)seed });
            var order = string.Concat(Ids(answer).Select(id => id[1]));
            counts[order] = counts.GetValueOrDefault(order) + 1;
            weights = answer.Sections[0].Items.ToDictionary(item => item.Id[1..], item => Math.Exp(item.Score / 0.3));
        }

        await engine.TakeAsync(engine.Stock("i0", 4));
        var distance = 0.0;
        foreach (var order in Orders("0123"))
        {
            distance += Math.Abs((counts.GetValueOrDefault(order) / (double)Draws) - Probability(order, weights));
        }

        // Total variation; the expected one of 24 cells and 4,000 draws is about 0.03.
        Assert.InRange(distance / 2, 0, 0.06);
        foreach (var entry in engine.Runtime.Journal.Read(1).Where(entry => entry.Kind == EntryKind.Ranking).Take(100))
        {
            var record = RankingRecord.Read(entry.Payload.Span);
            var recorded = record.Shown.Aggregate(1.0, (product, shown) => product * shown.Propensity);
            Assert.Equal(Probability(string.Concat(record.Shown.Select(shown => shown.Item[1])), weights), recorded, 1e-5);
        }
    }

    private static IEnumerable<string> Orders(string items) =>
        items.Length == 1 ? [items] : items.SelectMany(first => Orders(items.Replace(first.ToString(), "", StringComparison.Ordinal)).Select(rest => first + rest));

    private static double Probability(string order, Dictionary<string, double> weights)
    {
        var probability = 1.0;
        for (var place = 0; place < order.Length; place++)
        {
            probability *= weights[order[place].ToString()] / order[place..].Sum(item => weights[item.ToString()]);
        }

        return probability;
    }

    [Fact]
    public async Task Seller_cap_loses_and_doubles_nothing_and_holds_while_it_can()
    {
        await using var engine = TestEngine.Open();
        var random = RandomStream.For(1, "cap");
        for (var round = 0; round < 25; round++)
        {
            var (count, sellers, size) = (1 + random.NextInt(60), 1 + random.NextInt(12), 1 + random.NextInt(20));
            var given = new List<string>();
            var sellerOf = new Dictionary<string, string>();
            var entries = new List<PendingEntry>();
            for (var i = 0; i < count; i++)
            {
                var (id, seller) = ($"r{round}-{i}", $"s{random.NextInt(sellers)}");
                given.Add(id);
                sellerOf[id] = seller;
                entries.Add(engine.Put(id, "чайник", seller: seller));
            }

            await engine.TakeAsync([.. entries]);
            var (all, cursor) = (new List<string>(), (string?)null);
            do
            {
                var answer = await engine.RankAsync(Search(size: size) with { Items = given, Cursor = cursor });
                var page = Ids(answer);
                var left = given.Except(all).ToList();
                all.AddRange(page);
                cursor = answer.Cursor;

                // Above the cap only when the others cannot fill the page.
                var possible = left.GroupBy(id => sellerOf[id]).Sum(group => Math.Min(3, group.Count()));
                Assert.True(page.GroupBy(id => sellerOf[id]).All(group => group.Count() <= 3) || possible < page.Count, $"round {round}");
            }
            while (cursor is not null);
            Assert.Equal(given.Order(), all.Order());
        }
    }
}
