using Vitrina.Cli;
using Vitrina.Cli.Benchmarks;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Tests.Cli.Benchmarks;

public sealed class FactorsBenchmarkTests
{
    [Fact]
    public async Task Stepped_and_exact_factors_find_as_much()
    {
        var report = await FactorsBenchmark.RunAsync(new FactorsRequest(16, 4, 0.02, 3), new Terminal(isJson: true), TestContext.Current.CancellationToken);

        var recall = report.Rows.Take(2).ToDictionary(row => row.Method, row => ((BenchValue.Number)row.Metrics["recall@20"]).Value);
        Assert.True(recall["vitrina"] > 0.05, $"{recall["vitrina"]}");
        Assert.Equal(recall["exact"], recall["vitrina"], 0.03);
        Assert.Equal("numpy", report.Rows[2].Method);
    }
}
