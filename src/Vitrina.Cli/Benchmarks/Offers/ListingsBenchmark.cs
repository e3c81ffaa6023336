using Vitrina.Engine.Catalog;
using Vitrina.Engine.Language;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli.Benchmarks.Offers;

/// <summary><c>vitrina bench offers --listings</c>: thresholds, bins, offers and match groups of a whole catalogue in one go.</summary>
internal static class ListingsBenchmark
{
    public static BenchReport Run(string folder, ulong seed)
    {
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        var listings = Listings.Load(folder);
        var readSeconds = clock.GetElapsedTime(started).TotalSeconds;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        started = clock.GetTimestamp();
        var prices = Thresholds(listings, OfferAxis.Price, listings.Prices);
        var deliveries = Thresholds(listings, OfferAxis.Delivery, listings.Days);
        var offers = new byte[listings.Items.Count];
        var (counts, flagged) = (new int[OfferState.Count], 0);
        for (var item = 0; item < offers.Length; item++)
        {
            var (type, days) = (listings.Items[item].Type, listings.Days[item]);
            var isUnknown = double.IsNaN(days);
            days = isUnknown ? deliveries[type].Median : days;
            var state = OfferState.Of(
                prices[type].BinOf(OfferAxis.Price, listings.Prices[item]), double.IsNaN(days) ? DecileThresholds.MiddleBin : deliveries[type].BinOf(OfferAxis.Delivery, days));
            offers[item] = (byte)state.Index;
            counts[state.Index]++;
            flagged += isUnknown ? 1 : 0;
        }

        var offerSeconds = clock.GetElapsedTime(started).TotalSeconds;
        started = clock.GetTimestamp();
        var groups = new ProductMatcher(new TextAnalyzer(["ru", "en"])).Match(listings.Items);
        var matchSeconds = clock.GetElapsedTime(started).TotalSeconds;
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(listings);
        var row = new BenchRow("vitrina")
            .With("rows", listings.RowCount).With("items", offers.Length).With("repeated_rows", listings.RepeatedCount).With("refused_rows", listings.RefusedCount)
            .With("categories", listings.CategoryCount)
            .With("delivery_given", listings.Delivery.Given).With("delivery_known_share", (double)listings.Delivery.Known / Math.Max(1, listings.Delivery.Given))
            .With("delivery_unknown_items", flagged)
            .With("own_thresholds", prices.Count(one => one.Source == DecileSource.Own)).With("borrowed_thresholds", prices.Count(one => one.Source == DecileSource.Ancestor))
            .With("no_thresholds", prices.Count(one => one.Source == DecileSource.None))
            .With("states", counts.Count(count => count > 0))
            .With("groups", groups.Where(group => group >= 0).Distinct().Count()).With("grouped_items", groups.Count(group => group >= 0))
            .With("read_seconds", readSeconds).With("offers_seconds", offerSeconds).With("match_seconds", matchSeconds)
            .With("items_per_second", offers.Length / (offerSeconds + matchSeconds)).With("bytes_per_offer", (double)bytes / offers.Length);
        GC.KeepAlive(groups);
        GC.KeepAlive(offers);
        return new BenchReport
        {
            Bench = "offers",
            Dataset = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
            Protocol = "all listings once: repeated products dropped, delivery words to days from the category's crawl day, thresholds, bins, match groups; bytes: what thresholds, states and groups hold",
            Seed = seed,
            Rows = [row],
        };
    }

    // Categories of the listings have no parent: thin ones borrow from all of them together.
    private static DecileThresholds[] Thresholds(Listings listings, OfferAxis axis, List<double> values)
    {
        var byType = new List<double>[listings.CategoryCount];
        for (var item = 0; item < values.Count; item++)
        {
            var list = byType[listings.Items[item].Type] ??= [];
            if (OfferState.IsValid(axis, values[item]))
            {
                list.Add(values[item]);
            }
        }

        return new TypeThresholds(axis, [.. byType.Select(_ => -1)], [.. byType.Select(list => list.ToArray())]).Compute();
    }
}
