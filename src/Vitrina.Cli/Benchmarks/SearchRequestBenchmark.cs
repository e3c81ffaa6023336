using System.Diagnostics;
using System.Text.Json.Nodes;
using Vitrina.Api;
using Vitrina.Engine;
using Vitrina.Engine.Ranking;
using Vitrina.Learning;
using Vitrina.Learning.Evaluation;
using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Goods;

namespace Vitrina.Cli.Benchmarks;

/// <summary>What <c>vitrina bench request --items</c> is asked.</summary>
/// <param name="ItemCounts">Items of the catalogue, one row each.</param>
/// <param name="Kind">The model that scores.</param>
/// <param name="Requests">Measured requests per row.</param>
/// <param name="Seed">Seeds the worlds.</param>
internal sealed record SearchRequestOptions(IReadOnlyList<int> ItemCounts, RankerKind Kind, int Requests, ulong Seed);

/// <summary>
/// <c>vitrina bench request --items</c>: whole search requests over catalogues of several sizes: words → candidates → features → model → mix →
/// explain the page → record; one thread in process, then over HTTP, then how soon changes of items show. The queries are those of the world's people.
/// </summary>
internal static class SearchRequestBenchmark
{
    private const int PageSize = 10;
    private const int Callers = 4;
    private const int KeptQueries = 2000;
    private const int ProbedItems = 100;
    private static readonly TimeSpan s_httpTime = TimeSpan.FromSeconds(5);

    /// <summary>Passes everything on, and keeps the last queries.</summary>
    private sealed class Listening(IMarketplaceAdapter adapter) : IMarketplaceAdapter
    {
        public List<SimulatedRequest> Heard { get; } = [];

        public ValueTask<ShownList> RankAsync(SimulatedRequest request, CancellationToken cancellationToken)
        {
            if (request is { Surface: "search", Query.Length: > 0 })
            {
                Heard.Add(request);
            }

            return adapter.RankAsync(request, cancellationToken);
        }

        public ValueTask SendAsync(IReadOnlyList<SimulatedChange> changesInTimeOrder, CancellationToken cancellationToken)
            => adapter.SendAsync(changesInTimeOrder, cancellationToken);
    }

    public static async Task<BenchReport> RunAsync(SearchRequestOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        var report = new BenchReport
        {
            Bench = "request",
            Dataset = $"goods worlds, seed {options.Seed}",
            Protocol = $"whole search requests of simulated people, {PageSize} explained items; after a restart, compiled code warm; in process on one thread, then {Callers} callers over HTTP in the same process for {s_httpTime.TotalSeconds} s, then {ProbedItems} items put, patched and deleted beside searches and events",
            Seed = options.Seed,
        };
        foreach (var items in options.ItemCounts)
        {
            var root = Directory.CreateTempSubdirectory("vitrina-request-").FullName;
            try
            {
                report.Rows.Add(await RowAsync(new DataDirectory(root), items, options, terminal, cancellationToken));
            }
            finally
            {
                Directory.Delete(root, recursive: true);
            }
        }

        return report;
    }

    private static async Task<BenchRow> RowAsync(DataDirectory data, int items, SearchRequestOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        EngineAccess.AddShippedVertical(data, "goods");
        var demo = GoodsConfiguration.Demo;
        var configuration = demo with { ItemCount = Math.Max(items, demo.TypeCount), SellerCount = Math.Max(50, items / 40), Days = 10, TypeCount = Math.Clamp(items / 150, 8, 200) };
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var world = await terminal.RunAsync($"Making {items:n0} items", _ => Task.Run(() => GoodsWorld.Create(configuration, options.Seed, today, Environment.ProcessorCount), cancellationToken));
        var clock = new DrivenClock(world.Start);
        var (heard, model) = await PrepareAsync(data, world, clock, options, terminal, cancellationToken);

        // What is measured is a server that has been stopped and started again.
        world = null;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var started = Stopwatch.GetTimestamp();
        await using var runtime = EngineAccess.Start(data.Root, null, clock);
        var startSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;

        RankRequest[] requests = [.. heard.Select(request => EngineAdapter.RequestOf(request) with { Size = PageSize, Explain = new ExplainRequest(true, []) })];
        var row = new BenchRow("vitrina").With("items", items).With("model", new BenchValue.Word(model)).With("start_s", startSeconds).With("bytes_per_item", (double)bytes / items);
        await MeasureAsync(runtime, requests, options.Requests, row, cancellationToken);
        row.With("http_qps", await OverHttpAsync(runtime, heard, cancellationToken));
        await new UpdateProbe(runtime, requests).MeasureAsync(ProbedItems, row, cancellationToken);
        return row.With("peak_mb", Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0);
    }

