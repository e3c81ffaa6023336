using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli.Benchmarks.Search;

/// <summary>How well searches of a whole collection answer, by query; NaN where nothing is relevant.</summary>
/// <param name="Ndcg">NDCG@10 where a document that nobody judged counts as irrelevant.</param>
/// <param name="Recall">Share of the relevant documents among the first 500.</param>
internal sealed record CollectionQuality(double[] Ndcg, double[] Recall);

/// <summary>Scores of a set's judged documents, and of its whole collection, by each method.</summary>
/// <param name="set">The set.</param>
/// <param name="index">The documents with all their fields and features.</param>
/// <param name="titles">Their titles alone.</param>
internal sealed class SearchScores(JudgedSet set, JudgedIndex index, JudgedIndex titles)
{
    private const int Places = 10;
    private const int Candidates = 500;

    // Reciprocal rank fusion: Cormack, Clarke and Büttcher (SIGIR 2009) found 60 good on every collection they tried.
    private const float FusionOffset = 60;

    private const string TitleText = "bm25";
    private const string Trigrams = "match.title.trigramCosine";

    /// <summary>Names of the features.</summary>
    public IReadOnlyList<string> FeatureNames => index.FeatureNames;

    /// <summary>BM25 of the titles, for every judgement in the order of the queries.</summary>
    public float[] Text() => PerList((query, documents, scores) => titles.Compute(TitleText, query.Text, documents, scores));

    /// <summary>Reciprocal rank fusion of given scores with the titles' trigram cosines and, where the documents have vectors, the cosines of these.</summary>
    public float[] Hybrid(float[] text)
    {
        var from = 0;
        return PerList((query, documents, scores) =>
        {
            Fuse(query.Text, documents, text.AsSpan(from, documents.Length), scores);
            from += documents.Length;
        });
    }

    /// <summary>Every feature of every judgement, with the grades.</summary>
    public ListArrays Features()
    {
        List<int> starts = [0];
        List<float> labels = [];
        var values = new float[set.Queries.Sum(query => query.Judgements.Count) * FeatureNames.Count];
        foreach (var query in set.Queries)
        {
            index.Compute(query.Text, DocumentsOf(query), values.AsSpan(labels.Count * FeatureNames.Count, query.Judgements.Count * FeatureNames.Count));
            labels.AddRange(query.Judgements.Select(judgement => judgement.Grade));
            starts.Add(labels.Count);
        }

        return new ListArrays(values, [.. labels], [.. starts]);
    }

    /// <summary>What the model of each query's fold says.</summary>
    public float[] Learned(ListArrays rows, float[] text, FoldModels models, int[] folds)
    {
        var list = 0;
        return PerList((_, documents, scores) =>
        {
            var from = rows.ListStarts[list];
            models.Models[folds[list++]].Score(rows.Values.AsSpan(from * rows.FeatureCount, documents.Length * rows.FeatureCount), text.AsSpan(from, documents.Length), scores);
        });
    }

    /// <summary>Quality of searches of the whole collection: by text, by text, trigrams and vectors fused, and the latter's first 500 ordered by the models.</summary>
    public IReadOnlyDictionary<string, CollectionQuality> InCollection(FoldModels models, int[] folds, CancellationToken cancellationToken)
    {
        var all = Enumerable.Range(0, index.DocumentCount).ToArray();
        var qualities = new OrderedDictionary<string, CollectionQuality>(StringComparer.Ordinal);
        foreach (var method in new[] { "bm25", "hybrid", "vitrina" })
        {
            qualities[method] = new CollectionQuality(new double[set.Queries.Count], new double[set.Queries.Count]);
        }

        float[] text = new float[all.Length], fused = new float[all.Length];
        for (var number = 0; number < set.Queries.Count; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var query = set.Queries[number];
            titles.Compute(TitleText, query.Text, all, text);
            Fuse(query.Text, all, text, fused);
            var found = First(fused);
            Judge(qualities["bm25"], number, First(text));
            Judge(qualities["hybrid"], number, found);
            Judge(qualities["vitrina"], number, Reorder(query.Text, found, [.. found.Select(document => text[document])], models.Models[folds[number]]));
        }

        return qualities;
    }

    private int[] Reorder(string query, int[] found, float[] text, BlendedModel model)
    {
        if (found.Length == 0)
        {
            return found;
        }

        var values = new float[found.Length * FeatureNames.Count];
        index.Compute(query, found, values);
        float[] scores = new float[found.Length];
        model.Score(values, text, scores);
        var order = new int[found.Length];
        RankingMetrics.OrderByScore(scores, order);
        return [.. order.Select(place => found[place])];
    }

    private void Judge(CollectionQuality quality, int number, int[] found)
    {
        var gradeOf = new Dictionary<int, float>();
        foreach (var judgement in set.Queries[number].Judgements)
        {
            gradeOf[judgement.Document] = judgement.Grade;
        }

        float[] relevances = [.. found.Select(document => gradeOf.GetValueOrDefault(document))];
        quality.Ndcg[number] = RankingMetrics.Ndcg(relevances, gradeOf.Values.ToArray(), Places, Gain.Exponential);
        quality.Recall[number] = RankingMetrics.Recall(relevances, Candidates, gradeOf.Values.Count(grade => grade > 0));
    }

    /// <summary>The documents with the best scores above 0, best first, at most 500.</summary>
    private static int[] First(float[] scores)
    {
        var order = new int[scores.Length];
        RankingMetrics.OrderByScore(scores, order);
        return [.. order.TakeWhile(document => scores[document] > 0).Take(Candidates)];
    }

    private void Fuse(string query, int[] documents, ReadOnlySpan<float> text, Span<float> scores)
    {
        scores.Clear();
        var (order, other) = (new int[scores.Length], new float[scores.Length]);
        AddRanks(text, order, scores);
        titles.Compute(Trigrams, query, documents, other);
        AddRanks(other, order, scores);
        if (index.VectorScore is { } vectors)
        {
            index.Compute(vectors, query, documents, other);
            AddRanks(other, order, scores);
        }
    }

    // Equal scores share the place of the first of them, so that the order of the file says nothing; what did not match has no place.
    private static void AddRanks(ReadOnlySpan<float> values, int[] order, Span<float> scores)
    {
        RankingMetrics.OrderByScore(values, order);
        for (int place = 0, rank = 1; place < order.Length && values[order[place]] > 0; place++)
        {
            rank = place > 0 && values[order[place]] == values[order[place - 1]] ? rank : place + 1;
            scores[order[place]] += 1 / (FusionOffset + rank);
        }
    }

    private static int[] DocumentsOf(JudgedQuery query) => [.. query.Judgements.Select(judgement => judgement.Document)];

    private float[] PerList(ListScorer scorer)
    {
        var scores = new float[set.Queries.Sum(query => query.Judgements.Count)];
        var from = 0;
        foreach (var query in set.Queries)
        {
            scorer(query, DocumentsOf(query), scores.AsSpan(from, query.Judgements.Count));
            from += query.Judgements.Count;
        }

        return scores;
    }

    private delegate void ListScorer(JudgedQuery query, int[] documents, Span<float> scores);
}
