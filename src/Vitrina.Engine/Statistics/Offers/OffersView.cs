using Vitrina.Engine.Catalog;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>A frozen state of <see cref="OfferStatistics"/>: what features and answers about offers read. Safe for concurrent use.</summary>
public sealed class OffersView
{
    /// <summary>The state of everything before the first Init: all bins are the middle one.</summary>
    public static OfferState Unbinned { get; } = OfferState.Of(DecileThresholds.MiddleBin, DecileThresholds.MiddleBin);

    /// <summary>Where items hold what makes an offer.</summary>
    public required OfferTraits Traits { get; init; }

    /// <summary>The thresholds that hold; null before the first Init.</summary>
    public required OfferGeneration? Generation { get; init; }

    /// <summary>The thresholds of before the last Init; null when there are none to go back to.</summary>
    public required OfferGeneration? Previous { get; init; }

    /// <summary>Bins that smoothing holds.</summary>
    public required HeldBinsView Held { get; init; }

    /// <summary>The conditions that events are counted by.</summary>
    public required OfferConditionsView Conditions { get; init; }

    /// <summary>Counts by type and state.</summary>
    public required StateCellsView Types { get; init; }

    /// <summary>Counts by match group and state.</summary>
    public required StateCellsView Groups { get; init; }

    /// <summary>How the terms of items changed within the window, by ordinal.</summary>
    public required PagedView<OfferChange[]?> Changes { get; init; }

    /// <summary>When items last changed their state, by ordinal; 0 = never.</summary>
    public required PagedView<long> StateChanged { get; init; }

    /// <summary>The lowest price in each match group, by ordinal.</summary>
    public required PagedView<double> LowestPrices { get; init; }

    /// <summary>Match groups that the engine found, by item ordinal: the ordinal of the group's first item + 1; 0 = none.</summary>
    public required PagedView<int> Found { get; init; }

    /// <summary>Names of zones: zone n has the name n - 1 here.</summary>
    public required SymbolTable Zones { get; init; }

    /// <summary>The day of the last Init, since 1970-01-01 in the vertical's time zone.</summary>
    public required int InitDay { get; init; }

    /// <summary>True when an Init should be made without regard to days: there was none, or the catalogue has grown by a quarter since.</summary>
    public required bool IsInitDue { get; init; }

    /// <summary>True while an Init is under way.</summary>
    public required bool IsInitPending { get; init; }

    /// <summary>What is made ready of an Init beside the work; null while nothing is.</summary>
    internal OfferHandover? Handover { get; init; }

    /// <summary>Ends when an Update has recounted; null when none is under way.</summary>
    internal Task? Check { get; init; }

    /// <summary>W and the strengths of priors.</summary>
    public required TransferDocument Transfer { get; init; }

    /// <summary>What the last Update found; null before the first.</summary>
    public required OfferUpdate? LastUpdate { get; init; }

    /// <summary>The zone of a region; 0 = none of its own.</summary>
    public int ZoneOf(string? region) => region is null ? 0 : Zones.Find(region) + 1;

    /// <summary>The match group of an item; -1 without one. Where the engine finds groups, the ordinal of the group's first item.</summary>
    public int GroupOf(Item item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return Traits.FindsGroups ? (item.Ordinal < Found.Count ? Found[item.Ordinal] - 1 : -1) : Traits.GroupOf(item);
    }

    /// <summary>The present state of an item for a buyer's region: BIN_CLASS on both sides.</summary>
    public OfferState StateOf(Item item, string? region) => StateOf(item, region, ZoneOf(region));

    internal OfferState StateOf(Item item, string? region, int regionZone)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (Generation is not { } generation)
        {
            return Unbinned;
        }

        var (type, zone) = (Traits.TypeOf(item), Traits.DeliveryZoneSlot < 0 ? 0 : regionZone);
        var price = Held.Find(item.Ordinal, 0) is >= 0 and var heldPrice ? heldPrice : generation.BinOf(OfferAxis.Price, type, 0, Traits.PriceOf(item));
        var delivery = Held.Find(item.Ordinal, 1 + zone) is >= 0 and var held ? held : generation.BinOf(OfferAxis.Delivery, type, zone, Traits.DeliveryOf(item, region));
        return OfferState.Of(price, delivery);
    }

    /// <summary>The raw state of a condition under the thresholds that hold.</summary>
    public OfferState StateOf(in OfferCondition condition) => Generation?.StateOf(condition) ?? Unbinned;

    /// <summary>W for items of a type.</summary>
    /// <param name="type">The type's ordinal.</param>
    /// <param name="names">The words behind keyword ordinals, by slot.</param>
    public TransferMatrix MatrixOf(int type, SymbolTable[] names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return Transfer.Types.Count == 0 || type < 0 ? Transfer.Matrix : Transfer.MatrixOf(names[Traits.TypeSlot][type]);
    }
}
