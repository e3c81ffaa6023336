using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli.Benchmarks;

/// <summary>One training and what it gave.</summary>
/// <param name="Skipped">Why it did not run; null when it did.</param>
/// <param name="Scores">Scores of the test rows.</param>
/// <param name="TrainSeconds">From raw rows in memory to the model.</param>
/// <param name="TrainProcessorSeconds">The same, as the processor counts it: steadier on a busy machine.</param>
/// <param name="ScoreMicroseconds">Per row.</param>
/// <param name="ExplainMicroseconds">Per row.</param>
/// <param name="PeakMegabytes">Of the process that trained.</param>
internal sealed record TreesRun(
    string? Skipped, float[] Scores, double TrainSeconds, double TrainProcessorSeconds, double ScoreMicroseconds, double ExplainMicroseconds, double PeakMegabytes)
{
    public static TreesRun None(string why) => new(why, [], double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);
}

/// <summary>All runs of one method with one number of leaves.</summary>
internal sealed class TreesFigures(string method, int leaves, bool isPeer)
{
    private const int MetricAt = 10;
    private readonly List<TreesRun> _runs = [];
    private double[] _ndcg = [];

    public string Method { get; } = method;

    public int Leaves { get; } = leaves;

    public bool IsPeer { get; } = isPeer;

    /// <summary>Adds a run; NDCG is averaged list by list over the runs.</summary>
    public void Add(TreesRun run, ListArrays test)
    {
        _runs.Add(run with { Scores = [] });
        if (run.Skipped is not null)
        {
            return;
        }

        var values = RankingMetrics.PerList(run.Scores, test.Labels, test.ListStarts, relevances => RankingMetrics.Ndcg(relevances, MetricAt, Gain.Exponential));
        _ndcg = _ndcg.Length == 0 ? new double[values.Length] : _ndcg;
        for (var list = 0; list < values.Length; list++)
        {
            _ndcg[list] += (values[list] - _ndcg[list]) / _runs.Count;
        }
    }

    /// <summary>The row of the report, with the ratios to some peers.</summary>
    public BenchRow ToRow(ulong seed, IEnumerable<TreesFigures> peers)
    {
        var row = new BenchRow(Method) { Skipped = _runs.Find(run => run.Skipped is not null)?.Skipped }.With("leaves", Leaves);
        if (row.Skipped is not null)
        {
            return row;
        }

        var interval = PairedBootstrap.Mean(_ndcg, seed);
        row.With("train_seconds", Median(run => run.TrainSeconds))
            .With("train_cpu_seconds", Median(run => run.TrainProcessorSeconds))
            .With("ndcg@10", interval.Mean)
            .With("ndcg@10_lo", interval.Low)
            .With("ndcg@10_hi", interval.High)
            .With("score_us_per_row", Median(run => run.ScoreMicroseconds));
        if (_runs.TrueForAll(run => !double.IsNaN(run.ExplainMicroseconds)))
        {
            row.With("shap_us_per_row", Median(run => run.ExplainMicroseconds));
        }

        row.With("peak_mb", Median(run => run.PeakMegabytes));
        foreach (var peer in peers.Where(peer => peer._runs.TrueForAll(run => run.Skipped is null)))
        {
            row.With($"train_ratio_{peer.Method}", Median(run => run.TrainSeconds) / peer.Median(run => run.TrainSeconds))
                .With($"train_cpu_ratio_{peer.Method}", Median(run => run.TrainProcessorSeconds) / peer.Median(run => run.TrainProcessorSeconds))
                .With($"score_ratio_{peer.Method}", Median(run => run.ScoreMicroseconds) / peer.Median(run => run.ScoreMicroseconds));
            var difference = PairedBootstrap.Difference(_ndcg, peer._ndcg, seed).Interval;
            row.With($"ndcg@10_diff_{peer.Method}", new BenchValue.Interval(difference.Low, difference.High));
        }

        return row.With("seconds", _runs.Sum(run => run.TrainSeconds));
    }

    private double Median(Func<TreesRun, double> figure) => _runs.Select(figure).Order().ElementAt(_runs.Count / 2);
}
