using Vitrina.Engine.Catalog;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Ranking;
using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Collections;

namespace Vitrina.Tests.Engine.Ranking;

public sealed class MatchingItemsTests
{
    private const int ItemCount = 900;
    private const int TextLimit = 40;

    // Few candidates are retrieved, so that what is beyond them shows.
    private static readonly string s_yaml = TestEngine.GoodsYaml
        .Replace("- {kind: text, limit: 400}", $"- {{kind: text, limit: {TextLimit}}}", StringComparison.Ordinal)
        .Replace("- {kind: popular, limit: 300,", $"- {{kind: popular, limit: {TextLimit},", StringComparison.Ordinal)
        .Replace("- {kind: recent, limit: 100,", "- {kind: recent, limit: 10,", StringComparison.Ordinal)
        .Replace("    rating:      {kind: number", "    place:       {kind: geo}\n    isNew:       {kind: bool}\n    rating:      {kind: number", StringComparison.Ordinal);

    private static readonly string[] s_words = ["чайник", "утюг", "лампа"];

    [Fact]
    public async Task Selections_equal_a_plain_scan_for_random_conditions_through_random_changes()
    {
        await using var engine = TestEngine.Open(yaml: s_yaml);
        var random = RandomStream.For(17, "matching");
        await FillAsync(engine);
        for (var round = 0; round < 60; round++)
        {
            await engine.TakeAsync(RandomChange(engine, ref random), RandomChange(engine, ref random));
            var snapshot = engine.Runtime.Snapshot.Verticals["goods"];
            var predicate = ItemPredicate.Bind(RandomFilters(ref random), snapshot);
            var set = new BitSet(snapshot.Market.Columns!.Length);
            ItemSelection.Fill(snapshot.Market.Columns, predicate, [], set);
            var expected = Shown(engine).Where(predicate.Accepts).Select(item => item.Ordinal);
            Assert.Equal(expected, Enumerable.Range(0, set.Length).Where(set.Get));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("чайник")]
    [InlineData("лампа чайник")]
    public async Task Facets_count_all_matches_and_pages_in_an_order_are_those_of_all_matches(string? query)
    {
        await using var engine = TestEngine.Open(yaml: s_yaml);
        var random = RandomStream.For(18, "matching");
        await FillAsync(engine);
        for (var round = 0; round < 12; round++)
        {
            await engine.TakeAsync(RandomChange(engine, ref random));
            var filters = RandomFilters(ref random);
            var predicate = ItemPredicate.Bind(filters, engine.Runtime.Snapshot.Verticals["goods"]);
            var words = query?.Split(' ') ?? [];
            Item[] matching = [.. Shown(engine).Where(item => item.Stock != 0 && predicate.Accepts(item) && (words.Length == 0 || words.Any(word => item.Texts[0]!.Split(' ').Contains(word))))];
            var sort = new SortOrder(round % 3 == 0 ? "newest" : "price", round % 2 == 0);
            var request = new RankRequest { Vertical = "goods", Surface = "search", Query = query, User = "u", Filters = filters, Facets = ["brand", "color"], Sort = sort, Size = 15 };
            var first = await engine.RankAsync(request);
            Assert.Equal(Counted(matching, item => [engine.Runtime.Snapshot.Verticals["goods"].Market.Keywords[SlotOf(engine, "brand")][item.Keywords[SlotOf(engine, "brand")]]]), first.Facets[0].Values);
            Assert.Equal(Counted(matching, item => item.KeywordLists[SlotOf(engine, "color")].Select(color => engine.Runtime.Snapshot.Verticals["goods"].Market.ListKeywords[SlotOf(engine, "color")][color])), first.Facets[1].Values);

            var price = engine.Runtime.Snapshot.Verticals["goods"].Vertical.Schema.FindOrNull("price")!.Slot;
            double Key(Item item) => (sort.IsDescending ? -1 : 1) * (sort.By == "newest" ? item.PublishedAtMs : item.Numbers[price]);
            var expected = matching.OrderBy(Key).ThenBy(item => item.Ordinal).Select(item => item.Id.Value).ToList();
            Assert.Equal(expected.Take(15), Ids(first));
            if (first.Cursor is { } cursor)
            {
                var second = await engine.RankAsync(request with { Cursor = cursor });
                Assert.Equal(expected.Skip(15).Take(15), Ids(second));
                Assert.Equal(first.Facets[0].Values, second.Facets[0].Values);
            }
        }
    }

    [Fact]
    public async Task A_query_that_only_names_a_value_is_counted_and_ordered_over_everything_that_has_it()
    {
        await using var engine = TestEngine.Open(yaml: s_yaml);
        await FillAsync(engine);
        var red = Shown(engine).Where(item => item.Stock != 0 && item.KeywordLists[SlotOf(engine, "color")].Any(color => engine.Runtime.Snapshot.Verticals["goods"].Market.ListKeywords[SlotOf(engine, "color")][color] == "красный")).ToList();
        var price = engine.Runtime.Snapshot.Verticals["goods"].Vertical.Schema.FindOrNull("price")!.Slot;
        var answer = await engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "search", Query = "красный", User = "u", Facets = ["color"], Sort = new SortOrder("price", false), Size = 20 });
        Assert.Equal(red.Count, answer.Facets[0].Values.Single(value => value.Value == "красный").Count);
        Assert.Equal(red.OrderBy(item => item.Numbers[price]).ThenBy(item => item.Ordinal).Take(20).Select(item => item.Id.Value), Ids(answer));
    }

    private static int SlotOf(TestEngine engine, string name) => engine.Runtime.Snapshot.Verticals["goods"].Vertical.Schema.FindOrNull(name)!.Slot;

    private static IEnumerable<Item> Shown(TestEngine engine)
    {
        var items = engine.Runtime.Snapshot.Verticals["goods"].Market.Items;
        return Enumerable.Range(0, items.Count).Select(ordinal => items[ordinal]).OfType<Item>().Where(item => item.IsActive && !item.IsDeleted);
    }

    private static List<FacetValue> Counted(Item[] items, Func<Item, IEnumerable<string>> values) =>
        [.. items.SelectMany(values).GroupBy(value => value).Select(group => new FacetValue(group.Key, group.Count())).OrderByDescending(value => value.Count).ThenBy(value => value.Value, StringComparer.Ordinal)];

    private static List<string> Ids(RankingAnswer answer) => [.. answer.Sections[0].Items.Select(item => item.Id)];

    private static async Task FillAsync(TestEngine engine)
    {
        var random = RandomStream.For(16, "matching");
        var entries = new List<PendingEntry>();
        for (var number = 0; number < ItemCount; number++)
        {
            entries.Add(RandomPut(engine, number, ref random));
        }

        await engine.TakeAsync([.. entries]);
    }

    private static PendingEntry RandomPut(TestEngine engine, int number, ref RandomStream random)
    {
        string[] colours = ["красный", "синий", "зелёный"];
        var count = random.NextInt(3);
        var first = random.NextInt(3);
        string[] own = [.. Enumerable.Range(0, count).Select(place => colours[(first + place) % 3])];
        return engine.Put(
            $"i{number}",
            $"{s_words[random.NextInt(3)]} м{random.NextInt(40)}",
            category: $"c{random.NextInt(4)}",
            price: 100 + random.NextInt(50),
            seller: $"s{random.NextInt(6)}",
            stock: random.NextInt(8) == 0 ? 0 : 5,
            brand: $"b{random.NextInt(5)}",
            atMs: engine.NowMs - (random.NextInt(30) * 86_400_000L),
            new("color", AttributeValue.Of(own)),
            new("isNew", AttributeValue.Of(random.NextInt(2))),
            new("place", AttributeValue.Of([55 + random.NextInt(100) / 100f, 37 + random.NextInt(100) / 100f])));
    }

    private static PendingEntry RandomChange(TestEngine engine, ref RandomStream random)
    {
        var number = random.NextInt(ItemCount + 20);
        return random.NextInt(4) switch
        {
            0 => engine.Delete($"i{number}"),
            1 => engine.Stock($"i{number}", random.NextInt(2)),
            2 => engine.Patch($"i{number}", new NamedValue("price", AttributeValue.Of(100 + random.NextInt(50)))),
            _ => RandomPut(engine, number, ref random),
        };
    }

    private static AttributeCondition[] RandomFilters(ref RandomStream random)
    {
        var filters = new List<AttributeCondition>();
        if (random.NextInt(2) == 0)
        {
            filters.Add(new AttributeCondition { Attribute = "brand", AnyOf = random.NextInt(2) == 0 ? [$"b{random.NextInt(5)}"] : ["b0", "b3", "nobody"] });
        }

        if (random.NextInt(3) == 0)
        {
            filters.Add(new AttributeCondition { Attribute = "color", AnyOf = ["синий", "зелёный"] });
        }

        if (random.NextInt(2) == 0)
        {
            filters.Add(new AttributeCondition { Attribute = "price", Min = 100 + random.NextInt(40), Max = random.NextInt(2) == 0 ? 140 : double.NaN });
        }

        if (random.NextInt(3) == 0)
        {
            filters.Add(new AttributeCondition { Attribute = "seller", AnyOf = ["s1", "s4", "s9"] });
        }

        if (random.NextInt(3) == 0)
        {
            filters.Add(new AttributeCondition { Attribute = "place", Within = new GeoCircle(55.5, 37.5, 5 + random.NextInt(50)) });
        }

        if (random.NextInt(4) == 0)
        {
            filters.Add(new AttributeCondition { Attribute = "isNew", Min = 1, Max = 1 });
        }

        return [.. filters];
    }
}
