using Vitrina.Engine.Catalog;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>The value of an item from which thresholds are made: the median over its active days of what held at the day's close.</summary>
/// <remarks>Nearest rank, so an actual value. Today counts with what holds now. Not thread-safe: reuses a buffer.</remarks>
internal sealed class ClosingMedian
{
    private readonly OfferTraits _traits;
    private readonly long[] _dayEnds;
    private readonly double[] _values;

    /// <summary>Medians over the days that end with one.</summary>
    public ClosingMedian(OfferTraits traits, int today, int days, TimeZoneInfo zone)
    {
        var clock = new DayClock(zone);
        _traits = traits;
        _dayEnds = [.. Enumerable.Range(today - days + 1, days).Select(day => clock.StartOf(day + 1))];
        _values = new double[days];
    }

    /// <summary>The median; NaN when the item had no value on any active day.</summary>
    /// <param name="item">The item as it is now.</param>
    /// <param name="changes">How its terms changed; null when they did not.</param>
    /// <param name="axis">Price or delivery time.</param>
    /// <param name="region">The zone of the delivery time; null = everywhere.</param>
    public double Of(Item item, OfferChange[]? changes, OfferAxis axis, string? region)
    {
        if (changes is null)
        {
            var value = axis == OfferAxis.Price ? _traits.PriceOf(item) : _traits.DeliveryOf(item, region);
            return item.IsActive && OfferState.IsValid(axis, value) ? value : double.NaN;
        }

        var count = 0;
        var at = -1;
        foreach (var end in _dayEnds)
        {
            while (at + 1 < changes.Length && changes[at + 1].AtMs < end)
            {
                at++;
            }

            if (at < 0 || !changes[at].IsActive)
            {
                continue;
            }

            var value = axis == OfferAxis.Price ? changes[at].Price : changes[at].DeliveryIn(region);
            if (OfferState.IsValid(axis, value))
            {
                _values[count++] = value;
            }
        }

        if (count == 0)
        {
            return double.NaN;
        }

        Array.Sort(_values, 0, count);
        return DecileThresholds.NearestRank(_values.AsSpan(0, count), 5);
    }
}
