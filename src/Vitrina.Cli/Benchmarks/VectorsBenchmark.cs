using System.Diagnostics;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Indexing.Vectors;
using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Collections;
using Vitrina.Kernels.Vectors;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli.Benchmarks;

/// <summary>What <c>vitrina bench vectors</c> is asked.</summary>
/// <param name="Dataset">The folder of vectors, or of listings whose titles are embedded.</param>
/// <param name="Dimension">Numbers in a vector.</param>
/// <param name="Titles">Most titles that are drawn of listings.</param>
/// <param name="Rounds">Passes over the queries per row.</param>
/// <param name="Seed">Draws what filters accept, and the layers.</param>
internal sealed record VectorsRequest(string Dataset, int Dimension, int Titles, int Rounds, ulong Seed);

/// <summary><c>vitrina bench vectors</c>: recall and speed of the graph, over vectors and over codes, beside hnswlib's; then of filtered searches.</summary>
internal static class VectorsBenchmark
{
    private const int M = 16;
    private const int EfConstruction = 200;
    private const int FilteredEf = 64;
    private const string Own = "vitrina";
    private const string OwnCodes = "vitrina-int8";
    private const string Peer = "hnswlib";

    private static readonly int[] s_widths = [32, 48, 64, 96, 200];
    private static readonly double[] s_selectivities = [0.5, 0.1, 0.01, 0.001];

    public static async Task<BenchReport> RunAsync(VectorsRequest request, Terminal terminal, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("vitrina-vectors-").FullName;
        try
        {
            return await terminal.RunAsync("Measuring", progress => Task.Run(() => Run(request, folder, progress, cancellationToken), cancellationToken));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static BenchReport Run(VectorsRequest request, string folder, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var isListings = ListingsBenchmark.FileIn(request.Dataset) is not null;
        var files = isListings ? folder : request.Dataset;
        if (isListings)
        {
            ListingVectors.Write(request, folder, progress, cancellationToken);
        }

        var set = VectorSet.Read(files, request.Dimension);
        var report = new BenchReport
        {
            Bench = "vectors",
            Dataset = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Dataset))),
            Protocol = $"{(isListings ? "titles by an encoder of their words, queries of four words with a slip; " : "")}{set.Count} x {set.Dimension}, L2, M = {M}, efConstruction = {EfConstruction}, top {VectorSet.Wanted}, one thread, one query a call; methods in turn, median of {request.Rounds} passes over {set.QueryCount} queries; filters accept a random share, ef = {FilteredEf}",
            Seed = request.Seed,
        };
        var own = Index(set, request.Seed, isQuantised: false);
        progress.Report(0.2);
        cancellationToken.ThrowIfCancellationRequested();
        var codes = Index(set, request.Seed, isQuantised: true);
        progress.Report(0.4);
        var (program, why) = HnswlibPeer.Compile(folder);
        using var peer = program is null ? null : HnswlibPeer.Build(program, files, set.Dimension, M, EfConstruction);
        progress.Report(0.6);
        foreach (var ef in s_widths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            AddRows(report, set, request, ef, own, codes, peer);
        }

        if (peer is null)
        {
            report.Rows.Add(new BenchRow(Peer) { Skipped = why });
        }

        progress.Report(0.8);
        foreach (var selectivity in s_selectivities)
        {
            cancellationToken.ThrowIfCancellationRequested();
            AddFilteredRows(report, set, request, selectivity, own, codes);
        }

