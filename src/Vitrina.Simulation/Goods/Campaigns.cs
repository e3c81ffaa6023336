using System.Globalization;
using Vitrina.Kernels.Chance;

namespace Vitrina.Simulation.Goods;

/// <summary>A seller pays a share of the price when an order comes from a promoted place.</summary>
/// <param name="Id">The campaign.</param>
/// <param name="Seller">Ordinal.</param>
/// <param name="Items">Ordinals, ascending.</param>
/// <param name="Fee">Share of the price, 0–1.</param>
/// <param name="DailyBudget">Roubles.</param>
/// <param name="TotalBudget">Roubles.</param>
/// <param name="StartsAt">UTC ticks.</param>
/// <param name="EndsAt">UTC ticks.</param>
internal sealed record Campaign(string Id, int Seller, int[] Items, double Fee, long DailyBudget, long TotalBudget, long StartsAt, long EndsAt)
{
    public bool IsActive(long at) => at >= StartsAt && at < EndsAt;
}

/// <summary>All campaigns, each seller's from its own stream.</summary>
internal sealed class Campaigns
{
    private readonly Dictionary<int, List<Campaign>> _ofItem = [];

    public Campaigns(GoodsWorld world)
    {
        GoodsConfiguration configuration = world.Configuration;
        Catalogue catalogue = world.Catalogue;
        (int[] start, int[] items) = Catalogue.GroupItems(catalogue.ItemCount, catalogue.Sellers.Length, item => catalogue.ItemSeller[item]);
        for (int seller = 0; seller < catalogue.Sellers.Length; seller++)
        {
            RandomStream stream = Streams.Open(world.Seed, StreamPurpose.Campaign, seller);
            if (!stream.NextBool(configuration.CampaignSellerShare))
            {
                continue;
            }

            int[] chosen = [.. items[start[seller]..start[seller + 1]].Where(_ => stream.NextBool(configuration.CampaignItemShare))];
            double fee = configuration.CampaignFeeMinimum + (configuration.CampaignFeeMaximum - configuration.CampaignFeeMinimum) * stream.NextDouble();
            long from = world.Start.UtcTicks + (long)(stream.NextDouble() * configuration.Days * TimeSpan.TicksPerDay * 0.8);
            long until = from + (long)(Math.Max(0.05, stream.NextExponential(configuration.CampaignMeanDays)) * TimeSpan.TicksPerDay);
            long budget = (long)Math.Round(configuration.CampaignDailyBudget * (0.5 + stream.NextExponential(0.5)));
            if (chosen.Length > 0)
            {
                Add(new Campaign(
                    $"k{seller:D6}", seller, chosen, Math.Round(fee, 3), budget, 7 * budget, from - from % TimeSpan.TicksPerSecond, until - until % TimeSpan.TicksPerSecond));
            }
        }
    }

    /// <summary>In the order of sellers.</summary>
    public List<Campaign> All { get; } = [];

    /// <summary>The highest fee that is paid for an item at a moment, 0–1; 0 without a campaign.</summary>
    public double FeeOf(int item, long at) => _ofItem.TryGetValue(item, out List<Campaign>? campaigns)
        ? campaigns.Where(campaign => campaign.IsActive(at)).Select(campaign => campaign.Fee).DefaultIfEmpty(0).Max()
        : 0;

    /// <summary>Writes one JSON object per campaign. Ids are plain letters and digits: nothing needs escaping.</summary>
    public void Write(string path, Catalogue catalogue)
    {
        using var file = new StreamWriter(path) { NewLine = "\n" };
        foreach (Campaign campaign in All)
        {
            file.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"id\":\"{campaign.Id}\",\"kind\":\"cpa\",\"seller\":\"{catalogue.SellerId[campaign.Seller]}\",\"items\":[{string.Join(',', campaign.Items.Select(item => $"\"{catalogue.ItemId[item]}\""))}],\"fee\":{campaign.Fee},\"dailyBudget\":{campaign.DailyBudget},\"totalBudget\":{campaign.TotalBudget},\"startsAt\":\"{Moment(campaign.StartsAt)}\",\"endsAt\":\"{Moment(campaign.EndsAt)}\",\"status\":\"active\"}}"));
        }
    }

    private void Add(Campaign campaign)
    {
        All.Add(campaign);
        foreach (int item in campaign.Items)
        {
            if (!_ofItem.TryGetValue(item, out List<Campaign>? campaigns))
            {
                _ofItem[item] = campaigns = [];
            }

            campaigns.Add(campaign);
        }
    }

    private static string Moment(long ticks) => new DateTime(ticks, DateTimeKind.Utc).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
