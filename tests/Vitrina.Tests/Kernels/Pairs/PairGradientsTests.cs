using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Pairs;

namespace Vitrina.Tests.Kernels.Pairs;

public class PairGradientsTests
{
    [Theory]
    [InlineData(2, 30, true, true)]
    [InlineData(9, 3, true, true)]
    [InlineData(40, 30, true, false)]
    [InlineData(131, 10, true, true)]
    [InlineData(20, int.MaxValue, false, false)]
    public void Gradients_of_a_list_equal_a_sum_pair_by_pair(int count, int top, bool isSwapWeighted, bool isNormalised)
    {
        RandomStream random = RandomStream.For(1, (ulong)count);
        int room = count + PairGradients.Padding;
        float[] scores = new float[room], gains = new float[room], discounts = new float[room], gradients = new float[room], hessians = new float[room];
        float[] drawn = [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextGaussian() * 3)).OrderDescending()];
        drawn.CopyTo(scores, 0);
        for (int place = 0; place < room; place++)
        {
            discounts[place] = (float)(1 / Math.Log2(place + 2));
            gains[place] = place < count ? (1 << random.NextInt(5)) - 1 : 77;
        }

        PairWeighting weighting = new(1.5f, 0.25f, top, isSwapWeighted, isNormalised);
        double[] plainGradients = new double[count], plainHessians = new double[count];
        double plainSum = PairGradients.AddPlain(scores.AsSpan(0, count), gains.AsSpan(0, count), discounts, weighting, plainGradients, plainHessians);
        float sum = PairGradients.Add(count, scores, gains, discounts, weighting, gradients, hessians);

        double scale = plainGradients.Max(Math.Abs) + 1e-9;
        for (int place = 0; place < count; place++)
        {
            Assert.Equal(plainGradients[place] / scale, gradients[place] / scale, 2e-5);
            Assert.Equal(plainHessians[place] / scale, hessians[place] / scale, 2e-5);
        }

        Assert.Equal(1, (sum + 1e-9) / (plainSum + 1e-9), 1e-5);
    }

    [Fact]
    public void Scores_far_apart_stay_finite()
    {
        float[] scores = new float[10], gains = new float[10], discounts = new float[10], gradients = new float[10], hessians = new float[10];
        (scores[0], scores[1], gains[1], discounts[0]) = (1e6f, -1e6f, 3, 1);
        PairGradients.Add(2, scores, gains, discounts, new PairWeighting(1, 1, 10, true, false), gradients, hessians);
        Assert.Equal(3, gradients[0], 1e-5f);
        Assert.Equal(-3, gradients[1], 1e-5f);
    }
}
