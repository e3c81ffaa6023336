using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Statistics.Offers;

namespace Vitrina.Tests.Engine.Statistics.Offers;

/// <summary>What becomes of events, prices and delivery times in the statistics that a request sees.</summary>
public class OfferStatisticsTests
{
    private const string OrderRate = "rate.order.view.offer.28d";
    private const string OrderCount = "count.order.offer.28d";

    [Fact]
    public async Task A_novice_starts_with_the_rate_of_its_match_group_and_with_no_counts()
    {
        await using var market = await OfferMarket.OpenAsync();
        await market.Engine.TakeAsync(market.Item("a", 25_000, 2, "x10"), market.Item("b", 23_000, 1, "x10"));
        await market.ShowAsync("a", 2500, 500);
        await market.ShowAsync("b", 4000, 200);
        await market.Engine.TakeAsync(market.Item("c", 21_000, 1, "x10"), market.Item("other", 21_000, 1));
        var (a, b, c) = (market.Value(OrderRate, "a"), market.Value(OrderRate, "b"), market.Value(OrderRate, "c"));
        Assert.InRange(a, 0.17, 0.2);
        Assert.InRange(b, 0.05, 0.06);
        Assert.InRange(c, b, a);
        Assert.True(c - b < a - c, $"C starts with {c}, nearer to A ({a}) than to B ({b})");
        Assert.Equal(0, market.Value(OrderCount, "c"));
        Assert.Equal(0, market.Value("offerShare.own.view.28d", "c"));

        // Who has no analogs but its type starts from that, with less behind it.
        Assert.InRange(market.Value(OrderRate, "other"), 0.03, 0.2);
    }

    [Fact]
    public async Task A_discount_moves_the_bin_in_the_next_snapshot_and_leaves_far_history_behind()
    {
        await using var market = await OfferMarket.OpenAsync();
        await market.Engine.TakeAsync(market.Item("shoe", 58_000, 2));
        await market.ShowAsync("shoe", 1000, 10);
        Assert.Equal(9, market.Value("bin.price", "shoe"));
        Assert.Equal(Math.Log(11), market.Value(OrderCount, "shoe"), 1e-5);
        market.Engine.Clock.AdvanceTo(TestEngine.Start.AddHours(2));
        await market.Engine.TakeAsync(market.Price("shoe", 2_000));
        Assert.Equal(0, market.Value("bin.price", "shoe"));
        Assert.Equal(0, market.Value("stateAge", "shoe"));
        Assert.Equal(Math.Log(1 + (10 * TransferKernel.Default[-9])), market.Value(OrderCount, "shoe"), 1e-5);
        Assert.True(market.Value("offerShare.own.view.28d", "shoe") == 0);

        // Back again, the history of that price is whole.
        await market.Engine.TakeAsync(market.Price("shoe", 58_000));
        Assert.Equal(Math.Log(11), market.Value(OrderCount, "shoe"), 1e-5);
    }

    [Fact]
    public async Task An_order_counts_in_the_state_of_the_view_that_it_follows_from()
    {
        await using var market = await OfferMarket.OpenAsync();
        await market.Engine.TakeAsync(market.Item("x", 30_500, 2), market.Happened(EventType.View, "x"));
        await market.Engine.TakeAsync(market.Price("x", 1_500));
        market.Engine.Clock.AdvanceTo(TestEngine.Start.AddMinutes(5));
        await market.Engine.TakeAsync(market.Happened(EventType.Order, "x"));
        Assert.Equal(1, Counted(market, "x", 30_500, EventType.Order));
        Assert.Equal(0, Counted(market, "x", 1_500, EventType.Order));

        // Without a view it counts where the item stood when it happened: before the change, then after it.
        await market.Engine.TakeAsync(market.Happened(EventType.Order, "x", "u2", TestEngine.Start.ToUnixTimeMilliseconds() - 1000));
        await market.Engine.TakeAsync(market.Happened(EventType.Order, "x", "u3"));
        Assert.Equal(2, Counted(market, "x", 30_500, EventType.Order));
        Assert.Equal(1, Counted(market, "x", 1_500, EventType.Order));
    }

    [Fact]
    public async Task A_price_that_the_event_carries_wins_and_a_price_of_nothing_is_set_aside()
    {
        await using var market = await OfferMarket.OpenAsync();
        await market.Engine.TakeAsync(market.Item("x", 30_500, 2));
        await market.Engine.TakeAsync(market.Happened(EventType.View, "x", price: 20_500, delivery: 1));
        await market.Engine.TakeAsync(market.Happened(EventType.Click, "x"), market.Happened(EventType.Order, "x", price: 19_000), market.Happened(EventType.View, "x", "u2", price: 0));
        Assert.Equal(1, Counted(market, "x", 20_500, EventType.View));
        Assert.Equal(1, Counted(market, "x", 20_500, EventType.Click));
        Assert.Equal(1, Counted(market, "x", 19_000, EventType.Order));
        Assert.Equal(1, Counted(market, "x", 30_500, EventType.View));
        Assert.Equal(1, market.Engine.Runtime.Status().Entries["offerPricesSetAside"]);
    }

