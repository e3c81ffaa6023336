namespace Vitrina.Simulation.Driving;

/// <summary>A list as it was shown.</summary>
public sealed record ShownList
{
    /// <summary>The ranking's id, echoed by events.</summary>
    public required string RankingId { get; init; }

    /// <summary>The items from the top.</summary>
    public required IReadOnlyList<ShownItem> Items { get; init; }

    /// <summary>Whether the order was uniformly random, for measurement.</summary>
    public bool IsRandomised { get; init; }
}

/// <summary>One place of a shown list.</summary>
/// <param name="Id">The item.</param>
/// <param name="Position">From 1.</param>
/// <param name="Token">The engine's signed token, echoed by events; null when there is none.</param>
/// <param name="Propensity">Probability of the item at this place given those above; NaN when unknown.</param>
public readonly record struct ShownItem(string Id, int Position, string? Token = null, double Propensity = double.NaN);
