namespace Vitrina.Experimentation.Schedules;

/// <summary>How the arms of a switchback are drawn.</summary>
public enum ScheduleKind
{
    /// <summary>An independent coin per cluster and period.</summary>
    Bernoulli,

    /// <summary>Per cluster, exactly the treated share of the periods, in random order; a remainder is settled by a coin.</summary>
    Balanced,

    /// <summary>Balanced within each stratum of periods (weekday × hour) of a cluster.</summary>
    Stratified,

    /// <summary>Neighbouring periods as AB or BA, a coin per pair.</summary>
    Pairs,

    /// <summary>Coins only at the switch points that are minimax for carry-over over a known number of periods.</summary>
    Minimax,
}

/// <summary>The design of a switchback's schedule: together with a seed it says every arm, and without one the reference distribution.</summary>
/// <remarks>What is enforced here (a switch in every cluster, an acceptance rule) holds in the reference distribution too.</remarks>
public sealed record ScheduleDesign
{
    /// <summary>How arms are drawn.</summary>
    public required ScheduleKind Kind { get; init; }

    /// <summary>Number of periods, at least 2.</summary>
    public required int PeriodCount { get; init; }

    /// <summary>The clusters, in the order of the schedule's rows.</summary>
    public required IReadOnlyList<string> Clusters { get; init; }

    /// <summary>Share of treated periods, in (0, 1). Pairs and minimax need 0.5.</summary>
    public double TreatedShare { get; init; } = 0.5;

    /// <summary>Periods over which an arm still acts; only <see cref="ScheduleKind.Minimax"/> reads it.</summary>
    public int CarryOverPeriods { get; init; }

    /// <summary>One coin for all clusters instead of one for each. The period is then the unit of the analysis.</summary>
    public bool IsCommon { get; init; }

    /// <summary>Every cluster sees both arms: paths without a switch are drawn again.</summary>
    public bool RequiresSwitch { get; init; } = true;

    /// <summary>Re-randomisation: the largest accepted distance between a period's share of treated clusters and <see cref="TreatedShare"/>; 1 accepts all.</summary>
    public double MaxPeriodImbalance { get; init; } = 1;

    /// <summary>The stratum of each period, for <see cref="ScheduleKind.Stratified"/>; see <see cref="PeriodCalendar.StratumOf"/>.</summary>
    public IReadOnlyList<int> Strata { get; init; } = [];

    /// <summary>What is wrong with the design, in a sentence; null when it can be drawn.</summary>
    public string? FindMistake() => this switch
    {
        { Clusters.Count: 0 } => "a schedule needs at least one cluster",
        { PeriodCount: < 2 } => "a schedule needs at least two periods",
        { TreatedShare: not (> 0 and < 1) } => "the treated share must lie between 0 and 1",
        { Kind: ScheduleKind.Pairs or ScheduleKind.Minimax, TreatedShare: not 0.5 } => "pairs and minimax schedules treat half of the time: the treated share must be 0.5",
        { Kind: ScheduleKind.Minimax, CarryOverPeriods: < 0 } => "the carry-over must not be negative",
        { Kind: ScheduleKind.Minimax, CarryOverPeriods: > 0 } when PeriodCount < 4 * CarryOverPeriods => "a minimax schedule needs at least four times its carry-over in periods",
        { Kind: ScheduleKind.Stratified } when Strata.Count != PeriodCount => "a stratified schedule needs the stratum of every period",
        { MaxPeriodImbalance: not (> 0 and <= 1) } => "the accepted imbalance must lie in (0, 1]",
        { IsCommon: true, MaxPeriodImbalance: < 1 } => "a common schedule is never balanced within a period; drop the acceptance rule",
        _ when Clusters.Distinct(StringComparer.Ordinal).Count() != Clusters.Count => "a cluster is named twice",
        _ => null,
    };

    /// <summary>Periods, from 0, at which a minimax schedule tosses a coin: {0, 2m, 3m, …, (n − 2)m} for T = nm; every period for m = 0.</summary>
    /// <remarks>Bojinov, Simchi-Levi and Zhao, "Design and Analysis of Switchback Experiments", Management Science 2023, theorem 2. A remainder of T/m lengthens the last block.</remarks>
    public static int[] MinimaxPoints(int periodCount, int carryOverPeriods)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(carryOverPeriods);
        if (carryOverPeriods == 0)
        {
            return [.. Enumerable.Range(0, periodCount)];
        }

        var blocks = periodCount / carryOverPeriods;
        return [0, .. Enumerable.Range(2, Math.Max(0, blocks - 3)).Select(block => block * carryOverPeriods)];
    }
}
