using System.Globalization;
using System.IO.Compression;
using System.Text;
using Vitrina.Cli;
using Vitrina.Cli.Benchmarks.Search;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Tests.Cli.Benchmarks.Search;

public sealed class SearchBenchmarkTests : IDisposable
{
    private static readonly string[] Things = ["lamp", "mouse", "laptop", "bag", "cable", "radio", "chair", "desk"];
    private static readonly string[] Colours = ["red", "green", "blue", "black"];
    private readonly string _folder = Directory.CreateTempSubdirectory("vitrina-search-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Pairs_are_learned_and_the_run_file_gives_the_same_figure()
    {
        Write("judged.csv", "id,product_uid,product_title,search_term,relevance", Pairs(seed: 1, isRandom: false));
        var run = Path.Combine(_folder, "run.gz");
        var report = await RunAsync(run);

        Assert.Equal(["random", "bm25", "hybrid", "vitrina"], report.Rows.Select(row => row.Method));
        Assert.True(Figure(report, 3, "ndcg@10") > Figure(report, 1, "ndcg@10") + 0.02, report.ToTable());
        Assert.All(["ndcg@10_lo", "ndcg@10_hi", "ndcg@10_diff_bm25", "pairwise_accuracy", "seconds"], key => Assert.Contains(key, report.Rows[3].Metrics.Keys));
        Assert.DoesNotContain("recall@500", report.Rows[3].Metrics.Keys);
        Assert.Equal(Figure(report, 3, "ndcg@10"), await NdcgOfRunAsync(run, Path.Combine(_folder, "judged.csv")), 1e-9);
    }

    [Fact]
    public async Task Grades_that_nothing_foretells_are_not_foretold()
    {
        List<double> accuracies = [];
        foreach (var seed in new ulong[] { 2, 3 })
        {
            Write("pairs.csv", "id,fold,query,product_title,product_description,median_relevance,relevance_variance", Pairs(seed, isRandom: true, hasDescription: true));
            accuracies.Add(Figure(await RunAsync(null), 3, "pairwise_accuracy"));
        }

        // On 60 queries each lies within 0.04 of a coin's.
        Assert.True(accuracies.Average() is > 0.46 and < 0.54, string.Join(", ", accuracies));
    }

    [Fact]
    public async Task A_collection_is_searched_too_and_the_same_seed_gives_the_same_figures()
    {
        Write("judgments.csv", "query,docid,rating", Judgements());
        var products = Enumerable.Range(0, 64).Select(number => $$"""{"id": "p{{number}}", "title": "{{TitleOf(number)}}", "supplier": "Acme", "attr_t_kind": "{{Things[number % 8]}}", "price": 3}""");
        await using (var gzip = new StreamWriter(new GZipStream(File.Create(Path.Combine(_folder, "all.json.gz")), CompressionLevel.Fastest)))
        {
            await gzip.WriteAsync("[" + string.Join(",\n", products) + "]");
        }

        var (first, second) = (await RunAsync(null), await RunAsync(null));
        Assert.All(["ndcg@10_full", "recall@500"], key => Assert.Contains(key, first.Rows[3].Metrics.Keys));
        Assert.Equal(1, Figure(first, 1, "recall@500"));
        Assert.Equal(1, Figure(first, 3, "unknown_documents"));
        Assert.Equal(Figure(first, 3, "ndcg@10"), Figure(second, 3, "ndcg@10"));
        Assert.Equal(Figure(first, 3, "ndcg@10_full"), Figure(second, 3, "ndcg@10_full"));
    }

    [Theory]
    [InlineData("id,query,product_title,relevance\n1,lamp,Lamp,3\n2,lamp,Red lamp,much\n", "line 3: relevance: 'much' is no grade")]
    [InlineData("id,query,product_title,relevance\n1,lamp,Lamp,-1\n", "line 2: relevance: '-1' is no grade")]
    [InlineData("id,query,product_title,relevance\n1,lamp,Lamp\n", "line 2: the row has 3 fields, the header has 4")]
    [InlineData("id,query,product_title,relevance\n1,,Lamp,3\n", "line 2: query: is empty")]
    [InlineData("id,query,product_title,relevance\n1,lamp,Lamp,3\n1,lamp,Lamp,3\n", "line 3: id: there is an earlier row '1'")]
    [InlineData("id,query,product_title,relevance\n", "there is no row behind the header")]
    [InlineData("", "line 1: the file is empty")]
    public void A_bad_table_is_refused_with_file_line_and_field(string content, string message)
    {
        File.WriteAllText(Path.Combine(_folder, "x.csv"), content);
        var exception = Assert.ThrowsAny<Exception>(() => JudgedSetReader.Read(_folder));
        Assert.Contains("x.csv", exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[{\"id\": \"1\"}]", "product 1: title: a text is expected")]
    [InlineData("[{\"id\": \"1\", \"title\": \"x\"}, {\"id\": \"1\", \"title\": \"x\"}]", "product 2: there is an earlier document '1'")]
    [InlineData("[\n{\"id\": }]", "line 2")]
    [InlineData("{}", "a list of products is expected")]
    public void A_bad_product_is_refused_with_its_place(string content, string message)
    {
        Write("judgments.csv", "query,docid,rating", ["lamp,1,3"]);
        File.WriteAllText(Path.Combine(_folder, "products.json"), content);
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => JudgedSetReader.Read(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_known_table_says_what_it_looked_for()
    {
        Write("other.csv", "a,b", ["1,2"]);
        Assert.Contains("other.csv", Assert.Throws<UsageException>(() => JudgedSetReader.Read(_folder)).Message, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() => JudgedSetReader.Read(Path.Combine(_folder, "nowhere")));
        Write("other.csv", "query,docid,rating", ["lamp,1,3"]);
        Assert.Contains("documents", Assert.Throws<UsageException>(() => JudgedSetReader.Read(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folds_are_equally_large_and_drawn_by_the_seed()
    {
        var folds = FoldModels.Draw(23, 5);
        Assert.Equal([5, 5, 5, 4, 4], folds.CountBy(fold => fold).OrderBy(pair => pair.Key).Select(pair => pair.Value));
        Assert.Equal(folds, FoldModels.Draw(23, 5));
        Assert.NotEqual(folds, FoldModels.Draw(23, 6));
    }

    [Fact]
    public async Task Shared_sets_reach_what_search_is_to_reach()
    {
        Assert.SkipUnless(FullRun.IsOn, "Two minutes of training; run ./test --full.");
        Assert.SkipWhen(SharedData.Folder("chorus") is null, "There is no folder shared/data/chorus beside the repository.");
        foreach (var (name, anchor, reach) in new[] { ("chorus", 0.82, 0.855), ("crowdflower", 0.834, 0.857) })
        {
            if (SharedData.Folder(name) is { } folder)
            {
                var report = await SearchBenchmark.RunAsync(new SearchBenchRequest(folder, null, null, 1), new Terminal(true), TestContext.Current.CancellationToken);
                Assert.True(Figure(report, 1, "ndcg@10") >= anchor && Figure(report, 3, "ndcg@10") >= reach, report.ToTable());
            }
        }
    }

    private Task<BenchReport> RunAsync(string? run) =>
        SearchBenchmark.RunAsync(new SearchBenchRequest(_folder, null, run, 1), new Terminal(true), TestContext.Current.CancellationToken);

    private static double Figure(BenchReport report, int row, string key) => ((BenchValue.Number)report.Rows[row].Metrics[key]).Value;

    private static string TitleOf(int number) => $"{Colours[number / 8 % 4]} {Things[number % 8]}{(number % 3 == 0 ? $" for {Things[(number / 3) % 8]}" : "")} {number}";

    // A lamp is a good answer for lamps, a thing for lamps is none, though it says as many of the words.
    private static IEnumerable<string> Pairs(ulong seed, bool isRandom, bool hasDescription = false)
    {
        var random = RandomStream.For(seed, "pairs");
        for (var (query, id) = (0, 0); query < 60; query++)
        {
            var thing = Things[query % 8];
            for (var row = 0; row < 8; row++, id++)
            {
                var other = Things[random.NextInt(8)];
                var (isThing, isFor) = (row < 2, row is >= 2 and < 5);
                var title = isThing ? $"{Colours[row]} {thing} with {other}" : isFor ? $"{other} for {thing}" : $"{Colours[row - 4]} {other}";
                var grade = isRandom ? 1 + random.NextInt(4) : isThing ? 3 : isFor ? 1.33 : 1;
                yield return hasDescription
                    ? FormattableString.Invariant($"{id},1,\"{thing} {Colours[query % 4]} {query}\",{title} no {id},\"About, \"\"{other}\"\"\",{grade},0")
                    : FormattableString.Invariant($"{id},{id},{title} no {id},{thing} {Colours[query % 4]} {query},{grade}");
            }
        }
    }

    private static IEnumerable<string> Judgements()
    {
        yield return "lamp,nowhere,3";
        for (var query = 0; query < 16; query++)
        {
            for (var number = query % 8; number < 64; number += 8)
            {
                yield return $"{Things[query % 8]} {(query < 8 ? "" : Colours[query % 4])},p{number},{(number % 3 == 0 ? 0 : 3)}";
            }
        }
    }

    private void Write(string name, string header, IEnumerable<string> lines) => File.WriteAllText(Path.Combine(_folder, name), header + "\n" + string.Join('\n', lines) + "\n");

    private static async Task<double> NdcgOfRunAsync(string run, string table)
    {
        var gradeOf = (await File.ReadAllLinesAsync(table)).Skip(1).Select(line => line.Split(',')).ToDictionary(fields => fields[0], fields => float.Parse(fields[^1], CultureInfo.InvariantCulture));
        using var reader = new StreamReader(new GZipStream(File.OpenRead(run), CompressionMode.Decompress), Encoding.UTF8);
        var lines = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).ToList();
        Assert.Equal(gradeOf.Count, lines.Count);
        return lines.GroupBy(fields => fields[0]).Average(list =>
        {
            Assert.Equal(list.OrderByDescending(fields => float.Parse(fields[2], CultureInfo.InvariantCulture)).Select(fields => fields[2]), list.Select(fields => fields[2]));
            return RankingMetrics.Ndcg([.. list.Select(fields => gradeOf[fields[1]])], 10, Gain.Exponential);
        });
    }
}
