namespace Vitrina.Engine.Language;

/// <summary>Compares texts with one query word by word and writes every <see cref="MatchSignal"/>.</summary>
/// <remarks>For one thread at a time. Allocates nothing. Cost: words of the query × words of the text, letters only for words that are not found exactly.</remarks>
internal sealed class TextMatcher
{
    /// <summary>Number of signals.</summary>
    public const int SignalCount = (int)MatchSignal.HeadLength + 1;

    /// <summary>Further words of a query are not looked for.</summary>
    public const int MaxQueryWords = 32;

    // What a code is worth of which the text has all parts, but not in one piece.
    private const float PartsLevel = 0.9f;

    // Below it two words are taken for different ones.
    private const float MinLevel = 0.5f;

    private const TokenTraits Exact = TokenTraits.Number | TokenTraits.ModelCode;

    private readonly float[] _levels = new float[MaxQueryWords];
    private readonly short[] _places = new short[MaxQueryWords];
    private readonly float[] _rarities = new float[MaxQueryWords];
    private readonly bool[] _isInText = new bool[MatchText.MaxWords];
    private MatchText _query = null!;
    private int _count;
    private float _rarity;
    private float _rarest;

    /// <summary>Sets the query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="rarities">Rarity of each of its words, above 0; NaN where it is not known, and the signals that need it are then NaN.</param>
    public void Begin(MatchText query, ReadOnlySpan<float> rarities)
    {
        _query = query;
        _count = Math.Min(query.Words.Length, MaxQueryWords);
        (_rarity, _rarest) = (0, 0);
        for (var word = 0; word < _count; word++)
        {
            _rarities[word] = rarities[word];
            _rarity += rarities[word];
            _rarest = Math.Max(_rarest, rarities[word]);
        }
    }

    /// <summary>Writes the signals of a text.</summary>
    /// <param name="text">The text; null stands for none, and every signal is NaN.</param>
    /// <param name="signals">Receives them, shape [<see cref="SignalCount"/>], in the order of the enumeration.</param>
    public void Match(MatchText? text, Span<float> signals)
    {
        if (text is null || _count == 0)
        {
            signals[..SignalCount].Fill(float.NaN);
            return;
        }

        var (joined, fuzzy, numbers, codes) = FindWords(text);
        WriteByRarity(text, signals);
        WriteByNumber(text, signals);
        WritePlaces(text, signals);
        var common = _query.CommonTrigrams(text);
        signals[(int)MatchSignal.TrigramCosine] = common == 0 ? 0 : common / MathF.Sqrt((float)_query.Trigrams.Length * text.Trigrams.Length);
        signals[(int)MatchSignal.TrigramCoverage] = (float)common / Math.Max(1, _query.Trigrams.Length);
        signals[(int)MatchSignal.Joined] = (float)joined / _count;
        signals[(int)MatchSignal.Fuzzy] = (float)fuzzy / _count;
        signals[(int)MatchSignal.Numbers] = numbers;
        signals[(int)MatchSignal.ModelCode] = codes;
        signals[(int)MatchSignal.Length] = text.Words.Length;
        signals[(int)MatchSignal.HeadLength] = text.HeadCount;
    }

    /// <summary>Finds each word's best level and where that is.</summary>
    private (int Joined, int Fuzzy, float Numbers, float Codes) FindWords(MatchText text)
    {
        _isInText.AsSpan(0, text.Words.Length).Clear();
        var (joined, fuzzy, numbers, foundNumbers, codes, foundCodes) = (0, 0, 0, 0f, 0, 0f);
        for (var word = 0; word < _count; word++)
        {
            var (level, place) = FindExactly(text, word);
            if (level == 0)
            {
                (level, place) = FindJoined(text, word);
                joined += level > 0 ? 1 : 0;
            }

            if (level == 0)
            {
                (level, place) = FindAlike(text, word);
                fuzzy += level > 0 ? 1 : 0;
            }

            (_levels[word], _places[word]) = (level, (short)place);
            if (place >= 0)
            {
                _isInText[place] = true;
            }

            var traits = _query.Words[word].Traits;
            numbers += (traits & TokenTraits.Number) != 0 ? 1 : 0;
            foundNumbers += (traits & TokenTraits.Number) != 0 ? level : 0;
            codes += (traits & TokenTraits.ModelCode) != 0 ? 1 : 0;
            foundCodes += (traits & TokenTraits.ModelCode) != 0 ? level : 0;
        }

        return (joined, fuzzy, numbers == 0 ? float.NaN : foundNumbers / numbers, codes == 0 ? float.NaN : foundCodes / codes);
    }

    private (float Level, int Place) FindExactly(MatchText text, int word)
    {
        var hash = _query.Words[word].Hash;
        var words = text.Words;
        for (var place = 0; place < words.Length; place++)
        {
            if (words[place].Hash == hash)
            {
                return (1, place);
            }
        }

        foreach (ref readonly var form in text.Forms.AsSpan())
        {
            if (form.Hash == hash)
            {
                return (1, form.Word);
            }
        }

        return (0, -1);
    }

    /// <summary>A neighbour in the query and the word are one in the text, or two neighbours of the text are the word.</summary>
    private (float Level, int Place) FindJoined(MatchText text, int word)
    {
        var words = text.Words;
        var asked = _query.Words;
        var withNext = word + 1 < _count ? TermHash.Joined(asked[word], asked[word + 1]) : 0;
        var withPrevious = word > 0 ? TermHash.Joined(asked[word - 1], asked[word]) : 0;
        for (var place = 0; place < words.Length; place++)
        {
            var hash = words[place].Hash;
            if ((hash == withNext && withNext != 0) || (hash == withPrevious && withPrevious != 0)
                || (place + 1 < words.Length && asked[word].Length == words[place].Length + words[place + 1].Length
                    && TermHash.Joined(words[place], words[place + 1]) == asked[word].Hash))
            {
                return (1, place);
            }
        }

        return (0, -1);
    }

