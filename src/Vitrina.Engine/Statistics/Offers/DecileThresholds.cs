namespace Vitrina.Engine.Statistics.Offers;

/// <summary>Where the thresholds of a type come from.</summary>
public enum DecileSource
{
    /// <summary>The type's own items.</summary>
    Own,

    /// <summary>Items of an ancestor, each by the ratio to the median of its own type: the type itself has too few.</summary>
    Ancestor,

    /// <summary>Nowhere: the type has too few items even for a median; everything is in the middle bin.</summary>
    None,
}

/// <summary>The nine nearest-rank deciles that cut a type's prices or delivery times into ten bins.</summary>
/// <remarks>
/// bin = number of thresholds strictly below the value: equal values share a bin, and where all values are equal the bin is 0.
/// Immutable; safe for concurrent use.
/// </remarks>
public sealed class DecileThresholds
{
    /// <summary>Thresholds between ten bins.</summary>
    public const int Count = OfferState.BinCount - 1;

    /// <summary>The bin of everything in a type without thresholds.</summary>
    public const int MiddleBin = 5;

    private readonly double[] _thresholds;

    /// <summary>Thresholds as they were computed or stored.</summary>
    /// <param name="source">Where they come from.</param>
    /// <param name="itemCount">Items of the type with a value.</param>
    /// <param name="median">Nearest-rank median of the type's values; NaN without items.</param>
    /// <param name="thresholds">
    /// Nine, not decreasing: values for <see cref="DecileSource.Own"/>, ratios to the median for <see cref="DecileSource.Ancestor"/>;
    /// none for <see cref="DecileSource.None"/>.
    /// </param>
    /// <exception cref="ArgumentException">The thresholds are not nine or not in order.</exception>
    public DecileThresholds(DecileSource source, int itemCount, double median, ReadOnlySpan<double> thresholds)
    {
        if (thresholds.Length != (source == DecileSource.None ? 0 : Count))
        {
            throw new ArgumentException($"There are {thresholds.Length} thresholds; {source} needs {(source == DecileSource.None ? 0 : Count)}.", nameof(thresholds));
        }

        for (var i = 0; i < thresholds.Length; i++)
        {
            if (double.IsNaN(thresholds[i]) || (i > 0 && thresholds[i] < thresholds[i - 1]))
            {
                throw new ArgumentException($"Threshold {i + 1} is {thresholds[i]}; thresholds are numbers that do not decrease.", nameof(thresholds));
            }
        }

        (Source, ItemCount, Median, _thresholds) = (source, itemCount, median, thresholds.ToArray());
    }

    /// <summary>Where the thresholds come from; anything but <see cref="DecileSource.Own"/> is worth a flag in answers.</summary>
    public DecileSource Source { get; }

    /// <summary>Items of the type that have a value.</summary>
    public int ItemCount { get; }

    /// <summary>Nearest-rank median of the type's values; NaN without items. Stands in for an unknown delivery time.</summary>
    public double Median { get; }

    /// <summary>The thresholds, values or ratios to <see cref="Median"/> by <see cref="Source"/>.</summary>
    public ReadOnlySpan<double> Thresholds => _thresholds;

    /// <summary>The bin of a value, 0–9.</summary>
    /// <param name="axis">What the value is.</param>
    /// <param name="value">A price or a delivery time.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value can be none.</exception>
    /// <remarks>Allocates nothing.</remarks>
    public int BinOf(OfferAxis axis, double value)
    {
        if (!OfferState.IsValid(axis, value))
        {
            throw new ArgumentOutOfRangeException(
                nameof(value), value, axis == OfferAxis.Price ? "A price must be a finite number above 0." : "A delivery time must be a finite number of days, 0 or more.");
        }

        if (Source == DecileSource.None)
        {
            return MiddleBin;
        }

        var compared = Source == DecileSource.Own ? value : Ratio(value, Median);
        var bin = 0;
        while (bin < Count && _thresholds[bin] < compared)
        {
            bin++;
        }

        return bin;
    }

    // A median of 0 days is possible; what is slower than at once is then infinitely slower.
    internal static double Ratio(double value, double median) => median > 0 ? value / median : value > 0 ? double.PositiveInfinity : 1;

    /// <summary>The value of nearest rank in a sorted span.</summary>
    /// <param name="sorted">Ascending, not empty.</param>
    /// <param name="tenths">The quantile in tenths, 1–9.</param>
    /// <remarks>Rank ⌈n · tenths / 10⌉, from 1: an actual value, no interpolation.</remarks>
    internal static double NearestRank(ReadOnlySpan<double> sorted, int tenths) => sorted[(int)((((long)sorted.Length * tenths) + 9) / 10) - 1];
}
