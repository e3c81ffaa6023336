using System.Buffers;

namespace Vitrina.Engine.Language;

/// <summary>Cuts an English word down to its stem with the Porter2 rules.</summary>
/// <remarks>
/// Source: "The English (Porter2) stemming algorithm", snowballstem.org/algorithms/english/stemmer.html, with the exceptions of Snowball 3.1
/// (evening, past, univers, later, emerg, organ, inter, -ogist, proceed). Expects lower case. Works in place, allocates nothing, is safe for concurrent use.
/// </remarks>
internal ref struct EnglishStemmer
{
    private const string Vowels = "aeiouy";
    private const string ValidBeforeLi = "cdeghkmnrt";

    private static readonly SearchValues<char> VowelSet = SearchValues.Create(Vowels);

    // Words that begin so would be cut too short: their first region starts right behind the prefix.
    private static readonly string[] RegionPrefixes = ["gener", "commun", "arsen", "past", "univers", "later", "emerg", "organ", "inter"];

    // -ing belongs to these words: inning, outing, canning, herring, earring, evening.
    private static readonly string[] WordsBeforeIng = ["inn", "out", "cann", "herr", "earr", "even"];

    // In every table a longer ending stands before a shorter one that it ends in.
    private static readonly (string Ending, string Replacement)[] SecondStep =
    [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("abli", "able"), ("entli", "ent"),
        ("izer", "ize"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("aliti", "al"), ("alli", "al"),
        ("fulness", "ful"), ("ousli", "ous"), ("ousness", "ous"), ("iveness", "ive"), ("iviti", "ive"), ("biliti", "ble"), ("bli", "ble"),
        ("ogist", "og"), ("ogi", "og"), ("fulli", "ful"), ("lessli", "less"), ("li", ""),
    ];

    private static readonly (string Ending, string Replacement)[] ThirdStep =
    [
        ("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"), ("ical", "ic"),
        ("ful", ""), ("ness", ""), ("ative", ""),
    ];

    private static readonly string[] FourthStep =
    [
        "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ion",
    ];

    private readonly Span<char> _word;
    private int _length;
    private int _firstRegion;
    private int _secondRegion;

    private EnglishStemmer(Span<char> word)
    {
        _word = word;
        _length = word.Length;
    }

    private readonly ReadOnlySpan<char> Current => _word[.._length];

    /// <summary>Writes the stem over the word and returns the stem's length.</summary>
    /// <param name="word">A lower-case word, apostrophes as U+0027; its first characters become the stem.</param>
    public static int Stem(Span<char> word)
    {
        var exception = Exception(word);
        if (exception is not null)
        {
            exception.CopyTo(word);
            return exception.Length;
        }

        if (word.Length < 3)
        {
            return word.Length;
        }

        if (word[0] == '\'')
        {
            word[1..].CopyTo(word);
            word = word[..^1];
        }

        var stemmer = new EnglishStemmer(word);
        stemmer.MarkConsonantY();
        stemmer.FindRegions();
        stemmer.RemovePlural();
        stemmer.RemoveVerbEnding();
        stemmer.ReplaceFinalY();
        stemmer.ReplaceSecondStepEnding();
        stemmer.ReplaceThirdStepEnding();
        stemmer.RemoveFourthStepEnding();
        stemmer.RemoveFinalEOrL();
        word[..stemmer._length].Replace('Y', 'y');
        return stemmer._length;
    }

    private static string? Exception(ReadOnlySpan<char> word) => word switch
    {
        "skis" => "ski",
        "skies" => "sky",
        "idly" => "idl",
        "gently" => "gentl",
        "ugly" => "ugli",
        "early" => "earli",
        "only" => "onli",
        "singly" => "singl",
        "sky" => "sky",
        "news" => "news",
        "howe" => "howe",
        "atlas" => "atlas",
        "cosmos" => "cosmos",
        "bias" => "bias",
        "andes" => "andes",
        _ => null,
    };

    /// <summary>Writes Y for a y that sounds as a consonant: at the start, or behind a vowel.</summary>
    private readonly void MarkConsonantY()
    {
        for (var i = 0; i < _word.Length; i++)
        {
            if (_word[i] == 'y' && (i == 0 || IsVowel(_word[i - 1])))
            {
                _word[i] = 'Y';
            }
        }
    }

    private void FindRegions()
    {
        _firstRegion = -1;
        foreach (var prefix in RegionPrefixes)
        {
            if (_word.StartsWith(prefix))
            {
                _firstRegion = prefix.Length;
                break;
            }
        }

        if (_firstRegion < 0)
        {
            _firstRegion = RegionAfter(0);
        }

        _secondRegion = RegionAfter(_firstRegion);
    }

    /// <summary>The index behind the first non-vowel that follows a vowel, searching from <paramref name="start"/>; the length when there is none.</summary>
    private readonly int RegionAfter(int start)
    {
        for (var i = start + 1; i < _word.Length; i++)
        {
            if (!IsVowel(_word[i]) && IsVowel(_word[i - 1]))
            {
                return i + 1;
            }
        }

        return _word.Length;
    }

    /// <summary>Steps 0 and 1a: the possessive, then the plural.</summary>
    private void RemovePlural()
    {
        _length -= Ends("'s'") ? 3 : Ends("'s") ? 2 : Ends("'") ? 1 : 0;
        if (Ends("sses"))
        {
            _length -= 2;
        }
        else if (Ends("ied") || Ends("ies"))
        {
            _length -= _length > 4 ? 2 : 1;
        }
        else if (Ends("s") && !Ends("us") && !Ends("ss") && HasVowelBefore(_length - 2))
        {
            _length--;
        }
    }

    /// <summary>Step 1b: -eed, -ed, -ing and their -ly forms.</summary>
    private void RemoveVerbEnding()
    {
        if (Ends("eed") || Ends("eedly"))
        {
            var stem = _length - (Ends("eed") ? 3 : 5);
            if (stem >= _firstRegion && Current[..stem] is not ("proc" or "exc" or "succ"))
            {
                _length = stem + 2;
            }

            return;
        }

        var ending = Ends("ingly") ? 5 : Ends("edly") ? 4 : Ends("ing") ? 3 : Ends("ed") ? 2 : 0;
        if (ending == 0 || (Ends("ing") && IsIngException()) || !HasVowelBefore(_length - ending))
        {
            return;
        }

        _length -= ending;
        if (Ends("at") || Ends("bl") || Ends("iz"))
        {
            Append('e');
        }
        else if (EndsInDouble())
        {
            _length -= _length == 3 && _word[0] is 'a' or 'e' or 'o' ? 0 : 1;
        }
        else if (_length == _firstRegion && EndsInShortSyllable(_length))
        {
            Append('e');
        }
    }

    /// <summary>Handles dying → die and leaves inning, herring and the like alone.</summary>
    private bool IsIngException()
    {
        var stem = Current[..^3];
        if (stem.Length == 2 && stem[1] == 'y' && !IsVowel(stem[0]))
        {
            "ie".CopyTo(_word[1..]);
            _length = 3;
            return true;
        }

        foreach (var word in WordsBeforeIng)
        {
            if (stem.SequenceEqual(word))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Step 1c: cry → cri, but by and say stay.</summary>
    private readonly void ReplaceFinalY()
    {
        if (_length > 2 && _word[_length - 1] is 'y' or 'Y' && !IsVowel(_word[_length - 2]))
        {
            _word[_length - 1] = 'i';
        }
    }

    private void ReplaceSecondStepEnding()
    {
        foreach (var (ending, replacement) in SecondStep)
        {
            if (!Ends(ending))
            {
                continue;
            }

            var stem = _length - ending.Length;
            var isAllowed = ending switch
            {
                "li" => stem > 0 && ValidBeforeLi.Contains(_word[stem - 1], StringComparison.Ordinal),
                "ogi" => stem > 0 && _word[stem - 1] == 'l',
                _ => true,
            };
            if (stem >= _firstRegion && isAllowed)
            {
                Replace(stem, replacement);
            }

            return;
        }
    }

    private void ReplaceThirdStepEnding()
    {
        foreach (var (ending, replacement) in ThirdStep)
        {
            if (!Ends(ending))
            {
                continue;
            }

            var stem = _length - ending.Length;
            if (stem >= (ending == "ative" ? _secondRegion : _firstRegion))
            {
                Replace(stem, replacement);
            }

            return;
        }
    }

    private void RemoveFourthStepEnding()
    {
        foreach (var ending in FourthStep)
        {
            if (!Ends(ending))
            {
                continue;
            }

            var stem = _length - ending.Length;
            if (stem >= _secondRegion && (ending != "ion" || (stem > 0 && _word[stem - 1] is 's' or 't')))
            {
                _length = stem;
            }

            return;
        }
    }

    private void RemoveFinalEOrL()
    {
        var stem = _length - 1;
        if (Ends("e"))
        {
            if (stem >= _secondRegion || (stem >= _firstRegion && !EndsInShortSyllable(stem)))
            {
                _length = stem;
            }
        }
        else if (Ends("ll") && stem >= _secondRegion)
        {
            _length = stem;
        }
    }

    private readonly bool Ends(ReadOnlySpan<char> ending) =>
        _length >= ending.Length && _word[_length - 1] == ending[^1] && Current.EndsWith(ending);

    private readonly bool EndsInDouble() =>
        _length > 1 && _word[_length - 1] == _word[_length - 2] && _word[_length - 1] is 'b' or 'd' or 'f' or 'g' or 'm' or 'n' or 'p' or 'r' or 't';

    /// <summary>Whether the first <paramref name="length"/> letters end in a short syllable: rap, at (whole word), or past.</summary>
    private readonly bool EndsInShortSyllable(int length)
    {
        var part = _word[..length];
        if (part.EndsWith("past"))
        {
            return true;
        }

        if (length < 2 || IsVowel(part[^1]) || !IsVowel(part[^2]))
        {
            return false;
        }

        return length == 2 || (!IsVowel(part[^3]) && part[^1] is not ('w' or 'x' or 'Y'));
    }

    private readonly bool HasVowelBefore(int end) => end > 0 && _word[..end].ContainsAny(VowelSet);

    private void Append(char letter) => _word[_length++] = letter;

    private void Replace(int stem, ReadOnlySpan<char> replacement)
    {
        replacement.CopyTo(_word[stem..]);
        _length = stem + replacement.Length;
    }

    private static bool IsVowel(char letter) => Vowels.Contains(letter, StringComparison.Ordinal);
}
