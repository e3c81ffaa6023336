using System.Diagnostics;
using Vitrina.Engine;
using Vitrina.Engine.Models.Linear;
using Vitrina.Engine.Ranking;
using Vitrina.Learning;
using Vitrina.Learning.Evaluation;
using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Goods;

namespace Vitrina.Cli.Benchmarks;

/// <summary><c>vitrina bench request</c>: a whole request in process (candidates of the caller, 30 features, model, rules, record) by candidate count.</summary>
internal static class RequestBenchmark
{
    public static async Task<BenchReport> RunAsync(ulong seed, int requests, RankerKind kind, CancellationToken cancellationToken)
    {
        var root = Directory.CreateTempSubdirectory("vitrina-request-").FullName;
        try
        {
            return await RunAsync(new DataDirectory(root), seed, requests, kind, cancellationToken);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<BenchReport> RunAsync(DataDirectory data, ulong seed, int requests, RankerKind kind, CancellationToken cancellationToken)
    {
        WriteVertical(data);
        var world = GoodsWorld.Create(GoodsConfiguration.Demo.Scaled(0.3), seed, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime), Environment.ProcessorCount);
        var clock = new DrivenClock(world.Start);
        await using var runtime = EngineAccess.Start(data.Root, null, clock);
        await world.DriveAsync(new EngineAdapter(runtime, clock), world.Start, world.End, null, cancellationToken);
        var outcome = LearningLoop.Run(runtime.Journal, EngineAccess.Verticals(data), data.Features, new LearningOptions { Vertical = "goods", Surface = "search", Kind = kind, Seed = seed }, cancellationToken: cancellationToken);
        runtime.Models.Save(outcome.Manifest, outcome.Model);
        await Publishing.PublishAsync(runtime, outcome.Manifest, "bench", cancellationToken);

        var vertical = runtime.Snapshot.Verticals["goods"];
        var items = Enumerable.Range(0, vertical.Market.Items.Count).Select(ordinal => vertical.Market.Items[ordinal]).Where(item => item is { IsActive: true, Stock: not 0 }).Select(item => item!.Id.Value).ToArray();
        var report = new BenchReport { Bench = "request", Dataset = $"goods world, seed {seed}", Protocol = $"in process, one thread, candidates given by the caller, size 20, model {outcome.Model.Kind}", Seed = seed };
        foreach (var count in new[] { 100, 300, 500 })
        {
            report.Rows.Add(Measure(runtime, items, count, requests, UsedFeatures(outcome)));
        }

        return report;
    }

    private static int UsedFeatures(LearningOutcome outcome) =>
        outcome.Model is LogisticModel linear ? linear.Features.Count(feature => feature.Weight != 0 || feature.MissingWeight != 0) : outcome.Report.Gains.Count;

    // The number of recorded candidates is fixed, so that what a request allocates for its record does not depend on how many there were.
    private static void WriteVertical(DataDirectory data)
    {
        Directory.CreateDirectory(data.Verticals);
        var shipped = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "verticals", "goods.yaml"));
        File.WriteAllText(Path.Combine(data.Verticals, "goods.yaml"), shipped.Replace("candidates: 100}", "candidates: 20}", StringComparison.Ordinal));
    }

    private static BenchRow Measure(EngineRuntime runtime, string[] items, int count, int requests, int features)
    {
        var (small, large) = (RequestsOf(items, count), RequestsOf(items, count + 100));
        foreach (var set in new[] { small, large })
        {
            var warmUp = new WarmUp();
            while (warmUp.GoesOn())
            {
                Answer(runtime, set[warmUp.Next() % set.Length]);
            }
        }

        var microseconds = new double[requests];
        for (var i = 0; i < requests; i++)
        {
            var started = Stopwatch.GetTimestamp();
            Answer(runtime, small[i % small.Length]);
            microseconds[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        }

        // Per candidate: what a hundred more of them add. Of one item an answer, so that longer reasons and ids of other items do not count as theirs.
        var perRequest = Allocated(runtime, small);
        var perCandidate = (Allocated(runtime, OfOne(large)) - Allocated(runtime, OfOne(small))) / 100;
        Array.Sort(microseconds);
        return new BenchRow("vitrina")
            .With("candidates", count)
            .With("features", features)
            .With("p50_us", microseconds[requests / 2])
            .With("p99_us", microseconds[(int)(requests * 0.99)])
            .With("bytes_allocated", Math.Round(Math.Abs(perCandidate), 1))
            .With("bytes_per_request", perRequest)
            .With("seconds", microseconds.Sum() / 1e6);
    }

    private static RankRequest[] RequestsOf(string[] items, int count) => [.. Enumerable.Range(0, 20).Select(number => new RankRequest
    {
        Vertical = "goods",
        Surface = "search",
        User = $"u{number + 1}",
        Query = "кроссовки",
        Items = [.. Enumerable.Range(0, count).Select(i => items[((number * 37) + i) % items.Length])],
    })];

    private static RankRequest[] OfOne(RankRequest[] requests) => [.. requests.Select(request => request with { Size = 1 })];

    private static void Answer(EngineRuntime runtime, RankRequest request)
    {
        // Given candidates need no waiting source: the task is complete and its cost is all on this thread.
        var answer = runtime.Ranking.RankAsync(request);
        _ = answer.IsCompletedSuccessfully ? answer.Result : answer.AsTask().GetAwaiter().GetResult();
    }

    // The median of several rounds: a growing buffer or a renewed pool must not count as the request's own.
    private static double Allocated(EngineRuntime runtime, RankRequest[] requests)
    {
        var rounds = new double[9];
        for (var round = 0; round < rounds.Length; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var request in requests)
            {
                Answer(runtime, request);
            }

            rounds[round] = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)requests.Length;
        }

        Array.Sort(rounds);
        return rounds[rounds.Length / 2];
    }
}
