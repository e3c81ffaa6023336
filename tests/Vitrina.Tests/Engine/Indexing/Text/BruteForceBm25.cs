using Vitrina.Engine.Language;

namespace Vitrina.Tests.Engine.Indexing.Text;

/// <summary>BM25 written down from its definition, in double precision, over a plain table of texts: what the index must agree with.</summary>
internal sealed class BruteForceBm25(TextAnalyzer analyzer, double[] boosts, double k1, double b)
{
    private readonly SortedDictionary<int, Document> _documents = [];
    private readonly TokenBuffer _tokens = new();

    public int Count => _documents.Count;

    public void Put(int item, IReadOnlyList<string?> texts)
    {
        var counts = new Dictionary<string, double[]>();
        var lengths = new double[boosts.Length];
        for (var field = 0; field < texts.Count; field++)
        {
            foreach (var (term, _) in Terms(texts[field] ?? ""))
            {
                if (!counts.TryGetValue(term, out var count))
                {
                    counts[term] = count = new double[boosts.Length];
                }

                count[field]++;
            }

            lengths[field] = _tokens.PositionCount;
        }

        _documents[item] = new Document(counts, lengths);
    }

    public void Remove(int item) => _documents.Remove(item);

    public BruteForceBm25 Copy()
    {
        var copy = new BruteForceBm25(analyzer, boosts, k1, b);
        foreach (var (item, document) in _documents)
        {
            copy._documents[item] = document;
        }

        return copy;
    }

    /// <summary>Items that hold at least the demanded share of the words, with their scores, best first.</summary>
    public List<(int Item, double Score)> Search(string query, double share = 0, int field = -1)
    {
        var terms = Terms(query).ToList();
        var distinct = terms.Select(term => term.Term).Distinct().ToList();
        var positionOf = distinct.ToDictionary(term => term, term => terms.First(other => other.Term == term).Position);
        var words = positionOf.Values.Distinct().Count();
        var needed = Math.Max(1, Math.Ceiling((share * words) - 1e-9));
        var found = new List<(int, double)>();
        foreach (var (item, document) in _documents)
        {
            var held = distinct.Where(document.Counts.ContainsKey).Select(term => positionOf[term]).Distinct().Count();
            if (held >= needed)
            {
                found.Add((item, Score(terms.Select(term => term.Term), document, field)));
            }
        }

        return [.. found.OrderByDescending(pair => pair.Item2).ThenBy(pair => pair.Item1)];
    }

    public double Score(string query, int item, int field = -1) =>
        _documents.TryGetValue(item, out var document) ? Score(Terms(query).Select(term => term.Term), document, field) : 0;

    private double Score(IEnumerable<string> terms, Document document, int field)
    {
        var average = _documents.Values.Average(other => Length(other, field));
        var sum = 0d;
        foreach (var term in terms)
        {
            if (document.Counts.TryGetValue(term, out var counts))
            {
                double n = _documents.Count;
                double df = _documents.Values.Count(other => other.Counts.ContainsKey(term));
                var count = field < 0 ? counts.Zip(boosts, (c, boost) => c * boost).Sum() : counts[field];
                if (count > 0)
                {
                    sum += Math.Log(1 + ((n - df + 0.5) / (df + 0.5))) * count / (count + (k1 * (1 - b + (b * Length(document, field) / average))));
                }
            }
        }

        return sum;
    }

    private double Length(Document document, int field) =>
        field < 0 ? document.Lengths.Zip(boosts, (length, boost) => length * boost).Sum() : document.Lengths[field];

    private List<(string Term, int Position)> Terms(string text)
    {
        analyzer.Analyze(text, _tokens);
        return [.. Enumerable.Range(0, _tokens.Count).Select(i => (_tokens.Term(i).ToString(), _tokens[i].Position))];
    }

    private sealed record Document(Dictionary<string, double[]> Counts, double[] Lengths);
}
