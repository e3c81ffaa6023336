using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Vitrina.Engine.Models.Factors;
using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Selection;
using Vitrina.Learning.Evaluation;
using Vitrina.Learning.Recommending.Factors;

namespace Vitrina.Cli.Benchmarks;

/// <summary>What <c>vitrina bench factors</c> is asked.</summary>
/// <param name="Dimensions">Factors of a row.</param>
/// <param name="Iterations">Passes.</param>
/// <param name="Scale">Size of the drawn data; 1 is 50,000 users and 20,000 items.</param>
/// <param name="Seed">Seeds the data and the first factors.</param>
internal sealed record FactorsRequest(int Dimensions, int Iterations, double Scale, ulong Seed);

/// <summary>
/// <c>vitrina bench factors</c>: alternating least squares on drawn interactions, one thread: own conjugate gradients, exact solutions as their
/// oracle, and a numpy/scipy peer. Every person likes a few of 400 topics; the last draw of each is kept aside, and recall is measured on it.
/// </summary>
internal static class FactorsBenchmark
{
    private const int Topics = 400;
    private const int Answered = 20;
    private const int JudgedUsers = 5000;

    private sealed record Interactions(int[] Starts, int[] Columns, int[] KeptAside, int Items);

    public static async Task<BenchReport> RunAsync(FactorsRequest request, Terminal terminal, CancellationToken cancellationToken)
        => await terminal.RunAsync("Training", progress => Task.Run(() => Run(request, progress, cancellationToken), cancellationToken));

    private static BenchReport Run(FactorsRequest request, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var data = Draw(request);
        var options = new FactorOptions { Dimensions = request.Dimensions, Iterations = request.Iterations, Threads = 1, Seed = request.Seed };
        var report = new BenchReport
        {
            Bench = "factors",
            Dataset = $"drawn: {data.Starts.Length - 1} users, {data.Items} items, {data.Columns.Length} interactions",
            Protocol = $"{request.Dimensions} factors, {request.Iterations} passes, one thread, methods in turn; recall of one item kept aside a user, {JudgedUsers} users at most; iteration_seconds is the median",
            Seed = request.Seed,
        };
        var own = Train(data, options, cancellationToken);
        report.Rows.Add(Row("vitrina", data, own.Users, own.Items, own.Seconds, request));
        progress.Report(0.2);
        var exact = Train(data, options with { Steps = 0 }, cancellationToken);
        report.Rows.Add(Row("exact", data, exact.Users, exact.Items, exact.Seconds, request));
        progress.Report(0.5);
        report.Rows.Add(PeerRow(data, options, own.Seconds, request));
        return report;
    }

    private static (float[] Users, float[] Items, double Seconds) Train(Interactions data, FactorOptions options, CancellationToken cancellationToken)
    {
        var training = new ImplicitFactors(data.Starts, data.Columns, [], data.Items, options);
        var seconds = new double[options.Iterations];
        for (var pass = 0; pass < options.Iterations; pass++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var started = Stopwatch.GetTimestamp();
            training.Pass();
            seconds[pass] = Stopwatch.GetElapsedTime(started).TotalSeconds;
        }

        return (training.UserFactors, training.ItemFactors, seconds.Order().ElementAt(seconds.Length / 2));
    }

    private static BenchRow PeerRow(Interactions data, FactorOptions options, double ownSeconds, FactorsRequest request)
    {
        if (PythonPeer.WithModule("scipy.sparse") is not { } python)
        {
            return new BenchRow("numpy") { Skipped = "no Python here can import numpy and scipy" };
        }

        var folder = Directory.CreateTempSubdirectory("vitrina-factors-").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "starts.i32"), MemoryMarshal.AsBytes(data.Starts.AsSpan()));
            File.WriteAllBytes(Path.Combine(folder, "columns.i32"), MemoryMarshal.AsBytes(data.Columns.AsSpan()));
            var (figures, why) = PythonPeer.TrainFactors(python, folder, new JsonObject
            {
                ["dimensions"] = options.Dimensions,
                ["iterations"] = options.Iterations,
                ["unobserved"] = options.Unobserved,
                ["ridge"] = options.Ridge,
                ["ridge_exponent"] = options.RidgeExponent,
                ["steps"] = options.Steps,
                ["spread"] = options.Spread,
                ["items"] = data.Items,
                ["seed"] = (long)request.Seed,
            });
            if (figures is null)
            {
                return new BenchRow("numpy") { Skipped = why };
            }

            var seconds = (double)figures["iteration_seconds"]!;
            var row = Row("numpy", data, PythonPeer.ReadFloats(Path.Combine(folder, "users.f32")), PythonPeer.ReadFloats(Path.Combine(folder, "items.f32")), seconds, request);
            return row.With("vitrina_seconds_ratio", ownSeconds / seconds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static BenchRow Row(string method, Interactions data, float[] users, float[] items, double seconds, FactorsRequest request)
        => new BenchRow(method).With("recall@20", Recall(data, users, items, request.Dimensions)).With("iteration_seconds", seconds);

    private static double Recall(Interactions data, float[] users, float[] items, int dimensions)
    {
        var model = new FactorModel(items, dimensions, 1, 0, 0);
        var scores = new float[data.Items];
        var (ordinals, best) = (new int[Answered], new float[Answered]);
        var top = new TopK();
        var judged = Math.Min(JudgedUsers, data.KeptAside.Length);
        var hits = 0;
        for (var user = 0; user < judged; user++)
        {
            model.Score(users.AsSpan(user * dimensions, dimensions), scores);
            foreach (var known in data.Columns.AsSpan(data.Starts[user]..data.Starts[user + 1]))
            {
                scores[known] = float.NegativeInfinity;
            }

            top.Reset(Answered);
            for (var item = 0; item < scores.Length; item++)
            {
                if (scores[item] >= top.Threshold)
                {
                    top.Offer(item, scores[item]);
                }
            }

            hits += ordinals.AsSpan(0, top.DrainDescending(ordinals, best)).Contains(data.KeptAside[user]) ? 1 : 0;
        }

        return (double)hits / judged;
    }

    private static Interactions Draw(FactorsRequest request)
    {
        var (users, items) = (Math.Max(50, (int)(50_000 * request.Scale)), Math.Max(2 * Topics, (int)(20_000 * request.Scale)));
        var random = RandomStream.For(request.Seed, "interactions");
        var (starts, columns, keptAside) = (new int[users + 1], new List<int>(), new int[users]);
        var own = new HashSet<int>();
        var topics = new int[4];
        for (var user = 0; user < users; user++)
        {
            for (var i = 0; i < topics.Length; i++)
            {
                topics[i] = random.NextInt(Topics);
            }

            own.Clear();
            var wanted = 2 + Math.Min(300, (int)random.NextExponential(42));
            for (var draw = 0; draw < 4 * wanted && own.Count <= wanted; draw++)
            {
                // Within a topic, and over all items, the square of a uniform draw: popular ones stand first.
                var place = random.NextDouble() * random.NextDouble();
                var item = random.NextBool(0.2) ? (int)(place * items) : ((int)(place * (items / Topics)) * Topics) + topics[random.NextInt(topics.Length)];
                if (own.Add(item))
                {
                    keptAside[user] = item;
                }
            }

            own.Remove(keptAside[user]);
            columns.AddRange(own.Order());
            starts[user + 1] = columns.Count;
        }

        return new Interactions(starts, [.. columns], keptAside, items);
    }
}
