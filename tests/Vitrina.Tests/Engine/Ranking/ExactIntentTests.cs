using Vitrina.Engine.Catalog;
using Vitrina.Engine.Ranking;

namespace Vitrina.Tests.Engine.Ranking;

public class ExactIntentTests
{
    private static readonly string[] Titles =
    [
        "Модуль SFP+ Intel FTLX1471D3BCV-IT 10GBASE-LR",
        "Модуль SFP+ Intel FTLX8571D3BCV-IT 10GBASE-SR",
        "Сетевая карта Intel X520-DA2",
        "Видеокарта Palit RTX 4070 Ti GamingPro",
        "Видеокарта Palit RTX 4070 Dual",
        "Видеокарта MSI GeForce RTX4070Ti Ventus",
        "Набор \"Волшебный мир\" для рисования",
        "Мир волшебный: книга сказок",
        "Антиволшебный мирный атлас",
        "Конструктор LEGO Technic 42115",
    ];

    private static async Task<TestEngine> WithTitlesAsync()
    {
        var engine = TestEngine.Open();
        await engine.TakeAsync([.. Titles.Select((title, i) => engine.Put($"i{i}", title, seller: $"s{i}"))]);
        return engine;
    }

    private static RankRequest Search(string query, params string[] sections) => new() { Vertical = "goods", Surface = "search", Query = query, Sections = sections, Seed = 7 };

    private static string Ids(RankingAnswer answer, int section = 0) => string.Join(' ', answer.Sections[section].Items.Select(item => item.Id).Order());

    [Theory]
    [InlineData("intel ftlx1471d3bcv-it", "i0")]
    [InlineData("FTLX1471D3BCVIT", "i0")]
    [InlineData("видеокарта rtx 4070 ti", "i3 i5")]
    [InlineData("rtx 4070", "i4")]
    [InlineData("rtx4070ti", "i3 i5")]
    [InlineData("\"волшебный мир\"", "i6 i8")]
    [InlineData("набор \"волшебный мир\"", "i6 i8")]
    [InlineData("\"олшебный ми\"", "i6 i8")]
    [InlineData("\"волшебный мир\" -набор", "i8")]
    [InlineData("мир -\"волшебный мир\"", "i7")]
    [InlineData("lego 42115", "i9")]
    [InlineData("intel ftlx9999d3bcv-it", "")]
    [InlineData("rtx 4095", "")]
    [InlineData("\"такого нет\"", "")]
    public async Task The_organic_section_holds_exact_matches_only(string query, string expected)
    {
        await using var engine = await WithTitlesAsync();
        var answer = await engine.RankAsync(Search(query));
        Assert.Equal(expected, Ids(answer));
        Assert.Single(answer.Sections);
        Assert.Equal(expected.Length == 0, answer.IsNothingFound);
        Assert.Equal(!query.StartsWith("мир", StringComparison.Ordinal), answer.Query!.IsExact);
    }

    [Fact]
    public async Task Analogs_stand_in_a_section_of_their_own_with_a_reason()
    {
        await using var engine = await WithTitlesAsync();
        var answer = await engine.RankAsync(Search("модуль intel ftlx1471d3bcv-it", "similar") with { Explain = new ExplainRequest(true, ["i1", "i0"]) });
        Assert.Equal("i0", Ids(answer));
        Assert.Equal("similar", answer.Sections[1].Name);
        Assert.Equal("i1", answer.Sections[1].Items[0].Id);
        Assert.Equal([2, 3], answer.Sections[1].Items.Select(item => item.Position));
        Assert.Contains(answer.Sections[1].Items[0].Reasons, reason => reason.StartsWith("analog: not ftlx1471d3bcvit; shares ", StringComparison.Ordinal));
        Assert.NotNull(answer.Sections[1].Items[0].Explanation);
        Assert.Equal(["similar", "shown"], answer.Asked.Select(fate => fate.Outcome));

        await engine.TakeAsync(engine.Delete("i0"), engine.Stock("i2", 0));
        var gone = await engine.RankAsync(Search("модуль intel ftlx1471d3bcv-it", "similar"));
        Assert.True(gone.IsNothingFound);
        Assert.Empty(gone.Sections[0].Items);
        Assert.Equal("i1", Ids(gone, 1));
        Assert.Null(gone.Cursor);

        var record = engine.Runtime.FindRanking(gone.RankingId, TestContext.Current.CancellationToken);
        for (var tries = 0; record is null && tries < 100; tries++)
        {
            await engine.TakeAsync(engine.Stock("i2", tries));
            record = engine.Runtime.FindRanking(gone.RankingId, TestContext.Current.CancellationToken);
        }

        Assert.True(record is { IsExact: true, IsNothingFound: true });
        Assert.Equal("i1", Assert.Single(record!.Similar).Item);
    }

    private static readonly string ArticlesYaml = TestEngine.GoodsYaml.Replace(
        "    model:       {kind: keyword}\n",
        "    model:       {kind: keyword}\n    article:     {kind: keyword}\n    barcodes:    {kind: keyword, multiple: true}\n    warehouse:   {kind: keyword, intent: off}\n",
        StringComparison.Ordinal);

