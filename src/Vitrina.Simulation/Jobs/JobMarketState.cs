namespace Vitrina.Simulation.Jobs;

/// <summary>What the platform itself has changed in one drive: who is listed, who met whom, who was hired, how many a vacancy still takes.</summary>
internal sealed class JobMarketState(JobMarket market)
{
    private readonly bool[] _isResumeListed = new bool[market.Resumes.Count];
    private readonly bool[] _isVacancyListed = new bool[market.Vacancies.Count];
    private readonly long[] _hiredAt = Enumerable.Repeat(long.MaxValue, market.Resumes.Count).ToArray();
    private readonly int[] _openings = [.. market.Openings];
    private readonly HashSet<(int Resume, int Vacancy, JobSide Side)> _met = [];

    /// <summary>Contacts each resume has had from employers. Shape [resumes].</summary>
    public int[] ContactsOfResume { get; } = new int[market.Resumes.Count];

    /// <summary>Whether each resume was listed at any time. Shape [resumes].</summary>
    public bool[] WasListed { get; } = new bool[market.Resumes.Count];

    public void List(JobSide side, int posting)
    {
        if (side == JobSide.Employer)
        {
            WasListed[posting] = true;
        }

        Listed(side)[posting] = true;
    }

    /// <summary>Ends a listing.</summary>
    /// <returns>False when it was not listed.</returns>
    public bool Unlist(JobSide side, int posting)
    {
        var listed = Listed(side);
        var was = listed[posting];
        listed[posting] = false;
        return was;
    }

    public bool IsListed(JobSide side, int posting) => Listed(side)[posting];

    /// <summary>Whether a person has found work, elsewhere or here.</summary>
    public bool HasFoundWork(int resume, long at) => at >= market.FoundWorkAt[resume] || at >= _hiredAt[resume];

    public bool HasOpenings(int vacancy) => _openings[vacancy] > 0;

    /// <summary>Notes that one side wrote to the other; each does so once.</summary>
    /// <returns>False when it did before.</returns>
    public bool TryMeet(int resume, int vacancy, JobSide side)
    {
        var isNew = _met.Add((resume, vacancy, side));
        if (isNew && side == JobSide.Employer)
        {
            ContactsOfResume[resume]++;
        }

        return isNew;
    }

    /// <summary>Hires, when both are still free.</summary>
    public bool TryHire(int resume, int vacancy, long at)
    {
        if (HasFoundWork(resume, at) || _openings[vacancy] == 0)
        {
            return false;
        }

        _hiredAt[resume] = at;
        _openings[vacancy]--;
        return true;
    }

    private bool[] Listed(JobSide side) => side == JobSide.Employer ? _isResumeListed : _isVacancyListed;
}
