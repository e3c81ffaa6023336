using System.Globalization;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Jobs;

/// <summary>A contact that was made in a list, with what is true of it.</summary>
internal sealed record JobContact
{
    public required int Resume { get; init; }

    public required int Vacancy { get; init; }

    public required int Place { get; init; }

    public required int Channel { get; init; }

    /// <summary>Whether the person had found work already.</summary>
    public required bool IsStale { get; init; }

    /// <summary>True probability of a response and then a deal, given the contact.</summary>
    public required double DealProbability { get; init; }

    public bool IsAnswered { get; set; }

    /// <summary>When the deal is made, UTC ticks, if both are still free then; 0 = no deal.</summary>
    public long DealAt { get; set; }
}

/// <summary>What came of one shown list: events in the order they were caused, and its contacts.</summary>
internal sealed class JobReaction
{
    public required JobsRequest Request { get; init; }

    public List<SimulatedChange.UserEvent> Events { get; } = new(20);

    public List<JobContact> Contacts { get; } = [];

    /// <summary>Deals as events, in step with the contacts that end in one.</summary>
    public List<(JobContact Contact, SimulatedChange.UserEvent Deal)> Deals { get; } = [];
}

/// <summary>Lets somebody look at a list: examines from the top, opens what appeals, makes contact; the other side answers, refuses or stays silent.</summary>
/// <remarks>
/// How far somebody looks depends on the request alone, whether a posting is opened on the request and the posting, and what becomes of a
/// contact on the pair alone: two policies meet the same people (common random numbers).
/// </remarks>
internal sealed class JobBehaviour(JobsWorld world)
{
    private readonly JobsConfiguration _configuration = world.Configuration;

    public JobReaction React(JobsRequest request, ShownList shown, JobMarketState state)
    {
        var reaction = new JobReaction { Request = request };
        var reading = JobStreams.Open(world.Seed, JobPurpose.Reading, request.Key);
        var depth = new Examination(_configuration.ExaminationDecay).DrawDepth(shown.Items.Count, ref reading);
        var at = request.At.UtcTicks;
        for (var place = 0; place < depth; place++)
        {
            at += Ticks(1 + 2 * reading.NextDouble());
            if (!Examine(reaction, shown, place, ref at, state))
            {
                break;
            }
        }

        return reaction;
    }

    /// <summary>Probability that a place is examined, from 0 on.</summary>
    public double ExaminationProbability(int place) => new Examination(_configuration.ExaminationDecay).Probability(place);

    private bool Examine(JobReaction reaction, ShownList shown, int place, ref long at, JobMarketState state)
    {
        var request = reaction.Request;
        var entry = shown.Items[place];
        var posting = world.PostingOrdinal(request.Side, entry.Id);
        if (posting < 0)
        {
            // A list may hold the other kind of posting; whoever looks passes over it.
            _ = world.PostingOrdinal(Other(request.Side), entry.Id) < 0 ? throw new ArgumentException($"The world has no item '{entry.Id}'.", nameof(shown)) : 0;
            Add(reaction, shown.RankingId, entry, "view", at);
            return true;
        }

        var (resume, vacancy) = request.PairWith(posting);
        var choice = JobStreams.Open(world.Seed, JobPurpose.Click, request.Key, posting);
        Add(reaction, shown.RankingId, entry, "view", at);
        if (!choice.NextBool(world.Pairing.ClickProbability(request.Side, resume, vacancy, request.At.UtcTicks)))
        {
            return true;
        }

        at += Ticks(1 + choice.NextExponential(2));
        Add(reaction, shown.RankingId, entry, "click", at);
        at += Ticks(8 + choice.NextExponential(25));
        var isInterested = choice.NextBool(world.Pairing.ContactAfterClick(request.Side, resume, vacancy, request.At.UtcTicks));
        if (!isInterested || !state.IsListed(request.Side, posting) || !state.TryMeet(resume, vacancy, request.Side))
        {
            return true;
        }

        Contact(reaction, shown.RankingId, place, entry, (resume, vacancy), at, state);
        return !choice.NextBool(_configuration.StopAfterContactProbability);
    }

