using Vitrina.Engine;
using Vitrina.Learning;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli.Benchmarks;

/// <summary>
/// <c>vitrina bench sessions</c>: shown lists of sessions are imported as rankings with clicks, a model learns to re-rank the shown list, and is
/// judged on later sessions. The mapping and the vertical are those of the how-to page.
/// </summary>
internal static class SessionsBenchmark
{
    private const string Vertical = "trivago";
    private const string Surface = "search";
    private const int Permutations = 32;

    public static async Task<BenchReport> RunAsync(string dataset, ulong seed, bool isLeakTest, Terminal terminal, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(dataset))
        {
            throw new UsageException($"there is no folder '{dataset}'");
        }

        var root = Directory.CreateTempSubdirectory("vitrina-sessions-").FullName;
        try
        {
            return await RunAsync(dataset, new DataDirectory(root), seed, isLeakTest, terminal, cancellationToken);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<BenchReport> RunAsync(string dataset, DataDirectory data, ulong seed, bool isLeakTest, Terminal terminal, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(data.Verticals);
        var mapping = Path.Combine(data.Root, "mapping.yaml");
        await File.WriteAllTextAsync(mapping, Resources.Read("mappings/trivago.yaml"), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(data.Verticals, "trivago.yaml"), Resources.Read("verticals/trivago.yaml"), cancellationToken);
        var watch = new StepWatch();
        await using var runtime = EngineAccess.Start(data.Root, new EngineOptions { PublishIntervalMs = 1000 });
        var imported = await terminal.RunAsync("Importing", progress =>
            Imports.RunAsync(runtime, data, new ImportRequest(Path.GetFullPath(dataset), mapping, null, null), progress, cancellationToken));
        var importSeconds = watch.Step("import");

        // Re-ranking a list that was shown: its order is known and tells most, so places stand among the features, and nothing is corrected.
        var options = new LearningOptions
        {
            Vertical = Vertical,
            Surface = Surface,
            PositionBias = PositionBias.None,
            WarmUpShare = 0.05,
            TrainShare = 0.7,
            ValidationShare = 0.8,
            Seed = seed,
        };
        var outcome = await terminal.RunAsync("Learning", progress =>
            Task.Run(() => LearningLoop.Run(runtime.Journal, EngineAccess.Verticals(data), null, options, null, progress, cancellationToken), cancellationToken));
        var trainSeconds = watch.Step("train");
        var lists = outcome.Test;
        var table = new EvaluationTable(seed, ["last-touched"]);
        foreach (var method in new[] { "random", "shown", "cheapest", "last-touched", "linear", "vitrina" })
        {
            table.AddLists(method, "mrr", lists.PerList(method, relevances => RankingMetrics.ReciprocalRank(relevances)));
            table.AddLists(method, "ndcg@10", lists.PerList(method, relevances => RankingMetrics.Ndcg(relevances, 10)));
        }

        table.AddFigure("vitrina", "train_seconds", trainSeconds);
        table.AddFigure("vitrina", "import_seconds", importSeconds);
        table.AddFigure("vitrina", "lists", lists.Count);
        table.AddFigure("vitrina", "refused_lines", (double)(long)imported["refused"]!);
        table.AddFigure("vitrina", "unknown_share", outcome.Report.UnknownShare);
        table.AddFigure("vitrina", "model", outcome.Report.Kind);
        table.AddFigure("vitrina", "rows", outcome.Report.Rows);
        if (isLeakTest)
        {
            var leak = await terminal.RunAsync("Permuting labels", progress =>
                Task.Run(() => LeakTest.Run(runtime.Journal, EngineAccess.Verticals(data), options, Permutations, progress, cancellationToken), cancellationToken));
            table.AddFigure("leak-test", "auc", leak.Mean);
            table.AddFigure("leak-test", "auc_se", leak.StandardError);
            table.AddFigure("leak-test", "permutations", leak.Aucs.Count);
            table.AddFigure("leak-test", "lists", leak.Lists);
            table.AddFigure("leak-test", "list_length", leak.ListLength);
            table.AddFigure("leak-test", "within_3_se", leak.IsClean ? 1 : 0);
        }

        return table.ToReport("sessions", Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataset))), "later-time test lists, re-ranking of the shown list");
    }
}
