using Vitrina.Engine.Language;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>Turns what was understood of a query into what the index searches for. For one thread at a time.</summary>
internal sealed class QueryWriter(TextAnalyzer analyzer)
{
    private readonly TokenBuffer _tokens = new();

    /// <summary>Replaces a query.</summary>
    /// <param name="query">What the index will search for.</param>
    /// <param name="parts">The stretches of the wanted words outside of quotations.</param>
    /// <param name="parsed">The query by its signs.</param>
    public void Write(TextQuery query, IReadOnlyList<QueryPart> parts, ParsedQuery parsed)
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
