using Vitrina.Kernels.Chance;

namespace Vitrina.Simulation.Jobs;

/// <summary>Fills both sides of a market, each posting from its own random streams.</summary>
internal sealed class JobMarketBuilder(JobsConfiguration configuration, ulong seed, long start, long end, int threads)
{
    private readonly double[] _cities = Zipf(configuration.CityCount, configuration.ZipfExponent);
    private readonly double[] _professions = Zipf(configuration.ProfessionCount, configuration.ZipfExponent);

    public JobMarket Build()
    {
        var resumeCount = configuration.ResumeCount;
        var vacancyCount = configuration.VacancyCount;
        var renewals = new long[resumeCount][];
        var market = new JobMarket
        {
            Resumes = new Postings('r', 'p', resumeCount),
            Vacancies = new Postings('v', 'c', vacancyCount),
            ProfessionCount = configuration.ProfessionCount,
            CityCount = configuration.CityCount,
            Quality = new float[resumeCount],
            Leaning = new float[resumeCount],
            ChannelMask = new byte[resumeCount],
            ToleranceKm = new float[resumeCount],
            FoundWorkAt = new long[resumeCount],
            RenewalStart = new int[resumeCount + 1],
            Openings = new int[vacancyCount],
            EmployerLeaning = new float[configuration.EmployerCount],
        };
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
        Parallel.For(0, resumeCount, parallel, resume => renewals[resume] = FillResume(market, resume));
        Parallel.For(0, configuration.EmployerCount, parallel, employer =>
            market.EmployerLeaning[employer] = (float)JobStreams.Open(seed, JobPurpose.Employer, employer).NextGaussian());
        Parallel.For(0, vacancyCount, parallel, vacancy => FillVacancy(market, vacancy));
        for (var resume = 0; resume < resumeCount; resume++)
        {
            market.RenewalStart[resume + 1] = market.RenewalStart[resume] + renewals[resume].Length;
        }

        market.RenewedAt = [.. renewals.SelectMany(of => of)];
        return market;
    }

    private long[] FillResume(JobMarket market, int resume)
    {
        var resumes = market.Resumes;
        var stream = JobStreams.Open(seed, JobPurpose.Resume, resume);
        resumes.Owner[resume] = resume;
        Fill(resumes, resume, ref stream);
        var years = stream.NextExponential(configuration.ExperienceMeanYears);
        resumes.Years[resume] = (byte)Math.Min(40, years);
        resumes.Salary[resume] = Salary(resumes.Cluster[resume], Math.Min(years, 10), ref stream);
        market.Quality[resume] = (float)stream.NextGaussian();
        market.Leaning[resume] = (float)stream.NextGaussian();
        market.ChannelMask[resume] = (byte)(1 | (stream.NextBool(configuration.MaskedCallShare) ? 2 : 0) | (stream.NextBool(configuration.InAppCallShare) ? 4 : 0));
        market.ToleranceKm[resume] = (float)(configuration.DistanceToleranceKm * Math.Exp(0.5 * stream.NextGaussian()));
        return LiveResume(market, resume);
    }

    /// <summary>When a resume is published, renewed, forgotten and withdrawn.</summary>
    private long[] LiveResume(JobMarket market, int resume)
    {
        var stream = JobStreams.Open(seed, JobPurpose.ResumeLife, resume);
        var resumes = market.Resumes;
        var published = Published(ref stream);
        var found = Later(published, stream.NextExponential(configuration.SearchMeanDays));
        var isWithdrawn = stream.NextBool(configuration.WithdrawShare);
        var withdrawn = Later(found, stream.NextExponential(configuration.WithdrawMeanDays));
        var runsOut = Later(published, configuration.ListingDays);
        resumes.PublishedAt[resume] = published;
        resumes.EndsAt[resume] = isWithdrawn ? Math.Min(withdrawn, runsOut) : runsOut;
        market.FoundWorkAt[resume] = found;
        var renewals = new List<long>();
        if (configuration.RenewalsPerDay > 0)
        {
            var last = Math.Min(found, Math.Min(resumes.EndsAt[resume], end));
            for (var at = Later(published, stream.NextExponential(1 / configuration.RenewalsPerDay)); at < last;
                at = Later(at, Math.Max(1.0 / 1440, stream.NextExponential(1 / configuration.RenewalsPerDay))))
            {
                renewals.Add(at);
            }
        }

        return [.. renewals];
    }

