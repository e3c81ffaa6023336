using Vitrina.Learning.Evaluation;
using Vitrina.Learning.Recommending;

namespace Vitrina.Cli.Benchmarks;

/// <summary>What <c>vitrina bench recommend</c> is asked.</summary>
/// <param name="Dataset">The data.</param>
/// <param name="Protocol">How it is cut and measured.</param>
/// <param name="Seed">Seeds everything random.</param>
/// <param name="Run">Where the lists of <c>vitrina</c> go; null for nowhere.</param>
/// <param name="IsRefitRun">Whether those are the lists of the refit row.</param>
internal sealed record RecommendRequest(string Dataset, string Protocol, ulong Seed, string? Run, bool IsRefitRun);

/// <summary><c>vitrina bench recommend</c>: what comes next for a person, by every source alone and by the re-ranker over all of them.</summary>
internal static class RecommendBenchmark
{
    public static IReadOnlyList<string> Protocols { get; } = [.. RecommendProtocol.All.Select(protocol => protocol.Name)];

    public static async Task<BenchReport> RunAsync(RecommendRequest request, Terminal terminal, CancellationToken cancellationToken)
        => await terminal.RunAsync("Recommending", progress => Task.Run(() => Run(request, progress, cancellationToken), cancellationToken));

    private static BenchReport Run(RecommendRequest request, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var protocol = RecommendProtocol.All.Single(known => known.Name == request.Protocol);
        var parts = protocol.Read(request.Dataset, request.Seed);
        using var run = request.Run is null ? null : new RecommendRunFile(request.Run, request.IsRefitRun);
        var rows = new List<BenchRow>();
        foreach (var part in parts.GroupBy(part => part.Part))
        {
            var results = new RecommendRows(protocol, part.Key, request.Seed);
            foreach (var (_, task) in part)
            {
                var since = TimeProvider.System.GetTimestamp();
                var learned = RecommendRun.Learn(task, request.Seed, progress, cancellationToken);
                var seconds = TimeProvider.System.GetElapsedTime(since).TotalSeconds;
                foreach (var test in learned.Measure(part.Key == parts[0].Part ? run?.ReceiverOf(task) : null))
                {
                    results.Add(new MeasuredRow(learned, test, seconds));
                }
            }

            rows.AddRange(results.ToRows());
        }

        return new BenchReport { Bench = "recommend", Dataset = Path.GetFileName(Path.TrimEndingDirectorySeparator(request.Dataset)), Protocol = protocol.Sentence, Seed = request.Seed, Rows = rows };
    }
}
