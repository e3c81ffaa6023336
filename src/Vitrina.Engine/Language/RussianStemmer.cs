namespace Vitrina.Engine.Language;

/// <summary>Cuts a Russian word down to its stem with the Snowball rules.</summary>
/// <remarks>
/// Source: "Russian stemming algorithm", snowballstem.org/algorithms/russian/stemmer.html (ё counts as е since 2018).
/// Expects lower case. Works in place, allocates nothing, is safe for concurrent use; cost is linear in the word's length.
/// </remarks>
internal static class RussianStemmer
{
    private const string Vowels = "аеиоуыэюя";

    // In each class the endings of the first group count only after а or я, and that letter must itself stand behind the first vowel.
    private static readonly RussianEndings PerfectiveGerund = new("в вши вшись", "ив ивши ившись ыв ывши ывшись");

    private static readonly RussianEndings Adjective = new(
        "",
        "ее ие ые ое ими ыми ей ий ый ой ем им ым ом его ого ему ому их ых ую юю ая яя ою ею");

    private static readonly RussianEndings Participle = new("ем нн вш ющ щ", "ивш ывш ующ");

    private static readonly RussianEndings Reflexive = new("", "ся сь");

    private static readonly RussianEndings Verb = new(
        "ла на ете йте ли й л ем н ло но ет ют ны ть ешь нно",
        "ила ыла ена ейте уйте ите или ыли ей уй ил ыл им ым ен ило ыло ено ят ует уют ит ыт ены ить ыть ишь ую ю");

    private static readonly RussianEndings Noun = new(
        "",
        "а ев ов ие ье е иями ями ами еи ии и ией ей ой ий й иям ям ием ем ам ом о у ах иях ях ы ь ию ью ю ия ья я");

    private static readonly RussianEndings Derivational = new("", "ост ость");

    private static readonly RussianEndings Superlative = new("", "ейш ейше");

    /// <summary>Writes the stem over the word and returns the stem's length.</summary>
    /// <param name="word">A lower-case word; its first characters become the stem.</param>
    public static int Stem(Span<char> word)
    {
        word.Replace('ё', 'е');
        FindRegions(word, out var afterFirstVowel, out var secondRegion);

        // Everything before and including the first vowel is never looked at.
        var region = word[afterFirstVowel..];
        var length = region.Length;
        length = RemoveInflection(region, length);
        if (length > 0 && region[length - 1] == 'и')
        {
            length--;
        }

        var derivational = Derivational.MatchLength(region[..length]);
        if (derivational > 0 && afterFirstVowel + length - derivational >= secondRegion)
        {
            length -= derivational;
        }

        return afterFirstVowel + TidyUp(region, length);
    }

    private static int RemoveInflection(ReadOnlySpan<char> region, int length)
    {
        var gerund = PerfectiveGerund.MatchLength(region[..length]);
        if (gerund > 0)
        {
            return length - gerund;
        }

        length -= Reflexive.MatchLength(region[..length]);
        var adjective = Adjective.MatchLength(region[..length]);
        if (adjective > 0)
        {
            length -= adjective;
            return length - Participle.MatchLength(region[..length]);
        }

        var verb = Verb.MatchLength(region[..length]);
        return length - (verb > 0 ? verb : Noun.MatchLength(region[..length]));
    }

    private static int TidyUp(ReadOnlySpan<char> region, int length)
    {
        var superlative = Superlative.MatchLength(region[..length]);
        length -= superlative;
        if (length > 1 && region[length - 1] == 'н' && region[length - 2] == 'н')
        {
            return length - 1;
        }

        return superlative == 0 && length > 0 && region[length - 1] == 'ь' ? length - 1 : length;
    }

    private static void FindRegions(ReadOnlySpan<char> word, out int afterFirstVowel, out int secondRegion)
    {
        secondRegion = word.Length;
        var at = Past(word, 0, vowel: true);
        afterFirstVowel = at < 0 ? word.Length : at;
        at = Past(word, at, vowel: false);
        at = Past(word, at, vowel: true);
        at = Past(word, at, vowel: false);
        if (at >= 0)
        {
            secondRegion = at;
        }
    }

    /// <summary>The index after the next vowel (or non-vowel) at or behind <paramref name="from"/>; −1 when there is none.</summary>
    private static int Past(ReadOnlySpan<char> word, int from, bool vowel)
    {
        if (from < 0)
        {
            return -1;
        }

        for (var i = from; i < word.Length; i++)
        {
            if (Vowels.Contains(word[i], StringComparison.Ordinal) == vowel)
            {
                return i + 1;
            }
        }

        return -1;
    }
}
