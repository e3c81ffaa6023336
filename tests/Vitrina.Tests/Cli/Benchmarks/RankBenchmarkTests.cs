using System.Globalization;
using System.Text;
using Vitrina.Cli;
using Vitrina.Cli.Benchmarks;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;
using Vitrina.Learning.Training;

namespace Vitrina.Tests.Cli.Benchmarks;

public sealed class RankBenchmarkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vitrina-rank-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Trees_find_an_order_that_no_line_can_and_score_every_line_of_the_test_file()
    {
        string scores = Path.Combine(_folder, "scores");
        BenchReport report = await RunAsync(new RankFilesRequest(Write("train", 1, 60), Write("vali", 2, 30), Write("test", 3, 40), scores, 1));

        Assert.Equal(["random", "linear", "xgboost", "vitrina"], report.Rows.Select(row => row.Method));
        double Ndcg(int row) => ((BenchValue.Number)report.Rows[row].Metrics["ndcg@10"]).Value;
        Assert.True(Ndcg(3) > Ndcg(1) + 0.05, $"{Ndcg(3)} against {Ndcg(1)} of a line");
        Assert.All(new[] { "ndcg@1", "ndcg@3", "ndcg@5", "ndcg@10", "map", "map_lo", "map_hi" }, key => Assert.Contains(key, report.Rows[3].Metrics.Keys));
        string[] lines = await File.ReadAllLinesAsync(scores, TestContext.Current.CancellationToken);
        Assert.Equal(40 * 8, lines.Length);
        Assert.All(lines, line => Assert.True(float.IsFinite(float.Parse(line, CultureInfo.InvariantCulture))));
    }

    [Fact]
    public async Task Files_without_lists_or_without_anything_relevant_are_refused()
    {
        string good = Write("good", 1, 10), unlisted = Path.Combine(_folder, "unlisted"), irrelevant = Path.Combine(_folder, "irrelevant"), empty = Path.Combine(_folder, "empty");
        await File.WriteAllTextAsync(unlisted, "1 1:2\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(irrelevant, "0 qid:1 1:2\n0 qid:1 1:3\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(empty, "# nothing\n", TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<SvmLightException>(() => RunAsync(new RankFilesRequest(unlisted, good, good, null, 1)));
        await Assert.ThrowsAsync<SvmLightException>(() => RunAsync(new RankFilesRequest(good, good, empty, null, 1)));
        await Assert.ThrowsAsync<TrainingSetException>(() => RunAsync(new RankFilesRequest(irrelevant, good, good, null, 1)));
        await Assert.ThrowsAsync<TrainingSetException>(() => RunAsync(new RankFilesRequest(good, irrelevant, good, null, 1)));
    }

    private static Task<BenchReport> RunAsync(RankFilesRequest request) => RankBenchmark.RunAsync(request, new Terminal(true), TestContext.Current.CancellationToken);

    // Relevance is the product of two features: a plane cannot follow it.
    private string Write(string name, ulong seed, int lists)
    {
        RandomStream random = RandomStream.For(seed, "svmlight");
        StringBuilder text = new("# lists of eight\n");
        for (int row = 0; row < lists * 8; row++)
        {
            double a = random.NextGaussian(), b = random.NextGaussian(), product = (a * b) + (0.1 * random.NextGaussian());
            text.Append(CultureInfo.InvariantCulture, $"{(product > 1 ? 2 : product > 0.3 ? 1 : 0)} qid:q{row / 8} 1:{a:F4} 7:{b:F4} 9:1 # row {row}\n");
        }

        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text.ToString());
        return path;
    }
}
