using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Jobs;

/// <summary>Adds up a drive of a jobs world.</summary>
internal sealed class JobsReportBuilder(JobsWorld world, JobMarketState state)
{
    private readonly JobSideTally _employers = new(world, state);
    private readonly JobSideTally _persons = new(world, state);
    private readonly HashSet<string> _employersWithDeal = new(StringComparer.Ordinal);
    private double _daysToDeal;
    private long _decidedDeals;
    private long _events;

    public void Add(JobReaction reaction, ShownList shown)
    {
        (reaction.Request.Side == JobSide.Employer ? _employers : _persons).Add(reaction, shown);
        foreach (var contact in reaction.Contacts)
        {
            _daysToDeal += contact.DealAt > 0 ? (contact.DealAt - reaction.Request.At.UtcTicks) / (double)TimeSpan.TicksPerDay : 0;
            _decidedDeals += contact.DealAt > 0 ? 1 : 0;
        }
    }

    /// <summary>Counts an event that was sent.</summary>
    public void Add(SimulatedChange.UserEvent happened)
    {
        _events++;
        if (happened.Type != "deal")
        {
            return;
        }

        var isOfEmployer = world.PostingOrdinal(JobSide.Employer, happened.Item) >= 0;
        (isOfEmployer ? _employers : _persons).DealCount++;
        if (isOfEmployer)
        {
            _employersWithDeal.Add(happened.User);
        }
    }

    public JobsReport Build()
    {
        int[] contacts = [.. state.ContactsOfResume.Where((_, resume) => state.WasListed[resume]).Order()];
        var employers = _employers.Build();
        var report = new JobsReport
        {
            RankingCount = employers.RankingCount + _persons.RankingCount,
            EventCount = _events,
            ResumeCount = contacts.Length,
            Employers = employers,
            Persons = _persons.Build(),
            ResumesWithoutContact = Share(contacts.Count(count => count == 0), contacts.Length),
            ResumesWithTwentyContacts = Share(contacts.Count(count => count >= 20), contacts.Length),
            MostContactsOfAResume = contacts.Length == 0 ? 0 : contacts[^1],
            GiniOfContacts = Gini(contacts),
            StaleShare = StaleShare(),
            EmployersWithDeal = Share(_employersWithDeal.Count, world.Market.EmployerCount),
            MeanDaysToDeal = Share(_daysToDeal, _decidedDeals),
        };
        return report with { Calibration = Targets(report) };
    }

    private static CalibrationTarget[] Targets(JobsReport report)
    {
        var employers = report.Employers;
        return
        [
            new("resumes without a contact", report.ResumesWithoutContact, 0.40, 0.48, "seed 004: 44 %"),
            new("resumes with 20 contacts or more", report.ResumesWithTwentyContacts, 0.0005, 0.02, "seed 004: some, 20–30"),
            new("deals per contact, wanted ÷ other employment", Share(employers.DealsPerFittingContact, employers.DealsPerOtherContact), 9, double.PositiveInfinity, "seed 004: 9 : 0 of 10"),
            new("deal over contact order, logged NDCG@10, resumes", Share(employers.LoggedNdcgByDeal, employers.LoggedNdcgByContact) - 1, 0.085, double.PositiveInfinity, "seed 004: room for +8.5 %"),
            new("deal over contact order, true NDCG@10, vacancies", 1 / report.Persons.NdcgByContact - 1, 0.097, double.PositiveInfinity, "seed 004: room for +9.7 %"),
            new("responses, chat ÷ call in the application", Rate(employers, 0) / Rate(employers, 2), 1.2, double.PositiveInfinity, "seed 004: channels differ"),
            new("responses of who has found work", Share(employers.StaleResponseCount, employers.StaleContactCount), 0, 0.05, "seed 004: never answer"),
        ];
    }

    private static double Rate(JobsSideReport side, int channel) =>
        Share(side.ResponsesByChannel[Vocabulary.Channels[channel]], side.ContactsByChannel[Vocabulary.Channels[channel]]);

    private double StaleShare()
    {
        var (listed, stale) = (0, 0);
        for (var resume = 0; resume < world.Market.Resumes.Count; resume++)
        {
            var isListed = state.IsListed(JobSide.Employer, resume);
            listed += isListed ? 1 : 0;
            stale += isListed && state.HasFoundWork(resume, world.End.UtcTicks) ? 1 : 0;
        }

        return Share(stale, listed);
    }

    private static double Gini(int[] ascending)
    {
        double weighted = 0;
        double sum = 0;
        for (var rank = 0; rank < ascending.Length; rank++)
        {
            weighted += (2.0 * (rank + 1) - ascending.Length - 1) * ascending[rank];
            sum += ascending[rank];
        }

        return Share(weighted, sum * ascending.Length);
    }

    private static double Share(double part, double whole) => whole > 0 ? part / whole : double.NaN;
}

