using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Selection;

namespace Vitrina.Tests.Kernels.Selection;

public class NearestPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public void Holds_the_nearest_of_all_offers_and_hands_each_out_once(int limit)
    {
        var random = RandomStream.For((ulong)limit, "offers");
        var pool = new NearestPool();
        for (var run = 0; run < 20; run++)
        {
            pool.Reset(limit);
            var offers = new List<(float Distance, int Id)>();
            var taken = new HashSet<int>();
            for (var id = 0; id < 300; id++)
            {
                var distance = (float)Math.Round(random.NextGaussian(), 1);
                offers.Add((distance, id));
                pool.Offer(id, distance);
                if (random.NextInt(3) == 0)
                {
                    var next = pool.PeekNext();
                    var expected = offers.Order().Take(limit).Where(offer => !taken.Contains(offer.Id)).Select(offer => offer.Id).FirstOrDefault(-1);
                    Assert.Equal(expected, next);
                    Assert.Equal(expected >= 0, pool.TryTakeNext(out var id2));
                    Assert.Equal(expected, id2);
                    taken.Add(id2);
                }
            }

            var nearest = offers.Order().Take(limit).ToArray();
            Assert.Equal(nearest.Length, pool.Count);
            Assert.Equal(nearest, Enumerable.Range(0, pool.Count).Select(rank => (pool.Distance(rank), pool.Id(rank))));
            Assert.Equal(nearest[^1].Distance, pool.Farthest);
        }
    }

    [Fact]
    public void Never_holds_what_is_not_a_number()
    {
        var pool = new NearestPool();
        pool.Reset(2);
        pool.Offer(1, float.NaN);
        Assert.Equal(0, pool.Count);
        Assert.Equal(float.PositiveInfinity, pool.Farthest);
        Assert.False(pool.TryTakeNext(out _));
    }
}
