using Vitrina.Kernels.Chance;

namespace Vitrina.Simulation.Goods;

/// <summary>What goes wrong at a keyboard.</summary>
internal static class KeyboardSlip
{
    private const string Russian = "йцукенгшщзхъфывапролджэячсмитьбю";
    private const string Latin = "qwertyuiop[]asdfghjkl;'zxcvbnm,.";

    private static readonly string[] Rows = ["йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "qwertyuiop", "asdfghjkl", "zxcvbnm"];

    /// <summary>The same keys pressed in the other layout; digits and spaces stay.</summary>
    public static string WrongLayout(string text)
    {
        return string.Create(text.Length, text, static (slipped, source) =>
        {
            for (int index = 0; index < source.Length; index++)
            {
                char letter = source[index] == 'ё' ? 'е' : source[index];
                int russian = Russian.IndexOf(letter, StringComparison.Ordinal);
                int latin = Latin.IndexOf(letter, StringComparison.Ordinal);
                slipped[index] = russian >= 0 ? Latin[russian] : latin >= 0 ? Russian[latin] : letter;
            }
        });
    }

    /// <summary>One error in one word of at least four letters: a letter dropped, doubled, swapped with the next or replaced by a neighbouring key.</summary>
    /// <returns>The text itself when no word is long enough.</returns>
    public static string Typo(string text, ref RandomStream stream)
    {
        Span<int> places = stackalloc int[Math.Min(text.Length, 128)];
        int count = 0;
        for (int index = 1; index + 1 < text.Length && count < places.Length; index++)
        {
            // Inside a word, so that words keep their first letter, which people seldom miss.
            if (char.IsLetter(text[index - 1]) && char.IsLetter(text[index]) && char.IsLetter(text[index + 1]))
            {
                places[count++] = index;
            }
        }

        if (count == 0)
        {
            return text;
        }

        int place = places[stream.NextInt(count)];
        return stream.NextInt(4) switch
        {
            0 => text.Remove(place, 1),
            1 => text.Insert(place, text[place].ToString()),
            2 => string.Concat(text.AsSpan(0, place), text.AsSpan(place + 1, 1), text.AsSpan(place, 1), text.AsSpan(place + 2)),
            _ => text.Remove(place, 1).Insert(place, Neighbour(text[place], ref stream).ToString()),
        };
    }

    private static char Neighbour(char letter, ref RandomStream stream)
    {
        foreach (string row in Rows)
        {
            int place = row.IndexOf(letter, StringComparison.Ordinal);
            if (place >= 0)
            {
                int step = stream.NextBool(0.5) ? 1 : -1;
                int neighbour = place + step;
                return row[neighbour < 0 || neighbour >= row.Length ? place - step : neighbour];
            }
        }

        return letter;
    }
}
