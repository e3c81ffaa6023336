using Vitrina.Experimentation.Schedules;
using Vitrina.Experimentation.Statistics;
using Vitrina.Experimentation.Switchbacks;

namespace Vitrina.Tests.Experimentation;

/// <summary>Switchback figures of the experiments reference, section C8 (recomputed with statsmodels), and its traps.</summary>
public sealed class SwitchbackReferenceTests
{
    private static readonly double[] s_values =
    [
        10, 12, 11, 14, 9, 13, 20, 25, 22, 21, 27, 24, 5, 6, 8, 5, 7, 9, 30, 33, 35, 29, 31, 36,
    ];

    private static readonly SwitchbackCells s_cells = SwitchbackCells.Of([[0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 1, 0], [0, 0, 1, 0, 1, 1], [0, 1, 1, 0, 0, 1]]);

    [Fact]
    public void Table_of_the_article()
    {
        var table = WithinClusters.Pooled(s_cells, s_values);
        Assert.Equal(20.083333, table.TreatMean, 6);
        Assert.Equal(16.75, table.ControlMean, 6);
        Assert.Equal(3.333333, table.AbsoluteDifference, 6);
        Assert.Equal(.199005, table.RelativeLift, 6);
        Assert.Equal(3.333333, table.ClusterDifference, 6);
        Assert.Equal(.451335467, table.StandardError, 9);
        Assert.Equal(1, table.SwitchedShare);
        var within = WithinClusters.Estimate(s_cells, s_values, Level.Default);
        UnitReferenceTests.Equal(within, 3.333333333, .451335467, 1.896982444, 4.769684222, .005133189);
        Assert.Equal(7.385489459, within.Statistic, 8);
        Assert.Equal(3, within.DegreesOfFreedom);
        Assert.Equal([3, 3, 2.666667, 4.666667], WithinClusters.Differences(s_cells, s_values).Select(d => Math.Round(d.Difference, 6)));
    }

    [Theory]
    [InlineData(FixedEffects.None, 3.333333, 4.309227825, 4.309227825, .390867980, .461479103, .451335467, .521157307, 3.487203791, 2.820253943)]
    [InlineData(FixedEffects.Cluster, 3.333333, .579876978, .579876978, .390867980, .496576977, .451335467, .521157307, .469354035, .392509600)]
    [InlineData(FixedEffects.TwoWay, 2.8125, .719945951, .783154301, .413546258, .612059107, .579601156, .819679816, .549993434, .459180877)]
    public void Regressions_equal_statsmodels(FixedEffects effects, double b, double ols, double hc1, double cr0, double cr1, double cr2, double cr3, double nw1, double nw2)
    {
        var fit = PanelRegression.Fit(s_cells, s_values, effects)!;
        Assert.Equal(b, fit.Value, 6);
        Assert.Equal(ols, fit.Ols(), 9);
        Assert.Equal(hc1, fit.Hc1(), 9);
        Assert.Equal(cr0, fit.Cr0(), 9);
        Assert.Equal(cr1, fit.Cr1(), 9);
        Assert.Equal(cr2, fit.Cr2().StandardError, 9);
        Assert.Equal(cr3, fit.Cr3().StandardError, 9);
        Assert.Equal(nw1, fit.NeweyWest(1), 9);
        Assert.Equal(nw2, fit.NeweyWest(2), 9);
    }

    [Fact]
    public void Satterthwaite_gives_clusters_minus_one_in_the_balanced_case()
        => Assert.Equal(3, PanelRegression.Fit(s_cells, s_values, FixedEffects.Cluster)!.Cr2().DegreesOfFreedom, 9);

    [Fact]
    public void All_160000_permutations_give_the_exact_p()
    {
        var test = RandomisationTest.Permuted(s_cells, s_values, seed: 1);
        Assert.Equal(160000, test.Details["schedules"]);
        Assert.Equal(.0001375, test.PValue, 10);
        Assert.Equal(.00006875, test.Details["pGreater"], 10);
        Assert.Equal(.935414347, test.Details["deviation"], 8);
        Assert.InRange(test.Low, 1, 3.33);
        Assert.InRange(test.High, 3.34, 6);
    }

    [Fact]
    public void Wild_bootstrap_cannot_reject_below_its_floor()
    {
        var test = WildClusterBootstrap.Test(s_cells, s_values, FixedEffects.Cluster, isWebb: false, seed: 1);
        Assert.Equal(6.712621585, test.Statistic, 8);
        Assert.Equal(.125, test.PValue, 12);
        Assert.Equal(.125, test.Details["smallestP"], 12);
    }

