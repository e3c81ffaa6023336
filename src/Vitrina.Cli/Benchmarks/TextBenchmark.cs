using System.Diagnostics;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Language;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli.Benchmarks;

/// <summary>What <c>vitrina bench text</c> is asked.</summary>
/// <param name="Dataset">The folder of titles and queries.</param>
/// <param name="Titles">Titles at most.</param>
/// <param name="Repeats">Measured passes.</param>
/// <param name="HasWrites">Whether to measure beside a writer too.</param>
/// <param name="Seed">Draws what is written.</param>
internal sealed record TextRequest(string Dataset, int Titles, int Repeats, bool HasWrites, ulong Seed);

/// <summary>What one pass over the queries took.</summary>
/// <param name="QueriesPerSecond">By the clock.</param>
/// <param name="P50Microseconds">Of a query, by the clock.</param>
/// <param name="P99Microseconds">Of a query, by the clock.</param>
/// <param name="ProcessorMicroseconds">Mean of a query by the processor's time, which other work on the machine disturbs less.</param>
internal sealed record TextPass(double QueriesPerSecond, double P50Microseconds, double P99Microseconds, double ProcessorMicroseconds);

/// <summary><c>vitrina bench text</c>: the ten best texts of each query, on one thread, engine and peer in turn.</summary>
internal static class TextBenchmark
{
    public const double K1 = 1.2;
    public const double B = 0.75;
    private const int Limit = 10;
    private const int WarmUps = 2;
    private static readonly string[] s_modes = ["or", "and"];

