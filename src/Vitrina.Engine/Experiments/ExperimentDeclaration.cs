using System.Collections.ObjectModel;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Experiments;

/// <summary>How an experiment compares its arms.</summary>
public enum ExperimentKind
{
    /// <summary>Every unit keeps one arm.</summary>
    Ab,

    /// <summary>Every page is drafted from the orders of two arms, and each item remembers its team.</summary>
    Interleaving,

    /// <summary>Every cluster of the market takes turns between two arms, by a stored schedule.</summary>
    Switchback,
}

/// <summary>What is given an arm.</summary>
public enum UnitKind
{
    /// <summary>The user of the request; requests without one take no part.</summary>
    User,

    /// <summary>The session of the request; requests without one take no part.</summary>
    Session,

    /// <summary>The user, and the session where there is none.</summary>
    Visitor,

    /// <summary>The cluster of the market that the request belongs to.</summary>
    Cluster,
}

/// <summary>Which requests of an A/B or interleaving experiment count as exposures.</summary>
public enum ExposureRule
{
    /// <summary>Those whose page would differ under another arm.</summary>
    Differs,

    /// <summary>All that were answered by an arm.</summary>
    Assigned,
}

/// <summary>How the arms of a switchback alternate.</summary>
public enum ScheduleKind
{
    /// <summary>A coin for every cluster and period.</summary>
    Bernoulli,

    /// <summary>Each cluster has each arm equally often.</summary>
    Balanced,

    /// <summary>Each cluster has each arm equally often on each weekday and hour.</summary>
    Stratified,

    /// <summary>Pairs of periods, AB or BA by a coin.</summary>
    Pairs,

    /// <summary>The switch points that minimise the worst-case variance under carry-over (Bojinov, Simchi-Levi, Zhao, 2023).</summary>
    Minimax,
}

/// <summary>An experiment as it is designed: what is compared, on whom, and by which numbers it is judged.</summary>
public sealed record ExperimentDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>The experiment's name: unique in an installation.</summary>
    [Description("The experiment's name: unique in an installation.")]
    [RegularExpression("^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$")]
    public required string Name { get; init; }

    /// <summary>What is asked, in words.</summary>
    [Description("What is asked, in words.")]
    public string? Description { get; init; }

    /// <summary>How the arms are compared.</summary>
    [Description("ab, interleaving or switchback.")]
    public required ExperimentKind Kind { get; init; }

    /// <summary>The vertical.</summary>
    [Description("The vertical.")]
    public required string Vertical { get; init; }

    /// <summary>The surface whose answers differ by arm.</summary>
    [Description("The surface whose answers differ by arm.")]
    public required string Surface { get; init; }

    /// <summary>The arms; the first is the control.</summary>
    [Description("The arms, 2 to 10; the first is the control.")]
    public required IReadOnlyList<ArmDeclaration> Arms { get; init; }

    /// <summary>Share of each arm's units that take part.</summary>
    [Description("Share of each arm's units that take part; raising it moves nobody to another arm.")]
    [Range(0.0, 1.0)]
    public double Traffic { get; init; } = 1;

    /// <summary>What the hash mixes with the unit; absent: the experiment's name.</summary>
    [Description("What the hash mixes with the unit; absent: the experiment's name.")]
    [RegularExpression("^[^\\x00-\\x1f]{1,100}$")]
    public string? Salt { get; init; }

    /// <summary>The hash that assigns.</summary>
    [Description("The hash that assigns: wide (64 bits), fnvV2 or fnvV1 (as GrowthBook's SDKs).")]
    public AssignmentHashKind Hash { get; init; }

    /// <summary>What is given an arm.</summary>
    [Description("What is given an arm: user, session, visitor or cluster.")]
    public UnitKind Unit { get; init; }

    /// <summary>A share of traffic that experiments of one layer divide among themselves; absent: independent of all others.</summary>
    [Description("Experiments of one layer exclude each other; absent: independent of all others.")]
    public LayerDeclaration? Layer { get; init; }

    /// <summary>Who takes part: values by trait of the request.</summary>
    [Description("Who takes part: accepted values by trait (context.KEY, user.ATTRIBUTE, filter.ATTRIBUTE, item.ATTRIBUTE, or a bare name).")]
    [OneOrMany]
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Targeting { get; init; } = ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;

    /// <summary>The numbers by which it is judged.</summary>
    [Description("The numbers by which it is judged: metrics of the vertical.")]
    public required MetricsDeclaration Metrics { get; init; }

    /// <summary>How long it is meant to run.</summary>
    [Description("How long it is meant to run.")]
    [Range(typeof(TimeSpan), "00:01:00", "400.00:00:00")]
    public TimeSpan? PlannedLength { get; init; }

    /// <summary>Which requests count as exposures; absent: differs where the arms share their candidates, else assigned.</summary>
    [Description("Which requests count as exposures: differs (the page would differ under another arm) or assigned.")]
    public ExposureRule? Exposure { get; init; }

    /// <summary>The parts of the market.</summary>
    [Description("The parts of the market, for switchbacks and the unit cluster.")]
    public ClustersDeclaration? Clusters { get; init; }

    /// <summary>How a switchback's arms alternate.</summary>
    [Description("How a switchback's arms alternate.")]
    public ScheduleDeclaration? Schedule { get; init; }

    /// <summary>The arms' weights, in order.</summary>
    internal double[] Weights() => [.. Arms.Select(arm => arm.Weight)];
}

