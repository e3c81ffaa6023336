using Vitrina.Cli.Benchmarks;
using Vitrina.Learning.Evaluation;
using Vitrina.Simulation.Goods;

namespace Vitrina.Tests.Cli.Benchmarks;

public sealed class BacktestBenchmarkTests
{
    [Fact]
    public async Task On_the_simulator_equal_orders_are_told_apart_by_chance_only_and_better_ones_mostly()
    {
        var runs = FullRun.Or(400, 5_000);
        var report = await BacktestBenchmark.RunAsync((GoodsConfiguration)GoodsConfiguration.Demo.Scaled(0.05), 7, runs, TestContext.Current.CancellationToken);
        Assert.Equal(["vitrina", "vitrina-30-lists", "vitrina-heavy-tailed-20-values", "vitrina-better"], report.Rows.Select(row => row.Method));

        // Four standard errors of 5 % in so many runs; the measured rate of 5,000 stands in the decision record.
        var slack = 4 * Math.Sqrt(0.05 * 0.95 / runs);
        Assert.All(report.Rows.Take(3), row => Assert.InRange(Number(row, "rejection_rate"), 0.05 - slack, 0.05 + slack));
        Assert.True(Number(report.Rows[3], "detected_rate") > 0.5);
        Assert.True(Number(report.Rows[3], "called_worse_rate") < 0.01);
    }

    private static double Number(BenchRow row, string key) => ((BenchValue.Number)row.Metrics[key]).Value;
}
