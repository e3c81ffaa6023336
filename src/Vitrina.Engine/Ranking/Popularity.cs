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
    public int[] Order(MarketView market, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(market);
        var ordinals = new List<int>();
        var keys = new List<(double Negative, int Age)>();
        for (var ordinal = 0; ordinal < market.Items.Count; ordinal++)
        {
            if (market.Items[ordinal] is { IsActive: true } item && item.Vertical == vertical.Name)
            {
                ordinals.Add(ordinal);
                keys.Add((-Of(market, ordinal, nowMs), -ordinal));
            }
        }

        var order = ordinals.ToArray();
        Array.Sort(keys.ToArray(), order);
        return order.Length > MaxItems ? order[..MaxItems] : order;
    }
}
