using System.Collections.Concurrent;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;
using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Goods;

namespace Vitrina.Cli.Benchmarks;

/// <summary>
/// <c>vitrina bench backtest</c>: how often the comparison calls two equally good orders different (5 % is right), and a better one better.
/// </summary>
/// <remarks>
/// Lists are those of a simulated marketplace with the true relevance of each item. A run draws some of them, lets people click by the truth, and
/// compares two orders: the truth with errors of their own. Equal orders err equally.
/// </remarks>
internal static class BacktestBenchmark
{
    private const int ListsOfWorld = 5_000;
    private const int Resamples = 2_000;
    private const double Error = 1.0;
    private const double SmallerError = 0.6;
    private const int RunsOfBetter = 1_000;
    private const double ParetoShape = 1.5;

    private static readonly double[] s_weights = [.. Enumerable.Range(1, 10).Select(rank => 1 / Math.Log2(rank + 1))];

    private sealed record Case(string Method, int Lists, bool IsBetter = false, bool IsHeavyTailed = false);

    private static readonly Case[] Cases =
    [
        new("vitrina", 400), new("vitrina-30-lists", 30), new("vitrina-heavy-tailed-20-values", 20, IsHeavyTailed: true), new("vitrina-better", 1_000, IsBetter: true),
    ];

    public static async Task<BenchReport> RunAsync(GoodsConfiguration configuration, ulong seed, int runs, CancellationToken cancellationToken)
    {
        var lists = await ListsAsync(configuration, seed, cancellationToken);
        var report = new BenchReport
        {
            Bench = "backtest",
            Dataset = $"goods world, seed {seed}, {lists.Count} lists",
            Protocol = "comparisons at 5 % of two orders of the same lists by clicks, ndcg@10; rejection_rate: equally good orders called different; detected_rate: the better one called better",
            Seed = seed,
        };
        foreach (var one in Cases)
        {
            report.Rows.Add(Measure(one, lists, seed, one.IsBetter ? Math.Min(runs, RunsOfBetter) : runs, cancellationToken));
        }

        return report;
    }

    private static BenchRow Measure(Case one, IReadOnlyList<float[]> lists, ulong seed, int runs, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        long rejected = 0, better = 0;
        Parallel.For(0, runs, new ParallelOptions { CancellationToken = cancellationToken }, run =>
        {
            var stream = RandomStream.For(seed, one.Method, (ulong)run);
            var differences = one.IsHeavyTailed ? HeavyTailed(one.Lists, ref stream) : Differences(one, lists, ref stream);
            var (interval, pValue) = SubsetMeans.Of(differences, stream.NextUInt64(), Resamples);
            if (pValue <= 0.05)
            {
                Interlocked.Increment(ref rejected);
                Interlocked.Add(ref better, interval.Low > 0 ? 1 : 0);
            }
        });
        var row = new BenchRow(one.Method).With("lists", one.Lists).With("runs", runs);
        var rate = (double)rejected / runs;
        row = one.IsBetter
            ? row.With("detected_rate", (double)better / runs).With("called_worse_rate", (double)(rejected - better) / runs)
            : row.With("rejection_rate", rate).With("rejection_rate_lo", Wilson(rate, runs, -1)).With("rejection_rate_hi", Wilson(rate, runs, 1));
        return row.With("seconds", TimeProvider.System.GetElapsedTime(started).TotalSeconds);
    }

    // Lists without a click say nothing and are drawn again, so that a run rests on as many lists as it says.
    private static double[] Differences(Case one, IReadOnlyList<float[]> lists, ref RandomStream stream)
    {
        var differences = new double[one.Lists];
        for (var i = 0; i < differences.Length; i++)
        {
            var value = double.NaN;
            while (double.IsNaN(value))
            {
                value = Difference(lists[stream.NextInt(lists.Count)], one.IsBetter ? SmallerError : Error, ref stream);
            }

            differences[i] = value;
        }

        return differences;
    }

