using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Goods;

/// <summary>A marketplace of goods with known truth: a catalogue that changes, people who search, and what they do with what they are shown.</summary>
/// <remarks>
/// A pure function of configuration, seed and end date; the number of threads changes nothing. One drive at a time; truth may be read
/// concurrently.
/// </remarks>
public sealed partial class GoodsWorld : IWorld
{
    /// <summary>The vertical of its items.</summary>
    public const string Vertical = "goods";

    private GoodsWorld(GoodsConfiguration configuration, ulong seed, DateOnly endDate, int threads)
    {
        Configuration = configuration;
        Seed = seed;
        Threads = threads;
        End = new DateTimeOffset(endDate.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        Start = End.AddDays(-configuration.Days);
        Catalogue = new CatalogueBuilder(configuration, seed, Start.UtcTicks, End.UtcTicks, threads).Build();
        Timeline = ItemTimeline.Build(Catalogue, configuration, seed, Start.UtcTicks, End.UtcTicks, threads);
        People = Population.Build(configuration, seed, Start.UtcTicks, End.UtcTicks, threads);
        Queries = new QueryWriter(configuration, seed, Catalogue, People);
        Planner = new SessionPlanner(configuration, seed, People, Queries, Start.UtcTicks);
        Zones = new DeliveryZones(configuration, seed, Catalogue);
        Behaviour = new Behaviour(this);
        Campaigns = new Campaigns(this);
    }

    /// <summary>The parameters.</summary>
    public GoodsConfiguration Configuration { get; }

    WorldConfiguration IWorld.Configuration => Configuration;

    /// <inheritdoc/>
    public ulong Seed { get; }

    /// <summary>The first moment of history, midnight UTC.</summary>
    public DateTimeOffset Start { get; }

    DateTimeOffset IWorld.StartsAt => Start;

    /// <summary>The first moment after history, midnight UTC.</summary>
    public DateTimeOffset End { get; }

    DateTimeOffset IWorld.EndsAt => End;

    internal int Threads { get; }

    internal Catalogue Catalogue { get; }

    internal ItemTimeline Timeline { get; }

    internal Population People { get; }

    internal QueryWriter Queries { get; }

    internal SessionPlanner Planner { get; }

    internal DeliveryZones Zones { get; }

    internal Behaviour Behaviour { get; }

    internal Campaigns Campaigns { get; }

    /// <summary>Makes catalogue, people and the catalogue's whole history.</summary>
    /// <param name="configuration">Parameters, already scaled.</param>
    /// <param name="seed">Any number; equal seeds give equal worlds.</param>
    /// <param name="endDate">The day after the last day of history: callers pass today.</param>
    /// <param name="threads">Threads to use; at least 1.</param>
    /// <exception cref="WorldConfigurationException">A parameter cannot be.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No threads, or an end date without room for the history.</exception>
    public static GoodsWorld Create(GoodsConfiguration configuration, ulong seed, DateOnly endDate, int threads = 1)
    {
        configuration.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(endDate, new DateOnly(1970, 1, 1).AddDays(configuration.Days));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(endDate, new DateOnly(9000, 1, 1));
        return new GoodsWorld(configuration, seed, endDate, threads);
    }

    /// <inheritdoc/>
    public IMarketplaceAdapter OpenLoop() => new OpenLoopAdapter(this);

    /// <summary>Runs a part of the marketplace's life in time order against an adapter and reports what came of it.</summary>
    /// <param name="adapter">Answers requests and takes changes.</param>
    /// <param name="from">Inclusive. Changes of the catalogue before it are taken as known to the adapter.</param>
    /// <param name="to">Exclusive. What people would still do afterwards is not sent.</param>
    /// <param name="progress">Receives the share done, 0–1; null for silence.</param>
    /// <param name="cancellationToken">Stops between ticks.</param>
    /// <exception cref="ArgumentOutOfRangeException">The span does not lie within the world.</exception>
    /// <exception cref="InvalidOperationException">The adapter showed an item the world does not have.</exception>
    public ValueTask<GoodsReport> DriveAsync(
        IMarketplaceAdapter adapter, DateTimeOffset from, DateTimeOffset to, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, Start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, End);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(from, to);
        return new Drive(this, adapter, from.UtcTicks, to.UtcTicks).RunAsync(progress, cancellationToken);
    }

    async ValueTask<WorldReport> IWorld.DriveAsync(
        IMarketplaceAdapter adapter, IProgress<double>? progress, CancellationToken cancellationToken) =>
        await DriveAsync(adapter, Start, End, progress, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public double TrueRelevance(SimulatedRequest request, string item) =>
        Behaviour.ClickProbability(request.UserOrdinal, GoodsRequest.Of(request).Intent, Catalogue.ItemOrdinal(item), request.At.UtcTicks);

    /// <summary>The true probability that a person clicks an item when examining it.</summary>
    /// <param name="user">The user.</param>
    /// <param name="query">Words as typed. Words this world never writes mean nothing in particular: every item fits them.</param>
    /// <param name="item">The item.</param>
    /// <param name="at">When; the item is judged in its state then. Unpublished and closed items have the noise floor.</param>
    /// <exception cref="ArgumentException">The user or the item is not of this world.</exception>
    public double TrueRelevance(string user, string query, string item, DateTimeOffset at) =>
        Behaviour.ClickProbability(People.Ordinal(user), Queries.Read(query), Catalogue.ItemOrdinal(item), at.UtcTicks);
}
