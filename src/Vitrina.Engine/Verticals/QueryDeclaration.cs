using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Vitrina.Engine.Verticals;

/// <summary>How the text of a query is understood.</summary>
public sealed record QueryDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>Whether a model code, an article number or a quotation leaves exact matches only.</summary>
    [Description("Whether a model code, an article number or a quotation leaves exact matches only.")]
    public bool Exact { get; init; } = true;

    /// <summary>How many analogs stand in the section similar of an exact query; 0: none unless the request asks for the section.</summary>
    [Description("How many analogs stand in the section 'similar' of an exact query; 0: none unless the request asks for the section.")]
    [Range(0, 100)]
    public int Similar { get; init; }

    /// <summary>Whether typing mistakes in words that the catalogue does not know, or hardly, are corrected.</summary>
    [Description("Whether typing mistakes in words that the catalogue does not know, or hardly, are corrected.")]
    public bool Typos { get; init; } = true;

    /// <summary>Whether unknown words are read as typed under the other keyboard layout.</summary>
    [Description("Whether unknown words are read as typed under the other keyboard layout.")]
    public bool Layout { get; init; } = true;

    /// <summary>Whether unknown or rare words are searched for in the other alphabet too.</summary>
    [Description("Whether unknown or rare words are searched for in the other alphabet too.")]
    public bool Transliteration { get; init; } = true;

    /// <summary>Whether words are split and joined: powerbank is power bank.</summary>
    [Description("Whether words are split and joined: powerbank is power bank.")]
    public bool Joins { get; init; } = true;

    /// <summary>Whether the vertical's synonyms are searched for too.</summary>
    [Description("Whether the vertical's synonyms are searched for too.")]
    public bool Synonyms { get; init; } = true;

    /// <summary>Whether words that name an attribute's value are read as that attribute's <c>intent</c> says.</summary>
    [Description("Whether words that name an attribute's value are read as that attribute's intent says.")]
    public bool Intents { get; init; } = true;

    /// <summary>The share of the query's words, 0 to 1, that an item must hold.</summary>
    [Description("The share of the query's words, from 0 to 1, that an item must hold; rounded up to whole words, at least one.")]
    [Range(0.0, 1.0)]
    public double MinimumShouldMatch { get; init; }

    /// <summary>The number of the query's words, from 1 to 64, that an item must hold, whatever the share says.</summary>
    [Description("The number of the query's words, from 1 to 64, that an item must hold, whatever the share says; of a shorter query all of them.")]
    [Range(1, 64)]
    public int MinimumWords { get; init; } = 1;
}
