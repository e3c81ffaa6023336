using Vitrina.Cli.Benchmarks;

namespace Vitrina.Tests.Experimentation;

/// <summary>Two policies of Open Bandit's men campaign, each judged from the other's log.</summary>
public sealed class OpenBanditTests
{
    [Fact]
    public void Each_policy_is_estimated_from_the_other_with_intervals_beside_its_own_rate()
    {
        var folder = SharedData.Folder("obd_small");
        if (folder is null)
        {
            Assert.Skip("There is no shared data set 'obd_small' on this machine.");
        }

        var rows = OffPolicyBenchmark.Run(folder, 1, null).Rows.ToDictionary(row => row.Method);
        // The on-policy rates that the experiments specification names.
        Assert.Equal(.0046, rows["on-policy random"].Value("estimate"), 4);
        Assert.Equal(.0069, rows["on-policy bts"].Value("estimate"), 4);
        foreach (var direction in (string[])["bts from random", "random from bts"])
        {
            foreach (var name in (string[])["ips", "snips", "dr"])
            {
                var row = rows[$"{name}: {direction}"];
                Assert.InRange(row.Value("estimate"), row.Value("estimate_lo"), row.Value("estimate_hi"));
                Assert.InRange(row.Value("estimate_hi") - row.Value("estimate_lo"), 1e-4, .02);
                // Weights reach 197 from bts to random: IPS alone has no symmetric interval there, the self-normalised ones hold.
                Assert.True(name == "ips" || (row.Value("estimate_lo") < row.Value("truth") && row.Value("truth") < row.Value("estimate_hi")), $"{row.Method} misses the rate of its own log");
            }
        }

        Assert.True(rows["snips: bts from random"].Value("ess") > 1000);
    }
}

file static class Cells
{
    public static double Value(this Vitrina.Learning.Evaluation.BenchRow row, string key) => ((Vitrina.Learning.Evaluation.BenchValue.Number)row.Metrics[key]).Value;
}
