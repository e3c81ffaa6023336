using Vitrina.Engine.Verticals;

namespace Vitrina.Tests.Engine.Verticals;

public sealed class VerticalFileTests
{
    private const string Smallest = """
        vertical: homes
        items:
          type: kind
          attributes:
            kind: {kind: keyword}
            area: {kind: number, min: 1}
            title: {kind: text}
        """;

    [Fact]
    public void The_shipped_goods_vertical_is_valid()
    {
        var file = VerticalFile.Load(GoodsFile.Path);
        Assert.Empty(file.Errors);
        var goods = file.Declaration!;
        Assert.Equal("goods", goods.Vertical);
        Assert.Equal(["view", "click", "favorite", "cart", "order", "cancel", "refund", "hide"], goods.Events.Keys);
        Assert.Equal("price", goods.Events["order"].Value);
        Assert.Equal(TimeSpan.FromDays(7), goods.Events["click"].AttributionWindow);
        Assert.Equal(["ctr", "cartRate", "conversion", "ordersPerUser", "gmvPerUser"], goods.Metrics.Keys);
        Assert.Equal(TimeSpan.FromHours(24), goods.Metrics["ctr"].Within);
        Assert.InRange(goods.Features.Count, 28, 60);
        var search = goods.Surfaces["search"];
        Assert.Equal(["text", "popular", "recent"], search.Sources.Select(s => s.Kind));
        Assert.Equal(["active", "inStock"], search.Filters.Select(f => f.Kind));
        Assert.Equal(("sellerCap", "rule"), (search.Mix[0].Kind, search.Mix[0].Discriminator));
        Assert.Equal(ScoreFallback.Text, search.Score.Fallback);
        Assert.Equal(0.1, search.Explore!.Temperature);
        Assert.Equal(4.2, goods.Tables["seller_quality"].Columns["rating"].Default);
        Assert.Equal(TimeSpan.FromDays(28), goods.Statistics.Offers!.Init);
        Assert.Equal(16, file.Version.Length);
    }

    [Fact]
    public void The_smallest_file_gets_defaults_and_the_view_event()
    {
        var homes = Valid(Smallest);
        Assert.Equal(["view"], homes.Events.Keys);
        Assert.Equal("UTC", homes.TimeZone);
        Assert.Equal([TimeSpan.FromDays(1), TimeSpan.FromDays(7), TimeSpan.FromDays(28)], homes.Statistics.Windows);
        Assert.Equal(["kind", "area", "title"], homes.Items.Attributes.Keys);
        Assert.True(homes.Items.Attributes["area"].IsFilter);
        Assert.False(homes.Items.Attributes["title"].IsFilter);
        Assert.Equal(1, homes.Items.Attributes["title"].Boost);
    }

    [Fact]
    public void Objects_know_where_they_were_written()
    {
        var homes = Valid(Smallest);
        Assert.Equal(new SourcePosition("homes.yaml", 6, 11), homes.Items.Attributes["area"].Position);
    }

