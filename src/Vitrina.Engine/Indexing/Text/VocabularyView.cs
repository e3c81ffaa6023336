using Vitrina.Engine.Language;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>A word near a misspelt one.</summary>
/// <param name="Word">The word.</param>
/// <param name="Count">How often items say it.</param>
/// <param name="Distance">Typing mistakes between the two.</param>
internal readonly record struct NearWord(string Word, int Count, int Distance);

/// <summary>An immutable state of a <see cref="Vocabulary"/>. Safe for concurrent use.</summary>
internal sealed class VocabularyView(SymbolTable words, PagedView<int> counts, VocabularyBucket[] buckets)
{
    /// <summary>A typing mistake rarely hits the first letter (Pollock and Zamora, CACM 27, 1984): a word that keeps it is taken for this much likelier.</summary>
    private const int FirstLetterFactor = 8;

    /// <summary>Distinct words met so far, also those that no item holds any more.</summary>
    public int WordCount => counts.Count;

    /// <summary>How often items say a folded word.</summary>
    public int CountOf(ReadOnlySpan<char> word) => words.Find(word) is >= 0 and var ordinal && ordinal < counts.Count ? counts[ordinal] : 0;

    /// <summary>Finds the likeliest words within some typing mistakes of another: the nearest first, then the more frequent.</summary>
    /// <param name="word">A folded word of letters.</param>
    /// <param name="maxDistance">Mistakes at most, 1 or 2.</param>
    /// <param name="minCount">How often a word must be said at least.</param>
    /// <param name="limit">How many words at most.</param>
    /// <param name="distance">Memory to work in.</param>
    /// <remarks>Cost: about a nanosecond for each word of a similar length; of those with similar letters the distance.</remarks>
    public List<NearWord> Near(string word, int maxDistance, int minCount, int limit, SpellingDistance distance)
    {
        var near = new List<NearWord>();
        var letters = SpellingDistance.LettersOf(word);
        distance.Prepare(word);
        for (var length = Math.Max(Vocabulary.ShortestWord, word.Length - maxDistance); length <= Math.Min(Vocabulary.LongestWord, word.Length + maxDistance); length++)
        {
            var bucket = buckets[length];
            var sets = bucket.Letters.AsSpan(0, bucket.Count);
            for (var i = 0; i < sets.Length; i++)
            {
                if (System.Numerics.BitOperations.PopCount(sets[i] ^ letters) > 2 * maxDistance)
                {
                    continue;
                }

                var ordinal = bucket.Ordinals[i];
                var other = words[ordinal];
                if (distance.To(other) is > 0 and var mistakes && mistakes <= maxDistance && ordinal < counts.Count && counts[ordinal] >= minCount)
                {
                    near.Add(new NearWord(other, counts[ordinal], mistakes));
                }
            }
        }

        near.Sort((left, right) => Compare(word, left, right));
        near.RemoveRange(Math.Min(limit, near.Count), Math.Max(0, near.Count - limit));
        return near;
    }

    /// <summary>The most frequent words that begin so, the beginning itself included.</summary>
    /// <param name="beginning">Folded letters.</param>
    /// <param name="limit">How many at most.</param>
    public List<(string Word, int Count)> StartingWith(string beginning, int limit)
    {
        var found = new List<(string Word, int Count)>();
        for (var length = beginning.Length; length <= Vocabulary.LongestWord; length++)
        {
            foreach (var ordinal in buckets[length].Ordinals.AsSpan(0, buckets[length].Count))
            {
                if (ordinal < counts.Count && words[ordinal] is var word && word.StartsWith(beginning, StringComparison.Ordinal) && counts[ordinal] > 0)
                {
                    found.Add((word, counts[ordinal]));
                }
            }
        }

        found.Sort((left, right) => left.Count != right.Count ? right.Count.CompareTo(left.Count) : string.CompareOrdinal(left.Word, right.Word));
        found.RemoveRange(Math.Min(limit, found.Count), Math.Max(0, found.Count - limit));
        return found;
    }

    /// <summary>Writes the words with their counts.</summary>
    public void Save(ByteWriter writer)
    {
        writer.WriteVarUInt((ulong)counts.Count);
        for (var word = 0; word < counts.Count; word++)
        {
            writer.WriteString(words[word]);
            writer.WriteVarInt(counts[word]);
        }
    }

    private static int Compare(string word, NearWord left, NearWord right)
    {
        var byDistance = left.Distance.CompareTo(right.Distance);
        var byWeight = byDistance != 0 ? byDistance : WeightOf(word, right).CompareTo(WeightOf(word, left));
        return byWeight != 0 ? byWeight : string.CompareOrdinal(left.Word, right.Word);
    }

    private static long WeightOf(string word, NearWord near) => (long)near.Count * (near.Word[0] == word[0] ? FirstLetterFactor : 1);
}

/// <summary>What the helps ask of an index.</summary>
internal static class TextSnapshotTerms
{
    /// <summary>Whether an item holds a term, as it is indexed.</summary>
    public static bool HoldsTerm(this TextSnapshot index, ReadOnlySpan<char> term) =>
        index.Dictionary.Find(term) is >= 0 and var termId && termId < index.DocumentFrequencies.Count && index.DocumentFrequencies[termId] > 0;
}
