using Vitrina.Engine.Catalog;
using Vitrina.Engine.Ranking;

namespace Vitrina.Tests.Engine.Ranking;

public class BrowsingTests
{
    private static readonly string DrawnYaml = TestEngine.GoodsYaml
        .Replace("- {kind: popular, limit: 300, when: noQuery}", "", StringComparison.Ordinal)
        .Replace("{kind: recent, limit: 100, when: noQuery}", "{kind: recent, limit: 20, when: noQuery, halfLife: 7d}", StringComparison.Ordinal)
        .Replace("{rule: sellerCap, max: 3}", "{rule: sellerCap, max: 100}", StringComparison.Ordinal);

    private static RankRequest Browse(string user) => new() { Vertical = "goods", Surface = "search", User = user, Size = 20, Seed = 1 };

    private static List<string> Ids(RankingAnswer answer) => [.. answer.Sections[0].Items.Select(item => item.Id).Order()];

    [Fact]
    public async Task No_item_starves_behind_the_limit_of_the_newest()
    {
        await using var engine = TestEngine.Open(yaml: DrawnYaml);
        await engine.TakeAsync([.. Enumerable.Range(0, 100).Select(i => engine.Put($"i{i}", $"чайник {i}", seller: $"s{i}"))]);
        var seen = new HashSet<string>();
        var newest = 0;
        for (var user = 0; user < 60; user++)
        {
            var ids = Ids(await engine.RankAsync(Browse($"u{user}")));
            Assert.Equal(20, ids.Count);
            seen.UnionWith(ids);
            newest += ids.Count(id => int.Parse(id[1..], System.Globalization.CultureInfo.InvariantCulture) >= 80);
        }

        // All are equally fresh: each is on a fifth of the pages, the last 20 no more than others.
        Assert.Equal(100, seen.Count);
        Assert.InRange(newest, 60 * 4 * 0.6, 60 * 4 * 1.4);
    }

    [Fact]
    public async Task A_draw_holds_for_a_day_and_prefers_the_fresh()
    {
        await using var engine = TestEngine.Open(yaml: DrawnYaml);
        await engine.TakeAsync([.. Enumerable.Range(0, 100).Select(i => engine.Put($"old{i}", $"чайник {i}", seller: $"s{i}", atMs: engine.NowMs - (long)TimeSpan.FromDays(70).TotalMilliseconds))]);
        await engine.TakeAsync([.. Enumerable.Range(0, 20).Select(i => engine.Put($"new{i}", $"чайник {i}", seller: $"t{i}"))]);
        var today = Ids(await engine.RankAsync(Browse("u1")));
        Assert.Equal(today, Ids(await engine.RankAsync(Browse("u1") with { Seed = 2 })));

        // Eleven to one for each of 20 against each of 100.
        Assert.True(today.Count(id => id[0] == 'n') > 8);
        engine.Clock.AdvanceTo(engine.Clock.GetUtcNow().AddDays(1));
        await engine.TakeAsync(engine.Put("other", "чашка"));
        Assert.NotEqual(today, Ids(await engine.RankAsync(Browse("u1"))));
    }

    [Fact]
    public async Task A_circle_keeps_what_lies_within_it()
    {
        var yaml = TestEngine.GoodsYaml.Replace("    photos:  ", "    place:       {kind: geo}\n    photos:  ", StringComparison.Ordinal);
        await using var engine = TestEngine.Open(yaml: yaml);
        NamedValue At(float latitude, float longitude) => new("place", AttributeValue.Of([latitude, longitude]));
        await engine.TakeAsync(
            engine.Put("kremlin", "чайник", more: At(55.752f, 37.617f)),
            engine.Put("airport", "чайник", seller: "t", more: At(55.972f, 37.414f)),
            engine.Put("piter", "чайник", seller: "v", more: At(59.939f, 30.316f)),
            engine.Put("nowhere", "чайник", seller: "w"));
        async Task<string> Within(double radiusKm) => string.Join(' ', Ids(await engine.RankAsync(
            new RankRequest { Vertical = "goods", Surface = "search", Query = "чайник", Filters = [new AttributeCondition { Attribute = "place", Within = new GeoCircle(55.75, 37.62, radiusKm) }] })));

        // Sheremetyevo is 28 km from the Kremlin, Saint Petersburg 634 km.
        Assert.Equal("kremlin", await Within(20));
        Assert.Equal("airport kremlin", await Within(35));
        Assert.Equal("airport kremlin", await Within(600));
        Assert.Equal("airport kremlin piter", await Within(660));
        var refused = await Assert.ThrowsAsync<RankRequestException>(() => Within(-1));
        Assert.Equal(("filters.place", "out_of_range"), (refused.Field, refused.Code));
        var range = await Assert.ThrowsAsync<RankRequestException>(() => engine.RankAsync(
            new RankRequest { Vertical = "goods", Surface = "search", Filters = [new AttributeCondition { Attribute = "place", Min = 1 }] }).AsTask());
        Assert.Equal("wrong_filter_kind", range.Code);
    }
}
