using Vitrina.Cli;
using Vitrina.Cli.Benchmarks;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Tests.Cli.Benchmarks;

public class TextBenchmarkTests
{
    [Fact]
    public void Any_folder_of_titles_and_queries_is_measured_and_checked()
    {
        Environment.SetEnvironmentVariable(LucenePeer.LibrariesVariable, "/absent");
        var folder = Directory.CreateTempSubdirectory("vitrina-text-").FullName;
        File.WriteAllLines(Path.Combine(folder, "titles.txt"), ["red phone", "phone phone case", "", "a w123 case", "red case"]);
        File.WriteAllLines(Path.Combine(folder, "queries.txt"), ["red phone", "case case", "w123 absent", ""]);
        var report = TextBenchmark.Run(new TextRequest(folder, int.MaxValue, 1, HasWrites: true, 1), new Terminal(isJson: true), TestContext.Current.CancellationToken);
        Assert.Equal([("vitrina", "or"), ("lucene-4.10", "or"), ("vitrina", "and"), ("lucene-4.10", "and"), ("vitrina", "or")], report.Rows.Select(row => (row.Method, row.Metrics["mode"].ToString()!)));
        Assert.Contains("/absent", report.Rows[1].Skipped, StringComparison.Ordinal);
        Assert.All(report.Rows.Where(row => row.Metrics.ContainsKey("exact")), row => Assert.Equal(BenchValueOf(true), row.Metrics["exact"].ToString()));
    }

    [Fact]
    public void A_wrong_answer_is_noticed()
    {
        var exact = new ExactTexts(["red phone", "phone case", "red"]);
        Assert.True(exact.AreBest("red phone", 2, isAnd: false, [0, 2]));
        Assert.False(exact.AreBest("red phone", 2, isAnd: false, [2, 0]));
        Assert.False(exact.AreBest("red phone", 2, isAnd: false, [0]));
        Assert.True(exact.AreBest("red phone", 2, isAnd: true, [0]));
        Assert.False(exact.AreBest("red phone", 2, isAnd: true, [0, 2]));
    }

    private static string BenchValueOf(bool value) => new BenchRow("x").With("exact", value).Metrics["exact"].ToString()!;
}
