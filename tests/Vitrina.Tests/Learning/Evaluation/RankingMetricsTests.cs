using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Tests.Learning.Evaluation;

public class RankingMetricsTests
{
    [Fact]
    public void The_printed_example_has_an_ndcg_of_0_8529()
    {
        float[] list = [1, 0, 0, 1, 1];
        Assert.Equal(1.8175, RankingMetrics.Dcg(list, 5), 5e-5);
        Assert.Equal(2.1309, RankingMetrics.Dcg([1, 1, 1, 0, 0], 5), 5e-5);
        Assert.Equal(0.8529, RankingMetrics.Ndcg(list, 5), 5e-5);
    }

    [Fact]
    public void The_variant_with_mixed_logarithms_prints_the_figures_of_the_article()
    {
        float[] list = [1, 0, 0, 1, 1];
        Assert.Equal(2.18, RankingMetrics.Dcg(list, 5, Gain.Linear, Discount.MixedNatural), 5e-3);
        Assert.Equal(2.63, RankingMetrics.Dcg([1, 1, 1, 0, 0], 5, Gain.Linear, Discount.MixedNatural), 5e-3);
        Assert.Equal(0.83, RankingMetrics.Ndcg(list, 5, Gain.Linear, Discount.MixedNatural), 5e-3);
    }

    [Fact]
    public void Graded_lists_have_the_published_ndcg_with_both_gains()
    {
        float[] list = [3, 2, 3, 0, 1, 2];
        Assert.Equal(0.960808, RankingMetrics.Ndcg(list, 6), 5e-7);
        Assert.Equal(0.948811, RankingMetrics.Ndcg(list, 6, Gain.Exponential), 5e-7);
    }

    [Theory]
    [InlineData(new float[] { 1, 0, 0, 1, 1 }, 5, 1.817529365, 2.130929754, 0.852927865, 0.852927865)]
    [InlineData(new float[] { 1, 0, 0, 1, 1 }, 3, 1, 2.130929754, 0.469278726, 0.469278726)]
    [InlineData(new float[] { 3, 2, 3, 0, 1, 2 }, 6, 6.861126689, 7.140995184, 0.960808194, 0.948810749)]
    [InlineData(new float[] { 3, 2, 3, 0, 1, 2 }, 3, 5.761859507, 5.892789261, 0.977781362, 0.959453515)]
    public void Reference_lists_have_their_figures_at_every_cut(float[] list, int k, double dcg, double ideal, double linear, double exponential)
    {
        Assert.Equal(dcg, RankingMetrics.Dcg(list, k), 5e-9);
        Assert.Equal(ideal, RankingMetrics.Dcg([.. list.OrderDescending()], k), 5e-9);
        Assert.Equal(linear, RankingMetrics.Ndcg(list, k), 5e-9);
        Assert.Equal(exponential, RankingMetrics.Ndcg(list, k, Gain.Exponential), 5e-9);
    }

    [Fact]
    public void Judged_items_that_were_not_retrieved_stand_in_the_ideal_list_as_in_ranx()
    {
        // ranx metrics_test.py: true {2: 5, 4: 4, 5: 3, 10: 2}; runs 1,2,3,4,5 and 10,5,2,4,3.
        float[] judged = [5, 4, 3, 2];
        Assert.Equal(0.610811266, RankingMetrics.Ndcg([0, 5, 0, 4, 3], judged, 5), 5e-9);
        Assert.Equal(0.634765680, RankingMetrics.Ndcg([0, 5, 0, 4, 3], judged, 5, Gain.Exponential), 5e-9);
        Assert.Equal(0.820984954, RankingMetrics.Ndcg([2, 3, 5, 4, 0], judged, 5), 5e-9);
        Assert.Equal(0.649122154, RankingMetrics.Ndcg([2, 3, 5, 4, 0], judged, 5, Gain.Exponential), 5e-9);
    }

    [Fact]
    public void One_relevant_item_at_rank_two_has_an_ndcg_of_1_over_log2_3()
        => Assert.Equal(0.6309297536, RankingMetrics.Ndcg([0, 1, 0], 10), 5e-11);

