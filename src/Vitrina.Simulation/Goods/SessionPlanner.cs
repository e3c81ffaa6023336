using Vitrina.Kernels.Chance;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Goods;

/// <summary>Plans who comes when and asks what. The plan does not depend on what is shown.</summary>
internal sealed class SessionPlanner
{
    /// <summary>Sessions of a user on one day, at most; a session's key has three bits for it.</summary>
    public const int MaximumSessions = 8;

    /// <summary>Requests of a session, at most; three bits again.</summary>
    public const int MaximumRequests = 8;

    // 512 days; a configuration has at most 400.
    private const int DayBits = 9;
    private const int ChunkSize = 4096;
    private const double SameTypeShare = 0.7;

    // Requests by hour of the local day: quiet nights, a lunch bump, the peak at nine in the evening.
    private static readonly double[] HourWeights =
        [22, 12, 7, 5, 4, 6, 14, 28, 44, 58, 68, 74, 80, 78, 74, 72, 74, 80, 88, 96, 104, 108, 92, 52];

    // Moscow, where a third of the buyers live.
    internal static readonly TimeSpan LocalOffset = TimeSpan.FromHours(3);

    private static readonly KeyValuePair<string, string>[][] RegionContexts = [.. Assortment.Regions.Select(region => new KeyValuePair<string, string>[] { new("region", region.Name) })];

    private readonly GoodsConfiguration _configuration;
    private readonly ulong _seed;
    private readonly Population _people;
    private readonly QueryWriter _queries;
    private readonly long _start;
    private readonly double[] _hours;

    public SessionPlanner(GoodsConfiguration configuration, ulong seed, Population people, QueryWriter queries, long start)
    {
        _configuration = configuration;
        _seed = seed;
        _people = people;
        _queries = queries;
        _start = start;
        double mean = HourWeights.Average();
        double sum = 0;
        _hours = [.. HourWeights.Select(weight => sum += 1 - configuration.DailyWave + configuration.DailyWave * weight / mean)];
    }

    /// <summary>Requests of sessions that begin on a day (UTC), in time order; the last may fall into the next day.</summary>
    public List<SimulatedRequest> Plan(int day, int threads)
    {
        int chunkCount = (_people.Count + ChunkSize - 1) / ChunkSize;
        var chunks = new List<SimulatedRequest>[chunkCount];
        Parallel.For(0, chunkCount, new ParallelOptions { MaxDegreeOfParallelism = threads }, chunk =>
        {
            var requests = new List<SimulatedRequest>();
            int last = Math.Min(_people.Count, (chunk + 1) * ChunkSize);
            for (int user = chunk * ChunkSize; user < last; user++)
            {
                PlanUser(user, day, requests);
            }

            chunks[chunk] = requests;
        });
        List<SimulatedRequest> all = chunks.Length == 0 ? [] : chunks[0];
        for (int chunk = 1; chunk < chunkCount; chunk++)
        {
            all.AddRange(chunks[chunk]);
        }

        Sort(all);
        return all;
    }

    /// <summary>Time order; ties by key.</summary>
    public static void Sort(List<SimulatedRequest> requests) => requests.Sort(static (left, right) =>
    {
        int order = left.At.UtcTicks.CompareTo(right.At.UtcTicks);
        return order != 0 ? order : left.Key.CompareTo(right.Key);
    });

    /// <summary>The session a request belongs to.</summary>
    public static long SessionKey(SimulatedRequest request) => request.Key / MaximumRequests;

    /// <summary>The day on which a session began.</summary>
    public static int DayOfSession(long sessionKey) => (int)(sessionKey / MaximumSessions & ((1 << DayBits) - 1));

    private void PlanUser(int user, int day, List<SimulatedRequest> requests)
    {
        RandomStream stream = Streams.Open(_seed, StreamPurpose.UserDay, user, day);
        long midnight = _start + day * TimeSpan.TicksPerDay;
        DayOfWeek weekday = new DateTime(midnight, DateTimeKind.Utc).DayOfWeek;
        double mean = _configuration.SessionsPerUserDay * _people.Activity[user]
            * (weekday is DayOfWeek.Saturday or DayOfWeek.Sunday ? _configuration.WeekendActivity : 1);
        int sessions = Math.Min(MaximumSessions, stream.NextPoisson(Math.Min(mean, 1000)));
        for (int session = 0; session < sessions; session++)
        {
            int hour = (stream.NextIndex(_hours) - LocalOffset.Hours + 24) % 24;
            long at = midnight + hour * TimeSpan.TicksPerHour + (long)(stream.NextDouble() * TimeSpan.TicksPerHour);
            long key = (((long)user << DayBits) | (uint)day) * MaximumSessions + session;
            PlanSession(user, at, key, requests);
        }
    }

    private void PlanSession(int user, long at, long sessionKey, List<SimulatedRequest> requests)
    {
        RandomStream stream = Streams.Open(_seed, StreamPurpose.Query, sessionKey);
        string name = "s" + sessionKey.ToString(System.Globalization.CultureInfo.InvariantCulture);
        int type = _queries.DrawType(user, ref stream);
        double goesOn = 1 - 1 / _configuration.RequestsPerSession;
        for (int request = 0; request < MaximumRequests; request++)
        {
            TypedQuery query = _queries.Draw(user, type, ref stream);
            if (at >= _people.RegisteredAt[user])
            {
                requests.Add(new GoodsRequest
                {
                    At = new DateTimeOffset(at - at % TimeSpan.TicksPerMillisecond, TimeSpan.Zero),
                    User = _people.Id[user],
                    Session = name,
                    Query = query.Text,
                    Vertical = GoodsWorld.Vertical,
                    Surface = "search",
                    Size = _configuration.ListSize,
                    Context = RegionContexts[_people.Region[user]],
                    Key = sessionKey * MaximumRequests + request,
                    UserOrdinal = user,
                    Intent = query.Intent,
                    IsMisspelt = query.IsMisspelt,
                });
            }

            if (!stream.NextBool(goesOn))
            {
                return;
            }

            at += (long)((20 + stream.NextExponential(90)) * TimeSpan.TicksPerSecond);
            if (!stream.NextBool(SameTypeShare))
            {
                type = _queries.DrawType(user, ref stream);
            }
        }
    }
}
