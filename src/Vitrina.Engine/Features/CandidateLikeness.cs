using System.Numerics.Tensors;
using Vitrina.Engine.Language;

namespace Vitrina.Engine.Features;

/// <summary>The candidates that a text is compared with.</summary>
public enum LikenessTo
{
    /// <summary>All others, each counting alike.</summary>
    All,

    /// <summary>Those that fit the query best.</summary>
    Best,

    /// <summary>Those that fit it worst.</summary>
    Worst,
}

/// <summary>How like a candidate is to the other candidates: the mean cosine of the words of a text, weighted by rarity, or of vectors.</summary>
/// <remarks>
/// The good answers of a query speak of one thing and the odd ones of others, whatever words the query used: Rocchio's relevance feedback (1971) with
/// the match in the place of a person's judgement. The mean of cosines with unit vectors is one product with their sum, less the candidate's own part, so
/// that the cost is the words of all candidates. Belongs to one <see cref="FeatureScope"/>; not thread-safe; allocates nothing once it has grown.
/// </remarks>
internal sealed class CandidateLikeness
{
    /// <summary>In the place of a vector space: the words of the text are compared.</summary>
    public const int Words = -2;

    private const int Kinds = (int)LikenessTo.Worst + 1;

    // Weights fall by e for a third of the range that the sum of the two matches has per unit: the upper third of the candidates carries most.
    private const float Sharpness = 3;

    private ulong[] _keys = [];
    private int[] _slots = [];
    private float[] _rarities = [];
    private int[] _lastSeen = [];
    private float[] _sums = [];
    private int[] _words = [];
    private int[] _starts = [];
    private float[] _weights = [];
    private float[] _norms = [];
    private float[] _likeness = [];
    private float[] _vectors = [];
    private int _termCount;

    /// <summary>The candidates' likeness to each kind, column by column, shape [kinds x candidates]; valid until the next call.</summary>
    /// <param name="scope">The request and its candidates; its index knows how rare a word is.</param>
    /// <param name="analyzer">The vertical's.</param>
    /// <param name="field">The slot of the text whose match says which candidates fit best.</param>
    /// <param name="space">The vectors that are compared, or <see cref="Words"/> for the words of the text.</param>
    public ReadOnlySpan<float> Of(FeatureScope scope, TextAnalyzer analyzer, int field, int space)
    {
        Weigh(scope, analyzer, field);
        if (space != Words)
        {
            return OfVectors(scope, space);
        }

        var count = scope.Count;
        ReadWords(scope, analyzer, field);
        Array.Clear(_sums, 0, _termCount * Kinds);
        Span<float> totals = stackalloc float[Kinds];
        totals.Clear();
        for (var candidate = 0; candidate < count; candidate++)
        {
            for (var kind = 0; kind < Kinds && _norms[candidate] > 0; kind++)
            {
                var weight = _weights[(kind * count) + candidate];
                totals[kind] += weight;
                foreach (var term in WordsOf(candidate))
                {
                    _sums[(term * Kinds) + kind] += weight * _rarities[term] / _norms[candidate];
                }
            }
        }

        for (var candidate = 0; candidate < count; candidate++)
        {
            for (var kind = 0; kind < Kinds; kind++)
            {
                var product = 0f;
                foreach (var term in WordsOf(candidate))
                {
                    product += _sums[(term * Kinds) + kind] * _rarities[term];
                }

                _likeness[(kind * count) + candidate] = _norms[candidate] > 0 ? WithoutItself(product / _norms[candidate], totals[kind], _weights[(kind * count) + candidate]) : float.NaN;
            }
        }

        return _likeness.AsSpan(0, Kinds * count);
    }

    // The mean cosine to the others, from the product with the sum of all.
    private static float WithoutItself(float product, float total, float weight) => total - weight > 1e-4f ? Math.Max(0, (product - weight) / (total - weight)) : float.NaN;

