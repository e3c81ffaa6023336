using Vitrina.Learning.Evaluation;

namespace Vitrina.Learning.Backtesting;

/// <summary>The verdict of a comparison at 5 %.</summary>
public enum Verdict
{
    /// <summary>The interval of the difference holds 0.</summary>
    Undecided,

    /// <summary>The candidate is better.</summary>
    Better,

    /// <summary>The candidate is worse.</summary>
    Worse,
}

/// <summary>A paired comparison of the candidate with the baseline on one metric.</summary>
/// <param name="Metric">The metric's key.</param>
/// <param name="Baseline">The baseline's mean over lists that somebody acted on.</param>
/// <param name="Candidate">The candidate's.</param>
/// <param name="Paired">The difference with its interval and p-value (<see cref="SubsetMeans"/>): what the verdict rests on.</param>
/// <param name="Bootstrap">The percentile bootstrap interval of the same difference, for comparison with other tools.</param>
public sealed record BacktestComparison(string Metric, double Baseline, double Candidate, PairedDifference Paired, MeanInterval Bootstrap)
{
    /// <summary>What the interval says.</summary>
    public Verdict Verdict => Paired.Interval.Low > 0 ? Verdict.Better : Paired.Interval.High < 0 ? Verdict.Worse : Verdict.Undecided;
}

/// <summary>A comparison on a part of the lists.</summary>
/// <param name="Slice">What parts them: `user`, `query`, `item`, `price` or `vertical`.</param>
/// <param name="Value">The part.</param>
/// <param name="Comparison">The comparison on it.</param>
public sealed record BacktestSlice(string Slice, string Value, BacktestComparison Comparison);

/// <summary>What mixing takes from an order, or gives.</summary>
/// <param name="Method">The side.</param>
/// <param name="L2">Its figure by score alone.</param>
/// <param name="Page">Its figure as the page stands.</param>
/// <param name="Eaten">Mean of page − l2 by list, with its interval: below 0, mixing eats relevance.</param>
public sealed record MixingCost(string Method, double L2, double Page, PairedDifference Eaten);

/// <summary>One list on which the sides differ most.</summary>
/// <param name="RankingId">The list.</param>
/// <param name="At">When it was shown.</param>
/// <param name="Query">What was searched for.</param>
/// <param name="Difference">Candidate − baseline on the compared metric.</param>
/// <param name="Baseline">The baseline's order.</param>
/// <param name="Candidate">The candidate's order.</param>
/// <param name="Relevant">The items that were acted on.</param>
public sealed record BacktestExample(
    string RankingId, DateTimeOffset At, string? Query, double Difference, IReadOnlyList<string> Baseline, IReadOnlyList<string> Candidate, IReadOnlyList<string> Relevant);

/// <summary>How alike two orders are, on average over lists.</summary>
/// <param name="KendallTau">Share of pairs in the same order minus share in another; 1 = equal, −1 = reversed.</param>
/// <param name="Overlap">Share of the first k that both have.</param>
/// <param name="SameFirst">Share of lists with the same first item.</param>
public readonly record struct OrderAgreement(double KendallTau, double Overlap, double SameFirst);

/// <summary>What a backtest found.</summary>
public sealed class BacktestReport
{
    private const int PriceBins = 4;
    private readonly List<JudgedList> _lists;

    internal BacktestReport(BacktestOptions options, Contender baseline, Contender candidate, List<JudgedList> lists, long asOf)
    {
        (Options, BaselineName, CandidateName, _lists, AsOf) = (options, baseline.Name, candidate.Name, lists, asOf);

        // Comparing a thing with itself is allowed: it must come out undecided.
        CandidateName = CandidateName == BaselineName ? CandidateName + " (candidate)" : CandidateName;
        Metric = $"ndcg@{options.K}";
        From = DateTimeOffset.FromUnixTimeMilliseconds(lists.Min(list => list.AtMs));
        To = DateTimeOffset.FromUnixTimeMilliseconds(lists.Max(list => list.AtMs));
        var (ours, theirs) = (PerList(list => list.Candidate.Order, Ndcg), PerList(list => list.Baseline.Order, Ndcg));
        Difference = Compare(theirs, ours);
        Rows = BuildRows();
        Slices = BuildSlices(theirs, ours);
        Mixing = options.At == BacktestPlace.Page ? [CostOf(BaselineName, list => list.Baseline), CostOf(CandidateName, list => list.Candidate)] : [];
        PageDifference = options.At == BacktestPlace.Page ? Compare(PerList(list => list.Baseline.Page!, Ndcg), PerList(list => list.Candidate.Page!, Ndcg)) : null;
        var gaps = ours.Zip(theirs, (candidateValue, baselineValue) => candidateValue - baselineValue).ToArray();
        Winners = ExamplesOf(gaps, 1);
        Losers = ExamplesOf(gaps, -1);
        Agreement = AgreementOf();
    }

    /// <summary>What was compared, and how.</summary>
    public BacktestOptions Options { get; }

    /// <summary>The baseline.</summary>
    public string BaselineName { get; }

