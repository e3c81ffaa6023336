using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Trees;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;
using Vitrina.Learning.Training.Trees;

namespace Vitrina.Cli.Benchmarks;

/// <summary>What <c>vitrina bench trees</c> is asked.</summary>
/// <param name="Dataset">The folder of arrays.</param>
/// <param name="Leaves">Leaves per tree, one group of rows each.</param>
/// <param name="Seeds">Runs whose figures are averaged.</param>
/// <param name="Trees">Trees per model.</param>
/// <param name="Seed">The first run's seed.</param>
internal sealed record TreesRequest(string Dataset, IReadOnlyList<int> Leaves, int Seeds, int Trees, ulong Seed);

/// <summary>
/// <c>vitrina bench trees</c>: tree trainers on the same rows, in turn, on one thread. The first run trains on all lists, each further one on
/// nine lists of ten, drawn by its seed, the same for every method.
/// </summary>
internal static class TreesBenchmark
{
    private const double LearningRate = 0.05;
    private const double KeptShare = 0.9;
    private const int BatchRows = 200;
    private const int ExplainedRows = 200;
    private const string Own = "vitrina";
    private const string OwnSymmetric = "vitrina-symmetric";

    public static async Task<BenchReport> RunAsync(TreesRequest request, Terminal terminal, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("vitrina-trees-").FullName;
        try
        {
            return await terminal.RunAsync("Training", progress => Task.Run(() => Run(request, folder, progress, cancellationToken), cancellationToken));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static BenchReport Run(TreesRequest request, string folder, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var (all, test) = (ListArrays.Read(request.Dataset, "train"), ListArrays.Read(request.Dataset, "test"));
        if (all.FeatureCount != test.FeatureCount)
        {
            throw new UsageException($"the training rows have {all.FeatureCount} features, the test rows {test.FeatureCount}");
        }

        PythonPeer.Write(folder, "test", stream => stream.Write(MemoryMarshal.AsBytes(test.Values.AsSpan())), test.Labels, test.ListStarts);
        (string Method, string? Python)[] peers = [("xgboost", PythonPeer.WithModule("xgboost")), ("sklearn", PythonPeer.WithModule("sklearn"))];
        List<TreesFigures> figures = [];
        var (done, turns) = (0, request.Seeds * request.Leaves.Count * 4);
        for (var run = 0; run < request.Seeds; run++)
        {
            var seed = request.Seed + (ulong)run;
            var draws = RandomStream.For(seed, "lists");
            var train = run == 0 ? all : all.Where(_ => draws.NextBool(KeptShare));
            PythonPeer.Write(folder, "train", stream => stream.Write(MemoryMarshal.AsBytes(train.Values.AsSpan())), train.Labels, train.ListStarts);
            foreach (var leaves in request.Leaves)
            {
                foreach (var growth in new[] { TreeGrowth.LeafWise, TreeGrowth.Symmetric })
                {
                    Find(figures, growth == TreeGrowth.LeafWise ? Own : OwnSymmetric, leaves).Add(Train(train, test, request, leaves, growth, seed, cancellationToken), test);
                    progress.Report((double)++done / turns);
                }

                foreach (var (method, python) in peers)
                {
                    Find(figures, method, leaves).Add(TrainPeer(python, method, folder, request, leaves, seed, test), test);
                    progress.Report((double)++done / turns);
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }

        var report = new BenchReport
        {
            Bench = "trees",
            Dataset = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Dataset))),
            Protocol = $"{request.Trees} trees, learning rate {LearningRate}, one thread, methods in turn; gains 2^label - 1; ratios are own seconds over the peer's, median over {request.Seeds} runs",
            Seed = request.Seed,
        };
        foreach (var own in figures)
        {
            report.Rows.Add(own.ToRow(request.Seed, figures.Where(peer => peer.Method is "xgboost" or "sklearn" && peer.Leaves == own.Leaves && !own.IsPeer)));
        }

        return report;
    }

    private static TreesFigures Find(List<TreesFigures> figures, string method, int leaves)
    {
        var found = figures.Find(known => known.Method == method && known.Leaves == leaves);
        if (found is null)
        {
            figures.Add(found = new TreesFigures(method, leaves, method is not Own and not OwnSymmetric));
        }

        return found;
    }

    private static TreesRun Train(ListArrays train, ListArrays test, TreesRequest request, int leaves, TreeGrowth growth, ulong seed, CancellationToken cancellationToken)
    {
        using var builder = new TreeDatasetBuilder(
            [.. Enumerable.Range(0, train.FeatureCount).Select(number => new TreeInput($"f{number}"))], new TreeDatasetOptions { Threads = 1, Seed = seed });
        for (var list = 0; list < train.ListCount; list++)
        {
            for (var row = train.ListStarts[list]; row < train.ListStarts[list + 1]; row++)
            {
                builder.Add(train.Row(row), train.Labels[row], 1, list);
            }
        }

        GC.Collect();
        var (started, processor) = (Stopwatch.GetTimestamp(), ProcessorSeconds());
        var options = new TreeTrainerOptions { Trees = request.Trees, LearningRate = LearningRate, MaxLeaves = leaves, Growth = growth, Threads = 1, Seed = seed };
        var ensemble = TreeTrainer.Train(builder.Build(), options, cancellationToken: cancellationToken).Model;
        var (seconds, processorSeconds) = (Stopwatch.GetElapsedTime(started).TotalSeconds, ProcessorSeconds() - processor);
        var (scores, scoring, explaining) = Score(new TreeModel(ensemble), test);
        return new TreesRun(null, scores, seconds, processorSeconds, scoring, explaining, Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0);
    }

    private static TreesRun TrainPeer(string? python, string method, string folder, TreesRequest request, int leaves, ulong seed, ListArrays test)
    {
        if (python is null)
        {
            return TreesRun.None($"no Python here can import {method}");
        }

        var (result, why) = PythonPeer.Train(python, method, folder, new JsonObject
        {
            ["features"] = test.FeatureCount,
            ["leaves"] = leaves,
            ["trees"] = request.Trees,
            ["learning_rate"] = LearningRate,
            ["seed"] = (long)seed,
            ["shap_rows"] = ExplainedRows,
        });
        return result is null
            ? TreesRun.None(why)
            : new TreesRun(
                null,
                result.Scores,
                result.Figure("train_seconds"),
                result.Figure("train_cpu_seconds"),
                result.Figure("score_us_per_row"),
                result.Figure("shap_us_per_row"),
                result.Figure("peak_mb"));
    }

    // Scores as serving does: a request's candidates at a time. Only the model is timed, not the filling of the matrix.
    private static (float[] Scores, double ScoreMicroseconds, double ExplainMicroseconds) Score(TreeModel model, ListArrays test)
    {
        var scores = new float[test.Labels.Length];
        var columns = Enumerable.Range(0, test.FeatureCount).ToArray();
        var matrix = new FeatureMatrix();
        var rounds = new double[4];
        for (var round = 0; round < rounds.Length; round++)
        {
            for (var first = 0; first < scores.Length; first += BatchRows)
            {
                var count = Math.Min(BatchRows, scores.Length - first);
                Fill(matrix, test, first, count);
                var started = Stopwatch.GetTimestamp();
                model.Score(matrix, columns, scores.AsSpan(first, count));
                rounds[round] += Stopwatch.GetElapsedTime(started).TotalMicroseconds;
            }
        }

        var explained = Math.Min(ExplainedRows, scores.Length);
        Fill(matrix, test, 0, explained);
        var contributions = new double[explained * test.FeatureCount];
        model.Contributions(matrix, 0, columns, contributions);
        var began = Stopwatch.GetTimestamp();
        model.Contributions(matrix, [.. Enumerable.Range(0, explained)], columns, contributions);

        // The first round warms up.
        return (scores, rounds[1..].Order().ElementAt(1) / scores.Length, Stopwatch.GetElapsedTime(began).TotalMicroseconds / explained);
    }

    private static void Fill(FeatureMatrix matrix, ListArrays test, int first, int count)
    {
        matrix.Reset(count, test.FeatureCount);
        for (var row = 0; row < count; row++)
        {
            var values = test.Row(first + row);
            for (var feature = 0; feature < values.Length; feature++)
            {
                matrix[row, feature] = values[feature];
            }
        }
    }

    private static double ProcessorSeconds() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;
}
