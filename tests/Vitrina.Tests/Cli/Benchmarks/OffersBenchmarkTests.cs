using System.Globalization;
using System.Text;
using Vitrina.Cli.Benchmarks.Offers;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;
using Vitrina.Simulation.Goods;

namespace Vitrina.Tests.Cli.Benchmarks;

/// <summary>vitrina bench offers, small.</summary>
public sealed class OffersBenchmarkTests
{
    [Fact]
    public void A_planted_offer_effect_is_found_in_lists_and_none_costs_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("vitrina-offers-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "sessions.csv"), Sessions(500));
            var rows = ListsBenchmark.Run(folder, isPlanted: true, clicksPerList: 40, seed: 1).Rows;
            Assert.True(Loss(rows, "offer") < Loss(rows, "item") - 0.01, $"{Loss(rows, "offer")} against {Loss(rows, "item")}");
            Assert.InRange(Loss(rows, "offer-unplanted") - Loss(rows, "item-unplanted"), -0.01, 0.005);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Every_arm_of_the_closed_loop_has_the_figures_of_the_contract()
    {
        var configuration = new GoodsConfiguration { Days = 8, ItemCount = 300, UserCount = 150, SellerCount = 20, TypeCount = 5, StateEffectWeight = 1, DiscountsPerDay = 0.1 };
        var report = await WorldBenchmark.RunAsync(configuration, "small", 1, 1, new Progress<double>(), TestContext.Current.CancellationToken);
        Assert.Equal(WorldArm.All.Select(arm => arm.Name), report.Rows.Select(row => row.Method));
        foreach (var key in new[] { "orders", "gmv", "new_item_views", "new_item_carts", "new_item_orders", "discount_days" })
        {
            Assert.All(report.Rows, row => Assert.True(row.Metrics.ContainsKey(key) && row.Metrics.ContainsKey(key + "_lo") && row.Metrics.ContainsKey(key + "_hi"), key));
        }
    }

    [Fact]
    public void Init_and_update_are_measured_at_any_scale()
    {
        var row = ScaleBenchmark.Run(5_000, 1).Rows.Single();
        Assert.Equal("vitrina", row.Method);
        Assert.True(row.Metrics.ContainsKey("init_seconds") && row.Metrics.ContainsKey("update_seconds") && row.Metrics.ContainsKey("peak_mb"));
    }

    private static double Loss(IList<BenchRow> rows, string method) =>
        double.Parse(rows.Single(row => row.Method == method).Metrics["log_loss"].ToString()!, CultureInfo.InvariantCulture);

    // Forty hotels of one city, each at two prices.
    private static string Sessions(int count)
    {
        var text = new StringBuilder("user_id,session_id,timestamp,step,action_type,reference,platform,city,device,current_filters,impressions,prices\n");
        for (var list = 0; list < count; list++)
        {
            var chance = RandomStream.For(1, (ulong)list);
            int[] hotels = [.. Enumerable.Range(0, 60).OrderBy(_ => chance.NextUInt64()).Take(10)];
            var prices = hotels.Select(hotel => (50 + hotel) * (chance.NextBool(0.5) ? 1 : 2));
            text.Append(CultureInfo.InvariantCulture, $"u{list},s,{1_541_000_000 + (list * 100)},1,clickout item,{hotels[chance.NextInt(10)]},DE,\"Berlin, Germany\",mobile,,{string.Join('|', hotels)},{string.Join('|', prices)}\n");
        }

        return text.ToString();
    }
}
