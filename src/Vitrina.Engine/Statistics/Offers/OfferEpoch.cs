using Vitrina.Engine.Catalog;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>A generation of thresholds with the bins that smoothing holds under it.</summary>
/// <remarks>An axis is 0 for the price and 1 + zone for the delivery time to a zone, where zone 0 is everywhere.</remarks>
internal sealed class OfferEpoch(OfferGeneration generation, OfferTraits traits, SymbolTable zones)
{
    public OfferGeneration Generation { get; } = generation;

    public HeldBins Held { get; } = new();

    /// <summary>How many axes an item has.</summary>
    public int AxisCount => AxesOf(traits, zones);

    public static int AxesOf(OfferTraits traits, SymbolTable zones) => 2 + (traits.DeliveryZoneSlot < 0 ? 0 : zones.Count);

    /// <summary>The zone's name; null = everywhere.</summary>
    private string? RegionOf(int axis) => axis < 2 ? null : zones[axis - 2];

    private double ValueOf(Item item, int axis) => axis == 0 ? traits.PriceOf(item) : traits.DeliveryOf(item, RegionOf(axis));

    public int RawOf(Item item, int axis) => axis == 0
        ? Generation.BinOf(OfferAxis.Price, traits.TypeOf(item), 0, traits.PriceOf(item))
        : Generation.BinOf(OfferAxis.Delivery, traits.TypeOf(item), axis - 1, traits.DeliveryOf(item, RegionOf(axis)));

    /// <summary>The bin under which the item's present state is served.</summary>
    public int ClassOf(Item item, int axis) => Held.Find(item.Ordinal, axis) is >= 0 and var held ? held : RawOf(item, axis);

    /// <summary>The item's own terms changed between two Inits.</summary>
    public void Change(Item before, Item after)
    {
        if (traits.Declaration.Smoothing == OfferSmoothing.None)
        {
            return;
        }

        var isSameType = traits.TypeOf(before) == traits.TypeOf(after);
        for (var axis = 0; axis < AxisCount; axis++)
        {
            var isSameValue = ValueOf(before, axis).Equals(ValueOf(after, axis));
            if (isSameType && isSameValue)
            {
                continue;
            }

            var (was, raw) = (ClassOf(before, axis), RawOf(after, axis));
            if (isSameType && traits.Declaration.Smoothing == OfferSmoothing.Thresholds && RawOf(before, axis) == raw)
            {
                // A change within the bin is no change of state: what is held stays held.
                continue;
            }

            var bin = BinClass.AfterOwnChange(traits.Declaration.Smoothing, isSameType ? was : null, raw);
            Held.Set(after.Ordinal, axis, bin == raw ? -1 : bin);
        }
    }

    /// <summary>Takes over the bins that were held under older thresholds, one step of hysteresis on.</summary>
    /// <param name="older">The epoch before; null at the first Init.</param>
    /// <param name="olderHeld">The bins that it holds, as of the item.</param>
    /// <param name="item">An item. Where its terms changed since it was last given, it is given again.</param>
    public void Step(OfferEpoch? older, in HeldBinsView olderHeld, Item item)
    {
        for (var axis = 0; older is not null && axis < AxisCount; axis++)
        {
            var raw = RawOf(item, axis);
            var was = olderHeld.Find(item.Ordinal, axis) is >= 0 and var held ? held : older.RawOf(item, axis);
            var bin = BinClass.AfterInit(traits.Declaration.Smoothing, was, raw);
            Held.Set(item.Ordinal, axis, bin == raw ? -1 : bin);
        }
    }

    public void Save(ByteWriter writer)
    {
        Generation.Save(writer);
        Held.Save(writer);
    }

    public static OfferEpoch Load(ref ByteReader reader, OfferTraits traits, SymbolTable zones)
    {
        var epoch = new OfferEpoch(OfferGeneration.Load(ref reader), traits, zones);
        epoch.Held.Load(ref reader);
        return epoch;
    }
}
