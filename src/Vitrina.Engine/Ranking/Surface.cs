using Vitrina.Engine.Features;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Ranking;

/// <summary>How one surface answers: its stages' parts, bound. Immutable.</summary>
public sealed record Surface
{
    /// <summary>The surface's name.</summary>
    public required string Name { get; init; }

    /// <summary>The declaration.</summary>
    public required SurfaceDeclaration Declaration { get; init; }

    /// <summary>The index of the grouping whose groups are the candidates; -1 = candidates are items.</summary>
    public int Grouping { get; init; } = -1;

    /// <summary>True when candidates are groups.</summary>
    public bool RanksGroups => Grouping >= 0;

    /// <summary>The model of factors and links that the candidates' sources and features ask; null = none.</summary>
    public string? Factors => Declaration.Candidates?.Factors;

    /// <summary>What models see of a candidate.</summary>
    public IReadOnlyList<Feature> Features { get; init; } = [];

    /// <summary>The features' names, in the same order: the columns of the surface's matrix.</summary>
    public IReadOnlyList<string> FeatureNames { get; init; } = [];

    /// <summary>Where candidates come from.</summary>
    internal IReadOnlyList<CandidateSource> Sources { get; init; } = [];

    /// <summary>The sources' kinds, in order.</summary>
    internal string[] SourceNames { get; init; } = [];

    /// <summary>What removes candidates by the live availability of items.</summary>
    internal IReadOnlyList<AvailabilityFilter> Filters { get; init; } = [];

    /// <summary>What an experiment's arm adds to the score: columns of features with their weights.</summary>
    internal IReadOnlyList<(int Column, float Weight)> Weights { get; init; } = [];

    /// <summary>What moves and removes candidates on the page.</summary>
    internal IReadOnlyList<MixingRule> Rules { get; init; } = [];
}
