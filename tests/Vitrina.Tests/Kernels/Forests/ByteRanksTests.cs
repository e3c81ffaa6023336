using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Forests;

namespace Vitrina.Tests.Kernels.Forests;

public class ByteRanksTests
{
    [Fact]
    public void Ranks_count_the_thresholds_below_for_every_table_size_and_missing_rule()
    {
        var random = RandomStream.For(1, "ranks");
        var values = new float[160];
        var (ranks, plain) = (new sbyte[160], new sbyte[160]);
        for (var count = 0; count <= ByteRanks.MaxThresholds; count = count < 20 ? count + 1 : count + 5)
        {
            var thresholds = new SortedSet<float>();
            while (thresholds.Count < count)
            {
                thresholds.Add(random.NextInt(4) == 0 ? random.NextInt(9) - 4 : (float)random.NextGaussian());
            }
            var sorted = thresholds.ToArray();
            foreach (ref var value in values.AsSpan())
            {
                value = random.NextInt(8) switch
                {
                    0 => float.NaN,
                    1 => random.NextBool(0.5) ? float.PositiveInfinity : float.NegativeInfinity,
                    2 => random.NextInt(3) * 1e-36f,
                    3 when count > 0 => sorted[random.NextInt(count)],
                    _ => (float)random.NextGaussian(),
                };
            }
            foreach (var missing in Enum.GetValues<MissingRank>())
            {
                var table = new ByteRanks(sorted, missing);
                table.Rank(values, ranks);
                table.RankOneByOne(values, plain);
                Assert.Equal(plain, ranks);
                for (var i = 0; i < values.Length; i++)
                {
                    Assert.Equal(Expected(sorted, missing, values[i]), ranks[i]);
                }
            }
        }
    }

    [Fact]
    public void Tables_and_shapes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ByteRanks(new float[256], MissingRank.Lowest));
        Assert.Throws<ArgumentException>(() => new ByteRanks([], MissingRank.Lowest).Rank(new float[15], new sbyte[16]));
        Assert.Throws<ArgumentException>(() => new ByteRanks([], MissingRank.Lowest).Rank(new float[16], new sbyte[15]));
    }

    private static int Expected(float[] thresholds, MissingRank missing, float value)
    {
        var isZeroMissing = missing is MissingRank.LowestWithZero or MissingRank.HighestWithZero;
        if (float.IsNaN(value) && missing == MissingRank.Zero)
        {
            value = 0;
        }
        if (float.IsNaN(value) || (isZeroMissing && Math.Abs(value) <= ByteRanks.ZeroBand))
        {
            return missing is MissingRank.Highest or MissingRank.HighestWithZero ? 127 : -128;
        }
        return thresholds.Count(threshold => threshold < value) - 128;
    }
}
