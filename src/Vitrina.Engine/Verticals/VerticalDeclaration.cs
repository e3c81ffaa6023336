using System.Collections.ObjectModel;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Vitrina.Engine.Verticals;

/// <summary>A domain as its file describes it: attributes, events, metrics, statistics, features, surfaces.</summary>
/// <remarks>Maps keep the order of the file. Names are checked against each other; kinds are bound later, by the vertical compiler.</remarks>
public sealed record VerticalDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>The name in addresses: <c>POST /v1/rank/{vertical}/{surface}</c>.</summary>
    [Description("Name of the vertical, used in addresses: lower-case letters, digits and hyphens.")]
    [RegularExpression("^[a-z][a-z0-9-]*$")]
    public required string Vertical { get; init; }

    /// <summary>IANA name of the time zone that cuts days.</summary>
    [Description("IANA time zone in which days begin and end, for example Europe/Moscow.")]
    public string TimeZone { get; init; } = "UTC";

    /// <summary>Languages of queries and texts, two-letter codes, the main one first.</summary>
    [Description("Languages of queries and texts: two-letter codes, the main one first.")]
    [RegularExpression("^[a-z]{2}$")]
    public IReadOnlyList<string> Languages { get; init; } = ["en"];

    /// <summary>What is ranked.</summary>
    [Description("What is ranked, and its attributes.")]
    public required ItemsDeclaration Items { get; init; }

    /// <summary>Who it is ranked for.</summary>
    [Description("Who it is ranked for, and their attributes.")]
    public PartyDeclaration Users { get; init; } = new();

    /// <summary>Who offers it.</summary>
    [Description("Who offers it, and their attributes.")]
    public PartyDeclaration Sellers { get; init; } = new();

    /// <summary>What can happen, by event type; <c>view</c> is always present.</summary>
    [Description("What can happen: event types with their weights.")]
    [AllowedKeys("view", "click", "favorite", "cart", "order", "cancel", "refund", "hide", "contact", "chat", "response", "refusal", "deal")]
    public IReadOnlyDictionary<string, EventDeclaration> Events { get; init; } = ReadOnlyDictionary<string, EventDeclaration>.Empty;

    /// <summary>Business numbers, by name.</summary>
    [Description("Business numbers that experiments, gates and dashboards report.")]
    [RegularExpression("^[a-zA-Z][a-zA-Z0-9_]*$")]
    public IReadOnlyDictionary<string, MetricDeclaration> Metrics { get; init; } = ReadOnlyDictionary<string, MetricDeclaration>.Empty;

    /// <summary>What is counted, and over which windows.</summary>
    [Description("What is counted, and over which windows.")]
    public StatisticsDeclaration Statistics { get; init; } = new();

    /// <summary>Tables of features computed by the company's own systems, by name.</summary>
    [Description("Tables of features computed by the company's own systems.")]
    [RegularExpression("^[a-zA-Z][a-zA-Z0-9_]*$")]
    public IReadOnlyDictionary<string, TableDeclaration> Tables { get; init; } = ReadOnlyDictionary<string, TableDeclaration>.Empty;

    /// <summary>What the models see, in this order.</summary>
    [Description("What the models see: features by kind, with the kind's parameters.")]
    public IReadOnlyList<KindDeclaration> Features { get; init; } = [];

    /// <summary>Places where lists are shown, by name.</summary>
    [Description("Places where lists are shown, and how each list is made.")]
    [AllowedKeys("search", "groups", "similar", "promoted", "match", "feed", "dispatch")]
    public IReadOnlyDictionary<string, SurfaceDeclaration> Surfaces { get; init; } = ReadOnlyDictionary<string, SurfaceDeclaration>.Empty;

    /// <summary>The text attribute by which the engine finds match groups; null where it finds none.</summary>
    internal string? MatchedBy => Items.MatchGroup is not null || Statistics.Offers is not { Match: not OffersDeclaration.MatchOff } offers
        ? null
        : offers.Match != OffersDeclaration.MatchAuto ? offers.Match
        : Items.Attributes.TryGetValue("title", out var title) && title.Kind == AttributeKind.Text ? "title" : null;

    /// <summary>How the text of queries is understood.</summary>
    [Description("How the text of queries is understood.")]
    public QueryDeclaration Query { get; init; } = new();

    /// <summary>Sets of words that mean the same in this vertical.</summary>
    [Description("Sets of words that mean the same in queries.")]
    public IReadOnlyList<IReadOnlyList<string>> Synonyms { get; init; } = [];
}