    private void Contact(JobReaction reaction, string rankingId, int place, in ShownItem entry, (int Resume, int Vacancy) pair, long at, JobMarketState state)
    {
        var (side, pairing) = (reaction.Request.Side, world.Pairing);
        var outcome = JobStreams.OfPair(world.Seed, JobPurpose.Outcome, pair.Resume, pair.Vacancy, side);
        var channel = DrawChannel(side, pair, outcome.NextDouble());
        var hasFoundWork = state.HasFoundWork(pair.Resume, at);
        var response = pairing.ResponseProbability(side, pair.Resume, pair.Vacancy, channel, hasFoundWork);
        var deal = pairing.DealAfterResponse(pair.Resume, pair.Vacancy, hasFoundWork);
        var contact = new JobContact
        {
            Resume = pair.Resume,
            Vacancy = pair.Vacancy,
            Place = place,
            Channel = channel,
            IsStale = hasFoundWork,
            DealProbability = response * deal,
        };
        reaction.Contacts.Add(contact);
        Add(reaction, rankingId, entry, "contact", at, channel, side == JobSide.Employer ? _configuration.ContactPrice : null);

        var (answers, refuses, tellsWhy, agrees) = (outcome.NextBool(response), outcome.NextBool(_configuration.RefusalShare), outcome.NextBool(_configuration.ReasonShare), outcome.NextBool(deal));
        var answeredAt = at + Ticks(channel == 0 ? 120 + outcome.NextExponential(4 * 3600) : 5 + outcome.NextExponential(40));
        var agreedAt = answeredAt + (long)((0.2 + outcome.NextExponential(_configuration.DealMeanDays)) * TimeSpan.TicksPerDay);
        if (answers)
        {
            contact.IsAnswered = true;
            Add(reaction, rankingId, entry, "response", answeredAt, channel);
            if (agrees)
            {
                contact.DealAt = agreedAt;
                reaction.Deals.Add((contact, Event(reaction, rankingId, entry, "deal", agreedAt, channel)));
            }
        }
        else if (refuses)
        {
            var why = hasFoundWork ? "foundWork" : pairing.Reason(pair.Resume, pair.Vacancy);
            Add(reaction, rankingId, entry, "refusal", answeredAt, channel, null, tellsWhy ? why : null);
        }
    }

    private int DrawChannel(JobSide side, (int Resume, int Vacancy) pair, double draw)
    {
        for (var channel = Vocabulary.Channels.Length - 1; channel > 0; channel--)
        {
            var probability = world.Pairing.ChannelProbability(side, pair.Resume, pair.Vacancy, channel);
            if (draw < probability)
            {
                return channel;
            }

            draw -= probability;
        }

        return 0;
    }

    private static JobSide Other(JobSide side) => side == JobSide.Employer ? JobSide.Person : JobSide.Employer;

    private static long Ticks(double seconds) => (long)(seconds * TimeSpan.TicksPerSecond);

    private static void Add(JobReaction reaction, string rankingId, in ShownItem entry, string type, long at, int channel = -1, double? value = null, string? reason = null) =>
        reaction.Events.Add(Event(reaction, rankingId, entry, type, at, channel, value, reason));

    private static SimulatedChange.UserEvent Event(
        JobReaction reaction, string rankingId, in ShownItem entry, string type, long at, int channel = -1, double? value = null, string? reason = null)
    {
        var request = reaction.Request;
        return new SimulatedChange.UserEvent
        {
            At = new DateTimeOffset(at - at % TimeSpan.TicksPerMillisecond, TimeSpan.Zero),
            Id = string.Create(CultureInfo.InvariantCulture, $"e{request.Key}-{reaction.Events.Count + reaction.Deals.Count}"),
            Type = type,
            User = request.User,
            Session = request.Session,
            Item = entry.Id,
            RankingId = rankingId,
            Position = entry.Position,
            Token = entry.Token,
            Query = type is "view" or "click" ? request.Query : null,
            Channel = channel < 0 ? null : Vocabulary.Channels[channel],
            Value = value,
            Context = reason is null ? null : [new("reason", reason)],
        };
    }
}
