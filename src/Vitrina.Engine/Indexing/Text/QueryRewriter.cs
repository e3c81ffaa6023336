using Vitrina.Engine.Language;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>Reads words that the catalogue does not know as those that were meant: the other keyboard layout or alphabet, two words in one, a typing mistake.</summary>
/// <remarks>
/// Only words of letters are touched, never model codes or quotations. A word that the catalogue does not know is replaced; beside a rare one the likelier is
/// searched for too. For one thread at a time.
/// </remarks>
internal sealed class QueryRewriter(TextAnalyzer analyzer)
{
    /// <summary>A word that fewer items say gets company by a more frequent spelling.</summary>
    private const int FewItems = 10;

    /// <summary>How many times as frequent a word must be to pass for what a rare one meant.</summary>
    private const int MuchMoreFrequent = 50;

    /// <summary>Candidates for one misspelt word: the other words of the query decide between them by what they find.</summary>
    private const int MaxCandidates = 3;

    /// <summary>Words of a query that are looked at; each costs a walk over the vocabulary when it is unknown.</summary>
    private const int MaxUnknownWords = 8;

    // A correction that is likely but not certain must not beat a word that stands there as typed.
    private const float FirstMistakeWeight = 0.9f;
    private const float SecondMistakeWeight = 0.7f;
    private const float OtherSpellingWeight = 0.9f;

    private readonly SpellingDistance _distance = new();
    private readonly List<QueryPart> _parts = [];
    private readonly List<QueryRewrite> _rewrites = [];
    private char[] _folded = new char[256];
    private int _unknownLeft;

    /// <summary>Reads a query's words.</summary>
    /// <param name="text">The wanted words outside of quotations.</param>
    /// <param name="options">Which helps are on.</param>
    /// <param name="vocabulary">The words that items say.</param>
    /// <param name="index">The terms that items hold.</param>
    public RewrittenQuery Rewrite(string text, QueryDeclaration options, VocabularyView vocabulary, TextSnapshot index)
    {
        _parts.Clear();
        _rewrites.Clear();
        _unknownLeft = MaxUnknownWords;
        foreach (var part in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            _parts.Add(Read(part, options, vocabulary, index));
        }

        if (options.Joins)
        {
            JoinNeighbours(vocabulary);
        }

        return new RewrittenQuery([.. _parts], [.. _rewrites]);
    }

    private QueryPart Read(string part, QueryDeclaration options, VocabularyView vocabulary, TextSnapshot index)
    {
        var word = WordOf(part);
        var count = word is null ? 0 : vocabulary.CountOf(word);
        if (_unknownLeft == 0 || count >= FewItems || !part.Any(char.IsLetter) || part.Any(char.IsAsciiDigit))
        {
            return new QueryPart(part, [], false);
        }

        var isKnown = word is null ? IsKnown(part, vocabulary, index) : count > 0 || index.HoldsTerm(Stem(word));
        if (word is null && isKnown)
        {
            return new QueryPart(part, [], false);
        }

        _unknownLeft--;
        return (options.Layout ? Switched(part, count, isKnown, vocabulary, index) : null)
            ?? (options.Transliteration && word is not null ? Transliterated(part, word, count, isKnown, vocabulary) : null)
            ?? (options.Joins && word is not null && !isKnown ? Split(part, word, vocabulary) : null)
            ?? (options.Typos && word is not null ? Corrected(part, word, count, isKnown, vocabulary) : null)
            ?? (options is { Typos: true, Layout: true } && !isKnown && WordOf(KeyboardLayout.Switch(part)) is { } other ? Corrected(part, other, 0, false, vocabulary, "layout") : null)
            ?? new QueryPart(part, [], false);
    }

    /// <summary>The part as one folded word of letters, or null.</summary>
    private string? WordOf(string part)
    {
        var folded = Fold(part);
        foreach (var range in new LetterRuns(folded))
        {
            // Punctuation around a word is dropped; within it there are several words, or keys of the other layout.
            var word = folded[range];
            return folded.Trim(" .,;:!?()[]'\"/\\").Length == word.Length && word.Length is >= Vocabulary.ShortestWord and <= Vocabulary.LongestWord ? word.ToString() : null;
        }

        return null;
    }

    private ReadOnlySpan<char> Fold(string part)
    {
        if (_folded.Length < part.Length * CharacterFolding.MaxGrowth)
        {
            _folded = new char[part.Length * CharacterFolding.MaxGrowth];
        }

        return _folded.AsSpan(0, CharacterFolding.Fold(part, _folded));
    }

    private string Stem(string word)
    {
        Span<char> stem = stackalloc char[Vocabulary.LongestWord];
        word.CopyTo(stem);
        return stem[..analyzer.Stem(stem[..word.Length])].ToString();
    }

