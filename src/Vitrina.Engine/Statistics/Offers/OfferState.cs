namespace Vitrina.Engine.Statistics.Offers;

/// <summary>Which side of an offer's state a number belongs to.</summary>
public enum OfferAxis
{
    /// <summary>Price, above 0, in the vertical's currency.</summary>
    Price,

    /// <summary>Delivery time in days, 0 or more; fractions are allowed.</summary>
    Delivery,
}

/// <summary>The state in which an item is offered: the bin of its price and the bin of its delivery time among items of its type.</summary>
/// <param name="PriceBin">0–9; 0 is the cheapest tenth.</param>
/// <param name="DeliveryBin">0–9; 0 is the fastest tenth.</param>
public readonly record struct OfferState(byte PriceBin, byte DeliveryBin)
{
    /// <summary>Bins on one side of a state.</summary>
    public const int BinCount = 10;

    /// <summary>How many states there are.</summary>
    public const int Count = BinCount * BinCount;

    /// <summary>The state's number, 0–99: ten times the price bin plus the delivery bin.</summary>
    public int Index => (PriceBin * BinCount) + DeliveryBin;

    /// <summary>The state of a number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not 0–99.</exception>
    public static OfferState Of(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return new OfferState((byte)(index / BinCount), (byte)(index % BinCount));
    }

    /// <summary>The state of two bins.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A bin is not 0–9.</exception>
    public static OfferState Of(int priceBin, int deliveryBin)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)priceBin, (uint)BinCount, nameof(priceBin));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)deliveryBin, (uint)BinCount, nameof(deliveryBin));
        return new OfferState((byte)priceBin, (byte)deliveryBin);
    }

    /// <summary>Whether a number can be a price or a delivery time.</summary>
    /// <returns>False for NaN, infinities, prices of 0 or less, and delivery times below 0.</returns>
    public static bool IsValid(OfferAxis axis, double value) => double.IsFinite(value) && (axis == OfferAxis.Price ? value > 0 : value >= 0);

    /// <inheritdoc/>
    public override string ToString() => $"{PriceBin}/{DeliveryBin}";
}
