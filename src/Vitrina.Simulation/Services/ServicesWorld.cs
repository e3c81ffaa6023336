using System.Globalization;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Services;

/// <summary>A marketplace of services with known truth: orders that live for hours, specialists who look for them and compete, customers who take one or none.</summary>
/// <remarks>
/// A pure function of configuration, seed and end date; the number of threads changes nothing. For experiments without a marketplace to answer,
/// <see cref="Marketplace"/> is the same world under policies.
/// </remarks>
public sealed class ServicesWorld : IWorld
{
    /// <summary>The vertical of its orders.</summary>
    public const string Vertical = "services";

    /// <summary>The surface that specialists ask.</summary>
    public const string Surface = "feed";

    private ServicesWorld(ServicesConfiguration configuration, ulong seed, DateOnly endDate, int threads)
    {
        EndsAt = new DateTimeOffset(endDate.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        StartsAt = EndsAt.AddDays(-configuration.Days);
        Marketplace = new ServicesMarketplace(configuration, seed, threads, StartsAt.DayOfWeek);
    }

    /// <summary>The same people and the same luck under policies.</summary>
    public ServicesMarketplace Marketplace { get; }

    /// <summary>The parameters.</summary>
    public ServicesConfiguration Configuration => Marketplace.Configuration;

    WorldConfiguration IWorld.Configuration => Configuration;

    /// <inheritdoc/>
    public ulong Seed => Marketplace.Seed;

    /// <inheritdoc/>
    public DateTimeOffset StartsAt { get; }

    /// <inheritdoc/>
    public DateTimeOffset EndsAt { get; }

    internal People People => Marketplace.People;

    /// <summary>Makes the people.</summary>
    /// <param name="configuration">Parameters, already scaled.</param>
    /// <param name="seed">Any number; equal seeds give equal worlds.</param>
    /// <param name="endDate">The day after the last day of history: callers pass today.</param>
    /// <param name="threads">Threads to use; at least 1.</param>
    /// <exception cref="WorldConfigurationException">A parameter cannot be.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No threads, or an end date without room for the history.</exception>
    public static ServicesWorld Create(ServicesConfiguration configuration, ulong seed, DateOnly endDate, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        configuration.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(endDate, new DateOnly(1970, 1, 1).AddDays(configuration.Days));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(endDate, new DateOnly(9000, 1, 1));
        return new ServicesWorld(configuration, seed, endDate, threads);
    }

    /// <inheritdoc/>
    public IMarketplaceAdapter OpenLoop() => new OpenLoopAdapter(this);

    /// <inheritdoc/>
    public async ValueTask<WorldReport> DriveAsync(IMarketplaceAdapter adapter, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        return await new Drive(this, adapter).RunAsync(progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The orders open at a moment on the day after the history, under arm A, as the marketplace would be told of them: what a demo that serves now can show.</summary>
    /// <param name="at">From <see cref="EndsAt"/> on, less than a day after it.</param>
    public IReadOnlyList<SimulatedChange> OpenOrdersAt(DateTimeOffset at)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(at, EndsAt);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(at, EndsAt.AddDays(1));
        var longer = Configuration with { Days = Configuration.Days + 1 };
        var outcome = new ServicesOutcome(longer.MarketCount, longer.Days * 24, longer.SpecialistCount);
        var changes = new List<SimulatedChange>();
        for (var city = 0; city < longer.CityCount; city++)
        {
            var run = new CityRun(longer, People, Seed, (city, StartsAt.DayOfWeek), new OutcomeCounter(outcome, city * longer.CategoryCount, null));
            run.Run(ServicesPolicies.AllA, (long)(at - StartsAt).TotalMilliseconds, CancellationToken.None);
            var writer = new ChangeWriter(this, city, changes, new ReportBuilder(longer));
            for (var market = 0; market < longer.CategoryCount; market++)
            {
                changes.AddRange(run.Open.Of(market).Select(order => writer.Put(run.Open, order)));
            }
        }

        changes.Sort(static (left, right) => left.At.CompareTo(right.At));
        return changes;
    }

    /// <inheritdoc/>
    public double TrueRelevance(SimulatedRequest request, string item)
    {
        ArgumentNullException.ThrowIfNull(request);
        Span<double> need = stackalloc double[Configuration.SkillDimensions];
        var place = Need.Draw(Configuration, Seed, OrderId.Read(item).NeedKey, need);
        return Need.ResponseProbability(Configuration, Need.Utility(Configuration, People, request.UserOrdinal, need, place), Arm.A);
    }

    /// <summary>Writes the true clusters: a line of truth-clusters.jsonl for each specialist, with its market and the second one.</summary>
    public void WriteTruth(string folder)
    {
        using var file = new StreamWriter(Path.Combine(folder, "truth-clusters.jsonl"));
        for (var specialist = 0; specialist < Configuration.SpecialistCount; specialist++)
        {
            var second = People.SecondMarket[specialist] is >= 0 and var market ? string.Create(CultureInfo.InvariantCulture, $",\"second\":{market}") : "";
            file.Write(string.Create(CultureInfo.InvariantCulture, $"{{\"user\":\"{OrderId.OfSpecialist(specialist)}\",\"market\":{People.HomeOf(specialist)}{second}}}\n"));
        }
    }
}
