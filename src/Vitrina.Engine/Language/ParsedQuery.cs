using System.Buffers;

namespace Vitrina.Engine.Language;

/// <summary>A query cut by its signs: wanted words, "phrases" that must occur literally, and what a minus takes out.</summary>
/// <remarks>
/// Any text is a query. A quotation begins with a quotation mark at the start, or behind a space, a minus or an opening bracket, and reaches to the next closing
/// mark; a mark without a partner, an empty quotation, and the inch mark of 24" are separators. A minus before a letter or a quotation, at the start or behind
/// a space, takes out; any other is a hyphen. Quotations after the first <see cref="MaxPhrases"/> are ordinary words.
/// </remarks>
internal sealed class ParsedQuery
{
    /// <summary>Further quotations are read as words.</summary>
    public const int MaxPhrases = 8;

    private const string Opening = "\"«“„";
    private const string Closing = "\"»”“";

    private static readonly SearchValues<char> Signs = SearchValues.Create(Opening + "-");

    private ParsedQuery(string text) => (Text, Words, FreeWords) = (text, text, text);

    /// <summary>What was typed.</summary>
    public string Text { get; }

    /// <summary>Everything wanted, the words of phrases included, without signs.</summary>
    public string Words { get; private init; }

    /// <summary>The wanted words outside of quotations: those that may be corrected.</summary>
    public string FreeWords { get; private init; }

    /// <summary>Texts that must occur literally, trimmed; none is empty.</summary>
    public IReadOnlyList<string> Phrases { get; private init; } = [];

    /// <summary>The words that a minus takes out, separated by spaces; empty without any.</summary>
    public string UnwantedWords { get; private init; } = "";

    /// <summary>Texts that must not occur literally.</summary>
    public IReadOnlyList<string> UnwantedPhrases { get; private init; } = [];

    /// <summary>Cuts a text; never fails.</summary>
    public static ParsedQuery Parse(string text)
    {
        if (!text.AsSpan().ContainsAny(Signs))
        {
            return new ParsedQuery(text);
        }

        var wanted = text.ToCharArray();
        var unwanted = new string(' ', text.Length).ToCharArray();
        var quoted = new List<(int Start, int End)>();
        List<string> phrases = [], unwantedPhrases = [];
        for (var at = 0; at < text.Length;)
        {
            var isUnwanted = text[at] == '-' && IsFree(text, at) && at + 1 < text.Length && (char.IsLetter(text[at + 1]) || Opening.Contains(text[at + 1], StringComparison.Ordinal));
            var start = isUnwanted ? at + 1 : at;
            if (phrases.Count + unwantedPhrases.Count < MaxPhrases && TryQuotation(text, start, out var end, out var phrase))
            {
                (isUnwanted ? unwantedPhrases : phrases).Add(phrase);
                Blank(wanted, isUnwanted ? (at, end) : (start, start + 1));
                BlankInnerMinus(wanted, start, end);
                quoted.Add((start, end));
                at = end;
            }
            else if (isUnwanted && char.IsLetter(text[start]))
            {
                end = WordEnd(text, start);
                text.AsSpan(start..end).CopyTo(unwanted.AsSpan(start));
                Blank(wanted, (at, end));
                at = end;
            }
            else
            {
                wanted[at] = Opening.Contains(text[at], StringComparison.Ordinal) ? ' ' : text[at];
                at++;
            }
        }

        var words = new string(wanted);
        quoted.ForEach(range => Blank(wanted, range));
        return new ParsedQuery(text)
        {
            Words = words,
            FreeWords = new string(wanted),
            Phrases = phrases,
            UnwantedWords = string.Join(' ', new string(unwanted).Split(' ', StringSplitOptions.RemoveEmptyEntries)),
            UnwantedPhrases = unwantedPhrases,
        };
    }

    private static bool IsFree(string text, int at) => at == 0 || char.IsWhiteSpace(text[at - 1]) || text[at - 1] is '(' or '[';

    private static bool TryQuotation(string text, int start, out int end, out string phrase)
    {
        (end, phrase) = (start, "");
        if (start >= text.Length || !Opening.Contains(text[start], StringComparison.Ordinal) || !(IsFree(text, start) || text[start - 1] == '-'))
        {
            return false;
        }

        var closing = text.AsSpan(start + 1).IndexOfAny(Closing);
        if (closing < 0)
        {
            return false;
        }

        end = start + closing + 2;
        phrase = text.AsSpan(start + 1, closing).Trim().ToString();
        return phrase.Length > 0;
    }

    private static int WordEnd(string text, int at)
    {
        while (at < text.Length && !char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at;
    }

    private static void Blank(char[] text, (int Start, int End) range) => text.AsSpan(range.Start, range.End - range.Start).Fill(' ');

    // A phrase's words stay wanted, whatever signs stand within it.
    private static void BlankInnerMinus(char[] text, int start, int end)
    {
        text[end - 1] = ' ';
        for (var at = start; at < end; at++)
        {
            if (text[at] == '-' && (at == 0 || char.IsWhiteSpace(text[at - 1])))
            {
                text[at] = ' ';
            }
        }
    }
}
