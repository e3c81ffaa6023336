using System.Runtime.CompilerServices;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Kernels.Chance;

public class RandomStreamTests
{
    [Fact]
    public void Blocks_equal_the_published_vectors_of_Philox4x32_10()
    {
        // Random123 known-answer file, philox4x32 10.
        Assert.Equal((0xe169c58d6627e8d5ul, 0x9b00dbd8bc57ac4cul), RandomStream.Philox(0, 0, 0));
        Assert.Equal((0x41c83b0e408f276dul, 0x6d5451fda20bc7c6ul), RandomStream.Philox(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue));
        Assert.Equal((0x94fdccebd16cfe09ul, 0x24126ea15001e420ul), RandomStream.Philox(0x85a308d3243f6a88, 0x0370734413198a2e, 0x299f31d0a4093822));
    }

    [Fact]
    public void Values_are_pinned_so_that_recorded_simulations_stay_valid()
    {
        var stream = RandomStream.For(42, 7);
        var named = RandomStream.For(42, "exposure", 7);
        var actual = new[]
        {
            stream.NextUInt64().ToString("x16"), stream.NextDouble().ToString("R"), stream.NextInt(1000).ToString(),
            stream.NextGaussian().ToString("R"), stream.NextGumbel().ToString("R"), stream.NextPoisson(3).ToString(),
            stream.NextPoisson(500).ToString(), stream.NextBeta(0.5, 2).ToString("R"), named.NextUInt64().ToString("x16"),
        };
        Assert.Equal(Pinned, actual);
    }

    private static readonly string[] Pinned =
    [
        "ed102dbe0eaa0651", "0.4598330201240086", "291", "0.5053608427084391", "2.5895659212034206", "3", "504", "0.21784763031015",
        "18beb44db2aad337",
    ];

    [Fact]
    public void A_stream_fits_in_32_bytes() => Assert.Equal(32, Unsafe.SizeOf<RandomStream>());

    [Fact]
    public void Streams_depend_on_nothing_but_their_names()
    {
        var first = RandomStream.For(1, 2, 3);
        var other = RandomStream.For(1, 3, 3);
        var expected = Enumerable.Range(0, 9).Select(_ => first.NextUInt64()).ToArray();
        var again = RandomStream.For(1, 2, 3);
        var actual = new List<ulong>();
        for (var draw = 0; draw < 9; draw++)
        {
            _ = other.NextUInt64();
            actual.Add(again.NextUInt64());
        }
        Assert.Equal(expected, actual);
        Assert.NotEqual(RandomStream.For(1, 2, 3).NextUInt64(), RandomStream.For(1, 2, 4).NextUInt64());
        Assert.NotEqual(RandomStream.For(1, "a").NextUInt64(), RandomStream.For(1, "b").NextUInt64());
    }

    [Fact]
    public void A_copy_replays_from_where_it_was_copied()
    {
        var stream = RandomStream.For(5, 5);
        _ = stream.NextUInt64();
        var copy = stream;
        Assert.True(copy == stream);
        for (var draw = 0; draw < 5; draw++)
        {
            Assert.Equal(stream.NextGaussian(), copy.NextGaussian());
        }
    }

    [Fact]
    public void Every_bit_is_balanced_within_a_stream_and_across_the_first_values_of_streams()
    {
        const int Draws = 40_000;
        var within = new int[64];
        var across = new int[64];
        var stream = RandomStream.For(11, 0);
        for (var draw = 0; draw < Draws; draw++)
        {
            var value = stream.NextUInt64();
            var first = RandomStream.For(11, (ulong)draw).NextUInt64();
            for (var bit = 0; bit < 64; bit++)
            {
                within[bit] += (int)(value >> bit) & 1;
                across[bit] += (int)(first >> bit) & 1;
            }
        }
        // Five standard deviations: sqrt(40000)/2 = 100 each.
        Assert.All(within.Concat(across), count => Assert.InRange(count, Draws / 2 - 500, Draws / 2 + 500));
    }

