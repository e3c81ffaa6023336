namespace Vitrina.Learning.Evaluation;

/// <summary>What a relevance grade is worth in DCG.</summary>
public enum Gain
{
    /// <summary>The grade itself (Järvelin and Kekäläinen, 2002).</summary>
    Linear,

    /// <summary>2^grade − 1 (Burges et al., 2005): a top grade outweighs several middling ones.</summary>
    Exponential,
}

/// <summary>What a rank takes away from a gain in DCG.</summary>
public enum Discount
{
    /// <summary>1 / log2(rank + 1): the default, and what other tools print.</summary>
    Log2,

    /// <summary>
    /// 1 at rank 1 and 1 / ln(rank + 1) below it: a variant found in print that mixes binary and natural logarithms. Its figures are
    /// comparable with each other only.
    /// </summary>
    MixedNatural,
}

/// <summary>A figure of one ranked list.</summary>
/// <param name="relevances">Grades in ranked order, best first.</param>
/// <returns>The figure; NaN for a list that tells nothing.</returns>
public delegate double ListMetric(ReadOnlySpan<float> relevances);

/// <summary>Quality of one ranked list.</summary>
/// <remarks>
/// Relevances are given in ranked order, best first: grades at least 0, where above 0 is a positive. A list without a positive tells nothing
/// about order: every metric is NaN for it, and averages skip it and report how many were skipped. Ties in the score are broken by input
/// order (<see cref="OrderByScore"/>); a caller whose input order leaks the label shuffles first.
/// </remarks>
public static class RankingMetrics
{
    /// <summary>Puts candidates in order of score, largest first; equal scores in input order, NaN last.</summary>
    /// <param name="scores">Shape [candidates].</param>
    /// <param name="order">Receives candidate numbers, best first, shape [candidates].</param>
    public static void OrderByScore(ReadOnlySpan<float> scores, Span<int> order)
    {
        float[] keys = scores.ToArray();
        for (int i = 0; i < keys.Length; i++)
        {
            order[i] = i;
        }

        order[..keys.Length].Sort((left, right) =>
        {
            int byScore = keys[right].CompareTo(keys[left]);
            return byScore != 0 ? byScore : left.CompareTo(right);
        });
    }

    /// <summary>Orders each list by score and measures it.</summary>
    /// <param name="scores">Scores of all rows, list after list.</param>
    /// <param name="labels">Grades of all rows.</param>
    /// <param name="listStarts">First row of each list and the row count at the end, shape [lists + 1].</param>
    /// <param name="metric">What to measure.</param>
    /// <returns>Shape [lists]; NaN for a list without positives. <see cref="PairedBootstrap.Mean"/> averages it and counts the rest.</returns>
    public static double[] PerList(ReadOnlySpan<float> scores, ReadOnlySpan<float> labels, ReadOnlySpan<int> listStarts, ListMetric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        if (scores.Length != labels.Length || listStarts.IsEmpty || listStarts[^1] != scores.Length)
        {
            throw new ArgumentException("Scores, labels and list starts do not describe the same rows.", nameof(listStarts));
        }

        double[] values = new double[listStarts.Length - 1];
        int[] order = [];
        float[] relevances = [];
        for (int list = 0; list < values.Length; list++)
        {
            int start = listStarts[list], length = listStarts[list + 1] - start;
            if (order.Length < length)
            {
                order = new int[length];
                relevances = new float[length];
            }

            OrderByScore(scores.Slice(start, length), order);
            for (int i = 0; i < length; i++)
            {
                relevances[i] = labels[start + order[i]];
            }

            values[list] = metric(relevances.AsSpan(0, length));
        }

        return values;
    }

    /// <summary>Discounted cumulative gain of the first k.</summary>
    /// <param name="relevances">Grades in ranked order.</param>
    /// <param name="k">How many places count, at least 1.</param>
    /// <param name="gain">What a grade is worth.</param>
    /// <param name="discount">What a rank takes away.</param>
    public static double Dcg(ReadOnlySpan<float> relevances, int k, Gain gain = Gain.Linear, Discount discount = Discount.Log2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        double sum = 0;
        for (int i = 0; i < Math.Min(k, relevances.Length); i++)
        {
            double worth = gain == Gain.Linear ? relevances[i] : Math.Pow(2, relevances[i]) - 1;
            sum += worth * WeightOfRank(i + 1, discount);
        }

        return sum;
    }

