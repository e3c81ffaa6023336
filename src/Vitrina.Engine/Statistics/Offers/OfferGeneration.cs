using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>What one Init made: the thresholds of every type, for prices and for delivery times to every zone. Immutable.</summary>
public sealed class OfferGeneration
{
    private readonly DecileThresholds[] _prices;

    // [zone][type]; zone 0 = everywhere.
    private readonly DecileThresholds[][] _deliveries;

    internal OfferGeneration(int number, int day, long atMs, DecileThresholds[] prices, DecileThresholds[][] deliveries) =>
        (Number, Day, AtMs, _prices, _deliveries) = (number, day, atMs, prices, deliveries);

    /// <summary>The same thresholds under a number.</summary>
    internal OfferGeneration Numbered(int number) => new(number, Day, AtMs, _prices, _deliveries);

    /// <summary>Counts from 1.</summary>
    public int Number { get; }

    /// <summary>The day whose Init it is, since 1970-01-01 in the vertical's time zone. Two Inits of one day are one.</summary>
    public int Day { get; }

    /// <summary>When it was made, Unix milliseconds.</summary>
    public long AtMs { get; }

    /// <summary>How many types had thresholds computed.</summary>
    public int TypeCount => _prices.Length;

    /// <summary>Thresholds of a type; null when the type was not known then.</summary>
    /// <param name="axis">Price or delivery time.</param>
    /// <param name="type">The type's ordinal.</param>
    /// <param name="zone">The zone of the delivery time.</param>
    public DecileThresholds? ThresholdsOf(OfferAxis axis, int type, int zone)
    {
        var thresholds = axis == OfferAxis.Price ? _prices : _deliveries[zone < _deliveries.Length ? zone : 0];
        return (uint)type < (uint)thresholds.Length ? thresholds[type] : null;
    }

    /// <summary>The raw bin of a value. Allocates nothing.</summary>
    /// <param name="axis">Price or delivery time.</param>
    /// <param name="type">The type's ordinal.</param>
    /// <param name="zone">The zone of the delivery time.</param>
    /// <param name="value">Unknown (NaN): the type's median stands for a delivery time, the middle bin for a price.</param>
    public int BinOf(OfferAxis axis, int type, int zone, double value)
    {
        if (ThresholdsOf(axis, type, zone) is not { } thresholds)
        {
            return DecileThresholds.MiddleBin;
        }

        if (!OfferState.IsValid(axis, value))
        {
            if (axis == OfferAxis.Price || !OfferState.IsValid(axis, thresholds.Median))
            {
                return DecileThresholds.MiddleBin;
            }

            value = thresholds.Median;
        }

        return thresholds.BinOf(axis, value);
    }

    /// <summary>The raw state of a condition.</summary>
    public OfferState StateOf(in OfferCondition condition) => OfferState.Of(
        BinOf(OfferAxis.Price, condition.Type, 0, condition.Price), BinOf(OfferAxis.Delivery, condition.Type, condition.Zone, condition.Delivery));

    internal bool HasThresholdsOf(OfferGeneration other)
    {
        var (own, others) = (new ByteWriter(), new ByteWriter());
        SaveThresholds(own);
        other.SaveThresholds(others);
        return own.Written.SequenceEqual(others.Written);
    }

    internal void Save(ByteWriter writer)
    {
        writer.WriteVarInt(Number);
        writer.WriteVarInt(Day);
        writer.WriteVarInt(AtMs);
        SaveThresholds(writer);
    }

    private void SaveThresholds(ByteWriter writer)
    {
        writer.WriteVarUInt((ulong)_prices.Length);
        writer.WriteVarUInt((ulong)_deliveries.Length);
        foreach (var thresholds in _prices.Concat(_deliveries.SelectMany(zone => zone)))
        {
            writer.WriteByte((byte)thresholds.Source);
            writer.WriteVarUInt((ulong)thresholds.ItemCount);
            writer.WriteDouble(thresholds.Median);
            foreach (var threshold in thresholds.Thresholds)
            {
                writer.WriteDouble(threshold);
            }
        }
    }

    internal static OfferGeneration Load(ref ByteReader reader)
    {
        var (number, day, atMs) = ((int)reader.ReadVarInt(), (int)reader.ReadVarInt(), reader.ReadVarInt());
        var types = reader.ReadCount(10);
        var zones = reader.ReadCount(1);
        var prices = LoadThresholds(ref reader, types);
        var deliveries = new DecileThresholds[zones][];
        for (var zone = 0; zone < zones; zone++)
        {
            deliveries[zone] = LoadThresholds(ref reader, types);
        }

        return new OfferGeneration(number, day, atMs, prices, deliveries);
    }

    private static DecileThresholds[] LoadThresholds(ref ByteReader reader, int types)
    {
        var thresholds = new DecileThresholds[types];
        Span<double> values = stackalloc double[DecileThresholds.Count];
        for (var type = 0; type < types; type++)
        {
            var (source, items, median) = ((DecileSource)reader.ReadByte(), (int)reader.ReadVarUInt(), reader.ReadDouble());
            var count = source == DecileSource.None ? 0 : DecileThresholds.Count;
            for (var i = 0; i < count; i++)
            {
                values[i] = reader.ReadDouble();
            }

            thresholds[type] = new DecileThresholds(source, items, median, values[..count]);
        }

        return thresholds;
    }
}
