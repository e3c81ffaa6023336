using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Features;

namespace Vitrina.Tests.Engine.Features;

/// <summary>Each kind once, with values computed by hand: two phones, one case, and what u1 did with them.</summary>
public sealed class FeatureKindTests : IAsyncLifetime
{
    private const long HourMs = 3_600_000;
    private TestEngine _engine = null!;

    public async ValueTask InitializeAsync()
    {
        _engine = TestEngine.Open();
        var now = _engine.NowMs;
        await _engine.TakeAsync(
            _engine.Put("p1", "красный телефон", "phones", 100, "s1", atMs: now - (72 * HourMs), more: [new("delivery", AttributeValue.Of([new NamedNumber("Москва", 1), new NamedNumber("Уфа", 6)])), new("rating", AttributeValue.Of(4.5))]),
            _engine.Put("p2", "телефон", "phones", 400, "s2", brand: "other", atMs: now),
            _engine.Put("c1", "чехол", "cases", 10, "s1", atMs: now),
            TestEngine.Of(new FeatureRow { Table = "seller_quality", Key = "s1", ValidFromMs = now - HourMs, Columns = [new("rating", 3.5f)] }),
            TestEngine.Of(new FeatureRow { Table = "seller_quality", Key = "s2", ValidFromMs = now + HourMs, Columns = [new("rating", 1f)] }),
            _engine.Event("1", EventType.View, "p1", atMs: now - (7 * 24 * HourMs), query: "телефон"),
            _engine.Event("2", EventType.View, "p1", atMs: now - (3 * HourMs), query: "телефон"),
            _engine.Event("3", EventType.Click, "p1", atMs: now - (7 * 24 * HourMs)),
            _engine.Event("4", EventType.View, "p2", atMs: now - HourMs),
            _engine.Event("5", EventType.View, "p2", atMs: now - (2 * HourMs)));
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private float[] Values(string feature, string? query = "телефон", string? user = "u1", string? region = null)
    {
        var snapshot = _engine.Runtime.Snapshot.Verticals["goods"];
        var scope = new FeatureScope(snapshot.Vertical.Counters);
        scope.Begin(snapshot.Market, _engine.NowMs, _engine.Runtime.Snapshot.FindUser(user), user, region, new QueryNormalizer(snapshot.Vertical.Analyzer).Normalize(query));
        scope.ServeText(snapshot.Vertical.Analyzer, query);
        foreach (var id in new[] { "p1", "p2", "c1" })
        {
            scope.Add(snapshot.Find(id)!);
        }

        var column = new float[3];
        snapshot.Vertical.Features.Single(found => found.Name == feature).Compute(scope, column);
        return column;
    }

    private static void Equal(float[] expected, float[] actual)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(float.IsNaN(expected[i]) ? float.IsNaN(actual[i]) : Math.Abs(expected[i] - actual[i]) < 1e-5, $"[{i}]: {expected[i]} / {actual[i]}");
        }
    }

    [Fact]
    public void Attribute_is_the_number_or_the_log_of_it_plus_one()
    {
        Equal([4.5f, float.NaN, float.NaN], Values("attribute.rating"));
        Equal([MathF.Log(101), MathF.Log(401), MathF.Log(11)], Values("attribute.price"));
    }

    [Fact]
    public void A_zoned_attribute_is_that_of_the_region_else_the_slowest()
    {
        Equal([1, float.NaN, float.NaN], Values("attribute.delivery", region: "Москва"));
        Equal([6, float.NaN, float.NaN], Values("attribute.delivery", region: "Луна"));
        Equal([6, float.NaN, float.NaN], Values("attribute.delivery"));
    }

    [Fact]
    public void Age_is_the_log_of_days_plus_one() => Equal([MathF.Log(4), 0, 0], Values("age"));

    [Fact]
    public void Relative_price_is_the_log_ratio_to_the_median_of_the_type()
    {
        // The median of 100 and 400 is the upper end of the bin of 100: half an octave's eighth above it at most.
        var values = Values("relativePrice.type");
        Assert.InRange(values[0], -0.1f, 0);
        Assert.Equal(MathF.Log(4), values[1] - values[0], 1e-5);
        Assert.InRange(values[2], -0.1f, 0.1f);
    }

    [Fact]
    public void Counts_are_those_of_the_days_in_the_window()
    {
        Equal([MathF.Log(2), MathF.Log(3), 0], Values("count.view.item.1d"));
        Equal([MathF.Log(2), MathF.Log(3), 0], Values("count.view.item.7d"));
        Equal([MathF.Log(3), MathF.Log(3), 0], Values("count.view.item.28d"));
    }

    [Fact]
    public void A_decayed_count_halves_in_its_half_life() => Equal([MathF.Log(1.5f), 0, 0], Values("decayed.click.item.7d"));

    [Fact]
    public void A_rate_without_evidence_is_the_verticals_own()
    {
        // The vertical: 1 click in 4 views, with one in twenty standing in before: 2 / 24. Prior 50.
        var own = 2f / 24;
        Equal([(1 + (50 * own)) / 52, 50 * own / 52, own], Values("rate.click.view.item.28d"));

        // Two views of p1 came by the query; the click stands before the last view that is known, so it is credited to none.
        Equal([20 * own / 22, own, own], Values("rate.click.view.query_item.28d"));
    }

    [Fact]
    public void A_table_gives_the_row_that_holds_else_the_default() => Equal([3.5f, 4.2f, 3.5f], Values("table.seller_quality.rating"));

    [Fact]
    public void Affinity_is_the_share_of_interest_and_missing_for_strangers()
    {
        // Interest of the one click, weight 1, decayed by 30 days' half-life over 7 days; five clicks' worth stand elsewhere.
        var interest = Math.Pow(0.5, 7 / 30.0);
        var share = (float)(interest / (interest + 5));
        Equal([share, 0, share], Values("affinity.brand"));
        Equal([share, share, 0], Values("affinity.category"));
        Equal([float.NaN, float.NaN, float.NaN], Values("affinity.brand", user: "stranger"));
    }

    [Fact]
    public void Recency_counts_hours_since_the_latest_even_when_an_older_one_came_later()
    {
        Equal([MathF.Log(4), MathF.Log(2), float.NaN], Values("recency.view"));
        Equal([MathF.Log(169), float.NaN, float.NaN], Values("recency.click"));
    }

    [Fact]
    public void Query_length_counts_words_and_the_hour_is_the_zones()
    {
        Equal([2, 2, 2], Values("queryLength", "красный телефон"));
        Equal([0, 0, 0], Values("queryLength", null));
        Equal([12, 12, 12], Values("hourOfDay"));
    }

    [Fact]
    public void Text_scores_are_zero_without_a_match_and_missing_without_a_query()
    {
        var bm25 = Values("bm25", "красный телефон");
        Assert.True(bm25[0] > bm25[1] && bm25[1] > 0 && bm25[2] == 0, string.Join(' ', bm25));
        Equal([1, 1, 0], Values("coverage.title", "телефон"));
        Equal([float.NaN, float.NaN, float.NaN], Values("bm25", null));
    }

    [Fact]
    public async Task Source_rank_is_one_by_the_rank_and_recorded()
    {
        var answer = await _engine.SearchAsync("красный телефон", size: 3);
        Assert.Contains(answer.Sections[0].Items.Single(item => item.Id == "p1").Reasons, reason => reason == "source:text#1");
        var feature = _engine.Runtime.Snapshot.Verticals["goods"].Vertical.Features.Single(found => found.Name == "sourceRank.text");
        Assert.Equal(FeatureOrigin.Recorded, feature.Origin);
        var scope = new FeatureScope([]);
        scope.Begin(_engine.Runtime.Snapshot.Verticals["goods"].Market, 0, -1, null, null, NormalizedQuery.None);
        scope.Serve(null, new Vitrina.Engine.Indexing.Text.TextSearchScratch(), ["popular", "text"], [[1, 2, 3], [4, 0, 1]]);
        var column = new float[3];
        feature.Compute(scope, column);
        Equal([0.25f, 0, 1], column);
    }
}
