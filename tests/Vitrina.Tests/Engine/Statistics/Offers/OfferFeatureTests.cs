using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Features;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Statistics.Offers;

namespace Vitrina.Tests.Engine.Statistics.Offers;

/// <summary>The features about offers against the plain computation.</summary>
public class OfferFeatureTests
{
    private const string ForQuery = "  # How it fits the query\n";

    [Fact]
    public async Task Features_equal_the_plain_computation_for_every_item_and_region()
    {
        var yaml = TestEngine.GoodsYaml.Replace(ForQuery, ForQuery + """
              - {kind: count, of: view, key: [type, bin], windows: [7d]}
              - {kind: count, of: view, key: [matchGroup, bin], windows: [7d]}
              - {kind: offerShare, of: transferred, windows: [28d]}
              - {kind: offerShare, of: match, windows: [28d]}
              - {kind: offerShare, of: type, windows: [28d]}
              - {kind: termShift, of: price, windows: [7d]}

            """, StringComparison.Ordinal);
        await using var engine = TestEngine.Open(yaml: yaml);
        var scope = new FeatureScope(engine.Verticals[0].Counters);
        await OfferJournal.RunAsync(engine, 0, 2500, 5);
        var (compared, analogs) = Compare(engine, scope);
        Assert.True(compared > 300 && analogs > 100, $"{compared} offers compared, {analogs} with evidence of every kind");

        // What was laid out must not outlive the counts, bins, terms and W that it was laid out of.
        await OfferJournal.RunAsync(engine, 2500, 200, 6);
        Compare(engine, scope);
        await engine.TakeAsync(OfferMarket.Control(EntryKind.OffersInit));
        Compare(engine, scope);
        await engine.TakeAsync(OfferMarket.Control(EntryKind.OffersRollback));
        Compare(engine, scope);
        var other = new TransferDocument(new TransferMatrix(TransferKernel.Full, TransferKernel.Default), new PriorStrengths(7, 9)).ToJson();
        await engine.TakeAsync(OfferMarket.Control(EntryKind.OffersTransfer, other));
        Compare(engine, scope);
        engine.Clock.AdvanceTo(engine.Clock.GetUtcNow().AddDays(9));
        await engine.TakeAsync(OfferMarket.Control(EntryKind.OffersUpdate));
        Compare(engine, scope);
    }

