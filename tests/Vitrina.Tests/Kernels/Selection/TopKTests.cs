using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Selection;

namespace Vitrina.Tests.Kernels.Selection;

public class TopKTests
{
    [Fact]
    public void The_best_k_are_those_of_a_full_sort()
    {
        var top = new TopK();
        var stream = RandomStream.For(1, "top");
        for (var trial = 0; trial < 500; trial++)
        {
            var offers = new (int Ordinal, float Score)[stream.NextInt(300)];
            var levels = 1 + stream.NextInt(50);
            for (var index = 0; index < offers.Length; index++)
            {
                offers[index] = (index * 7, stream.NextInt(20) switch
                {
                    0 => float.NegativeInfinity,
                    1 => float.PositiveInfinity,
                    2 => -0f,
                    3 => 0f,
                    4 => float.NaN,
                    _ => (stream.NextInt(levels) - levels / 2) * 0.37f,
                });
            }
            stream.Shuffle<(int, float)>(offers);
            var k = stream.NextInt(40);
            top.Reset(k);
            foreach (var (ordinal, score) in offers)
            {
                top.Offer(ordinal, score);
            }
            var expected = offers.Where(offer => !float.IsNaN(offer.Score))
                .OrderByDescending(offer => offer.Score).ThenBy(offer => offer.Ordinal).Take(k).ToArray();
            Assert.Equal(expected.Length, top.Count);
            Assert.Equal(k == 0 ? float.PositiveInfinity : expected.Length < k ? float.NegativeInfinity : expected[^1].Score, top.Threshold);
            var ordinals = new int[k];
            var scores = new float[k];
            Assert.Equal(expected.Length, top.DrainDescending(ordinals, scores));
            Assert.Equal(expected.Select(offer => offer.Ordinal), ordinals.Take(expected.Length));
            Assert.Equal(expected.Select(offer => offer.Score), scores.Take(expected.Length));
            Assert.Equal(0, top.Count);
        }
    }

    [Fact]
    public void Nothing_is_kept_before_the_first_reset_or_for_k_zero()
    {
        var top = new TopK();
        top.Offer(1, float.PositiveInfinity);
        top.Reset(0);
        top.Offer(1, float.PositiveInfinity);
        Assert.Equal(0, top.DrainDescending([], []));
    }

    [Fact]
    public void Reuse_allocates_nothing()
    {
        var top = new TopK();
        var ordinals = new int[50];
        var scores = new float[50];
        for (var round = 0; round < 3; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            top.Reset(50);
            for (var ordinal = 0; ordinal < 1000; ordinal++)
            {
                top.Offer(ordinal, ordinal * 31 % 97);
            }
            top.DrainDescending(ordinals, scores);
            if (round == 2)
            {
                Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
            }
        }
    }

    [Fact]
    public void Spans_that_are_too_short_are_refused()
    {
        var top = new TopK();
        top.Reset(2);
        top.Offer(1, 1);
        top.Offer(2, 2);
        Assert.Throws<ArgumentException>(() => top.DrainDescending(new int[1], new float[2]));
    }
}
