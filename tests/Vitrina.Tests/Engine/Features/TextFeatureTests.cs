using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Features;
using Vitrina.Engine.Language;

namespace Vitrina.Tests.Engine.Features;

/// <summary>The kinds match, alike and among over a few products.</summary>
public sealed class TextFeatureTests : IAsyncLifetime
{
    private static readonly (string Id, string Title)[] Products =
    [
        ("a", "красный телефон Acme"), ("b", "телефон Acme синий"), ("c", "чехол для телефона"), ("d", "садовый шланг"), ("e", "телефон Acme красный 128 гб"),
    ];

    private TestEngine _engine = null!;

    private static readonly Dictionary<string, float[]> Looks = new() { ["a"] = [1, 0, 0], ["b"] = [2, 2, 0], ["c"] = [0, 0, 3], ["e"] = [1, 1, 1] };

    private static string Yaml { get; } = TestEngine.GoodsYaml.Replace("    photos: ", "    look:        {kind: vector, dimension: 3, metric: dot}\n    photos: ", StringComparison.Ordinal).Replace(
        "\nsurfaces:",
        "\n  - {kind: alike, field: description, vector: look}\n  - {kind: match, field: description}\n  - {kind: alike, field: description}\n  - {kind: among, of: {kind: match, field: description, of: words}}\n  - {kind: among, of: {kind: age}}\n\nsurfaces:",
        StringComparison.Ordinal);

    public async ValueTask InitializeAsync()
    {
        _engine = TestEngine.Open(yaml: Yaml);
        await _engine.TakeAsync([.. Products.Select(product => _engine.Put(product.Id, product.Title, more: product.Id == "d" ? [] : [new("description", AttributeValue.Of(product.Title)), new("look", AttributeValue.Of(Looks[product.Id]))]))]);
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public void Match_gives_what_the_matcher_says_with_the_rarities_of_the_index()
    {
        var text = _engine.Runtime.Snapshot.Verticals["goods"].Market.Text!;
        var analyzer = _engine.Verticals[0].Analyzer;
        var query = MatchText.Of(analyzer, "красный телефонн");
        var (matcher, signals) = (new TextMatcher(), new float[TextMatcher.SignalCount]);
        matcher.Begin(query, [text.RarityOf(query.Term(0)), text.RarityOf(query.Term(1))]);
        foreach (var signal in Enum.GetValues<MatchSignal>())
        {
            var values = Values($"match.description.{System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(signal.ToString())}", "красный телефонн");
            for (var product = 0; product < Products.Length; product++)
            {
                matcher.Match(product == 3 ? null : MatchText.Of(analyzer, Products[product].Title), signals);
                Assert.Equal(signals[(int)signal], values[product]);
            }
        }

        Assert.All(Values("match.description.words", null), value => Assert.True(float.IsNaN(value)));
    }

    [Theory]
    [InlineData("alike.description")]
    [InlineData("alike.description.look")]
    public void Alike_is_the_mean_cosine_with_the_other_candidates(string feature)
    {
        var market = _engine.Runtime.Snapshot.Verticals["goods"].Market;
        var analyzer = _engine.Verticals[0].Analyzer;
        var texts = Products.Select(product => MatchText.Of(analyzer, product.Title)).ToList();
        var matches = Enumerable.Range(0, texts.Count).Select(product => Values("match.description.fuzzyCoverage", "телефон")[product] + Values("match.description.trigramCosine", "телефон")[product]).ToArray();
        var (best, worst) = (matches.Where(value => !float.IsNaN(value)).Max(), matches.Where(value => !float.IsNaN(value)).Min());
        foreach (var (name, weightOf) in new (string, Func<int, double>)[]
        {
            ("all", _ => 1), ("best", other => Math.Exp(3 * (matches[other] - best))), ("worst", other => Math.Exp(3 * (worst - matches[other]))),
        })
        {
            var values = Values($"{feature}.{name}", "телефон");
            for (var product = 0; product < texts.Count; product++)
            {
                var others = Enumerable.Range(0, texts.Count).Where(other => other != product && other != 3).ToList();
                var expected = others.Sum(other => weightOf(other) * (feature.EndsWith("look", StringComparison.Ordinal) ? CosineOfLooks(product, other) : Cosine(texts[product], texts[other]))) / others.Sum(weightOf);
                Assert.Equal(product == 3 ? double.NaN : expected, values[product], 1e-5);
            }
        }

        double CosineOfLooks(int left, int right)
        {
            var (a, b) = (Looks.GetValueOrDefault(Products[left].Id, [0, 0, 1]), Looks[Products[right].Id]);
            return a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(y => y * y));
        }

        double Cosine(MatchText left, MatchText right)
        {
            Dictionary<string, double> Vector(MatchText text) => Enumerable.Range(0, text.Words.Length).Select(word => text.Term(word).ToString()).Distinct()
                .ToDictionary(term => term, term => (double)market.Text!.RarityOf(term));
            var (a, b) = (Vector(left), Vector(right));
            return a.Sum(pair => pair.Value * b.GetValueOrDefault(pair.Key)) / Math.Sqrt(a.Values.Sum(value => value * value) * b.Values.Sum(value => value * value));
        }
    }

