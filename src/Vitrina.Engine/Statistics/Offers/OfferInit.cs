using Vitrina.Engine.Catalog;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>Computes a generation: the thresholds of every type from what its items cost and how fast they came over the window.</summary>
/// <remarks>Made of what does not change any more, so that it can be computed beside the living state.</remarks>
internal sealed class OfferInit
{
    private readonly OfferTraits _traits;

    /// <summary>An Init of a vertical's offers.</summary>
    /// <param name="traits">Where items hold what makes an offer.</param>
    public OfferInit(OfferTraits traits) => _traits = traits;


    /// <summary>The last day of the window.</summary>
    public required int Today { get; init; }

    /// <summary>The window's length.</summary>
    public required int Days { get; init; }

    /// <summary>When it was begun, Unix milliseconds.</summary>
    public required long AtMs { get; init; }

    /// <summary>The vertical's items.</summary>
    public required IReadOnlyList<Item> Items { get; init; }

    /// <summary>How their terms changed, by ordinal.</summary>
    public required PagedView<OfferChange[]?> Changes { get; init; }

    /// <summary>Names of zones: zone n has the name n - 1 here.</summary>
    public required IReadOnlyList<string> Zones { get; init; }

    /// <summary>The vertical's time zone.</summary>
    public required TimeZoneInfo TimeZone { get; init; }

    /// <summary>Computes thresholds and match groups.</summary>
    /// <param name="threads">Threads that may look for match groups.</param>
    /// <remarks>Cost: items × (1 + zones) medians and one sort each; where groups are found by title, an analysis of every title.</remarks>
    public OfferInitResult Compute(int threads)
    {
        var types = TypesOf(Items, out var parents);
        var median = new ClosingMedian(_traits, Today, Days, TimeZone);
        var prices = Thresholds(OfferAxis.Price, null);
        var deliveries = new DecileThresholds[_traits.DeliveryZoneSlot < 0 ? 1 : 1 + Zones.Count][];
        for (var at = 0; at < deliveries.Length; at++)
        {
            deliveries[at] = Thresholds(OfferAxis.Delivery, at == 0 ? null : Zones[at - 1]);
        }

        return new OfferInitResult(new OfferGeneration(0, Today, AtMs, prices, deliveries), MatchedItem.FindAll(_traits, Items, threads));

        DecileThresholds[] Thresholds(OfferAxis axis, string? region)
        {
            var values = new List<double>[parents.Length];
            foreach (var item in Items)
            {
                var value = _traits.TypeOf(item) < 0 ? double.NaN : median.Of(item, item.Ordinal < Changes.Count ? Changes[item.Ordinal] : null, axis, region);
                if (!double.IsNaN(value))
                {
                    (values[_traits.TypeOf(item)] ??= []).Add(value);
                }
            }

            var computed = new TypeThresholds(axis, parents, [.. values.Select(type => type?.ToArray() ?? [])]) { OwnFrom = _traits.Declaration.MinItems };
            return computed.Compute()[..types];
        }
    }

    // Types first, then their parents, grandparents and so on: one number each.
    private int TypesOf(IReadOnlyList<Item> items, out int[] parents)
    {
        var levels = 1 + _traits.ParentSlots.Count;
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

    private int KeywordAt(Item item, int level) => item.Keywords[level == 0 ? _traits.TypeSlot : _traits.ParentSlots[level - 1]];
}

/// <summary>What an Init computed.</summary>
/// <param name="Generation">The thresholds; not numbered yet.</param>
/// <param name="Matched">The match groups that were found; empty where they stand in an attribute.</param>
internal sealed record OfferInitResult(OfferGeneration Generation, IReadOnlyList<MatchedItem> Matched)
{
    public void Save(ByteWriter writer)
    {
        Generation.Save(writer);
        MatchedItem.WriteAll(writer, Matched);
    }

    public static OfferInitResult Load(ref ByteReader reader) => new(OfferGeneration.Load(ref reader), MatchedItem.ReadAll(ref reader));
}
