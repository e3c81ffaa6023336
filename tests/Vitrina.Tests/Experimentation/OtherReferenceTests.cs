using Vitrina.Experimentation.Clusters;
using Vitrina.Experimentation.Interleaving;
using Vitrina.Experimentation.OffPolicy;
using Vitrina.Experimentation.Planning;
using Vitrina.Experimentation.Units;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Experimentation;

/// <summary>Off-policy, interleaving, cluster and power figures: the experiments reference, sections C7, C9 and C11.</summary>
public sealed class OtherReferenceTests
{
    private static readonly OffPolicyLog s_log = new()
    {
        Reward = [1, 0, 1, 0, 1, 0],
        Propensity = [.5, .3, .2, .5, .3, .2],
        EvaluationPropensity = [.2, .3, .5, .2, .3, .5],
        Prediction = [.5, .4, .6, .5, .4, .6],
        ExpectedPrediction = [.52, .52, .52, .52, .52, .52],
        IsMatch = [false, false, true, false, false, true],
    };

    // C9: the formulas of the Open Bandit Pipeline.
    [Fact]
    public void Off_policy_estimates_equal_the_reference()
    {
        var all = OffPolicyEstimators.All(s_log, new OffPolicyOptions { Clip = 2, SwitchAt = 2 }, .05);
        Assert.Equal(.65, all["ips"].Value, 9);
        Assert.Equal(.403112887, all["ips"].StandardError, 9);
        Assert.Equal(.5, all["snips"].Value, 9);
        Assert.Equal(.246774058, all["snips"].StandardError, 9);
        Assert.Equal(.52, all["dm"].Value, 9);
        Assert.Equal(.47, all["dr"].Value, 9);
        Assert.Equal(.357537877, all["dr"].StandardError, 9);
        Assert.Equal(.481538462, all["snDr"].Value, 9);
        Assert.Equal(.566666667, all["ipsClipped"].Value, 9);
        Assert.Equal(.486666667, all["drClipped"].Value, 9);
        Assert.Equal(.553333333, all["switchDr"].Value, 9);
        Assert.Equal(.5, all["replay"].Value, 9);
        Assert.Equal(1 / 3.0, all["replay"].Details["matchRate"], 9);
        var support = SupportDiagnostics.Of(s_log);
        Assert.Equal(1.3, support.MeanWeight, 9);
        Assert.Equal(4.105263158, support.EffectiveSampleSize, 9);
        Assert.Equal(2.5, support.MaxWeight, 9);
    }

    // Trap 6: OBP's SNIPS divides by a mean weight of 0.
    [Fact]
    public void No_overlap_and_no_propensities_are_words()
    {
        var none = OffPolicyEstimators.All(new OffPolicyLog { Reward = [1, 0], Propensity = [.5, .5], EvaluationPropensity = [0, 0] }, new(), .05);
        Assert.Contains("no overlap", none["snips"].NoInference, StringComparison.Ordinal);
        var missing = OffPolicyEstimators.All(new OffPolicyLog { Reward = [1, 0], Propensity = [double.NaN, 0], EvaluationPropensity = [.5, .5] }, new(), .05);
        Assert.Contains("no propensities", missing["ips"].NoInference, StringComparison.Ordinal);
        var some = OffPolicyEstimators.All(new OffPolicyLog { Reward = [1, 0], Propensity = [.5, 0], EvaluationPropensity = [.5, .5] }, new(), .05);
        Assert.Contains("1 of 2 rows", some["ips"].NoInference, StringComparison.Ordinal);
    }

    [Fact]
    public void Slate_estimators_agree_when_the_policy_is_the_logging_one()
    {
        var log = new OffPolicyLog { Reward = [1, 0, 0, 1, 1, 1], Propensity = [.5, .5, .5, .5, .5, .5], EvaluationPropensity = [.5, .5, .5, .5, .5, .5], Position = [1, 2, 1, 2, 1, 2], List = [0, 0, 1, 1, 2, 2] };
        var all = SlateEstimators.All(log, new(), .05);
        Assert.All((string[])["slateIps", "slateIndependent", "slateCascade"], name => Assert.Equal(4 / 3.0, all[name].Value, 9));
    }

    [Fact]
    public void Cascade_weights_multiply_down_to_the_place()
    {
        var log = new OffPolicyLog { Reward = [1, 1, 0, 1], Propensity = [.5, .5, .5, .5], EvaluationPropensity = [.25, 1, 1, .5], Position = [1, 2, 1, 2], List = [0, 0, 1, 1] };
        var all = SlateEstimators.All(log, new(), .05);
        // Weights .5, 2 and 2, 1.
        Assert.Equal((.5 + 1 + 2) / 2, all["slateCascade"].Value, 9);
        Assert.Equal((1.0 * 2 + 2 * 1) / 2, all["slateIps"].Value, 9);
        Assert.Equal((.5 + 2 + 1) / 2, all["slateIndependent"].Value, 9);
    }

    // C11.
    [Theory]
    [InlineData(8, .218806532, .613418499)]
    [InlineData(0, 0, .161125158)]
    public void Wilson_intervals_equal_the_reference(double successes, double low, double high)
    {
        var interval = Proportions.Wilson(successes, 20, 0.05);
        Assert.Equal(low, interval.Low, 9);
        Assert.Equal(high, interval.High, 9);
    }

