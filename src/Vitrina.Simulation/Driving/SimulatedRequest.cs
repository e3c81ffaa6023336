using Vitrina.Simulation.Goods;

namespace Vitrina.Simulation.Driving;

/// <summary>A person asks a surface for a list.</summary>
public sealed record SimulatedRequest
{
    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who.</summary>
    public required string User { get; init; }

    /// <summary>The visit the request belongs to.</summary>
    public required string Session { get; init; }

    /// <summary>The words as typed, errors included.</summary>
    public required string Query { get; init; }

    /// <summary>The vertical asked.</summary>
    public string Vertical { get; init; } = "goods";

    /// <summary>The surface asked.</summary>
    public string Surface { get; init; } = "search";

    /// <summary>Items wanted.</summary>
    public required int Size { get; init; }

    /// <summary>The person's region.</summary>
    public required string Region { get; init; }

    /// <summary>Exact-match filters by attribute; null when there are none.</summary>
    public IReadOnlyDictionary<string, string>? Filters { get; init; }

    /// <summary>Unique and the same under every policy: the draws of the session depend on it, and event ids are made from it.</summary>
    internal long Key { get; init; }

    internal int UserOrdinal { get; init; }

    internal bool IsMisspelt { get; init; }

    /// <summary>What the person really wants.</summary>
    internal QueryIntent Intent { get; init; }
}