        return report;
    }

    private static void AddRows(BenchReport report, VectorSet set, VectorsRequest request, int ef, BuiltIndex own, BuiltIndex codes, HnswlibPeer? peer)
    {
        var rounds = new List<VectorPass>[] { [], [], [] };

        // The first round warms up.
        for (var round = 0; round <= request.Rounds; round++)
        {
            Add(rounds[0], round, Pass(set, own.Index, default(AnyItem), ef, set.Truth));
            Add(rounds[1], round, Pass(set, codes.Index, default(AnyItem), ef, set.Truth));
            if (peer is not null)
            {
                Add(rounds[2], round, peer.Search(ef));
            }
        }

        report.Rows.Add(Row(Own, set, rounds[0], ef, own.Cost));
        report.Rows.Add(Row(OwnCodes, set, rounds[1], ef, codes.Cost));
        if (peer is not null)
        {
            report.Rows.Add(Row(Peer, set, rounds[2], ef, peer.Cost));
        }
    }

    private static void AddFilteredRows(BenchReport report, VectorSet set, VectorsRequest request, double selectivity, BuiltIndex own, BuiltIndex codes)
    {
        var accepted = new BitSet(set.Count);
        var draws = RandomStream.For(request.Seed, "filter", (ulong)(1 / selectivity));
        for (var vector = 0; vector < set.Count; vector++)
        {
            if (draws.NextBool(selectivity))
            {
                accepted.Set(vector);
            }
        }

        var truth = set.NearestAmong(accepted);
        var rounds = new List<VectorPass>[] { [], [] };
        for (var round = 0; round <= request.Rounds; round++)
        {
            Add(rounds[0], round, Pass(set, own.Index, new ItemsIn(accepted), FilteredEf, truth));
            Add(rounds[1], round, Pass(set, codes.Index, new ItemsIn(accepted), FilteredEf, truth));
        }

        report.Rows.Add(Row($"{Own}-filtered", set, rounds[0]).With("ef", FilteredEf).With("selectivity", selectivity));
        report.Rows.Add(Row($"{OwnCodes}-filtered", set, rounds[1]).With("ef", FilteredEf).With("selectivity", selectivity));
    }

    private static void Add(List<VectorPass> rounds, int round, VectorPass figures)
    {
        if (round > 0)
        {
            rounds.Add(figures);
        }
    }

    private static BenchRow Row(string method, VectorSet set, List<VectorPass> rounds) => new BenchRow(method)
        .With("recall@10", rounds[0].Recall)
        .With("qps", set.QueryCount / rounds.Select(round => round.Seconds).Order().ElementAt(rounds.Count / 2))
        .With("processor_us", 1e6 / set.QueryCount * rounds.Select(round => round.ProcessorSeconds).Order().ElementAt(rounds.Count / 2));

    private static BenchRow Row(string method, VectorSet set, List<VectorPass> rounds, int ef, VectorBuild built) => Row(method, set, rounds)
        .With("ef", ef)
        .With("build_seconds", built.Seconds)
        .With("build_processor_seconds", built.ProcessorSeconds)
        .With("bytes_per_doc", built.BytesPerVector);

    private static BuiltIndex Index(VectorSet set, ulong seed, bool isQuantised)
    {
        GC.Collect();
        var (started, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var index = new VectorIndex(new VectorIndexOptions
        {
            Dimension = set.Dimension,
            Metric = VectorMetric.L2,
            IsQuantised = isQuantised,
            M = M,
            EfConstruction = EfConstruction,
            FlatLimit = 0,
            Seed = seed,
            IsLinkingSynchronous = true,
        });
        for (var vector = 0; vector < set.Count; vector++)
        {
            index.Put(vector, set.Vector(vector));
        }

        index.Freeze();
        return new BuiltIndex(
            index.Freeze(),
            new VectorBuild(Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds, (double)index.Bytes / set.Count));
    }

    private static VectorPass Pass<TFilter>(VectorSet set, VectorSnapshot index, TFilter filter, int ef, int[] truth)
        where TFilter : struct, IItemFilter
    {
        var (scratch, scores, found) = (new VectorSearchScratch(), new float[VectorSet.Wanted], new int[set.QueryCount * VectorSet.Wanted]);
        var (started, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        for (var query = 0; query < set.QueryCount; query++)
        {
            var ids = found.AsSpan(query * VectorSet.Wanted, VectorSet.Wanted);
            ids[index.Search(set.Query(query), filter, VectorSet.Wanted, ef, scratch, ids, scores)..].Fill(-1);
        }

        var (seconds, processorSeconds) = (Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
        var (hits, wanted) = (0, 0);
        for (var query = 0; query < set.QueryCount; query++)
        {
            var ids = found.AsSpan(query * VectorSet.Wanted, VectorSet.Wanted);
            foreach (var id in truth.AsSpan(query * VectorSet.Wanted, VectorSet.Wanted))
            {
                wanted += id >= 0 ? 1 : 0;
                hits += id >= 0 && ids.Contains(id) ? 1 : 0;
            }
        }

        return new VectorPass(wanted == 0 ? 1 : (double)hits / wanted, seconds, processorSeconds);
    }

    private sealed record BuiltIndex(VectorSnapshot Index, VectorBuild Cost);
}
