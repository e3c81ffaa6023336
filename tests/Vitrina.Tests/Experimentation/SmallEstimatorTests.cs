using MathNet.Numerics.Distributions;
using Vitrina.Experimentation.OffPolicy;
using Vitrina.Experimentation.Planning;
using Vitrina.Experimentation.Schedules;
using Vitrina.Experimentation.Statistics;
using Vitrina.Experimentation.Switchbacks;
using Vitrina.Experimentation.Units;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Experimentation;

/// <summary>Lifts on the logarithmic scale, the studentised randomisation test, e-values of many metrics and replayed washouts, each against its definition.</summary>
public class SmallEstimatorTests
{
    [Fact]
    public void The_log_lift_of_two_arms_is_symmetric_in_them_and_stays_above_minus_one()
    {
        var (control, treatment) = (new ArmMoments(400, 4, 9), new ArmMoments(500, 5, 16));
        var lift = ArmComparison.LogLift(control, treatment, Level.Default);
        var error = Math.Sqrt(9 / 400.0 / 16 + 16 / 500.0 / 25);
        Assert.Equal(.25, lift.Value, 12);
        Assert.Equal(error, lift.Details["logStandardError"], 12);
        Assert.Equal(1.25 * Math.Exp(-StudentT.InvCDF(0, 1, lift.DegreesOfFreedom, .975) * error) - 1, lift.Low, 8);
        var back = ArmComparison.LogLift(treatment, control, Level.Default);
        Assert.Equal(1, (1 + lift.Low) * (1 + back.High), 10);
        Assert.Equal(lift.PValue, back.PValue, 12);
        Assert.True(ArmComparison.LogLift(new ArmMoments(10, 1, 90), new ArmMoments(10, .1, 9), Level.Default).Low > -1);
        Assert.NotNull(ArmComparison.LogLift(control, treatment with { Mean = -1 }, Level.Default).NoInference);
    }

    [Fact]
    public void The_log_lift_of_a_switchback_weighs_clusters_alike_and_takes_ratios_of_sums()
    {
        var cells = SwitchbackCells.Of([[0, 1], [1, 0], [0, 1]]);
        double[] logarithms = [Math.Log(1.2), Math.Log(1.5), Math.Log(1.1)];
        var lift = SwitchbackLift.OfLogarithms(cells, [10, 12, 300, 200, 1, 1.1], null, Level.Default);
        var mean = logarithms.Average();
        Assert.Equal(Math.Exp(mean) - 1, lift.Value, 12);
        Assert.Equal(Math.Sqrt(logarithms.Sum(value => (value - mean) * (value - mean)) / 2 / 3), lift.Details["logStandardError"], 12);
        Assert.Equal(2, lift.DegreesOfFreedom);
        // Twice the denominator under the treatment halves every ratio.
        var ratio = SwitchbackLift.OfLogarithms(cells, [10, 12, 300, 200, 1, 1.1], [1, 2, 2, 1, 1, 2], Level.Default);
        Assert.Equal((1 + lift.Value) / 2 - 1, ratio.Value, 12);
        Assert.Contains("above zero", SwitchbackLift.OfLogarithms(cells, [10, 0, 300, 200, 1, 1.1], null, Level.Default).NoInference, StringComparison.Ordinal);
    }

    // Four clusters of four periods, two of them treated: 6^4 schedules, each analysed anew.
    [Fact]
    public void The_studentised_p_counts_every_schedule_by_its_own_t()
    {
        var stream = RandomStream.For(3, 1);
        byte[][] paths = [.. Enumerable.Range(0, 16).Where(mask => System.Numerics.BitOperations.PopCount((uint)mask) == 2).Select(mask => Enumerable.Range(0, 4).Select(t => (byte)(mask >> t & 1)).ToArray())];
        byte[][] drawn = [paths[0], paths[3], paths[5], paths[2]];
        double[] values = [.. drawn.SelectMany((path, c) => path.Select(arm => 10 * c + (1 + c) * arm + stream.NextGaussian()))];
        double T(byte[][] arms) => Math.Abs(WithinClusters.Estimate(SwitchbackCells.Of(arms), values, Level.Default).Statistic);
        var observed = T(drawn);
        var (asLarge, all) = (0, 0);
        foreach (var a in paths)
        {
            foreach (var b in paths)
            {
                foreach (var c in paths)
                {
                    foreach (var d in paths)
                    {
                        asLarge += T([a, b, c, d]) >= observed * (1 - 1e-9) ? 1 : 0;
                        all++;
                    }
                }
            }
        }

        var test = RandomisationTest.Permuted(SwitchbackCells.Of(drawn), values, seed: 1);
        Assert.Equal((1, 1296.0), ((int)test.Details["isExact"], test.Details["schedules"]));
        Assert.Equal(asLarge / (double)all, test.Details["pStudentised"], 12);
        Assert.True(double.IsNaN(RandomisationTest.Permuted(SwitchbackCells.Of([drawn[0]]), values[..4], seed: 1).Details["pStudentised"]));
    }

