using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Trees;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;
using Vitrina.Learning.Training;

namespace Vitrina.Cli.Benchmarks;

/// <summary>What <c>vitrina bench rank</c> is asked.</summary>
/// <param name="Train">The training file.</param>
/// <param name="Valid">The validation file.</param>
/// <param name="Test">The test file.</param>
/// <param name="Scores">Where the scores of the <c>vitrina</c> row go; null for nowhere.</param>
/// <param name="Seed">Seeds everything random.</param>
internal sealed record RankFilesRequest(string Train, string Valid, string Test, string? Scores, ulong Seed);

/// <summary>
/// <c>vitrina bench rank</c>: learning to rank on svmlight files. Settings are chosen on the validation lists; the test lists are only scored.
/// </summary>
internal static class RankBenchmark
{
    private const int BatchRows = 1024;
    private static readonly int[] s_places = [1, 3, 5, 10];
    private static readonly string[] s_methods = ["random", "linear", "xgboost", "vitrina"];

    public static async Task<BenchReport> RunAsync(RankFilesRequest request, Terminal terminal, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("vitrina-rank-").FullName;
        try
        {
            return await terminal.RunAsync("Learning to rank", progress => Task.Run(() => Run(request, folder, progress, cancellationToken), cancellationToken));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static BenchReport Run(RankFilesRequest request, string folder, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var files = SvmLightLists.Survey(request.Train);
        ListArrays train = files.Load(request.Train), valid = files.Load(request.Valid), test = files.Load(request.Test);
        string[] names = [.. files.Indices.Select(index => $"f{index}")];
        var watch = new StepWatch();
        var table = new EvaluationTable(request.Seed, ["linear", "xgboost"]);

        var draws = RandomStream.For(request.Seed, "random order");
        Dictionary<string, float[]> scores = new(StringComparer.Ordinal) { ["random"] = [.. test.Labels.Select(_ => (float)draws.NextDouble())] };
        watch.Step("random");
        scores["linear"] = Linear(train, valid, test, names, request.Seed);
        var linearSeconds = watch.Step("linear");
        cancellationToken.ThrowIfCancellationRequested();
        var (peer, why) = Peer(train, valid, test, folder, request.Seed);
        watch.Step("xgboost");
        var found = TreeSearch.Run(train, valid, names, request.Seed, progress, cancellationToken);
        scores["vitrina"] = Score(new TreeModel(found.Model), test);
        var ownSeconds = watch.Step("vitrina");

        foreach (var method in s_methods)
        {
            if (method == "xgboost" && peer is null)
            {
                table.Skip(method, why);
                continue;
            }

            AddMetrics(table, method, method == "xgboost" ? peer!.Scores : scores[method], test, request.Seed);
        }

        table.AddFigure("linear", "seconds", linearSeconds);
        if (peer is not null)
        {
            table.AddFigure("xgboost", "train_seconds", peer.Figure("train_seconds"));
        }

        table.AddFigure("vitrina", "seconds", ownSeconds);
        table.AddFigure("vitrina", "settings_tried", found.Tried);
        table.AddFigure("vitrina", "valid_ndcg@10", found.Validation);
        table.AddFigure("vitrina", "leaves", found.Chosen.MaxLeaves);
        table.AddFigure("vitrina", "trees", found.Model.Trees.Count);
        if (request.Scores is not null)
        {
            File.WriteAllLines(request.Scores, scores["vitrina"].Select(score => score.ToString("R", CultureInfo.InvariantCulture)));
        }

        return table.ToReport("rank", Path.GetFileName(request.Test), "gains 2^label - 1, discount log2(rank + 1); lists without a relevant document are left out; settings chosen on the validation file");
    }

    private static void AddMetrics(EvaluationTable table, string method, float[] scores, ListArrays test, ulong seed)
    {
        var lists = new RankedLists(seed, method);
        for (var list = 0; list < test.ListCount; list++)
        {
            var (from, end) = (test.ListStarts[list], test.ListStarts[list + 1]);
            lists.Add(test.Labels.AsSpan(from, end - from), [scores[from..end]]);
        }

        foreach (var places in s_places)
        {
            table.AddLists(method, $"ndcg@{places}", lists.PerList(method, relevances => RankingMetrics.Ndcg(relevances, places, Gain.Exponential)));
        }

        table.AddLists(method, "map", lists.PerList(method, relevances => RankingMetrics.AveragePrecision(relevances)));
    }

    private static float[] Linear(ListArrays train, ListArrays valid, ListArrays test, string[] names, ulong seed)
    {
        var options = new LogisticTrainerOptions { Objective = LinearObjective.Listwise, L2Grid = [1, 0.1, 0.01, 0.001, 0.0001], Seed = seed };
        var model = LogisticTrainer.Train(SetOf(train, names), options, SetOf(valid, names)).Model;
        return Score(model, test);
    }

    private static TrainingSet SetOf(ListArrays lists, string[] names)
    {
        var set = new TrainingSet(names);
        for (var list = 0; list < lists.ListCount; list++)
        {
            for (var row = lists.ListStarts[list]; row < lists.ListStarts[list + 1]; row++)
            {
                set.Add(lists.Row(row), lists.Labels[row], 1, list, 0);
            }
        }

        return set;
    }

    private static (PeerResult? Result, string Why) Peer(ListArrays train, ListArrays valid, ListArrays test, string folder, ulong seed)
    {
        if (PythonPeer.WithModule("xgboost") is not { } python)
        {
            return (null, "no Python here can import xgboost");
        }

        foreach (var (part, lists) in new[] { ("train", train), ("valid", valid), ("test", test) })
        {
            PythonPeer.Write(folder, part, stream => stream.Write(MemoryMarshal.AsBytes(lists.Values.AsSpan())), lists.Labels, lists.ListStarts);
        }

        return PythonPeer.Train(python, "xgboost", folder, new JsonObject
        {
            ["features"] = test.FeatureCount,
            ["leaves"] = 31,
            ["trees"] = 1000,
            ["learning_rate"] = 0.05,
            ["seed"] = (long)seed,
            ["valid"] = true,
            ["early_stopping_trees"] = 60,
        });
    }

    private static float[] Score(RankingModel model, ListArrays test)
    {
        var scores = new float[test.Labels.Length];
        var columns = Enumerable.Range(0, test.FeatureCount).ToArray();
        var matrix = new FeatureMatrix();
        for (var first = 0; first < scores.Length; first += BatchRows)
        {
            var count = Math.Min(BatchRows, scores.Length - first);
            matrix.Reset(count, test.FeatureCount);
            for (var row = 0; row < count; row++)
            {
                for (var feature = 0; feature < test.FeatureCount; feature++)
                {
                    matrix[row, feature] = test.Row(first + row)[feature];
                }
            }

            model.Score(matrix, columns, scores.AsSpan(first, count));
        }

        return scores;
    }
}