    [Theory]
    [InlineData("statistics: {windwos: [1d]}", 8, 14, "unknown key 'windwos' in 'statistics'", "windows")]
    [InlineData("evnts: {}", 8, 1, "unknown key 'evnts' in the file", "events")]
    [InlineData("events: {clik: {}}", 8, 10, "unknown key 'clik' in 'events'", "click")]
    [InlineData("events: {order: {value: aera}}", 8, 25, "'aera'", "area")]
    [InlineData("metrics: {m: {per: sesion, count: view}}", 8, 20, "'sesion'", "session")]
    [InlineData("metrics: {m: {per: user, count: viev}}", 8, 33, "'viev'", "view")]
    [InlineData("metrics: {m: {per: user}}", 8, 14, "exactly one of 'count' and 'sum'", null)]
    [InlineData("metrics: {m: {per: user, sum: view.value}}", 8, 31, "declares no value", null)]
    [InlineData("metrics: {m: {per: user, count: view, direction: upp}}", 8, 50, "one of up, down", "up")]
    [InlineData("statistics: {windows: [7]}", 8, 24, "a duration such as", null)]
    [InlineData("statistics: {windows: [36h]}", 8, 24, "whole number of days", null)]
    [InlineData("statistics: {windows: 7d}", 8, 23, "must be a list", null)]
    [InlineData("statistics: [1]", 8, 13, "must be a map", null)]
    [InlineData("timeZone: Europe/Moskow", 8, 11, "no such IANA time zone", "Europe/Moscow")]
    [InlineData("features: [{knd: age}]", 8, 12, "exactly one of the keys 'kind'", "kind")]
    [InlineData("features: [[age]]", 8, 12, "must be a name or a map", null)]
    [InlineData("tables: {t: {key: user x knd, columns: {a: {}}}}", 8, 19, "'knd'", "kind")]
    [InlineData("tables: {t: {key: itm, columns: {a: {}}}}", 8, 19, "fit", null)]
    [InlineData("surfaces: {serach: {sources: [text]}}", 8, 12, "unknown key 'serach'", "search")]
    [InlineData("surfaces: {search: {}}", 8, 20, "missing key 'sources' in 'surfaces.search'", null)]
    [InlineData("surfaces: {search: {sources: [text], size: 5000}}", 8, 44, "be from 1 to 1000", null)]
    [InlineData("surfaces: {search: {sources: [text], size: \"5\"}}", 8, 44, "a whole number", null)]
    [InlineData("surfaces: {search: {sources: [text], views: cleint}}", 8, 45, "assumed(n)", "client")]
    [InlineData("surfaces: {search: {sources: [text], deadline: 2h}}", 8, 48, "be from 1ms to 1m", null)]
    [InlineData("surfaces: {search: {sources: [text], mix: [{kind: cap}]}}", 8, 44, "'rule' or 'section'", null)]
    [InlineData("surfaces: {search: {sources: [text], score: {model: a, formula: b}}}", 8, 65, "both a model and a formula", null)]
    [InlineData("users: {attributes: {age: {kind: numbr}}}", 8, 34, "one of keyword, number", "number")]
    [InlineData("users: {attributes: {v: {kind: vector}}}", 8, 25, "missing key 'dimension'", null)]
    [InlineData("users: {attributes: {v: {kind: number, parent: x}}}", 8, 48, "'parent' belongs to keyword", null)]
    [InlineData("users: {attributes: {v: {kind: number, min: 3, default: 1}}}", 8, 57, "outside its min and max", null)]
    [InlineData("users: {attributes: {a: {kind: keyword, parent: a}}}", 8, 49, "its own ancestor", null)]
    [InlineData("vertical: again", 8, 1, "key 'vertical' is given twice", null)]
    [InlineData("languages: [russian]", 8, 13, "fit", null)]
    public void A_mistake_is_named_with_its_place_and_the_nearest_name(string line, int expectedLine, int expectedColumn, string message, string? suggestion)
    {
        var file = VerticalFile.Parse($"{Smallest}\n{line}\n", "homes.yaml");
        Assert.Null(file.Declaration);
        var error = Assert.Single(file.Errors);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal((expectedLine, expectedColumn, suggestion), (error.Line, error.Column, error.Suggestion));
    }

    [Theory]
    [InlineData("type: kind", "type: knid", 3, 9, "kind")]
    [InlineData("type: kind", "type: area", 3, 9, null)]
    [InlineData("type: kind", "type: kind\n  groups: [kind, kidn]", 4, 18, "kind")]
    [InlineData("type: kind", "type: kind\n  matchGroup: kiind", 4, 15, "kind")]
    public void Items_refer_only_to_keyword_attributes(string old, string changed, int line, int column, string? suggestion)
    {
        var error = Assert.Single(VerticalFile.Parse(Smallest.Replace(old, changed, StringComparison.Ordinal), "homes.yaml").Errors);
        Assert.Equal((line, column, suggestion), (error.Line, error.Column, error.Suggestion));
    }