/// <summary>The attributes of users or of sellers.</summary>
public sealed record PartyDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>Attributes by name, in the order of the file.</summary>
    [Description("Attributes by name.")]
    [RegularExpression("^[a-zA-Z][a-zA-Z0-9_]*$")]
    public IReadOnlyDictionary<string, AttributeDeclaration> Attributes { get; init; } = ReadOnlyDictionary<string, AttributeDeclaration>.Empty;
}

/// <summary>What can happen to an item, and what it is worth.</summary>
public sealed record EventDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>How much interest the event shows; negative for dislike. No unit: only ratios matter.</summary>
    [Description("How much interest the event shows, relative to the others; negative for dislike.")]
    [Range(-1000.0, 1000.0)]
    public double Weight { get; init; }

    /// <summary>What the event is worth: a number attribute of the item, or the event's field value, price or quantity.</summary>
    [Description("What the event is worth: a number attribute of the item, or the event's field value, price or quantity.")]
    public string? Value { get; init; }

    /// <summary>How long after a view the event is credited to it. Seven days: a weekly shopping cycle.</summary>
    [Description("How long after a view the event is still credited to it.")]
    [Range(typeof(TimeSpan), "00:00:01", "400.00:00:00")]
    public TimeSpan AttributionWindow { get; init; } = TimeSpan.FromDays(7);
}

/// <summary>Whether a larger or a smaller value of a metric is better.</summary>
public enum MetricDirection
{
    /// <summary>Larger is better.</summary>
    Up,

    /// <summary>Smaller is better.</summary>
    Down,
}

/// <summary>A business number: a count or a sum per unit.</summary>
public sealed record MetricDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>The denominator: session, user, item, or a declared event.</summary>
    [Description("Denominator: session, user, item or a declared event.")]
    public required string Per { get; init; }

    /// <summary>The event that is counted; either this or <see cref="Sum"/>.</summary>
    [Description("The event that is counted; either this or sum.")]
    public string? Count { get; init; }

    /// <summary>The event and field that is summed, as <c>order.value</c>; either this or <see cref="Count"/>.</summary>
    [Description("The event and field that is summed, as order.value; either this or count.")]
    [RegularExpression(@"^[a-z]+\.(value|price|quantity)$")]
    public string? Sum { get; init; }

    /// <summary>How soon after the denominator's moment the event must follow; absent: the event's own attribution window.</summary>
    [Description("How soon the event must follow to count; absent: the event's attribution window.")]
    [Range(typeof(TimeSpan), "00:00:01", "400.00:00:00")]
    public TimeSpan? Within { get; init; }

    /// <summary>Unit of the value, for reports.</summary>
    [Description("Unit of the value, for reports.")]
    public string? Unit { get; init; }

    /// <summary>Whether a larger or a smaller value is better.</summary>
    [Description("Whether a larger (up) or a smaller (down) value is better.")]
    public MetricDirection Direction { get; init; }
}

/// <summary>A table of features that the company computes itself.</summary>
public sealed record TableDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>What a row belongs to: item, user, query, seller, type, or <c>user x attribute</c> with a keyword attribute of the item.</summary>
    [Description("What a row belongs to: item, user, query, seller, type, or 'user x brand' with a keyword attribute of the item.")]
    [RegularExpression("^(item|user|query|seller|type|user x [a-zA-Z][a-zA-Z0-9_]*)$")]
    public required string Key { get; init; }

    /// <summary>Columns by name, in the order of the file.</summary>
    [Description("Columns by name.")]
    [RegularExpression("^[a-zA-Z][a-zA-Z0-9_]*$")]
    public required IReadOnlyDictionary<string, ColumnDeclaration> Columns { get; init; }

    /// <summary>How long a row stays valid after its <c>validFrom</c>; absent: until replaced.</summary>
    [Description("How long a row stays valid; absent: until it is replaced.")]
    [Range(typeof(TimeSpan), "00:00:01", "4000.00:00:00")]
    public TimeSpan? Ttl { get; init; }
}

/// <summary>The kinds of columns in a feature table.</summary>
public enum ColumnKind
{
    /// <summary>A number.</summary>
    Number,
}

/// <summary>A column of a feature table.</summary>
public sealed record ColumnDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>What the column holds.</summary>
    [Description("What the column holds.")]
    public ColumnKind Kind { get; init; }

    /// <summary>The value where no valid row exists; absent: missing.</summary>
    [Description("The value where no valid row exists; absent: missing.")]
    public double? Default { get; init; }
}
