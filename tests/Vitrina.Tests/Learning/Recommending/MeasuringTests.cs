using Vitrina.Learning.Recommending.Measuring;

namespace Vitrina.Tests.Learning.Recommending;

public sealed class MeasuringTests
{
    [Fact]
    public void A_rank_counts_what_is_before_and_half_of_what_ties_after_popularity()
    {
        float[] scores = [3, 1, 1, 1, 0, float.NegativeInfinity];
        int[] popularity = [1, 5, 2, 2, 9, 9];
        double[] ranks = new double[4];
        TargetRanks.Fill(scores, popularity, [0, 2, 4, 5], float.NegativeInfinity, ranks);
        Assert.Equal([1, 3.5, 5, double.PositiveInfinity], ranks);
    }

    [Fact]
    public void Below_the_floor_only_the_best_target_is_ranked()
    {
        double[] ranks = new double[2];
        TargetRanks.Fill([5, 4, 3, 2], [1, 1, 1, 1], [2, 3], 4, ranks);
        Assert.Equal([3, double.PositiveInfinity], ranks);
    }

    [Fact]
    public void Measures_equal_their_definitions()
    {
        ListMeasures measures = new(2, 10);
        measures.Add(0, [2, 7, double.PositiveInfinity]);
        measures.Add(1, [11]);
        double ideal = 1 + (1 / Math.Log2(3)) + (1 / Math.Log2(4));
        Assert.Equal([1, 0], measures.Of("hr@10"));
        Assert.Equal([2.0 / 3, 0], measures.Of("recall@10"));
        Assert.Equal([0.2, 0], measures.Of("precision@10"));
        Assert.Equal(((1 / Math.Log2(3)) + (1 / Math.Log2(8))) / ideal, measures.Of("ndcg@10")[0], 1e-12);
        Assert.Equal(1 / Math.Log2(12), measures.Of("ndcg@20")[1], 1e-12);
        Assert.Equal([0.5, 1.0 / 11], measures.Of("mrr"));
        measures.Show([1, 2]);
        measures.Show([2, 3]);
        Assert.Equal(0.3, measures.Coverage);
    }
}
