using Vitrina.Engine.Language;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>Counts the words of items' texts as they are written: what queries are corrected by. One writer; readers use the views that <see cref="Freeze"/> returns.</summary>
/// <remarks>
/// Words of letters only: model codes and amounts are never corrected. Words stand in buckets by length, each with the set of its letters in 64 bits,
/// which tells most words too far away from a misspelt one without looking at them (decision 0033).
/// </remarks>
internal sealed class Vocabulary
{
    /// <summary>Shorter words are not held.</summary>
    public const int ShortestWord = 2;

    /// <summary>Longer words are not held.</summary>
    public const int LongestWord = 32;

    private readonly SymbolTable _words = new();
    private readonly PagedArray<int> _counts = new();
    private readonly VocabularyBucket[] _buckets = new VocabularyBucket[LongestWord + 1];
    private char[] _folded = [];
    private VocabularyView? _last;

    public Vocabulary() => Array.Fill(_buckets, VocabularyBucket.Empty);

    /// <summary>Counts the words of a text.</summary>
    /// <param name="text">Any text, or null.</param>
    /// <param name="change">+1 for a text that came, −1 for one that went.</param>
    public void Count(string? text, int change)
    {
        if (string.IsNullOrEmpty(text))
        {
            return;
        }

        if (_folded.Length < text.Length * CharacterFolding.MaxGrowth)
        {
            _folded = new char[text.Length * CharacterFolding.MaxGrowth * 2];
        }

        var folded = _folded.AsSpan(0, CharacterFolding.Fold(text, _folded));
        foreach (var range in new LetterRuns(folded))
        {
            CountWord(folded[range], change);
        }

        _last = null;
    }

    /// <summary>The content of this moment, for any number of readers; the same object as before when nothing changed.</summary>
    public VocabularyView Freeze() => _last ??= new VocabularyView(_words, _counts.Freeze(), [.. _buckets]);

    private void CountWord(Span<char> word, int change)
    {
        if (word.Length is < ShortestWord or > LongestWord)
        {
            return;
        }

        Script.Unify(word);
        var ordinal = _words.Find(word);
        _counts.Edit(ordinal >= 0 ? ordinal : Add(word.ToString())) += change;
    }

    private int Add(string word)
    {
        var ordinal = _words.GetOrAdd(word);
        _counts.EnsureCount(ordinal + 1);
        ref var bucket = ref _buckets[word.Length];
        bucket = bucket.With(ordinal, SpellingDistance.LettersOf(word));
        return ordinal;
    }

    /// <summary>Takes over what <see cref="VocabularyView.Save"/> wrote, into an empty vocabulary.</summary>
    public void Load(ref ByteReader reader)
    {
        for (var left = reader.ReadCount(2); left > 0; left--)
        {
            var word = reader.ReadString();
            if (word.Length is < ShortestWord or > LongestWord)
            {
                throw new CodecException("a word of another length than are held", reader.Position);
            }

            _counts.Edit(Add(word)) = (int)reader.ReadVarInt();
        }
    }
}

/// <summary>The words of one length: their ordinals and letters. Behind the count nothing is read, so that a later state can share the arrays.</summary>
internal readonly record struct VocabularyBucket(int[] Ordinals, ulong[] Letters, int Count)
{
    public static VocabularyBucket Empty { get; } = new([], [], 0);

    public VocabularyBucket With(int ordinal, ulong letters)
    {
        var (ordinals, sets) = (Ordinals, Letters);
        if (Count == ordinals.Length)
        {
            Array.Resize(ref ordinals, Math.Max(16, Count * 2));
            Array.Resize(ref sets, ordinals.Length);
        }

        ordinals[Count] = ordinal;
        sets[Count] = letters;
        return new VocabularyBucket(ordinals, sets, Count + 1);
    }
}