    [Fact]
    public void The_ideal_may_contain_items_that_were_not_retrieved()
        => Assert.Equal(1 / (1 + (1 / Math.Log2(3))), RankingMetrics.Ndcg([1, 0], [1, 0, 1], 10), 1e-12);

    [Fact]
    public void A_list_without_positives_has_no_figure()
    {
        float[] list = [0, 0, 0];
        Assert.True(double.IsNaN(RankingMetrics.Ndcg(list, 10)));
        Assert.True(double.IsNaN(RankingMetrics.ReciprocalRank(list)));
        Assert.True(double.IsNaN(RankingMetrics.AveragePrecision(list)));
        Assert.True(double.IsNaN(RankingMetrics.Recall(list, 3)));
        Assert.True(double.IsNaN(RankingMetrics.HitRate(list, 3)));
        Assert.True(double.IsNaN(RankingMetrics.Ndcg([], 10)));
    }

    [Fact]
    public void Reciprocal_rank_average_precision_recall_and_hits_follow_their_definitions()
    {
        float[] list = [0, 1, 0, 2, 0, 1];
        Assert.Equal(0.5, RankingMetrics.ReciprocalRank(list));
        Assert.Equal(0, RankingMetrics.ReciprocalRank(list, 1));
        Assert.Equal(((1.0 / 2) + (2.0 / 4) + (3.0 / 6)) / 3, RankingMetrics.AveragePrecision(list), 1e-12);
        Assert.Equal(((1.0 / 2) + (2.0 / 4)) / 3, RankingMetrics.AveragePrecision(list, 4), 1e-12);
        Assert.Equal(1.0 / 2 / 2, RankingMetrics.AveragePrecision(list, 2), 1e-12);
        Assert.Equal(2.0 / 3, RankingMetrics.Recall(list, 4), 1e-12);
        Assert.Equal(2.0 / 8, RankingMetrics.Recall(list, 4, positiveCount: 8), 1e-12);
        Assert.Equal(0, RankingMetrics.HitRate(list, 1));
        Assert.Equal(1, RankingMetrics.HitRate(list, 2));
    }

    [Fact]
    public void Pairwise_accuracy_is_the_share_of_unequal_pairs_in_the_right_order()
    {
        Assert.Equal(3.0 / 5, RankingMetrics.PairwiseAccuracy([2, 1, 3, 1]), 1e-12);
        Assert.Equal(1, RankingMetrics.PairwiseAccuracy([3, 1.5f, 0, 0]));
        Assert.True(double.IsNaN(RankingMetrics.PairwiseAccuracy([1, 1])));
    }

    [Fact]
    public void Equal_scores_keep_the_input_order_and_unknown_ones_come_last()
    {
        int[] order = new int[5];
        RankingMetrics.OrderByScore([1, float.NaN, 2, 1, 2], order);
        Assert.Equal([2, 4, 0, 3, 1], order);
    }

    [Fact]
    public void The_best_order_has_ndcg_one_and_no_other_order_more()
    {
        RandomStream stream = RandomStream.For(4, "grades");
        for (int round = 0; round < 200; round++)
        {
            float[] grades = new float[1 + stream.NextInt(20)];
            foreach (ref float grade in grades.AsSpan())
            {
                grade = stream.NextInt(4);
            }

            double ndcg = RankingMetrics.Ndcg(grades, 10, Gain.Exponential);
            Assert.True(double.IsNaN(ndcg) || ndcg is >= 0 and <= 1 + 1e-12);
            Array.Sort(grades);
            Array.Reverse(grades);
            Assert.True(grades[0] == 0 || Math.Abs(RankingMetrics.Ndcg(grades, 10, Gain.Exponential) - 1) < 1e-12);
        }
    }

    [Fact]
    public void Lists_are_measured_one_by_one()
    {
        double[] values = RankingMetrics.PerList(
            [1, 2, 9, 3, 2, 1], [1, 0, 0, 0, 0, 1], [0, 2, 3, 6], relevances => RankingMetrics.ReciprocalRank(relevances));
        Assert.Equal([0.5, double.NaN, 1.0 / 3], values);
    }
}
