using System.IO.Compression;
using Vitrina.Cli;
using Vitrina.Cli.Benchmarks;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;
using Vitrina.Tests.Learning.Recommending;

namespace Vitrina.Tests.Cli.Benchmarks;

/// <summary>Every protocol end to end on made-up files.</summary>
public sealed class RecommendBenchmarkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vitrina-recommend-bench-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_last_item_is_found_far_above_popularity_the_same_for_the_same_seed_and_listed_for_scoring_outside()
    {
        string run = Path.Combine(_folder, "run.gz"), path = WriteSequences(RandomHistories.Draw(1, 200));
        WriteAttributes();
        BenchReport report = await RunAsync("leave-last-out", path, run), again = await RunAsync("leave-last-out", path, null);

        BenchRow[] own = [.. report.Rows.Where(row => row.Method == "vitrina")];
        Assert.Equal([false, true], own.Select(row => ((BenchValue.Flag)row.Metrics["refit"]).Value));
        Assert.All(own, row => Assert.True(Figure(row, "hr@10") > 1.5 * Figure(Row(report, "popularity"), "hr@10"), report.ToTable()));
        Assert.All(["popularity", "item-knn", "user-knn", "ials", "ease", "co-visitation", "attributes"], method => Assert.Contains(report.Rows, row => row.Method == method));
        Assert.All(["recall@40", "ndcg@10_lo", "ndcg@10_diff_popularity", "coverage", "answers_per_second", "seconds"], key => Assert.Contains(key, own[0].Metrics.Keys));
        Assert.Equal(own.Select(row => Figure(row, "mrr")), again.Rows.Where(row => row.Method == "vitrina").Select(row => Figure(row, "mrr")));

        string[] lines = Unpack(run);
        Assert.Equal(200, lines.Select(line => line.Split('\t')[0]).Distinct().Count());
        Assert.Equal(Figure(own[0], "hr@10"), HitsAt10(lines, RandomHistories.Draw(1, 200)), 1e-9);
    }

    [Fact]
    public async Task Shuffled_last_items_are_not_found()
    {
        int[][] histories = RandomHistories.Draw(2, 250, 200);
        RandomStream random = RandomStream.For(1, "shuffled");
        foreach (int[] history in histories)
        {
            history[^1] = Enumerable.Range(0, 200).Select(_ => random.NextInt(200)).First(item => !history.Contains(item));
        }

        BenchReport report = await RunAsync("leave-last-out", WriteSequences(histories), null);
        Assert.All(report.Rows, row => Assert.InRange(Figure(row, "hr@10"), 0, 0.14));
    }

    [Fact]
    public async Task Groups_sessions_ratings_and_given_splits_run()
    {
        int[][] histories = RandomHistories.Draw(4, 120);
        string sequences = WriteSequences(histories);
        WriteAttributes();
        BenchReport groups = await RunAsync("groups", sequences, null);
        Assert.Equal(["all"], groups.Rows.Where(row => row.Method == "vitrina").Select(row => ((BenchValue.Word)row.Metrics["groups"]).Value).Distinct());

        string sessions = Write("sessions.csv", string.Join('\n', histories.Select(history => string.Join(',', history))));
        BenchReport next = await RunAsync("sessions", sessions, null);
        Assert.True(Figure(Row(next, "vitrina"), "recall@20") > Figure(Row(next, "popularity"), "recall@20"), next.ToTable());

        Write("u.data", string.Join('\n', histories.SelectMany((history, user) => history.Select(item => $"{user}\t{item}\t4\t100"))));
        BenchReport ratings = await RunAsync("rating-kfold", _folder, null);
        Assert.Equal(["75/25 by user", "5-fold"], ratings.Rows.Where(row => row.Method == "vitrina").Select(row => ((BenchValue.Word)row.Metrics["split"]).Value));

        Write("train.txt", string.Join('\n', histories.Select((history, user) => $"{user} {string.Join(' ', history[..^1])}")));
        Write("test.txt", string.Join('\n', histories.Select((history, user) => $"{user} {history[^1]}")));
        BenchReport split = await RunAsync("train-test", _folder, null);
        Assert.True(Figure(Row(split, "vitrina"), "recall@20") > Figure(Row(split, "popularity"), "recall@20"), split.ToTable());
    }

    private static Task<BenchReport> RunAsync(string protocol, string dataset, string? run)
        => RecommendBenchmark.RunAsync(new RecommendRequest(dataset, protocol, 1, run, false), new Terminal(true), TestContext.Current.CancellationToken);

    private static double Figure(BenchRow row, string key) => ((BenchValue.Number)row.Metrics[key]).Value;

    private static BenchRow Row(BenchReport report, string method) => report.Rows.First(row => row.Method == method);

    private static string[] Unpack(string path)
    {
        using StreamReader text = new(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        return text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static double HitsAt10(string[] lines, int[][] histories)
        => lines.Select(line => line.Split('\t')).GroupBy(fields => fields[0])
            .Count(list => list.Take(10).Any(fields => int.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture) == histories[int.Parse(list.Key, System.Globalization.CultureInfo.InvariantCulture)][^1]))
            / (double)histories.Length;

    private string WriteSequences(int[][] histories) => Write("s.txt", string.Join('\n', histories.Select((history, user) => $"{user} {string.Join(' ', history)}")));

    private void WriteAttributes()
        => Write("s_item2attributes.json", "{" + string.Join(", ", Enumerable.Range(0, RandomHistories.Items).Select(item => $"\"{item}\": [{item % 5}, {5 + (item % 3)}]")) + "}");

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
