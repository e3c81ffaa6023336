using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Vitrina.Cli.Importing;
using Vitrina.Engine.Verticals;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli.Benchmarks;

/// <summary>What <c>vitrina bench listings</c> is asked.</summary>
/// <param name="Dataset">A folder with listings.tsv or listings.tsv.gz: columns product_id and title.</param>
/// <param name="Queries">Titles to draw.</param>
/// <param name="RunFile">Where the lists of the row vitrina go; null: nowhere.</param>
/// <param name="Seed">Draws titles and slips.</param>
internal sealed record ListingsRequest(string Dataset, int Queries, string? RunFile, ulong Seed);

/// <summary><c>vitrina bench listings</c>: known-item search. Titles with a slip are searched for; what stands first should be the title itself.</summary>
internal static class ListingsBenchmark
{
    private const int Limit = 100;
    private const int Recall = 10;

    private static readonly QueryDeclaration Nothing = new() { Typos = false, Layout = false, Transliteration = false, Joins = false, Synonyms = false };

    private static readonly (string Method, QueryDeclaration Helps)[] Methods =
    [
        ("text", Nothing),
        ("text+typo", Nothing with { Typos = true }),
        ("text+layout", Nothing with { Layout = true }),
        ("text+joins", Nothing with { Joins = true }),
        ("vitrina", Nothing with { Typos = true, Layout = true, Joins = true, Transliteration = true }),
    ];

    private sealed record Outcome(double[] ReciprocalRanks, double[] Hits, double[] ShortReciprocalRanks, double[] ShortHits, double[] Microseconds, double Seconds);

    public static async Task<BenchReport> RunAsync(ListingsRequest request, Terminal terminal, CancellationToken cancellationToken)
    {
        var (ids, titles) = await terminal.RunAsync("Reading", progress => Task.Run(() => Read(request.Dataset, progress, cancellationToken), cancellationToken));
        var started = Stopwatch.GetTimestamp();
        var index = await terminal.RunAsync("Indexing", progress => Task.Run(() => TitleSearch.Build(titles, progress, cancellationToken), cancellationToken));
        var buildSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var queries = ListingQueries.Draw(titles, request.Queries, request.Seed);
        if (queries.Count == 0)
        {
            throw new UsageException($"--dataset {request.Dataset}: no title has three words");
        }

        var outcomes = new List<(string Method, Outcome Outcome)>();
        foreach (var (method, helps) in Methods)
        {
            var runFile = method == "vitrina" ? request.RunFile : null;
            outcomes.Add((method, await terminal.RunAsync($"Searching: {method}", progress => Task.Run(() => Search(index, titles, ids, queries, helps, runFile, progress, cancellationToken), cancellationToken))));
        }

        var report = Report(request, titles.Count, queries, outcomes);
        report.Rows[0].With("build_seconds", buildSeconds).With("vocabulary_words", index.WordCount);
        return report;
    }

    /// <summary>The file of listings in a folder; null when there is none.</summary>
    public static string? FileIn(string dataset) => new[] { "listings.tsv.gz", "listings.tsv" }.Select(name => Path.Combine(dataset, name)).FirstOrDefault(File.Exists);

    /// <summary>The listings' products and titles, each product once.</summary>
    public static (List<string> Ids, List<string> Titles) Read(string dataset, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var path = FileIn(dataset)
            ?? throw new UsageException($"--dataset {dataset}: there is no listings.tsv or listings.tsv.gz in it");
        using var file = InputFile.Open(path);
        var rows = new DelimitedRows(file.Content, (byte)'\t');
        var (id, title) = (rows.Find("product_id"), rows.Find("title"));
        if (id < 0 || title < 0)
        {
            throw new UsageException($"{path}: the header has no column '{(id < 0 ? "product_id" : "title")}'; there are {string.Join(", ", rows.Columns)}");
        }

        var length = new FileInfo(path).Length;
        var known = new HashSet<string>(StringComparer.Ordinal);
        var (ids, titles) = (new List<string>(), new List<string>());
        while (rows.Read(out var error))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (error is null && Encoding.UTF8.GetString(rows[id]) is var product && known.Add(product))
            {
                ids.Add(product);
                titles.Add(Encoding.UTF8.GetString(rows[title]));
                progress.Report((double)file.Position / length);
            }
        }

