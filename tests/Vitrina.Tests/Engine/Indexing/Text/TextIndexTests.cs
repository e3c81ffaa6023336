using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Language;
using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Collections;

namespace Vitrina.Tests.Engine.Indexing.Text;

public class TextIndexTests
{
    private static readonly TextAnalyzer Analyzer = new(["ru", "en"]);
    private static readonly float[] Boosts = [2.5f, 1f, 0.5f];

    private static readonly string[] Words =
    [
        "носки", "чехол", "кружка", "чёрный", "iPhone 11", "RTX 4070 Ti", "10 мл", "wi-fi", "ftlx1471d3bcv-it", "running", "shoes", "для", "и", "60х50 см", "красная", "128 гб",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Search_and_scores_equal_brute_force_through_random_changes(ulong seed)
    {
        var random = RandomStream.For(seed, "changes");
        var index = NewIndex(isMergingSynchronous: seed != 3);
        var oracle = NewOracle();
        for (var round = 0; round < 25; round++)
        {
            for (var change = random.NextInt(30); change > 0; change--)
            {
                var item = random.NextInt(60);
                if (random.NextInt(4) == 0)
                {
                    index.Remove(item);
                    oracle.Remove(item);
                }
                else
                {
                    string?[] texts = [Text(ref random, 6), random.NextInt(3) == 0 ? null : Text(ref random, 4), Text(ref random, 30)];
                    index.Put(item, texts);
                    oracle.Put(item, texts);
                }
            }

            var snapshot = index.Freeze();
            Assert.Equal(oracle.Count, snapshot.DocumentCount);
            Assert.Equal(oracle.Count, index.DocumentCount);
            AssertAgrees(snapshot, oracle, Text(ref random, 4), random.NextInt(5) / 4.0);
        }

        // A background merge may lag behind; it has a test of its own.
        Assert.InRange(index.SegmentCount, 1, seed == 3 ? 25 : 8);
    }

    [Fact]
    public void A_snapshot_keeps_its_answers_while_the_index_moves_on()
    {
        var random = RandomStream.For(11, "isolation");
        var index = NewIndex(isMergingSynchronous: false);
        var oracle = NewOracle();
        var kept = new List<(TextSnapshot Snapshot, BruteForceBm25 Oracle)>();
        for (var round = 0; round < 40; round++)
        {
            for (var change = 0; change < 20; change++)
            {
                string?[] texts = [Text(ref random, 5)];
                var item = random.NextInt(50);
                index.Put(item, texts);
                oracle.Put(item, texts);
                var gone = random.NextInt(50);
                index.Remove(gone);
                oracle.Remove(gone);
            }

            kept.Add((index.Freeze(), oracle.Copy()));
            index.AwaitMerge();
        }

        foreach (var (snapshot, then) in kept)
        {
            AssertAgrees(snapshot, then, "чёрный чехол для iPhone 11", 0.5);
        }
    }

    [Fact]
    public void Background_merges_keep_the_segments_few()
    {
        var index = NewIndex(isMergingSynchronous: false);
        for (var round = 0; round < 60; round++)
        {
            index.Put(round % 40, [$"слово {round} чехол"]);
            index.Freeze();
            index.AwaitMerge();
        }

        Assert.InRange(index.SegmentCount, 1, 9);
        Assert.Equal(40, Search(index.Freeze(), "чехол", 100).Count);
        Assert.Equal([59 % 40], Search(index.Freeze(), "59", 10).Select(hit => hit.Item));
        Assert.Empty(Search(index.Freeze(), "19", 10));
    }

    [Fact]
    public async Task Readers_beside_the_writer_see_whole_snapshots_only()
    {
        var index = NewIndex(isMergingSynchronous: false);
        for (var item = 0; item < 200; item++)
        {
            index.Put(item, ["общее слово " + item]);
        }

        var current = index.Freeze();
        var isDone = false;
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            var scratch = new TextSearchScratch();
            var query = NewQuery("общее");
            var ordinals = new int[300];
            var scores = new float[300];
            while (!Volatile.Read(ref isDone))
            {
                var count = Volatile.Read(ref current).Search(query, default(AnyItem), 300, scratch, ordinals, scores);
                Assert.Equal(200, count);
                Assert.Equal(200, ordinals.AsSpan(0, count).ToArray().Distinct().Count());
            }
        })).ToArray();

        for (var round = 0; round < 300; round++)
        {
            index.Put(round % 200, [$"общее слово {round} версия{round}"]);
            Volatile.Write(ref current, index.Freeze());
        }

        Volatile.Write(ref isDone, true);
        await Task.WhenAll(readers);
    }

    [Fact]
    public void The_same_changes_give_the_same_answers_however_segments_are_merged()
    {
        var answers = new List<string>();
        foreach (var (isSynchronous, freezeEvery) in new[] { (true, 1), (true, 7), (false, 1), (true, 1000) })
        {
            var random = RandomStream.For(5, "same");
            var index = NewIndex(isSynchronous);
            for (var put = 0; put < 300; put++)
            {
                index.Put(random.NextInt(100), [Text(ref random, 6)]);
                if (put % freezeEvery == 0)
                {
                    index.Freeze();
                }
            }

            answers.Add(string.Join(' ', Search(index.Freeze(), "чёрный чехол 10мл running shoes", 50).Select(hit => $"{hit.Item}:{BitConverter.SingleToInt32Bits(hit.Score):x}")));
        }

        Assert.Single(answers.Distinct());
    }

    [Fact]
    public void The_best_items_come_first_and_equal_ones_by_ordinal()
    {
        var index = NewIndex();
        index.Put(7, ["носки чёрные"]);
        index.Put(3, ["носки чёрные"]);
        index.Put(5, ["носки носки чёрные"]);
        index.Put(9, ["чехол"]);
        Assert.Equal([5, 3, 7], Search(index.Freeze(), "носками", 10).Select(hit => hit.Item));
        Assert.Equal([5, 3], Search(index.Freeze(), "носками", 2).Select(hit => hit.Item));
    }

    [Fact]
    public void A_filter_takes_items_out_before_the_limit_applies()
    {
        var index = NewIndex();
        for (var item = 0; item < 100; item++)
        {
            index.Put(item, ["носки"]);
        }

        var allowed = new BitSet(90);
        allowed.Set(50);
        allowed.Set(77);
        var ordinals = new int[10];
        var count = index.Freeze().Search(NewQuery("носки"), new ItemsIn(allowed), 10, new TextSearchScratch(), ordinals, new float[10]);
        Assert.Equal([50, 77], ordinals[..count]);
    }

    [Fact]
    public void An_unwanted_word_excludes_and_quotes_do_no_harm()
    {
        var index = NewIndex();
        index.Put(0, ["чехол красный"]);
        index.Put(1, ["чехол чёрный"]);
        index.Put(2, ["серо-чёрный носок"]);
        Assert.Equal([1], Search(index.Freeze(), "чехол -красный", 10).Select(hit => hit.Item));
        Assert.Empty(Search(index.Freeze(), "-чехол", 10));
        Assert.Equal([2], Search(index.Freeze(), "серо-чёрный -чехол", 10).Select(hit => hit.Item));
        Assert.Equal([1, 0, 2], Search(index.Freeze(), "\"чехол чёрный", 10).Select(hit => hit.Item));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"\" - -- -\" \u0000")]
    [InlineData("неизвестное слово")]
    public void A_query_without_known_words_finds_nothing(string query)
    {
        var index = NewIndex();
        Assert.Empty(Search(index.Freeze(), query, 10));
        index.Put(0, ["чехол"]);
        Assert.Empty(Search(index.Freeze(), query, 10));
    }

    [Fact]
    public void A_hostile_query_is_answered()
    {
        var index = NewIndex();
        index.Put(0, ["a1 b2 чехол"]);
        foreach (var part in new[] { "a", "a1 ", "-a ", "\"", "a-", "1х", "\uD83D", "чехол " })
        {
            Search(index.Freeze(), string.Concat(Enumerable.Repeat(part, 10_000 / part.Length)), 10);
        }
    }

    [Fact]
    public void An_explanation_adds_up_to_the_score()
    {
        var index = NewIndex();
        index.Put(0, ["чехол для iphone 11", "apple", "чехол чехол"]);
        index.Put(1, ["чехол"]);
        var snapshot = index.Freeze();
        var query = NewQuery("чехол iphone 11 дракон");
        var scratch = new TextSearchScratch();
        var explanation = snapshot.Explain(query, 0, scratch);
        Assert.NotNull(explanation);
        Assert.Equal(["чехол", "iphon", "iphone11", "11", "дракон"], explanation.Terms.Select(term => term.Term));
        Assert.Equal(explanation.Score, explanation.Terms.Sum(term => term.Contribution), 1e-5f);
        Assert.Equal((2 * Boosts[2]) + Boosts[0], explanation.Terms[0].WeightedCount);
        Assert.Equal(2, explanation.Terms[0].DocumentFrequency);
        Assert.Equal(0, explanation.Terms[4].Contribution);
        Assert.Equal(explanation.Score, Search(snapshot, "чехол iphone 11 дракон", 1)[0].Score);
        Assert.Null(snapshot.Explain(query, 5, scratch));
    }

    [Fact]
    public void Putting_the_same_texts_again_changes_nothing()
    {
        var index = NewIndex();
        index.Put(0, ["чехол"]);
        var snapshot = index.Freeze();
        index.Put(0, ["чехол", null]);
        index.Remove(4);
        Assert.Same(snapshot, index.Freeze());
    }

    [Fact]
    public void Searching_allocates_nothing_once_the_scratch_has_grown()
    {
        var index = NewIndex();
        for (var item = 0; item < 2000; item++)
        {
            index.Put(item, ["чехол номер " + item]);
        }

        var snapshot = index.Freeze();
        var query = new TextQuery { MinimumShouldMatch = 0.5 };
        var scratch = new TextSearchScratch();
        Span<int> ordinals = new int[10];
        Span<float> scores = new float[10];
        Span<int> candidates = [1, 5, 9];
        var before = 0L;
        for (var round = 0; round < 60; round++)
        {
            before = round == 50 ? GC.GetAllocatedBytesForCurrentThread() : before;
            query.Read(Analyzer, "чехол 17 для iphone");
            snapshot.Search(query, default(AnyItem), 10, scratch, ordinals, scores);
            snapshot.Score(query, candidates, scratch, scores);
        }

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100, "Searching allocates.");
    }

    [Fact]
    public void Memory_is_reported_and_returned()
    {
        var index = NewIndex();
        for (var item = 0; item < 3000; item++)
        {
            index.Put(item, [$"чехол номер {item}", "описание чехла"]);
        }

        index.Freeze();
        var full = index.Bytes;
        Assert.InRange(full, 3000 * 20, 3000 * 300);
        Assert.Equal(3000 + 4, index.TermCount);
        for (var item = 0; item < 2990; item++)
        {
            index.Remove(item);
        }

        index.Freeze();
        Assert.True(index.Bytes < full * 0.8, $"{index.Bytes} of {full} bytes are still held.");
        Assert.Equal(10, Search(index.Freeze(), "чехол", 20).Count);
    }

    [Fact]
    public void Impossible_options_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new TextIndex(Analyzer, new TextIndexOptions { FieldBoosts = [] }));
        Assert.Throws<ArgumentException>(() => new TextIndex(Analyzer, new TextIndexOptions { FieldBoosts = [1, 0] }));
        Assert.Throws<ArgumentException>(() => new TextIndex(Analyzer, new TextIndexOptions { K1 = float.NaN }));
        Assert.Throws<ArgumentException>(() => new TextIndex(Analyzer, new TextIndexOptions { B = 2 }));
    }

    private static TextIndex NewIndex(bool isMergingSynchronous = true) =>
        new(Analyzer, new TextIndexOptions { FieldBoosts = Boosts, IsMergingSynchronous = isMergingSynchronous });

    private static BruteForceBm25 NewOracle() => new(Analyzer, [.. Boosts.Select(boost => (double)boost)], 1.2f, 0.75f);

    private static TextQuery NewQuery(string text)
    {
        var query = new TextQuery();
        query.Read(Analyzer, text);
        return query;
    }

    private static List<(int Item, float Score)> Search(TextSnapshot snapshot, string text, int limit)
    {
        var ordinals = new int[limit];
        var scores = new float[limit];
        var count = snapshot.Search(NewQuery(text), default(AnyItem), limit, new TextSearchScratch(), ordinals, scores);
        return [.. ordinals.Take(count).Zip(scores)];
    }

    private static string Text(ref RandomStream random, int maxWords)
    {
        var words = new List<string>();
        for (var count = random.NextInt(maxWords + 1); count > 0; count--)
        {
            words.Add(Words[Math.Min(random.NextInt(Words.Length), random.NextInt(Words.Length))]);
        }

        return string.Join(' ', words);
    }

    private static void AssertAgrees(TextSnapshot snapshot, BruteForceBm25 oracle, string text, double share)
    {
        var query = NewQuery(text);
        query.MinimumShouldMatch = share;
        var scratch = new TextSearchScratch();
        var ordinals = new int[100];
        var scores = new float[100];
        var count = snapshot.Search(query, default(AnyItem), 100, scratch, ordinals, scores);
        var expected = oracle.Search(text, share);
        Assert.Equal(expected.Select(hit => hit.Item).Order(), ordinals.Take(count).Order());
        for (var rank = 0; rank < count; rank++)
        {
            Assert.Equal(expected[rank].Score, scores[rank], 1e-5);
            Assert.True(rank == 0 || scores[rank] < scores[rank - 1] || (scores[rank] == scores[rank - 1] && ordinals[rank] > ordinals[rank - 1]));
        }

        var candidates = Enumerable.Range(0, 65).ToArray();
        var candidateScores = new float[65];
        for (var field = TextSnapshot.AllFields; field < Boosts.Length; field++)
        {
            snapshot.Score(query, candidates, scratch, candidateScores, field);
            foreach (var item in candidates)
            {
                Assert.Equal(oracle.Score(text, item, field), candidateScores[item], 1e-5);
            }
        }

        snapshot.Score(query, ordinals.AsSpan(0, count), scratch, candidateScores);
        Assert.Equal(scores.Take(count), candidateScores.Take(count));
    }
}
