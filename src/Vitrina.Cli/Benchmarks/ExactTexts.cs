namespace Vitrina.Cli.Benchmarks;

/// <summary>BM25 in double precision over every posting of a query: what the ten best are checked against.</summary>
internal sealed class ExactTexts
{
    private readonly Dictionary<string, (List<int> Documents, List<int> Counts)> _postings = new(StringComparer.Ordinal);
    private readonly List<int> _lengths = [];
    private readonly double[] _scores;
    private readonly byte[] _held;
    private readonly double _average;

    public ExactTexts(IReadOnlyList<string> titles)
    {
        var total = 0L;
        for (var document = 0; document < titles.Count; document++)
        {
            var words = Words(titles[document]);
            total += words.Length;
            _lengths.Add(words.Length);
            foreach (var word in words)
            {
                if (!_postings.TryGetValue(word, out var list))
                {
                    _postings[word] = list = ([], []);
                }

                if (list.Documents.Count > 0 && list.Documents[^1] == document)
                {
                    list.Counts[^1]++;
                }
                else
                {
                    list.Documents.Add(document);
                    list.Counts.Add(1);
                }
            }
        }

        (_scores, _held) = (new double[titles.Count], new byte[titles.Count]);

        // As in the index: titles without a word count too.
        _average = titles.Count == 0 ? 0 : (double)total / titles.Count;
    }

    /// <summary>Whether given items are the best ones of a query, where scores that differ by a millionth may stand in either order.</summary>
    /// <param name="query">Words separated by white space.</param>
    /// <param name="limit">How many were asked for.</param>
    /// <param name="isAnd">Whether an item needs all of them.</param>
    /// <param name="found">The items, best first.</param>
    public bool AreBest(string query, int limit, bool isAnd, ReadOnlySpan<int> found)
    {
        var words = Words(query);
        var needed = isAnd ? words.Distinct(StringComparer.Ordinal).Count() : 1;
        var touched = new List<int>();
        foreach (var word in words.GroupBy(word => word, StringComparer.Ordinal))
        {
            if (_postings.TryGetValue(word.Key, out var list))
            {
                Add(list.Documents, list.Counts, word.Count(), touched);
            }
        }

        var best = new PriorityQueue<int, double>();
        foreach (var document in touched)
        {
            if (_held[document] >= needed)
            {
                best.Enqueue(document, _scores[document]);
                if (best.Count > limit)
                {
                    best.Dequeue();
                }
            }
        }

        var isBest = found.Length == best.Count;
        for (var rank = best.Count - 1; rank >= 0 && isBest; rank--)
        {
            best.TryDequeue(out _, out var score);
            isBest = _held[found[rank]] >= needed && Math.Abs(_scores[found[rank]] - score) <= 1e-6 * score;
        }

        foreach (var document in touched)
        {
            (_scores[document], _held[document]) = (0, 0);
        }

        return isBest;
    }

    private void Add(List<int> documents, List<int> counts, int queryCount, List<int> touched)
    {
        var rarity = Math.Log(1 + ((_lengths.Count - documents.Count + 0.5) / (documents.Count + 0.5)));
        for (var i = 0; i < documents.Count; i++)
        {
            var norm = TextBenchmark.K1 * (1 - TextBenchmark.B + (TextBenchmark.B * _lengths[documents[i]] / _average));
            if (_held[documents[i]]++ == 0)
            {
                touched.Add(documents[i]);
            }

            _scores[documents[i]] += queryCount * rarity * counts[i] / (counts[i] + norm);
        }
    }

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
