using Vitrina.Kernels.Hashing;

namespace Vitrina.Simulation.Services;

/// <summary>The life of one city, event by event: the one engine below experiments, files and driven servers.</summary>
/// <remarks>
/// Everything random comes from streams of the order, the specialist, their pair or the session: two policies meet the same people, and what one
/// entity does draws nothing from another's streams. Cities do not touch each other.
/// </remarks>
internal sealed partial class CityRun
{
    public const long HourMs = 3_600_000;

    // Keys of orders that came from outside lie below.
    private const long BornInside = 1L << 62;

    private readonly record struct Listing(long Key, long Customer, long NeedKey, int Market, long FirstListedAt);

    private readonly ServicesConfiguration _configuration;
    private readonly People _people;
    private readonly ulong _seed;
    private readonly CityListener _listener;
    private readonly DayPlan _plan;
    private readonly PriorityQueue<(int Order, long Key), long> _expiries = new();
    private readonly PriorityQueue<Listing, long> _returning = new();
    private readonly long[] _busyUntil;
    private readonly long _end;
    private int _day = -1;

    /// <summary>A city before its first day.</summary>
    /// <param name="configuration">The world's parameters.</param>
    /// <param name="people">Its people.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="place">Which city, and the weekday of the first day.</param>
    /// <param name="listener">Hears everything.</param>
    public CityRun(ServicesConfiguration configuration, People people, ulong seed, (int City, DayOfWeek FirstWeekday) place, CityListener listener)
    {
        (_configuration, _people, _seed, _listener) = (configuration, people, seed, listener);
        FirstMarket = place.City * configuration.CategoryCount;
        _end = configuration.Days * DayPlan.DayMs;
        _plan = new DayPlan(configuration, people, seed, FirstMarket, place.FirstWeekday);
        var members = 0;
        for (var market = 0; market < configuration.CategoryCount; market++)
        {
            members = Math.Max(members, people.Members[FirstMarket + market].Length);
        }

        Open = new OpenOrders(configuration.CategoryCount, members, configuration.SkillDimensions, configuration.Slots);
        _busyUntil = new long[configuration.CategoryCount * configuration.SpecialistsPerMarket];
        _ranked = new int[configuration.ListSize];
        _scores = new double[configuration.ListSize];
    }

    /// <summary>The first market of the city.</summary>
    public int FirstMarket { get; }

    /// <summary>The open orders.</summary>
    public OpenOrders Open { get; }

    /// <summary>When the next thing happens; the largest number after the end of history.</summary>
    public long NextAt
    {
        get
        {
            var inside = Math.Min(_expiries.TryPeek(out _, out var expiry) ? expiry : long.MaxValue, _returning.TryPeek(out _, out var back) ? back : long.MaxValue);
            while (_plan.NextAt == long.MaxValue && _day + 1 < _configuration.Days && inside >= (_day + 1) * DayPlan.DayMs)
            {
                _plan.Fill(++_day);
            }

            var next = Math.Min(inside, _plan.NextAt);
            return next < _end ? next : long.MaxValue;
        }
    }

    /// <summary>Lets the next thing happen.</summary>
    /// <param name="at">Its time: <see cref="NextAt"/>, before the end.</param>
    /// <param name="policy">Says which arm answers a session.</param>
    /// <param name="session">The session that now waits for its list, when the answer is true.</param>
    /// <returns>Whether a specialist looks for orders.</returns>
    public bool Advance(long at, ServicesPolicy policy, out CitySession session)
    {
        session = default;
        if (_expiries.TryPeek(out _, out var expiry) && expiry == at)
        {
            var (order, key) = _expiries.Dequeue();
            if (Open.Key[order] == key)
            {
                Close(order, at);
            }

            return false;
        }

        if (_returning.TryPeek(out _, out var back) && back == at)
        {
            Put(at, _returning.Dequeue());
            return false;
        }

        var arrival = _plan.Take();
        if (arrival >= 0)
        {
            Put(at, new Listing(arrival, arrival, arrival, DayPlan.EntityOf(arrival) - FirstMarket, at));
            return false;
        }

        var specialist = DayPlan.EntityOf(~arrival);
        if (_busyUntil[specialist - FirstMarket * _configuration.SpecialistsPerMarket] > at)
        {
            return false;
        }

        session = new CitySession(~arrival, specialist, at, policy(_people.HomeOf(specialist), specialist, at / (double)HourMs));
        _listener.SessionStarted(session);
        return true;
    }

