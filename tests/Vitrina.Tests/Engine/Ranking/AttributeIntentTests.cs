using Vitrina.Engine.Catalog;
using Vitrina.Engine.Ranking;

namespace Vitrina.Tests.Engine.Ranking;

public class AttributeIntentTests
{
    private static readonly string HardYaml = TestEngine.GoodsYaml
        .Replace("brand:       {kind: keyword, facet: true}", "brand:       {kind: keyword, facet: true, intent: hard}", StringComparison.Ordinal)
        .Replace("color:       {kind: keyword,", "color:       {kind: keyword, intent: hard,", StringComparison.Ordinal)
        .Replace("category:    {kind: keyword,", "category:    {kind: keyword, intent: hard,", StringComparison.Ordinal);

    private static readonly (string Title, string Category, string Brand, string Color)[] Items =
    [
        ("Игра Spider-Man", "PlayStation 5", "Sony", "синий"),
        ("Игра Spider-Man диск", "PlayStation 4", "Sony", "синий"),
        ("Игра Halo", "Xbox", "Microsoft", "зелёный"),
        ("Корм сухой с курицей", "корм для кошек", "Felix", "красный"),
        ("Корм сухой с говядиной", "корм для собак", "Chappi", "красный"),
        ("Кроссовки беговые", "кроссовки", "Nike", "красный"),
        ("Кроссовки беговые", "кроссовки", "Nike", "чёрный"),
        ("Кроссовки красные с виду", "кроссовки", "Adidas", "чёрный"),
        ("Чайник", "чайники", "Bosch", "красный"),
    ];

    private static async Task<TestEngine> WithItemsAsync(string yaml)
    {
        var engine = TestEngine.Open(yaml: yaml);
        await engine.TakeAsync([.. Items.Select((item, i) => engine.Put($"i{i}", item.Title, item.Category, seller: $"s{i}", brand: item.Brand, more: new NamedValue("color", AttributeValue.Of([item.Color]))))]);
        return engine;
    }

    private static RankRequest Search(string query) => new() { Vertical = "goods", Surface = "search", Query = query, Seed = 7 };

    private static string Ids(RankingAnswer answer) => string.Join(' ', answer.Sections[0].Items.Select(item => item.Id).Order());

    [Theory]
    [InlineData("игра playstation 5", "i0", "category = PlayStation 5", false)]
    [InlineData("корм для кошек", "i3", "category = корм для кошек", false)]
    [InlineData("корм собакам", "i4", "category = корм для собак", false)]
    [InlineData("красные кроссовки", "i5", "color = красный", false)]
    [InlineData("кроссовки nike", "i5 i6", "category = кроссовки", false)]
    [InlineData("синие кроссовки nike", "i5 i6", "color = синий", true)]
    [InlineData("кроссовки", "i5 i6 i7", "category = кроссовки", false)]
    [InlineData("найк кроссовки", "i5 i6", "brand = Nike", false)]
    public async Task A_hard_intent_fills_the_page_with_its_value(string query, string expected, string value, bool isRelaxed)
    {
        await using var engine = await WithItemsAsync(HardYaml);
        var answer = await engine.RankAsync(Search(query));
        Assert.Equal(expected, Ids(answer));
        var intent = Assert.Single(answer.Query!.Intents, intent => intent.Values.Contains(value));
        Assert.Equal((true, isRelaxed), (intent.IsHard, intent.IsRelaxed));
        if (!isRelaxed)
        {
            Assert.All(answer.Sections[0].Items, item => Assert.Contains($"attribute intent: {value}", item.Reasons));
        }
    }

    [Fact]
    public async Task A_soft_intent_lifts_what_has_the_value_and_leaves_the_rest()
    {
        await using var engine = await WithItemsAsync(TestEngine.GoodsYaml.Replace("explore: {temperature: 0.1, top: 10}", "explore: {temperature: 0, top: 1}", StringComparison.Ordinal));
        var answer = await engine.RankAsync(Search("чёрные беговые кроссовки") with { Explain = new ExplainRequest(true, []) });
        Assert.Equal("i6", answer.Sections[0].Items[0].Id);
        Assert.Equal("i5 i6 i7", Ids(answer));
        Assert.All(answer.Query!.Intents, intent => Assert.False(intent.IsHard));
        Assert.Contains(answer.Sections[0].Items[0].Explanation!.Details, detail => detail.Description == "boost by attribute intents" && detail.Value > 0);
    }

    [Fact]
    public async Task Intents_follow_the_catalogue_and_can_be_switched_off()
    {
        await using var engine = await WithItemsAsync(HardYaml);
        await engine.TakeAsync(engine.Delete("i0"));
        Assert.Empty((await engine.RankAsync(Search("playstation 5"))).Query!.Intents);
        await engine.TakeAsync(engine.Put("n", "Игра новая", "PlayStation 5"));
        Assert.Equal("n", Ids(await engine.RankAsync(Search("playstation 5"))));

        await using var off = await WithItemsAsync(HardYaml + "\nquery: {intents: false}\n");
        Assert.Empty((await off.RankAsync(Search("кроссовки nike"))).Query!.Intents);
    }

    [Fact]
    public async Task Synonyms_are_searched_for_too()
    {
        await using var engine = TestEngine.Open();
        await engine.TakeAsync(engine.Put("a", "Кеды летние"), engine.Put("b", "Мобильный телефон Nokia", seller: "t"), engine.Put("c", "Чайник", seller: "v"));
        var answer = await engine.RankAsync(Search("кроссовки летние"));
        Assert.Equal("a", Ids(answer));
        Assert.Contains(answer.Query!.Rewrites, rewrite => rewrite is { Kind: "synonym", From: "кроссовки", To: "кеды", IsAdded: true });
        Assert.Equal("b", Ids(await engine.RankAsync(Search("смартфоны"))));
        Assert.Contains((await engine.RankAsync(Search("дешёвый мобильный телефон"))).Query!.Rewrites, rewrite => rewrite is { Kind: "synonym", To: "смартфон" });
    }
}
