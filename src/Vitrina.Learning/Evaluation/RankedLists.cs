using Vitrina.Kernels.Chance;

namespace Vitrina.Learning.Evaluation;

/// <summary>Lists with labels and the scores that several methods give their items: what an evaluation table is made from.</summary>
/// <remarks>Items of a list are shuffled by the seed before they are added, so that equal scores are broken by chance, the same for every method.</remarks>
public sealed class RankedLists
{
    private readonly List<float> _labels = [];
    private readonly List<float> _truth = [];
    private readonly List<int> _starts = [0];
    private readonly OrderedDictionary<string, List<float>> _scores = new(StringComparer.Ordinal);
    private readonly ulong _seed;
    private int[] _order = [];

    /// <summary>Makes an empty set for some methods.</summary>
    /// <param name="seed">Seeds the shuffles.</param>
    /// <param name="methods">The methods, in the order of the table's rows.</param>
    public RankedLists(ulong seed, params IReadOnlyList<string> methods)
    {
        ArgumentNullException.ThrowIfNull(methods);
        _seed = seed;
        foreach (var method in methods)
        {
            _scores[method] = [];
        }
    }

    /// <summary>How many lists there are.</summary>
    public int Count => _starts.Count - 1;

    /// <summary>The methods.</summary>
    public IEnumerable<string> Methods => _scores.Keys;

    /// <summary>All labels, list after list.</summary>
    public ReadOnlySpan<float> Labels => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_labels);

    /// <summary>All scores of a method, in the order of the labels.</summary>
    public ReadOnlySpan<float> Scores(string method) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_scores[method]);

    /// <summary>Adds a list.</summary>
    /// <param name="labels">The relevance of each item, 0 = not relevant.</param>
    /// <param name="scores">The scores of each method, in the methods' order; one value per item.</param>
    /// <param name="truth">The planted relevance of each item, or empty where it is not known.</param>
    public void Add(ReadOnlySpan<float> labels, IReadOnlyList<float[]> scores, ReadOnlySpan<float> truth = default)
    {
        ArgumentNullException.ThrowIfNull(scores);
        _order = [.. Enumerable.Range(0, labels.Length)];
        var random = RandomStream.For(_seed, (ulong)Count);
        random.Shuffle<int>(_order);
        foreach (var index in _order)
        {
            _labels.Add(labels[index]);
            _truth.Add(truth.IsEmpty ? float.NaN : truth[index]);
        }

        for (var method = 0; method < scores.Count; method++)
        {
            var column = _scores.GetAt(method).Value;
            foreach (var index in _order)
            {
                column.Add(float.IsNaN(scores[method][index]) ? float.MinValue : scores[method][index]);
            }
        }

        _starts.Add(_labels.Count);
    }

    /// <summary>One value of a metric per list, by the labels.</summary>
    public double[] PerList(string method, ListMetric metric) => RankingMetrics.PerList(Scores(method), Labels, StartsSpan, metric);

    /// <summary>One value of a metric per list, by the planted relevance.</summary>
    public double[] PerListByTruth(string method, ListMetric metric) =>
        RankingMetrics.PerList(Scores(method), System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_truth), StartsSpan, metric);

    /// <summary>True when the planted relevance of every list is known.</summary>
    public bool HasTruth => _truth.Count > 0 && !_truth.Exists(float.IsNaN);

    private ReadOnlySpan<int> StartsSpan => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_starts);
}