    // Every item for every region under the snapshot of now; counts the comparisons, and those with evidence of every kind.
    private static (int Compared, int Analogs) Compare(TestEngine engine, FeatureScope scope)
    {
        var (vertical, market) = (engine.Verticals[0], engine.Runtime.Snapshot.Verticals["goods"].Market);
        var (offers, counts) = (market.Offers!, market.Statistics.Tables[market.Offers!.Traits.Table]);
        var (view, click, order) = (0, 1, 4);
        Assert.Equal([EventType.View, EventType.Click, EventType.Order], new[] { view, click, order }.Select(metric => vertical.Events[metric]));
        var (compared, analogs) = (0, 0);
        foreach (var region in new[] { null, "Москва", "Казань", "Тула", "unknown" })
        {
            scope.Begin(market, engine.NowMs, -1, null, region, NormalizedQuery.None);
            for (var ordinal = 0; ordinal < market.Items.Count; ordinal++)
            {
                scope.Add(market.Items[ordinal]!);
            }

            var values = vertical.Features.ToDictionary(feature => feature.Name, feature =>
            {
                var column = new float[scope.Count];
                feature.Compute(scope, column);
                return column;
            });
            for (var i = 0; i < scope.Count; i++, compared++)
            {
                var reading = new OfferReading(offers, counts, scope.Items[i], region, market.Keywords);
                var (views, orders) = (reading.Count(2, view), reading.Count(2, order));
                analogs += views.Match > 0 && views.Type > 0 && views.Transferred > 0 ? 1 : 0;
                Assert.Equal(reading.State.PriceBin, values["bin.price"][i]);
                Assert.Equal(reading.State.DeliveryBin, values["bin.delivery"][i]);
                Assert.Equal(Math.Log(1 + orders.Own + orders.Transferred), values["count.order.offer.28d"][i], 1e-5);
                Assert.Equal(Math.Log(1 + PlainDecayed(market, scope.Items[i], reading.State, click, engine.NowMs)), values["decayed.click.offer.7d"][i], 1e-5);
                var week = reading.Count(1, view);
                Assert.Equal(week.Own + week.Transferred + week.Type, values["count.view.type_bin.7d"][i], 1e-3);
                Assert.Equal(week.Own + week.Transferred + week.Match, values["count.view.matchGroup_bin.7d"][i], 1e-3);
                Assert.Equal(PlainShift(market, scope.Items[i], 1, view, of => of.Price, Math.Log, offers.Traits.PriceOf(scope.Items[i])), values["termShift.price.7d"][i], 1e-5);
                Assert.Equal(PlainShift(market, scope.Items[i], 2, view, of => of.Delivery, double.LogP1, offers.Traits.DeliveryOf(scope.Items[i], region)), values["termShift.delivery.28d"][i], 1e-5);
                var all = market.Statistics.Tables[0];
                var row = all.Find(StatisticKey.All.Of(null, -1, 0));
                var behind = (all.Count(row, 2, click) + 1.0) / (all.Count(row, 2, view) + 20.0);
                var clicks = reading.Count(2, click);
                var rate = NestedRate.Of(new(clicks.Own, views.Own), new(clicks.Transferred, views.Transferred), new(clicks.Match, views.Match), new(clicks.Type + behind, views.Type + 1), offers.Transfer.Strengths);
                Assert.Equal(rate.Rate, values["rate.click.view.offer.28d"][i], 1e-5);
                var share = reading.Rate(2, view, view);
                Assert.Equal(share.Own, values["offerShare.own.view.28d"][i], 1e-5);
                Assert.Equal(share.Transferred, values["offerShare.transferred.view.28d"][i], 1e-5);
                Assert.Equal(share.Match, values["offerShare.match.view.28d"][i], 1e-5);
                Assert.Equal(share.Type, values["offerShare.type.view.28d"][i], 1e-5);
            }
        }

        return (compared, analogs);
    }

    private static double PlainShift(MarketView market, Item item, int window, int view, Func<OfferCondition, double> valueOf, Func<double, double> level, double now)
    {
        var (offers, counts, seen) = (market.Offers!, market.Statistics.Tables[market.Offers!.Traits.Table], new List<double>());
        for (var at = offers.Conditions.NewestOf(item.Ordinal); at >= 0; at = offers.Conditions[at].Next)
        {
            var value = valueOf(offers.Conditions[at]);
            seen.AddRange(Enumerable.Repeat(level(value), double.IsNaN(value) ? 0 : counts.Count(counts.Find(StatisticKey.Offer.Of(null, -1, 0, at)), window, view)));
        }

        return seen.Count == 0 || double.IsNaN(now) ? 0 : level(now) - seen.Average();
    }

    private static double PlainDecayed(MarketView market, Item item, OfferState state, int metric, long nowMs)
    {
        var (offers, counts, sum) = (market.Offers!, market.Statistics.Tables[market.Offers!.Traits.Table], 0.0);
        var matrix = offers.MatrixOf(offers.Traits.TypeOf(item), market.Keywords);
        for (var at = offers.Conditions.NewestOf(item.Ordinal); at >= 0; at = offers.Conditions[at].Next)
        {
            sum += matrix[offers.StateOf(offers.Conditions[at]), state] * counts.Decayed(counts.Find(StatisticKey.Offer.Of(null, -1, 0, at)), 0, metric, nowMs);
        }

        return sum;
    }

