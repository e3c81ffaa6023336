using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Jobs;

/// <summary>A marketplace of work with known truth: employers look for people, people for vacancies, and a deal needs both.</summary>
/// <remarks>
/// A pure function of configuration, seed and end date; the number of threads changes nothing. One drive at a time; truth may be read
/// concurrently. Item ids: r… resumes, v… vacancies; users: p… persons, c… employers.
/// </remarks>
public sealed class JobsWorld : IWorld
{
    /// <summary>The vertical of its items.</summary>
    public const string Vertical = "jobs";

    /// <summary>Where employers look at resumes.</summary>
    public const string MatchSurface = "match";

    /// <summary>Where persons look at vacancies.</summary>
    public const string SearchSurface = "search";

    private JobsWorld(JobsConfiguration configuration, ulong seed, DateOnly endDate, int threads)
    {
        Configuration = configuration;
        Seed = seed;
        Threads = threads;
        End = new DateTimeOffset(endDate.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        Start = End.AddDays(-configuration.Days);
        Market = new JobMarketBuilder(configuration, seed, Start.UtcTicks, End.UtcTicks, threads).Build();
        Pairing = new JobPairing(configuration, Market);
        Planner = new JobPlanner(this);
    }

    /// <summary>The parameters.</summary>
    public JobsConfiguration Configuration { get; }

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

    internal JobMarket Market { get; }

    internal JobPairing Pairing { get; }

    internal JobPlanner Planner { get; }

    /// <summary>Makes both sides of the market.</summary>
    /// <param name="configuration">Parameters, already scaled.</param>
    /// <param name="seed">Any number; equal seeds give equal worlds.</param>
    /// <param name="endDate">The day after the last day of history: callers pass today.</param>
    /// <param name="threads">Threads to use; at least 1.</param>
    /// <exception cref="WorldConfigurationException">A parameter cannot be.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No threads, or an end date without room for the history.</exception>
    public static JobsWorld Create(JobsConfiguration configuration, ulong seed, DateOnly endDate, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        configuration.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(endDate, new DateOnly(1972, 1, 1).AddDays(configuration.Days));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(endDate, new DateOnly(9000, 1, 1));
        return new JobsWorld(configuration, seed, endDate, threads);
    }

    /// <inheritdoc/>
    public IMarketplaceAdapter OpenLoop() => new JobsOpenLoop(this);

    /// <inheritdoc cref="IWorld.DriveAsync"/>
    public ValueTask<JobsReport> DriveAsync(IMarketplaceAdapter adapter, IProgress<double>? progress, CancellationToken cancellationToken) =>
        new JobDrive(this, adapter).RunAsync(progress, cancellationToken);

    async ValueTask<WorldReport> IWorld.DriveAsync(IMarketplaceAdapter adapter, IProgress<double>? progress, CancellationToken cancellationToken) =>
        await DriveAsync(adapter, progress, cancellationToken).ConfigureAwait(false);

    /// <summary>What comes of the whole history under a policy, everything else equal: the truth behind an experiment.</summary>
    /// <param name="policy">Which arm answers each request.</param>
    /// <param name="cancellationToken">Stops the drive.</param>
    /// <remarks>Hires and filled vacancies act on what comes later, so arms that share a market disturb each other; all-A and all-B do not.</remarks>
    public ValueTask<JobsReport> UnderAsync(JobsPolicy policy, CancellationToken cancellationToken) =>
        DriveAsync(new JobsOpenLoop(this, policy), null, cancellationToken);

    /// <summary>True relevance: the true probability that examining an item ends in a deal.</summary>
    /// <param name="request">A request this world made.</param>
    /// <param name="item">The item. One of the other kind has 0.</param>
    /// <exception cref="ArgumentException">The request or the item is not of this world.</exception>
    public double TrueRelevance(SimulatedRequest request, string item)
    {
        var asked = JobsRequest.Of(request);
        return Pair(asked, item) is var (resume, vacancy)
            ? Pairing.DealProbability(asked.Side, resume, vacancy, asked.At.UtcTicks, HasFoundWork(resume, asked.At.UtcTicks))
            : 0;
    }

    /// <summary>The true probability of a contact when an item is examined.</summary>
    /// <param name="request">A request this world made.</param>
    /// <param name="item">The item. One of the other kind has 0.</param>
    /// <exception cref="ArgumentException">The request or the item is not of this world.</exception>
    public double TrueContact(SimulatedRequest request, string item)
    {
        var asked = JobsRequest.Of(request);
        return Pair(asked, item) is var (resume, vacancy) ? Pairing.ContactProbability(asked.Side, resume, vacancy, asked.At.UtcTicks) : 0;
    }

    /// <summary>What is true of a vacancy that looks at a resume at a moment, as far as nothing on the platform has changed it.</summary>
    /// <param name="vacancy">The vacancy's id.</param>
    /// <param name="resume">The resume's id.</param>
    /// <param name="at">When.</param>
    /// <exception cref="ArgumentException">There is no such vacancy or resume.</exception>
    public JobsTruth Truth(string vacancy, string resume, DateTimeOffset at)
    {
        var (v, r) = (Required(JobSide.Person, vacancy), Required(JobSide.Employer, resume));
        var hasFoundWork = HasFoundWork(r, at.UtcTicks);
        return new JobsTruth
        {
            Contact = Pairing.ContactProbability(JobSide.Employer, r, v, at.UtcTicks),
            Response = Vocabulary.Channels.Select((channel, index) => (channel, Pairing.ResponseProbability(JobSide.Employer, r, v, index, hasFoundWork)))
                .ToDictionary(pair => pair.channel, pair => pair.Item2),
            Channel = Vocabulary.Channels.Select((channel, index) => (channel, Pairing.ChannelProbability(JobSide.Employer, r, v, index)))
                .ToDictionary(pair => pair.channel, pair => pair.Item2),
            DealAfterResponse = Pairing.DealAfterResponse(r, v, hasFoundWork),
            Deal = Pairing.DealProbability(JobSide.Employer, r, v, at.UtcTicks, hasFoundWork),
            HasFoundWork = hasFoundWork,
        };
    }

    /// <summary>Expected deals of a list when it is shown: each place is examined with its probability.</summary>
    /// <param name="request">A request this world made.</param>
    /// <param name="items">The list from the top.</param>
    /// <exception cref="ArgumentException">The request or an item is not of this world.</exception>
    /// <remarks>Leaves out that who looks may stop after a contact, and that nobody is contacted twice: an upper bound that is close for short lists.</remarks>
    public double ExpectedDeals(SimulatedRequest request, IReadOnlyList<string> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        double deals = 0;
        for (var place = 0; place < items.Count; place++)
        {
            deals += TrueRelevance(request, items[place]) / (1 + Configuration.ExaminationDecay * place);
        }

        return deals;
    }

    /// <summary>The true cluster of an item or a user: city × profession. An employer belongs to that of its first vacancy.</summary>
    /// <param name="id">A resume, a vacancy, a person or an employer.</param>
    /// <exception cref="ArgumentException">Nothing has this id.</exception>
    public int ClusterOf(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return id[0] switch
        {
            'r' => Market.Resumes.Cluster[Required(JobSide.Employer, id)],
            'p' => Market.Resumes.Cluster[Required(JobSide.Employer, "r" + id[1..])],
            'v' => Market.Vacancies.Cluster[Required(JobSide.Person, id)],
            'c' when Required(JobSide.Person, "v" + id[1..]) is var first && first < Market.EmployerCount => Market.Vacancies.Cluster[first],
            _ => throw new ArgumentException($"The world has nothing with the id '{id}'.", nameof(id)),
        };
    }

    /// <summary>Writes the true cluster of every resume and vacancy to clusters.csv.</summary>
    /// <param name="folder">Where to.</param>
    public void WriteTruth(string folder)
    {
        using var file = new StreamWriter(Path.Combine(folder, "clusters.csv")) { NewLine = "\n" };
        file.WriteLine("item,owner,cluster");
        foreach (var postings in new[] { Market.Resumes, Market.Vacancies })
        {
            for (var posting = 0; posting < postings.Count; posting++)
            {
                file.WriteLine($"{postings.Id[posting]},{postings.OwnerId(posting)},{postings.Cluster[posting]}");
            }
        }
    }

    internal Postings PostingsShownTo(JobSide side) => side == JobSide.Employer ? Market.Resumes : Market.Vacancies;

    /// <summary>The ordinal of an item among those that a side looks at; -1 when it is none of them.</summary>
    internal int PostingOrdinal(JobSide side, string item) => PostingsShownTo(side).Find(item);

    internal bool HasFoundWork(int resume, long at) => at >= Market.FoundWorkAt[resume];

    private int Required(JobSide side, string id) =>
        PostingOrdinal(side, id) is var ordinal && ordinal >= 0 ? ordinal : throw new ArgumentException($"The world has no item '{id}'.", nameof(id));

    private (int Resume, int Vacancy)? Pair(JobsRequest request, string item)
    {
        var posting = PostingOrdinal(request.Side, item);
        if (posting >= 0)
        {
            return request.PairWith(posting);
        }

        Required(request.Side == JobSide.Employer ? JobSide.Person : JobSide.Employer, item);
        return null;
    }
}

/// <summary>Probabilities of one pair at one moment.</summary>
public sealed record JobsTruth
{
    /// <summary>Of a contact when the employer examines the resume.</summary>
    public required double Contact { get; init; }

    /// <summary>Of each channel, given a contact; they sum to 1.</summary>
    public required IReadOnlyDictionary<string, double> Channel { get; init; }

    /// <summary>Of a response with interest, given a contact in a channel.</summary>
    public required IReadOnlyDictionary<string, double> Response { get; init; }

    /// <summary>Of a deal, given a response.</summary>
    public required double DealAfterResponse { get; init; }

    /// <summary>Of a deal when the employer examines the resume.</summary>
    public required double Deal { get; init; }

    /// <summary>Whether the resume is stale: its person has found work.</summary>
    public required bool HasFoundWork { get; init; }
}