/// <summary>Adds up one side's lists.</summary>
internal sealed class JobSideTally(JobsWorld world, JobMarketState state)
{
    private const int Places = 10;
    private readonly long[] _contacts = new long[Vocabulary.Channels.Length];
    private readonly long[] _responses = new long[Vocabulary.Channels.Length];
    private readonly long[] _contactsByFit = new long[2];
    private readonly long[] _dealsByFit = new long[2];
    private long _views;
    private long _clicks;
    private long _stale;
    private long _staleResponses;
    private long _refusals;
    private double _expectedDeals;
    private (double Sum, long Count) _trueNdcg;
    private (double ByContact, double ByDeal, long Count) _loggedNdcg;

    public long RankingCount { get; private set; }

    public long DealCount { get; set; }

    public void Add(JobReaction reaction, ShownList shown)
    {
        RankingCount++;
        foreach (var happened in reaction.Events)
        {
            _views += happened.Type == "view" ? 1 : 0;
            _clicks += happened.Type == "click" ? 1 : 0;
            _refusals += happened.Type == "refusal" ? 1 : 0;
        }

        foreach (var contact in reaction.Contacts)
        {
            Add(contact);
        }

        Judge(reaction, shown);
    }

    public JobsSideReport Build() => new()
    {
        RankingCount = RankingCount,
        ViewCount = _views,
        ClickCount = _clicks,
        ContactCount = _contacts.Sum(),
        StaleContactCount = _stale,
        StaleResponseCount = _staleResponses,
        RefusalCount = _refusals,
        DealCount = DealCount,
        ExpectedDealCount = _expectedDeals,
        ContactsByChannel = Vocabulary.Channels.Zip(_contacts).ToDictionary(pair => pair.First, pair => pair.Second),
        ResponsesByChannel = Vocabulary.Channels.Zip(_responses).ToDictionary(pair => pair.First, pair => pair.Second),
        DealsPerFittingContact = Share(_dealsByFit[1], _contactsByFit[1]),
        DealsPerOtherContact = Share(_dealsByFit[0], _contactsByFit[0]),
        NdcgByContact = Share(_trueNdcg.Sum, _trueNdcg.Count),
        LoggedNdcgByContact = Share(_loggedNdcg.ByContact, _loggedNdcg.Count),
        LoggedNdcgByDeal = Share(_loggedNdcg.ByDeal, _loggedNdcg.Count),
    };

    private void Add(JobContact contact)
    {
        _contacts[contact.Channel]++;
        _responses[contact.Channel] += contact.IsAnswered ? 1 : 0;
        _stale += contact.IsStale ? 1 : 0;
        _staleResponses += contact.IsStale && contact.IsAnswered ? 1 : 0;
        _expectedDeals += contact.DealProbability;
        if (!contact.IsStale)
        {
            var fits = world.Market.Resumes.Employment[contact.Resume] == world.Market.Vacancies.Employment[contact.Vacancy] ? 1 : 0;
            _contactsByFit[fits]++;
            _dealsByFit[fits] += contact.DealAt > 0 ? 1 : 0;
        }
    }

    /// <summary>Orders the shown list by what is true, and says how much of the deals each order has at the top.</summary>
    private void Judge(JobReaction reaction, ShownList shown)
    {
        var request = reaction.Request;
        var byContact = new double[shown.Items.Count];
        var byDeal = new double[shown.Items.Count];
        var logged = new double[shown.Items.Count];
        var at = request.At.UtcTicks;
        for (var place = 0; place < byContact.Length; place++)
        {
            var posting = world.PostingOrdinal(request.Side, shown.Items[place].Id);
            if (posting >= 0)
            {
                var (resume, vacancy) = request.PairWith(posting);
                byContact[place] = world.Pairing.ContactProbability(request.Side, resume, vacancy, at);
                byDeal[place] = world.Pairing.DealProbability(request.Side, resume, vacancy, at, state.HasFoundWork(resume, at));
            }
        }

        foreach (var contact in reaction.Contacts)
        {
            logged[contact.Place] = contact.DealAt > 0 ? 1 : 0;
        }

        if (Ndcg(byDeal, byContact) is var ndcg && !double.IsNaN(ndcg))
        {
            _trueNdcg = (_trueNdcg.Sum + ndcg, _trueNdcg.Count + 1);
        }

        if (reaction.Deals.Count > 0)
        {
            _loggedNdcg = (_loggedNdcg.ByContact + Ndcg(logged, byContact), _loggedNdcg.ByDeal + Ndcg(logged, byDeal), _loggedNdcg.Count + 1);
        }
    }

    /// <summary>NDCG at 10 of an order by score (Järvelin and Kekäläinen, 2002); NaN without any gain.</summary>
    private static double Ndcg(double[] gains, double[] scores)
    {
        var order = Enumerable.Range(0, gains.Length).ToArray();
        Array.Sort(order, (left, right) => scores[left] != scores[right] ? scores[right].CompareTo(scores[left]) : left.CompareTo(right));
        double[] ideal = [.. gains.OrderDescending()];
        double gained = 0;
        double best = 0;
        for (var place = 0; place < Math.Min(Places, order.Length); place++)
        {
            gained += gains[order[place]] / Math.Log2(place + 2);
            best += ideal[place] / Math.Log2(place + 2);
        }

        return Share(gained, best);
    }

    private static double Share(double part, double whole) => whole > 0 ? part / whole : double.NaN;
}
