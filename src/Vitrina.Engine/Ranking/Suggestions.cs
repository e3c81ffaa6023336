using Vitrina.Engine.Features;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Language;

namespace Vitrina.Engine.Ranking;

/// <summary>How a beginning may go on.</summary>
/// <param name="Text">The whole query.</param>
/// <param name="Kind"><c>query</c>: people asked it; <c>word</c>: its last word is one of the catalogue.</param>
/// <param name="Count">How often it was asked of late, or how many items say its last word.</param>
public sealed record Suggestion(string Text, string Kind, double Count);

/// <summary>Completes what is being typed: by queries that people asked and that found something, then by words of the catalogue.</summary>
/// <remarks>Cost: one look at every asked query, and at every word that is not shorter than the last one; 200,000 of each take some milliseconds.</remarks>
public static class Suggestions
{
    /// <summary>Suggestions of one answer at most.</summary>
    public const int MaxSize = 50;

    /// <summary>A query that fewer answers stand behind may name a person and is not shown to others.</summary>
    private const double MinCount = 2.5;

    /// <summary>Completions of a query's beginning.</summary>
    /// <param name="vertical">The vertical in a snapshot.</param>
    /// <param name="beginning">What was typed so far; empty: the queries asked most.</param>
    /// <param name="size">How many at most.</param>
    /// <param name="nowMs">The present, Unix milliseconds.</param>
    /// <returns>Best first. When nothing goes on so, what the same keys say under the other layout is completed.</returns>
    public static IReadOnlyList<Suggestion> Of(VerticalSnapshot vertical, string beginning, int size, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(vertical);
        ArgumentNullException.ThrowIfNull(beginning);
        var found = Complete(vertical, Folded(beginning), size, nowMs);
        return found.Count > 0 || beginning.Length == 0 ? found : Complete(vertical, Folded(KeyboardLayout.Switch(beginning)), size, nowMs);
    }

    private static string Folded(string text)
    {
        var folded = new char[text.Length * CharacterFolding.MaxGrowth];
        return new string(folded, 0, CharacterFolding.Fold(text, folded)).TrimStart();
    }

    private static List<Suggestion> Complete(VerticalSnapshot vertical, string beginning, int size, long nowMs)
    {
        var halfLifeMs = vertical.Vertical.Declaration.Statistics.HalfLife.TotalMilliseconds * MarketView.QueryHalfLives;
        var queries = vertical.Market.Queries;
        var found = new List<Suggestion>();
        for (var ordinal = 0; ordinal < queries.Count; ordinal++)
        {
            var query = queries[ordinal];
            if (query.Text.Length >= beginning.Length && query.Text.StartsWith(beginning, StringComparison.Ordinal) && query.CountAt(nowMs, halfLifeMs) is var count && count >= MinCount)
            {
                found.Add(new Suggestion(query.Text, "query", Math.Round(count, 3)));
            }
        }

        found.Sort((left, right) => left.Count != right.Count ? right.Count.CompareTo(left.Count) : string.CompareOrdinal(left.Text, right.Text));
        found.RemoveRange(Math.Min(size, found.Count), Math.Max(0, found.Count - size));
        AddWords(vertical.Market.Vocabulary, beginning, size, found);
        return found;
    }

    private static void AddWords(VocabularyView? vocabulary, string beginning, int size, List<Suggestion> found)
    {
        var start = beginning.LastIndexOf(' ') + 1;
        var last = beginning[start..];
        if (vocabulary is null || last.Length < Vocabulary.ShortestWord || last.Any(letter => !char.IsLetter(letter)))
        {
            return;
        }

        foreach (var (word, count) in vocabulary.StartingWith(last, size))
        {
            var text = beginning[..start] + word;
            if (found.Count < size && !found.Exists(other => other.Text == text))
            {
                found.Add(new Suggestion(text, "word", count));
            }
        }
    }
}
