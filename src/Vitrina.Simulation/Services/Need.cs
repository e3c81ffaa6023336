namespace Vitrina.Simulation.Services;

/// <summary>What an order asks for, and what it is worth to a specialist.</summary>
internal static class Need
{
    /// <summary>Draws the need behind a key.</summary>
    /// <param name="configuration">The world's parameters.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="needKey">The key of the order's first listing.</param>
    /// <param name="need">Receives the vector, shape [SkillDimensions].</param>
    /// <returns>Kilometres east and north of the city's centre.</returns>
    public static (double East, double North) Draw(ServicesConfiguration configuration, ulong seed, long needKey, Span<double> need)
    {
        var stream = Streams.Open(seed, StreamPurpose.Order, needKey);
        for (var dimension = 0; dimension < need.Length; dimension++)
        {
            need[dimension] = stream.NextGaussian();
        }

        var place = Streams.Open(seed, StreamPurpose.OrderPlace, needKey);
        return People.Place(ref place, configuration.CityRadiusKm);
    }

    /// <summary>Skill times need over the root of their dimensions, less the way there.</summary>
    public static double Utility(ServicesConfiguration configuration, People people, int specialist, ReadOnlySpan<double> need, (double East, double North) place)
    {
        var skill = people.Skill.AsSpan(specialist * need.Length, need.Length);
        var product = 0.0;
        for (var dimension = 0; dimension < need.Length; dimension++)
        {
            product += skill[dimension] * need[dimension];
        }

        var utility = product / Math.Sqrt(need.Length);
        return configuration.DistanceWeight > 0 ? utility - configuration.DistanceWeight * Kilometres(people, specialist, place) : utility;
    }

    /// <summary>The way from a specialist to a place of its city.</summary>
    public static double Kilometres(People people, int specialist, (double East, double North) place)
    {
        var (east, north) = (people.East[specialist] - place.East, people.North[specialist] - place.North);
        return Math.Sqrt(east * east + north * north);
    }

    /// <summary>The probability that a specialist responds to an order when examining it.</summary>
    public static double ResponseProbability(ServicesConfiguration configuration, double utility, Arm arm)
    {
        var probability = 1 / (1 + Math.Exp(-(configuration.ResponseIntercept + configuration.ResponseSlope * utility)));
        return arm == Arm.B ? 1 - (1 - probability) * (1 - configuration.TreatmentIncentive) : probability;
    }
}