        return (ids, titles);
    }

    private static Outcome Search(
        TitleSearch index, List<string> titles, List<string> ids, List<ListingQuery> queries, QueryDeclaration helps, string? runFile, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var outcome = new Outcome(new double[queries.Count], new double[queries.Count], new double[queries.Count], new double[queries.Count], new double[2 * queries.Count], 0);
        using var run = runFile is null ? null : new StreamWriter(new GZipStream(File.Create(runFile), CompressionLevel.Fastest), new UTF8Encoding(false)) { NewLine = "\n" };
        foreach (var query in queries.Take(20))
        {
            index.Search(query.Text, helps, Limit);
        }

        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < queries.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (outcome.ReciprocalRanks[i], outcome.Hits[i]) = Search(queries[i].Text, 2 * i);
            (outcome.ShortReciprocalRanks[i], outcome.ShortHits[i]) = Search(queries[i].ShortText, (2 * i) + 1);
            progress.Report((double)(i + 1) / queries.Count);

            (double ReciprocalRank, double Hit) Search(string text, int at)
            {
                var before = Stopwatch.GetTimestamp();
                var found = index.Search(text, helps, Limit);
                outcome.Microseconds[at] = Stopwatch.GetElapsedTime(before).TotalMicroseconds;
                foreach (var (item, score) in found)
                {
                    run?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{text.Replace('\t', ' ')}\t{ids[item]}\t{score}"));
                }

                // Equal titles cannot be told apart by text: any of them is the answer.
                var rank = found.FindIndex(result => titles[result.Item] == titles[queries[i].Target]) + 1;
                return (rank == 0 ? 0 : 1.0 / rank, rank is > 0 and <= Recall ? 1 : 0);
            }
        }

        return outcome with { Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds };
    }

    private static BenchReport Report(ListingsRequest request, int titleCount, List<ListingQuery> queries, List<(string Method, Outcome Outcome)> outcomes)
    {
        var report = new BenchReport
        {
            Bench = "listings",
            Dataset = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Dataset))),
            Protocol = string.Create(
                CultureInfo.InvariantCulture,
                $"known-item search over {titleCount} products by title alone: {queries.Count} sampled titles, each with one slip ({string.Join(", ", Enum.GetNames<Slip>()).ToLowerInvariant()}, in turn); mrr and recall@10 search for the whole title, mrr_short and recall@10_short for {ListingQueries.ShortWords} of its words; an item of the same title is the answer; depth {Limit}; one thread, times over both lengths"),
            Seed = request.Seed,
        };
        foreach (var slip in new Slip?[] { null }.Concat(Enum.GetValues<Slip>().Select(slip => (Slip?)slip)))
        {
            int[] chosen = [.. Enumerable.Range(0, queries.Count).Where(i => slip is null || queries[i].Slip == slip)];
            foreach (var (method, outcome) in outcomes)
            {
                report.Rows.Add(Row(method, slip?.ToString().ToLowerInvariant() ?? "all", chosen, outcome, outcomes[0].Outcome, request.Seed));
            }
        }

        return report;
    }

    private static BenchRow Row(string method, string slip, int[] chosen, Outcome outcome, Outcome baseline, ulong seed)
    {
        double[] Of(double[] values) => [.. chosen.Select(i => values[i])];
        var interval = PairedBootstrap.Mean(Of(outcome.ReciprocalRanks), seed);
        var row = new BenchRow(method).With("perturbation", slip).With("queries", chosen.Length)
            .With("mrr", interval.Mean).With("mrr_lo", interval.Low).With("mrr_hi", interval.High).With("recall@10", Of(outcome.Hits).DefaultIfEmpty(double.NaN).Average());
        var few = PairedBootstrap.Mean(Of(outcome.ShortReciprocalRanks), seed);
        row.With("mrr_short", few.Mean).With("mrr_short_lo", few.Low).With("mrr_short_hi", few.High).With("recall@10_short", Of(outcome.ShortHits).DefaultIfEmpty(double.NaN).Average());
        if (!ReferenceEquals(outcome, baseline))
        {
            var difference = PairedBootstrap.Difference(Of(outcome.ReciprocalRanks), Of(baseline.ReciprocalRanks), seed);
            row.With("mrr_diff_text", new BenchValue.Interval(difference.Interval.Low, difference.Interval.High));
        }

        double[] times = [.. chosen.SelectMany(i => new[] { outcome.Microseconds[2 * i], outcome.Microseconds[(2 * i) + 1] }).Order()];
        return row.With("seconds", slip == "all" ? outcome.Seconds : times.Sum() / 1e6)
            .With("p50_us", times.Length == 0 ? double.NaN : times[times.Length / 2]).With("p99_us", times.Length == 0 ? double.NaN : times[times.Length * 99 / 100]);
    }
}