    [Fact]
    public void Among_is_deviations_from_the_mean_of_the_candidates_that_have_a_value()
    {
        var values = Values("match.description.words", "телефон красный");
        double[] present = [.. values.Where(value => !float.IsNaN(value)).Select(value => (double)value)];
        var (mean, deviation) = (present.Average(), Math.Sqrt(present.Average(value => value * value) - (present.Average() * present.Average())));
        var among = Values("match.description.words.among", "телефон красный");
        for (var product = 0; product < values.Length; product++)
        {
            Assert.Equal(float.IsNaN(values[product]) ? double.NaN : (values[product] - mean) / deviation, among[product], 1e-5);
        }

        Assert.All(Values("age.among", "телефон"), value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task A_change_of_the_price_keeps_the_prepared_words_and_a_new_title_does_not()
    {
        var analyzer = _engine.Verticals[0].Analyzer;
        Item Now() => _engine.Runtime.Snapshot.Verticals["goods"].Find("a")!;
        var prepared = Now().WordsOf(0, analyzer);
        await _engine.TakeAsync(_engine.Patch("a", new NamedValue("price", AttributeValue.Of(7))));
        Assert.Same(prepared, Now().WordsOf(0, analyzer));
        await _engine.TakeAsync(_engine.Patch("a", new NamedValue("title", AttributeValue.Of("зелёный телефон"))));
        Assert.Equal("зелен", Now().WordsOf(0, analyzer)!.Term(0).ToString());
    }

    [Fact]
    public void What_depends_on_the_index_or_the_list_is_recorded_and_the_rest_replayed()
    {
        FeatureOrigin OriginOf(string name) => _engine.Verticals[0].Features.Single(feature => feature.Name == name).Origin;
        Assert.Equal(FeatureOrigin.Recorded, OriginOf("match.description.coverage"));
        Assert.Equal(FeatureOrigin.Replayed, OriginOf("match.description.words"));
        Assert.Equal(FeatureOrigin.Recorded, OriginOf("match.description.words.among"));
        Assert.Equal(FeatureOrigin.Recorded, OriginOf("alike.description.best"));
    }

    [Fact]
    public void A_wrong_field_or_signal_is_named()
    {
        VerticalCompiler.Parse(Yaml.Replace("{kind: match, field: description}", "{kind: match, field: titel, of: coverige}", StringComparison.Ordinal), "goods.yaml", out var errors);
        Assert.Contains(errors, error => error.ToString().Contains("'titel' is not a text attribute", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.ToString().Contains("coverage", StringComparison.Ordinal));
        VerticalCompiler.Parse(Yaml.Replace("vector: look}", "vector: lok}", StringComparison.Ordinal), "goods.yaml", out errors);
        Assert.Contains(errors, error => error.ToString().Contains("'lok' is not a vector attribute of the item; did you mean 'look'?", StringComparison.Ordinal));
        VerticalCompiler.Parse(Yaml.Replace("vector: look}", "vector: look, encoder: some}", StringComparison.Ordinal), "goods.yaml", out errors);
        Assert.Contains(errors, error => error.ToString().Contains("not two of them", StringComparison.Ordinal));
    }

    private float[] Values(string feature, string? query)
    {
        var snapshot = _engine.Runtime.Snapshot.Verticals["goods"];
        var scope = new FeatureScope(snapshot.Vertical.Counters);
        scope.Begin(snapshot.Market, _engine.NowMs, -1, null, null, new QueryNormalizer(snapshot.Vertical.Analyzer).Normalize(query));
        scope.ServeText(snapshot.Vertical.Analyzer, query);
        foreach (var (id, _) in Products)
        {
            scope.Add(snapshot.Find(id)!);
        }

        var column = new float[Products.Length];
        snapshot.Vertical.Features.Single(found => found.Name == feature).Compute(scope, column);
        return column;
    }
}
