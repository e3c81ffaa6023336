using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Services;

public sealed partial record ServicesConfiguration
{
    // A market's day, an order of it and a specialist's day are packed into one number each.
    private const int MostMarkets = 100_000;
    private const int MostSpecialistsInCity = 1 << 20;
    private const double MostOrdersInDay = 1e6;

    /// <inheritdoc/>
    public override string World => ServicesWorld.Vertical;

    /// <summary>The number of markets.</summary>
    public int MarketCount => CityCount * CategoryCount;

    /// <summary>The number of specialists.</summary>
    public int SpecialistCount => MarketCount * SpecialistsPerMarket;

    /// <summary>The same world with more cities.</summary>
    /// <param name="scale">A factor above 0.</param>
    /// <exception cref="WorldConfigurationException">The scale is not a positive number.</exception>
    public override ServicesConfiguration Scaled(double scale)
    {
        RequireScale(scale);
        return this with { CityCount = Times(CityCount, scale) };
    }

    /// <inheritdoc/>
    public override ServicesWorld Create(ulong seed, DateOnly endDate, int threads = 1) => ServicesWorld.Create(this, seed, endDate, threads);

    private protected override void AddCrossChecks(ICollection<WorldConfigurationProblem> problems)
    {
        if ((long)CityCount * CategoryCount > MostMarkets)
        {
            problems.Add(new WorldConfigurationProblem("cityCount", $"times categoryCount is {(long)CityCount * CategoryCount} markets, at most {MostMarkets} are possible"));
        }

        if ((long)CategoryCount * SpecialistsPerMarket > MostSpecialistsInCity)
        {
            problems.Add(new WorldConfigurationProblem("specialistsPerMarket", $"times categoryCount is {(long)CategoryCount * SpecialistsPerMarket} specialists of a city, at most {MostSpecialistsInCity} are possible"));
        }

        if (OrdersPerDay * Math.Max(1, WeekendOrders) * Math.Exp(6 * VolumeSpread) > MostOrdersInDay)
        {
            problems.Add(new WorldConfigurationProblem("ordersPerDay", "with volumeSpread and weekendOrders allows more than a million orders a day in one market"));
        }
    }
}
