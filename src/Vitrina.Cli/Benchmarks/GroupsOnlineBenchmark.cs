using System.Diagnostics;
using System.Globalization;
using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Ranking;
using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Codecs;
using Vitrina.Learning;
using Vitrina.Learning.Batches;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli.Benchmarks;

/// <summary><c>vitrina bench recommend --protocol online</c>: groups for a person at the size of a large marketplace, in process, with a model.</summary>
/// <remarks>
/// People have a taste for a few groups and step between neighbouring ones; their events are spread over four weeks. One row online while events go on
/// being taken, one in batch. <c>bytes_per_million_users</c> is what the live heap grows by with the whole state: users' ids, attributes and histories, items, statistics;
/// <c>process_bytes_per_million_users</c> adds what a serving process has besides: keys of the accepted events, queues, indexes.
/// </remarks>
internal static class GroupsOnlineBenchmark
{
    private const int ItemsPerGroup = 3;
    private const int Block = 20_000;
    private const long SpanMs = 28L * 86_400_000;
    private static readonly string[] s_regions = ["Москва", "Казань", "Уфа", "Омск", "Тула"];

    private const string Vertical = """
        vertical: goods
        items:
          type: category
          groups: [category]
          attributes:
            category: {kind: keyword, parent: department, required: true}
            department: {kind: keyword}
            price: {kind: number, min: 0}
        users: {attributes: {region: {kind: keyword}}}
        events: {view: {}, click: {weight: 1}, cart: {weight: 4}, order: {weight: 10}}
        surfaces:
        """;

    public static async Task<BenchReport> RunAsync(int users, int groups, int eventsPerUser, int requests, ulong seed, Terminal terminal, CancellationToken cancellationToken)
    {
        var data = new DataDirectory(Directory.CreateTempSubdirectory("vitrina-online-").FullName);
        try
        {
            Directory.CreateDirectory(data.Verticals);
            File.WriteAllText(Path.Combine(data.Verticals, "goods.yaml"), Vertical + "\n" + GroupsSurface());
            var report = new BenchReport
            {
                Bench = "recommend",
                Dataset = string.Create(CultureInfo.InvariantCulture, $"{users:n0} users, {groups:n0} groups, {eventsPerUser} events a user"),
                Protocol = "online: in process, one thread of requests of size 40 while events are taken; batch: all users, all threads, size 40",
                Seed = seed,
            };
            var before = Heap();
            await using (var runtime = EngineAccess.Start(data.Root, new EngineOptions { PublishIntervalMs = 100 }))
            {
                await terminal.RunAsync("Filling", progress => FillAsync(runtime, users, groups, eventsPerUser, seed, progress, cancellationToken));
                var bytes = Heap() - before;
                var model = await terminal.RunAsync("Learning", progress => Task.Run(() => LearnAsync(runtime, data, seed, progress, cancellationToken), cancellationToken));
                report.Rows.Add((await OnlineAsync(runtime, users, groups, requests, seed, cancellationToken)).With("model", model).With("process_bytes_per_million_users", bytes * 1e6 / users));
            }

            report.Rows.Add(await terminal.RunAsync("Answering everybody", progress => Task.Run(() => Batch(data, progress, cancellationToken), cancellationToken)));
            return report;
        }
        finally
        {
            Directory.Delete(data.Root, recursive: true);
        }
    }

