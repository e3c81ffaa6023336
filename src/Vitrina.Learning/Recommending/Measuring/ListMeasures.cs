namespace Vitrina.Learning.Recommending.Measuring;

/// <summary>Measures of a method, query by query, computed from the ranks of the targets.</summary>
/// <remarks>
/// With T targets: recall@k = targets among the first k / T; ndcg@k = sum of 1 / log2(rank + 1) over targets among the first k, divided by the same
/// of the first min(k, T) ranks; hr@k = whether any is among the first k; mrr = 1 / rank of the first. Several threads may write different queries.
/// </remarks>
public sealed class ListMeasures
{
    private static readonly int[] s_cuts = [5, 10, 20, 40];
    private static readonly string[] s_keys =
        [.. s_cuts.SelectMany(cut => new[] { $"hr@{cut}", $"recall@{cut}", $"precision@{cut}", $"ndcg@{cut}", $"mrr@{cut}" }), "mrr"];
    private readonly double[][] _values;
    private readonly bool[] _isShown;

    /// <summary>Makes room.</summary>
    /// <param name="queryCount">Number of queries.</param>
    /// <param name="itemCount">Number of items that could be shown.</param>
    public ListMeasures(int queryCount, int itemCount)
    {
        _values = [.. Keys.Select(_ => new double[queryCount])];
        _isShown = new bool[itemCount];
    }

    /// <summary>Keys of the measures.</summary>
    public static IReadOnlyList<string> Keys => s_keys;

    /// <summary>Share of the items that stand among the first 20 of at least one query.</summary>
    public double Coverage => (double)_isShown.Count(isShown => isShown) / _isShown.Length;

    /// <summary>One value per query.</summary>
    public double[] Of(string key) => _values[Array.IndexOf(s_keys, key)];

    /// <summary>The mean over queries.</summary>
    public double Mean(string key) => Of(key).Average();

    /// <summary>Measures a query.</summary>
    /// <param name="query">Number of the query.</param>
    /// <param name="ranks">Ranks of its targets from 1; infinity where one is not listed.</param>
    public void Add(int query, ReadOnlySpan<double> ranks)
    {
        double first = double.PositiveInfinity;
        foreach (double rank in ranks)
        {
            first = Math.Min(first, rank);
        }

        int metric = 0;
        foreach (int cut in s_cuts)
        {
            int hits = 0;
            double gain = 0, ideal = 0;
            for (int number = 0; number < ranks.Length; number++)
            {
                bool isHit = ranks[number] <= cut;
                hits += isHit ? 1 : 0;
                gain += isHit ? 1 / Math.Log2(ranks[number] + 1) : 0;
                ideal += number < cut ? 1 / Math.Log2(number + 2) : 0;
            }

            _values[metric++][query] = hits > 0 ? 1 : 0;
            _values[metric++][query] = (double)hits / ranks.Length;
            _values[metric++][query] = (double)hits / cut;
            _values[metric++][query] = gain / ideal;
            _values[metric++][query] = first <= cut ? 1 / first : 0;
        }

        _values[metric][query] = 1 / first;
    }

    /// <summary>Notes the first items of a list.</summary>
    public void Show(ReadOnlySpan<int> items)
    {
        foreach (int item in items[..Math.Min(20, items.Length)])
        {
            _isShown[item] = true;
        }
    }
}
