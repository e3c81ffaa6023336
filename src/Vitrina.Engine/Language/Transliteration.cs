namespace Vitrina.Engine.Language;

/// <summary>Writes a word in the other alphabet in the ways that people do: "iphone" as "айфон", "сяоми" as "xiaomi".</summary>
/// <remarks>
/// The tables hold the letters of GOST 7.79-2000 (system B) and beside them how English names are read aloud, since brands are written by ear.
/// A word has many spellings; the caller keeps those that its dictionary knows.
/// </remarks>
internal static class Transliteration
{
    /// <summary>Spellings of one word that are tried at most, likely ones first; measured to hold all of a brand's usual ones.</summary>
    public const int MaxSpellings = 4096;

    private const int LongestWord = 24;

    private static readonly Dictionary<string, string[]> Cyrillic = Table(
        "ation ейшн|tion шн|sch ш щ|igh ай|sh ш|ch ч ш к х|ph ф|th т с з|kh х|zh ж|ck к|qu кв|oo у|ee и|ou у ау|ea и е|ay ей ай|ai ай ей э|ey ей и|ei ей ай"
        + "|ya я|ia я иа ия|yu ю|ye е|yo йо е|ts ц|tz ц|au ау о|ie и ие|ow оу ау|ew ью у|a а э ей|b б|c к с ц|d д|e е э и|f ф|g г дж ж|h х г|i и ай|j дж ж й х|k к|l л ль|m м|n н"
        + "|o о оу|p п|q к|r р|s с з ш|t т|u у ю а|v в|w в у|x кс с з|y и й ай|z з ц");

    private static readonly Dictionary<string, string[]> Latin = Table(
        "ейшн ation|шн tion shn|ай i y ai ay igh|ей ey ei ay a|дж j g dzh|кс x ks|кв qu kv|ау au ow ou|оу o ow ou|ью ew yu|ия ia iya|а a u|б b|в v w|г g h|д d|е e ye ie|ж zh j g|з z s|и i e ee y ea ie"
        + "|й y i j|к k c ck|л l ll|м m mm|н n nn|о o|п p pp|р r rr|с s c x ss|т t th tt|у u oo w ou|ф f ph|х h kh j|ц ts c z|ч ch tch|ш sh sch ch|щ sch shh|ъ |ы y i|ь |э e a|ю u yu iu|я ya ia a");

    /// <summary>Gives the spellings of a word in the other alphabet, likely ones first, until the visitor has enough.</summary>
    /// <param name="word">A folded word; of mixed or other alphabets it has no spellings.</param>
    /// <param name="visit">Receives a spelling; valid during the call only.</param>
    public static void Spell(ReadOnlySpan<char> word, Action<ReadOnlySpan<char>> visit)
    {
        var table = Script.Of(word) switch { WordScript.Latin => Cyrillic, WordScript.Cyrillic => Latin, _ => null };
        if (table is null || word.Length > LongestWord)
        {
            return;
        }

        Span<char> spelling = stackalloc char[(LongestWord * 4) + 1];
        var left = MaxSpellings;
        Spell(word, 0, spelling, 0, table.GetAlternateLookup<ReadOnlySpan<char>>(), visit, ref left);
    }

    private static void Spell(
        ReadOnlySpan<char> word, int at, Span<char> spelling, int length, Dictionary<string, string[]>.AlternateLookup<ReadOnlySpan<char>> table, Action<ReadOnlySpan<char>> visit, ref int left)
    {
        if (left <= 0)
        {
            return;
        }

        if (at == word.Length)
        {
            Finish(word, spelling, length, visit, ref left);
            return;
        }

        // A last e is mute in English names: nike, apple.
        if (word[at] == 'e' && at == word.Length - 1 && at > 0)
        {
            Spell(word, at + 1, spelling, length, table, visit, ref left);
        }

        for (var run = Math.Min(5, word.Length - at); run > 0; run--)
        {
            if (!table.TryGetValue(word.Slice(at, run), out var spellings))
            {
                continue;
            }

            // Double consonants are as often written single.
            var next = at + run + (run == 1 && at + 1 < word.Length && word[at + 1] == word[at] && word[at] is >= 'a' and <= 'z' ? 1 : 0);
            foreach (var sound in spellings)
            {
                sound.CopyTo(spelling[length..]);
                Spell(word, next, spelling, length + sound.Length, table, visit, ref left);
                if (next > at + run)
                {
                    Spell(word, at + run, spelling, length + sound.Length, table, visit, ref left);
                }
            }
        }
    }

    private static void Finish(ReadOnlySpan<char> word, Span<char> spelling, int length, Action<ReadOnlySpan<char>> visit, ref int left)
    {
        left--;
        if (length == 0)
        {
            return;
        }

        visit(spelling[..length]);
        if (word[0] is >= 'а' and <= 'я' && spelling[length - 1] is not ('a' or 'e' or 'i' or 'o' or 'u' or 'y'))
        {
            spelling[length] = 'e';
            visit(spelling[..(length + 1)]);
        }
    }

    private static Dictionary<string, string[]> Table(string rules) => rules.Split('|').Select(rule => rule.Split(' ')).ToDictionary(rule => rule[0], rule => rule[1..], StringComparer.Ordinal);
}