    private ReadOnlySpan<float> OfVectors(FeatureScope scope, int space)
    {
        var count = scope.Count;
        var likeness = _likeness.AsSpan(0, Kinds * count);
        likeness.Fill(float.NaN);
        if (scope.Market.VectorsOf(space) is not { } vectors)
        {
            return likeness;
        }

        var dimension = vectors.Dimension;
        if (_vectors.Length < (count + Kinds) * dimension)
        {
            _vectors = new float[2 * (count + Kinds) * dimension];
        }

        var sums = _vectors.AsSpan(count * dimension, Kinds * dimension);
        sums.Clear();
        Span<float> totals = stackalloc float[Kinds];
        totals.Clear();
        for (var candidate = 0; candidate < count; candidate++)
        {
            var vector = _vectors.AsSpan(candidate * dimension, dimension);
            var length = vectors.TryCopyVector(scope.Ordinals[candidate], vector) ? TensorPrimitives.Norm(vector) : 0;
            _norms[candidate] = length;
            for (var kind = 0; kind < Kinds && length > 0; kind++)
            {
                var weight = _weights[(kind * count) + candidate];
                var sum = sums.Slice(kind * dimension, dimension);
                totals[kind] += weight;
                TensorPrimitives.MultiplyAdd(vector, weight / length, sum, sum);
            }
        }

        for (var candidate = 0; candidate < count; candidate++)
        {
            var vector = _vectors.AsSpan(candidate * dimension, dimension);
            for (var kind = 0; kind < Kinds && _norms[candidate] > 0; kind++)
            {
                var product = TensorPrimitives.Dot(vector, sums.Slice(kind * dimension, dimension)) / _norms[candidate];
                likeness[(kind * count) + candidate] = WithoutItself(product, totals[kind], _weights[(kind * count) + candidate]);
            }
        }

        return likeness;
    }

    private ReadOnlySpan<int> WordsOf(int candidate) => _words.AsSpan(_starts[candidate], _starts[candidate + 1] - _starts[candidate]);

    private void Weigh(FeatureScope scope, TextAnalyzer analyzer, int field)
    {
        var count = scope.Count;
        if (_norms.Length < count)
        {
            var room = Math.Max(64, count * 2);
            (_norms, _weights, _likeness, _starts) = (new float[room], new float[room * Kinds], new float[room * Kinds], new int[room + 1]);
        }

        var coverage = scope.Matches.Of(scope, analyzer, field, MatchSignal.FuzzyCoverage);
        var trigrams = scope.Matches.Of(scope, analyzer, field, MatchSignal.TrigramCosine);
        var (best, worst) = (float.MinValue, float.MaxValue);
        for (var candidate = 0; candidate < count; candidate++)
        {
            var match = _norms[candidate] = coverage[candidate] + trigrams[candidate];
            (best, worst) = float.IsNaN(match) ? (best, worst) : (Math.Max(best, match), Math.Min(worst, match));
        }

        for (var candidate = 0; candidate < count; candidate++)
        {
            _weights[candidate] = 1;
            _weights[count + candidate] = MathF.Exp(Sharpness * (_norms[candidate] - best));
            _weights[(2 * count) + candidate] = MathF.Exp(Sharpness * (worst - _norms[candidate]));
        }
    }

    /// <summary>Numbers the words of all candidates, each once per candidate, and takes the lengths of their vectors.</summary>
    private void ReadWords(FeatureScope scope, TextAnalyzer analyzer, int field)
    {
        var items = scope.Items;
        var total = 0;
        foreach (var item in items)
        {
            total += item.WordsOf(field, analyzer)?.Words.Length ?? 0;
        }

        Reserve(total);
        var written = 0;
        for (var candidate = 0; candidate < items.Length; candidate++)
        {
            _starts[candidate] = written;
            var text = items[candidate].WordsOf(field, analyzer);
            var square = 0f;
            for (var word = 0; text is not null && word < text.Words.Length; word++)
            {
                var term = NumberOf(text, word, scope);
                if (_lastSeen[term] != candidate)
                {
                    _lastSeen[term] = candidate;
                    square += _rarities[term] * _rarities[term];
                    _words[written++] = term;
                }
            }

            _norms[candidate] = MathF.Sqrt(square);
        }

        _starts[items.Length] = written;
    }

    private int NumberOf(MatchText text, int word, FeatureScope scope)
    {
        var hash = text.Words[word].Hash;
        var mask = _slots.Length - 1;
        var at = (int)((hash * 0x9E3779B97F4A7C15) >> 40) & mask;
        while (_slots[at] != 0)
        {
            if (_keys[at] == hash)
            {
                return _slots[at] - 1;
            }

            at = (at + 1) & mask;
        }

        (_keys[at], _slots[at]) = (hash, _termCount + 1);
        _rarities[_termCount] = scope.Market.Text?.RarityOf(text.Term(word)) ?? 1;
        _lastSeen[_termCount] = -1;
        return _termCount++;
    }

    private void Reserve(int words)
    {
        _termCount = 0;
        if (_words.Length < words)
        {
            var room = Math.Max(1024, words * 2);
            var slots = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)room * 2);
            (_words, _rarities, _lastSeen, _sums) = (new int[room], new float[room], new int[room], new float[room * Kinds]);
            (_keys, _slots) = (new ulong[slots], new int[slots]);
        }
        else
        {
            Array.Clear(_slots);
        }
    }
}
