using Vitrina.Learning.Recommending.Reranking;
using Vitrina.Learning.Recommending.Sources;

namespace Vitrina.Learning.Recommending.Measuring;

/// <summary>A method measured on the queries of a fold.</summary>
/// <param name="Name">The method.</param>
/// <param name="Measures">Its measures.</param>
/// <param name="AnswersPerSecond">Answers of one thread: the whole catalogue scored and the best taken.</param>
public sealed record MeasuredMethod(string Name, ListMeasures Measures, double AnswersPerSecond);

/// <summary>Measures all sources of a fit, and the re-ranker over them, in one pass over the queries.</summary>
public static class RecommendMeasurement
{
    /// <summary>The name of the re-ranked list.</summary>
    public const string Own = "vitrina";

    /// <summary>Measures.</summary>
    /// <param name="fitted">The sources.</param>
    /// <param name="reranker">The re-ranker; null measures the sources alone.</param>
    /// <param name="queries">The queries.</param>
    /// <param name="task">The task that they belong to.</param>
    /// <param name="listed">Receives each query's re-ranked list, best first, in the queries' order; null for none.</param>
    /// <param name="cancellationToken">Ends the measurement.</param>
    public static IReadOnlyList<MeasuredMethod> Run(
        FittedSources fitted, Reranker? reranker, IReadOnlyList<RecommendQuery> queries, RecommendTask task,
        Action<RecommendQuery, IReadOnlyList<(int Item, float Score)>>? listed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(fitted);
        ArgumentNullException.ThrowIfNull(queries);
        ListMeasures[] measures = [.. fitted.Sources.Select(_ => new ListMeasures(queries.Count, fitted.ItemCount)), new ListMeasures(queries.Count, fitted.ItemCount)];
        CandidateFeatures features = new(fitted);
        long[] ticks = new long[measures.Length];
        Lock together = new();
        const int Step = 2048;
        for (int first = 0; first < queries.Count; first += Step)
        {
            int count = Math.Min(Step, queries.Count - first);
            List<(int Item, float Score)>?[] lists = new List<(int Item, float Score)>?[count];
            ParallelOptions options = new() { CancellationToken = cancellationToken };
            Parallel.For(0, count, options, () => (Work: new QueryWorkspace(fitted, task), Ticks: 0L), (number, _, local) =>
            {
                RecommendQuery query = queries[first + number];
                local.Work.Retrieve(query);
                MeasureSources(first + number, query, local.Work, fitted, measures);
                if (reranker is not null)
                {
                    long since = TimeProvider.System.GetTimestamp();
                    lists[number] = Rerank(query, local.Work, features, reranker);
                    local.Ticks += TimeProvider.System.GetTimestamp() - since;
                    MeasureList(first + number, query, lists[number]!, measures[^1]);
                }

                return local;
            }, local =>
            {
                lock (together)
                {
                    for (int source = 0; source < fitted.Sources.Count; source++)
                    {
                        ticks[source] += local.Work.Ticks[source];
                        ticks[^1] += local.Work.Ticks[source];
                    }

                    ticks[^1] += local.Ticks;
                }
            });
            for (int number = 0; listed is not null && number < count; number++)
            {
                listed(queries[first + number], lists[number] ?? []);
            }
        }

        double RateOf(int method) => queries.Count / Math.Max(1e-9, TimeProvider.System.GetElapsedTime(0, ticks[method]).TotalSeconds);
        List<MeasuredMethod> methods = [.. fitted.Sources.Select((source, number) => new MeasuredMethod(source.Name, measures[number], RateOf(number)))];
        if (reranker is not null)
        {
            methods.Add(new MeasuredMethod(Own, measures[^1], RateOf(measures.Length - 1)));
        }

        return methods;
    }

    private static void MeasureSources(int number, RecommendQuery query, QueryWorkspace work, FittedSources fitted, ListMeasures[] measures)
    {
        Span<double> ranks = query.Targets.Length <= 64 ? stackalloc double[query.Targets.Length] : new double[query.Targets.Length];
        for (int source = 0; source < work.Scores.Length; source++)
        {
            TargetRanks.Fill(work.Scores[source], fitted.Popularity, query.Targets, work.FloorOf(source), ranks);
            measures[source].Add(number, ranks);
            measures[source].Show(work.Lists[source].AsSpan(0, work.ListCounts[source]));
        }
    }

    private static List<(int Item, float Score)> Rerank(RecommendQuery query, QueryWorkspace work, CandidateFeatures features, Reranker reranker)
    {
        features.Fill(query, work);
        float[] scores = new float[work.CandidateCount];
        reranker.Score(work, scores);
        int[] items = work.Candidates.ToArray();
        Array.Sort(scores, items);
        List<(int Item, float Score)> list = new(items.Length);
        for (int place = items.Length - 1; place >= 0; place--)
        {
            list.Add((items[place], scores[place]));
        }

        return list;
    }

    private static void MeasureList(int number, RecommendQuery query, List<(int Item, float Score)> list, ListMeasures measures)
    {
        double[] ranks = new double[query.Targets.Length];
        Array.Fill(ranks, double.PositiveInfinity);
        for (int place = 0, end; place < list.Count; place = end)
        {
            end = place + 1;
            while (end < list.Count && list[end].Score == list[place].Score)
            {
                end++;
            }

            for (int tied = place; tied < end; tied++)
            {
                int target = Array.IndexOf(query.Targets, list[tied].Item);
                if (target >= 0)
                {
                    ranks[target] = 1 + place + ((end - place - 1) / 2.0);
                }
            }
        }

        measures.Add(number, ranks);
        measures.Show([.. list.Take(20).Select(entry => entry.Item)]);
    }
}
