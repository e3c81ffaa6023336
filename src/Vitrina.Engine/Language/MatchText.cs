using System.Runtime.CompilerServices;

namespace Vitrina.Engine.Language;

/// <summary>A short text prepared for comparing with others word by word: a title, a query. Immutable and safe for concurrent use.</summary>
/// <remarks>About 500 bytes for a title of a dozen words. Words behind <see cref="MaxWords"/> are left out.</remarks>
internal sealed class MatchText
{
    /// <summary>Words that are kept: titles are shorter, and of a description the first sentences say what it is about.</summary>
    public const int MaxWords = 192;

    private const uint TrigramFactor = 0x9E3779B1;

    [ThreadStatic]
    private static TokenBuffer? _buffer;

    private readonly char[] _characters;

    private MatchText(char[] characters, MatchWord[] words, MatchForm[] forms, uint[] trigrams, int headCount) =>
        (_characters, Words, Forms, Trigrams, HeadCount) = (characters, words, forms, trigrams, headCount);

    /// <summary>The words in text order.</summary>
    public MatchWord[] Words { get; }

    /// <summary>Other ways to write words: parts of codes, neighbours written as one.</summary>
    public MatchForm[] Forms { get; }

    /// <summary>Hashes of the words' distinct letter trigrams, ascending; a word begins and ends with a space.</summary>
    public uint[] Trigrams { get; }

    /// <summary>How many words stand in the head: what the thing is, before "for", "with", a bracket or a comma say what goes with it.</summary>
    public int HeadCount { get; }

    /// <summary>The stem of a word.</summary>
    public ReadOnlySpan<char> Term(int word) => _characters.AsSpan(Words[word].Start, Words[word].Length);

    /// <summary>Prepares a text.</summary>
    public static MatchText Of(TextAnalyzer analyzer, ReadOnlySpan<char> text)
    {
        var tokens = _buffer ??= new TokenBuffer();
        analyzer.Analyze(text[..TextHead.LengthOf(text)], tokens);
        var headPositions = tokens.PositionCount;
        analyzer.Analyze(text, tokens);
        var (wordCount, formCount, letterCount) = (0, 0, 0);
        for (var token = 0; token < tokens.Count; token++)
        {
            var isWord = tokens[token].IsBase && wordCount < MaxWords;
            wordCount += isWord ? 1 : 0;
            letterCount += isWord ? tokens[token].Length : 0;
            formCount += tokens[token].IsBase ? 0 : 1;
        }

        var (words, forms, characters) = (new MatchWord[wordCount], new List<MatchForm>(formCount), new char[letterCount]);
        (wordCount, letterCount) = (0, 0);
        for (var token = 0; token < tokens.Count && wordCount < words.Length; token++)
        {
            if (tokens[token].IsBase)
            {
                var term = tokens.Term(token);
                term.CopyTo(characters.AsSpan(letterCount));
                words[wordCount++] = new MatchWord(letterCount, (ushort)term.Length, (ushort)tokens[token].Position, tokens[token].Traits, TermHash.Of(term));
                letterCount += term.Length;
            }
        }

        for (var token = 0; token < tokens.Count; token++)
        {
            if (!tokens[token].IsBase && WordAt(words, tokens[token].Position) is >= 0 and var word)
            {
                forms.Add(new MatchForm(TermHash.Of(tokens.Term(token)), (ushort)word, tokens[token].Traits));
            }
        }

        var headCount = 0;
        while (headCount < words.Length && words[headCount].Position < headPositions)
        {
            headCount++;
        }

        return new MatchText(characters, words, [.. forms], TrigramsOf(characters, words), headCount);
    }

    /// <summary>The letter trigrams that two texts share.</summary>
    public int CommonTrigrams(MatchText other)
    {
        uint[] left = Trigrams, right = other.Trigrams;
        int i = 0, j = 0, common = 0;
        while (i < left.Length && j < right.Length)
        {
            var (a, b) = (left[i], right[j]);
            common += a == b ? 1 : 0;
            i += a <= b ? 1 : 0;
            j += b <= a ? 1 : 0;
        }

        return common;
    }

    /// <summary>The word at a position; −1 when it was left out. Positions ascend, and few are left out.</summary>
    private static int WordAt(MatchWord[] words, int position)
    {
        var word = Math.Min(position, words.Length - 1);
        while (word >= 0 && words[word].Position > position)
        {
            word--;
        }

        return word >= 0 && words[word].Position == position ? word : -1;
    }

    private static uint[] TrigramsOf(ReadOnlySpan<char> characters, MatchWord[] words)
    {
        var trigrams = new uint[characters.Length];
        var count = 0;
        foreach (var word in words)
        {
            var term = characters.Slice(word.Start, word.Length);
            for (var at = 0; at < term.Length; at++)
            {
                uint first = at == 0 ? ' ' : term[at - 1], last = at + 1 < term.Length ? term[at + 1] : ' ';
                trigrams[count++] = ((((first * TrigramFactor) + term[at]) * TrigramFactor) + last) * TrigramFactor;
            }
        }

        Array.Sort(trigrams);
        var distinct = 0;
        for (var i = 0; i < count; i++)
        {
            if (i == 0 || trigrams[i] != trigrams[i - 1])
            {
                trigrams[distinct++] = trigrams[i];
            }
        }

        return trigrams[..distinct];
    }
}

/// <summary>A word of a <see cref="MatchText"/>.</summary>
/// <param name="Start">Where its stem begins in the text's characters.</param>
/// <param name="Length">Characters of the stem, 1 to 64.</param>
/// <param name="Position">Its number in the text as the analysis counts.</param>
/// <param name="Traits">Number, model code or ordinary word.</param>
/// <param name="Hash">The stem's <see cref="TermHash"/>.</param>
internal readonly record struct MatchWord(int Start, ushort Length, ushort Position, TokenTraits Traits, ulong Hash);

/// <summary>Another way to write a word.</summary>
/// <param name="Hash">The form's <see cref="TermHash"/>.</param>
/// <param name="Word">The first word that it stands for.</param>
/// <param name="Traits">A part, or joined words.</param>
internal readonly record struct MatchForm(ulong Hash, ushort Word, TokenTraits Traits);

/// <summary>A polynomial hash of a term, from which the hash of two terms written as one follows without their characters.</summary>
internal static class TermHash
{
    private const ulong Factor = 0x9E3779B97F4A7C15;
    private static readonly ulong[] Powers = PowersOf(TokenBuffer.MaxTermLength + 1);

    /// <summary>The hash of a term.</summary>
    public static ulong Of(ReadOnlySpan<char> term)
    {
        ulong hash = 0;
        foreach (var character in term)
        {
            hash = (hash * Factor) + character;
        }

        return hash;
    }

    /// <summary>The hash of two words written as one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Joined(in MatchWord left, in MatchWord right) => (left.Hash * Powers[right.Length]) + right.Hash;

    private static ulong[] PowersOf(int count)
    {
        var powers = new ulong[count];
        powers[0] = 1;
        for (var i = 1; i < count; i++)
        {
            powers[i] = powers[i - 1] * Factor;
        }

        return powers;
    }
}