    private void FillVacancy(JobMarket market, int vacancy)
    {
        var vacancies = market.Vacancies;
        var stream = JobStreams.Open(seed, JobPurpose.Vacancy, vacancy);
        var place = stream.NextDouble();
        vacancies.Owner[vacancy] = vacancy < configuration.EmployerCount ? vacancy : (int)(place * place * configuration.EmployerCount);
        Fill(vacancies, vacancy, ref stream);
        var years = stream.NextDouble() switch { < 0.45 => 0, < 0.85 => 1, _ => 3 };
        vacancies.Years[vacancy] = (byte)years;
        vacancies.Salary[vacancy] = Salary(vacancies.Cluster[vacancy], years + 2, ref stream);
        market.Openings[vacancy] = 1 + stream.NextPoisson(configuration.MeanOpenings - 1);
        var life = JobStreams.Open(seed, JobPurpose.VacancyLife, vacancy);
        vacancies.PublishedAt[vacancy] = Published(ref life);
        vacancies.EndsAt[vacancy] = Later(vacancies.PublishedAt[vacancy], configuration.ListingDays);
    }

    private void Fill(Postings postings, int posting, ref RandomStream stream)
    {
        var city = stream.NextIndex(_cities);
        postings.Cluster[posting] = city * configuration.ProfessionCount + stream.NextIndex(_professions);
        postings.East[posting] = (float)(configuration.CitySpreadKm * stream.NextGaussian());
        postings.North[posting] = (float)(configuration.CitySpreadKm * stream.NextGaussian());
        var kind = stream.NextDouble();
        postings.Employment[posting] = kind < configuration.PartTimeShare ? (byte)1
            : kind < configuration.PartTimeShare + configuration.ProjectShare ? (byte)2
            : kind < configuration.PartTimeShare + configuration.ProjectShare + configuration.ShiftShare ? (byte)3 : (byte)0;
        postings.Schedule[posting] = stream.NextDouble() switch { < 0.45 => 0, < 0.75 => 1, < 0.93 => 2, _ => 3 };
        postings.Attraction[posting] = (float)stream.NextGaussian();
        postings.Responsiveness[posting] = (float)stream.NextGaussian();
        postings.Activity[posting] = (float)Math.Exp(configuration.ActivitySpread * stream.NextGaussian() - configuration.ActivitySpread * configuration.ActivitySpread / 2);
    }

    /// <summary>A usual salary of the profession, rising by 3 % with each year of experience, in thousands of roubles.</summary>
    private int Salary(int cluster, double years, ref RandomStream stream)
    {
        var usual = Vocabulary.Professions[cluster % configuration.ProfessionCount].Salary;
        var salary = usual * (1 + 0.03 * years) * Math.Exp(configuration.SalarySpread * stream.NextGaussian());
        return (int)Math.Clamp(Math.Round(salary / 1000), 10, 10_000) * 1000;
    }

    private long Published(ref RandomStream stream)
    {
        var isNew = stream.NextBool(configuration.NewResumeShare);
        var place = stream.NextDouble();
        return Whole(isNew ? start + (long)(place * (end - start)) : start - (long)(place * configuration.ListingDays * TimeSpan.TicksPerDay));
    }

    /// <summary>Days later, in whole seconds.</summary>
    public static long Later(long at, double days) => Whole(at + (long)(Math.Min(days, 100_000) * TimeSpan.TicksPerDay));

    private static long Whole(long ticks) => ticks - ticks % TimeSpan.TicksPerSecond;

    private static double[] Zipf(int count, double exponent)
    {
        var cumulative = new double[count];
        double sum = 0;
        for (var rank = 0; rank < count; rank++)
        {
            cumulative[rank] = sum += Math.Pow(rank + 1, -exponent);
        }

        return cumulative;
    }
}
