using System.Text.Json;
using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Goods;

namespace Vitrina.Tests.Simulation;

/// <summary>Campaigns, delivery by region, state effects and the value of lists.</summary>
public class GoodsOffersTests(ITestOutputHelper output)
{
    private static readonly GoodsConfiguration Offers = GoodsConfiguration.Small with { StateEffectWeight = 1, ZoneDelayDays = 2, Days = 10 };

    [Fact]
    public async Task Orders_and_money_of_lists_come_out_as_expected()
    {
        GoodsWorld world = Worlds.Small(configuration: Offers with { UserCount = 900, StopAfterClickProbability = 0.2, BotShare = 0.05 });
        (GoodsReport report, Recorder recorder) = await Worlds.RunAsync(world);
        double orders = 0;
        double gmv = 0;
        foreach ((SimulatedRequest request, ShownList shown) in recorder.Rankings)
        {
            (double expected, double money) = world.Expected(request, [.. shown.Items.Select(entry => entry.Id)]);
            orders += expected;
            gmv += money;
        }

        output.WriteLine($"{report.OrderCount} orders, expected {orders:0.0}; {report.Revenue:0} roubles, expected {gmv:0}");
        Assert.InRange(report.OrderCount, orders - 4 * Math.Sqrt(orders), orders + 4 * Math.Sqrt(orders));
        Assert.InRange(report.Revenue, 0.6 * gmv, 1.5 * gmv);
    }

    [Fact]
    public async Task A_list_by_true_orders_is_worth_more_and_the_order_probability_follows_the_funnel()
    {
        GoodsWorld world = Worlds.Small(configuration: Offers);
        (_, Recorder recorder) = await Worlds.RunAsync(world);
        foreach ((SimulatedRequest request, ShownList shown) in recorder.Rankings.Take(100))
        {
            string[] items = [.. shown.Items.Select(entry => entry.Id)];
            string[] best = [.. items.OrderByDescending(item => world.TrueOrder(request, item))];
            Assert.True(world.Expected(request, best).Orders >= world.Expected(request, items).Orders - 1e-9);
            Assert.All(items, item => Assert.InRange(world.TrueOrder(request, item), 0, world.TrueRelevance(request, item)));
        }
    }

    [Fact]
    public void State_effects_are_standard_normal_and_fade_with_distance_as_W_says()
    {
        GoodsWorld world = Worlds.Small(configuration: Offers with { ItemCount = 3000 });
        var bins = new OfferBins(world.Catalogue, world.Timeline);
        var effect = new StateEffect(world.Configuration, world.Seed, bins);

        // A price path of one item through the bins of its type.
        var byBin = new Dictionary<(int Item, int Price), double>();
        for (int item = 0; item < world.Catalogue.ItemCount; item++)
        {
            ItemState state = world.Timeline.Of(item)[0];
            for (int step = -60; step <= 60; step++)
            {
                ItemState moved = state with { Price = Math.Max(10, (int)(state.Price * Math.Exp(step / 30.0))) };
                byBin.TryAdd((item, bins.Of(moved).Price), effect.Of(moved));
            }
        }

        Assert.Equal(0, byBin.Values.Average(), 0.1);
        Assert.Equal(1, byBin.Values.Average(value => value * value), 0.1);
        foreach (int shift in new[] { 1, 2, 4, 9 })
        {
            (double Near, double Far)[] pairs = [.. byBin.Where(entry => byBin.ContainsKey((entry.Key.Item, entry.Key.Price + shift))).Select(entry => (entry.Value, byBin[(entry.Key.Item, entry.Key.Price + shift)]))];
            Assert.True(pairs.Length > 500);
            Assert.Equal(StateEffect.Correlation(world.Configuration, shift, 0), pairs.Average(pair => pair.Near * pair.Far), 0.1);
        }

        double last = 1;
        for (int shift = 0; shift < 10; shift++)
        {
            double transfer = world.TrueTransfer((0, 5), (shift, 5));
            Assert.True(transfer <= last);
            last = transfer;
        }

        Assert.Equal(1, world.TrueTransfer((3, 4), (3, 4)), 1e-12);
        Assert.Equal(1, Worlds.Small().TrueTransfer((0, 0), (9, 9)));
        Assert.Throws<ArgumentOutOfRangeException>(() => world.TrueTransfer((0, 10), (0, 0)));
    }