    private static NamedValue Of(string name, params string[] values) => new(name, values.Length == 1 ? AttributeValue.Of(values[0]) : AttributeValue.Of(values));

    private static async Task<TestEngine> WithArticlesAsync(string? root = null)
    {
        var engine = TestEngine.Open(root, yaml: ArticlesYaml);
        await engine.TakeAsync(
            engine.Put("a", "Модуль Intel", seller: "s0", more: [Of("article", "FTLX1471D3BCV-IT"), Of("warehouse", "msk77a12")]),
            engine.Put("b", "Модуль Intel 10G", seller: "s1", more: [Of("article", "FTLX8571D3BCV-IT"), Of("warehouse", "msk77a12")]),
            engine.Put("c", "Переходник для FTLX1471D3BCV-IT", seller: "s2"),
            engine.Put("d", "Шампунь", seller: "s3", more: [Of("barcodes", "4601234567893", "4609999999991")]),
            engine.Put("e", "Капсулы", seller: "s4", more: [Of("article", "omega3")]),
            engine.Put("f", "Чехол", seller: "s5", more: [Of("article", "красный чехол")]));
        return engine;
    }

    [Theory]
    [InlineData("ftlx1471d3bcv-it", "a c", true)]
    [InlineData("модуль FTLX1471D3BCVIT", "a c", true)]
    [InlineData("intel ftlx8571d3bcv-it", "b", true)]
    [InlineData("4609999999991", "d", true)]
    [InlineData("4600000000001", "", true)]
    [InlineData("omega3", "e", true)]
    [InlineData("omega6", "e", false)]
    [InlineData("msk77a12", "", true)]
    [InlineData("ftlx1471d3bcv-it 4601234567893", "", true)]
    [InlineData("красный чехол", "f", false)]
    public async Task An_article_number_among_the_keywords_is_looked_up(string query, string expected, bool isExact)
    {
        await using var engine = await WithArticlesAsync();
        var answer = await engine.RankAsync(Search(query));
        Assert.Equal(expected, Ids(answer));
        Assert.Equal((expected.Length == 0, isExact), (answer.IsNothingFound, answer.Query!.IsExact));
    }

    [Fact]
    public async Task An_article_number_follows_its_item_through_patches_restarts_and_deletion()
    {
        var root = TestEngine.NewFolder();
        await using (var engine = await WithArticlesAsync(root))
        {
            await engine.TakeAsync(engine.Patch("b", Of("article", "XYZ-40021-K")));
            Assert.Equal("b", Ids(await engine.RankAsync(Search("xyz40021k"))));
            Assert.True((await engine.RankAsync(Search("ftlx8571d3bcv-it"))).IsNothingFound);
            await engine.Runtime.MaintainAsync(TestContext.Current.CancellationToken);
        }

        await using (var engine = TestEngine.Open(root))
        {
            Assert.Equal("b", Ids(await engine.RankAsync(Search("XYZ-40021-K"))));
            await engine.TakeAsync(engine.Delete("b"));
            var gone = await engine.RankAsync(Search("модуль XYZ-40021-K", "similar"));
            Assert.True(gone.IsNothingFound);
            Assert.Empty(gone.Sections[0].Items);
            Assert.Equal("a", Ids(gone, 1));
        }

        Directory.Delete(root, true);
    }

    [Fact]
    public async Task A_surface_can_leave_exact_intent_out_or_always_show_analogs()
    {
        await using var plain = TestEngine.Open(yaml: TestEngine.GoodsYaml + "\nquery: {exact: false}\n");
        await plain.TakeAsync(plain.Put("a", "Модуль Intel FTLX1471D3BCV-IT"), plain.Put("b", "Модуль Intel FTLX8571D3BCV-IT", seller: "t"));
        Assert.Equal("a b", Ids(await plain.RankAsync(Search("intel ftlx1471d3bcv-it"))));

        await using var analogs = TestEngine.Open(yaml: TestEngine.GoodsYaml + "\nquery: {similar: 1}\n");
        await analogs.TakeAsync(analogs.Put("a", "Модуль Intel FTLX1471D3BCV-IT"), analogs.Put("b", "Модуль Intel FTLX8571D3BCV-IT", seller: "t"), analogs.Put("c", "Карта Intel", seller: "v"));
        Assert.Equal("b", Ids(await analogs.RankAsync(Search("модуль intel ftlx1471d3bcv-it")), 1));
    }

    [Fact]
    public async Task Items_that_the_caller_gives_are_ranked_whatever_the_query_names()
    {
        await using var engine = await WithTitlesAsync();
        Assert.Equal("i1 i4", Ids(await engine.RankAsync(Search("intel ftlx1471d3bcv-it") with { Items = ["i1", "i4"] })));
    }

    [Fact]
    public async Task An_unknown_section_is_refused()
    {
        await using var engine = await WithTitlesAsync();
        var refused = await Assert.ThrowsAsync<RankRequestException>(() => engine.RankAsync(Search("intel", "analogs")).AsTask());
        Assert.Equal(("sections", "unknown_section"), (refused.Field, refused.Code));
    }
}
