using Vitrina.Learning.Evaluation;
using Vitrina.Learning.Recommending;
using Vitrina.Learning.Recommending.Measuring;
using Vitrina.Learning.Recommending.Protocols;

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
    private const int Resamples = 1000;

    public static IReadOnlyList<string> Protocols { get; } = ["leave-last-out", "train-test", "sessions", "groups", "rating-kfold"];

    public static async Task<BenchReport> RunAsync(RecommendRequest request, Terminal terminal, CancellationToken cancellationToken)
        => await terminal.RunAsync("Recommending", progress => Task.Run(() => Run(request, terminal, cancellationToken), cancellationToken));

    private static BenchReport Run(RecommendRequest request, Terminal terminal, CancellationToken cancellationToken)
    {
        var watch = new StepWatch();
        var task = LeaveLastOut.Read(request.Dataset, request.Seed);
        var rows = new List<BenchRow>();
        foreach (var test in RecommendRun.Run(task, request.Seed, null, text => terminal.Say($"{text} {watch.Step(text):F1}s"), cancellationToken))
        {
            rows.AddRange(RowsOf(test, request.Seed, ["hr@10", "ndcg@10", "hr@5", "ndcg@5", "recall@20", "recall@40", "ndcg@20", "ndcg@40", "mrr"]));
        }

        return new BenchReport { Bench = "recommend", Dataset = Path.GetFileName(request.Dataset), Protocol = request.Protocol, Seed = request.Seed, Rows = rows };
    }

    private static IReadOnlyList<BenchRow> RowsOf(MeasuredTest test, ulong seed, string[] keys)
    {
        var best = test.Methods.Where(method => method.Name != RecommendMeasurement.Own).MaxBy(method => method.Measures.Mean(keys[1]))!;
        var table = new EvaluationTable(seed, [best.Name], Resamples);
        foreach (var method in test.Methods)
        {
            foreach (var key in keys)
            {
                table.AddLists(method.Name, key, method.Measures.Of(key));
            }

            table.AddFigure(method.Name, "coverage", method.Measures.Coverage);
            table.AddFigure(method.Name, "answers_per_second", method.AnswersPerSecond);
            table.AddFigure(method.Name, "refit", test.Test.IsRefit);
        }

        return table.ToRows();
    }
}
