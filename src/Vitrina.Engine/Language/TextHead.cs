namespace Vitrina.Engine.Language;

/// <summary>Finds the head of a title: the words that name the thing, before those that say for what, with what or of which kind it is.</summary>
/// <remarks>"Sleeve for 15 inch laptops" is a sleeve: a query for laptops must not take it for one.</remarks>
internal static class TextHead
{
    private static readonly string[] Openers =
    [
        "for", "with", "w", "compatible", "in", "by", "from", "fits", "to",
        "для", "с", "со", "под", "к", "из", "от", "на", "совместим", "совместимый", "совместимая", "совместимо",
    ];

    /// <summary>How many characters of the text stand in its head: all of them when nothing ends it, and never none of a text with a word.</summary>
    public static int LengthOf(ReadOnlySpan<char> text)
    {
        var hasWord = false;
        for (var at = 0; at < text.Length;)
        {
            if (!char.IsLetterOrDigit(text[at]))
            {
                if (hasWord && IsBreak(text, at))
                {
                    return at;
                }

                at++;
                continue;
            }

            var end = at;
            while (end < text.Length && char.IsLetterOrDigit(text[end]))
            {
                end++;
            }

            if (hasWord && text[at - 1] == ' ' && IsOpener(text[at..end]))
            {
                return at;
            }

            hasWord = true;
            at = end;
        }

        return text.Length;
    }

    // A comma between digits is a decimal one; a hyphen ends the head only between spaces.
    private static bool IsBreak(ReadOnlySpan<char> text, int at) => text[at] switch
    {
        '(' or '[' or '|' or ';' => true,
        ',' => at + 1 >= text.Length || !char.IsAsciiDigit(text[at + 1]),
        '-' or '\u2013' or '\u2014' => text[at - 1] == ' ' && at + 1 < text.Length && text[at + 1] == ' ',
        _ => false,
    };

    private static bool IsOpener(ReadOnlySpan<char> word)
    {
        foreach (var opener in Openers)
        {
            if (word.Equals(opener, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
