using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Goods;

/// <summary>A buyer's request, with what only the world knows of it.</summary>
internal sealed record GoodsRequest : SimulatedRequest
{
    /// <summary>What the person really wants.</summary>
    public required QueryIntent Intent { get; init; }

    /// <summary>Whether the words hold a typing error.</summary>
    public bool IsMisspelt { get; init; }

    /// <summary>The request as this world made it.</summary>
    /// <exception cref="ArgumentException">Another world made it.</exception>
    public static GoodsRequest Of(SimulatedRequest request) =>
        request as GoodsRequest ?? throw new ArgumentException("The request was not made by a goods world.", nameof(request));
}
