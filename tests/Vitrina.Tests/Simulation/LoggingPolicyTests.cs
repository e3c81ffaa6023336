using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Goods;

namespace Vitrina.Tests.Simulation;

public class LoggingPolicyTests
{
    [Fact]
    public async Task Items_come_first_as_often_as_their_propensity_says()
    {
        const int Draws = 20_000;
        GoodsWorld world = Worlds.Small(configuration: GoodsConfiguration.Small with { RandomisedShare = 0, IrrelevantShare = 0 });
        (_, Recorder recorder) = await Worlds.RunAsync(world);
        SimulatedRequest request = recorder.Rankings.First(ranking => GoodsRequest.Of(ranking.Request).Intent is { Type: >= 0, Brand: >= 0, Model: < 0 }).Request;
        var policy = new OpenLoopAdapter(world);
        var first = new Dictionary<string, (int Count, double Propensity)>();
        double productMean = 0;
        for (int draw = 0; draw < Draws; draw++)
        {
            ShownList shown = await policy.RankAsync(request with { Key = draw }, TestContext.Current.CancellationToken);
            (int count, _) = first.GetValueOrDefault(shown.Items[0].Id);
            first[shown.Items[0].Id] = (count + 1, shown.Items[0].Propensity);
            productMean += 1 / shown.Items[0].Propensity / Draws;
        }

        Assert.InRange(first.Values.Sum(entry => entry.Propensity), 0.9, 1.000001);
        foreach ((int count, double propensity) in first.Values)
        {
            double expected = propensity * Draws;
            Assert.InRange(count - expected, -5 * Math.Sqrt(expected) - 1, 5 * Math.Sqrt(expected) + 1);
        }

        // The mean inverse propensity of what comes first is the number of candidates.
        int candidates = world.Catalogue.Types[GoodsRequest.Of(request).Intent.Type].ItemCount;
        Assert.InRange(productMean, 0.5 * candidates, 1.1 * candidates);
    }

    [Fact]
    public async Task Only_live_items_are_shown_and_the_wanted_model_leads_more_often_than_not()
    {
        GoodsWorld world = Worlds.Small(configuration: GoodsConfiguration.Small with { StockOutsPerDay = 0.2, ClosuresPerDay = 0.05 });
        (_, Recorder recorder) = await Worlds.RunAsync(world);
        int asked = 0;
        int found = 0;
        foreach ((SimulatedRequest request, ShownList shown) in recorder.Rankings)
        {
            int[] items = [.. shown.Items.Select(entry => world.Catalogue.ItemOrdinal(entry.Id))];
            Assert.All(items, item => Assert.True(world.Timeline.TryGet(item, request.At.UtcTicks, out ItemState state) && state.IsLive));
            if (GoodsRequest.Of(request).Intent.Model >= 0 && !shown.IsRandomised && !GoodsRequest.Of(request).IsMisspelt)
            {
                asked++;
                found += items.Take(10).Any(item => world.Catalogue.ItemModel[item] == GoodsRequest.Of(request).Intent.Model) ? 1 : 0;
            }
        }

        Assert.True(asked > 20);
        Assert.True(found > asked / 2, $"{found} of {asked}");
    }
}
