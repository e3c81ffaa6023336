namespace Vitrina.Engine;

/// <summary>Everything that is known about one item as it is offered now.</summary>
public sealed record OfferAnswer
{
    /// <summary>The item.</summary>
    public required string Item { get; init; }

    /// <summary>The offer's id: item, price bin, delivery bin.</summary>
    public required string Offer { get; init; }

    /// <summary>The vertical.</summary>
    public required string Vertical { get; init; }

    /// <summary>The item type; absent without one.</summary>
    public required string? Type { get; init; }

    /// <summary>The match group: the value of the attribute that names it, or the first item of a group that the engine found; absent without one.</summary>
    public required string? MatchGroup { get; init; }

    /// <summary>The other items of the match group, the cheapest first; 50 at most.</summary>
    public required IReadOnlyList<OfferPeer> Peers { get; init; }

    /// <summary>The zone that was asked for; absent: everywhere.</summary>
    public required string? Zone { get; init; }

    /// <summary>The generation of thresholds; 0 before the first Init.</summary>
    public required int Generation { get; init; }

    /// <summary>When the generation was made; absent before the first Init.</summary>
    public required DateTimeOffset? GenerationAt { get; init; }

    /// <summary>The present price; absent when it is not known.</summary>
    public required double? Price { get; init; }

    /// <summary>The present delivery time, days; absent when it is not known.</summary>
    public required double? DeliveryDays { get; init; }

    /// <summary>The bin under which the price is served, 0–9.</summary>
    public required int PriceBin { get; init; }

    /// <summary>The bin under which the delivery time is served, 0–9.</summary>
    public required int DeliveryBin { get; init; }

    /// <summary>
    /// What is unusual: priceUnknown, deliveryUnknown (the type's median stands in), priceFromParent and deliveryFromParent (the type is too small for
    /// deciles of its own), priceUnbinned and deliveryUnbinned (too small for any: the middle bin), priceHeld and deliveryHeld (smoothing holds the bin).
    /// </summary>
    public required IReadOnlyList<string> Flags { get; init; }

    /// <summary>The nine price thresholds of the type; empty without any.</summary>
    public required IReadOnlyList<double> PriceThresholds { get; init; }

    /// <summary>The nine delivery thresholds of the type in the zone; empty without any.</summary>
    public required IReadOnlyList<double> DeliveryThresholds { get; init; }

    /// <summary>The terms of the item within the window, the oldest first.</summary>
    public required IReadOnlyList<OfferTerms> History { get; init; }

    /// <summary>The states in which the item was seen.</summary>
    public required IReadOnlyList<SeenState> States { get; init; }

    /// <summary>Counts by metric and window, by where they come from.</summary>
    public required IReadOnlyList<OfferCountAnswer> Counts { get; init; }

    /// <summary>Rates by metric and window, and how much of them comes from where.</summary>
    public required IReadOnlyList<OfferRateAnswer> Rates { get; init; }
}

/// <summary>The same product from another seller.</summary>
/// <param name="Item">The item.</param>
/// <param name="Seller">Who sells it; absent when it is not known.</param>
/// <param name="Price">Its present price; absent when it is not known.</param>
/// <param name="DeliveryDays">Its present delivery time, days; absent when it is not known.</param>
/// <param name="PriceBin">The bin under which its price is served, 0–9.</param>
/// <param name="DeliveryBin">The bin under which its delivery time is served, 0–9.</param>
/// <param name="IsActive">False while it is hidden.</param>
public sealed record OfferPeer(string Item, string? Seller, double? Price, double? DeliveryDays, int PriceBin, int DeliveryBin, bool IsActive);

/// <summary>The terms of an item from a moment on.</summary>
/// <param name="Since">The moment.</param>
/// <param name="Price">The price; absent when it was not known.</param>
/// <param name="DeliveryDays">The delivery time; absent when it was not known.</param>
/// <param name="PriceBin">The raw price bin under the present thresholds.</param>
/// <param name="DeliveryBin">The raw delivery bin under the present thresholds.</param>
/// <param name="IsActive">False while the item was hidden or deleted.</param>
public sealed record OfferTerms(DateTimeOffset Since, double? Price, double? DeliveryDays, int PriceBin, int DeliveryBin, bool IsActive);

