using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Tests.Learning.Evaluation;

public class PairedBootstrapTests
{
    [Fact]
    public void The_interval_of_a_mean_has_the_width_of_its_standard_error()
    {
        double[] values = Normal(seed: 1, count: 2000, mean: 3);
        MeanInterval interval = PairedBootstrap.Mean(values, seed: 7);
        double error = Math.Sqrt(values.Sum(v => (v - interval.Mean) * (v - interval.Mean))) / values.Length;
        Assert.Equal(values.Average(), interval.Mean, 1e-12);
        Assert.Equal(2 * 1.96 * error, interval.High - interval.Low, 0.1 * 4 * error);
        Assert.InRange(interval.Mean, interval.Low, interval.High);
        Assert.Equal(interval, PairedBootstrap.Mean(values, seed: 7));
        Assert.NotEqual(interval, PairedBootstrap.Mean(values, seed: 8));
    }

    [Fact]
    public void Intervals_cover_the_truth_about_as_often_as_they_say()
    {
        int covered = 0;
        for (int round = 0; round < 200; round++)
        {
            MeanInterval interval = PairedBootstrap.Mean(Normal((ulong)round, count: 60, mean: 1), seed: 5, resamples: 400);
            covered += interval.Low <= 1 && interval.High >= 1 ? 1 : 0;
        }

        // 95 % of 200 is 190; the percentile interval of 60 values is a little short, and the binomial error is 3.
        Assert.InRange(covered, 178, 199);
    }

    [Fact]
    public void A_paired_difference_is_narrow_when_the_lists_move_together()
    {
        double[] baseline = Normal(seed: 2, count: 400, mean: 0);
        double[] noise = Normal(seed: 3, count: 400, mean: 0);
        double[] candidate = [.. baseline.Zip(noise, (b, n) => b + 0.05 + (0.1 * n))];
        PairedDifference difference = PairedBootstrap.Difference(candidate, baseline, seed: 1);
        Assert.True(difference.Interval.Low > 0);
        Assert.True(difference.Interval.High < 0.1);
        Assert.True(difference.PValue < 0.001);
        Assert.Equal(400, difference.Wins + difference.Losses);

        PairedDifference none = PairedBootstrap.Difference([.. noise], [.. noise], seed: 1);
        Assert.Equal((0, 0, 1.0), (none.Interval.Low, none.Interval.High, none.PValue));
    }

    [Fact]
    public void The_p_value_of_few_lists_equals_the_exact_count_of_sign_patterns()
    {
        double[] differences = [0.5, 0.4, 0.3, -0.1, 0.2, 0.6];
        int extreme = 0;
        for (int pattern = 0; pattern < 64; pattern++)
        {
            double sum = differences.Select((d, i) => (pattern >> i & 1) == 0 ? d : -d).Sum();
            extreme += Math.Abs(sum) >= differences.Sum() - 1e-9 ? 1 : 0;
        }

        double[] zeros = new double[6];
        Assert.Equal(extreme / 64.0, PairedBootstrap.Difference(differences, zeros, seed: 3, resamples: 40_000).PValue, 0.005);
    }

    [Fact]
    public void Lists_without_a_value_are_left_out_and_counted()
    {
        MeanInterval interval = PairedBootstrap.Mean([1, double.NaN, 3], seed: 1);
        Assert.Equal((2.0, 2), (interval.Mean, interval.Count));
        Assert.True(double.IsNaN(PairedBootstrap.Mean([double.NaN], seed: 1).Low));
        Assert.Equal(1, PairedBootstrap.Difference([1, double.NaN], [0, 0], seed: 1).Interval.Count);
        Assert.Throws<ArgumentException>(() => PairedBootstrap.Difference([1], [1, 2], seed: 1));
    }

    private static double[] Normal(ulong seed, int count, double mean)
    {
        RandomStream stream = RandomStream.For(seed, "values");
        double[] values = new double[count];
        foreach (ref double value in values.AsSpan())
        {
            value = mean + stream.NextGaussian();
        }

        return values;
    }
}
