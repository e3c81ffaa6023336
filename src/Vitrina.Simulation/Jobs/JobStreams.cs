using Vitrina.Kernels.Chance;

namespace Vitrina.Simulation.Jobs;

/// <summary>What a random stream of an entity decides. A new purpose gets a new number; old ones keep theirs.</summary>
internal enum JobPurpose : ulong
{
    Resume = 201,
    ResumeLife = 202,
    Vacancy = 203,
    VacancyLife = 204,
    Employer = 205,
    VacancyDay = 206,
    PersonDay = 207,
    Session = 208,
    Reading = 209,
    Click = 210,
    Outcome = 211,
    Logging = 212,
    Misjudgement = 213,
}

/// <summary>One stream per entity and purpose, so that a change of one leaves the others as they are.</summary>
internal static class JobStreams
{
    public static RandomStream Open(ulong seed, JobPurpose purpose, long entity, int part = 0) =>
        RandomStream.For(seed, (ulong)entity, (ulong)purpose | ((ulong)(uint)part << 16));

    /// <summary>The stream of a pair: the same whoever met whom first, and under every policy.</summary>
    public static RandomStream OfPair(ulong seed, JobPurpose purpose, int resume, int vacancy, JobSide side) =>
        Open(seed, purpose, ((long)resume << 32) | (uint)vacancy, (int)side);
}
