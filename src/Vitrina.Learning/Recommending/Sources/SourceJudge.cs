using Vitrina.Learning.Recommending.Measuring;

namespace Vitrina.Learning.Recommending.Sources;

/// <summary>Judges one source on queries, for the choice of its settings.</summary>
/// <param name="popularity">Orders items of equal score.</param>
/// <param name="queries">The queries.</param>
/// <param name="allowsRepeats">Whether an item of the history may be the answer.</param>
/// <param name="metric">The measure, a key of <see cref="ListMeasures"/>.</param>
internal sealed class SourceJudge(int[] popularity, IReadOnlyList<RecommendQuery> queries, bool allowsRepeats, string metric)
{
    /// <summary>The mean of the measure.</summary>
    public double Judge(ItemSource source)
    {
        ListMeasures measures = new(queries.Count, popularity.Length);
        Parallel.For(0, queries.Count, () => new float[popularity.Length], (number, _, scores) =>
        {
            RecommendQuery query = queries[number];
            source.Score(query.History, scores);
            if (!allowsRepeats)
            {
                foreach (int item in query.History)
                {
                    scores[item] = float.NegativeInfinity;
                }
            }

            double[] ranks = new double[query.Targets.Length];
            TargetRanks.Fill(scores, popularity, query.Targets, float.NegativeInfinity, ranks);
            measures.Add(number, ranks);
            return scores;
        }, _ => { });
        return measures.Mean(metric);
    }
}