    [Fact]
    public async Task A_file_that_counts_the_same_gives_new_features_and_priors_without_a_rebuild()
    {
        var root = TestEngine.NewFolder();
        await using (var engine = TestEngine.Open(root))
        {
            await OfferJournal.RunAsync(engine, 0, 300, 6);
        }

        var vertical = VerticalCompiler.Parse(TestEngine.GoodsYaml, "goods.yaml", out _)!;
        var state = StateBytes.Rebuild(root, [vertical]);
        var yaml = TestEngine.GoodsYaml.Replace(ForQuery, ForQuery + "  - {kind: count, of: favorite, key: offer, windows: [1d]}\n", StringComparison.Ordinal).Replace("matchGroup: 200", "matchGroup: 9", StringComparison.Ordinal);
        var later = VerticalCompiler.Parse(yaml, "goods.yaml", out _)!;
        state.Replace(later);
        var market = state.Live("goods");
        Assert.Equal(9, market.Offers!.Transfer.Strengths.MatchGroup);
        Assert.InRange(OfferMarket.Value(market, later, 0, "count.favorite.offer.1d", market.Items[0]!.Id.Value, null), 0, 100);
        Directory.Delete(root, true);
    }

    [Fact]
    public async Task An_explanation_says_where_a_rate_comes_from()
    {
        await using var market = await OfferMarket.OpenAsync();
        await market.Engine.TakeAsync(market.Item("x", 30_500, 2));
        await market.ShowAsync("x", 50, 5);
        var (vertical, view) = (market.Engine.Verticals[0], market.Engine.Runtime.Snapshot.Verticals["goods"].Market);
        var scope = new FeatureScope(vertical.Counters);
        scope.Begin(view, market.Engine.NowMs, -1, null, null, NormalizedQuery.None);
        scope.Add(market.Engine.Runtime.Snapshot.ItemOf("x")!);
        Assert.Equal("own 98%, transferred 0%, match group 0%, type 2%", vertical.Features.Single(feature => feature.Name == "rate.order.view.offer.28d").Remark(scope, 0));
        Assert.Null(vertical.Features.Single(feature => feature.Name == "bin.price").Remark(scope, 0));
    }

    [Fact]
    public async Task A_pair_of_query_and_offer_is_as_good_as_the_offer_until_it_has_views_of_its_own()
    {
        await using var market = await OfferMarket.OpenAsync();
        await market.Engine.TakeAsync(market.Item("x", 30_500, 2));
        await market.ShowAsync("x", 200, 0);
        var before = Pair(market, "пылесос");
        await market.Engine.TakeAsync([.. Enumerable.Range(0, 40).SelectMany(i => new[] { Asked(market, i, EventType.View), Asked(market, i, EventType.Click) })]);
        Assert.True(Pair(market, "пылесос") > before + 0.3);
        Assert.True(Pair(market, "чайник") < before + 0.3);

        // At another price the pair keeps what W leaves of it.
        await market.Engine.TakeAsync(market.Price("x", 500));
        Assert.True(Pair(market, "пылесос") < 0.5);
    }

    private static PendingEntry Asked(OfferMarket market, int i, EventType type) => market.Engine.Event($"q{i}-{type}", type, "x", $"asker-{i}", query: "пылесос");

    private static float Pair(OfferMarket market, string query)
    {
        var (vertical, view) = (market.Engine.Verticals[0], market.Engine.Runtime.Snapshot.Verticals["goods"].Market);
        var scope = new FeatureScope(vertical.Counters);
        scope.Begin(view, market.Engine.NowMs, -1, null, null, new QueryNormalizer(vertical.Analyzer).Normalize(query));
        scope.Add(market.Engine.Runtime.Snapshot.ItemOf("x")!);
        var value = new float[1];
        vertical.Features.Single(feature => feature.Name == "rate.click.view.query_offer.28d").Compute(scope, value);
        return value[0];
    }
}
