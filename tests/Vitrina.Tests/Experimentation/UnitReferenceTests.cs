using Vitrina.Experimentation.Statistics;
using Vitrina.Experimentation.Units;

namespace Vitrina.Tests.Experimentation;

/// <summary>Published and recomputed figures: GrowthBook's and Spotify's test suites, and scipy, as the experiments reference lists them (sections C2 to C7).</summary>
public sealed class UnitReferenceTests
{
    private static readonly ArmMoments s_a = ArmMoments.FromSums(3407, 1396.87, 52377.9767);
    private static readonly ArmMoments s_shortA = ArmMoments.FromSums(3000, 1396.87, 52377.9767);
    private static readonly ArmMoments s_b = ArmMoments.FromSums(3461, 2422.7, 134698.29);

    // C2, growthbook packages/back-end/test/stats.test.ts.
    [Theory]
    [InlineData(new long[] { 1000, 1200 }, new[] { .5, .5 }, 18.181818182, 1, 0.0000200787)]
    [InlineData(new long[] { 135, 115 }, new[] { .5, .5 }, 1.6, 1, 0.205903211)]
    [InlineData(new long[] { 310, 98 }, new[] { .75, .25 }, 0.209150327, 1, 0.647434186)]
    [InlineData(new long[] { 1000, 1200, 900 }, new[] { .5, .5, 0 }, 18.181818182, 1, 0.0000200787)]
    [InlineData(new long[] { 500, 500, 600 }, new[] { .34, .33, .33 }, 14.861853832, 2, 0.000592638)]
    public void Sample_ratio_equals_growthbook(long[] counts, double[] weights, double chiSquare, int df, double p)
    {
        var result = SampleRatio.Test(counts, weights);
        Assert.Equal(chiSquare, result.ChiSquare, 8);
        Assert.Equal(df, result.DegreesOfFreedom);
        Assert.Equal(p, result.PValue, p < 1e-3 ? 9 : 8);
    }

    [Theory]
    [InlineData(new long[] { 1000 }, new[] { 1.0 })]
    [InlineData(new long[] { 1000, 0, 0 }, new[] { 1.0, 0, 0 })]
    [InlineData(new long[] { 1000, 500 }, new[] { 0.0, 0 })]
    public void Sample_ratio_of_one_arm_has_p_1(long[] counts, double[] weights) => Assert.Equal(1, SampleRatio.Test(counts, weights).PValue);

    // Trap 1: gbstats keeps the skipped arm's degrees of freedom and users.
    [Fact]
    public void Units_in_an_arm_of_weight_zero_are_a_mistake_and_no_degree_of_freedom()
    {
        var result = SampleRatio.Test([1000, 1200, 900], [.5, .5, 0]);
        Assert.Equal("an arm of weight 0 has units", result.Mistake);
        Assert.Equal(1, result.DegreesOfFreedom);
    }

    // Trap 2: 1 − cdf is 0 here.
    [Fact]
    public void Extreme_sample_ratio_keeps_its_logarithm()
    {
        var result = SampleRatio.Test([1_000_000, 1_200_000], [.5, .5]);
        Assert.Equal(18181.818181818, result.ChiSquare, 6);
        Assert.InRange(result.LogPValue, -9100, -9090);
        Assert.InRange(Tails.LogStudentUpper(60, 1e5), -1800 - 10, -1770);
        Assert.InRange(Tails.LogNormalUpper(50), -1254.9, -1254.8);
    }

    [Fact]
    public void Small_expected_counts_get_the_exact_p()
    {
        var two = SampleRatio.Test([9, 0], [.5, .5]);
        Assert.True(two.IsExact);
        Assert.Equal(2 / 512.0, two.PValue, 12);
        var three = SampleRatio.Test([3, 0, 0], [.4, .3, .3]);
        Assert.True(three.IsExact);
        Assert.Equal(.4 * .4 * .4 + 2 * .3 * .3 * .3, three.PValue, 12);
    }