    /// <summary>DCG of the first k over that of the best possible order of the same list; 0 to 1, NaN without positives.</summary>
    public static double Ndcg(ReadOnlySpan<float> relevances, int k, Gain gain = Gain.Linear, Discount discount = Discount.Log2)
        => Ndcg(relevances, relevances, k, gain, discount);

    /// <summary>DCG of the first k over that of the best possible order of everything judged, also of what was not retrieved.</summary>
    /// <param name="relevances">Grades in ranked order.</param>
    /// <param name="judged">All grades that exist for the query, in any order.</param>
    /// <param name="k">How many places count, at least 1.</param>
    /// <param name="gain">What a grade is worth.</param>
    /// <param name="discount">What a rank takes away.</param>
    public static double Ndcg(
        ReadOnlySpan<float> relevances, ReadOnlySpan<float> judged, int k, Gain gain = Gain.Linear, Discount discount = Discount.Log2)
    {
        float[] best = judged.ToArray();
        Array.Sort(best);
        Array.Reverse(best);
        double ideal = Dcg(best, k, gain, discount);
        return ideal > 0 ? Dcg(relevances, k, gain, discount) / ideal : double.NaN;
    }

    /// <summary>1 / rank of the first positive within the first k, 0 when there is none there; NaN without positives. Its mean is MRR.</summary>
    public static double ReciprocalRank(ReadOnlySpan<float> relevances, int k = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        int first = relevances.IndexOfAnyExceptInRange(float.NegativeInfinity, 0f);
        return first < 0 ? double.NaN : first < k ? 1.0 / (first + 1) : 0;
    }

    /// <summary>Mean of the precision at each positive within the first k, over all positives (at most k); NaN without positives. Its mean is MAP.</summary>
    public static double AveragePrecision(ReadOnlySpan<float> relevances, int k = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        double sum = 0;
        int found = 0, positives = 0;
        for (int i = 0; i < relevances.Length; i++)
        {
            if (relevances[i] > 0)
            {
                positives++;
                if (i < k)
                {
                    sum += (double)++found / (i + 1);
                }
            }
        }

        return positives == 0 ? double.NaN : sum / Math.Min(positives, k);
    }

    /// <summary>Share of the positives that stand within the first k; NaN without positives.</summary>
    /// <param name="relevances">Grades in ranked order.</param>
    /// <param name="k">How many places count, at least 1.</param>
    /// <param name="positiveCount">Positives that exist, also those not retrieved; −1 when all are in the list.</param>
    public static double Recall(ReadOnlySpan<float> relevances, int k, int positiveCount = -1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        int found = Positives(relevances[..Math.Min(k, relevances.Length)]);
        int all = positiveCount < 0 ? Positives(relevances) : positiveCount;
        return all == 0 ? double.NaN : (double)found / all;
    }

    /// <summary>1 when a positive stands within the first k, 0 otherwise; NaN without positives.</summary>
    public static double HitRate(ReadOnlySpan<float> relevances, int k)
    {
        double recall = Recall(relevances, k);
        return double.IsNaN(recall) ? double.NaN : recall > 0 ? 1 : 0;
    }

    /// <summary>Share of the pairs with different grades of which the better one stands first; NaN when all grades are equal.</summary>
    /// <remarks>0.5 by chance. Tells of the whole list, where NDCG tells of its top. Cost: the square of the list.</remarks>
    public static double PairwiseAccuracy(ReadOnlySpan<float> relevances)
    {
        long right = 0, pairs = 0;
        for (int above = 0; above < relevances.Length; above++)
        {
            for (int below = above + 1; below < relevances.Length; below++)
            {
                right += relevances[above] > relevances[below] ? 1 : 0;
                pairs += relevances[above] == relevances[below] ? 0 : 1;
            }
        }

        return pairs == 0 ? double.NaN : (double)right / pairs;
    }

    private static int Positives(ReadOnlySpan<float> relevances)
    {
        int count = 0;
        foreach (float relevance in relevances)
        {
            count += relevance > 0 ? 1 : 0;
        }

        return count;
    }

    private static double WeightOfRank(int rank, Discount discount)
        => discount == Discount.Log2 ? 1 / Math.Log2(rank + 1) : rank == 1 ? 1 : 1 / Math.Log(rank + 1);
}
