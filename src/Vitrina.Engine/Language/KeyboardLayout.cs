namespace Vitrina.Engine.Language;

/// <summary>Reads what was typed under the wrong keyboard layout: "fqajy" is "айфон", "шзрщту" is "iphone".</summary>
internal static class KeyboardLayout
{
    // The same keys, in the order of the rows (ЙЦУКЕН and QWERTY).
    private const string Russian = "йцукенгшщзхъфывапролджэячсмитьбюё";
    private const string English = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";

    private static readonly char[] ToRussian = Table(English, Russian);
    private static readonly char[] ToEnglish = Table(Russian, English);

    /// <summary>The text that the same keys give under the other layout, in lower case.</summary>
    /// <param name="text">Any text; its first letter tells which layout it came from. Characters of no key stay.</param>
    public static string Switch(string text)
    {
        var table = ToRussian;
        foreach (var letter in text)
        {
            if (char.IsLetter(letter))
            {
                table = char.ToLowerInvariant(letter) is >= 'а' and <= 'ё' ? ToEnglish : ToRussian;
                break;
            }
        }

        return string.Create(text.Length, (text, table), static (switched, state) =>
        {
            for (var i = 0; i < switched.Length; i++)
            {
                var letter = char.ToLowerInvariant(state.text[i]);
                switched[i] = letter < state.table.Length && state.table[letter] != 0 ? state.table[letter] : letter;
            }
        });
    }

    private static char[] Table(string from, string to)
    {
        var table = new char['ё' + 1];
        for (var i = 0; i < from.Length; i++)
        {
            table[from[i]] = to[i];
        }

        return table;
    }
}
