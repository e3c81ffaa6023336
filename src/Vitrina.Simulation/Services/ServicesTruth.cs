namespace Vitrina.Simulation.Services;

/// <summary>A mean over replications with its uncertainty.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Deviation">Standard deviation between replications.</param>
/// <param name="Error">Standard error of the mean; NaN for one replication.</param>
public readonly record struct ReplicatedFigure(double Mean, double Deviation, double Error)
{
    internal static ReplicatedFigure Of(ReadOnlySpan<double> values)
    {
        var mean = 0.0;
        foreach (var value in values)
        {
            mean += value / values.Length;
        }

        var squares = 0.0;
        foreach (var value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        var deviation = Math.Sqrt(squares / (values.Length - 1));
        return new ReplicatedFigure(mean, deviation, deviation / Math.Sqrt(values.Length));
    }
}

/// <summary>The truth of a services world beside what a test by specialists says of it, over worlds of consecutive seeds.</summary>
public sealed record ServicesTruth
{
    /// <summary>Worlds measured.</summary>
    public required int Replications { get; init; }

    /// <summary>Deals in a history when everybody is in arm A.</summary>
    public required ReplicatedFigure DealsAllA { get; init; }

    /// <summary>Deals in a history when everybody is in arm B.</summary>
    public required ReplicatedFigure DealsAllB { get; init; }

    /// <summary>The effect on deals: all-B over all-A, less 1.</summary>
    public required ReplicatedFigure Effect { get; init; }

    /// <summary>The effect on responses per view.</summary>
    public required ReplicatedFigure ResponsesPerView { get; init; }

    /// <summary>What a test by specialists says: deals per specialist of arm B over arm A, less 1.</summary>
    public required ReplicatedFigure NaiveEffect { get; init; }

    /// <summary>How far the test's control group is from what everybody would have under A: deals per specialist, less 1.</summary>
    public required ReplicatedFigure Control { get; init; }

    /// <summary>Measures worlds of seeds <paramref name="seed"/> and those after it.</summary>
    /// <param name="configuration">Parameters.</param>
    /// <param name="seed">The first seed.</param>
    /// <param name="replications">Worlds; above 0.</param>
    /// <param name="threads">Worlds at a time; the figures do not depend on it.</param>
    /// <param name="progress">Receives the share done, 0–1.</param>
    /// <param name="cancellationToken">Stops between runs.</param>
    public static ServicesTruth Measure(
        ServicesConfiguration configuration, ulong seed, int replications, int threads = 1, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(replications);
        const int Figures = 6;
        var figures = new double[Figures][];
        for (var figure = 0; figure < Figures; figure++)
        {
            figures[figure] = new double[replications];
        }

        var done = 0;
        Parallel.For(0, replications, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, replication =>
        {
            var measured = MeasureOne(configuration, seed + (ulong)replication, cancellationToken);
            for (var figure = 0; figure < Figures; figure++)
            {
                figures[figure][replication] = measured[figure];
            }

            progress?.Report(Interlocked.Increment(ref done) / (double)replications);
        });
        return new ServicesTruth
        {
            Replications = replications,
            DealsAllA = ReplicatedFigure.Of(figures[0]),
            DealsAllB = ReplicatedFigure.Of(figures[1]),
            Effect = ReplicatedFigure.Of(figures[2]),
            ResponsesPerView = ReplicatedFigure.Of(figures[3]),
            NaiveEffect = ReplicatedFigure.Of(figures[4]),
            Control = ReplicatedFigure.Of(figures[5]),
        };
    }

    private static double[] MeasureOne(ServicesConfiguration configuration, ulong seed, CancellationToken cancellationToken)
    {
        var world = new ServicesMarketplace(configuration, seed);
        var coin = ServicesPolicies.BySpecialist(seed);
        var allA = world.Run(ServicesPolicies.AllA, null, cancellationToken);
        var allB = world.Run(ServicesPolicies.AllB, null, cancellationToken);
        var test = world.Run(coin, null, cancellationToken);
        var (people, deals) = (new double[2], new double[2]);
        for (var specialist = 0; specialist < configuration.SpecialistCount; specialist++)
        {
            var arm = (int)coin(world.HomeMarketOf(specialist), specialist, 0);
            people[arm]++;
            deals[arm] += test.DealsByArm[arm][specialist];
        }

        double dealsA = ServicesOutcome.Total(allA.Deals(Attribution.Close)), dealsB = ServicesOutcome.Total(allB.Deals(Attribution.Close));
        var (control, treated) = (deals[0] / people[0], deals[1] / people[1]);
        return [dealsA, dealsB, dealsB / dealsA - 1, PerView(allB) / PerView(allA) - 1, treated / control - 1, control / (dealsA / configuration.SpecialistCount) - 1];
    }

    private static double PerView(ServicesOutcome outcome) =>
        ServicesOutcome.Total(outcome.Responses(Attribution.Response)) / (double)ServicesOutcome.Total(outcome.Views(Attribution.Response));
}
