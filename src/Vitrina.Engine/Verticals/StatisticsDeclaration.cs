using System.Collections.ObjectModel;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Vitrina.Engine.Verticals;

/// <summary>What is counted, and over which windows.</summary>
public sealed record StatisticsDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>Windows of the counts, whole days: today so far and the days before it.</summary>
    [Description("Windows of the counts in whole days: today so far and the days before it.")]
    [Range(typeof(TimeSpan), "1.00:00:00", "366.00:00:00")]
    public IReadOnlyList<TimeSpan> Windows { get; init; } = [TimeSpan.FromDays(1), TimeSpan.FromDays(7), TimeSpan.FromDays(28)];

    /// <summary>Time in which a decayed count halves. Seven days: one full cycle of weekdays.</summary>
    [Description("Time in which a decayed count halves.")]
    [Range(typeof(TimeSpan), "00:01:00", "366.00:00:00")]
    public TimeSpan HalfLife { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Statistics per offer (price bin × delivery bin); absent: none are kept.</summary>
    [Description("Statistics per offer (price bin and delivery bin); absent: none are kept.")]
    public OffersDeclaration? Offers { get; init; }

    /// <summary>Which pairs are counted.</summary>
    [Description("Which pairs are counted.")]
    public PairsDeclaration Pairs { get; init; } = new();
}

/// <summary>When an offer's price and delivery bins follow a change.</summary>
public enum OfferSmoothing
{
    /// <summary>One step of two bins or more per Init where the thresholds moved; at once where the item's own price or delivery changed.</summary>
    Thresholds,

    /// <summary>One step of two bins or more per Init, whatever moved: the rule as Ozon published it.</summary>
    Everything,

    /// <summary>Always at once.</summary>
    None,
}

/// <summary>Statistics per offer.</summary>
public sealed record OffersDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>When bins follow a change.</summary>
    [Description("When bins follow a change: thresholds (slowly where thresholds moved, at once where the item changed), everything (slowly), none (at once).")]
    public OfferSmoothing Smoothing { get; init; }

    /// <summary>Length of the history that the first state of the offers is computed from.</summary>
    [Description("Length of the history from which the first state of the offers is computed.")]
    [Range(typeof(TimeSpan), "1.00:00:00", "366.00:00:00")]
    public TimeSpan Init { get; init; } = TimeSpan.FromDays(28);

    /// <summary>Items from which a type has deciles of its own; a smaller one takes its parent's. 50: five items a bin.</summary>
    [Description("Items from which a type has deciles of its own; a smaller one takes its parent's.")]
    [Range(5, 1_000_000)]
    public int MinItems { get; init; } = 50;

    /// <summary>How the same product from other sellers is found: <c>auto</c>, <c>off</c>, or the text attribute to compare.</summary>
    [Description("How the same product from other sellers is found where items.matchGroup names no attribute: auto (by the text attribute title), off, or another text attribute.")]
    public string Match { get; init; } = MatchAuto;

    /// <summary>Found by the text attribute <c>title</c>, where there is one and <c>items.matchGroup</c> names no attribute.</summary>
    public const string MatchAuto = "auto";

    /// <summary>Not found: items have no match group.</summary>
    public const string MatchOff = "off";

    /// <summary>Strength of each level in views: <c>type</c>, <c>matchGroup</c>.</summary>
    [Description("Strength of each level, in views.")]
    [AllowedKeys("type", "matchGroup")]
    public IReadOnlyDictionary<string, double> Priors { get; init; } = ReadOnlyDictionary<string, double>.Empty;
}

/// <summary>Which pairs are counted.</summary>
public sealed record PairsDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>Whether events are counted by query and item.</summary>
    [Description("Whether events are counted by query and item.")]
    public bool Query { get; init; }

    /// <summary>Whether items seen by the same user are counted together.</summary>
    [Description("Whether items of the same user are counted together.")]
    public bool Items { get; init; }
}