    private (float Level, int Place) FindAlike(MatchText text, int word)
    {
        if ((_query.Words[word].Traits & Exact) != 0)
        {
            return FindParts(text, word);
        }

        var term = _query.Term(word);
        var (level, place) = (0f, -1);
        for (var candidate = 0; candidate < text.Words.Length && term.Length >= WordLikeness.MinLength; candidate++)
        {
            if ((text.Words[candidate].Traits & Exact) == 0 && text.Words[candidate].Length >= WordLikeness.MinLength)
            {
                var likeness = WordLikeness.Of(term, text.Term(candidate));
                (level, place) = likeness > level ? (likeness, candidate) : (level, place);
            }
        }

        return level >= MinLevel ? (level, place) : (0, -1);
    }

    /// <summary>A code or a measure of which the text has all parts.</summary>
    private (float Level, int Place) FindParts(MatchText text, int word)
    {
        var (parts, found, first) = (0, 0, -1);
        foreach (ref readonly var form in _query.Forms.AsSpan())
        {
            if (form.Word != word || (form.Traits & TokenTraits.Part) == 0)
            {
                continue;
            }

            parts++;
            for (var place = 0; place < text.Words.Length; place++)
            {
                if (text.Words[place].Hash == form.Hash)
                {
                    (found, first) = (found + 1, first < 0 ? place : first);
                    break;
                }
            }
        }

        return parts > 0 && found == parts ? (PartsLevel, first) : (0, -1);
    }

    private void WriteByRarity(MatchText text, Span<float> signals)
    {
        var (exact, all, head, missing) = (0f, 0f, 0f, 0f);
        for (var word = 0; word < _count; word++)
        {
            var (level, rarity) = (_levels[word], _rarities[word]);
            exact += level == 1 ? rarity : 0;
            all += level * rarity;
            head += _places[word] >= 0 && _places[word] < text.HeadCount ? level * rarity : 0;
            missing = level == 0 ? Math.Max(missing, rarity) : missing;
        }

        signals[(int)MatchSignal.Coverage] = exact / _rarity;
        signals[(int)MatchSignal.FuzzyCoverage] = all / _rarity;
        signals[(int)MatchSignal.HeadCoverage] = head / _rarity;
        signals[(int)MatchSignal.MissingRarity] = float.IsNaN(_rarity) ? float.NaN : missing;
        signals[(int)MatchSignal.QueryRarity] = _rarity / _count;
        signals[(int)MatchSignal.QueryRarest] = float.IsNaN(_rarity) ? float.NaN : _rarest;
    }

    private void WriteByNumber(MatchText text, Span<float> signals)
    {
        var (sum, head, isAll, inHead, inText) = (0f, 0f, true, 0, 0);
        for (var word = 0; word < _count; word++)
        {
            sum += _levels[word];
            head += _places[word] >= 0 && _places[word] < text.HeadCount ? _levels[word] : 0;
            isAll &= _levels[word] > 0;
        }

        for (var place = 0; place < text.Words.Length; place++)
        {
            inText += _isInText[place] ? 1 : 0;
            inHead += _isInText[place] && place < text.HeadCount ? 1 : 0;
        }

        var (last, lastPlace) = (_levels[_count - 1], _places[_count - 1]);
        signals[(int)MatchSignal.AllTerms] = isAll ? 1 : 0;
        signals[(int)MatchSignal.Words] = sum / _count;
        signals[(int)MatchSignal.HeadWords] = head / _count;
        signals[(int)MatchSignal.LastWord] = last;
        signals[(int)MatchSignal.LastWordInHead] = lastPlace < text.HeadCount ? last : 0;
        signals[(int)MatchSignal.LastWordGap] = lastPlace < 0 ? float.NaN : text.HeadCount - 1 - lastPlace;
        signals[(int)MatchSignal.HeadEnd] = text.HeadCount > 0 && _isInText[text.HeadCount - 1] ? 1 : 0;
        signals[(int)MatchSignal.HeadShare] = (float)inHead / Math.Max(1, text.HeadCount);
        signals[(int)MatchSignal.TextShare] = (float)inText / Math.Max(1, text.Words.Length);
    }

    private void WritePlaces(MatchText text, Span<float> signals)
    {
        var (first, last, found, pairs, run, longest) = (int.MaxValue, -1, 0, 0, 0, 0);
        for (var word = 0; word < _count; word++)
        {
            int place = _places[word];
            if (place < 0)
            {
                run = 0;
                continue;
            }

            found++;
            (first, last) = (Math.Min(first, place), Math.Max(last, place));
            var follows = word > 0 && _places[word - 1] >= 0 && place == _places[word - 1] + 1;
            pairs += follows ? 1 : 0;
            run = follows ? run + 1 : 1;
            longest = Math.Max(longest, run);
        }

        signals[(int)MatchSignal.Order] = _count < 2 ? float.NaN : (float)pairs / (_count - 1);
        signals[(int)MatchSignal.Run] = (float)longest / _count;
        signals[(int)MatchSignal.FirstPosition] = found == 0 ? 0 : 1f / (1 + first);
        signals[(int)MatchSignal.Closeness] = found == 0 ? 0 : Math.Min(1, (float)found / (last - first + 1));
    }
}
