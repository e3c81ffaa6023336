using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Jobs;

public sealed partial record JobsConfiguration
{
    // Changes of resumes are held in memory, a day's requests too; more than this does not fit a machine that this runs on.
    private const double MostChanges = 100_000_000;
    private const double MostRequestsPerDay = 20_000_000;

    /// <summary>The world of the demo: 8 cities, 12 professions, 4,000 resumes, 1,000 vacancies, four weeks. These are the defaults.</summary>
    public static JobsConfiguration Demo { get; } = new();

    /// <summary>A world for tests: made in well under a second.</summary>
    public static JobsConfiguration Small { get; } = new() { Days = 10, CityCount = 3, ProfessionCount = 4, ResumeCount = 500, EmployerCount = 60, VacancyCount = 120 };

    /// <inheritdoc/>
    public override string World => JobsWorld.Vertical;

    /// <summary>The same world with more cities, so that the size of a labour market stays what it is. Two cities stay, so that there is another one.</summary>
    /// <param name="scale">Multiplies cities, resumes, employers and vacancies; above 0.</param>
    /// <exception cref="WorldConfigurationException">The scale is not a positive number.</exception>
    public override JobsConfiguration Scaled(double scale)
    {
        RequireScale(scale);
        return this with
        {
            CityCount = Math.Max(Times(CityCount, scale), Math.Min(CityCount, 2)),
            ResumeCount = Times(ResumeCount, scale),
            EmployerCount = Times(EmployerCount, scale),
            VacancyCount = Times(VacancyCount, scale),
        };
    }

    /// <inheritdoc/>
    public override JobsWorld Create(ulong seed, DateOnly endDate, int threads = 1) => JobsWorld.Create(this, seed, endDate, threads);

    private protected override void AddCrossChecks(ICollection<WorldConfigurationProblem> problems)
    {
        if (VacancyCount < EmployerCount)
        {
            problems.Add(new WorldConfigurationProblem("vacancyCount", $"is {VacancyCount}, below employerCount {EmployerCount}: every employer has at least one"));
        }

        if (PartTimeShare + ProjectShare + ShiftShare > 1)
        {
            problems.Add(new WorldConfigurationProblem("partTimeShare", "partTimeShare, projectShare and shiftShare exceed 1 together"));
        }

        if (CrossClusterShare > 0 && CityCount == 1)
        {
            problems.Add(new WorldConfigurationProblem("crossClusterShare", "is above 0, but there is no second city"));
        }

        var changes = ResumeCount * (2 + RenewalsPerDay * Math.Min(Days, ListingDays)) + 2.0 * VacancyCount;
        if (changes > MostChanges)
        {
            problems.Add(new WorldConfigurationProblem("resumeCount", $"with renewalsPerDay and days makes about {changes:0} changes of resumes; at most {MostChanges:0} fit"));
        }

        var requests = RequestsPerSession * (VacancyCount * SearchesPerVacancyDay + ResumeCount * SearchesPerPersonDay);
        if (requests > MostRequestsPerDay)
        {
            problems.Add(new WorldConfigurationProblem("searchesPerPersonDay", $"with the other rates makes about {requests:0} requests a day; at most {MostRequestsPerDay:0} fit"));
        }
    }
}
