namespace Vitrina.Engine.Language;

/// <summary>Counts the typing mistakes between one word and many others: a letter left out, added, mistaken, or two neighbours exchanged.</summary>
/// <remarks>
/// The restricted Damerau–Levenshtein distance in bit vectors, one column per letter: Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit
/// distances", Nordic Journal of Computing 10 (2003). Cost: letters of the other word. Not for concurrent use: the word is prepared once, for many others.
/// </remarks>
internal sealed class SpellingDistance
{
    /// <summary>Longer words are not compared.</summary>
    public const int LongestWord = 64;

    // Places of each letter of the prepared word; letters share slots with those 128 apart, which the alphabets in use do not.
    private readonly ulong[] _places = new ulong[128];
    private string _word = "";

    /// <summary>Prepares a word.</summary>
    /// <param name="word">1 to <see cref="LongestWord"/> folded letters, Latin or Russian.</param>
    public void Prepare(string word)
    {
        foreach (var letter in _word)
        {
            _places[Slot(letter)] = 0;
        }

        for (var i = 0; i < word.Length; i++)
        {
            _places[Slot(word[i])] |= 1ul << i;
        }

        _word = word;
    }

    /// <summary>The distance between the prepared word and another.</summary>
    public int To(ReadOnlySpan<char> other)
    {
        var (up, down, zero, before) = (~0ul, 0ul, 0ul, 0ul);
        var last = 1ul << (_word.Length - 1);
        var distance = _word.Length;
        foreach (var letter in other)
        {
            var places = _places[Slot(letter)];
            var exchanged = ((~zero & places) << 1) & before;
            zero = (((places & up) + up) ^ up) | places | down | exchanged;
            var right = down | ~(zero | up);
            var left = zero & up;
            distance += (right & last) != 0 ? 1 : (left & last) != 0 ? -1 : 0;
            right = (right << 1) | 1;
            up = (left << 1) | ~(zero | right);
            down = right & zero;
            before = places;
        }

        return distance;
    }

    /// <summary>A bit for each letter that a word has. Words within n mistakes differ in at most 2n bits: a mistake adds one letter and takes one at most.</summary>
    public static ulong LettersOf(ReadOnlySpan<char> word)
    {
        var letters = 0ul;
        foreach (var letter in word)
        {
            letters |= 1ul << (letter is >= 'a' and <= 'z' ? letter - 'a' : letter is >= 'а' and <= 'я' ? 26 + letter - 'а' : 58 + (letter % 6));
        }

        return letters;
    }

    // a … z and а … я fall on 97 … 122 and 48 … 79.
    private static int Slot(char letter) => letter & 127;
}