    [Fact]
    public void Doubles_are_uniform_and_unrelated_to_their_predecessors()
    {
        const int Draws = 160_000;
        var cells = new int[16 * 16];
        var stream = RandomStream.For(3, 9);
        for (var draw = 0; draw < Draws; draw++)
        {
            cells[(int)(stream.NextDouble() * 16) * 16 + (int)(stream.NextDouble() * 16)]++;
        }
        var expected = Draws / 256.0;
        var chiSquare = cells.Sum(count => (count - expected) * (count - expected) / expected);
        Assert.InRange(chiSquare, 255 - 5 * 22.6, 255 + 5 * 22.6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(1000)]
    public void Integers_are_uniform_below_their_bound(int bound)
    {
        const int Draws = 50_000;
        var counts = new int[bound];
        var stream = RandomStream.For(8, (ulong)bound);
        for (var draw = 0; draw < Draws; draw++)
        {
            counts[stream.NextInt(bound)]++;
        }
        var expected = (double)Draws / bound;
        var chiSquare = counts.Sum(count => (count - expected) * (count - expected) / expected);
        Assert.InRange(chiSquare, 0, bound - 1 + 5 * Math.Sqrt(2 * bound));
    }

    [Fact]
    public void Bounds_without_values_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomStream.For(1, 1).NextInt(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomStream.For(1, 1).NextPoisson(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomStream.For(1, 1).NextPoisson(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomStream.For(1, 1).NextGamma(0));
        Assert.Throws<ArgumentException>(() => RandomStream.For(1, 1).NextIndex([]));
        Assert.Throws<ArgumentException>(() => RandomStream.For(1, 1).NextIndex([0, 0]));
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.7)]
    [InlineData(4)]
    [InlineData(9.9)]
    [InlineData(10)]
    [InlineData(35)]
    [InlineData(4000)]
    public void Poisson_counts_have_their_mean_as_mean_and_variance(double mean)
    {
        const int Draws = 100_000;
        var stream = RandomStream.For(21, 1);
        var (average, variance) = Moments(Draws, () => stream.NextPoisson(mean));
        Assert.InRange(average, mean - 5 * Math.Sqrt(mean / Draws), mean + 5 * Math.Sqrt(mean / Draws));
        var error = Math.Sqrt((mean + 2 * mean * mean) / Draws);
        Assert.InRange(variance, mean - 5 * error, mean + 5 * error);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(14)]
    public void Poisson_counts_follow_their_probabilities(double mean)
    {
        const int Draws = 200_000;
        var counts = new int[60];
        var stream = RandomStream.For(22, 1);
        for (var draw = 0; draw < Draws; draw++)
        {
            counts[stream.NextPoisson(mean)]++;
        }
        var probability = Math.Exp(-mean);
        for (var count = 0; count < counts.Length; count++)
        {
            var expected = Draws * probability;
            Assert.InRange(counts[count], expected - 6 - 5 * Math.Sqrt(expected), expected + 6 + 5 * Math.Sqrt(expected));
            probability *= mean / (count + 1);
        }
    }

    [Fact]
    public void A_Poisson_count_of_mean_zero_is_zero_and_of_a_billion_fits()
    {
        var stream = RandomStream.For(1, 1);
        Assert.Equal(0, stream.NextPoisson(0));
        Assert.InRange(stream.NextPoisson(1e9), 999_700_000, 1_000_300_000);
    }

    [Fact]
    public void Continuous_draws_have_the_moments_of_their_distributions()
    {
        var stream = RandomStream.For(77, 0);
        AssertMoments(0, 1, 3, () => stream.NextGaussian());
        AssertMoments(2.5, 6.25, 9, () => stream.NextExponential(2.5));
        AssertMoments(0.5772156649, Math.PI * Math.PI / 6, 5.4, () => stream.NextGumbel());
        AssertMoments(7.5, 7.5, 4, () => stream.NextGamma(7.5));
        AssertMoments(0.3, 0.3, 23, () => stream.NextGamma(0.3));
        AssertMoments(2.0 / 7, 2.0 * 5 / (49 * 8), 3, () => stream.NextBeta(2, 5));
        AssertMoments(0.25, 0.25 * 0.75 / 1.004, 3, () => stream.NextBeta(0.001, 0.003));
    }

    [Fact]
    public void Gaussian_tails_have_their_share()
    {
        const int Draws = 200_000;
        var stream = RandomStream.For(78, 0);
        var beyond = 0;
        for (var draw = 0; draw < Draws; draw++)
        {
            beyond += Math.Abs(stream.NextGaussian()) > 1.959963984540054 ? 1 : 0;
        }
        Assert.InRange(beyond, 10_000 - 500, 10_000 + 500);
    }

    [Fact]
    public void Certain_and_impossible_events_are_so()
    {
        var stream = RandomStream.For(4, 4);
        for (var draw = 0; draw < 1000; draw++)
        {
            Assert.True(stream.NextBool(1));
            Assert.False(stream.NextBool(0));
        }
    }

    [Fact]
    public void Indexes_are_drawn_by_weight_and_never_where_the_weight_is_zero()
    {
        const int Draws = 60_000;
        double[] cumulative = [0, 1, 1, 3, 6, 6];
        var counts = new int[6];
        var stream = RandomStream.For(6, 6);
        for (var draw = 0; draw < Draws; draw++)
        {
            counts[stream.NextIndex(cumulative)]++;
        }
        Assert.Equal(0, counts[0] + counts[2] + counts[5]);
        Assert.InRange(counts[1], 9_500, 10_500);
        Assert.InRange(counts[3], 19_400, 20_600);
    }

    [Fact]
    public void Every_order_is_equally_likely_after_a_shuffle()
    {
        const int Draws = 24_000;
        var counts = new Dictionary<string, int>();
        var stream = RandomStream.For(9, 9);
        for (var draw = 0; draw < Draws; draw++)
        {
            var letters = "abcd".ToCharArray();
            stream.Shuffle<char>(letters);
            var order = new string(letters);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }
        Assert.Equal(24, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 840, 1160));
    }

