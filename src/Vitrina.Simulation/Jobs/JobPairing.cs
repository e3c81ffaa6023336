namespace Vitrina.Simulation.Jobs;

/// <summary>The truth about a pair: a resume and a vacancy, seen from the side that looks.</summary>
/// <remarks>
/// Misfit is what keeps the two apart, in log-odds. Who looks heeds a part of it (and is taken in by looks), who answers another part,
/// and the deal all of it. So what draws contacts and what ends in a deal are different orders.
/// </remarks>
internal sealed class JobPairing
{
    private const double LargestDistance = 4;
    private const int LargestShortageYears = 3;

    private readonly JobsConfiguration _configuration;
    private readonly JobMarket _market;
    private readonly double[] _responseLogits;
    private readonly double[] _channelUse;
    private readonly double _contactShift;
    private readonly double _dealLogit;

    public JobPairing(JobsConfiguration configuration, JobMarket market)
    {
        _configuration = configuration;
        _market = market;
        _responseLogits = [Logit(configuration.ChatResponseProbability), Logit(configuration.MaskedCallResponseProbability), Logit(configuration.InAppCallResponseProbability)];
        _channelUse = [configuration.ChatUse, configuration.MaskedCallUse, configuration.InAppCallUse];
        _contactShift = Logit(configuration.ContactProbability);
        _dealLogit = Logit(configuration.DealProbability);
    }

    /// <summary>Kilometres between home and work; infinite between cities.</summary>
    public double DistanceKm(int resume, int vacancy)
    {
        var (resumes, vacancies) = (_market.Resumes, _market.Vacancies);
        if (_market.CityOf(resumes.Cluster[resume]) != _market.CityOf(vacancies.Cluster[vacancy]))
        {
            return double.PositiveInfinity;
        }

        double east = resumes.East[resume] - vacancies.East[vacancy];
        double north = resumes.North[resume] - vacancies.North[vacancy];
        return Math.Sqrt(east * east + north * north);
    }

    /// <summary>What keeps the pair apart, log-odds, at least 0.</summary>
    public double Misfit(int resume, int vacancy) => Parts(resume, vacancy).Sum;

    /// <summary>The largest reason why the person would not take the work, as a refusal names it.</summary>
    public string Reason(int resume, int vacancy)
    {
        var parts = Parts(resume, vacancy);
        var largest = Math.Max(Math.Max(parts.Employment, parts.Schedule), Math.Max(parts.Salary, parts.Distance));
        return largest <= 0 ? "other"
            : largest == parts.Employment ? "employment"
            : largest == parts.Salary ? "salary"
            : largest == parts.Distance ? "distance" : "schedule";
    }

    /// <summary>Probability that the side that looks opens a posting which it examines.</summary>
    public double ClickProbability(JobSide side, int resume, int vacancy, long at)
    {
        var noise = _configuration.NoiseClickProbability;
        return noise + (1 - noise) * Sigmoid(Appeal(side, resume, vacancy, at));
    }

    /// <summary>Probability of a contact after it was opened.</summary>
    public double ContactAfterClick(JobSide side, int resume, int vacancy, long at) =>
        Sigmoid(_contactShift + 0.5 * (Appeal(side, resume, vacancy, at) - _configuration.ClickIntercept));

    /// <summary>Probability of a contact when examined.</summary>
    public double ContactProbability(JobSide side, int resume, int vacancy, long at) =>
        ClickProbability(side, resume, vacancy, at) * ContactAfterClick(side, resume, vacancy, at);

    /// <summary>Probability that a contact takes a channel. People write to vacancies; employers choose among what the resume offers.</summary>
    public double ChannelProbability(JobSide side, int resume, int vacancy, int channel)
    {
        if (side == JobSide.Person)
        {
            return channel == 0 ? 1 : 0;
        }

        double sum = 0;
        double own = 0;
        for (var other = 0; other < _channelUse.Length; other++)
        {
            var weight = (_market.ChannelMask[resume] >> other & 1) * _channelUse[other]
                * Math.Exp((other == 0 ? 0.5 : -0.5) * _market.EmployerLeaning[_market.Vacancies.Owner[vacancy]]);
            sum += weight;
            own = other == channel ? weight : own;
        }

        // Nobody offers nothing: a resume can always be written to.
        return sum > 0 ? own / sum : channel == 0 ? 1 : 0;
    }

