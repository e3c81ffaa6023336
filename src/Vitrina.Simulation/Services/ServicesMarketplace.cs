namespace Vitrina.Simulation.Services;

/// <summary>A services world for experiments: its people, and their life under any policy, as fast as it can be had.</summary>
/// <remarks>
/// A pure function of configuration and seed. Two policies meet the same people with the same luck (common random numbers). Runs do not touch each
/// other: one marketplace may run policies concurrently.
/// </remarks>
public sealed class ServicesMarketplace
{
    private readonly DayOfWeek _firstWeekday;
    private readonly int _threads;

    /// <summary>Makes the people.</summary>
    /// <param name="configuration">Parameters.</param>
    /// <param name="seed">Any number; equal seeds give equal worlds.</param>
    /// <param name="threads">Threads for the people and for each run; the results do not depend on them. Many runs at a time go faster with one thread each.</param>
    /// <param name="firstWeekday">The weekday of the first day.</param>
    /// <exception cref="Driving.WorldConfigurationException">A parameter cannot be.</exception>
    public ServicesMarketplace(ServicesConfiguration configuration, ulong seed, int threads = 1, DayOfWeek firstWeekday = DayOfWeek.Monday)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        configuration.Validate();
        (Configuration, Seed, _threads, _firstWeekday) = (configuration, seed, threads, firstWeekday);
        People = new People(configuration, seed, threads);
    }

    /// <summary>The parameters.</summary>
    public ServicesConfiguration Configuration { get; }

    /// <summary>The seed.</summary>
    public ulong Seed { get; }

    internal People People { get; }

    /// <summary>The market (cluster) that a specialist is at home in.</summary>
    public int HomeMarketOf(int specialist) => People.HomeOf(specialist);

    /// <summary>Runs the history under a policy.</summary>
    /// <param name="policy">Which arm answers which session.</param>
    /// <param name="listener">Hears everything; null when the sums are enough.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    public ServicesOutcome Run(ServicesPolicy policy, ServicesListener? listener = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var outcome = new ServicesOutcome(Configuration.MarketCount, Configuration.Days * 24, Configuration.SpecialistCount);
        if (_threads == 1)
        {
            for (var city = 0; city < Configuration.CityCount; city++)
            {
                Run(city);
            }
        }
        else
        {
            Parallel.For(0, Configuration.CityCount, new ParallelOptions { MaxDegreeOfParallelism = _threads, CancellationToken = cancellationToken }, Run);
        }

        return outcome;

        void Run(int city) =>
            new CityRun(Configuration, People, Seed, (city, _firstWeekday), new OutcomeCounter(outcome, city * Configuration.CategoryCount, listener)).Run(policy, long.MaxValue, cancellationToken);
    }
}
