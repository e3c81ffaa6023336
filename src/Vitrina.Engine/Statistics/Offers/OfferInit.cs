using Vitrina.Engine.Catalog;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>Computes a generation: the thresholds of every type from what its items cost and how fast they came over the window.</summary>
internal sealed class OfferInit(OfferTraits traits, SymbolTable zones, TimeZoneInfo zone)
{
    /// <summary>The new generation.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="today">The last day of the window.</param>
    /// <param name="days">The window's length.</param>
    /// <param name="atMs">Now, Unix milliseconds.</param>
    /// <param name="items">The vertical's items.</param>
    /// <param name="changes">How their terms changed, by ordinal.</param>
    /// <remarks>Cost: items × (1 + zones) medians and one sort each.</remarks>
    public OfferGeneration Compute(int number, int today, int days, long atMs, IReadOnlyList<Item> items, PagedView<OfferChange[]?> changes)
    {
        var types = TypesOf(items, out var parents);
        var median = new ClosingMedian(traits, today, days, zone);
        var prices = Thresholds(OfferAxis.Price, null);
        var deliveries = new DecileThresholds[traits.DeliveryZoneSlot < 0 ? 1 : 1 + zones.Count][];
        for (var at = 0; at < deliveries.Length; at++)
        {
            deliveries[at] = Thresholds(OfferAxis.Delivery, at == 0 ? null : zones[at - 1]);
        }

        return new OfferGeneration(number, today, atMs, prices, deliveries);

        DecileThresholds[] Thresholds(OfferAxis axis, string? region)
        {
            var values = new List<double>[parents.Length];
            foreach (var item in items)
            {
                var value = traits.TypeOf(item) < 0 ? double.NaN : median.Of(item, item.Ordinal < changes.Count ? changes[item.Ordinal] : null, axis, region);
                if (!double.IsNaN(value))
                {
                    (values[traits.TypeOf(item)] ??= []).Add(value);
                }
            }

            var computed = new TypeThresholds(axis, parents, [.. values.Select(type => type?.ToArray() ?? [])]) { OwnFrom = traits.Declaration.MinItems };
            return computed.Compute()[..types];
        }
    }

    // Types first, then their parents, grandparents and so on: one number each.
    private int TypesOf(IReadOnlyList<Item> items, out int[] parents)
    {
        var levels = 1 + traits.ParentSlots.Count;
        var counts = new int[levels];
        foreach (var item in items)
        {
            for (var level = 0; level < levels; level++)
            {
                counts[level] = Math.Max(counts[level], KeywordAt(item, level) + 1);
            }
        }

        var first = new int[levels];
        for (var level = 1; level < levels; level++)
        {
            first[level] = first[level - 1] + counts[level - 1];
        }

        parents = new int[first[^1] + counts[^1]];
        Array.Fill(parents, -1);
        foreach (var item in items)
        {
            for (var level = 0; level + 1 < levels; level++)
            {
                // The first item of a type says what its parent is.
                if (KeywordAt(item, level) is >= 0 and var own && parents[first[level] + own] < 0 && KeywordAt(item, level + 1) is >= 0 and var above)
                {
                    parents[first[level] + own] = first[level + 1] + above;
                }
            }
        }

        return counts[0];
    }

    private int KeywordAt(Item item, int level) => item.Keywords[level == 0 ? traits.TypeSlot : traits.ParentSlots[level - 1]];
}
