using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Tests.Learning.Evaluation;

public sealed class SubsetMeansTests
{
    [Theory]
    [InlineData("gaussian", 12)]
    [InlineData("gaussian", 200)]
    [InlineData("pareto", 20)]
    [InlineData("mostly equal", 60)]
    public void Equally_good_methods_are_called_different_in_one_of_twenty_comparisons(string kind, int count)
    {
        const int Runs = 2_000;
        var rejected = 0;
        Parallel.For(0, Runs, run =>
        {
            var stream = RandomStream.For(11, kind, (ulong)run);
            var differences = new double[count];
            for (var i = 0; i < count; i++)
            {
                differences[i] = kind switch
                {
                    "pareto" => Math.Pow(1 - stream.NextDouble(), -1 / 1.5) - Math.Pow(1 - stream.NextDouble(), -1 / 1.5),
                    "mostly equal" => stream.NextBool(0.5) ? 0 : stream.NextGaussian(),
                    _ => stream.NextGaussian(),
                };
            }

            if (SubsetMeans.Of(differences, stream.NextUInt64(), 1_000).PValue <= 0.05)
            {
                Interlocked.Increment(ref rejected);
            }
        });

        // Four standard errors of a share of 5 % in 2,000.
        Assert.InRange(rejected / (double)Runs, 0.05 - 0.0195, 0.05 + 0.0195);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(40)]
    public void The_interval_leaves_zero_out_exactly_when_the_p_value_is_at_most_5_percent(int count)
    {
        var told = new bool[2];
        for (var run = 0; run < 400; run++)
        {
            var stream = RandomStream.For(3, "both", (ulong)run);
            double[] differences = [.. Enumerable.Range(0, count).Select(_ => 0.3 + stream.NextGaussian())];
            var (interval, pValue) = SubsetMeans.Of(differences, (ulong)run, 1_000);
            var isOutside = interval.Low > 0 || interval.High < 0;
            Assert.Equal(pValue <= 0.05, isOutside);
            told[isOutside ? 1 : 0] = true;
        }

        Assert.All(told, Assert.True);
    }

    [Fact]
    public void Five_lists_prove_nothing_and_six_can()
    {
        var (few, pFew) = SubsetMeans.Of([1, 2, 3, 4, 5], 1, 2_000);
        Assert.Equal((double.NegativeInfinity, double.PositiveInfinity, 3.0), (few.Low, few.High, few.Mean));
        Assert.Equal(2.0 / 32, pFew, 1e-12);
        var (six, pSix) = SubsetMeans.Of([1, 2, 3, 4, 5, 6], 1, 2_000);
        Assert.Equal((1.0, 6.0), (six.Low, six.High));
        Assert.Equal(2.0 / 64, pSix, 1e-12);
    }

    [Fact]
    public void Intervals_cover_a_true_difference_of_heavy_tails_about_as_often_as_they_say()
    {
        const int Runs = 1_000;
        var covered = 0;
        for (var run = 0; run < Runs; run++)
        {
            // Student's t with 2 degrees of freedom: no variance.
            var stream = RandomStream.For(5, "t2", (ulong)run);
            double[] differences = [.. Enumerable.Range(0, 25).Select(_ => 1 + (stream.NextGaussian() / Math.Sqrt(stream.NextExponential(1))))];
            var (interval, _) = SubsetMeans.Of(differences, (ulong)run, 1_000);
            covered += interval.Low <= 1 && interval.High >= 1 ? 1 : 0;
        }

        Assert.InRange(covered / (double)Runs, 0.92, 0.98);
    }

    [Fact]
    public void The_same_seed_gives_the_same_interval()
    {
        double[] differences = [.. Enumerable.Range(0, 50).Select(i => Math.Sin(i))];
        Assert.Equal(SubsetMeans.Of(differences, 4, 500), SubsetMeans.Of(differences, 4, 500));
        Assert.NotEqual(SubsetMeans.Of(differences, 4, 500).Interval, SubsetMeans.Of(differences, 5, 500).Interval);
    }
}
