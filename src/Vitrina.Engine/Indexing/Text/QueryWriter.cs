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
        var wanted = string.Join(' ', parts.Select(part => part.BestText).Concat(parsed.Phrases.Select(phrase => phrase.Replace('-', ' '))));
        query.Read(analyzer, wanted + string.Concat(parsed.UnwantedWords.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => " -" + word)));
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Alternatives.Count > (parts[i].IsReplaced ? 1 : 0))
            {
                analyzer.Analyze(string.Join(' ', parts.Take(i).Select(part => part.BestText)), _tokens);
                AddAlternatives(query, parts[i], _tokens.PositionCount);
            }
        }
    }

    private void AddAlternatives(TextQuery query, QueryPart part, int position)
    {
        foreach (var alternative in part.Alternatives.Skip(part.IsReplaced ? 1 : 0))
        {
            analyzer.Analyze(alternative.Word, _tokens);
            for (var token = 0; token < _tokens.Count; token++)
            {
                var term = query.Wanted.Reserve();
                _tokens.Term(token).CopyTo(term);
                query.Wanted.Commit(_tokens[token].Length, position, TokenTraits.None);
            }
        }
    }
}
