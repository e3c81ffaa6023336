using Vitrina.Cli;
using Vitrina.Cli.Benchmarks;

namespace Vitrina.Tests.Experimentation;

/// <summary>The commands on files: exit codes and what the benches promise.</summary>
public sealed class CliExperimentTests
{
    [Theory]
    [InlineData("experiment analyze --kind ab --units nowhere.csv")]
    [InlineData("experiment analyze --kind abc")]
    [InlineData("experiment analyze --kind ab")]
    [InlineData("experiment power --mean 0.1")]
    [InlineData("experiment power --kind switchback")]
    [InlineData("experiment power --kind ab --cells nowhere.csv")]
    [InlineData("experiment clusters --edges nowhere.csv")]
    public async Task Wrong_usage_is_exit_code_2(string line) => Assert.Equal(2, await Shell.RunAsync(CommandTree.Create(), line.Split(' ')));

    [Fact]
    public async Task A_broken_file_is_exit_code_1()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "unit,arm,x\na,A,one\n", TestContext.Current.CancellationToken);
        Assert.Equal(1, await Shell.RunAsync(CommandTree.Create(), ["experiment", "analyze", "--kind", "ab", "--metric", "x", "--units", path]));
        File.Delete(path);
    }

    [Theory]
    [InlineData("1,2", "0,1", 0)]
    [InlineData("1,40", "0,99", 0)]
    [InlineData("0", "0", 2)]
    [InlineData("1", "-1", 2)]
    [InlineData("1,x", "0", 2)]
    public async Task The_surface_of_detectable_lifts_takes_whole_periods(string lengths, string washouts, int exitCode)
    {
        var path = Path.GetTempFileName();
        var rows = from cluster in Enumerable.Range(0, 3) from period in Enumerable.Range(0, 24) select $"c{cluster},{period},{10 + cluster + period * 7 % 5}";
        await File.WriteAllLinesAsync(path, rows.Prepend("cluster,period,deals"), TestContext.Current.CancellationToken);
        Assert.Equal(exitCode, await Shell.RunAsync(CommandTree.Create(), ["experiment", "power", "--kind", "switchback", "--cells", path, "--draws", "20", "--json", "--period-lengths", lengths, "--washouts", washouts]));
        File.Delete(path);
    }

    // The spec's bands for 5,000 runs, widened to these runs: three binomial deviations around 5 %.
    [Fact]
    public void Offered_methods_reject_five_percent_without_an_effect()
    {
        var runs = FullRun.Or(400, 5000);
        var reach = 3.2 * Math.Sqrt(.05 * .95 / runs);
        Assert.All(NullRuns.Rows(77, runs, TestContext.Current.CancellationToken), row =>
        {
            var rate = ((Vitrina.Learning.Evaluation.BenchValue.Number)row.Metrics["rejection_rate"]).Value;
            var offered = row.Metrics["offered"].ToString()!;
            if (offered == "valid")
            {
                Assert.True(Math.Abs(rate - .05) < reach, $"{row.Method} rejects {rate:0.000}");
            }
            else if (offered.StartsWith("valid", StringComparison.Ordinal))
            {
                Assert.True(rate < .05 + reach, $"{row.Method} rejects {rate:0.000}");
            }
            else if (row.Method == "aa pooled-se common")
            {
                Assert.InRange(rate, .55, .75);
            }
        });
    }
}
