using System.Globalization;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Goods;

/// <summary>What came of a drive, and how it compares to real marketplaces.</summary>
public sealed record GoodsReport : WorldReport
{
    /// <summary>Visits with at least one list.</summary>
    public required long SessionCount { get; init; }

    /// <summary>Views.</summary>
    public required long ViewCount { get; init; }

    /// <summary>Clicks.</summary>
    public required long ClickCount { get; init; }

    /// <summary>Favorites.</summary>
    public required long FavoriteCount { get; init; }

    /// <summary>Carts.</summary>
    public required long CartCount { get; init; }

    /// <summary>Orders.</summary>
    public required long OrderCount { get; init; }

    /// <summary>Money of all orders, roubles.</summary>
    public required double Revenue { get; init; }

    /// <summary>Sum of true click probabilities over what was examined.</summary>
    public required double ExpectedClickCount { get; init; }

    /// <summary>Lists with a click.</summary>
    public required long ClickedRankingCount { get; init; }

    /// <summary>Views by place; index 0 is position 1.</summary>
    public required IReadOnlyList<long> ViewsByPosition { get; init; }

    /// <summary>Clicks by place; index 0 is position 1.</summary>
    public required IReadOnlyList<long> ClicksByPosition { get; init; }

    /// <summary>Views of items published during the world's history.</summary>
    public required long NewItemViewCount { get; init; }

    /// <summary>Orders of items published during the world's history.</summary>
    public required long NewItemOrderCount { get; init; }

    /// <summary>Views by bots.</summary>
    public required long BotViewCount { get; init; }

    /// <summary>Lists by hour of the day, Moscow time.</summary>
    public required IReadOnlyList<long> RankingsByHour { get; init; }

    /// <summary>Lists on Saturdays and Sundays.</summary>
    public required long WeekendRankingCount { get; init; }

    /// <summary>Campaigns of sellers.</summary>
    public required int CampaignCount { get; init; }

    /// <summary>Mean number of price × delivery states (deciles within the type) that an item goes through.</summary>
    public required double MeanStatesPerItem { get; init; }

    /// <summary>Share of the items with 2 to 5 such states.</summary>
    public required double ShareOfItemsWithTwoToFiveStates { get; init; }

    /// <inheritdoc/>
    public override string Summary() => string.Create(CultureInfo.InvariantCulture, $"{RankingCount:n0} rankings, {EventCount:n0} events, {ClickCount:n0} clicks, {OrderCount:n0} orders");

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, string Value)> Rows()
    {
        var rows = new List<(string Name, string Value)>
        {
            ("rankings", Count(RankingCount)),
            ("sessions", Count(SessionCount)),
            ("events", Count(EventCount)),
            ("views per ranking", Ratio(ViewCount, RankingCount, "0.0")),
            ("clicks per view", Percent(ClickCount, ViewCount)),
            ("rankings with a click", Percent(ClickedRankingCount, RankingCount)),
            ("favorites per click", Percent(FavoriteCount, ClickCount)),
            ("carts per click", Percent(CartCount, ClickCount)),
            ("orders per cart", Percent(OrderCount, CartCount)),
            ("orders per session", Percent(OrderCount, SessionCount)),
            ("revenue, ₽", Revenue.ToString("#,0", CultureInfo.InvariantCulture)),
            ("expected clicks (truth)", ExpectedClickCount.ToString("#,0", CultureInfo.InvariantCulture)),
            ("new items' share of views", Percent(NewItemViewCount, ViewCount)),
            ("new items' share of orders", Percent(NewItemOrderCount, OrderCount)),
            ("states per item", MeanStatesPerItem.ToString("0.00", CultureInfo.InvariantCulture)),
            ("views by bots", Percent(BotViewCount, ViewCount)),
            ("lists in the busiest hour", Percent(RankingsByHour.Max(), RankingCount)),
            ("lists in the quietest hour", Percent(RankingsByHour.Min(), RankingCount)),
            ("lists at weekends", Percent(WeekendRankingCount, RankingCount)),
            ("campaigns", Count(CampaignCount)),
            ("items with 2 to 5 states", ShareOfItemsWithTwoToFiveStates.ToString("0.0 %", CultureInfo.InvariantCulture)),
        };
        int[] positions = [1, 2, 3, 5, 10, 20, 30];
        foreach (int position in positions)
        {
            if (position <= ViewsByPosition.Count)
            {
                rows.Add(($"views per ranking at {position}", Percent(ViewsByPosition[position - 1], RankingCount)));
                rows.Add(($"clicks per ranking at {position}", Percent(ClicksByPosition[position - 1], RankingCount)));
            }
        }

        return rows;
    }
}