    // The definition: reject the k largest for the largest k with e(k) ≥ m/(k α).
    [Fact]
    public void E_values_of_many_metrics_reject_what_their_definition_rejects()
    {
        var stream = RandomStream.For(8, 1);
        for (var trial = 0; trial < 200; trial++)
        {
            double[] evidence = [.. Enumerable.Range(0, 8).Select(_ => Math.Exp(3 * stream.NextGaussian()))];
            double[] ordered = [.. evidence.OrderDescending()];
            var count = Enumerable.Range(1, 8).LastOrDefault(k => ordered[k - 1] >= 8 / (k * .1));
            var adjusted = MultipleTesting.EBenjaminiHochberg(evidence);
            Assert.Equal(evidence.Select(value => count > 0 && value >= ordered[count - 1]), adjusted.Select(p => p <= .1));
        }

        Assert.Equal([.05, double.NaN, 1], MultipleTesting.EBenjaminiHochberg([40, double.NaN, 0]));
    }

    // Longer periods and washouts against the same replay on rows merged by hand.
    [Fact]
    public void A_replay_with_longer_periods_is_that_of_the_merged_history_and_a_washout_costs_precision()
    {
        var stream = RandomStream.For(4, 1);
        double[][] history = [.. Enumerable.Range(0, 6).Select(c => Enumerable.Range(0, 48).Select(t => 100 + 5 * c + 10 * Math.Sin(t) + 5 * stream.NextGaussian()).ToArray())];
        double[][] merged = [.. history.Select(row => row.Chunk(2).Select(pair => pair.Average()).ToArray())];
        var design = new ScheduleDesign { Kind = ScheduleKind.Balanced, PeriodCount = 24, Clusters = ["a", "b", "c", "d", "e", "f"] };
        var longer = ReplayedPower.Replay(history, design, .1, seed: 2, draws: 200, periodLength: 2);
        var byHand = ReplayedPower.Replay(merged, design, .1, seed: 2, draws: 200);
        Assert.Equal(byHand.MinimalDetectableLift, longer.MinimalDetectableLift, 12);
        Assert.Equal(byHand, longer with { MinimalDetectableLift = byHand.MinimalDetectableLift });
        var washed = ReplayedPower.Replay(history, design, .1, seed: 2, draws: 200, periodLength: 2, washout: 1);
        Assert.True(washed.StandardError > longer.StandardError);

        // One pair, whose second period is left out whole: no cluster has both arms.
        Assert.True(double.IsNaN(ReplayedPower.Replay(history, design with { Kind = ScheduleKind.Pairs, PeriodCount = 2 }, .1, seed: 2, draws: 20, periodLength: 1, washout: 1).StandardError));
    }

