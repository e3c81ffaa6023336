using Vitrina.Engine;
using Vitrina.Engine.Features;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Language;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Tests.Engine.Indexing.Text;

public class TextIndexStoringTests
{
    private static readonly TextAnalyzer Analyzer = new(["ru", "en"]);

    // Items 0 ("чехол чехол красный", null) and 2 (null, "iPhone 11"), written by the first format.
    private const string FirstFormat = "AQIFCtGH0LXRhdC+0LsK0LrRgNCw0YHQvQVpcGhvbgIxMQhpcGhvbmUxMQMBAAIAAAEDBQMAAwECAAgAAgcCAwIDAg==";

    [Fact]
    public void A_stored_index_answers_as_before_and_goes_on()
    {
        var index = NewIndex();
        for (var item = 0; item < 3000; item++)
        {
            index.Put(item, [$"чехол {item % 100} для iphone {item}", item % 3 == 0 ? "красный красный" : null]);
        }

        index.Remove(17);
        index.Put(18, ["нет"]);
        var loaded = Loaded(Saved(index));
        Assert.Equal(Answers(index), Answers(loaded));
        Assert.Equal((index.DocumentCount, index.TermCount), (loaded.DocumentCount, loaded.TermCount));
        foreach (var changed in new[] { index, loaded })
        {
            changed.Put(17, ["чехол 17 красный"]);
            changed.Remove(20);
        }

        Assert.Equal(Answers(index), Answers(loaded));
        Assert.Equal(Saved(index), Saved(loaded));
    }

    [Fact]
    public void Bytes_of_the_first_format_open_forever()
    {
        var index = Loaded(Convert.FromBase64String(FirstFormat));
        Assert.Equal(2, index.DocumentCount);
        Assert.Equal([(0, 1), (2, 0)], Answers(index, "красный чехол 11").Select(hit => (hit.Item, hit.Item == 0 ? 1 : 0)));
    }

    [Fact]
    public void Other_fields_or_another_analysis_are_not_taken_over()
    {
        var index = NewIndex();
        index.Put(0, ["чехол"]);
        var bytes = Saved(index);
        var other = new TextIndex(Analyzer, new TextIndexOptions());
        Assert.False(TryLoad(other, bytes));
        bytes[0]++;
        Assert.False(TryLoad(NewIndex(), bytes));
        Assert.Throws<InvalidOperationException>(() => TryLoad(index, bytes));
    }

    [Theory]
    [InlineData("text", "whole")]
    [InlineData("text", "cut")]
    [InlineData("text", "flip")]
    [InlineData("text", "gone")]
    [InlineData("words", "cut")]
    [InlineData("words", "flip")]
    [InlineData("words", "gone")]
    public async Task A_start_takes_what_is_stored_and_a_damaged_part_is_named_and_rebuilt(string part, string damage)
    {
        var root = TestEngine.NewFolder();
        var (terms, words) = (0, 0);
        await using (var engine = TestEngine.Open(root))
        {
            await engine.TakeAsync(engine.Put("a", "телефон красный", "phones", 100), engine.Put("b", "чехол синий", "phones", 100), engine.Put("a", "телефон зелёный", "phones", 100));
            await engine.SearchAsync("телефон");
            terms = engine.Runtime.State.MarketOf("goods").Text!.TermCount;
            words = engine.Runtime.Snapshot.Verticals["goods"].Market.Vocabulary!.WordCount;
        }

        var file = Assert.Single(Directory.GetFiles(new DataDirectory(root).Checkpoints, $"*.{part}.part"));
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        if (damage == "gone")
        {
            File.Delete(file);
        }
        else if (damage != "whole")
        {
            File.WriteAllBytes(file, damage == "cut" ? bytes[..(bytes.Length / 2)] : bytes);
        }

        await using (var engine = TestEngine.Open(root))
        {
            // The first title's word is in a stored dictionary and vocabulary, and in no item any more.
            var vocabulary = engine.Runtime.Snapshot.Verticals["goods"].Market.Vocabulary!;
            Assert.Equal(part == "words" || damage == "whole" ? terms : terms - 1, engine.Runtime.State.MarketOf("goods").Text!.TermCount);
            Assert.Equal(part == "text" || damage == "whole" ? words : words - 1, vocabulary.WordCount);
            Assert.Equal(damage is "cut" or "flip", engine.Runtime.Recovery.Any(sentence =>
                sentence.Contains($"goods.{part}", StringComparison.Ordinal) && sentence.Contains("rebuilt from the catalogue", StringComparison.Ordinal)));
            Assert.Equal(damage is "cut" or "flip" ? 1 : 0, engine.Runtime.Recovery.Count);
            Assert.Equal((1, 0), (vocabulary.CountOf("чехол"), vocabulary.CountOf("красный")));
            Assert.Equal(["синий"], vocabulary.StartingWith("син", 5).Select(near => near.Word));
            await engine.TakeAsync(engine.Put("c", "чехол белый", "covers", 100));
            var market = engine.Runtime.Snapshot.Verticals["goods"].Market;
            Assert.Equal((2, 2, 1), (market.Vocabulary!.CountOf("чехол"), CountOf(market, "phone"), CountOf(market, "cover")));
            Assert.Single(Answers(engine.Runtime.State.MarketOf("goods").Text!, "зелёный телефон"));
            Assert.Empty(Answers(engine.Runtime.State.MarketOf("goods").Text!, "красный"));
        }
    }

    // As queries name values: by their stems.
    private static int CountOf(MarketView market, string name) => market.Values!.Find(name).Sum(market.Values!.CountOf);

    private static TextIndex NewIndex() => new(Analyzer, new TextIndexOptions { FieldBoosts = [2, 1], IsMergingSynchronous = true });

    private static byte[] Saved(TextIndex index)
    {
        var writer = new ByteWriter();
        index.Save(writer);
        return writer.ToArray();
    }

    private static bool TryLoad(TextIndex index, byte[] bytes)
    {
        var reader = new ByteReader(bytes);
        return index.TryLoad(ref reader);
    }

    private static TextIndex Loaded(byte[] bytes)
    {
        var index = NewIndex();
        Assert.True(TryLoad(index, bytes));
        return index;
    }

    private static List<(int Item, float Score)> Answers(TextIndex index, string text = "чехол 17 красный iphone 20")
    {
        var (ordinals, scores, query) = (new int[50], new float[50], new TextQuery());
        query.Read(Analyzer, text);
        var count = index.Freeze().Search(query, default(AnyItem), 50, new TextSearchScratch(), ordinals, scores);
        return [.. ordinals.Take(count).Zip(scores)];
    }
}