/// <summary>One variant: what the surface does differently. Everything that is absent stays as the vertical's file says.</summary>
public sealed record ArmDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>The arm's name.</summary>
    [Description("The arm's name.")]
    [RegularExpression("^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,31}$")]
    public required string Name { get; init; }

    /// <summary>Its share of the units; all add up to 1.</summary>
    [Description("Its share of the units; all add up to 1.")]
    [Range(0.0, 1.0)]
    public double Weight { get; init; } = 0.5;

    /// <summary>The model that scores: <c>name</c> for its serving version, <c>name/version</c> for that one.</summary>
    [Description("The model that scores: name for its serving version, name/version for that one, none for the fallback.")]
    public string? Model { get; init; }

    /// <summary>What scores when there is no model.</summary>
    [Description("What scores when there is no model.")]
    public ScoreFallback? Fallback { get; init; }

    /// <summary>Added to the score: weight times feature; a missing feature adds nothing.</summary>
    [Description("Added to the score: weight times feature; a missing feature adds nothing.")]
    public IReadOnlyDictionary<string, double>? Weights { get; init; }

    /// <summary>The rules of the page.</summary>
    [Description("The rules of the page, as the vertical's file writes them.")]
    [Discriminator("rule", "section")]
    public IReadOnlyList<KindDeclaration>? Mix { get; init; }

    /// <summary>Randomisation of the top.</summary>
    [Description("Randomisation of the top; temperature 0: none.")]
    public ExploreDeclaration? Explore { get; init; }

    /// <summary>Where candidates come from.</summary>
    [Description("Where candidates come from, as the vertical's file writes it.")]
    public IReadOnlyList<KindDeclaration>? Sources { get; init; }

    /// <summary>Which candidates are taken out.</summary>
    [Description("Which candidates are taken out, as the vertical's file writes it.")]
    public IReadOnlyList<KindDeclaration>? Filters { get; init; }

    /// <summary>Items on a page when the request does not say.</summary>
    [Description("Items on a page when the request does not say.")]
    [Range(1, 1000)]
    public int? Size { get; init; }

    /// <summary>The surface's options that the arm sets.</summary>
    internal IEnumerable<string> Options()
    {
        (string Name, bool IsSet)[] options =
        [
            ("model", Model is not null), ("fallback", Fallback is not null), ("weights", Weights is not null), ("mix", Mix is not null),
            ("explore", Explore is not null), ("sources", Sources is not null), ("filters", Filters is not null), ("size", Size is not null),
        ];
        return options.Where(option => option.IsSet).Select(option => option.Name);
    }

    /// <summary>True when the arm has other candidates or another page size: its page cannot be compared on one set of candidates.</summary>
    internal bool ChangesCandidates => Sources is not null || Filters is not null || Size is not null;
}

/// <summary>A part of the traffic of a layer: units outside it never see the experiment.</summary>
public sealed record LayerDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>The layer's name.</summary>
    [Description("The layer's name.")]
    [RegularExpression("^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$")]
    public required string Name { get; init; }

    /// <summary>Where its part begins.</summary>
    [Description("Where its part of the layer's units begins.")]
    [Range(0.0, 1.0)]
    public double From { get; init; }

    /// <summary>Where its part ends; itself outside.</summary>
    [Description("Where its part ends, itself outside.")]
    [Range(0.0, 1.0)]
    public double To { get; init; } = 1;
}