    // C11.
    [Fact]
    public void Interleaving_preference_equals_the_reference()
    {
        double[] a = [.. Enumerable.Repeat(0.0, 60), .. Enumerable.Repeat(1.0, 40), .. Enumerable.Repeat(0.0, 20)];
        double[] b = [.. Enumerable.Repeat(1.0, 60), .. Enumerable.Repeat(0.0, 60)];
        var preference = Preference.Of(a, b, []);
        Assert.Equal(.083333, preference.Delta, 6);
        Assert.Equal(.056887934, preference.SignTest.PValue, 9);
        // 2^100 · B(61, 41) is .91304977849; the reference prints .913049788.
        Assert.Equal(.91304977849, preference.EValue, 10);
    }

    [Fact]
    public void Barber_modularity_equals_the_reference()
    {
        double[,] weights = { { 3, 2, 0, 0 }, { 2, 3, 0, 1 }, { 0, 0, 4, 2 }, { 0, 1, 2, 3 } };
        var graph = new BipartiteGraph(4, 4, from i in Enumerable.Range(0, 4) from j in Enumerable.Range(0, 4) where weights[i, j] > 0 select (i, j, weights[i, j]));
        Assert.Equal(23, graph.TotalWeight);
        var map = ClusterMap.Of(graph, [0, 0, 1, 1, 0, 0, 1, 1]);
        Assert.Equal(.412098299, map.Modularity, 9);
        Assert.Equal(1 - .913043478, map.CutShare, 9);
        Assert.Equal(0, ClusterMap.Of(graph, new int[8]).Modularity, 12);
        Assert.Equal(1, ClusterMap.AdjustedRandIndex(ClusterDetection.Find(graph, new()).Cluster, map.Cluster));
    }

    [Fact]
    public void Planted_markets_are_found_with_5_percent_between_them()
    {
        var (graph, truth) = Planted(markets: 16, specialists: 30, cells: 12, cross: .05);
        var map = ClusterDetection.Find(graph, new() { Restarts = 4 });
        Assert.InRange(ClusterMap.AdjustedRandIndex(map.Cluster, truth), .95, 1);
        Assert.InRange(map.CutShare, .03, .07);
        Assert.Equal(map.Cluster, ClusterDetection.Find(graph, new() { Restarts = 4 }).Cluster);
        var balanced = ClusterDetection.Find(graph, new() { Restarts = 2, BalancedCount = 4 });
        Assert.Equal(4, balanced.ClusterCount);
        Assert.True(balanced.EffectiveClusters > 3.5);
    }

    // C7, Spotify confidence tests/samplesize and formulas.
    [Fact]
    public void Sample_sizes_equal_the_reference()
    {
        Assert.Equal(39904, 2 * SampleSize.PerArm(.3, 100, power: .85), 0);
        Assert.Equal(897343, 2 * SampleSize.PerArmUnpooled(.34, .003, power: .85), 0);
        Assert.Equal(14127.98, SampleSize.PerArmPooled(.1, .01), 2);
        Assert.Equal(14748.05, SampleSize.PerArmUnpooled(.1, .01), 2);
        Assert.Equal(.039620398, SampleSize.MinimalDetectable(10000, 1), 9);
        Assert.Equal(.705418, SampleSize.Power(.05, 1, 5000), 6);
        Assert.Equal(3.45, SampleSize.DesignEffect(50, .05), 12);
        Assert.Equal(5.05, SampleSize.DesignEffect(50, .05, .8), 12);
        Assert.Equal(2.8016, SampleSize.Reach(.05, .8), 4);
        // The lift's own variance counts: at the returned lift, the delta method's reach is the lift.
        var lift = SampleSize.MinimalDetectableLift(2, 9, 1000);
        Assert.Equal(lift, SampleSize.Reach(.05, .8) * Math.Sqrt((9 / 1000.0 / 4) * (1 + (1 + lift) * (1 + lift))), 9);
    }

    // C7: the totals of G*Power, which takes the t test for means and the pooled variance without an effect for shares. Its shares are rounded to
    // the nearest unit per arm (448,674.4), its means up (19,952.95).
    [Fact]
    public void Sample_sizes_of_the_t_and_the_z_test_equal_g_power()
    {
        Assert.Equal(39906, 2 * Math.Ceiling(SampleSize.PerArmOfT(.3, 100, power: .85)));
        Assert.Equal(897348, 2 * Math.Round(SampleSize.PerArmOfZ(.34, .003, power: .85)));
    }

    internal static (BipartiteGraph Graph, int[] Truth) Planted(int markets, int specialists, int cells, double cross)
    {
        var stream = RandomStream.For(17, "planted");
        var links = new List<(int, int, double)>();
        for (var s = 0; s < markets * specialists; s++)
        {
            for (var link = 0; link < 20; link++)
            {
                var market = stream.NextBool(cross) ? stream.NextInt(markets) : s / specialists;
                links.Add((s, market * cells + stream.NextInt(cells), 1));
            }
        }

        int[] truth = [.. Enumerable.Range(0, markets * specialists).Select(s => s / specialists), .. Enumerable.Range(0, markets * cells).Select(cell => cell / cells)];
        return (new BipartiteGraph(markets * specialists, markets * cells, links), truth);
    }
}
