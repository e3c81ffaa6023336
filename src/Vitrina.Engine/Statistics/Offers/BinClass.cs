using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>The bin under which an item's present state is served: follows the raw bin, but not every noise of the thresholds.</summary>
/// <remarks>
/// Source: S. Kim, "From item to offer" (Ozon, 2026), section on smoothing: Δ = bin_idx(t) − BIN_CLASS(t−1); one step when |Δ| ≥ 2, else none.
/// Past events are keyed by their raw bins; only the present state has a class.
/// </remarks>
public static class BinClass
{
    /// <summary>A raw bin must differ by so much before the class moves.</summary>
    public const int NoticedShift = 2;

    /// <summary>One step of the published rule.</summary>
    /// <param name="previous">BIN_CLASS before, 0–9.</param>
    /// <param name="bin">The raw bin now, 0–9.</param>
    /// <returns>BIN_CLASS after: at most one bin away from before.</returns>
    public static int Step(int previous, int bin) => (bin - previous) switch
    {
        >= NoticedShift => previous + 1,
        <= -NoticedShift => previous - 1,
        _ => previous,
    };

    /// <summary>The class after an Init, in which thresholds moved.</summary>
    /// <param name="smoothing">The vertical's option.</param>
    /// <param name="previous">BIN_CLASS before; null at first sight.</param>
    /// <param name="bin">The raw bin under the new thresholds.</param>
    public static int AfterInit(OfferSmoothing smoothing, int? previous, int bin) =>
        previous is not { } before || smoothing == OfferSmoothing.None ? bin : Step(before, bin);

    /// <summary>The class after the item's own price or delivery changed between two Inits.</summary>
    /// <param name="smoothing">The vertical's option.</param>
    /// <param name="previous">BIN_CLASS before; null at first sight.</param>
    /// <param name="bin">The raw bin of the new value under the present thresholds.</param>
    public static int AfterOwnChange(OfferSmoothing smoothing, int? previous, int bin) =>
        previous is { } before && smoothing == OfferSmoothing.Everything ? before : bin;
}