    public static BenchReport Run(TextRequest request, Terminal terminal, CancellationToken cancellationToken)
    {
        var titles = ReadLines(request.Dataset, "titles.txt").Take(request.Titles).ToArray();
        var queries = ReadLines(request.Dataset, "queries.txt").ToArray();
        terminal.Say($"Indexing {titles.Length:N0} titles");
        var started = Stopwatch.GetTimestamp();
        var index = Build(titles);
        var snapshot = index.Freeze();
        var buildSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        terminal.Say($"Checking {queries.Length:N0} queries against every posting");
        var exact = new ExactTexts(titles);
        var isExact = s_modes.ToDictionary(mode => mode, mode => IsExact(snapshot, exact, queries, mode == "and", cancellationToken));
        var report = new BenchReport { Bench = "text", Dataset = request.Dataset, Protocol = Protocol(titles.Length, queries.Length, request), Seed = request.Seed };
        var folder = Directory.CreateTempSubdirectory("vitrina-text-").FullName;
        try
        {
            terminal.Say("Measuring");
            var (peer, why) = LucenePeer.Start(request, folder);
            using (peer)
            {
                foreach (var mode in s_modes)
                {
                    var (own, other) = InTurn(snapshot, peer, queries, mode, request.Repeats, cancellationToken);
                    report.Rows.Add(Row("vitrina", mode, own).With("exact", isExact[mode]).With("build_seconds", buildSeconds).With("bytes_per_doc", (double)index.Bytes / Math.Max(1, titles.Length))
                        .With("bytes_per_posting", snapshot.BytesPerPosting));
                    report.Rows.Add(peer is null
                        ? new BenchRow("lucene-4.10") { Skipped = why }.With("mode", mode)
                        : Row("lucene-4.10", mode, other).With("build_seconds", (double)peer.Figures["build_seconds"]!).With("bytes_per_doc", (double)peer.Figures["bytes_per_doc"]!));
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        if (request.HasWrites)
        {
            terminal.Say("Measuring beside a writer");
            report.Rows.Add(TextWrites.Measure(index, titles, QueriesOf(queries, isAnd: false), request));
        }

        return report;
    }

    /// <summary>One pass over the queries with the snapshot that is current at each of them.</summary>
    public static TextPass Pass(Func<TextSnapshot> current, TextQuery[] queries, TextSearchScratch scratch)
    {
        var microseconds = new double[queries.Length];
        Span<int> ordinals = stackalloc int[Limit];
        Span<float> scores = stackalloc float[Limit];
        var processor = Environment.CpuUsage.UserTime;
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < queries.Length; i++)
        {
            var before = Stopwatch.GetTimestamp();
            current().Search(queries[i], default(AnyItem), Limit, scratch, ordinals, scores);
            microseconds[i] = Stopwatch.GetElapsedTime(before).TotalMicroseconds;
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var used = Environment.CpuUsage.UserTime - processor;
        Array.Sort(microseconds);
        return new TextPass(queries.Length / seconds, At(microseconds, 0.5), At(microseconds, 0.99), used.TotalMicroseconds / queries.Length);
    }

    public static BenchRow Row(string method, string mode, IReadOnlyList<TextPass> passes) => new BenchRow(method)
        .With("mode", mode)
        .With("qps", Median(passes, pass => pass.QueriesPerSecond))
        .With("p50_us", Median(passes, pass => pass.P50Microseconds))
        .With("p99_us", Median(passes, pass => pass.P99Microseconds))
        .With("cpu_us", Median(passes, pass => pass.ProcessorMicroseconds));

    private static string Protocol(int titles, int queries, TextRequest request) =>
        $"{titles} titles cut at white space, {queries} queries, top {Limit}, BM25 with k1 {K1} and b {B}, one thread; {WarmUps} passes to warm up, medians of {request.Repeats}, engine and peer in turn; exact: equal to every posting scored in double precision, ties within 1e-6";

    private static TextIndex Build(string[] titles)
    {
        var index = new TextIndex(TextAnalyzer.Whitespace, new TextIndexOptions { K1 = (float)K1, B = (float)B });
        var texts = new string?[1];
        for (var item = 0; item < titles.Length; item++)
        {
            texts[0] = titles[item];
            index.Put(item, texts);
        }

        return index;
    }

    private static (List<TextPass> Own, List<TextPass> Peer) InTurn(TextSnapshot snapshot, LucenePeer? peer, string[] lines, string mode, int repeats, CancellationToken cancellationToken)
    {
        var (own, other) = (new List<TextPass>(), new List<TextPass>());
        var queries = QueriesOf(lines, mode == "and");
        var scratch = new TextSearchScratch();
        for (var turn = -WarmUps; turn < repeats; turn++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var pass = Pass(() => snapshot, queries, scratch);
            var peerPass = peer?.Run(mode);
            if (turn >= 0)
            {
                own.Add(pass);
                other.AddRange(peerPass is null ? [] : [peerPass]);
            }
        }

        return (own, other);
    }

    private static TextQuery[] QueriesOf(string[] lines, bool isAnd) => [.. lines.Select(line =>
    {
        var query = new TextQuery { MinimumShouldMatch = isAnd ? 1 : 0 };
        query.Read(TextAnalyzer.Whitespace, line);
        return query;
    })];

    private static bool IsExact(TextSnapshot snapshot, ExactTexts exact, string[] lines, bool isAnd, CancellationToken cancellationToken)
    {
        var (scratch, ordinals, scores) = (new TextSearchScratch(), new int[Limit], new float[Limit]);
        var queries = QueriesOf(lines, isAnd);
        for (var i = 0; i < lines.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = snapshot.Search(queries[i], default(AnyItem), Limit, scratch, ordinals, scores);
            if (!exact.AreBest(lines[i], Limit, isAnd, ordinals.AsSpan(0, count)))
            {
                return false;
            }
        }

        return true;
    }

    private static IEnumerable<string> ReadLines(string dataset, string name)
    {
        var path = Path.Combine(dataset, name);
        return File.Exists(path) ? File.ReadLines(path) : throw new UsageException($"there is no file '{path}'; a data set is a folder with titles.txt and queries.txt, a text a line");
    }

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? double.NaN : sorted[(int)(share * (sorted.Length - 1))];

    private static double Median(IReadOnlyList<TextPass> passes, Func<TextPass, double> figure) => At([.. passes.Select(figure).Order()], 0.5);
}
