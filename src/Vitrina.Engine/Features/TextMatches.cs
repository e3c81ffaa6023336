using System.Runtime.InteropServices;
using Vitrina.Engine.Language;

namespace Vitrina.Engine.Features;

/// <summary>How a request's candidates fit its query, by text field: compared once per field and request, however many features read it.</summary>
/// <remarks>Belongs to one <see cref="FeatureScope"/>; not thread-safe. Allocates the prepared query, nothing per candidate whose texts are prepared.</remarks>
internal sealed class TextMatches
{
    private readonly TextMatcher _matcher = new();
    private readonly float[] _rarities = new float[TextMatcher.MaxQueryWords];
    private readonly float[] _signals = new float[TextMatcher.SignalCount];
    private readonly List<float[]> _columns = [];
    private readonly List<bool> _isFilled = [];
    private readonly CandidateLikeness _likeness = new();
    private readonly List<Likeness> _likenesses = [];
    private MatchText? _query;

    private sealed class Likeness
    {
        public required int Field { get; init; }

        public required int Space { get; init; }

        public float[] Values { get; set; } = [];

        public bool IsFilled { get; set; }
    }

    /// <summary>Forgets the request.</summary>
    public void Clear()
    {
        _query = null;
        CollectionsMarshal.AsSpan(_isFilled).Clear();
        foreach (var likeness in _likenesses)
        {
            likeness.IsFilled = false;
        }
    }

    /// <summary>One signal of each candidate; empty without a query.</summary>
    /// <param name="scope">The request and its candidates.</param>
    /// <param name="analyzer">The vertical's.</param>
    /// <param name="field">The text's slot.</param>
    /// <param name="signal">What of it.</param>
    public ReadOnlySpan<float> Of(FeatureScope scope, TextAnalyzer analyzer, int field, MatchSignal signal)
    {
        if (scope.QueryHash == 0)
        {
            return [];
        }

        Reserve(field);
        if (!_isFilled[field])
        {
            Fill(scope, analyzer, field);
        }

        return _columns[field].AsSpan((int)signal * scope.Count, scope.Count);
    }

    /// <summary>Each candidate's likeness to others; empty without a query.</summary>
    /// <param name="scope">The request and its candidates.</param>
    /// <param name="analyzer">The vertical's.</param>
    /// <param name="field">The text's slot.</param>
    /// <param name="space">The vectors that are compared, or <see cref="CandidateLikeness.Words"/> for the words of the text.</param>
    /// <param name="to">To which others.</param>
    public ReadOnlySpan<float> LikenessOf(FeatureScope scope, TextAnalyzer analyzer, int field, int space, LikenessTo to)
    {
        if (scope.QueryHash == 0)
        {
            return [];
        }

        var likeness = Find(field, space);
        if (!likeness.IsFilled)
        {
            var values = _likeness.Of(scope, analyzer, field, space);
            if (likeness.Values.Length < values.Length)
            {
                likeness.Values = new float[values.Length];
            }

            values.CopyTo(likeness.Values);
            likeness.IsFilled = true;
        }

        return likeness.Values.AsSpan((int)to * scope.Count, scope.Count);
    }

    private Likeness Find(int field, int space)
    {
        foreach (var known in _likenesses)
        {
            if (known.Field == field && known.Space == space)
            {
                return known;
            }
        }

        _likenesses.Add(new Likeness { Field = field, Space = space });
        return _likenesses[^1];
    }

    private void Reserve(int field)
    {
        while (_columns.Count <= field)
        {
            _columns.Add([]);
            _isFilled.Add(false);
        }
    }

    private void Fill(FeatureScope scope, TextAnalyzer analyzer, int field)
    {
        Prepare(scope, analyzer);
        if (_columns[field].Length < TextMatcher.SignalCount * scope.Count)
        {
            _columns[field] = new float[TextMatcher.SignalCount * scope.Count];
        }

        var columns = _columns[field];
        var items = scope.Items;
        for (var i = 0; i < items.Length; i++)
        {
            _matcher.Match(items[i].WordsOf(field, analyzer), _signals);
            for (var signal = 0; signal < _signals.Length; signal++)
            {
                columns[(signal * items.Length) + i] = _signals[signal];
            }
        }

        _isFilled[field] = true;
    }

    private void Prepare(FeatureScope scope, TextAnalyzer analyzer)
    {
        if (_query is not null)
        {
            return;
        }

        _query = MatchText.Of(analyzer, scope.Query);
        var count = Math.Min(_query.Words.Length, _rarities.Length);
        for (var word = 0; word < count; word++)
        {
            _rarities[word] = scope.Market.Text?.RarityOf(_query.Term(word)) ?? float.NaN;
        }

        _matcher.Begin(_query, _rarities);
    }
}