    [Fact]
    public async Task Delivery_depends_on_the_region_when_asked_for_and_buyers_feel_it()
    {
        GoodsWorld world = Worlds.Small(configuration: Offers);
        (_, Recorder recorder) = await Worlds.RunAsync(world);
        var cards = recorder.Changes.OfType<SimulatedChange.ItemPut>().Select(put => (GoodsCard)put.Attributes).ToList();
        Assert.All(cards, card => Assert.Equal(Assortment.Regions.Count, card.DeliveryByRegion!.Count));
        Assert.Contains(cards, card => card.DeliveryByRegion!.Max() > card.Delivery);
        Assert.All(cards, card => Assert.True(card.DeliveryByRegion!.Min() >= card.Delivery));
        (_, Recorder plain) = await Worlds.RunAsync(Worlds.Small());
        Assert.All(plain.Changes.OfType<SimulatedChange.ItemPut>(), put => Assert.Null(((GoodsCard)put.Attributes).DeliveryByRegion));
    }

    [Fact]
    public async Task Campaigns_stand_in_a_file_of_their_own_and_change_nothing_about_what_people_do()
    {
        using var with = new TemporaryFolder();
        using var without = new TemporaryFolder();
        GoodsWorld world = Worlds.Small();
        await Worlds.WriteAsync(world, with.Path);
        await Worlds.WriteAsync(Worlds.Small(configuration: GoodsConfiguration.Small with { CampaignSellerShare = 0 }), without.Path);
        Assert.Equal(File.ReadAllBytes(Path.Combine(without.Path, "events.jsonl")), File.ReadAllBytes(Path.Combine(with.Path, "events.jsonl")));
        Assert.Empty(File.ReadAllText(Path.Combine(without.Path, "campaigns.jsonl")));

        string[] lines = File.ReadAllLines(Path.Combine(with.Path, "campaigns.jsonl"));
        Assert.NotEmpty(lines);
        foreach (string line in lines)
        {
            JsonElement campaign = JsonDocument.Parse(line).RootElement;
            DateTimeOffset starts = campaign.GetProperty("startsAt").GetDateTimeOffset();
            double fee = campaign.GetProperty("fee").GetDouble();
            Assert.InRange(fee, world.Configuration.CampaignFeeMinimum, world.Configuration.CampaignFeeMaximum);
            Assert.True(campaign.GetProperty("endsAt").GetDateTimeOffset() > starts);
            string seller = campaign.GetProperty("seller").GetString()!;
            foreach (JsonElement item in campaign.GetProperty("items").EnumerateArray())
            {
                Assert.Equal(seller, world.Catalogue.SellerId[world.Catalogue.ItemSeller[world.Catalogue.ItemOrdinal(item.GetString()!)]]);
                Assert.Equal(fee, world.TrueFee(item.GetString()!, starts));
                Assert.Equal(0, world.TrueFee(item.GetString()!, starts.AddTicks(-1)));
            }
        }
    }

    [Fact]
    public async Task Another_standing_of_one_sellers_item_leaves_catalogue_and_people_as_they_were()
    {
        (_, Recorder before) = await Worlds.RunAsync(Worlds.Small());
        GoodsWorld changed = Worlds.Small();
        int item = changed.Catalogue.ItemSeller.ToList().IndexOf(1);
        changed.Behaviour.Preference.Standing[item] -= 2;
        (_, Recorder after) = await Worlds.RunAsync(changed);
        Assert.Equal(before.Changes.Where(change => change is not SimulatedChange.UserEvent), after.Changes.Where(change => change is not SimulatedChange.UserEvent));
    }

    [Fact]
    public void Worlds_that_do_not_fit_into_memory_are_refused()
    {
        Assert.Equal("itemCount", Field(GoodsConfiguration.Demo with { ItemCount = 20_000_000, Days = 400 }));
        Assert.Equal("userCount", Field(GoodsConfiguration.Demo with { UserCount = 20_000_000, SessionsPerUserDay = 8 }));
        Assert.Equal("campaignFeeMaximum", Field(GoodsConfiguration.Demo with { CampaignFeeMinimum = 0.5 }));

        static string Field(GoodsConfiguration configuration) => Assert.Single(Assert.Throws<WorldConfigurationException>(configuration.Validate).Problems).Field;
    }
}
