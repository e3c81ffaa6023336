using Vitrina.Engine.Catalog;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>A count that transferred statistics are read in.</summary>
/// <param name="Window">The window's index.</param>
/// <param name="Metric">The metric's index.</param>
public readonly record struct OfferColumn(int Window, int Metric);

/// <summary>Where a vertical's items hold what makes an offer, and what its file declares of offers.</summary>
public sealed record OfferTraits
{
    /// <summary>The keyword slot of the item type.</summary>
    public required int TypeSlot { get; init; }

    /// <summary>Keyword slots of the type's parent, its parent, and so on.</summary>
    public required IReadOnlyList<int> ParentSlots { get; init; }

    /// <summary>The keyword slot of the match group, or -1.</summary>
    public required int GroupSlot { get; init; }

    /// <summary>The text slot by which the engine finds match groups itself, or -1: then they stand in <see cref="GroupSlot"/>, or there are none.</summary>
    public required int TitleSlot { get; init; }

    /// <summary>Finds match groups; null where the engine does not.</summary>
    public required ProductMatcher? Matcher { get; init; }

    /// <summary>Whether the engine finds match groups itself. Then all that was counted of an item belongs to the group that it is in now.</summary>
    public bool FindsGroups => Matcher is not null;

    /// <summary>The number slot of the price, or -1: then every price is unknown.</summary>
    public required int PriceSlot { get; init; }

    /// <summary>The number slot of the delivery time, or -1: then every delivery time is unknown.</summary>
    public required int DeliverySlot { get; init; }

    /// <summary>The zone slot of the delivery time, or -1 when it is the same everywhere.</summary>
    public required int DeliveryZoneSlot { get; init; }

    /// <summary>The table of counters by offer.</summary>
    public required int Table { get; init; }

    /// <summary>The counts that features transfer.</summary>
    public required IReadOnlyList<OfferColumn> Columns { get; init; }

    /// <summary>The offers' declaration.</summary>
    public required OffersDeclaration Declaration { get; init; }

    /// <summary>Strengths of priors as the vertical's file gives them; a transfer document of the installation wins.</summary>
    public PriorStrengths Strengths => new(
        Declaration.Priors.GetValueOrDefault("type", PriorStrengths.Default.Type),
        Declaration.Priors.GetValueOrDefault("matchGroup", PriorStrengths.Default.MatchGroup));

    /// <summary>The item's price; NaN = unknown.</summary>
    public double PriceOf(Item item) => PriceSlot < 0 ? double.NaN : item.Numbers[PriceSlot];

    /// <summary>The item's delivery time to a region, days; NaN = unknown.</summary>
    public double DeliveryOf(Item item, string? region) =>
        DeliverySlot < 0 ? double.NaN : DeliveryZoneSlot < 0 ? item.Numbers[DeliverySlot] : item.NumberIn(region, DeliverySlot, DeliveryZoneSlot);

    /// <summary>The delivery times that differ by region; null when there are none.</summary>
    public NamedNumber[]? ZonesOf(Item item) => DeliveryZoneSlot < 0 || DeliveryZoneSlot >= item.Zones.Length ? null : item.Zones[DeliveryZoneSlot];

    /// <summary>The ordinal of the item's type; -1 without one.</summary>
    public int TypeOf(Item item) => item.Keywords[TypeSlot];

    /// <summary>The ordinal of the match group that the item's attribute names; -1 without one.</summary>
    public int GroupOf(Item item) => GroupSlot < 0 ? -1 : item.Keywords[GroupSlot];

    /// <summary>What the item's title says; null where that finds no group.</summary>
    public TitleKey? KeyOf(Item item) => Matcher is not null && TypeOf(item) is >= 0 and var type && item.Texts[TitleSlot] is { } title ? Matcher.KeyOf(type, title) : null;
}