    /// <summary>The candidate.</summary>
    public string CandidateName { get; }

    /// <summary>The last journal sequence that was read.</summary>
    public long AsOf { get; }

    /// <summary>The metric of the comparison, such as `ndcg@10`.</summary>
    public string Metric { get; }

    /// <summary>The oldest list.</summary>
    public DateTimeOffset From { get; }

    /// <summary>The newest list.</summary>
    public DateTimeOffset To { get; }

    /// <summary>Lists in the span.</summary>
    public int ListCount => _lists.Count;

    /// <summary>Lists that somebody acted on; the others say nothing about order and are left out of every figure per list.</summary>
    public int JudgedCount => Difference.Paired.Interval.Count;

    /// <summary>Every figure of both sides.</summary>
    public IReadOnlyList<BenchRow> Rows { get; }

    /// <summary>The comparison by score.</summary>
    public BacktestComparison Difference { get; }

    /// <summary>The comparison of the pages; null when only scores are compared.</summary>
    public BacktestComparison? PageDifference { get; }

    /// <summary>What mixing takes from either side; empty when only scores are compared.</summary>
    public IReadOnlyList<MixingCost> Mixing { get; }

    /// <summary>The comparison on parts of the lists.</summary>
    public IReadOnlyList<BacktestSlice> Slices { get; }

    /// <summary>Lists on which the candidate gains most.</summary>
    public IReadOnlyList<BacktestExample> Winners { get; }

    /// <summary>Lists on which it loses most.</summary>
    public IReadOnlyList<BacktestExample> Losers { get; }

    /// <summary>How alike the two orders are.</summary>
    public OrderAgreement Agreement { get; }

    /// <summary>The side's probabilities and labels over rows that were seen; empty when the side has none.</summary>
    internal (float[] Probabilities, float[] Labels) SeenRows(bool isCandidate)
    {
        var (probabilities, labels) = (new List<float>(), new List<float>());
        foreach (var list in _lists)
        {
            var side = isCandidate ? list.Candidate : list.Baseline;
            for (var row = 0; row < list.SeenRows; row++)
            {
                if (!float.IsNaN(side.Probabilities[row]))
                {
                    probabilities.Add(side.Probabilities[row]);
                    labels.Add(list.Labels[row]);
                }
            }
        }

        return ([.. probabilities], [.. labels]);
    }

    /// <summary>The candidate's raw scores and the labels over rows that were seen, oldest list first, with the number of rows up to the middle of the span.</summary>
    internal (float[] Scores, float[] Labels, int FirstHalf) SeenScores()
    {
        var (scores, labels, firstHalf) = (new List<float>(), new List<float>(), 0);
        var ordered = _lists.OrderBy(list => list.AtMs).ToList();
        for (var i = 0; i < ordered.Count; i++)
        {
            firstHalf = i == ordered.Count / 2 ? scores.Count : firstHalf;
            for (var row = 0; row < ordered[i].SeenRows; row++)
            {
                scores.Add(ordered[i].Candidate.Scores[row]);
                labels.Add(ordered[i].Labels[row]);
            }
        }

        return ([.. scores], [.. labels], firstHalf);
    }

    private double Ndcg(ReadOnlySpan<float> relevances) => RankingMetrics.Ndcg(relevances, Options.K, Options.Gain, Options.Discount);

    private double[] PerList(Func<JudgedList, int[]> order, ListMetric metric) => [.. _lists.Select(list => metric(list.Condensed(order(list))))];

    private BacktestComparison Compare(double[] baseline, double[] candidate)
    {
        var paired = PairedBootstrap.Difference(candidate, baseline, Options.Seed);
        var gaps = candidate.Zip(baseline, (ours, theirs) => ours - theirs).ToArray();
        return new BacktestComparison(Metric, MeanOf(baseline), MeanOf(candidate), paired, PairedBootstrap.Mean(gaps, Options.Seed));
    }

    private static double MeanOf(IEnumerable<double> values) => values.Where(value => !double.IsNaN(value)).DefaultIfEmpty(double.NaN).Average();

    private IReadOnlyList<BenchRow> BuildRows()
    {
        var table = new EvaluationTable(Options.Seed, [BaselineName]);
        foreach (var isCandidate in new[] { false, true })
        {
            var name = isCandidate ? CandidateName : BaselineName;
            int[] Order(JudgedList list) => isCandidate ? list.Candidate.Order : list.Baseline.Order;
            table.AddLists(name, Metric, PerList(Order, Ndcg));
            table.AddLists(name, "map", PerList(Order, static relevances => RankingMetrics.AveragePrecision(relevances)));
            table.AddLists(name, "mrr", PerList(Order, relevances => RankingMetrics.ReciprocalRank(relevances)));
            table.AddLists(name, $"recall@{Options.K}", PerList(Order, relevances => RankingMetrics.Recall(relevances, Options.K)));
            var (probabilities, labels) = SeenRows(isCandidate);
            if (probabilities.Length > 0)
            {
                table.AddFigure(name, "auc", ProbabilityMetrics.Auc(probabilities, labels));
                table.AddFigure(name, "log_loss", ProbabilityMetrics.LogLoss(probabilities, labels));
                table.AddFigure(name, "ece", ProbabilityMetrics.Ece(probabilities, labels));
                table.AddFigure(name, "calibration_slope", ProbabilityMetrics.Calibration(probabilities, labels).Slope);
            }
        }

        return table.ToRows();
    }

