using System.Globalization;
using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Features;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Ranking.Recording;

namespace Vitrina.Tests.Engine.Features;

/// <summary>What a query says about its candidates.</summary>
public sealed class QueryFactorTests
{
    private static readonly string Yaml = TestEngine.GoodsYaml.Replace(
        "  - {kind: queryLength}\n", "  - {kind: queryLength}\n  - {kind: exactMatch}\n  - {kind: attributeMatch}\n  - {kind: categoryShare}\n  - {kind: categoryEntropy}\n  - {kind: queryPopularity}\n", StringComparison.Ordinal);

    private static FeatureScope Scope(TestEngine engine, string? query, params string[] items)
    {
        var snapshot = engine.Runtime.Snapshot.Verticals["goods"];
        var scope = new FeatureScope(snapshot.Vertical.Counters);
        scope.Begin(snapshot.Market, engine.NowMs, -1, null, null, new QueryNormalizer(snapshot.Vertical.Analyzer).Normalize(query));
        foreach (var item in items)
        {
            scope.Add(snapshot.Find(item)!);
        }

        return scope;
    }

    private static float[] Values(TestEngine engine, FeatureScope scope, string feature)
    {
        var column = new float[scope.Count];
        engine.Verticals[0].Features.Single(found => found.Name == feature).Compute(scope, column);
        return column;
    }

    [Fact]
    public async Task Columns_are_what_was_computed_once_and_missing_in_replay()
    {
        await using var engine = TestEngine.Open(yaml: Yaml);
        await engine.TakeAsync(engine.Put("a", "чайник"), engine.Put("b", "чашка"));
        var scope = Scope(engine, "чайник", "a", "b");
        string[] names = ["exactMatch", "attributeMatch", "categoryShare", "categoryEntropy"];
        Assert.All(names, name => Assert.All(Values(engine, scope, name), value => Assert.True(float.IsNaN(value))));

        var factors = new QueryFactors();
        factors.Reset(2);
        factors.CategoryEntropy = 0.5f;
        (factors.ExactMatches[1], factors.AttributeMatches[1], factors.CategoryShares[1]) = (1, 0.25f, 0.75f);
        scope.Serve(factors);
        Assert.Equal([0, 1], Values(engine, scope, "exactMatch"));
        Assert.Equal([0, 0.25f], Values(engine, scope, "attributeMatch"));
        Assert.Equal([0, 0.75f], Values(engine, scope, "categoryShare"));
        Assert.Equal([0.5f, 0.5f], Values(engine, scope, "categoryEntropy"));
    }

    [Fact]
    public async Task Popularity_of_a_query_is_the_decayed_count_of_its_views()
    {
        await using var engine = TestEngine.Open(yaml: Yaml);
        await engine.TakeAsync(
            engine.Put("a", "чайник"),
            engine.Event("1", EventType.View, "a", query: "Чайники", user: "u1"),
            engine.Event("2", EventType.View, "a", query: "чайник", user: "u2"),
            engine.Event("3", EventType.View, "a", query: "чашка", user: "u3"));
        Assert.Equal(MathF.Log(3), Values(engine, Scope(engine, "чайник", "a"), "queryPopularity")[0], 1e-5);
        Assert.Equal(0, Values(engine, Scope(engine, "лампа", "a"), "queryPopularity")[0]);
    }

    [Fact]
    public async Task Serving_fills_the_factors()
    {
        (string Query, string Feature, string Expected)[] cases =
        [
            ("чайник", "categoryShare", "a 0.75|b 0.75|c 0.25|d 0.75"),
            ("чайник", "categoryEntropy", "a 0.56|b 0.56|c 0.56|d 0.56"),
            ("чайник xk-4410d", "exactMatch", "d 1"),
            ("красные чайники", "attributeMatch", "a 1"),
        ];
        var root = TestEngine.NewFolder();
        try
        {
            var ids = new List<string>();
            await using (var engine = TestEngine.Open(root, Yaml))
            {
                await engine.TakeAsync(
                    engine.Put("a", "чайник красный", "kettles", more: new NamedValue("color", AttributeValue.Of(["красный"]))),
                    engine.Put("b", "чайник синий", "kettles", seller: "t", more: new NamedValue("color", AttributeValue.Of(["синий"]))),
                    engine.Put("c", "чехол на чайник", "covers", seller: "v"),
                    engine.Put("d", "чайник xk-4410d", "kettles", seller: "w"));
                foreach (var (query, _, _) in cases)
                {
                    ids.Add((await engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "search", Query = query, Seed = 1 })).RankingId);
                }
            }

            var blocks = FeatureLogReader.Read(new DataDirectory(root).Features).ToDictionary(block => block.RankingId);
            for (var i = 0; i < cases.Length; i++)
            {
                var block = blocks[ids[i]];
                var column = block.FeatureNames.ToList().IndexOf(cases[i].Feature);
                var values = Enumerable.Range(0, block.Items.Length).Select(row => string.Create(
                    CultureInfo.InvariantCulture, $"{block.Items[row]} {Math.Round(block.Values[(column * block.Items.Length) + row], 2)}"));
                Assert.Equal(cases[i].Expected, string.Join('|', values.Order(StringComparer.Ordinal)));
            }
        }
        finally
        {
            Directory.Delete(root, true);
        }
    }
}