    [Fact]
    public async Task Delivery_bins_depend_on_the_region_of_the_buyer()
    {
        await using var market = await OfferMarket.OpenAsync();
        var zones = new NamedNumber[] { new("Москва", 1), new("Казань", 9) };
        await market.Engine.TakeAsync(market.Engine.Put("z", "Пылесос z", OfferMarket.Type, 30_000, more: [new("delivery", AttributeValue.Of(zones))]));
        await market.Engine.TakeAsync(market.Happened(EventType.View, "z", "u1", region: "Москва"), market.Happened(EventType.View, "z", "u2", region: "Казань"), market.Happened(EventType.View, "z", "u3", region: "Тула"));
        Assert.Equal(0, market.Value("bin.delivery", "z", "Москва"));
        Assert.Equal(9, market.Value("bin.delivery", "z", "Казань"));
        Assert.Equal(9, market.Value("bin.delivery", "z"));
        var conditions = Conditions(market, "z").Select(condition => (condition.Delivery, condition.Zone)).Order();
        Assert.Equal([(1.0, 1), (9.0, 0), (9.0, 2)], conditions);
    }

    [Fact]
    public async Task Thin_types_borrow_deciles_and_the_thinnest_stand_in_the_middle()
    {
        await using var market = await OfferMarket.OpenAsync();
        await market.Engine.TakeAsync([.. Enumerable.Range(1, 10).Select(i => market.Item($"thin-{i}", i * 100, 2, type: "thin")), market.Item("lone", 5, 2, type: "lone")]);
        await market.Engine.TakeAsync(market.Happened(EventType.View, "base-1"));
        Assert.Equal(0, market.Value("bin.price", "thin-1"));
        Assert.Equal(9, market.Value("bin.price", "thin-10"));
        Assert.Equal(5, market.Value("bin.price", "lone"));
        var view = market.View;
        Assert.Equal(DecileSource.Ancestor, ThresholdsOf(view, "thin-1").Source);
        Assert.Equal(DecileSource.None, ThresholdsOf(view, "lone").Source);

        DecileThresholds ThresholdsOf(OffersView offers, string id) =>
            offers.Generation!.ThresholdsOf(OfferAxis.Price, offers.Traits.TypeOf(market.Engine.Runtime.Snapshot.ItemOf(id)!), 0)!;
    }

    [Theory]
    [InlineData("thresholds", 4, 2)]
    [InlineData("everything", 4, 4)]
    [InlineData("none", 6, 2)]
    public async Task Smoothing_says_when_a_bin_follows(string smoothing, float afterInit, float afterOwnChange)
    {
        await using var market = await OfferMarket.OpenAsync(TestEngine.GoodsYaml.Replace("smoothing: thresholds", $"smoothing: {smoothing}", StringComparison.Ordinal));
        await market.Engine.TakeAsync(market.Item("x", 20_500, 2), market.Happened(EventType.View, "x"));
        Assert.Equal(3, market.Value("bin.price", "x"));

        // The market becomes cheaper by half: the same price is three bins dearer, and the class takes one step of it.
        await market.Engine.TakeAsync([.. Enumerable.Range(1, 60).Select(i => market.Price($"base-{i}", i * 500))]);
        market.Engine.Clock.AdvanceTo(TestEngine.Start.AddDays(28).AddHours(1));
        await market.Engine.TakeAsync(market.Happened(EventType.View, "x"));
        Assert.Equal(2, market.View.Generation!.Number);
        Assert.Equal(afterInit, market.Value("bin.price", "x"));
        await market.Engine.TakeAsync(market.Price("x", 8_000));
        Assert.Equal(afterOwnChange, market.Value("bin.price", "x"));
    }

    [Fact]
    public async Task The_lowest_price_of_a_match_group_follows_every_change()
    {
        await using var market = await OfferMarket.OpenAsync();
        await market.Engine.TakeAsync(market.Item("a", 200, 2, "m"), market.Item("b", 100, 2, "m"), market.Item("c", 400, 2, "m"));
        Assert.Equal(Math.Log(2), market.Value("relativePrice.matchGroup.lowest", "a"), 1e-6);
        await market.Engine.TakeAsync(market.Engine.Delete("b"));
        Assert.Equal(0, market.Value("relativePrice.matchGroup.lowest", "a"), 1e-6);
        await market.Engine.TakeAsync(market.Price("c", 50));
        Assert.Equal(Math.Log(4), market.Value("relativePrice.matchGroup.lowest", "a"), 1e-6);
        await market.Engine.TakeAsync(market.Price("c", 500));
        Assert.Equal(0, market.Value("relativePrice.matchGroup.lowest", "a"), 1e-6);
        Assert.True(float.IsNaN(market.Value("relativePrice.matchGroup.lowest", "base-1")));
    }

    private static List<OfferCondition> Conditions(OfferMarket market, string id)
    {
        var conditions = market.View.Conditions;
        var found = new List<OfferCondition>();
        for (var at = conditions.NewestOf(market.Engine.Runtime.Snapshot.ItemOf(id)!.Ordinal); at >= 0; at = conditions[at].Next)
        {
            found.Add(conditions[at]);
        }

        return found;
    }

    // Events of a type under a price, of all conditions, in the longest window.
    private static int Counted(OfferMarket market, string id, double price, EventType type)
    {
        var (snapshot, view) = (market.Engine.Runtime.Snapshot.Verticals["goods"], market.View);
        var counts = snapshot.Market.Statistics.Tables[view.Traits.Table];
        var sum = 0;
        for (var at = view.Conditions.NewestOf(market.Engine.Runtime.Snapshot.ItemOf(id)!.Ordinal); at >= 0; at = view.Conditions[at].Next)
        {
            sum += view.Conditions[at].Price == price ? counts.Count(counts.Find((UInt128)(uint)(at + 1)), 2, snapshot.Vertical.Events.ToList().IndexOf(type)) : 0;
        }

        return sum;
    }
}
