using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Ranking;

/// <summary>How one surface answers: its stages' parts, bound. Immutable.</summary>
public sealed class Surface
{
    /// <summary>The surface's name.</summary>
    public required string Name { get; init; }

    /// <summary>The declaration.</summary>
    public required SurfaceDeclaration Declaration { get; init; }

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
