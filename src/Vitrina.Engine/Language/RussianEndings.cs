namespace Vitrina.Engine.Language;

/// <summary>One class of Russian endings, looked up from the last letter, the longest ending first.</summary>
internal sealed class RussianEndings
{
    private const char FirstLetter = 'а';
    private const int LetterCount = 32;

    private readonly Ending[][] _endingsByLastLetter = new Ending[LetterCount][];

    /// <param name="afterA">Endings, separated by spaces, that count only behind а or я.</param>
    /// <param name="anywhere">Endings, separated by spaces, that always count.</param>
    public RussianEndings(string afterA, string anywhere)
    {
        var endings = new List<Ending>();
        foreach (var text in afterA.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            endings.Add(new Ending(text, NeedsA: true));
        }

        foreach (var text in anywhere.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            endings.Add(new Ending(text, NeedsA: false));
        }

        for (var letter = 0; letter < LetterCount; letter++)
        {
            var last = (char)(FirstLetter + letter);
            _endingsByLastLetter[letter] = [.. endings.Where(ending => ending.Text[^1] == last).OrderByDescending(ending => ending.Text.Length)];
        }
    }

    /// <summary>The length of the longest ending of this class that the region ends in; 0 when there is none or its condition fails.</summary>
    /// <remarks>Only the longest ending is judged: when its condition fails, a shorter one does not step in.</remarks>
    public int MatchLength(ReadOnlySpan<char> region)
    {
        if (region.IsEmpty || (uint)(region[^1] - FirstLetter) >= LetterCount)
        {
            return 0;
        }

        foreach (var ending in _endingsByLastLetter[region[^1] - FirstLetter])
        {
            if (region.EndsWith(ending.Text))
            {
                var before = region.Length - ending.Text.Length - 1;
                return !ending.NeedsA || (before >= 0 && region[before] is 'а' or 'я') ? ending.Text.Length : 0;
            }
        }

        return 0;
    }

    private readonly record struct Ending(string Text, bool NeedsA);
}
