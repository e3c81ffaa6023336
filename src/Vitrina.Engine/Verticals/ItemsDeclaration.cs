using System.Collections.ObjectModel;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Vitrina.Kernels.Vectors;

namespace Vitrina.Engine.Verticals;

/// <summary>What is ranked: its attributes, and which of them have a meaning for the engine.</summary>
public sealed record ItemsDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>The keyword attribute that is the item type: the leaf category where prices and delivery times are comparable.</summary>
    [Description("Keyword attribute that is the item type: the leaf category where prices and delivery times are comparable.")]
    public required string Type { get; init; }

    /// <summary>Keyword attributes whose values are product groups that can be recommended themselves.</summary>
    [Description("Keyword attributes whose values are product groups that can themselves be recommended.")]
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The keyword attribute that joins analogs: the same product from other sellers.</summary>
    [Description("Keyword attribute that joins analogs: the same product from other sellers.")]
    public string? MatchGroup { get; init; }

    /// <summary>Attributes by name, in the order of the file.</summary>
    [Description("Attributes by name.")]
    [RegularExpression("^[a-zA-Z][a-zA-Z0-9_]*$")]
    public required IReadOnlyDictionary<string, AttributeDeclaration> Attributes { get; init; } = ReadOnlyDictionary<string, AttributeDeclaration>.Empty;
}

/// <summary>What an attribute holds.</summary>
public enum AttributeKind
{
    /// <summary>One of a set of values, compared as a whole.</summary>
    Keyword,

    /// <summary>A number.</summary>
    Number,

    /// <summary>Words to search in.</summary>
    Text,

    /// <summary>True or false.</summary>
    Bool,

    /// <summary>A moment; stored as Unix seconds.</summary>
    Date,

    /// <summary>A number of days, for example until delivery.</summary>
    Days,

    /// <summary>A point: latitude and longitude in degrees.</summary>
    Geo,

    /// <summary>A dense vector of fixed dimension.</summary>
    Vector,
}

/// <summary>What words of a query that name an attribute's value do.</summary>
public enum AttributeIntent
{
    /// <summary>They are words like others.</summary>
    Off,

    /// <summary>They are a feature of the items that have the value, whose weight is learned from clicks; before a model, a boost.</summary>
    Soft,

    /// <summary>Only items that have the value are found, as long as there are any.</summary>
    Hard,
}

/// <summary>One attribute of an item, a user or a seller.</summary>
public sealed record AttributeDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>What the attribute holds.</summary>
    [Description("What the attribute holds.")]
    public required AttributeKind Kind { get; init; }

    /// <summary>Text: the language of its words; absent: the vertical's first language.</summary>
    [Description("Text: two-letter code of its language; absent: the vertical's first language.")]
    [RegularExpression("^[a-z]{2}$")]
    public string? Language { get; init; }

    /// <summary>Text: how much a match in this field weighs against other fields.</summary>
    [Description("Text: how much a match in this field weighs against other fields.")]
    [Range(0.0, 1000.0)]
    public double Boost { get; init; } = 1;

    /// <summary>Keyword, number, bool: whether answers may count its values.</summary>
    [Description("Keyword, number, bool: whether answers can count the values of this attribute.")]
    public bool Facet { get; init; }

    /// <summary>Whether requests may filter by it; absent: true for keyword, number, bool and date. See <see cref="IsFilter"/>.</summary>
    [Description("Whether requests can filter by it; absent: true for keyword, number, bool and date.")]
    public bool? Filter { get; init; }

    /// <summary>Keyword: the keyword attribute that is one level up, as a department is to a category.</summary>
    [Description("Keyword: the keyword attribute one level up, as a department is to a category.")]
    public string? Parent { get; init; }

    /// <summary>Number: unit of the value, for reports.</summary>
    [Description("Number: unit of the value, for reports.")]
    public string? Unit { get; init; }

    /// <summary>Number, days: the smallest accepted value.</summary>
    [Description("Number, days: the smallest accepted value.")]
    public double? Min { get; init; }

    /// <summary>Number, days: the largest accepted value.</summary>
    [Description("Number, days: the largest accepted value.")]
    public double? Max { get; init; }

    /// <summary>Whether an item without a value is refused.</summary>
    [Description("Whether an item without a value is refused.")]
    public bool Required { get; init; }

    /// <summary>Keyword, number, bool, days: the value of an item that gives none, as written in the file.</summary>
    [Description("Keyword, number, bool, days: the value of an item that gives none.")]
    public string? Default { get; init; }

    /// <summary>Keyword: the only accepted values; absent: any.</summary>
    [Description("Keyword: the only accepted values; absent: any.")]
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>Days, number: whether the value may differ by the buyer's region zone.</summary>
    [Description("Days, number: whether the value may differ by the buyer's region zone.")]
    public bool PerZone { get; init; }

    /// <summary>Vector: the number of its components.</summary>
    [Description("Vector: the number of its components.")]
    [Range(1, 4096)]
    public int? Dimension { get; init; }

    /// <summary>Vector: how near two of them are.</summary>
    [Description("Vector: how near two of them are: cosine, dot (the dot product) or l2 (the Euclidean distance).")]
    public VectorMetric Metric { get; init; }

    /// <summary>Keyword: whether an item may have several values.</summary>
    [Description("Keyword: whether an item may have several values.")]
    public bool Multiple { get; init; }

    /// <summary>Keyword: what words of a query that name a value do.</summary>
    [Description("Keyword: what words of a query that name a value do: hard (only items that have it, as long as there are any), soft (a feature, learned from clicks) or off.")]
    public AttributeIntent Intent { get; init; } = AttributeIntent.Soft;

    /// <summary>Whether requests may filter by the attribute, the default resolved.</summary>
    public bool IsFilter => Filter ?? Kind is AttributeKind.Keyword or AttributeKind.Number or AttributeKind.Bool or AttributeKind.Date;
}