    [Fact]
    public void All_mistakes_are_reported_in_the_order_of_the_file()
    {
        var file = VerticalFile.Parse("""
            vertical: Goods!
            evnts: {}
            items:
              type: nothing
              attributes:
                price: {kind: number, mni: 0}
            statistics: {halfLife: soon}
            surfaces: {search: {sources: [{limit: 3}], size: 0}}
            """, "bad.yaml");
        Assert.Equal([1, 2, 4, 6, 7, 8, 8], file.Errors.Select(e => e.Line));
        Assert.Equal("bad.yaml:6:27: unknown key 'mni' in 'items.attributes.price'; did you mean 'min'?", file.Errors[3].ToString());
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a: [", "not valid YAML")]
    [InlineData("a: b: c", "not valid YAML")]
    [InlineData("[1, 2]", "must be a map")]
    [InlineData("just words", "must be a map")]
    [InlineData("vertical: a\n---\nvertical: b", "more than one document")]
    [InlineData("vertical: *nobody", "alias")]
    [InlineData("vertical: &a [*a]", "no complete anchor")]
    [InlineData("\"\\xZZ\": 1", "not valid YAML")]
    public void Broken_text_is_an_error_with_a_place(string text, string message)
    {
        var file = VerticalFile.Parse(text, "x.yaml");
        Assert.Null(file.Declaration);
        Assert.Contains(file.Errors, e => e.Message.Contains(message, StringComparison.Ordinal) && e.Line > 0 && e.Column > 0);
    }

    [Fact]
    public void A_missing_file_is_an_error()
    {
        var error = Assert.Single(VerticalFile.Load(Path.Combine(AppContext.BaseDirectory, "no-such.yaml")).Errors);
        Assert.Contains("cannot be read", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Anchors_are_shared_but_cannot_explode()
    {
        var shared = Valid($"{Smallest}\nevents: {{click: &e {{weight: 2}}, order: *e}}");
        Assert.Equal(2, shared.Events["order"].Weight);

        var bomb = string.Join('\n', Enumerable.Range(1, 30).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]"));
        var file = VerticalFile.Parse($"a0: &a0 [x, x, x]\n{bomb}", "bomb.yaml");
        Assert.Contains(file.Errors, e => e.Message.Contains("aliases included", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Deep_nesting_is_refused_not_followed(char open)
    {
        var file = VerticalFile.Parse(new string(open, 100_000), "deep.yaml");
        Assert.NotEmpty(file.Errors);
    }

    [Fact]
    public void No_mutation_of_a_file_makes_the_reader_throw()
    {
        var text = GoodsFile.Text;
        var random = new Random(20240501);
        string[] pieces = ["{", "}", "[", "]", ":", ": ", "- ", "\n", " ", "&a ", "*a", "\"", "'", "|", ">", "!!int ", "%", "@", "#", "~", "\t", "1e999", "-1", "9999999999d", "\0", "\\", "<<: ", "? ", "é", "\ud800"];
        for (var round = 0; round < 400; round++)
        {
            var mutated = text;
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                var at = random.Next(mutated.Length);
                var length = Math.Min(random.Next(0, 12), mutated.Length - at);
                mutated = random.Next(3) switch
                {
                    0 => mutated.Remove(at, length),
                    1 => mutated.Insert(at, pieces[random.Next(pieces.Length)]),
                    _ => mutated.Insert(at, mutated.Substring(random.Next(mutated.Length - 40), random.Next(40))),
                };
            }

            var file = VerticalFile.Parse(mutated, "mutated.yaml");
            Assert.Equal(file.Errors.Count == 0, file.Declaration is not null);
            Assert.All(file.Errors, e => Assert.True(e.Line >= 1 && e.Column >= 1));
        }
    }

    [Fact]
    public void No_value_of_a_wrong_shape_makes_the_reader_throw()
    {
        var root = DeclarationReader.Read(GoodsFile.Text, "goods.yaml", new ErrorList())!;
        Assert.Empty(VerticalFile.Parse(Write(root, null, ""), "same.yaml").Errors);
        string[] others = ["~", "[]", "{}", "[~]", "{a: ~}", "word", "-1", "[[1]]", "\"\""];
        foreach (var node in Below(root))
        {
            foreach (var other in others)
            {
                var file = VerticalFile.Parse(Write(root, node, other), "changed.yaml");
                Assert.Equal(file.Errors.Count == 0, file.Declaration is not null);
            }
        }
    }

    private static IEnumerable<DeclarationNode> Below(DeclarationNode node) =>
        node.Elements.Concat(node.Entries.Select(e => e.Value)).SelectMany(Below).Prepend(node);

    private static string Write(DeclarationNode node, DeclarationNode? replaced, string other) => ReferenceEquals(node, replaced) ? other : node.Kind switch
    {
        DeclarationNodeKind.List => $"[{string.Join(", ", node.Elements.Select(e => Write(e, replaced, other)))}]",
        DeclarationNodeKind.Map => $"{{{string.Join(", ", node.Entries.Select(e => $"{e.Key}: {Write(e.Value, replaced, other)}"))}}}",
        _ => node.Text,
    };

    private static VerticalDeclaration Valid(string text)
    {
        var file = VerticalFile.Parse(text, "homes.yaml");
        Assert.Empty(file.Errors);
        return file.Declaration!;
    }
}
