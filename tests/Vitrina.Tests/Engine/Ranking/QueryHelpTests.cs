using Vitrina.Engine.Ranking;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Ranking;

public class QueryHelpTests
{
    private static readonly string[] Titles =
    [
        "Смартфон Apple айфон 13", "Чехол для iphone 13", "Кроссовки Nike мужские беговые", "Power bank Xiaomi", "Powerbank Baseus", "Внешний аккумулятор Xiaomi",
        "Ноутбук игровой", "Хлеб ржаной", "Чайник электрический красный", "Чай зелёный листовой", "Модуль FTLX1471D3BCV",
    ];

    private static async Task<TestEngine> WithTitlesAsync(string more = "", string? yaml = null)
    {
        var engine = TestEngine.Open(yaml: (yaml ?? TestEngine.GoodsYaml) + more);
        await engine.TakeAsync([.. Titles.Select((title, i) => engine.Put($"i{i}", title, seller: $"s{i}"))]);
        return engine;
    }

    private static string Ids(RankingAnswer answer) => string.Join(' ', answer.Sections[0].Items.Select(item => item.Id).Order());

    private static RankRequest Search(string query) => new() { Vertical = "goods", Surface = "search", Query = query, Seed = 7 };

    [Theory]
    [InlineData("{}", "чайник электрический хлеб", "i7 i8")]
    [InlineData("{minimumWords: 2}", "чайник электрический хлеб", "i8")]
    [InlineData("{minimumWords: 3}", "чайник электрический хлеб", "")]
    [InlineData("{minimumWords: 3}", "чайник электрический", "i8")]
    [InlineData("{minimumWords: 3}", "хлеб", "i7")]
    [InlineData("{minimumWords: 2, minimumShouldMatch: 0.9}", "чайник электрический хлеб", "")]
    [InlineData("{minimumWords: 1, minimumShouldMatch: 0.5}", "чайник электрический хлеб", "i8")]
    [InlineData("{minimumWords: 3}", "модуль ftlx1471d3bcv", "i10")]
    public async Task An_item_holds_as_many_words_as_are_demanded(string options, string query, string expected)
    {
        await using var everywhere = await WithTitlesAsync($"\nquery: {options}\n");
        Assert.Equal(expected, Ids(await everywhere.RankAsync(Search(query))));

        var surface = TestEngine.GoodsYaml.Replace("  search:\n", $"  search:\n    query: {options}\n", StringComparison.Ordinal);
        await using var here = await WithTitlesAsync(yaml: surface);
        Assert.Equal(expected, Ids(await here.RankAsync(Search(query))));
    }

    [Theory]
    [InlineData("кросовки", "i2", "typo", "кроссовки")]
    [InlineData("ноутубк", "i6", "typo", "ноутбук")]
    [InlineData("qfqajy", "i0", "layout", "айфон")]
    [InlineData("yjen,er", "i6", "layout", "ноутбук")]
    [InlineData("fqajy", "i0", "layout", "айфон")]
    [InlineData("[kt,", "i7", "layout", "хлеб")]
    [InlineData("сяоми", "i5", "transliteration", "xiaomi")]
    [InlineData("chainik", "i8", "transliteration", "чайник")]
    [InlineData("краснычайник", "", "", "")]
    [InlineData("чайникэлектрический", "i8", "split", "чайник электрический")]
    [InlineData("power bank baseus", "i4", "joined", "powerbank")]
    [InlineData("ftlx1471d3bcw", "", "", "")]
    [InlineData("\"кросовки\"", "", "", "")]
    public async Task Unknown_words_are_read_as_they_were_meant(string query, string first, string kind, string to)
    {
        await using var engine = await WithTitlesAsync();
        var answer = await engine.RankAsync(Search(query));
        Assert.Equal(first, answer.Sections[0].Items.Select(item => item.Id).FirstOrDefault() ?? "");
        var rewrites = answer.Query!.Rewrites;
        Assert.Equal((kind, to), rewrites.Count == 0 ? ("", "") : (rewrites[0].Kind, rewrites[0].To));
    }

    [Theory]
    [InlineData("typos", "кросовки")]
    [InlineData("layout", "yjen,er")]
    [InlineData("transliteration", "сяоми")]
    [InlineData("joins", "чайникэлектрический")]
    public async Task Each_help_can_be_switched_off(string help, string query)
    {
        await using var on = await WithTitlesAsync();
        Assert.NotEmpty((await on.RankAsync(Search(query))).Query!.Rewrites);
        await using var off = await WithTitlesAsync($"\nquery: {{{help}: false}}\n");
        Assert.Empty((await off.RankAsync(Search(query))).Query!.Rewrites);
    }

    [Fact]
    public async Task Words_of_the_catalogue_are_left_alone()
    {
        await using var engine = await WithTitlesAsync();
        foreach (var title in Titles)
        {
            var rewrites = (await engine.RankAsync(Search(title))).Query!.Rewrites;
            Assert.DoesNotContain(rewrites, rewrite => !rewrite.IsAdded);
        }
    }

    [Fact]
    public async Task Corrections_follow_the_catalogue()
    {
        await using var engine = await WithTitlesAsync();
        await engine.TakeAsync(engine.Delete("i2"));
        Assert.Empty((await engine.RankAsync(Search("кросовки"))).Query!.Rewrites);
        await engine.TakeAsync(engine.Put("n", "Кроссовки женские"));
        Assert.Equal("n", (await engine.RankAsync(Search("кросовки"))).Sections[0].Items[0].Id);
    }

    [Fact]
    public async Task Any_text_is_answered()
    {
        const string Alphabet = "\"\"«»-- ()[]'абвхyxzq019\t\0\u2028\uD800\uDC00é+";
        await using var engine = await WithTitlesAsync();
        for (var run = 0ul; run < 300; run++)
        {
            var random = RandomStream.For(32, "queries", run);
            var query = string.Concat(Enumerable.Range(0, run % 100 == 0 ? 10_000 : random.NextInt(40)).Select(_ => Alphabet[random.NextInt(Alphabet.Length)]));
            Assert.NotNull(await engine.RankAsync(Search(query)));
        }
    }
}