    [Fact]
    public void Sequential_sample_ratio_equals_the_dirichlet_multinomial()
    {
        Assert.Equal(239.049028629, Math.Exp(SampleRatio.LogBayesFactor([1000, 1200], [.5, .5], [1, 1])), 5);
        Assert.Equal(.175471735, Math.Exp(SampleRatio.LogBayesFactor([135, 115], [.5, .5], [1, 1])), 8);
        Assert.Equal(291.280132825, Math.Exp(SampleRatio.LogBayesFactor([1000, 1200], [.5, .5], [500, 500])), 5);
    }

    // C3, growthbook packages/stats/tests/frequentist/test_tests.py.
    [Fact]
    public void Difference_and_lift_equal_growthbook()
    {
        Equal(ArmComparison.Difference(s_a, s_b, Level.Default), .29, .124783632, .045377893, .534622107, .020158403);
        Assert.Equal(5841.742032, ArmComparison.Difference(s_a, s_b, Level.Default).DegreesOfFreedom, 5);
        Equal(ArmComparison.Lift(s_a, s_b, Level.Default), .707317073, .378794362, -.035260089, 1.449894235, .061911827);
        Equal(ArmComparison.Lift(ArmMoments.FromProportion(28, 14), ArmMoments.FromProportion(30, 16), Level.Default), .06667, .2717, -.47767, .61101, .80707, 5);
        var greater = ArmComparison.Lift(s_shortA, s_b, new Level(.05, Alternative.Greater));
        Assert.Equal(-.045136676, greater.Low, 8);
        Assert.Equal(double.PositiveInfinity, greater.High);
        Assert.Equal(.065582629, greater.PValue, 8);
        var difference = ArmComparison.Difference(s_shortA, s_b, new Level(.05, Alternative.Greater));
        Assert.Equal(.020791480, difference.Low, 8);
        Assert.Equal(.035542725, difference.PValue, 8);
        Assert.Equal(1.051858848, ArmComparison.Lift(s_shortA, s_b, new Level(.05, Alternative.Less)).High, 8);
    }

    [Fact]
    public void Bayesian_posterior_equals_growthbook()
    {
        var flat = Bayesian.Posterior(ArmComparison.Lift(ArmMoments.FromProportion(100, 49), ArmMoments.FromProportion(100, 51), Level.Default));
        Assert.Equal(.04082, flat.Value, 5);
        Assert.Equal(.14725, flat.StandardError, 5);
        Assert.Equal(.60918, flat.Details["chanceToWin"], 5);
        Assert.Equal(.0814, flat.Details["lossOfControl"], 5);
        Assert.Equal(.04058, flat.Details["lossOfTreatment"], 5);
        var lift = ArmComparison.Lift(ArmMoments.FromSums(10, 100, 1002.25), ArmMoments.FromSums(10, 105, 1111.5), Level.Default);
        Assert.Equal(.05, lift.Value, 10);
        Assert.Equal(.03572, lift.StandardError, 5);
        Assert.Equal(.91923, Bayesian.Posterior(lift).Details["chanceToWin"], 5);
        var prior = Bayesian.Posterior(lift, .1, .1);
        Assert.Equal(.05063, prior.Value, 5);
        Assert.Equal(.03549, prior.StandardError, 5);
        Assert.Equal(.92315, prior.Details["chanceToWin"], 5);
    }

    // C4.
    [Fact]
    public void Ratio_by_the_delta_method()
    {
        var (a, b) = (Ratio([2, 0, 3, 1, 4, 2], [5, 3, 6, 4, 8, 4]), Ratio([3, 1, 4, 2, 5, 3], [5, 3, 7, 4, 8, 5]));
        Assert.Equal(.4, a.Mean, 12);
        Assert.Equal(.003946666667, a.VarianceOfMean, 12);
        Assert.Equal(.062822501, Math.Sqrt(a.VarianceOfMean), 9);
        Assert.Equal(.5625, b.Mean, 12);
        Assert.Equal(.031734525, Math.Sqrt(b.VarianceOfMean), 9);
        var difference = ArmComparison.NormalDifference(a, b, Level.Default);
        Assert.Equal(.1625, difference.Value, 12);
        Assert.Equal(.070382858, difference.StandardError, 9);
        Assert.Equal(2.308800806, difference.Statistic, 8);
        Assert.Equal(.020954637, difference.PValue, 8);
        var lift = ArmComparison.Lift(a, b, Level.Default);
        Assert.Equal(.40625, lift.Value, 12);
        Assert.Equal(.234677539, lift.StandardError, 9);
        var fieller = ArmComparison.Fieller(a, b, Level.Default);
        Assert.Equal(1.048101727, fieller.Low, 8);
        Assert.Equal(2.058795365, fieller.High, 8);
    }

