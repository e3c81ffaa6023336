using Vitrina.Engine.Statistics.Offers;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Statistics.Offers;

/// <summary>W and its kernels.</summary>
public sealed class TransferMatrixTests
{
    private const int Metrics = 5;

    [Fact]
    public void The_sneakers_of_the_article_keep_nine_tenths_a_third_and_nothing()
    {
        // 1000 views, 80 clicks, 20 favourites, 12 carts, 6 orders in price bin 9, delivery bin 2.
        double[] old = [1000, 80, 20, 12, 6];
        var moved = new double[Metrics];
        TransferMatrix.Default.Apply(OfferState.Of(8, 2), [(byte)OfferState.Of(9, 2).Index], old, moved);
        Assert.InRange(moved[0], 890, 910);
        Assert.InRange(moved[4], 5.3, 5.5);
        TransferMatrix.Default.Apply(OfferState.Of(6, 2), [(byte)OfferState.Of(9, 2).Index], old, moved);
        Assert.InRange(moved[0], 280, 320);
        Assert.InRange(moved[3], 3.3, 3.9);
        TransferMatrix.Default.Apply(OfferState.Of(0, 2), [(byte)OfferState.Of(9, 2).Index], old, moved);
        Assert.InRange(moved[0], 0, 1);
        TransferMatrix.Default.Apply(OfferState.Of(9, 2), [(byte)OfferState.Of(9, 2).Index], old, moved);
        Assert.Equal(old, moved);
    }

    [Fact]
    public void Sparse_and_separable_sums_equal_the_plain_product()
    {
        var chance = RandomStream.For(5, 1);
        for (var round = 0; round < 20; round++)
        {
            var matrix = new TransferMatrix(RandomKernel(ref chance), RandomKernel(ref chance));
            var old = new double[OfferState.Count * Metrics];
            var states = new List<byte>();
            var rows = new List<double>();
            for (byte state = 0; state < OfferState.Count; state++)
            {
                if (chance.NextBool(0.1))
                {
                    states.Add(state);
                    for (var metric = 0; metric < Metrics; metric++)
                    {
                        old[(state * Metrics) + metric] = chance.NextInt(100);
                        rows.Add(old[(state * Metrics) + metric]);
                    }
                }
            }

            var expected = Plain(matrix, old);
            var all = new double[old.Length];
            matrix.ApplyToAll(old, Metrics, all);
            var one = new double[Metrics];
            for (var to = 0; to < OfferState.Count; to++)
            {
                matrix.Apply(OfferState.Of(to), states.ToArray(), rows.ToArray(), one);
                for (var metric = 0; metric < Metrics; metric++)
                {
                    Assert.Equal(expected[(to * Metrics) + metric], one[metric], 1e-9);
                    Assert.Equal(expected[(to * Metrics) + metric], all[(to * Metrics) + metric], 1e-9);
                }
            }
        }
    }

    [Fact]
    public void Weights_are_shares_that_fade_on_either_side_and_keep_the_state()
    {
        var chance = RandomStream.For(6, 1);
        var matrix = new TransferMatrix(RandomKernel(ref chance), RandomKernel(ref chance));
        for (var at = 0; at < OfferState.Count; at++)
        {
            var state = OfferState.Of(at);
            Assert.Equal(1, matrix[state, state]);
            for (var bin = 1; bin < OfferState.BinCount; bin++)
            {
                var (near, far) = bin <= state.PriceBin ? (bin, bin - 1) : (bin - 1, bin);
                Assert.True(matrix[state, OfferState.Of(far, state.DeliveryBin)] <= matrix[state, OfferState.Of(near, state.DeliveryBin)]);
            }
        }

        Assert.Contains(Enumerable.Range(1, 9), shift => matrix.Price[shift] != matrix.Price[-shift]);
    }

    [Theory]
    [InlineData(1, 0.85, 0.95)]
    [InlineData(3, 0.25, 0.35)]
    [InlineData(9, 0.0, 0.001)]
    public void The_default_kernel_has_the_figures_of_the_article(int shift, double low, double high)
    {
        Assert.InRange(TransferKernel.Default[shift], low, high);
        Assert.InRange(TransferKernel.Default[-shift], low, high);
    }

    [Fact]
    public void What_is_no_kernel_is_refused_by_shift()
    {
        var weights = TransferKernel.Default.Weights.ToArray();
        Assert.Null(TransferKernel.Breach(weights));
        Assert.Contains("18", TransferKernel.Breach(weights.AsSpan(1)), StringComparison.Ordinal);
        Assert.Contains("shift 0", TransferKernel.Breach([.. weights.Select(weight => weight / 2)]), StringComparison.Ordinal);
        Assert.Contains("shift -4", TransferKernel.Breach([.. weights.Select((weight, i) => i == 5 ? 0.99 : weight)]), StringComparison.Ordinal);
        Assert.Contains("shift 1 ", TransferKernel.Breach([.. weights.Select((weight, i) => i == 10 ? double.NaN : weight)]), StringComparison.Ordinal);
        Assert.Contains("[0, 1]", Assert.Throws<ArgumentException>(() => TransferKernel.Of(shift => 1 + Math.Abs(shift))).Message, StringComparison.Ordinal);
    }

    /// <summary>The oracle: 100 × 100 products a metric.</summary>
    private static double[] Plain(TransferMatrix matrix, double[] old)
    {
        var moved = new double[old.Length];
        for (var to = 0; to < OfferState.Count; to++)
        {
            for (var from = 0; from < OfferState.Count; from++)
            {
                for (var metric = 0; metric < Metrics; metric++)
                {
                    var (present, past) = (OfferState.Of(to), OfferState.Of(from));
                    moved[(to * Metrics) + metric] += matrix.Price[present.PriceBin - past.PriceBin]
                        * matrix.Delivery[present.DeliveryBin - past.DeliveryBin] * old[(from * Metrics) + metric];
                }
            }
        }

        return moved;
    }

    private static TransferKernel RandomKernel(ref RandomStream chance)
    {
        var weights = new double[TransferKernel.Count];
        weights[TransferKernel.MaxShift] = 1;
        for (var distance = 1; distance <= TransferKernel.MaxShift; distance++)
        {
            weights[TransferKernel.MaxShift + distance] = weights[TransferKernel.MaxShift + distance - 1] * chance.NextDouble();
            weights[TransferKernel.MaxShift - distance] = weights[TransferKernel.MaxShift - distance + 1] * chance.NextDouble();
        }

        return new TransferKernel(weights);
    }
}