    private List<BacktestSlice> BuildSlices(double[] baseline, double[] candidate)
    {
        var bounds = PriceBounds();
        var parts = new SortedDictionary<(string Slice, string Value), List<int>>();
        for (var i = 0; i < _lists.Count; i++)
        {
            foreach (var (slice, value) in _lists[i].Slices)
            {
                PartOf(parts, (slice, value)).Add(i);
            }

            if (bounds.Length > 0 && !double.IsNaN(_lists[i].RelevantPrice))
            {
                PartOf(parts, ("price", BinOf(bounds, _lists[i].RelevantPrice))).Add(i);
            }
        }

        return [.. parts
            .Select(part => new BacktestSlice(part.Key.Slice, part.Key.Value, Compare([.. part.Value.Select(i => baseline[i])], [.. part.Value.Select(i => candidate[i])])))
            .Where(slice => slice.Comparison.Paired.Interval.Count > 0)];
    }

    private static List<int> PartOf(SortedDictionary<(string, string), List<int>> parts, (string, string) key)
    {
        if (!parts.TryGetValue(key, out var part))
        {
            parts[key] = part = [];
        }

        return part;
    }

    private double[] PriceBounds()
    {
        var prices = _lists.Select(list => list.RelevantPrice).Where(price => !double.IsNaN(price)).Order().ToArray();
        return prices.Length < PriceBins ? [] : [.. Enumerable.Range(1, PriceBins - 1).Select(bin => prices[bin * prices.Length / PriceBins]).Distinct()];
    }

    private static string BinOf(double[] bounds, double price)
    {
        var bin = bounds.Count(bound => price >= bound);
        return bin == 0 ? FormattableString.Invariant($"1: below {bounds[0]:0.##}") : FormattableString.Invariant($"{bin + 1}: from {bounds[bin - 1]:0.##}");
    }

    private MixingCost CostOf(string method, Func<JudgedList, SideOfList> side)
    {
        var (score, page) = (PerList(list => side(list).Order, Ndcg), PerList(list => side(list).Page!, Ndcg));
        return new MixingCost(method, MeanOf(score), MeanOf(page), PairedBootstrap.Difference(page, score, Options.Seed));
    }

    private IReadOnlyList<BacktestExample> ExamplesOf(double[] gaps, int sign) => [.. Enumerable.Range(0, gaps.Length)
        .Where(i => sign * gaps[i] > 0)
        .OrderByDescending(i => sign * gaps[i]).ThenBy(i => i)
        .Take(Options.Examples)
        .Select(i => (List: _lists[i], Gap: gaps[i]))
        .Select(example => new BacktestExample(
            example.List.RankingId,
            DateTimeOffset.FromUnixTimeMilliseconds(example.List.AtMs),
            example.List.Query,
            example.Gap,
            FirstOf(example.List, example.List.Baseline.Order),
            FirstOf(example.List, example.List.Candidate.Order),
            [.. Enumerable.Range(0, example.List.Items.Length).Where(row => example.List.Labels[row] > 0).Select(row => example.List.Items[row])]))];

    private string[] FirstOf(JudgedList list, int[] order) => [.. order.Where(row => !float.IsNaN(list.Labels[row])).Take(Options.K).Select(row => list.Items[row])];

    private OrderAgreement AgreementOf()
    {
        double tau = 0, overlap = 0, first = 0;
        var compared = 0;
        foreach (var list in _lists.Where(list => list.Items.Length > 1))
        {
            compared++;
            var (ours, theirs) = (list.Candidate.Order, list.Baseline.Order);
            tau += KendallTau(ours, theirs);
            var places = Math.Min(Options.K, ours.Length);
            overlap += (double)ours.Take(places).Count(row => Array.IndexOf(theirs, row, 0, places) >= 0) / places;
            first += ours[0] == theirs[0] ? 1 : 0;
        }

        return compared == 0 ? new OrderAgreement(double.NaN, double.NaN, double.NaN) : new OrderAgreement(tau / compared, overlap / compared, first / compared);
    }

    internal static double KendallTau(int[] order, int[] other)
    {
        var place = new int[order.Length];
        for (var i = 0; i < other.Length; i++)
        {
            place[other[i]] = i;
        }

        long agreeing = 0, pairs = 0;
        for (var i = 0; i < order.Length; i++)
        {
            for (var j = i + 1; j < order.Length; j++)
            {
                agreeing += place[order[i]] < place[order[j]] ? 1 : -1;
                pairs++;
            }
        }

        return pairs == 0 ? 1 : (double)agreeing / pairs;
    }
}