    /// <summary>Whether the catalogue knows every word of a part.</summary>
    private bool IsKnown(string part, VocabularyView vocabulary, TextSnapshot index)
    {
        var folded = Fold(part).ToString();
        var isAny = false;
        foreach (var range in new LetterRuns(folded))
        {
            var word = folded[range];
            isAny = true;
            if (word.Length is < Vocabulary.ShortestWord or > Vocabulary.LongestWord || (vocabulary.CountOf(word) == 0 && !index.HoldsTerm(Stem(word))))
            {
                return false;
            }
        }

        return isAny;
    }

    private QueryPart? Switched(string part, int count, bool isKnown, VocabularyView vocabulary, TextSnapshot index)
    {
        var switched = KeyboardLayout.Switch(part);
        if (switched.Length <= Vocabulary.ShortestWord || !IsKnown(switched, vocabulary, index) || (isKnown && !IsMuchMoreFrequent(switched, count, vocabulary)))
        {
            return null;
        }

        return Changed("layout", part, isKnown, [new WeightedWord(switched, isKnown ? OtherSpellingWeight : 1)]);
    }

    private static bool IsMuchMoreFrequent(string word, int count, VocabularyView vocabulary) => vocabulary.CountOf(word) >= MuchMoreFrequent * count;

    private QueryPart? Transliterated(string part, string word, int count, bool isKnown, VocabularyView vocabulary)
    {
        var (best, bestCount) = ("", count);
        Transliteration.Spell(word, spelling =>
        {
            if (vocabulary.CountOf(spelling) is var found && found > bestCount)
            {
                (best, bestCount) = (spelling.ToString(), found);
            }
        });
        return best.Length <= Vocabulary.ShortestWord ? null : Changed("transliteration", part, isKnown, [new WeightedWord(best, isKnown ? OtherSpellingWeight : 1)]);
    }

    private QueryPart? Split(string part, string word, VocabularyView vocabulary)
    {
        const int ShortestHalf = 3;
        var (best, bestCount) = (0, 0);
        for (var at = ShortestHalf; at <= word.Length - ShortestHalf; at++)
        {
            var count = Math.Min(vocabulary.CountOf(word.AsSpan(0, at)), vocabulary.CountOf(word.AsSpan(at)));
            (best, bestCount) = count > bestCount ? (at, count) : (best, bestCount);
        }

        return best == 0 ? null : Changed("split", part, isKnown: false, [new WeightedWord($"{word[..best]} {word[best..]}", 1)]);
    }

    private QueryPart? Corrected(string part, string word, int count, bool isKnown, VocabularyView vocabulary, string kind = "typo")
    {
        // Lucene's FuzzyQuery (AUTO) draws the same lines: one mistake in words of 3 to 5 letters, two in longer ones.
        var maxDistance = word.Length < 4 ? 0 : word.Length < 6 || isKnown ? 1 : 2;
        if (maxDistance == 0)
        {
            return null;
        }

        var near = vocabulary.Near(word, maxDistance, isKnown ? Math.Max(1, count) * MuchMoreFrequent : 1, MaxCandidates, _distance);
        near.RemoveAll(candidate => candidate.Distance > near[0].Distance);
        return near.Count == 0
            ? null
            : Changed(kind, part, isKnown, [.. near.Select(candidate => new WeightedWord(candidate.Word, candidate.Distance == 1 ? FirstMistakeWeight : SecondMistakeWeight))]);
    }

    private QueryPart Changed(string kind, string part, bool isKnown, WeightedWord[] alternatives)
    {
        _rewrites.Add(new QueryRewrite(kind, part, alternatives[0].Word, isKnown));
        return new QueryPart(part, alternatives, !isKnown);
    }

    /// <summary>Lets two neighbours also stand as one word: "power bank" is "powerbank".</summary>
    private void JoinNeighbours(VocabularyView vocabulary)
    {
        for (var i = 0; i + 1 < _parts.Count; i++)
        {
            if (_parts[i] is { Alternatives.Count: 0 } left && _parts[i + 1] is { Alternatives.Count: 0 } right
                && WordOf(left.Text) is { } first && WordOf(right.Text) is { } second && first.Length + second.Length <= Vocabulary.LongestWord
                && Math.Min(first.Length, second.Length) > Vocabulary.ShortestWord && vocabulary.CountOf(first + second) > 0)
            {
                var joined = new WeightedWord(first + second, OtherSpellingWeight);
                _parts[i] = left with { Alternatives = [joined] };
                _parts[i + 1] = right with { Alternatives = [joined] };
                _rewrites.Add(new QueryRewrite("joined", $"{left.Text} {right.Text}", joined.Word, IsAdded: true));
                i++;
            }
        }
    }
}