    private static double Difference(float[] relevance, double candidateError, ref RandomStream stream)
    {
        Span<float> labels = stackalloc float[relevance.Length];
        var clicks = 0;
        for (var i = 0; i < relevance.Length; i++)
        {
            var isClicked = stream.NextBool(relevance[i]);
            labels[i] = isClicked ? 1 : 0;
            clicks += isClicked ? 1 : 0;
        }

        return clicks == 0 ? double.NaN : Ndcg(relevance, labels, clicks, candidateError, ref stream) - Ndcg(relevance, labels, clicks, Error, ref stream);
    }

    // NDCG@10 of an order by the truth with errors; the same figure as RankingMetrics gives, without its allocations.
    private static double Ndcg(float[] relevance, ReadOnlySpan<float> labels, int clicks, double error, ref RandomStream stream)
    {
        Span<float> keys = stackalloc float[relevance.Length], ordered = stackalloc float[relevance.Length];
        for (var i = 0; i < relevance.Length; i++)
        {
            keys[i] = (float)-(Math.Log(relevance[i] / (1 - relevance[i])) + (error * stream.NextGaussian()));
        }

        labels.CopyTo(ordered);
        keys.Sort(ordered);
        double gain = 0, ideal = 0;
        for (var rank = 0; rank < Math.Min(10, relevance.Length); rank++)
        {
            gain += ordered[rank] * s_weights[rank];
            ideal += rank < clicks ? s_weights[rank] : 0;
        }

        return gain / ideal;
    }

    // Two sums of money per list, each with a tail so heavy that it has no variance.
    private static double[] HeavyTailed(int count, ref RandomStream stream)
    {
        var differences = new double[count];
        for (var i = 0; i < count; i++)
        {
            differences[i] = Pareto(ref stream) - Pareto(ref stream);
        }

        return differences;
    }

    private static double Pareto(ref RandomStream stream) => Math.Pow(1 - stream.NextDouble(), -1 / ParetoShape);

    private static double Wilson(double rate, int runs, int sign)
    {
        const double Z = 1.959964;
        var centre = rate + (Z * Z / (2.0 * runs));
        return (centre + (sign * Z * Math.Sqrt((rate * (1 - rate) / runs) + (Z * Z / (4.0 * runs * runs))))) / (1 + (Z * Z / runs));
    }

    private static async Task<IReadOnlyList<float[]>> ListsAsync(GoodsConfiguration configuration, ulong seed, CancellationToken cancellationToken)
    {
        var world = GoodsWorld.Create(configuration, seed, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime), Environment.ProcessorCount);
        var collector = new Collector(world);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        collector.Enough = enough;
        try
        {
            await world.DriveAsync(collector, world.Start, world.End, null, enough.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // There are lists enough.
        }

        return !collector.Lists.IsEmpty ? [.. collector.Lists] : throw new UsageException("the world shows no list with two items; give it more users or items");
    }

    /// <summary>Keeps the true relevance of every list that the world's own policy shows.</summary>
    private sealed class Collector(GoodsWorld world) : IMarketplaceAdapter
    {
        private readonly OpenLoopAdapter _policy = new(world);

        public ConcurrentQueue<float[]> Lists { get; } = new();

        public CancellationTokenSource? Enough { get; set; }

        public async ValueTask<ShownList> RankAsync(SimulatedRequest request, CancellationToken cancellationToken)
        {
            var shown = await _policy.RankAsync(request, cancellationToken);
            if (shown.Items.Count > 1)
            {
                Lists.Enqueue([.. shown.Items.Select(item => (float)Math.Clamp(world.TrueRelevance(request, item.Id), 1e-3, 1 - 1e-3))]);
            }

            if (Lists.Count == ListsOfWorld)
            {
                await Enough!.CancelAsync();
            }

            return shown;
        }

        public ValueTask SendAsync(IReadOnlyList<SimulatedChange> changesInTimeOrder, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
