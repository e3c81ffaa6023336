using Vitrina.Engine.Statistics.Offers;
using Vitrina.Engine.Verticals;

namespace Vitrina.Tests.Engine.Statistics.Offers;

/// <summary>The published smoothing rule, and when it holds.</summary>
public sealed class BinClassTests
{
    [Theory]
    [InlineData(new[] { 4, 5, 4, 3, 5 }, new[] { 4, 4, 4, 4, 4 })]
    [InlineData(new[] { 4, 6, 6, 6 }, new[] { 4, 5, 5, 5 })]
    [InlineData(new[] { 2, 9, 9, 9, 9, 9, 9, 9 }, new[] { 2, 3, 4, 5, 6, 7, 8, 8 })]
    [InlineData(new[] { 7, 0, 0, 7, 7 }, new[] { 7, 6, 5, 6, 6 })]
    [InlineData(new[] { 9, 7, 5, 3 }, new[] { 9, 8, 7, 6 })]
    public void A_shift_of_one_is_noise_and_a_larger_one_moves_one_step_an_init(int[] bins, int[] classes)
    {
        int? present = null;
        for (var init = 0; init < bins.Length; init++)
        {
            present = BinClass.AfterInit(OfferSmoothing.Everything, present, bins[init]);
            Assert.Equal(classes[init], present);
        }
    }

    [Theory]
    [InlineData(OfferSmoothing.Thresholds, 5, 2)]
    [InlineData(OfferSmoothing.Everything, 5, 6)]
    [InlineData(OfferSmoothing.None, 2, 2)]
    public void An_own_change_counts_at_once_unless_everything_is_smoothed(OfferSmoothing smoothing, int afterInit, int afterCut)
    {
        // An Init moves the raw bin from 6 to 2; or the seller's own price does.
        Assert.Equal(afterInit, BinClass.AfterInit(smoothing, 6, 2));
        Assert.Equal(afterCut, BinClass.AfterOwnChange(smoothing, 6, 2));
    }

    [Theory]
    [InlineData(OfferSmoothing.Thresholds)]
    [InlineData(OfferSmoothing.Everything)]
    [InlineData(OfferSmoothing.None)]
    public void At_first_sight_the_class_is_the_bin(OfferSmoothing smoothing)
    {
        Assert.Equal(8, BinClass.AfterInit(smoothing, null, 8));
        Assert.Equal(8, BinClass.AfterOwnChange(smoothing, null, 8));
    }

    [Fact]
    public void A_class_never_leaves_the_bins()
    {
        for (var previous = 0; previous < 10; previous++)
        {
            for (var bin = 0; bin < 10; bin++)
            {
                var next = BinClass.Step(previous, bin);
                Assert.InRange(next, Math.Min(previous, bin), Math.Max(previous, bin));
                Assert.InRange(next - previous, -1, 1);
            }
        }
    }
}