    /// <summary>Runs the history with the arms' own rankings, up to a moment.</summary>
    public void Run(ServicesPolicy policy, long until, CancellationToken cancellationToken)
    {
        for (var at = NextAt; at < until; at = NextAt)
        {
            if (Advance(at, policy, out var session))
            {
                cancellationToken.ThrowIfCancellationRequested();
                Look(session, Rank(session));
            }
        }
    }

    private void Put(long at, in Listing listing)
    {
        var order = Open.Open(listing.Key, listing.Market);
        (Open.Customer[order], Open.NeedKey[order], Open.FirstListedAt[order], Open.CreatedAt[order]) = (listing.Customer, listing.NeedKey, listing.FirstListedAt, at);
        var dimensions = _configuration.SkillDimensions;
        (Open.East[order], Open.North[order]) = Need.Draw(_configuration, _seed, listing.NeedKey, Open.Need.AsSpan(order * dimensions, dimensions));
        var life = Streams.Open(_seed, StreamPurpose.OrderLife, listing.Key);
        var hours = Math.Min(_configuration.LifeMaxHours, life.NextExponential(_configuration.LifeMeanHours));
        Open.ExpiresAt[order] = at + Math.Max(1, (long)(hours * HourMs));
        _expiries.Enqueue((order, listing.Key), Open.ExpiresAt[order]);
        _listener.OrderCreated(Open, order);
    }

    private void Close(int order, long at)
    {
        var winner = Choose(order);
        _listener.OrderClosed(Open, order, at, winner);
        var returning = Streams.Open(_seed, StreamPurpose.Returning, Open.Key[order]);
        var (comesBack, wait) = (returning.NextDouble(), returning.NextExponential(1));
        if (winner >= 0)
        {
            var specialist = Open.Response(order, winner).Specialist;
            _busyUntil[specialist - FirstMarket * _configuration.SpecialistsPerMarket] = at + (long)(_configuration.BusyHours * HourMs);
            if (comesBack < _configuration.RepeatShare)
            {
                Return(order, at, wait * _configuration.RepeatMeanDays * 24, isSameNeed: false);
            }
        }
        else if (comesBack < _configuration.RelistShare)
        {
            Return(order, at, wait * _configuration.RelistMeanHours, isSameNeed: true);
        }

        Open.Close(order);
    }

    private void Return(int order, long at, double hours, bool isSameNeed)
    {
        var back = at + 1 + (long)(hours * HourMs);
        if (back < _end)
        {
            var key = BornInside | (long)(Hash.Mix((ulong)Open.Key[order] + 1) >> 2);
            var (needKey, firstListedAt) = isSameNeed ? (Open.NeedKey[order], Open.FirstListedAt[order]) : (key, back);
            _returning.Enqueue(new Listing(key, Open.Customer[order], needKey, Open.Market[order], firstListedAt), back);
        }
    }

    // Whether anybody is taken does not depend on the arms of the responses; who is, may.
    private int Choose(int order)
    {
        var count = Open.ResponseCount[order];
        if (count == 0)
        {
            return -1;
        }

        var outside = Streams.Open(_seed, StreamPurpose.Outside, Open.Key[order]);
        var (best, winner, favoured) = (_configuration.OutsideUtility + outside.NextGumbel(), -1, double.NegativeInfinity);
        var isAnybodyTaken = false;
        for (var index = 0; index < count; index++)
        {
            ref var response = ref Open.Response(order, index);
            var choosing = Streams.Open(_seed, StreamPurpose.Choosing, Open.Key[order], response.Specialist);
            var value = _configuration.ChoiceSlope * response.Utility + choosing.NextGumbel();
            isAnybodyTaken |= value > best;
            value += response.Arm == Arm.B ? _configuration.TreatmentStealing : 0;
            if (value > favoured)
            {
                (favoured, winner) = (value, index);
            }
        }

        return isAnybodyTaken ? winner : -1;
    }
}
