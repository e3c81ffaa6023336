using Vitrina.Engine.Language;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>Turns what was understood of a query into what the index searches for. For one thread at a time.</summary>
internal sealed class QueryWriter(TextAnalyzer analyzer, SynonymTable? synonyms = null)
{
    // A synonym says about the same, but the buyer's own word says it best.
    private const float SynonymWeight = 0.8f;

    private readonly TokenBuffer _tokens = new();

    /// <summary>Replaces a query.</summary>
    /// <param name="query">What the index will search for.</param>
    /// <param name="parts">The stretches of the wanted words outside of quotations.</param>
    /// <param name="parsed">The query by its signs.</param>
    /// <param name="withSynonyms">Whether synonyms are searched for too.</param>
    /// <returns>The synonyms that were added.</returns>
    public IReadOnlyList<QueryRewrite> Write(TextQuery query, IReadOnlyList<QueryPart> parts, ParsedQuery parsed, bool withSynonyms = false)
    {
        query.Clear();

        // One text, so that numbers meet their units and the words of a model's name each other.
        query.AddWords(analyzer, string.Join(' ', parts.Select(part => part.BestText)));
        for (var i = 0; i < parts.Count; i++)
        {
            var others = parts[i].Alternatives.Skip(parts[i].IsReplaced ? 1 : 0);
            if (others.Any())
            {
                analyzer.Analyze(string.Join(' ', parts.Take(i).Select(part => part.BestText)), _tokens);
                AddAlternatives(query, _tokens.PositionCount, others);
            }
        }

        var added = withSynonyms ? AddSynonyms(query, parts) : [];
        foreach (var phrase in parsed.Phrases)
        {
            query.AddWords(analyzer, phrase);
        }

        analyzer.Analyze(parsed.UnwantedWords, _tokens);
        for (var token = 0; token < _tokens.Count; token++)
        {
            if (_tokens[token].IsBase)
            {
                query.AddUnwanted(_tokens.Term(token));
            }
        }

        return added;
    }

    private List<QueryRewrite> AddSynonyms(TextQuery query, IReadOnlyList<QueryPart> parts)
    {
        var added = new List<QueryRewrite>();
        analyzer.Analyze(string.Join(' ', parts.Select(part => part.BestText)), _tokens);
        foreach (var match in synonyms?.Find(_tokens) ?? [])
        {
            AddAlternatives(query, match.Word, [new WeightedWord(match.To, SynonymWeight)]);
            added.Add(new QueryRewrite("synonym", match.From, match.To, IsAdded: true));
        }

        return added;
    }

    private void AddAlternatives(TextQuery query, int word, IEnumerable<WeightedWord> alternatives)
    {
        foreach (var alternative in alternatives)
        {
            analyzer.Analyze(alternative.Word, _tokens);
            for (var token = 0; token < _tokens.Count; token++)
            {
                query.AddAlternative(word, _tokens.Term(token), alternative.Weight);
            }
        }
    }
}
