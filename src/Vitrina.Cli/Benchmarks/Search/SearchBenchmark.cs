using System.Globalization;
using System.IO.Compression;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli.Benchmarks.Search;

/// <summary>What <c>vitrina bench search</c> is asked.</summary>
/// <param name="Dataset">The folder of graded queries.</param>
/// <param name="Vertical">A file with the features to learn from; null takes the shipped one.</param>
/// <param name="Run">Where the order of the row <c>vitrina</c> goes; null for nowhere.</param>
/// <param name="Seed">Seeds everything random.</param>
internal sealed record SearchBenchRequest(string Dataset, string? Vertical, string? Run, ulong Seed);

/// <summary>
/// <c>vitrina bench search</c>: the order of search results against graded judgements. Features come from an engine over the set's documents, models
/// from cross-validation over queries.
/// </summary>
internal static class SearchBenchmark
{
    private const string Baseline = "bm25";
    private const int Places = 10;
    private static readonly string[] s_methods = ["random", Baseline, "hybrid", "vitrina"];

    /// <summary>Runs the benchmark.</summary>
    /// <exception cref="UsageException">The folder holds no set of a known kind.</exception>
    /// <exception cref="InvalidDataException">A file cannot be read.</exception>
    public static async Task<BenchReport> RunAsync(SearchBenchRequest request, Terminal terminal, CancellationToken cancellationToken)
    {
        var set = JudgedSetReader.Read(request.Dataset);
        if (request.Vertical is not null && !File.Exists(request.Vertical))
        {
            throw new UsageException($"there is no file '{request.Vertical}'");
        }

        var vertical = request.Vertical is null ? Resources.Read("verticals/search-judgements.yaml") : await File.ReadAllTextAsync(request.Vertical, cancellationToken);
        var root = Directory.CreateTempSubdirectory("vitrina-search-").FullName;
        try
        {
            var watch = new StepWatch();
            await using var index = await JudgedIndex.StartAsync(Path.Combine(root, "all"), vertical, set.Documents, request.Seed, cancellationToken);
            await using var titles = await JudgedIndex.StartAsync(Path.Combine(root, "titles"), Resources.Read("verticals/search-titles.yaml"), set.Documents, request.Seed, cancellationToken);
            watch.Step("index");
            return await terminal.RunAsync("Judging searches", progress =>
                Task.Run(() => Run(request, set, new SearchScores(set, index, titles), watch, progress, cancellationToken), cancellationToken));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static BenchReport Run(SearchBenchRequest request, JudgedSet set, SearchScores search, StepWatch watch, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var draws = RandomStream.For(request.Seed, "random order");
        var random = set.Queries.SelectMany(query => query.Judgements).Select(_ => (float)draws.NextDouble()).ToArray();
        watch.Step("random");
        var text = search.Text();
        var textSeconds = watch.Step(Baseline);
        var hybrid = search.Hybrid(text);
        var hybridSeconds = watch.Step("hybrid");
        var rows = search.Features();
        var featureSeconds = watch.Step("features");
        var folds = FoldModels.Draw(set.Queries.Count, request.Seed);
        var models = FoldModels.Train(rows, text, folds, search.FeatureNames, request.Seed, progress, cancellationToken);
        var own = search.Learned(rows, text, models, folds);
        var ownSeconds = watch.Step("vitrina");

        var table = new EvaluationTable(request.Seed, [Baseline]);
        AddLists(table, rows, [random, text, hybrid, own], request.Seed);
        if (set.IsCollection)
        {
            AddCollection(table, search.InCollection(models, folds, cancellationToken));
        }

        table.AddFigure(Baseline, "seconds", textSeconds);
        table.AddFigure("hybrid", "seconds", textSeconds + hybridSeconds);
        table.AddFigure("vitrina", "seconds", featureSeconds + ownSeconds);
        table.AddFigure("vitrina", "feature_us_per_row", featureSeconds * 1e6 / rows.Labels.Length);
        table.AddFigure("vitrina", "features", search.FeatureNames.Count);
        table.AddFigure("vitrina", "valid_ndcg@10", models.Validation.Where(value => !double.IsNaN(value)).DefaultIfEmpty(double.NaN).Average());
        table.AddFigure("vitrina", "chosen", string.Join("; ", models.Chosen));
        table.AddFigure("vitrina", "queries", set.Queries.Count);
        table.AddFigure("vitrina", "unknown_documents", set.UnknownDocuments);
        if (request.Run is not null)
        {
            WriteRun(request.Run, set, rows, own);
        }

        return table.ToReport(
            "search",
            Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Dataset))),
            $"{FoldModels.FoldCount}-fold cross-validation by query, settings chosen within the training folds; gains 2^grade - 1, discount log2(rank + 1); ndcg@10 over judged documents only");
    }

    private static void AddLists(EvaluationTable table, ListArrays rows, float[][] scores, ulong seed)
    {
        var lists = new RankedLists(seed, s_methods);
        for (var list = 0; list < rows.ListCount; list++)
        {
            var (from, end) = (rows.ListStarts[list], rows.ListStarts[list + 1]);
            lists.Add(rows.Labels.AsSpan(from, end - from), [.. scores.Select(method => method[from..end])]);
        }

        foreach (var method in s_methods)
        {
            table.AddLists(method, "ndcg@10", lists.PerList(method, relevances => RankingMetrics.Ndcg(relevances, Places, Gain.Exponential)));
            table.AddLists(method, "pairwise_accuracy", lists.PerList(method, RankingMetrics.PairwiseAccuracy));
        }
    }

    private static void AddCollection(EvaluationTable table, IReadOnlyDictionary<string, CollectionQuality> qualities)
    {
        foreach (var (method, quality) in qualities)
        {
            table.AddLists(method, "ndcg@10_full", quality.Ndcg);
            table.AddLists(method, "recall@500", quality.Recall);
        }
    }

    private static void WriteRun(string path, JudgedSet set, ListArrays rows, float[] scores)
    {
        using var writer = new StreamWriter(new GZipStream(File.Create(path), CompressionLevel.Optimal));
        for (var list = 0; list < set.Queries.Count; list++)
        {
            var (query, from) = (set.Queries[list], rows.ListStarts[list]);
            var own = scores.AsSpan(from, query.Judgements.Count);
            var order = new int[own.Length];
            RankingMetrics.OrderByScore(own, order);
            foreach (var row in order)
            {
                writer.Write(string.Create(CultureInfo.InvariantCulture, $"{query.Text.ReplaceLineEndings(" ").Replace('\t', ' ')}\t{query.Judgements[row].Candidate}\t{own[row]:R}\n"));
            }
        }
    }
}
