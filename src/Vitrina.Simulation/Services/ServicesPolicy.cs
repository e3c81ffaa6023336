using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Simulation.Services;

/// <summary>An experiment's variant: A is the present ranking, B the treatment.</summary>
public enum Arm
{
    /// <summary>The present ranking: newest first.</summary>
    A,

    /// <summary>The treatment, as the world's configuration describes it.</summary>
    B,
}

/// <summary>Which arm answers a session.</summary>
/// <param name="market">The specialist's home market (cluster), from 0.</param>
/// <param name="specialist">The specialist, from 0.</param>
/// <param name="hours">Hours since the start of the history.</param>
/// <remarks>Must be a pure function: markets may ask from several threads.</remarks>
public delegate Arm ServicesPolicy(int market, int specialist, double hours);

/// <summary>The designs of experiments as policies.</summary>
public static class ServicesPolicies
{
    private const string SpecialistPurpose = "services-specialist-arm";
    private const string MarketPurpose = "services-market-arm";
    private const string PeriodPurpose = "services-period-arm";

    /// <summary>Everybody is in arm A.</summary>
    public static ServicesPolicy AllA { get; } = (_, _, _) => Arm.A;

    /// <summary>Everybody is in arm B.</summary>
    public static ServicesPolicy AllB { get; } = (_, _, _) => Arm.B;

    /// <summary>A fair coin for each specialist.</summary>
    public static ServicesPolicy BySpecialist(ulong seed) => (_, specialist, _) => Coin(seed, SpecialistPurpose, (ulong)specialist);

    /// <summary>Half of the markets, drawn at random, are in arm B.</summary>
    public static ServicesPolicy ByMarket(ulong seed, int marketCount)
    {
        var markets = new int[marketCount];
        for (var market = 0; market < marketCount; market++)
        {
            markets[market] = market;
        }

        var stream = RandomStream.For(seed, MarketPurpose);
        stream.Shuffle<int>(markets);
        var arms = new Arm[marketCount];
        for (var place = 0; place < marketCount / 2; place++)
        {
            arms[markets[place]] = Arm.B;
        }

        return (market, _, _) => arms[market];
    }

    /// <summary>A fair coin for each market and period.</summary>
    /// <param name="seed">Draws the schedule.</param>
    /// <param name="periodHours">Length of a period, above 0.</param>
    public static ServicesPolicy Switchback(ulong seed, double periodHours)
    {
        RequirePeriod(periodHours);
        return (market, _, hours) => Coin(seed, PeriodPurpose, Hash.Combine((ulong)market, (ulong)(long)(hours / periodHours)));
    }

    /// <summary>A stored schedule.</summary>
    /// <param name="schedule">Arms by market and period; what lies behind the last period has the last one's arm.</param>
    /// <param name="periodHours">Length of a period, above 0.</param>
    public static ServicesPolicy Switchback(IReadOnlyList<IReadOnlyList<Arm>> schedule, double periodHours)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        RequirePeriod(periodHours);
        Arm[][] arms = [.. schedule.Select(market => market.Count > 0 ? market.ToArray() : throw new ArgumentException("A market without a period.", nameof(schedule)))];
        return (market, _, hours) => arms[market][Math.Min((int)(hours / periodHours), arms[market].Length - 1)];
    }

    private static void RequirePeriod(double periodHours)
    {
        if (!(periodHours > 0) || !double.IsFinite(periodHours))
        {
            throw new ArgumentOutOfRangeException(nameof(periodHours), periodHours, "A period is longer than nothing.");
        }
    }

    private static Arm Coin(ulong seed, string purpose, ulong entity)
    {
        var stream = RandomStream.For(seed, purpose, entity);
        return stream.NextBool(0.5) ? Arm.B : Arm.A;
    }
}
