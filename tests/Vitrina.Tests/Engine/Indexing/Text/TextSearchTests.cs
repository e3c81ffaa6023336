using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Language;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Indexing.Text;

/// <summary>Pruned search against scoring every item: the same items, the same bits.</summary>
public class TextSearchTests
{
    private static readonly TextAnalyzer Analyzer = TextAnalyzer.Whitespace;

    /// <summary>The index under test, and what its items hold.</summary>
    private sealed class Shelf(float[] boosts)
    {
        public TextIndex Index { get; } = new(Analyzer, new TextIndexOptions { FieldBoosts = boosts, IsMergingSynchronous = true });

        public List<HashSet<string>?> Words { get; } = [];

        public void Put(int item, params string[] texts)
        {
            while (Words.Count <= item)
            {
                Words.Add(null);
            }

            Words[item] = [.. texts.SelectMany(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
            Index.Put(item, texts);
        }

        public void Remove(int item)
        {
            Words[item] = null;
            Index.Remove(item);
        }
    }

    private sealed record Slot(List<(string Term, float Weight)> Terms, bool IsRequired);

    private readonly struct NotEvery(int nth) : IItemFilter
    {
        public bool IsQuick => nth % 2 == 1;

        public bool Accepts(int itemOrdinal) => nth == 0 || itemOrdinal % nth != 0;
    }

    [Theory]
    [InlineData(1, 30_000, 1)]
    [InlineData(2, 9_000, 3)]
    public void Pruned_search_equals_scoring_every_item(ulong seed, int items, int maxRepeats)
    {
        var random = RandomStream.For(seed, "pruned");
        var shelf = new Shelf(seed == 1 ? [1f] : [2.7f, 1.31f, 0.43f]);
        for (var item = 0; item < items; item++)
        {
            shelf.Put(item, [.. Enumerable.Range(0, seed == 1 ? 1 : 3).Select(_ => Title(ref random, maxRepeats))]);
        }

        for (var round = 0; round < 4; round++)
        {
            var snapshot = shelf.Index.Freeze();
            for (var query = 0; query < 60; query++)
            {
                AssertEqual(ref random, shelf, snapshot);
            }

            for (var change = 0; change < items / 20; change++)
            {
                var item = random.NextInt(items);
                if (random.NextInt(3) == 0)
                {
                    shelf.Remove(item);
                }
                else
                {
                    shelf.Put(item, Title(ref random, maxRepeats));
                }
            }
        }
    }

    [Fact]
    public void More_distinct_counts_than_codes_still_give_exact_scores()
    {
        var random = RandomStream.For(3, "counts");
        var shelf = new Shelf([3.17f, 1.9f, 0.61f]);
        for (var item = 0; item < 6_000; item++)
        {
            shelf.Put(item, Title(ref random, 12), Title(ref random, 12), Title(ref random, 12));
        }

        var snapshot = shelf.Index.Freeze();
        Assert.False(snapshot.Segments[0].Segment.HasExactCounts);
        for (var query = 0; query < 60; query++)
        {
            AssertEqual(ref random, shelf, snapshot);
        }
    }

    [Fact]
    public void An_alternative_counts_for_its_word_and_weighs_less()
    {
        var shelf = new Shelf([1f]);
        shelf.Put(0, "phone red");
        shelf.Put(1, "smartphone red");
        shelf.Put(2, "red");
        shelf.Put(3, "smartphone");
        shelf.Put(4, "phone");
        var query = new TextQuery { MinimumShouldMatch = 1 };
        query.AddWords(Analyzer, "phone red");
        query.AddAlternative(0, "smartphone", 0.5f);
        Assert.Equal([0, 1], Search(shelf.Index.Freeze(), query, 10).Select(hit => hit.Item));
        query.MinimumShouldMatch = 0;
        query.MinimumWords = 2;
        Assert.Equal([0, 1], Search(shelf.Index.Freeze(), query, 10).Select(hit => hit.Item));
        query.MinimumWords = 1;
        query.Require(0);
        Assert.Equal([0, 4, 1, 3], Search(shelf.Index.Freeze(), query, 10).Select(hit => hit.Item));
        query.AddUnwanted("red");
        Assert.Equal([4, 3], Search(shelf.Index.Freeze(), query, 10).Select(hit => hit.Item));

        var shares = new float[5];
        shelf.Index.Freeze().Coverage(query, [0, 1, 2, 3, 4], new TextSearchScratch(), shares);
        Assert.Equal(1, shares[0], 1e-6f);
        Assert.InRange(shares[1], shares[2] + 0.01f, 0.99f);
        Assert.Equal(shares[4] / 2, shares[3], 1e-6f);
    }

    [Fact]
    public void No_query_makes_a_search_fail()
    {
        var analyzer = new TextAnalyzer(["ru", "en"]);
        var index = new TextIndex(analyzer, new TextIndexOptions { IsMergingSynchronous = true });
        for (var item = 0; item < 700; item++)
        {
            index.Put(item, [$"чехол для iphone {item} \"pro\" max-{item % 7} 10мл"]);
        }

        var random = RandomStream.For(9, "fuzz");
        var snapshot = index.Freeze();
        var query = new TextQuery();
        string[] pieces = ["чехол", "iphone", "\"", "-", " ", "\0", "\u0007", "\uD83D", "ё", "10 мл", "max-3", "'", "pro\"", "\t\n", "*", "-чехол", "\u00A0", "e\u0301", "７"];
        for (var round = 0; round < 400; round++)
        {
            var length = round % 40 == 0 ? 10_000 : random.NextInt(60);
            var text = new System.Text.StringBuilder();
            while (text.Length < length)
            {
                text.Append(random.NextInt(3) == 0 ? ((char)random.NextInt(0x10000)).ToString() : pieces[random.NextInt(pieces.Length)]);
            }

            query.Read(analyzer, text.ToString());
            query.AddWords(analyzer, text.ToString());
            query.Require(random.NextInt(70));
            query.MinimumShouldMatch = random.NextInt(3) / 2.0;
            query.MinimumWords = random.NextInt(3);
            var hits = Search(snapshot, query, 1 + random.NextInt(20));
            Assert.All(hits, hit => Assert.True(hit.Score > 0));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => query.AddAlternative(0, "x", 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => query.AddAlternative(0, "x", float.NaN));
    }

    private static void AssertEqual(ref RandomStream random, Shelf shelf, TextSnapshot snapshot)
    {
        var slots = Slots(ref random);
        var query = new TextQuery { MinimumShouldMatch = random.NextInt(3) == 0 ? random.NextInt(5) / 4.0 : 0, MinimumWords = random.NextInt(3) };
        foreach (var slot in slots)
        {
            var word = query.AddWord();
            slot.Terms.ForEach(term => query.AddAlternative(word, term.Term, term.Weight));
            if (slot.IsRequired)
            {
                query.Require(word);
            }
        }

        var unwanted = random.NextInt(4) == 0 ? Word(ref random) : null;
        query.AddUnwanted(unwanted);
        var (limit, nth) = (1 + random.NextInt(random.NextInt(2) == 0 ? 5 : 200), random.NextInt(3) == 0 ? 2 + random.NextInt(2) : 0);
        var (ordinals, scores, scratch) = (new int[limit], new float[limit], new TextSearchScratch());
        var count = snapshot.Search(query, new NotEvery(nth), limit, scratch, ordinals, scores);

        var all = Enumerable.Range(0, shelf.Words.Count).ToArray();
        var allScores = new float[all.Length];
        snapshot.Score(query, all, scratch, allScores);
        var needed = Math.Max(1, Math.Max(Math.Min(query.MinimumWords, slots.Count), (int)Math.Ceiling((query.MinimumShouldMatch * slots.Count) - 1e-9)));
        var expected = all.Where(item => shelf.Words[item] is { } words && (nth == 0 || item % nth != 0) && (unwanted is null || !words.Contains(unwanted))
                && slots.Count(slot => slot.Terms.Exists(term => words.Contains(term.Term))) >= needed
                && slots.All(slot => !slot.IsRequired || slot.Terms.Exists(term => words.Contains(term.Term))))
            .OrderByDescending(item => allScores[item]).ThenBy(item => item).Take(limit).ToList();
        Assert.Equal(expected, ordinals.Take(count));
        Assert.Equal(expected.Select(item => allScores[item]), scores.Take(count));
    }

    private static List<Slot> Slots(ref RandomStream random)
    {
        var used = new HashSet<string>();
        var slots = new List<Slot>();
        for (var count = 1 + random.NextInt(random.NextInt(8) == 0 ? 12 : 4); count > 0; count--)
        {
            var slot = new Slot([], random.NextInt(8) == 0);
            for (var terms = random.NextInt(4) == 0 ? 3 : 1; terms > 0; terms--)
            {
                var term = Word(ref random);
                if (used.Add(term))
                {
                    slot.Terms.Add((term, slot.Terms.Count == 0 ? 1 : 0.1f + (0.3f * random.NextInt(3))));
                }
            }

            if (slot.Terms.Count > 0)
            {
                slots.Add(slot);
            }
        }

        return slots;
    }

    private static string Title(ref RandomStream random, int maxRepeats)
    {
        var words = new List<string>();
        for (var count = 1 + random.NextInt(9); count > 0; count--)
        {
            var word = Word(ref random);
            for (var repeat = 1 + random.NextInt(maxRepeats); repeat > 0; repeat--)
            {
                words.Add(word);
            }
        }

        return string.Join(' ', words);
    }

    // About Zipf: a power of a uniform number, over 3,000 words.
    private static string Word(ref RandomStream random) => "w" + (int)Math.Pow(3000, random.NextInt(1_000_000) / 1e6);

    private static List<(int Item, float Score)> Search(TextSnapshot snapshot, TextQuery query, int limit)
    {
        var (ordinals, scores) = (new int[limit], new float[limit]);
        var count = snapshot.Search(query, default(AnyItem), limit, new TextSearchScratch(), ordinals, scores);
        return [.. ordinals.Take(count).Zip(scores)];
    }
}