/// <summary>A state in which an item was seen.</summary>
/// <param name="PriceBin">Its price bin.</param>
/// <param name="DeliveryBin">Its delivery bin.</param>
/// <param name="Weight">W into the present state.</param>
/// <param name="Counts">The item's own counts in the longest window, by metric.</param>
public sealed record SeenState(int PriceBin, int DeliveryBin, double Weight, IReadOnlyDictionary<string, int> Counts);

/// <summary>One count of an offer.</summary>
/// <param name="Metric">The event.</param>
/// <param name="Window">The window, such as <c>7d</c>.</param>
/// <param name="Own">The item in its present state.</param>
/// <param name="Transferred">The item in its other states, weighted by W.</param>
/// <param name="MatchGroup">The other items of the match group, weighted by W.</param>
/// <param name="Type">The other items of the type, weighted by W.</param>
public sealed record OfferCountAnswer(string Metric, string Window, double Own, double Transferred, double MatchGroup, double Type);

/// <summary>One rate of an offer. The shares add up to 1.</summary>
/// <param name="Of">The event in the numerator.</param>
/// <param name="Per">The event in the denominator.</param>
/// <param name="Window">The window.</param>
/// <param name="Rate">The rate; absent without any evidence.</param>
/// <param name="Evidence">Exposures and pseudo-exposures behind it.</param>
/// <param name="Own">Share of the item in its present state.</param>
/// <param name="Transferred">Share of its other states.</param>
/// <param name="MatchGroup">Share of the match group.</param>
/// <param name="Type">Share of the type.</param>
public sealed record OfferRateAnswer(string Of, string Per, string Window, double? Rate, double Evidence, double Own, double Transferred, double MatchGroup, double Type);

/// <summary>What a step of the offers' life cycle left.</summary>
public sealed record OffersSummary
{
    /// <summary>The vertical.</summary>
    public required string Vertical { get; init; }

    /// <summary>The generation that holds; 0 before the first Init.</summary>
    public required int Generation { get; init; }

    /// <summary>When it was made; absent before the first Init.</summary>
    public required DateTimeOffset? GenerationAt { get; init; }

    /// <summary>Items of the vertical that are not deleted.</summary>
    public required int Items { get; init; }

    /// <summary>Types of items.</summary>
    public required int Types { get; init; }

    /// <summary>Types with deciles of their own.</summary>
    public required int OwnTypes { get; init; }

    /// <summary>Types with their parent's deciles.</summary>
    public required int BorrowingTypes { get; init; }

    /// <summary>Zones with delivery times of their own.</summary>
    public required int Zones { get; init; }

    /// <summary>Offers: pairs of item and state, present ones and those that were seen.</summary>
    public required int Offers { get; init; }

    /// <summary>Conditions that events are counted by: distinct prices, delivery times and zones of items.</summary>
    public required int Conditions { get; init; }

    /// <summary>Bytes of counts and conditions by offer.</summary>
    public required double BytesPerOffer { get; init; }

    /// <summary>Cells that the last Update found to differ from a recount; absent before the first.</summary>
    public required int? UpdateDifferences { get; init; }

    /// <summary>Items that smoothing serves under another bin than the raw one, everywhere.</summary>
    public required int HeldItems { get; init; }

    /// <summary>Items whose bins this step moved, everywhere.</summary>
    public int MovedItems { get; init; }

    /// <summary>How long the step took, seconds.</summary>
    public double Seconds { get; init; }
}

/// <summary>A step of the offers' life cycle that cannot be done.</summary>
/// <param name="code">A stable code.</param>
/// <param name="message">What is wrong and what would be right.</param>
public sealed class OffersRefusedException(string code, string message) : Exception(message)
{
    /// <summary>There is no such vertical, or it keeps no statistics of offers.</summary>
    public const string UnknownVertical = "unknown_vertical";

    /// <summary>A stable code.</summary>
    public string Code { get; } = code;
}
