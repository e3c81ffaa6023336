using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Goods;

public sealed partial record GoodsConfiguration
{
    // All states of all items and a day's requests are held in memory; more than this does not fit a machine that this runs on.
    private const double MostStates = 100_000_000;
    private const double MostRequestsPerDay = 20_000_000;

    /// <summary>The world of the demo: 40 types, 6,000 items, 3,000 users, three weeks, about 25,000 rankings. These are the defaults.</summary>
    public static GoodsConfiguration Demo { get; } = new();

    /// <summary>A world for tests: made in well under a second.</summary>
    public static GoodsConfiguration Small { get; } = new() { Days = 7, TypeCount = 8, ItemCount = 600, SellerCount = 30, UserCount = 300 };

    /// <inheritdoc/>
    public override string World => GoodsWorld.Vertical;

    /// <summary>The same world with more items, sellers and users (and with them sessions).</summary>
    /// <param name="scale">A factor above 0.</param>
    /// <exception cref="WorldConfigurationException">The scale is not a positive number.</exception>
    public override GoodsConfiguration Scaled(double scale)
    {
        RequireScale(scale);
        return this with { ItemCount = Times(ItemCount, scale), SellerCount = Times(SellerCount, scale), UserCount = Times(UserCount, scale) };
    }

    /// <inheritdoc/>
    public override GoodsWorld Create(ulong seed, DateOnly endDate, int threads = 1) => GoodsWorld.Create(this, seed, endDate, threads);

    private protected override void AddCrossChecks(ICollection<WorldConfigurationProblem> problems)
    {
        if (TypeCount > Assortment.MaximumTypeCount)
        {
            problems.Add(new WorldConfigurationProblem("typeCount", $"is {TypeCount}, the grammar can name {Assortment.MaximumTypeCount}"));
        }

        if (ItemCount < TypeCount)
        {
            problems.Add(new WorldConfigurationProblem("itemCount", $"is {ItemCount}, below typeCount {TypeCount}"));
        }

        if (DiscountMaximum < DiscountMinimum)
        {
            problems.Add(new WorldConfigurationProblem("discountMaximum", "is below discountMinimum"));
        }

        if (CampaignFeeMaximum < CampaignFeeMinimum)
        {
            problems.Add(new WorldConfigurationProblem("campaignFeeMaximum", "is below campaignFeeMinimum"));
        }

        double states = ItemCount * (1 + Days * (PriceChangesPerDay + 2 * DiscountsPerDay + DeliveryChangesPerDay + 2 * StockOutsPerDay));
        if (states > MostStates)
        {
            problems.Add(new WorldConfigurationProblem("itemCount", $"with days and the rates of change makes about {states:0} states of items; at most {MostStates:0} fit"));
        }

        double requests = UserCount * SessionsPerUserDay * RequestsPerSession * (1 + BotShare * BotActivity) * Math.Max(1, WeekendActivity);
        if (requests > MostRequestsPerDay)
        {
            problems.Add(new WorldConfigurationProblem("userCount", $"with the rates of sessions and requests makes about {requests:0} requests a day; at most {MostRequestsPerDay:0} fit"));
        }

        if (!(TypeQueryShare + BrandTypeQueryShare + ModelQueryShare + ColourQueryShare + BrandQueryShare > 0))
        {
            problems.Add(new WorldConfigurationProblem("typeQueryShare", "the weights of all kinds of queries are zero"));
        }

        if (TypoShare + LayoutSlipShare > 1)
        {
            problems.Add(new WorldConfigurationProblem("typoShare", "typoShare and layoutSlipShare exceed 1 together"));
        }
    }
}
