using System.Buffers;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Language;

namespace Vitrina.Engine.Ranking;

/// <summary>What an exact query demands of an item: its model codes as whole tokens of a stored text or as keywords, its quotations as literal, case-folded substrings of a text.</summary>
/// <remarks>For one thread at a time: it analyses into a buffer of its own.</remarks>
internal sealed class ExactDemand
{
    private readonly TextAnalyzer _analyzer;
    private readonly TokenBuffer _tokens = new();
    private readonly SearchValues<string>[] _phrases;
    private readonly SearchValues<string>[] _unwantedPhrases;
    private readonly string[] _unwantedTerms;
    private readonly IReadOnlyList<IReadOnlyList<IntentValue>> _keywords;

    /// <param name="analyzer">Analyses the items' texts as the index does.</param>
    /// <param name="query">The query by its signs.</param>
    /// <param name="codes">The codes that it names.</param>
    /// <param name="keywords">By code: the keywords that are that code.</param>
    /// <param name="isLiteral">False: quotations demand nothing.</param>
    public ExactDemand(TextAnalyzer analyzer, ParsedQuery query, IReadOnlyList<string> codes, IReadOnlyList<IReadOnlyList<IntentValue>> keywords, bool isLiteral)
    {
        (_analyzer, Codes, _keywords, Phrases) = (analyzer, codes, keywords, isLiteral ? query.Phrases : []);
        _phrases = [.. Phrases.Select(Literal)];
        _unwantedPhrases = [.. query.UnwantedPhrases.Select(Literal)];
        analyzer.Analyze(query.UnwantedWords, _tokens);
        _unwantedTerms = [.. Enumerable.Range(0, _tokens.Count).Where(token => _tokens[token].IsBase).Select(token => _tokens.Term(token).ToString())];
    }

    /// <summary>The codes, as they are indexed.</summary>
    public IReadOnlyList<string> Codes { get; }

    /// <summary>The quotations, as they were typed.</summary>
    public IReadOnlyList<string> Phrases { get; }

    /// <summary>True when only exact matches may stand in the organic section.</summary>
    public bool IsExact => Codes.Count + Phrases.Count > 0;

    /// <summary>Whether an item meets every demand.</summary>
    public bool Accepts(Item item) => MetCount(item) == Codes.Count + Phrases.Count && !HoldsUnwanted(item);

    /// <summary>The share of the demands that an item meets, 0 to 1.</summary>
    public float ShareOf(Item item) => IsExact ? (float)MetCount(item) / (Codes.Count + Phrases.Count) : float.NaN;

    /// <summary>Whether an item holds a word or a quotation behind a minus.</summary>
    public bool HoldsUnwanted(Item item)
    {
        foreach (var phrase in _unwantedPhrases)
        {
            if (Holds(item, phrase))
            {
                return true;
            }
        }

        foreach (var term in _unwantedTerms)
        {
            if (HoldsTerm(item, term))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes the terms that every exact match holds in the index: the codes, and the words of the quotations.</summary>
    public void WriteTo(TextQuery query)
    {
        query.Clear();
        (query.MinimumShouldMatch, query.MinimumWords) = (0, 1);
        foreach (var code in Codes)
        {
            query.AddRequired(code);
        }

        foreach (var phrase in Phrases)
        {
            for (var word = query.AddWords(_analyzer, phrase); word < query.WordCount; word++)
            {
                query.Require(word);
            }
        }
    }

    private static SearchValues<string> Literal(string phrase) => SearchValues.Create([phrase], StringComparison.OrdinalIgnoreCase);

    private int MetCount(Item item)
    {
        var met = 0;
        foreach (var phrase in _phrases)
        {
            met += Holds(item, phrase) ? 1 : 0;
        }

        for (var i = 0; i < Codes.Count; i++)
        {
            met += _keywords[i].Any(value => value.IsOf(item)) || HoldsTerm(item, Codes[i]) ? 1 : 0;
        }

        return met;
    }

    private static bool Holds(Item item, SearchValues<string> phrase)
    {
        foreach (var text in item.Texts)
        {
            if (text.AsSpan().ContainsAny(phrase))
            {
                return true;
            }
        }

        return false;
    }

    private bool HoldsTerm(Item item, string term)
    {
        foreach (var text in item.Texts)
        {
            if (text is not null)
            {
                _analyzer.Analyze(text, _tokens);
                if (HasToken(term))
                {
                    return true;
                }
            }
        }

        return false;
    }

    // A longer name at the same place is another model: "RTX 4070 Ti" is no "RTX 4070".
    private bool HasToken(string code)
    {
        for (var i = 0; i < _tokens.Count; i++)
        {
            if (_tokens.Term(i).SequenceEqual(code) && !HasLongerName(i))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasLongerName(int index)
    {
        var token = _tokens[index];
        for (var i = 0; (token.Traits & TokenTraits.Joined) != 0 && i < _tokens.Count; i++)
        {
            if (_tokens[i].Position == token.Position && _tokens[i].Length > token.Length && (_tokens[i].Traits & TokenTraits.Joined) != 0
                && _tokens.Term(i).StartsWith(_tokens.Term(index)))
            {
                return true;
            }
        }

        return false;
    }
}