    // Oracle: each redraw refits the regression whole.
    [Fact]
    public void Wild_bootstrap_by_scores_equals_refitting()
    {
        double[] values = [.. s_values.Select((value, i) => value - (s_cells.Arm[i] == 1 ? 3.1 : 0) + (i * 7 % 5))];
        var fit = PanelRegression.Fit(s_cells, values, FixedEffects.TwoWay)!;
        var arm = PanelRegression.ResidualArm(s_cells, FixedEffects.TwoWay);
        double[] restricted = [.. fit.Residuals.Select((residual, i) => residual + fit.Value * arm[i])];
        var asLarge = 0;
        for (var draw = 0; draw < 16; draw++)
        {
            double[] redrawn = [.. values.Select((value, i) => value - restricted[i] + restricted[i] * (((draw >> s_cells.Cluster[i]) & 1) * 2 - 1))];
            var again = PanelRegression.Fit(s_cells, redrawn, FixedEffects.TwoWay)!;
            asLarge += Math.Abs(again.Value / again.Cr1()) >= Math.Abs(fit.Value / fit.Cr1()) * (1 - 1e-9) ? 1 : 0;
        }

        Assert.Equal(asLarge / 16.0, WildClusterBootstrap.Test(s_cells, values, FixedEffects.TwoWay, isWebb: false, seed: 1).PValue, 12);
    }

    // B10: clusters treated unequally often; no effect anywhere.
    [Fact]
    public void Composition_shows_in_pooled_means_and_not_within_clusters()
    {
        var cells = SwitchbackCells.Of([[1, 1, 1, 1, 0, 0], [1, 1, 0, 0, 0, 0]]);
        double[] values = [100, 100, 100, 100, 100, 100, 10, 10, 10, 10, 10, 10];
        var table = WithinClusters.Pooled(cells, values);
        Assert.Equal(70, table.TreatMean, 9);
        Assert.Equal(40, table.ControlMean, 9);
        Assert.All(WithinClusters.Differences(cells, values), difference => Assert.Equal(0, difference.Difference));
        Assert.NotNull(WithinClusters.Estimate(cells, values, Level.Default).NoInference);
        Assert.NotNull(RandomisationTest.Permuted(cells, values, 1).NoInference);
    }

    [Fact]
    public void Minimax_points_are_the_published_ones()
        => Assert.Equal([1, 5, 7, 9], ScheduleDesign.MinimaxPoints(12, 2).Select(point => point + 1));

    [Fact]
    public void Horvitz_thompson_over_all_paths_has_the_published_moments()
    {
        double[] start = [10, 12, 9, 14, 11, 13, 8, 12, 10, 15, 9, 11];
        var raw = AllPaths(start, 0);
        Assert.Equal(2, raw.Average(path => path.Value), 9);
        Assert.Equal(388.76, Variance(raw), 2);
        Assert.Equal(392.18, raw.Average(path => path.Bound), 2);
        var centred = AllPaths(start, 11);
        Assert.Equal(2, centred.Average(path => path.Value), 9);
        Assert.Equal(5.08, Variance(centred), 2);
        Assert.Equal(8.5, centred.Average(path => path.Bound), 2);
        Assert.Equal(.3, centred.Min(path => path.Bound), 1);
        var (value, bound) = raw[0b1001];
        Assert.Equal(2.2, value, 9);
        Assert.Equal(174.3, bound, 9);
        // Sharp null on the centred data: outcomes of the path (1,0,0,1), all paths redrawn.
        var (arms, values) = Path(start, 0b1001);
        var observed = MinimaxEstimator.Estimate(values, arms, 2, 11, Level.Default).Value;
        var asLarge = Enumerable.Range(0, 16).Count(coins => Math.Abs(MinimaxEstimator.Estimate(values, Path(start, coins).Arms, 2, 11, Level.Default).Value) >= Math.Abs(observed) - 1e-9);
        Assert.Equal(.5, asLarge / 16.0);
    }

    // Trap 3: ConstantWashover of cluster-experiments trims every cluster's first period and forgets a washout at the next period.
    [Fact]
    public void Washout_longer_than_a_period_spills_over_and_the_first_period_is_no_switch()
    {
        double[] starts = [0, 24, 48, 72], ends = [24, 48, 72, 96];
        Assert.Equal([false, true, true, false], Washout.Mark(starts, ends, [0, 1, 1, 1], burnIn: 30, burnOut: 0));
        Assert.Equal([true, false, false, false], Washout.Mark(starts, ends, [0, 1, 1, 1], burnIn: 0, burnOut: 12));
        Assert.Equal([true, true, false, false], Washout.Mark(starts, ends, [0, 0, 1, 1], burnIn: 0, burnOut: 25));
    }