    [Fact]
    public void Fieller_has_no_bounds_when_the_control_may_be_zero()
    {
        var near = ArmComparison.Fieller(ArmMoments.FromSums(100, 1, 100), ArmMoments.FromSums(100, 30, 100), Level.Default);
        Assert.Equal(double.PositiveInfinity, near.High);
        Assert.Contains("no bounds", near.Assumes, StringComparison.Ordinal);
    }

    [Fact]
    public void Covariates_take_their_share_of_the_variance()
    {
        double[] x = [1, 2, 3, 4, 5, 6, 7, 8], y = [2, 3, 5, 4, 6, 8, 7, 9];
        var arms = new CoMoments[] { new(2), new(2) };
        for (var i = 0; i < 8; i++)
        {
            arms[i % 2].Add([y[i], x[i]]);
        }

        var (control, treatment) = (ArmMoments.Of(arms[0], 0, 1), ArmMoments.Of(arms[1], 0, 1));
        var theta = ArmComparison.Theta(control, treatment);
        Assert.Equal(.952380952, theta, 9);
        var raw = ArmComparison.Difference(control, treatment, Level.Default);
        Assert.Equal(1, raw.Value, 12);
        Assert.Equal(1.825741858, raw.StandardError, 9);
        var adjusted = ArmComparison.Adjusted(control, treatment, theta, Level.Default);
        Assert.Equal(.047619048, adjusted.Value, 9);
        Assert.Equal(.570104286, adjusted.StandardError, 9);
        var all = new CoMoments(2);
        all.Add(arms[0]);
        all.Add(arms[1]);
        Assert.Equal(6, all.Variance(0), 12);
        var whole = ArmMoments.Of(all, 0, 1);
        Assert.Equal(.557823129, whole.Variance - 2 * theta * whole.Covariance + theta * theta * whole.CovariateVariance, 9);
    }

    // growthbook test_two_sided_ttest_test_runs_ratio_ra and its sequential twin.
    [Fact]
    public void Adjusted_ratio_equals_growthbook()
    {
        var a = AdjustedRatio([485.112236689623, 2715.484666118136], [679.9093275844917, 4939.424001640236], [192.59138069991536, 460.076026390857], [290.1398399750233, 920.9461385038898],
            1113.6215759318352, 2130.9404074446747, 634.239482353647, 3602.146836776702, 1559.2878434944676, 1460.3181079276983);
        var b = AdjustedRatio([514.7757826608777, 2994.897482705013], [705.4090874383759, 5291.36604146392], [206.94157227402536, 514.2903702246757], [302.54389139107326, 994.4506208125663],
            1237.0953021125997, 2292.081739775257, 698.4173425817908, 3918.1561431600717, 1701.0287270040265, 1604.0759503266522);
        var lift = ArmComparison.AdjustedLift(a, b, ArmComparison.ThetaWithin(a, b), Level.Default);
        Equal(lift, -.0007, .00391, -.00841, .007, .85771, 5);
        var always = Sequential.AlwaysValid(lift.Value, lift.StandardError, 200, Sequential.DefaultTuningSize, Level.Default);
        Assert.Equal(-.02063, always.Low, 5);
        Assert.Equal(.01923, always.High, 5);
    }