/// <summary>The metrics of an experiment, by what they decide.</summary>
public sealed record MetricsDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>What it is run for.</summary>
    [Description("What the experiment is run for: one or two.")]
    [OneOrMany]
    public required IReadOnlyList<string> Primary { get; init; }

    /// <summary>What must not get worse.</summary>
    [Description("What must not get worse.")]
    [OneOrMany]
    public IReadOnlyList<string> Guardrails { get; init; } = [];

    /// <summary>What helps to understand.</summary>
    [Description("What helps to understand.")]
    [OneOrMany]
    public IReadOnlyList<string> Diagnostics { get; init; } = [];

    /// <summary>All names, the primary ones first.</summary>
    public IEnumerable<string> Names() => Primary.Concat(Guardrails).Concat(Diagnostics);
}

/// <summary>How a request and an item are put into parts of the market.</summary>
public sealed record ClustersDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>The traits that name the cluster, as <c>category x city</c>.</summary>
    [Description("The traits that name a request's cluster, as 'category x city'; an item's cluster is named by its attributes of the same names.")]
    public required string By { get; init; }

    /// <summary>Clusters by the value of <see cref="By"/>; absent: the value itself is the cluster.</summary>
    [Description("Clusters by value, parts joined with '/'; absent: the value itself is the cluster.")]
    public IReadOnlyDictionary<string, string>? Map { get; init; }

    /// <summary>The item's traits when they differ from <see cref="By"/>.</summary>
    [Description("The attributes that name an item's cluster, when they differ from 'by'.")]
    public string? ItemsBy { get; init; }

    /// <summary>Clusters by the items' value; absent: <see cref="Map"/>.</summary>
    [Description("Clusters by the items' value; absent: map.")]
    public IReadOnlyDictionary<string, string>? ItemMap { get; init; }

    /// <summary>A name of the map, for the record.</summary>
    [Description("A name of the map, for the record.")]
    public string? MapVersion { get; init; }

    /// <summary>The clusters that take part; absent: those of the map, else those seen in the journal before the start.</summary>
    [Description("The clusters that take part; absent: those of the map, else those of the requests before the start.")]
    public IReadOnlyList<string>? Values { get; init; }
}

/// <summary>How a switchback alternates.</summary>
public sealed record ScheduleDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>The design.</summary>
    [Description("bernoulli, balanced, stratified, pairs or minimax.")]
    public ScheduleKind Kind { get; init; } = ScheduleKind.Balanced;

    /// <summary>How long an arm holds at least.</summary>
    [Description("How long a period is.")]
    [Range(typeof(TimeSpan), "00:01:00", "60.00:00:00")]
    public required TimeSpan Period { get; init; }

    /// <summary>How many periods.</summary>
    [Description("How many periods.")]
    [Range(2, 10000)]
    public required int Periods { get; init; }

    /// <summary>The time zone of the calendar; absent: the vertical's.</summary>
    [Description("The time zone of the calendar; absent: the vertical's.")]
    public string? TimeZone { get; init; }

    /// <summary>Time zones of clusters that have another.</summary>
    [Description("Time zones of clusters that have another.")]
    public IReadOnlyDictionary<string, string> TimeZones { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The local day of the first period; absent: the day after the start.</summary>
    [Description("The local day on which the first period begins, as 2026-12-01; absent: the day after the start.")]
    [RegularExpression(@"^\d{4}-\d{2}-\d{2}$")]
    public string? FirstDay { get; init; }

    /// <summary>What is left out after each switch.</summary>
    [Description("What is left out after each switch.")]
    [Range(typeof(TimeSpan), "00:00:00", "60.00:00:00")]
    public TimeSpan BurnIn { get; init; }

    /// <summary>What is left out before each switch.</summary>
    [Description("What is left out before each switch.")]
    [Range(typeof(TimeSpan), "00:00:00", "60.00:00:00")]
    public TimeSpan BurnOut { get; init; }

    /// <summary>Order of the carry-over, periods; for minimax.</summary>
    [Description("How many periods an arm's effect lasts on, for minimax.")]
    [Range(0, 100)]
    public int CarryOver { get; init; } = 1;

    /// <summary>The largest accepted distance between a period's share of treated clusters and the treatment's weight; 1 accepts all.</summary>
    [Description("Schedules are drawn again until no period's share of treated clusters is farther than this from the treatment's weight; 1 accepts all.")]
    [Range(0.0, 1.0)]
    public double MaxImbalance { get; init; } = 1;

    /// <summary>True draws one schedule for all clusters: the period is then the unit.</summary>
    [Description("True draws one schedule for all clusters: the period is then the unit of analysis.")]
    public bool Common { get; init; }

    /// <summary>The seed of the coins.</summary>
    [Description("The seed of the coins.")]
    public long Seed { get; init; }
}