    /// <summary>Probability that the other side answers with interest.</summary>
    /// <param name="side">Who made the contact.</param>
    /// <param name="resume">The resume.</param>
    /// <param name="vacancy">The vacancy.</param>
    /// <param name="channel">The way of contact.</param>
    /// <param name="hasFoundWork">Whether the person has found work by then.</param>
    public double ResponseProbability(JobSide side, int resume, int vacancy, int channel, bool hasFoundWork)
    {
        if (side == JobSide.Employer && hasFoundWork)
        {
            return _configuration.StaleResponseProbability;
        }

        var parts = Parts(resume, vacancy);
        var heeded = side == JobSide.Employer ? parts.Sum - parts.Experience : parts.Sum;
        var answering = side == JobSide.Employer ? _market.Resumes.Responsiveness[resume] : _market.Vacancies.Responsiveness[vacancy];
        var leaning = side == JobSide.Employer ? (channel == 0 ? 1 : -1) * _market.Leaning[resume] : 0;
        return Sigmoid(_responseLogits[channel] + _configuration.ResponsivenessWeight * answering + _configuration.ChannelLeaning * leaning - _configuration.ResponseFitShare * heeded);
    }

    /// <summary>Probability of a deal after a response with interest; 0 when the person has found work.</summary>
    public double DealAfterResponse(int resume, int vacancy, bool hasFoundWork) => hasFoundWork
        ? 0
        : Sigmoid(_dealLogit + _configuration.QualityWeight * _market.Quality[resume] - Misfit(resume, vacancy));

    /// <summary>Probability of a deal when examined: contact, response over the channels, deal.</summary>
    public double DealProbability(JobSide side, int resume, int vacancy, long at, bool hasFoundWork)
    {
        double response = 0;
        for (var channel = 0; channel < _channelUse.Length; channel++)
        {
            var use = ChannelProbability(side, resume, vacancy, channel);
            response += use > 0 ? use * ResponseProbability(side, resume, vacancy, channel, hasFoundWork) : 0;
        }

        return ContactProbability(side, resume, vacancy, at) * response * DealAfterResponse(resume, vacancy, hasFoundWork);
    }

    private double Appeal(JobSide side, int resume, int vacancy, long at)
    {
        var parts = Parts(resume, vacancy);
        var (attraction, sign, heeded) = side == JobSide.Employer
            ? (_market.Resumes.Attraction[resume], _market.LastSignOfLife(resume, at), parts.Sum)
            : (_market.Vacancies.Attraction[vacancy], _market.Vacancies.PublishedAt[vacancy], parts.Sum - parts.Experience);
        var days = Math.Max(0, at - sign) / (double)TimeSpan.TicksPerDay;
        return _configuration.ClickIntercept + _configuration.AttractionWeight * attraction
            - _configuration.ContactFitShare * heeded - _configuration.FreshnessWeight * Math.Log(1 + days);
    }

    private Misfits Parts(int resume, int vacancy)
    {
        var (resumes, vacancies) = (_market.Resumes, _market.Vacancies);
        var gap = Math.Log((double)resumes.Salary[resume] / vacancies.Salary[vacancy]);
        var shortage = Math.Clamp(vacancies.Years[vacancy] - resumes.Years[resume], 0, LargestShortageYears);
        var distance = Math.Min(DistanceKm(resume, vacancy) / _market.ToleranceKm[resume], LargestDistance);
        var isOtherJob = _market.ProfessionOf(resumes.Cluster[resume]) != _market.ProfessionOf(vacancies.Cluster[vacancy]);
        return new Misfits(
            resumes.Employment[resume] == vacancies.Employment[vacancy] ? 0 : _configuration.EmploymentWeight,
            resumes.Schedule[resume] == vacancies.Schedule[vacancy] ? 0 : _configuration.ScheduleWeight,
            _configuration.SalaryWeight * Math.Max(0, gap),
            _configuration.ExperienceWeight * shortage,
            _configuration.DistanceWeight * distance,
            isOtherJob ? _configuration.ProfessionPenalty : 0);
    }

    private static double Sigmoid(double logOdds) => 1 / (1 + Math.Exp(-logOdds));

    private static double Logit(double probability) => Math.Log(probability / (1 - probability));

    private readonly record struct Misfits(double Employment, double Schedule, double Salary, double Experience, double Distance, double Profession)
    {
        public double Sum => Employment + Schedule + Salary + Experience + Distance + Profession;
    }
}
