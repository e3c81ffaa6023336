using Vitrina.Engine.Statistics.Offers;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli.Benchmarks.Offers;

/// <summary>
/// <c>vitrina bench offers --dataset</c>: do statistics by the state of an item predict clicks in real lists better than statistics by item?
/// On the clicks that were made, or, with <c>--planted</c>, on clicks drawn from a known truth on the same lists.
/// </summary>
internal static class ListsBenchmark
{
    private const double ItemSpread = 0.5;
    private const double StateSpread = 1;

    // Widths of the default kernel, in multiples; 0 transfers nothing between bins. Strengths in expected clicks.
    private static readonly double[] s_widths = [0, 0.5, 1, 2, 4];
    private static readonly double[] s_strengths = [0.5, 2, 8, 32];

    /// <summary>Runs.</summary>
    /// <param name="dataset">A folder with sessions.csv.gz.</param>
    /// <param name="isPlanted">Whether clicks are drawn from a truth with an offer effect, and from one without.</param>
    /// <param name="clicksPerList">People per list of the planted truth.</param>
    /// <param name="seed">Seed.</param>
    public static BenchReport Run(string dataset, bool isPlanted, int clicksPerList, ulong seed)
    {
        var real = ListWorld.Real(PricedLists.Load(dataset));
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataset)));
        var plain = ListModel.Train(real, new ListMethod(WithPrice: true), new double[real.Clicks.Length]);
        var rows = new List<BenchRow>();
        if (isPlanted)
        {
            rows.AddRange(Measure(real.Planted(plain.Scores, ItemSpread, StateSpread, clicksPerList, seed), "", seed));
            rows.AddRange(Measure(real.Planted(plain.Scores, ItemSpread, 0, clicksPerList, seed), "-unplanted", seed));
        }
        else
        {
            rows.AddRange(Measure(real, "", seed));
        }

        var protocol = "lists in time order: 60 % train, 20 % choose widths and strengths, 20 % test; log_loss: nats a click of a list (conditional logit); log_loss_first: on the first lists of their users only; differences below 0 are gains";
        return new BenchReport
        {
            Bench = "offers",
            Dataset = isPlanted ? $"{name}, planted: sd {StateSpread} on the state, {ItemSpread} on the item, {clicksPerList} clicks a list; -unplanted: 0 on the state" : name,
            Protocol = protocol,
            Seed = seed,
            Rows = rows,
        };
    }

    private static IEnumerable<BenchRow> Measure(ListWorld world, string suffix, ulong seed)
    {
        var watch = TimeProvider.System.GetTimestamp();
        var none = new double[world.Clicks.Length];
        var position = ListModel.Train(world, new ListMethod(WithPrice: false), none);
        var price = ListModel.Train(world, new ListMethod(WithPrice: true), none);
        var expected = ListModel.Shares(world, price.Scores);
        var (item, itemStrength) = s_strengths.Select(strength => (ListModel.Train(world, new ListMethod(true, strength), expected), strength)).MinBy(one => one.Item1.ValidationLoss);
        var offers = from width in s_widths
                     from strength in s_strengths
                     select (ListModel.Train(world, new ListMethod(true, itemStrength, KernelOf(width), strength), expected), width, strength);
        var (offer, offerWidth, offerStrength) = offers.MinBy(one => one.Item1.ValidationLoss);
        var table = new EvaluationTable(seed, ["item", "position"]);
        Add(table, "position", world, position);
        Add(table, "price", world, price);
        Add(table, "item", world, item);
        Add(table, "offer", world, offer);
        table.AddFigure("item", "strength", itemStrength);
        table.AddFigure("offer", "strength", offerStrength);
        table.AddFigure("offer", "kernel_width", offerWidth);
        table.AddFigure("offer", "lists", world.Lists.Count - world.TestFrom);
        table.AddFigure("offer", "items", world.Lists.ItemCount);
        table.AddFigure("offer", "views_in_one_bin", ShareInOneBin(world));
        table.AddFigure("offer", "skipped_lists", world.Lists.SkippedCount);
        table.AddFigure("offer", "seconds", TimeProvider.System.GetElapsedTime(watch).TotalSeconds);
        foreach (var row in table.ToRows())
        {
            var named = new BenchRow(row.Method + suffix);
            foreach (var (key, value) in row.Metrics)
            {
                named.With(key, value);
            }

            yield return named;
        }
    }

    private static TransferKernel KernelOf(double width) =>
        width == 0 ? TransferKernel.Empty : TransferKernel.Of(shift => Math.Exp(-0.105 * Math.Pow(Math.Abs(shift) / width, 2.22)));

    private static void Add(EvaluationTable table, string method, ListWorld world, ListModel model)
    {
        var (from, lists) = (world.TestFrom, world.Lists);
        var starts = lists.Starts[from..].Select(start => start - lists.Starts[from]).ToArray();
        var scores = model.Scores.AsSpan(lists.Starts[from]).ToArray().Select(score => (float)score).ToArray();
        var labels = world.Clicks.AsSpan(lists.Starts[from]).ToArray();
        var losses = ListModel.Losses(world, model.Scores, from, lists.Count);
        table.AddLists(method, "log_loss", losses);
        table.AddLists(method, "log_loss_first", [.. losses.Select((loss, list) => lists.IsFirst[from + list] ? loss : double.NaN)]);
        table.AddLists(method, "auc", RankingMetrics.PerList(scores, labels, starts, AucOfList));
        table.AddLists(method, "ndcg@10", RankingMetrics.PerList(scores, labels, starts, relevances => RankingMetrics.Ndcg(relevances, 10)));
    }

    // The share of pairs of a clicked place with one that is less clicked, weighed by the difference, in which the clicked one stands above.
    private static double AucOfList(ReadOnlySpan<float> relevances)
    {
        double right = 0, all = 0;
        for (var above = 0; above < relevances.Length; above++)
        {
            for (var below = above + 1; below < relevances.Length; below++)
            {
                var difference = relevances[above] - relevances[below];
                right += Math.Max(0, difference);
                all += Math.Abs(difference);
            }
        }

        return all > 0 ? right / all : double.NaN;
    }

    // How many of an item's views fall into its most usual bin, over items with two views or more.
    private static double ShareInOneBin(ListWorld world)
    {
        var counts = new int[world.Lists.ItemCount * OfferState.BinCount];
        for (var row = 0; row < world.Bins.Length; row++)
        {
            counts[(world.Lists.Items[row] * OfferState.BinCount) + world.Bins[row]]++;
        }

        double usual = 0, all = 0;
        for (var item = 0; item < world.Lists.ItemCount; item++)
        {
            var own = counts.AsSpan(item * OfferState.BinCount, OfferState.BinCount);
            var (sum, most) = (0, 0);
            foreach (var count in own)
            {
                sum += count;
                most = Math.Max(most, count);
            }

            (usual, all) = sum > 1 ? (usual + most, all + sum) : (usual, all);
        }

        return usual / all;
    }
}
