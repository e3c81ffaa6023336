using System.Numerics.Tensors;
using Vitrina.Engine.Models;
using Vitrina.Kernels.Selection;
using Vitrina.Learning.Recommending.Sources;

namespace Vitrina.Learning.Recommending.Reranking;

/// <summary>One query at work: scores of all sources over the whole catalogue, and the union of their best items.</summary>
/// <remarks>Reused from query to query; not for concurrent use.</remarks>
internal sealed class QueryWorkspace
{
    /// <summary>Items of each source's list that measurements read; at least as many candidates are taken.</summary>
    public const int ListLength = 40;

    // A query that few sources know anything about is filled up with what is popular.
    private const int LeastCandidates = 100;
    private readonly FittedSources _fitted;
    private readonly bool _allowsRepeats;
    private readonly int[] _ineligible;
    private readonly int[] _stamps;
    private readonly TopK _best = new();
    private int[] _listItems = new int[1024];
    private float[] _listScores = new float[1024];
    private int _stamp;
    private int[] _candidates = new int[1024];

    public QueryWorkspace(FittedSources fitted, RecommendTask task)
    {
        _fitted = fitted;
        _allowsRepeats = task.AllowsRepeats;
        _ineligible = task.Eligible is { } eligible ? [.. Enumerable.Range(0, eligible.Length).Where(item => !eligible[item])] : [];
        int items = fitted.ItemCount;
        _stamps = new int[items];
        Scores = [.. fitted.Sources.Select(_ => new float[items])];
        Largest = new float[Scores.Length];
        Lists = [.. fitted.Sources.Select(_ => new int[ListLength])];
        ListCounts = new int[Scores.Length];
        Ticks = new long[Scores.Length];
        Dense = new float[items];
    }

    /// <summary>Scores by source, shape [sources][items]; minus infinity where an item may not be recommended.</summary>
    public float[][] Scores { get; }

    /// <summary>The largest score of each source; 0 where it knows nothing.</summary>
    public float[] Largest { get; }

    /// <summary>The best items of each source, shape [sources][<see cref="ListLength"/>].</summary>
    public int[][] Lists { get; }

    /// <summary>How many of them there are.</summary>
    public int[] ListCounts { get; }

    /// <summary>Time that each source took over all queries, in timestamp ticks.</summary>
    public long[] Ticks { get; }

    /// <summary>Candidates of the query.</summary>
    public ReadOnlySpan<int> Candidates => _candidates.AsSpan(0, CandidateCount);

    /// <summary>How many candidates there are.</summary>
    public int CandidateCount { get; private set; }

    /// <summary>The candidates' features.</summary>
    public FeatureMatrix Features { get; } = new();

    /// <summary>A vector over the items that is zero between uses.</summary>
    public float[] Dense { get; }

    /// <summary>The score of the last item of a source's list; minus infinity when the list is not full.</summary>
    public float FloorOf(int source) => ListCounts[source] < ListLength ? float.NegativeInfinity : Scores[source][Lists[source][^1]];

    /// <summary>Scores the catalogue by every source and collects the candidates.</summary>
    public void Retrieve(RecommendQuery query)
    {
        _stamp++;
        CandidateCount = 0;
        for (int source = 0; source < Scores.Length; source++)
        {
            long since = TimeProvider.System.GetTimestamp();
            float[] scores = Scores[source];
            _fitted.Sources[source].Score(query.History, scores);
            Exclude(query.History, scores);
            Largest[source] = Math.Max(0, TensorPrimitives.Max(scores));
            int count = TakeBest(scores, Math.Max(ListLength, _fitted.Sources[source].Candidates));
            ListCounts[source] = Math.Min(ListLength, count);
            _listItems.AsSpan(0, ListCounts[source]).CopyTo(Lists[source]);
            Ticks[source] += TimeProvider.System.GetTimestamp() - since;

            // Popularity stands first and says the same for everybody: it only fills up.
            if (source > 0)
            {
                AddCandidates(_listItems.AsSpan(0, Math.Min(count, _fitted.Sources[source].Candidates)), int.MaxValue);
            }
        }

        AddCandidates(Lists[0].AsSpan(0, ListCounts[0]), LeastCandidates);
    }

    private void Exclude(ReadOnlySpan<int> history, float[] scores)
    {
        foreach (int item in _ineligible)
        {
            scores[item] = float.NegativeInfinity;
        }

        if (!_allowsRepeats)
        {
            foreach (int item in history)
            {
                scores[item] = float.NegativeInfinity;
            }
        }
    }

    private int TakeBest(ReadOnlySpan<float> scores, int limit)
    {
        _best.Reset(limit);
        for (int item = 0; item < scores.Length; item++)
        {
            if (scores[item] > 0)
            {
                _best.Offer(item, scores[item]);
            }
        }

        if (_listItems.Length < _best.Count)
        {
            _listItems = new int[limit];
            _listScores = new float[limit];
        }

        return _best.DrainDescending(_listItems, _listScores);
    }

    private void AddCandidates(ReadOnlySpan<int> items, int limit)
    {
        foreach (int item in items)
        {
            if (_stamps[item] == _stamp || CandidateCount >= limit)
            {
                continue;
            }

            if (CandidateCount == _candidates.Length)
            {
                Array.Resize(ref _candidates, 2 * CandidateCount);
            }

            _stamps[item] = _stamp;
            _candidates[CandidateCount++] = item;
        }
    }
}
