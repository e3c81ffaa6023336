using Vitrina.Engine;
using Vitrina.Learning;
using Vitrina.Learning.Evaluation;
using Vitrina.Learning.Training;

namespace Vitrina.Cli.Benchmarks;

/// <summary>
/// <c>vitrina bench sessions</c>: shown lists of sessions are imported as rankings with clicks, a model learns to re-rank the shown list, and is
/// judged on later sessions. The mapping and the vertical are those of the how-to page.
/// </summary>
internal static class SessionsBenchmark
{
    private const string Vertical = "trivago";
    private const string Surface = "search";

    public static async Task<BenchReport> RunAsync(string dataset, ulong seed, Terminal terminal, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(dataset))
        {
            throw new UsageException($"there is no folder '{dataset}'");
        }

        var root = Directory.CreateTempSubdirectory("vitrina-sessions-").FullName;
        try
        {
            return await RunAsync(dataset, new DataDirectory(root), seed, terminal, cancellationToken);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<BenchReport> RunAsync(string dataset, DataDirectory data, ulong seed, Terminal terminal, CancellationToken cancellationToken)
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

        // Re-ranking a list that was shown: its order is known and tells most, so the position stays a feature while scoring.
        var options = new LearningOptions
        {
            Vertical = Vertical,
            Surface = Surface,
            Objective = LinearObjective.Listwise,
            WarmUpShare = 0.05,
            TrainShare = 0.7,
            ValidationShare = 0.8,
            FixPosition = false,
            Seed = seed,
        };
        var outcome = LearningLoop.Run(runtime.Journal, EngineAccess.Verticals(data), null, options, null, null, cancellationToken);
        var trainSeconds = watch.Step("train");
        var lists = outcome.Test;
        var table = new EvaluationTable(seed, ["last-touched"]);
        foreach (var (method, scores) in new[] { ("random", "random"), ("shown", "shown"), ("cheapest", "cheapest"), ("last-touched", "last-touched"), ("vitrina", "vitrina") })
        {
            table.AddLists(method, "mrr", lists.PerList(scores, relevances => RankingMetrics.ReciprocalRank(relevances)));
            table.AddLists(method, "ndcg@10", lists.PerList(scores, relevances => RankingMetrics.Ndcg(relevances, 10)));
        }

        table.AddFigure("vitrina", "train_seconds", trainSeconds);
        table.AddFigure("vitrina", "import_seconds", importSeconds);
        table.AddFigure("vitrina", "lists", lists.Count);
        table.AddFigure("vitrina", "refused_lines", (double)(long)imported["refused"]!);
        return table.ToReport("sessions", Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataset))), "later-time test lists, re-ranking of the shown list");
    }
}