    // The sandwich as the paper writes it, from the whole design matrix: (X'X)⁻¹ Ŝ (X'X)⁻¹ with Ŝ = Ω₀ + Σ w(l) (Ω_l + Ω_l'), Ω_l = Σ_t h_t h_{t−l}',
    // h_t = Σ_i x_it u_it (Driscoll and Kraay 1998; Hoechle, Stata Journal 7, 2007, equations 6 to 8). One cluster misses two periods.
    [Theory]
    [InlineData(FixedEffects.None, 0)]
    [InlineData(FixedEffects.Cluster, 2)]
    [InlineData(FixedEffects.TwoWay, 1)]
    [InlineData(FixedEffects.TwoWay, 3)]
    public void Driscoll_and_Kraays_error_is_the_sandwich_of_period_sums(FixedEffects effects, int lags)
    {
        const int Clusters = 5, Periods = 9;
        var stream = RandomStream.For(12, 1);
        var whole = SwitchbackCells.Of([.. Enumerable.Range(0, Clusters).Select(c => Enumerable.Range(0, Periods).Select(t => (byte)((t + c * t + c) % 3 == 0 ? 1 : 0)).ToArray())]);
        double[] shocks = [.. Enumerable.Range(0, Periods).Select(_ => stream.NextGaussian())];
        double[] all = [.. Enumerable.Range(0, whole.Count).Select(i => shocks[whole.Period[i]] + 0.5 * whole.Arm[i] + stream.NextGaussian())];
        var (cells, kept) = whole.Where(i => whole.Cluster[i] != 2 || whole.Period[i] is not (3 or 6), all);
        var values = kept[0];
        List<double[]> columns = [[.. cells.Arm.Select(arm => (double)arm)], [.. cells.Arm.Select(_ => 1.0)]];
        columns.AddRange(effects == FixedEffects.None ? [] : Enumerable.Range(1, Clusters - 1).Select(c => cells.Cluster.Select(own => own == c ? 1.0 : 0).ToArray()));
        columns.AddRange(effects == FixedEffects.TwoWay ? Enumerable.Range(1, Periods - 1).Select(t => cells.Period.Select(own => own == t ? 1.0 : 0).ToArray()) : []);
        var design = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.DenseOfColumnArrays(columns);
        var outcome = MathNet.Numerics.LinearAlgebra.Vector<double>.Build.Dense(values);
        var bread = design.TransposeThisAndMultiply(design).Inverse();
        var slopes = bread * design.TransposeThisAndMultiply(outcome);
        var residuals = outcome - design * slopes;
        var sums = Enumerable.Range(0, Periods).Select(t => design.TransposeThisAndMultiply(MathNet.Numerics.LinearAlgebra.Vector<double>.Build.Dense(cells.Count, i => cells.Period[i] == t ? residuals[i] : 0))).ToArray();
        var middle = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(columns.Count, columns.Count);
        for (var lag = 0; lag <= lags; lag++)
        {
            for (var t = lag; t < Periods; t++)
            {
                var cross = sums[t].OuterProduct(sums[t - lag]) * (1 - lag / (lags + 1.0));
                middle += lag == 0 ? cross : cross + cross.Transpose();
            }
        }

        var fit = PanelRegression.Fit(cells, values, effects)!;
        Assert.Equal(slopes[0], fit.Value, 10);
        Assert.Equal(Math.Sqrt((bread * middle * bread)[0, 0]), fit.DriscollKraay(lags), 10);
    }

    // Lists of two places and three actions; the second place's reward depends on the first action, which the reward model does not know. The mean over
    // every list and reward is the evaluated policy's value, whatever the model; the deviation is smaller than without one.
    [Fact]
    public void The_doubly_robust_cascade_is_unbiased_and_less_noisy()
    {
        double[] logging = [.5, .3, .2], evaluated = [.2, .3, .5], model = [.3, .5, .6];
        double Reward(int place, int first, int own) => place == 1 ? .1 + .2 * own : .3 + .25 * own - .1 * first;
        var expected = evaluated.Zip(model, (share, value) => share * value).Sum();
        double[] means = new double[2], squares = new double[2];
        double truth = 0;
        for (var state = 0; state < 36; state++)
        {
            var (a, b, r, q) = (state % 3, state / 3 % 3, state / 9 % 2, state / 18);
            var (one, two) = (Reward(1, a, a), Reward(2, a, b));
            truth += evaluated[a] * evaluated[b] * (one + two) / 4;
            var chance = logging[a] * logging[b] * (r == 1 ? one : 1 - one) * (q == 1 ? two : 1 - two);
            // The list twice: an estimate needs two.
            var log = new OffPolicyLog
            {
                Reward = [r, q, r, q],
                Propensity = [logging[a], logging[b], logging[a], logging[b]],
                EvaluationPropensity = [evaluated[a], evaluated[b], evaluated[a], evaluated[b]],
                Prediction = [model[a], model[b], model[a], model[b]],
                ExpectedPrediction = [expected, expected, expected, expected],
                Position = [1, 2, 1, 2],
                List = [0, 0, 1, 1],
            };
            var all = SlateEstimators.All(log, new(), .05);
            foreach (var (name, i) in new[] { ("slateCascade", 0), ("slateCascadeDr", 1) })
            {
                means[i] += chance * all[name].Value;
                squares[i] += chance * all[name].Value * all[name].Value;
            }

            // The paper's estimator as a recursion from the last place up (Jiang and Li, ICML 2016, equation 10), Q by the same model.
            double[] weight = [evaluated[a] / logging[a], evaluated[b] / logging[b]];
            var last = expected + weight[1] * (q - model[b]);
            Assert.Equal(2 * expected + weight[0] * (r + last - (model[a] + expected)), all["slateCascadeDr"].Value, 12);
        }

        Assert.Equal(truth, means[0], 12);
        Assert.Equal(truth, means[1], 12);
        Assert.True(squares[1] - truth * truth < 0.6 * (squares[0] - truth * truth), $"variances {squares[0] - truth * truth} and {squares[1] - truth * truth}");
        var plain = SlateEstimators.All(new OffPolicyLog { Reward = [1, 0], Propensity = [.5, .5], EvaluationPropensity = [.5, .5], Position = [1, 1], List = [0, 1] }, new(), .05);
        Assert.Contains("no predictions", plain["slateCascadeDr"].NoInference, StringComparison.Ordinal);
    }
}