    // C5.
    [Fact]
    public void Confidence_sequence_equals_growthbook()
    {
        Assert.Equal(.039840066771, Sequential.Rho(.05, 5000), 12);
        var one = Sequential.AlwaysValid(.1, .02, 5000, 5000, Level.Default);
        Equal(one, .1, .02, .039295820, .160704180, 4.5122e-5);
        Assert.Equal(.060704180, one.Details["halfWidth"], 9);
        Assert.Equal(22162.0213, one.Details["eValue"], 3);
        var two = Sequential.AlwaysValid(.1, .03, 10000, 5000, Level.Default);
        Assert.Equal(.091844317, two.Details["halfWidth"], 9);
        Assert.Equal(45.306389, two.Details["eValue"], 6);
        Assert.Equal(.022071942, two.PValue, 9);
        Assert.Equal(1.562, two.Details["priceAgainstFixed"], 3);
        var lift = ArmComparison.Lift(s_shortA, s_b, Level.Default);
        Equal(Sequential.AlwaysValid(lift.Value, lift.StandardError, 6461, 1000, Level.Default), .50336, .33341, -.55844, 1.56516, 1, 5);
        var share = ArmComparison.Lift(ArmMoments.FromProportion(3000, 1396), ArmMoments.FromProportion(3461, 2422), Level.Default);
        var running = Sequential.AlwaysValid(share.Value, share.StandardError, 6461, 5000, Level.Default);
        Assert.Equal(.40098, running.Low, 5);
        Assert.Equal(.60675, running.High, 5);
        var difference = ArmComparison.Difference(s_shortA, s_b, Level.Default);
        var greater = Sequential.AlwaysValid(difference.Value, difference.StandardError, 6461, 5000, new Level(.05, Alternative.Greater));
        Assert.Equal(-.126568442, greater.Low, 8);
        Assert.Equal(.463164919, greater.PValue, 8);
    }

    [Theory]
    [InlineData(.1, 2, 1000, .01, 3.27872163, .304996921, .136673837)]
    [InlineData(.02, .32, 10000, 1e-4, 56.0539979, .0178399407, .017690007)]
    public void Mixture_test_equals_its_formula(double d, double variance, double n, double tau2, double lambda, double p, double half)
    {
        var test = Sequential.Msprt(d, variance, n, tau2, Level.Default);
        Assert.Equal(lambda, test.Details["lambda"], 7);
        Assert.Equal(p, test.PValue, 8);
        Assert.Equal(half, test.Details["halfWidth"], 9);
    }

    [Fact]
    public void Group_sequential_boundaries_equal_spotify()
    {
        Looks(GroupSequential.Boundaries([.2, .4, .6, .8, 1], .05), [3.090232, 2.714078, 2.472737, 2.279811, 2.113968]);
        Looks(GroupSequential.Boundaries([.5, 1], .05), [2.497705, 2.018268]);
        // Spotify confidence, test_seq_bounds_run_over: 810 came instead of the planned maximum.
        Looks(GroupSequential.Boundaries([250 / 810.0, 450 / 810.0, 630 / 810.0, 1], .01), [3.304165, 3.034143, 2.870584, 2.728507]);
        double[] nominal = [.. GroupSequential.Boundaries([.2, .4, .6, .8, 1], .05).Select(look => look.NominalAlpha)];
        Assert.All(nominal.Zip([.002, .006646, .013408, .022619, .034518]), pair => Assert.Equal(pair.Second, pair.First, 6));
        Assert.Equal(GroupSequential.Boundaries([.5, 1], .05)[1].Boundary, GroupSequential.Boundaries([.75, 1.5], .05)[1].Boundary, 9);
    }

    // C6, growthbook packages/shared/test/experiments.test.ts.
    [Fact]
    public void Multiple_testing_equals_growthbook()
    {
        Assert.Equal([.05, .12, .12, .03, 1, 1], MultipleTesting.Holm([.01, .04, .03, .005, .55, .6]), Near);
        Assert.Equal([.964, .2415, .0245, .964, .7532, .0245, .2415], MultipleTesting.BenjaminiHochberg([.898, .138, .007, .964, .538, .006, .138]), Near);
        Assert.Equal([.04, .09, .09, .025, .2], MultipleTesting.Holm([.01, .04, .03, .005, .2]), Near);
        Assert.Equal([.025, .05, .05, .025, .2], MultipleTesting.BenjaminiHochberg([.01, .04, .03, .005, .2]), Near);
    }

