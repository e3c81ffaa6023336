using Vitrina.Engine.Events;
using Vitrina.Engine.Features;

namespace Vitrina.Engine.Ranking;

/// <summary>How popular items are: the decayed sum of their events' declared weights.</summary>
public sealed class Popularity(CompiledVertical vertical)
{
    /// <summary>How many items an order of popularity holds.</summary>
    public const int MaxItems = 20_000;

    private readonly double[] _weights = [.. vertical.Events.Select(type => Math.Max(0, vertical.Declaration.Events[EventTypes.NameOf(type)].Weight))];

    /// <summary>The popularity of an item at a time.</summary>
    public double Of(MarketView market, int ordinal, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(market);
        var view = market.Statistics.Tables[vertical.PopularityTable];
        var row = view.Find((UInt128)(uint)(ordinal + 1));
        var sum = 0.0;
        for (var metric = 0; row >= 0 && metric < _weights.Length; metric++)
        {
            if (_weights[metric] > 0)
            {
                sum += _weights[metric] * view.Decayed(row, vertical.PopularityHalfLife, metric, nowMs);
            }
        }

        return sum;
    }

    /// <summary>The vertical's active items, the most popular first, newer ones first among equals.</summary>
    /// <remarks>Cost: a look at each item; only those that may be among the first are put in order.</remarks>
    public int[] Order(MarketView market, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(market);
        var first = new (double Negative, int Age)[2 * MaxItems];
        var (count, last) = (0, (Negative: double.PositiveInfinity, Age: 0));
        for (var ordinal = 0; ordinal < market.Items.Count; ordinal++)
        {
            if (!IsShown(market, ordinal))
            {
                continue;
            }

            var key = (-Of(market, ordinal, nowMs), -ordinal);
            if (key.CompareTo(last) >= 0)
            {
                continue;
            }

            first[count++] = key;
            if (count == first.Length)
            {
                Array.Sort(first);
                (count, last) = (MaxItems, first[MaxItems - 1]);
            }
        }

        Array.Sort(first, 0, count);
        return Array.ConvertAll(first[..Math.Min(count, MaxItems)], key => -key.Age);
    }

    private bool IsShown(MarketView market, int ordinal) => market.Columns is { } columns
        ? columns.IsShown(ordinal)
        : market.Items[ordinal] is { IsActive: true } item && item.Vertical == vertical.Name;
}
