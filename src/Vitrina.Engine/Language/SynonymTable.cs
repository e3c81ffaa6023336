namespace Vitrina.Engine.Language;

/// <summary>A synonym for some words of a query.</summary>
/// <param name="Word">Number of the first word that it stands for.</param>
/// <param name="From">The set's entry that the query says.</param>
/// <param name="To">Another entry of the set.</param>
internal readonly record struct SynonymMatch(int Word, string From, string To);

/// <summary>A vertical's sets of words that mean the same. Immutable, safe for concurrent use with one buffer per thread.</summary>
internal sealed class SynonymTable
{
    private readonly Dictionary<string, List<(string[] Terms, int Set, string Text)>> _byFirstTerm = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<IReadOnlyList<string>> _sets;

    public SynonymTable(TextAnalyzer analyzer, IReadOnlyList<IReadOnlyList<string>> sets)
    {
        _sets = sets;
        var tokens = new TokenBuffer();
        for (var set = 0; set < sets.Count; set++)
        {
            foreach (var text in sets[set])
            {
                analyzer.Analyze(text, tokens);
                string[] terms = [.. Enumerable.Range(0, tokens.Count).Where(token => tokens[token].IsBase).Select(token => tokens.Term(token).ToString())];
                if (terms.Length > 0)
                {
                    (System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_byFirstTerm, terms[0], out _) ??= []).Add((terms, set, text));
                }
            }
        }
    }

    /// <summary>The synonyms of what an analysed query says, entry by entry.</summary>
    public List<SynonymMatch> Find(TokenBuffer tokens)
    {
        var found = new List<SynonymMatch>();
        for (var token = 0; _byFirstTerm.Count > 0 && token < tokens.Count; token++)
        {
            if (tokens[token].IsBase && _byFirstTerm.TryGetValue(tokens.Term(token).ToString(), out var entries))
            {
                foreach (var (terms, set, text) in entries)
                {
                    if (IsAt(tokens, token, terms))
                    {
                        found.AddRange(_sets[set].Where(other => other != text).Select(other => new SynonymMatch(tokens[token].Position, text, other)));
                    }
                }
            }
        }

        return found;
    }

    private static bool IsAt(TokenBuffer tokens, int token, string[] terms)
    {
        var next = 0;
        for (; token < tokens.Count && next < terms.Length; token++)
        {
            if (!tokens[token].IsBase)
            {
                continue;
            }

            if (!tokens.Term(token).SequenceEqual(terms[next++]))
            {
                return false;
            }
        }

        return next == terms.Length;
    }
}
