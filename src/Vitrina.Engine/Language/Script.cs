namespace Vitrina.Engine.Language;

/// <summary>The alphabet that a word is written in.</summary>
internal enum WordScript
{
    Other,
    Cyrillic,
    Latin,
    Mixed,
}

/// <summary>Tells the alphabet of a folded word, and repairs words that mix letters which look alike.</summary>
internal static class Script
{
    // The same shapes when written in capitals: "ВС-Т10К" is typed in either alphabet.
    private const string CyrillicShapes = "авекмнорстух";
    private const string LatinShapes = "abekmhopctyx";

    /// <summary>The alphabet of the word's letters; digits and apostrophes do not count.</summary>
    public static WordScript Of(ReadOnlySpan<char> word)
    {
        var hasCyrillic = false;
        var hasLatin = false;
        foreach (var letter in word)
        {
            if (letter is >= 'a' and <= 'z')
            {
                hasLatin = true;
            }
            else if (letter is >= 'а' and <= 'я')
            {
                hasCyrillic = true;
            }
            else if (char.IsLetter(letter))
            {
                return WordScript.Other;
            }
        }

        return hasCyrillic ? (hasLatin ? WordScript.Mixed : WordScript.Cyrillic) : hasLatin ? WordScript.Latin : WordScript.Other;
    }

    /// <summary>Writes a word of mixed alphabets in one of them, when the letters of the other all have a twin.</summary>
    public static void Unify(Span<char> word)
    {
        if (Of(word) == WordScript.Mixed && !TryReplace(word, CyrillicShapes, LatinShapes, 'а', 'я'))
        {
            TryReplace(word, LatinShapes, CyrillicShapes, 'a', 'z');
        }
    }

    /// <summary>Writes a code in Latin letters when every Cyrillic one has a twin.</summary>
    public static void PreferLatin(Span<char> code)
    {
        if (Of(code) is WordScript.Cyrillic or WordScript.Mixed)
        {
            TryReplace(code, CyrillicShapes, LatinShapes, 'а', 'я');
        }
    }

    private static bool TryReplace(Span<char> word, string from, string to, char first, char last)
    {
        foreach (var letter in word)
        {
            if (letter >= first && letter <= last && !from.Contains(letter, StringComparison.Ordinal))
            {
                return false;
            }
        }

        foreach (ref var letter in word)
        {
            var shape = from.IndexOf(letter, StringComparison.Ordinal);
            letter = shape < 0 ? letter : to[shape];
        }

        return true;
    }
}
