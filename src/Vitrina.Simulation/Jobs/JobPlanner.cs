using System.Globalization;
using Vitrina.Simulation.Goods;

namespace Vitrina.Simulation.Jobs;

/// <summary>Plans who looks when and asks what. The plan does not depend on what is shown; who has hired or been hired by then drops out later.</summary>
internal sealed class JobPlanner
{
    /// <summary>Sessions of one seeker on one day, at most; a session's key has three bits for it.</summary>
    public const int MaximumSessions = 8;

    private const int MaximumRequests = 8;
    private const int DayBits = 9;
    private const int ChunkSize = 4096;

    // Working hours: employers call in the morning and after lunch, people look before and after work as well.
    private static readonly double[] HourWeights =
        [6, 3, 2, 1, 1, 4, 14, 34, 62, 88, 104, 104, 96, 82, 92, 98, 94, 82, 66, 54, 44, 36, 24, 12];

    private readonly JobsWorld _world;
    private readonly double[] _hours;

    public JobPlanner(JobsWorld world)
    {
        _world = world;
        var mean = HourWeights.Average();
        double sum = 0;
        _hours = [.. HourWeights.Select(weight => sum += 1 - world.Configuration.DailyWave + world.Configuration.DailyWave * weight / mean)];
    }

    /// <summary>Requests of sessions that begin on a day (Moscow time, which the vertical uses too), in time order; ties by key.</summary>
    public List<JobsRequest> Plan(int day)
    {
        var market = _world.Market;
        var chunkCount = (market.Resumes.Count + market.Vacancies.Count + ChunkSize - 1) / ChunkSize;
        var chunks = new List<JobsRequest>[chunkCount];
        Parallel.For(0, chunkCount, new ParallelOptions { MaxDegreeOfParallelism = _world.Threads }, chunk =>
        {
            var requests = new List<JobsRequest>();
            var last = Math.Min(market.Resumes.Count + market.Vacancies.Count, (chunk + 1) * ChunkSize);
            for (var seeker = chunk * ChunkSize; seeker < last; seeker++)
            {
                if (seeker < market.Vacancies.Count)
                {
                    PlanSeeker(JobSide.Employer, seeker, day, requests);
                }
                else
                {
                    PlanSeeker(JobSide.Person, seeker - market.Vacancies.Count, day, requests);
                }
            }

            chunks[chunk] = requests;
        });
        List<JobsRequest> all = [.. chunks.SelectMany(chunk => chunk)];
        Sort(all);
        return all;
    }

    /// <summary>Time order; ties by key.</summary>
    public static void Sort(List<JobsRequest> requests) => requests.Sort(static (left, right) =>
        left.At != right.At ? left.At.CompareTo(right.At) : left.Key.CompareTo(right.Key));

    private void PlanSeeker(JobSide side, int seeker, int day, List<JobsRequest> requests)
    {
        var configuration = _world.Configuration;
        var postings = side == JobSide.Employer ? _world.Market.Vacancies : _world.Market.Resumes;
        var midnight = _world.Start.UtcTicks + day * TimeSpan.TicksPerDay;
        var stream = JobStreams.Open(_world.Seed, side == JobSide.Employer ? JobPurpose.VacancyDay : JobPurpose.PersonDay, seeker, day);
        var weekday = new DateTime(midnight, DateTimeKind.Utc).DayOfWeek;
        var mean = (side == JobSide.Employer ? configuration.SearchesPerVacancyDay : configuration.SearchesPerPersonDay) * postings.Activity[seeker]
            * (weekday is DayOfWeek.Saturday or DayOfWeek.Sunday ? configuration.WeekendActivity : 1);
        var sessions = Math.Min(MaximumSessions, stream.NextPoisson(Math.Min(mean, 1000)));
        for (var session = 0; session < sessions; session++)
        {
            var hour = (stream.NextIndex(_hours) + 24 - 3) % 24;
            var at = midnight + hour * TimeSpan.TicksPerHour + (long)(stream.NextDouble() * TimeSpan.TicksPerHour);
            var key = ((((long)seeker << DayBits | (uint)day) * MaximumSessions + session) << 1) + (int)side;
            PlanSession(side, seeker, at, key, requests);
        }
    }

    private void PlanSession(JobSide side, int seeker, long at, long sessionKey, List<JobsRequest> requests)
    {
        var (configuration, market) = (_world.Configuration, _world.Market);
        var postings = side == JobSide.Employer ? market.Vacancies : market.Resumes;
        var stream = JobStreams.Open(_world.Seed, JobPurpose.Session, sessionKey);
        var home = market.CityOf(postings.Cluster[seeker]);
        var isAway = stream.NextBool(configuration.CrossClusterShare);
        var city = isAway ? (home + 1 + stream.NextInt(market.CityCount - 1)) % market.CityCount : home;
        var profession = market.ProfessionOf(postings.Cluster[seeker]);
        var session = "s" + sessionKey.ToString(CultureInfo.InvariantCulture);
        var user = postings.OwnerId(seeker);
        var goesOn = 1 - 1 / configuration.RequestsPerSession;
        for (var request = 0; request < MaximumRequests; request++)
        {
            var words = Vocabulary.Professions[profession].Queries;
            var wording = Math.Min(stream.NextInt(words.Length), stream.NextInt(words.Length));
            var isFiltered = stream.NextBool(configuration.EmploymentFilterShare);
            var isMisspelt = stream.NextBool(configuration.TypoShare);
            if (IsSeeking(side, seeker, at) && at < _world.End.UtcTicks)
            {
                requests.Add(new JobsRequest
                {
                    At = new DateTimeOffset(at - at % TimeSpan.TicksPerMillisecond, TimeSpan.Zero),
                    User = user,
                    Session = session,
                    Query = isMisspelt ? KeyboardSlip.Typo(words[wording], ref stream) : words[wording],
                    Vertical = JobsWorld.Vertical,
                    Surface = side == JobSide.Employer ? JobsWorld.MatchSurface : JobsWorld.SearchSurface,
                    Size = configuration.ListSize,
                    Context = [new("region", Vocabulary.CityOf(city).Name), new(side == JobSide.Employer ? "vacancy" : "resume", postings.Id[seeker])],
                    Filters = Filters(side, city, isFiltered ? postings.Employment[seeker] : -1),
                    Key = sessionKey * MaximumRequests + request,
                    UserOrdinal = postings.Owner[seeker],
                    Side = side,
                    Seeker = seeker,
                    Cluster = city * market.ProfessionCount + profession,
                    Employment = isFiltered ? postings.Employment[seeker] : -1,
                });
            }

            if (!stream.NextBool(goesOn))
            {
                return;
            }

            at += (long)((60 + stream.NextExponential(240)) * TimeSpan.TicksPerSecond);
        }
    }

    private static Dictionary<string, IReadOnlyList<string>> Filters(JobSide side, int city, int employment)
    {
        var filters = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
        {
            ["kind"] = [side == JobSide.Employer ? "resume" : "vacancy"],
            ["city"] = [Vocabulary.CityOf(city).Name],
        };
        if (employment >= 0)
        {
            filters["employment"] = [Vocabulary.Employment[employment]];
        }

        return filters;
    }

    /// <summary>Open vacancies look for people, listed people without work for vacancies.</summary>
    private bool IsSeeking(JobSide side, int seeker, long at) => side == JobSide.Employer
        ? _world.Market.Vacancies.IsListed(seeker, at)
        : _world.Market.Resumes.IsListed(seeker, at) && at < _world.Market.FoundWorkAt[seeker];
}
