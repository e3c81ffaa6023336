namespace Vitrina.Simulation.Driving;

/// <summary>A person asks a surface for a list.</summary>
public record SimulatedRequest
{
    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who.</summary>
    public required string User { get; init; }

    /// <summary>The visit the request belongs to.</summary>
    public required string Session { get; init; }

    /// <summary>The words as typed, errors included; null when nothing is searched for.</summary>
    public string? Query { get; init; }

    /// <summary>The vertical asked.</summary>
    public required string Vertical { get; init; }

    /// <summary>The surface asked.</summary>
    public required string Surface { get; init; }

    /// <summary>Items wanted.</summary>
    public required int Size { get; init; }

    /// <summary>Where and how the person asks: region, point and the like.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Context { get; init; } = [];

    /// <summary>Filters by attribute: one of the values; null when there are none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Filters { get; init; }

    /// <summary>Unique and the same under every policy: the draws of the session depend on it, and event ids are made from it.</summary>
    internal long Key { get; init; }

    /// <summary>The person's dense number.</summary>
    internal int UserOrdinal { get; init; }
}
