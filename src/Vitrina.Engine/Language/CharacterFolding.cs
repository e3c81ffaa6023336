namespace Vitrina.Engine.Language;

/// <summary>Brings the ways to write one character to one: lower case, ё as е, accents off, compatibility forms as plain ones.</summary>
/// <remarks>
/// Does what NFKC and case folding do for the characters that occur in Russian and English catalogues, and goes further in dropping
/// Latin accents. It has its own table because <see cref="string.Normalize()"/> leaves the text alone under invariant globalization.
/// </remarks>
internal static class CharacterFolding
{
    /// <summary>One character becomes at most this many.</summary>
    public const int MaxGrowth = 3;

    // À (U+00C0) … ÿ (U+00FF); two characters for each, the second is a space where one is enough.
    private const string Latin1 =
        "a a a a a a aec e e e e i i i i d n o o o o o   o u u u u y thss" +
        "a a a a a a aec e e e e i i i i d n o o o o o   o u u u u y thy ";

    // Ā (U+0100) … ſ (U+017F), one letter for each.
    private const string LatinExtended =
        "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

    private static readonly char[] Simple = BuildSimple();

    /// <summary>Writes the folded text and returns its length.</summary>
    /// <param name="text">Any text, also with control characters or broken surrogates.</param>
    /// <param name="folded">Receives the text; needs <see cref="MaxGrowth"/> characters per character of the text.</param>
    public static int Fold(ReadOnlySpan<char> text, Span<char> folded)
    {
        var length = 0;
        foreach (var character in text)
        {
            if (character < Simple.Length && Simple[character] != 0)
            {
                folded[length++] = Simple[character];
            }
            else
            {
                length = FoldRare(character, folded, length);
            }
        }

        return length;
    }

    private static int FoldRare(char character, Span<char> folded, int length)
    {
        switch (character)
        {
            case '\u0306' when length > 0 && folded[length - 1] == 'и':
                folded[length - 1] = 'й';
                return length;
            case >= '\u0300' and <= '\u036F' or '\u00AD' or >= '\u200B' and <= '\u200F' or '\u2060' or '\uFEFF':
                return length;
            case '\u00D7' or '\u00F7':
                return Append([character], folded, length);
            case >= '\u00C0' and <= '\u00FF':
                return Append(Latin1.AsSpan((character - '\u00C0') * 2, 2).TrimEnd(' '), folded, length);
            case >= '\u0100' and <= '\u017F':
                return Append(LatinExtended.AsSpan(character - '\u0100', 1), folded, length);
            case >= '\uFF01' and <= '\uFF5E':
                return Fold([(char)(character - 0xFEE0)], folded[length..]) + length;
            case >= '\u2070' and <= '\u2079' or >= '\u2080' and <= '\u2089':
                return Append([(char)('0' + (character & 0xF))], folded, length);
        }

        var replacement = Replacement(character);
        if (replacement is not null)
        {
            return Append(replacement, folded, length);
        }

        folded[length] = char.IsLetterOrDigit(character) ? char.ToLowerInvariant(character) : char.IsWhiteSpace(character) ? ' ' : character;
        return length + 1;
    }

    private static string? Replacement(char character) => character switch
    {
        '\u00B2' => "2",
        '\u00B3' => "3",
        '\u00B9' => "1",
        '\u00B5' => "μ",
        '\u2018' or '\u2019' or '\u02BC' or '\u2032' or '\u00B4' or '`' => "'",
        '\u2010' or '\u2011' or '\u2012' or '\u2212' => "-",
        '\u212A' => "k",
        '\u212B' => "a",
        '\u2113' => "l",
        '\u3396' => "ml",
        '\u338E' => "mg",
        '\u338F' => "kg",
        '\u339C' => "mm",
        '\u339D' => "cm",
        '\u339E' => "km",
        '\u33A1' => "m2",
        '\uFB00' => "ff",
        '\uFB01' => "fi",
        '\uFB02' => "fl",
        '\uFB03' => "ffi",
        '\uFB04' => "ffl",
        _ => null,
    };

    private static int Append(ReadOnlySpan<char> replacement, Span<char> folded, int length)
    {
        replacement.CopyTo(folded[length..]);
        return length + replacement.Length;
    }

    /// <summary>The characters that fold to exactly one, by a look-up: ASCII and Cyrillic; 0 for the others.</summary>
    private static char[] BuildSimple()
    {
        var simple = new char[0x460];
        for (var code = 1; code < simple.Length; code++)
        {
            var character = (char)code;
            if (code is < 0x80 and not '`' or >= 0x400)
            {
                simple[code] = char.IsControl(character) ? ' ' : char.ToLowerInvariant(character);
            }
        }

        simple['ё'] = simple['Ё'] = 'е';
        return simple;
    }
}
