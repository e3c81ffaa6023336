using Vitrina.Engine.Models;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Learning.Recommending.Reranking;

/// <summary>What is added to the trees' log-odds: a multiple of one source's share of its best score. Where labels are few, one good source says more than trees do.</summary>
/// <param name="Column">Feature that is added.</param>
/// <param name="Weight">Its weight; 0 leaves the trees alone, a very small one orders what the trees hold equal.</param>
public readonly record struct ScoreBlend(int Column, float Weight)
{
    // From trees alone, but for their equals, to (nearly) the source alone: log-odds spread over some 5, shares of the first places over some 0.5.
    private static readonly float[] s_weights = [1e-4f, 1, 2, 4, 8, 16, 32, 1000];

    /// <summary>Chooses by NDCG@10 over lists that the trees did not learn from: of weights that these lists do not tell apart, the one that trusts the source most.</summary>
    /// <param name="model">The trees.</param>
    /// <param name="lists">Lists of rows.</param>
    /// <param name="columns">Features that may be added.</param>
    internal static ScoreBlend Choose(RankingModel model, IReadOnlyList<List<(float[] Row, bool IsTarget)>> lists, IReadOnlyList<int> columns)
    {
        (float[] Row, bool IsTarget)[] rows = [.. lists.SelectMany(list => list)];
        float[] labels = [.. rows.Select(row => row.IsTarget ? 1f : 0)], trees = Score(model, rows), mixed = new float[rows.Length];
        int[] starts = new int[lists.Count + 1];
        for (int list = 0; list < lists.Count; list++)
        {
            starts[list + 1] = starts[list] + lists[list].Count;
        }

        double[] Gains(ScoreBlend blend)
        {
            for (int row = 0; row < rows.Length; row++)
            {
                mixed[row] = trees[row] + (blend.Weight * rows[row].Row[blend.Column]);
            }

            return [.. RankingMetrics.PerList(mixed, labels, starts, relevances => RankingMetrics.Ndcg(relevances, 10)).Where(value => !double.IsNaN(value))];
        }

        int best = columns.MaxBy(column => Gains(new ScoreBlend(column, s_weights[^1])).Average());
        double[][] gains = [.. s_weights.Select(weight => Gains(new ScoreBlend(best, weight)))];
        double[] highest = gains.MaxBy(values => values.Average())!;
        int farthest = Array.FindLastIndex(gains, values => IsNotToldApart(values, highest));
        return new ScoreBlend(best, s_weights[farthest]);
    }

    // Within one standard error of the difference, list by list.
    private static bool IsNotToldApart(double[] values, double[] highest)
    {
        double[] missing = [.. highest.Zip(values, (most, value) => most - value)];
        double mean = missing.Average();
        return mean <= Math.Sqrt(missing.Sum(value => (value - mean) * (value - mean))) / missing.Length;
    }

    private static float[] Score(RankingModel model, (float[] Row, bool IsTarget)[] rows)
    {
        const int Step = 1024;
        float[] scores = new float[rows.Length];
        int[] columns = [.. Enumerable.Range(0, model.Inputs.Count)];
        FeatureMatrix matrix = new();
        for (int first = 0; first < rows.Length; first += Step)
        {
            int count = Math.Min(Step, rows.Length - first);
            matrix.Reset(count, columns.Length);
            for (int row = 0; row < count; row++)
            {
                for (int column = 0; column < columns.Length; column++)
                {
                    matrix[row, column] = rows[first + row].Row[column];
                }
            }

            model.Score(matrix, columns, scores.AsSpan(first, count));
        }

        return scores;
    }
}
