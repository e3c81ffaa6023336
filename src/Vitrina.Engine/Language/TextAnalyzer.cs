namespace Vitrina.Engine.Language;

/// <summary>Turns text into terms: the same for an item's title and for a query, so that they meet in the index.</summary>
/// <remarks>
/// Folds case, accents and compatibility forms, cuts into words, stems a Cyrillic word as Russian and a Latin word as English, joins numbers
/// with their units (<c>10 ml</c> = <c>10мл</c>) and indexes model codes whole and in parts. Holds no state: safe for concurrent use with one buffer per thread.
/// </remarks>
public sealed class TextAnalyzer
{
    /// <summary>A normalised query keeps this many words; a statistics key gains nothing from more.</summary>
    private const int MaxQueryWords = 64;

    [ThreadStatic]
    private static TokenBuffer? _queryBuffer;

    private readonly bool _stemsRussian;
    private readonly bool _stemsEnglish;
    private readonly bool _isPlain;

    /// <summary>An analyser for the given languages.</summary>
    /// <param name="languages">Any of <c>ru</c> and <c>en</c>; words of other languages are indexed as they are written.</param>
    /// <exception cref="ArgumentException">A language is not one of these.</exception>
    public TextAnalyzer(IReadOnlyList<string> languages)
    {
        ArgumentNullException.ThrowIfNull(languages);
        foreach (var language in languages)
        {
            _stemsRussian |= language == "ru";
            _stemsEnglish |= language == "en";
            if (language is not ("ru" or "en"))
            {
                throw new ArgumentException($"Language '{language}' is not known; known are ru and en.", nameof(languages));
            }
        }
    }

    private TextAnalyzer() => _isPlain = true;

    /// <summary>Cuts at white space and leaves words as they are written: for comparisons with engines that are set up so.</summary>
    public static TextAnalyzer Whitespace { get; } = new();

    /// <summary>Fills the buffer with the tokens of the text.</summary>
    /// <param name="text">Any text; control characters and broken surrogates separate words.</param>
    /// <param name="tokens">Cleared first.</param>
    public void Analyze(ReadOnlySpan<char> text, TokenBuffer tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        tokens.Clear();
        if (_isPlain)
        {
            CutAtSpaces(text, tokens);
            return;
        }

        var folded = tokens.ReserveFolded(text.Length * CharacterFolding.MaxGrowth);
        var length = CharacterFolding.Fold(text, folded);
        new TokenScanner(this, folded.AsSpan(0, length), tokens).Scan();
    }

    /// <summary>The canonical form of a query, for use as a key of statistics.</summary>
    /// <param name="query">Any text, also empty or null.</param>
    /// <returns>The stems in their order, separated by spaces, at most 64 of them; empty when the query has no word.</returns>
    public string NormalizeQuery(string? query)
    {
        if (string.IsNullOrEmpty(query))
        {
            return "";
        }

        var tokens = _queryBuffer ??= new TokenBuffer();
        Analyze(query, tokens);
        var words = new List<string>();
        for (var i = 0; i < tokens.Count && words.Count < MaxQueryWords; i++)
        {
            if (tokens[i].IsBase)
            {
                words.Add(tokens.Term(i).ToString());
            }
        }

        return string.Join(' ', words);
    }

    /// <summary>Cuts a folded word to its stem, in place, by the language that its letters show; returns the stem's length.</summary>
    internal int Stem(Span<char> word)
    {
        var script = Script.Of(word);
        var length = script switch
        {
            WordScript.Cyrillic when _stemsRussian => RussianStemmer.Stem(word),
            WordScript.Latin when _stemsEnglish => EnglishStemmer.Stem(word),
            _ => word.Length,
        };
        return DropApostrophes(word, length);
    }

    private static void CutAtSpaces(ReadOnlySpan<char> text, TokenBuffer tokens)
    {
        for (var start = 0; start < text.Length; start++)
        {
            var end = start;
            while (end < text.Length && !char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            if (end > start)
            {
                var length = Math.Min(end - start, TokenBuffer.MaxTermLength);
                text.Slice(start, length).CopyTo(tokens.Reserve());
                tokens.Commit(length, tokens.PositionCount++, TokenTraits.None);
                start = end;
            }
        }
    }

    private static int DropApostrophes(Span<char> word, int length)
    {
        if (!word[..length].Contains('\''))
        {
            return length;
        }

        var kept = 0;
        for (var i = 0; i < length; i++)
        {
            if (word[i] != '\'')
            {
                word[kept++] = word[i];
            }
        }

        return kept;
    }
}
