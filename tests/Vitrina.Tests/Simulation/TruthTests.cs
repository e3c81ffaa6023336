using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Goods;

namespace Vitrina.Tests.Simulation;

public class TruthTests(ITestOutputHelper output)
{
    private static readonly GoodsConfiguration Configuration = GoodsConfiguration.Small with
    {
        Days = 14,
        TypeCount = 10,
        ItemCount = 1000,
        UserCount = 900,
        RandomisedShare = 0.3,
    };

    [Fact]
    public async Task Truth_beats_popularity_and_past_clicks_by_a_wide_margin_and_past_clicks_tell_of_quality()
    {
        GoodsWorld world = Worlds.Small(configuration: Configuration);
        (_, Recorder recorder) = await Worlds.RunAsync(world);
        DateTimeOffset split = world.End.AddDays(-4);
        double[] rate = PastRates(world, recorder, split);

        double truth = 0;
        double past = 0;
        double popularity = 0;
        double shown = 0;
        int lists = 0;
        foreach ((SimulatedRequest request, ShownList list) in recorder.Rankings)
        {
            if (!list.IsRandomised || request.At < split || list.Items.Count < 10)
            {
                continue;
            }

            double[] relevance = [.. list.Items.Select(entry => world.TrueRelevance(request, entry.Id))];
            int[] items = [.. list.Items.Select(entry => world.Catalogue.ItemOrdinal(entry.Id))];
            truth += Ndcg(relevance, relevance);
            past += Ndcg(relevance, [.. items.Select(item => rate[item])]);
            popularity += Ndcg(relevance, [.. items.Select(item => (double)world.Catalogue.ItemPopularity[item])]);
            shown += Ndcg(relevance, [.. items.Select((_, place) => -(double)place)]);
            lists++;
        }

        output.WriteLine($"{lists} lists, NDCG@10: truth {truth / lists:0.000}, past clicks {past / lists:0.000}, popularity {popularity / lists:0.000}, random {shown / lists:0.000}");
        Assert.True(lists > 300);
        Assert.Equal(1, truth / lists, 1e-9);
        Assert.True(past > popularity && popularity > shown + 0.02 * lists);
        Assert.True((truth - past) / lists > 0.12);

        double[] standing = [.. world.Behaviour.Preference.Standing.Select(value => (double)value)];
        double correlation = Correlation(rate, standing);
        output.WriteLine($"correlation of past click rates with quality {correlation:0.00}");
        Assert.True(correlation > 0.3);
    }

    [Fact]
    public async Task Clicks_happen_as_often_as_truth_says_at_every_level()
    {
        GoodsWorld world = Worlds.Small(configuration: Configuration);
        (_, Recorder recorder) = await Worlds.RunAsync(world);
        var requests = recorder.Rankings.ToDictionary(ranking => ranking.Shown.RankingId, ranking => ranking.Request);
        HashSet<string> clicked = [.. recorder.Events.Where(happened => happened.Type == "click").Select(happened => happened.RankingId + happened.Item)];
        var expected = new double[10];
        var actual = new double[10];
        var counts = new int[10];
        foreach (SimulatedChange.UserEvent view in recorder.Events.Where(happened => happened.Type == "view"))
        {
            double truth = world.TrueRelevance(requests[view.RankingId!], view.Item);
            int bin = Math.Min(9, (int)(truth * 20));
            expected[bin] += truth;
            actual[bin] += clicked.Contains(view.RankingId + view.Item) ? 1 : 0;
            counts[bin]++;
        }

        for (int bin = 0; bin < 10; bin++)
        {
            Assert.True(counts[bin] > 20);
            double error = Math.Sqrt(expected[bin]) + 1;
            Assert.InRange(actual[bin] - expected[bin], -4 * error, 4 * error);
        }
    }

    [Fact]
    public async Task Cheaper_faster_and_discounted_is_liked_better_other_things_equal()
    {
        GoodsWorld world = Worlds.Small();
        (_, Recorder recorder) = await Worlds.RunAsync(world);
        SimulatedRequest request = recorder.Rankings.First(ranking => GoodsRequest.Of(ranking.Request).Intent.Type >= 0).Request;
        Preference preference = world.Behaviour.Preference;
        ItemState state = world.Timeline.Of(world.Catalogue.Types[GoodsRequest.Of(request).Intent.Type].FirstItem)[0];
        double usual = preference.Utility(request.UserOrdinal, GoodsRequest.Of(request).Intent, state);
        Assert.True(preference.Utility(request.UserOrdinal, GoodsRequest.Of(request).Intent, state with { Price = state.Price * 8 / 10 }) > usual);
        Assert.True(preference.Utility(request.UserOrdinal, GoodsRequest.Of(request).Intent, state with { Delivery = (short)(state.Delivery + 3) }) < usual);
        Assert.True(preference.Utility(request.UserOrdinal, GoodsRequest.Of(request).Intent, state with { OldPrice = state.Price * 2 }) > usual);
        Assert.True(preference.Utility(request.UserOrdinal, GoodsRequest.Of(request).Intent with { Type = (GoodsRequest.Of(request).Intent.Type + 1) % 8 }, state) < usual);
    }

    [Fact]
    public void Truth_refuses_strangers()
    {
        GoodsWorld world = Worlds.Small();
        Assert.Throws<ArgumentException>(() => world.TrueRelevance("nobody", "смартфон", "i000001", world.Start));
        Assert.Throws<ArgumentException>(() => world.TrueRelevance("u000001", "смартфон", "i999999", world.Start));
        Assert.InRange(world.TrueRelevance("u000001", "слова ни о чём", "i000001", world.Start), 0, 1);
    }

    private static double[] PastRates(GoodsWorld world, Recorder recorder, DateTimeOffset split)
    {
        var views = new double[world.Catalogue.ItemCount];
        var clicks = new double[world.Catalogue.ItemCount];
        foreach (SimulatedChange.UserEvent happened in recorder.Events.Where(happened => happened.At < split))
        {
            int item = world.Catalogue.ItemOrdinal(happened.Item);
            views[item] += happened.Type == "view" ? 1 : 0;
            clicks[item] += happened.Type == "click" ? 1 : 0;
        }

        return [.. views.Select((count, item) => (clicks[item] + 3) / (count + 30))];
    }

    /// <summary>NDCG at 10 with the true probability as gain (Järvelin and Kekäläinen, 2002).</summary>
    private static double Ndcg(double[] relevance, double[] score)
    {
        int[] order = [.. Enumerable.Range(0, score.Length).OrderByDescending(index => score[index])];
        double[] ideal = [.. relevance.OrderDescending()];
        double gained = 0;
        double best = 0;
        for (int place = 0; place < Math.Min(10, order.Length); place++)
        {
            gained += relevance[order[place]] / Math.Log2(place + 2);
            best += ideal[place] / Math.Log2(place + 2);
        }

        return gained / best;
    }

    private static double Correlation(double[] left, double[] right)
    {
        double leftMean = left.Average();
        double rightMean = right.Average();
        double product = left.Zip(right, (x, y) => (x - leftMean) * (y - rightMean)).Sum();
        return product / Math.Sqrt(left.Sum(x => (x - leftMean) * (x - leftMean)) * right.Sum(y => (y - rightMean) * (y - rightMean)));
    }
}
