using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Goods;

namespace Vitrina.Tests.Simulation;

public class AgreementTests
{
    [Theory]
    [InlineData("белый", "белый", "белая", "белое", "белые")]
    [InlineData("синий", "синий", "синяя", "синее", "синие")]
    [InlineData("голубой", "голубой", "голубая", "голубое", "голубые")]
    [InlineData("рыжий", "рыжий", "рыжая", "рыжее", "рыжие")]
    [InlineData("мужской", "мужской", "мужская", "мужское", "мужские")]
    [InlineData("лёгкий", "лёгкий", "лёгкая", "лёгкое", "лёгкие")]
    [InlineData("чёрный", "чёрный", "чёрная", "чёрное", "чёрные")]
    [InlineData("складной", "складной", "складная", "складное", "складные")]
    [InlineData("хаки", "хаки", "хаки", "хаки", "хаки")]
    public void Adjectives_agree_with_their_noun(string word, string masculine, string feminine, string neuter, string plural)
    {
        Assert.Equal(masculine, Adjective.Agree(word, Gender.Masculine));
        Assert.Equal(feminine, Adjective.Agree(word, Gender.Feminine));
        Assert.Equal(neuter, Adjective.Agree(word, Gender.Neuter));
        Assert.Equal(plural, Adjective.Agree(word, Gender.Plural));
    }

    [Theory]
    [InlineData("Робот-пылесос", "Xiaomi", "S10+", null, null, "белый", null, "Робот-пылесос Xiaomi S10+ белый")]
    [InlineData("Кроссовки", "Nike", "Air Zoom", "мужской", null, "чёрный", "42", "Кроссовки мужские Nike Air Zoom чёрные 42")]
    [InlineData("Наушники беспроводные", "JBL", "Tune 510BT", null, "с микрофоном", "синий", null, "Наушники беспроводные JBL Tune 510BT с микрофоном синие")]
    [InlineData("Пальто", "Zarina", "Opera", "женский", null, "голубой", "44", "Пальто женское Zarina Opera голубое 44")]
    [InlineData("Куртка", "Mango", "City 12", "детский", "", "коричневый", "S", "Куртка детская Mango City 12 коричневая S")]
    public void Titles_read_as_on_a_shop_window(
        string noun, string brand, string model, string? audience, string? feature, string? colour, string? size, string title)
    {
        TypeTemplate template = Assortment.Templates.Single(candidate => candidate.Title == noun);
        var type = new ItemType
        {
            Template = template,
            Title = noun,
            Queries = [],
            Brands = [],
            Taste = [],
            FirstModel = 0,
            ModelCount = 0,
            FirstItem = 0,
            ItemCount = 0,
        };
        Assert.Equal(title, CardWriter.Title(type, brand, model, audience, feature, colour, size));
    }

    [Fact]
    public void Every_kind_of_goods_can_be_named_asked_for_and_bought()
    {
        Assert.True(Assortment.Templates.Count >= 50);
        Assert.All(Assortment.Templates, template =>
        {
            Assert.True(template.Lines.Count + template.Codes.Count > 0, template.Title);
            Assert.True(template.Brands.Count >= 6, template.Title);
            Assert.NotEmpty(template.Queries);
            Assert.All(template.Queries, query => Assert.Equal(query.ToLowerInvariant(), query));
        });
        string[] queries = [.. Assortment.Templates.SelectMany(template => template.Queries)];
        Assert.Equal(queries.Length, queries.Distinct().Count());
        Assert.Equal(Assortment.Templates.Count, Assortment.Templates.Select(template => template.Title).Distinct().Count());
    }

    [Fact]
    public async Task Queries_are_read_back_even_when_misspelt()
    {
        GoodsWorld world = Worlds.Small(configuration: GoodsConfiguration.Small with { TypoShare = 0.3, LayoutSlipShare = 0.2 });
        (_, Recorder recorder) = await Worlds.RunAsync(world);
        int misspelt = recorder.Rankings.Count(ranking => GoodsRequest.Of(ranking.Request).IsMisspelt);
        int agreed = recorder.Rankings.Count(ranking => world.Queries.Read(ranking.Request.Query!) == GoodsRequest.Of(ranking.Request).Intent);
        Assert.InRange(misspelt / (double)recorder.Rankings.Count, 0.45, 0.55);
        Assert.True(agreed > 0.98 * recorder.Rankings.Count, $"{agreed} of {recorder.Rankings.Count}");
        (SimulatedRequest request, ShownList shown) = recorder.Rankings.First(ranking => world.Queries.Read(ranking.Request.Query!) == GoodsRequest.Of(ranking.Request).Intent);
        Assert.Equal(
            world.TrueRelevance(request, shown.Items[0].Id), world.TrueRelevance(request.User, request.Query!, shown.Items[0].Id, request.At));
    }

    [Fact]
    public void The_other_layout_gives_the_usual_gibberish()
    {
        Assert.Equal("yfeiybrb", KeyboardSlip.WrongLayout("наушники"));
        Assert.Equal("чшфщьш", KeyboardSlip.WrongLayout("xiaomi"));
    }
}