    [Fact]
    public void Portable_functions_agree_with_the_platform_to_the_last_places()
    {
        var stream = RandomStream.For(12, 12);
        for (var draw = 0; draw < 20_000; draw++)
        {
            var value = Math.Exp(stream.NextDouble() * 1400 - 700);
            Assert.Equal(Math.Log(value), PortableMath.Log(value), 1e-15 * Math.Max(1, Math.Abs(Math.Log(value))));
            var near = 1 + (stream.NextDouble() - 0.5) * 1e-3;
            Assert.Equal(Math.Log(near), PortableMath.Log(near), 1e-18 + 5e-16 * Math.Abs(Math.Log(near)));
            var power = stream.NextDouble() * 1400 - 700;
            Assert.Equal(1, PortableMath.Exp(power) / Math.Exp(power), 1e-15);
        }
        Assert.Equal(double.NegativeInfinity, PortableMath.Log(0));
        Assert.Equal(Math.Log(double.Epsilon), PortableMath.Log(double.Epsilon), 1e-12);
        Assert.Equal(0, PortableMath.Exp(double.NegativeInfinity));
        Assert.Equal(363.73937555556349, PortableMath.LogFactorial(100), 1e-10);
        Assert.Equal(Math.Log(3628800), PortableMath.LogFactorial(10), 1e-10);
    }

    private static void AssertMoments(double mean, double variance, double kurtosis, Func<double> next)
    {
        const int Draws = 200_000;
        var (average, spread) = Moments(Draws, next);
        var meanError = 5 * Math.Sqrt(variance / Draws);
        Assert.InRange(average, mean - meanError, mean + meanError);
        var spreadError = 5 * variance * Math.Sqrt((kurtosis - 1) / Draws) + 1e-3 * variance;
        Assert.InRange(spread, variance - spreadError, variance + spreadError);
    }

    private static (double Mean, double Variance) Moments(int draws, Func<double> next)
    {
        double mean = 0, squares = 0;
        for (var draw = 1; draw <= draws; draw++)
        {
            var value = next();
            var difference = value - mean;
            mean += difference / draw;
            squares += difference * (value - mean);
        }
        return (mean, squares / draws);
    }
}
