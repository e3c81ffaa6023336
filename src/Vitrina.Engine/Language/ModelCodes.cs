namespace Vitrina.Engine.Language;

/// <summary>A model code or article number that a query names.</summary>
/// <param name="Term">The code as it is indexed: lower case, without hyphens.</param>
/// <param name="Position">Its word's number in the query.</param>
/// <param name="IsCertain">False for what may as well be a word and an amount ("omega3", "1080p"): a code only when the catalogue has it.</param>
internal readonly record struct ModelCode(string Term, int Position, bool IsCertain);

/// <summary>Finds the model codes and article numbers among the tokens of a query.</summary>
internal static class ModelCodes
{
    /// <summary>A bare number is an article number from this many digits on, unless it is round: "42115", but not "20000".</summary>
    private const int MinArticleDigits = 5;

    /// <summary>A series' letters before a number of four digits: "RTX 4070", "GTX 1660".</summary>
    private const int MaxSeriesLetters = 3;

    private const int MinSeriesDigits = 4;

    /// <summary>The codes, in the order of their words; of a code and its shorter forms only the longest.</summary>
    public static List<ModelCode> Of(TokenBuffer tokens)
    {
        var codes = new List<ModelCode>();
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].IsBase && IsCode(tokens[i], tokens.Term(i), out var isCertain))
            {
                codes.Add(new ModelCode(tokens.Term(i).ToString(), tokens[i].Position, isCertain));
            }
        }

        var baseCount = codes.Count;
        for (var i = 0; i < tokens.Count; i++)
        {
            if ((tokens[i].Traits & (TokenTraits.Joined | TokenTraits.ModelCode)) == (TokenTraits.Joined | TokenTraits.ModelCode))
            {
                AddJoined(codes, baseCount, tokens, i);
            }
        }

        codes.Sort((left, right) => left.Position.CompareTo(right.Position));
        return codes;
    }

    // "asus x515ea" names the code x515ea, not asusx515ea; "RTX 4070 Ti" names rtx4070ti, not rtx4070.
    private static void AddJoined(List<ModelCode> codes, int baseCount, TokenBuffer tokens, int index)
    {
        var position = tokens[index].Position;
        var term = tokens.Term(index);
        for (var i = 0; i < baseCount; i++)
        {
            if (codes[i].Position == position || codes[i].Position == position + 1)
            {
                return;
            }
        }

        var letters = 0;
        while (letters < term.Length && char.IsLetter(term[letters]))
        {
            letters++;
        }

        var digits = term[letters..].IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : term.Length - letters;
        if ((letters > MaxSeriesLetters && (digits < MinSeriesDigits || IsRound(term))) || ModelNameJoiner.IsSuffix(term[..letters]))
        {
            return;
        }

        var code = new ModelCode(term.ToString(), position, letters <= MaxSeriesLetters && digits >= MinSeriesDigits);
        var same = codes.FindIndex(baseCount, known => known.Position == position);
        if (same < 0)
        {
            codes.Add(code);
        }
        else if (codes[same].Term.Length < code.Term.Length)
        {
            codes[same] = code;
        }
    }

    private static bool IsCode(Token token, ReadOnlySpan<char> term, out bool isCertain)
    {
        isCertain = true;
        if ((token.Traits & TokenTraits.ModelCode) == 0)
        {
            return (token.Traits & TokenTraits.Number) != 0 && term.Length >= MinArticleDigits && !term.ContainsAnyExceptInRange('0', '9') && !IsRound(term);
        }

        isCertain = IsCertain(term);
        return true;
    }

    // Amounts are round more often than article numbers.
    private static bool IsRound(ReadOnlySpan<char> term) => term.EndsWith("00");

    /// <summary>Whether the runs of letters and digits are those of a code, and not of a word and an amount that were written together.</summary>
    private static bool IsCertain(ReadOnlySpan<char> term)
    {
        var (runs, digits, letters, longest) = (0, 0, 0, 0);
        for (var at = 0; at < term.Length;)
        {
            var isLetter = char.IsLetter(term[at]);
            var start = at;
            while (at < term.Length && char.IsLetter(term[at]) == isLetter)
            {
                at++;
            }

            runs++;
            (letters, digits) = isLetter ? (letters + at - start, digits) : (letters, digits + at - start);
            longest = isLetter ? Math.Max(longest, at - start) : longest;
        }

        var isWordAndNumber = runs == 2 && (!char.IsLetter(term[0]) || (letters >= 4 && digits <= 2));
        var isRussianWord = longest >= 4 && Script.Of(term) == WordScript.Cyrillic;
        return letters == 0 || (digits >= 2 && !isWordAndNumber && !isRussianWord);
    }
}
