using Vitrina.Engine.Statistics.Offers;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Statistics.Offers;

/// <summary>Deciles, bins, and what thin types do.</summary>
public sealed class DecileThresholdsTests
{
    [Fact]
    public void A_hundred_different_prices_fill_ten_bins_of_ten()
    {
        var thresholds = Own([.. Enumerable.Range(1, 100).Select(i => (double)i)]);
        Assert.Equal([10.0, 20, 30, 40, 50, 60, 70, 80, 90], thresholds.Thresholds.ToArray());
        Assert.All(Enumerable.Range(1, 100), price => Assert.Equal((price - 1) / 10, thresholds.BinOf(OfferAxis.Price, price)));
        Assert.Equal(0, thresholds.BinOf(OfferAxis.Price, 0.5));
        Assert.Equal(9, thresholds.BinOf(OfferAxis.Price, 1e9));
        Assert.Equal(50, thresholds.Median);
    }

    [Fact]
    public void Deciles_and_bins_equal_the_definition()
    {
        var chance = RandomStream.For(3, 1);
        for (var round = 0; round < 200; round++)
        {
            var values = new double[50 + chance.NextInt(200)];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = 1 + chance.NextInt(40);
            }

            var sorted = values.Order().ToArray();
            double[] expected = [.. Enumerable.Range(1, 9).Select(decile => sorted[(int)Math.Ceiling(decile * (decimal)sorted.Length / 10) - 1])];
            var thresholds = Own(values);
            Assert.Equal(expected, thresholds.Thresholds.ToArray());
            Assert.All(Enumerable.Range(1, 41), value => Assert.Equal(expected.Count(threshold => threshold < value), thresholds.BinOf(OfferAxis.Price, value)));
        }
    }

    [Fact]
    public void Constant_prices_share_the_first_bin()
    {
        var thresholds = Own([.. Enumerable.Repeat(990.0, 80)]);
        Assert.Equal(0, thresholds.BinOf(OfferAxis.Price, 990));
        Assert.Equal(9, thresholds.BinOf(OfferAxis.Price, 991));
    }

    [Fact]
    public void A_thin_type_is_cut_by_its_parents_ratios()
    {
        // Parent 0 has no items of its own; type 1 is big and cheap, type 2 thin and a hundred times dearer.
        double[] cheap = [.. Enumerable.Range(1, 99).Select(i => (double)i)];
        double[] dear = [2500, 5000, 5000, 5000, 9000];
        var computed = new TypeThresholds(OfferAxis.Price, [-1, 0, 0], [[], cheap, dear]).Compute();
        Assert.Equal(DecileSource.None, computed[0].Source);
        Assert.Equal(DecileSource.Own, computed[1].Source);
        Assert.Equal(DecileSource.Ancestor, computed[2].Source);
        Assert.Equal(5000, computed[2].Median);
        double[] ratios = [.. cheap.Select(price => price / 50).Concat(dear.Select(price => price / 5000)).Order()];
        Assert.Equal(ratios[(int)Math.Ceiling(ratios.Length * 0.3) - 1], computed[2].Thresholds[2]);
        Assert.Equal(computed[2].Thresholds.ToArray().Count(ratio => ratio < 0.5), computed[2].BinOf(OfferAxis.Price, 2500));
        Assert.InRange(computed[2].BinOf(OfferAxis.Price, 5000), 4, 5);
    }

    [Fact]
    public void The_nearest_ancestor_with_enough_items_lends_and_else_the_root()
    {
        double[] Around(int count, double centre) => [.. Enumerable.Range(0, count).Select(i => centre * (0.5 + ((double)i / count)))];

        // 0 ← 1 ← 2: the middle one has too few with its descendants, so the top one lends.
        var computed = new TypeThresholds(OfferAxis.Price, [-1, 0, 1], [Around(100, 10), Around(10, 70), Around(9, 300)]).Compute();
        Assert.Equal(computed[1].Thresholds.ToArray(), computed[2].Thresholds.ToArray());
        var alone = new TypeThresholds(OfferAxis.Price, [-1, -1], [Around(10, 10), Around(20, 90)]).Compute();
        Assert.All(alone, thresholds => Assert.Equal(DecileSource.Ancestor, thresholds.Source));
        Assert.Equal(alone[0].Thresholds.ToArray(), alone[1].Thresholds.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void Fewer_than_five_items_stand_in_the_middle_and_say_so(int count)
    {
        var thresholds = new TypeThresholds(OfferAxis.Price, [-1], [[.. Enumerable.Range(1, count).Select(i => i * 10.0)]]).Compute()[0];
        Assert.Equal(DecileSource.None, thresholds.Source);
        Assert.Equal(5, thresholds.BinOf(OfferAxis.Price, 1));
        Assert.Equal(5, thresholds.BinOf(OfferAxis.Price, 1e6));
    }

    [Fact]
    public void Delivery_of_no_days_is_the_fastest_also_by_ratios()
    {
        var computed = new TypeThresholds(OfferAxis.Delivery, [-1, -1], [[0, 0, 0, 0, 0, 2, 3], [.. Enumerable.Range(0, 60).Select(i => i / 10.0)]]).Compute();
        Assert.Equal(0, computed[1].BinOf(OfferAxis.Delivery, 0));
        Assert.Equal(0, computed[0].Median);
        Assert.True(computed[0].BinOf(OfferAxis.Delivery, 0) < computed[0].BinOf(OfferAxis.Delivery, 2));
    }

    [Theory]
    [InlineData(OfferAxis.Price, 0.0)]
    [InlineData(OfferAxis.Price, -1.0)]
    [InlineData(OfferAxis.Price, double.NaN)]
    [InlineData(OfferAxis.Price, double.PositiveInfinity)]
    [InlineData(OfferAxis.Delivery, -0.5)]
    [InlineData(OfferAxis.Delivery, double.NaN)]
    public void What_can_be_no_price_or_delivery_is_refused(OfferAxis axis, double value)
    {
        Assert.Contains("Type 0", Assert.Throws<ArgumentException>(() => new TypeThresholds(axis, [-1], [[1, value]])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Own([.. Enumerable.Range(1, 60).Select(i => (double)i)]).BinOf(axis, value));
    }

    [Fact]
    public void A_type_that_is_its_own_ancestor_is_refused()
    {
        Assert.Contains("own ancestor", Assert.Throws<ArgumentException>(() => new TypeThresholds(OfferAxis.Price, [1, 0], [[], []])).Message, StringComparison.Ordinal);
        Assert.Contains("no type 7", Assert.Throws<ArgumentException>(() => new TypeThresholds(OfferAxis.Price, [7], [[]])).Message, StringComparison.Ordinal);
    }

    private static DecileThresholds Own(double[] values) => new TypeThresholds(OfferAxis.Price, [-1], [values]).Compute()[0];
}