    private static async Task<(List<SimulatedRequest> Heard, string Model)> PrepareAsync(
        DataDirectory data, GoodsWorld world, DrivenClock clock, SearchRequestOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        await using var runtime = EngineAccess.Start(data.Root, new EngineOptions { PublishIntervalMs = 1000 }, clock);
        List<SimulatedRequest> heard;
        using (var adapter = new EngineAdapter(runtime, clock))
        {
            var listening = new Listening(adapter);
            await terminal.RunAsync("Living through ten days", progress => world.DriveAsync(listening, world.Start, world.End, progress, cancellationToken).AsTask());
            heard = listening.Heard[^Math.Min(KeptQueries, listening.Heard.Count)..];
        }

        var learning = new LearningOptions { Vertical = "goods", Surface = "search", Kind = options.Kind, Seed = options.Seed };
        var outcome = await terminal.RunAsync("Learning", _ => Task.Run(
            () => LearningLoop.Run(runtime.Journal, EngineAccess.Verticals(data), data.Features, learning, cancellationToken: cancellationToken), cancellationToken));
        runtime.Models.Save(outcome.Manifest, outcome.Model);
        await Publishing.PublishAsync(runtime, outcome.Manifest, "bench", cancellationToken);
        return (heard, outcome.Model.Kind);
    }

    private static async Task MeasureAsync(EngineRuntime runtime, RankRequest[] requests, int count, BenchRow row, CancellationToken cancellationToken)
    {
        var warmUp = new WarmUp();
        while (warmUp.GoesOn())
        {
            await runtime.Ranking.RankAsync(requests[warmUp.Next() % requests.Length], cancellationToken);
        }

        var microseconds = new double[count];
        var (candidates, degraded) = (0L, 0);
        for (var i = 0; i < count; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var answer = await runtime.Ranking.RankAsync(requests[i % requests.Length], cancellationToken);
            microseconds[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
            candidates += answer.CandidateCount;
            degraded += answer.Degraded.Count > 0 ? 1 : 0;
        }

        Array.Sort(microseconds);
        row.With("candidates", (double)candidates / count)
            .With("p50_us", microseconds[count / 2])
            .With("p99_us", microseconds[(int)(count * 0.99)])
            .With("degraded", (double)degraded / count)
            .With("seconds", microseconds.Sum() / 1e6);
    }

    private static async Task<double> OverHttpAsync(EngineRuntime runtime, List<SimulatedRequest> heard, CancellationToken cancellationToken)
    {
        await using var app = ApiHost.Build(runtime, new ApiOptions { Url = "http://127.0.0.1:0", RequireKeys = KeyRequirement.Off });
        await app.StartAsync(cancellationToken);
        var path = new Uri(new Uri(app.Urls.First()), "v1/rank/goods/search");
        string[] bodies = [.. heard.Select(request => new JsonObject { ["user"] = request.User, ["query"] = request.Query, ["size"] = PageSize, ["explain"] = true }.ToJsonString())];
        using var client = new HttpClient();
        await CallAsync(client, path, bodies, 0, TimeSpan.FromSeconds(1), cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var answered = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => CallAsync(client, path, bodies, caller, s_httpTime, cancellationToken)));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await app.StopAsync(cancellationToken);
        return answered.Sum() / seconds;
    }

    private static async Task<int> CallAsync(HttpClient client, Uri path, string[] bodies, int caller, TimeSpan time, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var count = 0;
        while (Stopwatch.GetElapsedTime(started) < time)
        {
            using var content = new StringContent(bodies[((count * Callers) + caller) % bodies.Length], System.Text.Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(path, content, cancellationToken);
            answer.EnsureSuccessStatusCode();
            await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            count++;
        }

        return count;
    }
}