    [Fact]
    public void Zero_variance_and_single_units_give_words_and_no_p()
    {
        var flat = ArmComparison.Difference(ArmMoments.FromSums(10, 10, 10), s_b, Level.Default);
        Assert.StartsWith("no inference, because", flat.NoInference, StringComparison.Ordinal);
        Assert.True(double.IsNaN(flat.PValue));
        Assert.NotNull(ArmComparison.Difference(ArmMoments.FromSums(1, 1, 1), s_b, Level.Default).NoInference);
        Assert.NotNull(ArmComparison.Lift(default, s_b, Level.Default).NoInference);
    }

    [Fact]
    public void Moments_merge_to_those_of_all_rows()
    {
        var stream = Vitrina.Kernels.Chance.RandomStream.For(5, 1);
        CoMoments whole = new(3), first = new(3), second = new(3);
        for (var i = 0; i < 500; i++)
        {
            double[] row = [1e6 + stream.NextGaussian(), stream.NextGaussian(), stream.NextPoisson(3)];
            whole.Add(row);
            (i % 3 == 0 ? first : second).Add(row);
        }

        first.Add(second);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(whole.Mean(i), first.Mean(i), 6);
            for (var j = 0; j < 3; j++)
            {
                Assert.Equal(whole.Covariance(i, j), first.Covariance(i, j), 8);
            }
        }
    }

    internal static void Equal(Estimate estimate, double value, double error, double low, double high, double p, int digits = 8)
    {
        Assert.Null(estimate.NoInference);
        Assert.Equal(value, estimate.Value, digits);
        Assert.Equal(error, estimate.StandardError, digits);
        Assert.Equal(low, estimate.Low, digits);
        Assert.Equal(high, estimate.High, digits);
        Assert.Equal(p, estimate.PValue, digits);
    }

    private static void Looks(IReadOnlyList<SequentialLook> looks, double[] boundaries)
        => Assert.All(looks.Zip(boundaries), pair => Assert.InRange(pair.First.Boundary - pair.Second, -1e-6, 1e-6));

    private static bool Near(double a, double b) => Math.Abs(a - b) < 1e-12;

    private static ArmMoments Ratio(double[] numerator, double[] denominator)
    {
        var moments = new CoMoments(2);
        foreach (var (y, n) in numerator.Zip(denominator))
        {
            moments.Add([y, n]);
        }

        return ArmMoments.OfRatio(moments, 0, 1);
    }

    // From sums and sums of products, as GrowthBook's statistic takes them: m, d after; m, d before.
    private static ArmMoments AdjustedRatio(double[] m, double[] d, double[] mPre, double[] dPre, double mm, double dd, double preProducts, double md, double mdPre, double mPreD)
    {
        const double N = 100;
        double Cov(double products, double x, double y) => (products - x * y / N) / (N - 1);
        double Var(double[] x) => Cov(x[1], x[0], x[0]);
        double ratio = m[0] / d[0], pre = mPre[0] / dPre[0], bar = d[0] / N, preBar = dPre[0] / N;
        var variance = (Var(m) - 2 * ratio * Cov(md, m[0], d[0]) + ratio * ratio * Var(d)) / (bar * bar);
        var preVariance = (Var(mPre) - 2 * pre * Cov(preProducts, mPre[0], dPre[0]) + pre * pre * Var(dPre)) / (preBar * preBar);
        var covariance = (Cov(mm, m[0], mPre[0]) - pre * Cov(mdPre, m[0], dPre[0]) - ratio * Cov(mPreD, mPre[0], d[0]) + ratio * pre * Cov(dd, d[0], dPre[0])) / (bar * preBar);
        return new ArmMoments(100, ratio, variance, pre, preVariance, covariance);
    }
}