    // The shipped surface, as it stands in goods.yaml, without what this market does not have.
    private static string GroupsSurface()
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "verticals", "goods.yaml"));
        var first = Array.IndexOf(lines, "  groups:");
        var surface = lines.Skip(first + 1).TakeWhile(line => line.Length == 0 || line.StartsWith("    ", StringComparison.Ordinal));
        return "  groups:\n" + string.Join('\n', surface).Replace("[region, birthYear]", "[region]", StringComparison.Ordinal) + "\n";
    }

    private static long Heap()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static async Task<int> FillAsync(EngineRuntime runtime, int users, int groups, int eventsPerUser, ulong seed, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var endMs = runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var last = 0L;
        foreach (var block in Entries(users, groups, eventsPerUser, endMs, seed).Chunk(Block))
        {
            last = (await runtime.Writer.AppendAndWaitAsync(block, cancellationToken)).LastSequence;
            progress.Report((double)last / ((long)users * (eventsPerUser + 1)));
        }

        await runtime.WaitForAsync(last, cancellationToken);
        return 0;
    }

    private static IEnumerable<PendingEntry> Entries(int users, int groups, int eventsPerUser, long endMs, ulong seed)
    {
        for (var item = 0; item < groups * ItemsPerGroup; item++)
        {
            yield return Put(item, item / ItemsPerGroup, endMs - SpanMs);
        }

        for (var user = 0; user < users; user++)
        {
            yield return Put($"u{user}", s_regions[user % s_regions.Length], endMs - SpanMs);
        }

        // Visits in the order of time: every user's events fall into one of as many rounds.
        for (var round = 0; round < eventsPerUser; round++)
        {
            for (var user = 0; user < users; user++)
            {
                yield return Event(user, round, groups, endMs - SpanMs + (SpanMs / eventsPerUser * round) + (SpanMs / eventsPerUser * user / users), seed);
            }
        }
    }

    private static PendingEntry Put(int item, int group, long atMs)
    {
        var writer = new ByteWriter();
        new ItemChange
        {
            Id = new ItemId($"i{item}"),
            Kind = ItemChangeKind.Put,
            AtMs = atMs,
            Vertical = "goods",
            Attributes = [new("category", AttributeValue.Of($"g{group}")), new("department", AttributeValue.Of($"d{group / 50}")), new("price", AttributeValue.Of(100 + (group % 97)))],
        }.Write(writer);
        return new PendingEntry(EntryKind.ItemPut, writer.ToArray());
    }

    private static PendingEntry Put(string user, string region, long atMs)
    {
        var writer = new ByteWriter();
        new EntityChange { Id = user, AtMs = atMs, Attributes = [new("region", AttributeValue.Of(region))] }.Write(writer);
        return new PendingEntry(EntryKind.UserPut, writer.ToArray());
    }

    // A home group by popularity (a square law), and steps to its neighbours.
    private static PendingEntry Event(int user, int round, int groups, long atMs, ulong seed)
    {
        var home = RandomStream.For(seed, "home", (ulong)user);
        var stream = RandomStream.For(seed, (ulong)user, (ulong)round + 1);
        var uniform = home.NextDouble();
        var group = ((int)(uniform * uniform * groups) + stream.NextInt(4)) % groups;
        var writer = new ByteWriter();
        new MarketEvent
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"e{round}-{user}"),
            Type = stream.NextInt(10) == 0 ? EventType.Cart : EventType.Click,
            OccurredAtMs = atMs,
            Item = $"i{(group * ItemsPerGroup) + stream.NextInt(ItemsPerGroup)}",
            User = $"u{user}",
        }.Write(writer);
        return new PendingEntry(EntryKind.Event, writer.ToArray());
    }

    private static async Task<string> LearnAsync(EngineRuntime runtime, DataDirectory data, ulong seed, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var options = new LearningOptions
        {
            Vertical = "goods",
            Surface = "groups",
            Kind = RankerKind.Trees,
            Trees = 120,
            Leaves = 16,
            LearningRate = 0.1,
            ReconstructedLists = 2_000,
            Seed = seed,
        };
        var verticals = EngineAccess.Verticals(data);
        var factors = FactorsLoop.Run(runtime.Journal, verticals[0], "groups", progress, cancellationToken);
        runtime.Models.Save(factors.Manifest, factors.Factors);
        await Publishing.PublishAsync(runtime, factors.Manifest, "bench", cancellationToken);
        var outcome = LearningLoop.Run(runtime.Journal, verticals, null, options, null, progress, cancellationToken);
        runtime.Models.Save(outcome.Manifest, outcome.Model);
        await Publishing.PublishAsync(runtime, outcome.Manifest, "bench", cancellationToken);
        await runtime.WaitForAsync(runtime.Journal.LastSequence, cancellationToken);
        return outcome.Manifest.Id;
    }

    private static async Task<BenchRow> OnlineAsync(EngineRuntime runtime, int users, int groups, int requests, ulong seed, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var feeding = Task.Run(() => FeedAsync(runtime, users, groups, seed, stop.Token), cancellationToken);
        var (milliseconds, warmUp) = (new double[requests], Math.Min(requests, 500));
        var computed = new List<double>(requests);
        var candidates = 0L;
        for (var i = -warmUp; i < requests; i++)
        {
            var stream = RandomStream.For(seed, "asked", (ulong)(i + warmUp));
            var request = new RankRequest { Vertical = "goods", Surface = "groups", User = $"u{stream.NextInt(users)}", Size = 40 };
            var (started, thread, processor) = (Stopwatch.GetTimestamp(), Environment.CurrentManagedThreadId, ThreadClock.Milliseconds());
            var answer = await runtime.Ranking.RankAsync(request, cancellationToken);
            milliseconds[Math.Max(0, i)] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            if (i >= 0 && thread == Environment.CurrentManagedThreadId && ThreadClock.Milliseconds() - processor is { } spent)
            {
                computed.Add(spent);
            }

            candidates += answer.CandidateCount;
        }

        await stop.CancelAsync();
        var fed = await feeding;
        Array.Sort(milliseconds);
        computed.Sort();
        var row = new BenchRow("vitrina").With("p50_ms", milliseconds[requests / 2]).With("p99_ms", milliseconds[Math.Min(requests - 1, requests * 99 / 100)]);
        if (computed.Count > 0)
        {
            // On a machine that others use: what the request's own thread computed, without the time in which it had to wait.
            row = row.With("p50_processor_ms", computed[computed.Count / 2]).With("p99_processor_ms", computed[Math.Min(computed.Count - 1, computed.Count * 99 / 100)]);
        }

        return row.With("candidates", (double)candidates / (requests + warmUp)).With("events_meanwhile", fed);
    }

    // About a thousand events a second, so that snapshots change under the requests.
    private static async Task<int> FeedAsync(EngineRuntime runtime, int users, int groups, ulong seed, CancellationToken stop)
    {
        var fed = 0;
        for (var round = 1_000; !stop.IsCancellationRequested; round++)
        {
            var stream = RandomStream.For(seed, "fed", (ulong)round);
            var nowMs = runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();
            var events = Enumerable.Range(0, 20).Select(i => Event(stream.NextInt(users), (round * 20) + i, groups, nowMs, seed)).ToArray();
            await runtime.Writer.AppendAndWaitAsync(events, CancellationToken.None);
            fed += events.Length;
            await Task.Delay(20, CancellationToken.None);
        }

        return fed;
    }

    private static BenchRow Batch(DataDirectory data, IProgress<double> progress, CancellationToken cancellationToken)
    {
        using var journal = EngineAccess.OpenJournal(data);
        var options = new BatchOptions { Vertical = "goods", Surface = "groups", Size = 40 };
        var before = Heap();
        var batch = BatchRecommendation.Open(journal, EngineAccess.Verticals(data), new ModelFolder(data.Models), options, null, cancellationToken);
        var bytes = Heap() - before;
        var processor = Environment.CpuUsage.TotalTime;
        var result = batch.Write(Path.Combine(data.Root, "all.csv"), progress, cancellationToken);

        // On a machine that others use, what a processor-second answers is what two idle ones would give, halved.
        processor = Environment.CpuUsage.TotalTime - processor;
        var row = new BenchRow("vitrina-batch").With("answers_per_second", result.UsersPerSecond).With("answers_per_processor_second", result.Users / processor.TotalSeconds)
            .With("users", result.Users).With("seconds", result.Seconds).With("processors", Environment.ProcessorCount).With("bytes_per_million_users", bytes * 1e6 / result.Users);
        return batch.BytesOfPeople().Aggregate(row, (known, part) => known.With($"{part.Part}_bytes_per_million_users", part.Bytes * 1e6 / result.Users));
    }
}
