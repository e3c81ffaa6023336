using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Jobs;

/// <summary>A request of an employer or of a person, with what only the world knows of it.</summary>
internal sealed record JobsRequest : SimulatedRequest
{
    /// <summary>Who looks.</summary>
    public required JobSide Side { get; init; }

    /// <summary>For whom: the vacancy to fill, or the resume of the person.</summary>
    public required int Seeker { get; init; }

    /// <summary>City × profession that is looked into.</summary>
    public required int Cluster { get; init; }

    /// <summary>The employment that is asked for; -1 = any.</summary>
    public required int Employment { get; init; }

    /// <summary>The request as this world made it.</summary>
    /// <exception cref="ArgumentException">Another world made it.</exception>
    public static JobsRequest Of(SimulatedRequest request) =>
        request as JobsRequest ?? throw new ArgumentException("The request was not made by a jobs world.", nameof(request));

    /// <summary>The pair that a shown posting makes with who looks.</summary>
    public (int Resume, int Vacancy) PairWith(int posting) => Side == JobSide.Employer ? (posting, Seeker) : (Seeker, posting);
}