    // B8: y = 10 + 2 W_t + 1.5 W_(t−1), true total 3.5.
    [Fact]
    public void Lags_find_the_carry_over_that_alternation_hides()
    {
        var design = new ScheduleDesign { Kind = ScheduleKind.Bernoulli, PeriodCount = 40, Clusters = ["a", "b", "c", "d"] };
        var arms = ScheduleGenerator.Draw(design, 7).Arms;
        var cells = SwitchbackCells.Of(arms);
        var noise = Vitrina.Kernels.Chance.RandomStream.For(3, 3);
        double[] values = [.. Enumerable.Range(0, cells.Count).Select(i => 10 + 2 * cells.Arm[i] + (cells.Period[i] > 0 ? 1.5 * cells.Arm[i - 1] : 0) + 0.01 * noise.NextGaussian())];
        var total = CarryOver.Total(cells, values, 1, Level.Default);
        Assert.Equal(3.5, total.Value, 1);
        Assert.Equal(1.5, total.Details["lag1"], 1);
        Assert.True(CarryOver.Test(cells, values, 1, Level.Default).PValue < .01);
        Assert.True(Math.Abs(CarryOver.Placebo(cells, [.. cells.Arm.Select(_ => noise.NextGaussian())], Level.Default).Value) < 1);
    }

    // B10: a schedule and a shock in common; the article's standard error takes clusters for independent.
    [Fact]
    public void Common_schedule_breaks_the_pooled_error_and_not_the_randomisation_test()
    {
        const int Runs = 300;
        int pooled = 0, randomised = 0;
        var design = new ScheduleDesign { Kind = ScheduleKind.Balanced, PeriodCount = 14, Clusters = [.. Enumerable.Range(0, 20).Select(c => $"{c}")], IsCommon = true };
        for (var run = 0; run < Runs; run++)
        {
            var cells = new SwitchbackCells(design.Clusters, [.. Enumerable.Range(0, 280).Select(i => i / 14)], [.. Enumerable.Range(0, 280).Select(i => i % 14)],
                [.. ScheduleGenerator.Draw(design, (ulong)run).Arms.SelectMany(path => path)]);
            var noise = Vitrina.Kernels.Chance.RandomStream.For(11, (ulong)run);
            double[] shock = [.. Enumerable.Range(0, 14).Select(_ => noise.NextGaussian())];
            double[] values = [.. Enumerable.Range(0, 280).Select(i => shock[i % 14] + noise.NextGaussian())];
            pooled += WithinClusters.Estimate(cells, values, Level.Default).PValue < .05 ? 1 : 0;
            randomised += RandomisationTest.FromDesign(cells, values, design, 99, draws: 199).PValue <= .05 ? 1 : 0;
        }

        Assert.InRange(pooled / (double)Runs, .5, .75);
        Assert.InRange(randomised / (double)Runs, .015, .09);
    }

    private static (double Value, double Bound)[] AllPaths(double[] start, double centre) => [.. Enumerable.Range(0, 16).Select(coins =>
    {
        var (arms, values) = Path(start, coins);
        var estimate = MinimaxEstimator.Estimate(values, arms, 2, centre, Level.Default);
        return (estimate.Value, estimate.Details.TryGetValue("varianceBound", out var bound) ? bound : double.NaN);
    })];

    // Coins by point, the first in the highest bit; carry-over over two periods.
    private static (byte[] Arms, double[] Values) Path(double[] start, int coins)
    {
        var points = ScheduleDesign.MinimaxPoints(12, 2);
        var arms = new byte[12];
        for (var t = 0; t < 12; t++)
        {
            arms[t] = (byte)((coins >> (3 - Array.FindLastIndex(points, point => point <= t))) & 1);
        }

        return (arms, [.. start.Select((value, t) => value + Enumerable.Range(Math.Max(0, t - 2), t - Math.Max(0, t - 2) + 1).Sum(i => arms[i]) switch
        {
            0 => 0,
            var sum when sum == t - Math.Max(0, t - 2) + 1 => 2,
            _ => 1,
        })]);
    }

    private static double Variance((double Value, double)[] paths)
    {
        var mean = paths.Average(path => path.Value);
        return paths.Average(path => (path.Value - mean) * (path.Value - mean));
    }
}
