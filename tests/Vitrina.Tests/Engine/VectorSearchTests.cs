using System.Diagnostics;
using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Ranking;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine;

public class VectorSearchTests
{
    private const int Dimension = 8;

    private static readonly string Yaml = TestEngine.GoodsYaml
        .Replace("    title:", "    look: {kind: vector, dimension: 8, metric: cosine}\n    title:", StringComparison.Ordinal)
        .Replace("\nfeatures:\n", "\nfeatures:\n  - {kind: vectorScore, name: look}\n", StringComparison.Ordinal)
        .Replace("\nsurfaces:\n", """

        surfaces:
          feed:
            sources: [{kind: vectors, attribute: look, limit: 20}]
            score: {fallback: source}
            deadline: 10s
            record: {features: 1.0}
          match:
            sources: [{kind: text, limit: 20}, {kind: vectors, attribute: look, limit: 20}]
            score: {fallback: rrf, rrfK: 10}
            deadline: 10s

        """.ReplaceLineEndings("\n"), StringComparison.Ordinal);

    [Fact]
    public async Task The_nearest_items_come_first_and_filters_hold_within_the_search()
    {
        await using var engine = TestEngine.Open(yaml: Yaml);
        var vectors = await FillAsync(engine, 300);
        var query = Vector(1000);
        var answer = await AskAsync(engine, query, size: 10);
        Assert.Equal(Nearest(vectors, query, _ => true).Take(10), answer);

        // One item in ten has the brand: the ten nearest of those, not those among the ten nearest.
        var filtered = await AskAsync(engine, query, size: 10, filters: [new AttributeCondition { Attribute = "brand", AnyOf = ["b3"] }]);
        Assert.Equal(Nearest(vectors, query, item => item % 10 == 3).Take(10), filtered);
    }

    [Fact]
    public async Task Changes_and_deletions_are_seen_by_the_next_request()
    {
        await using var engine = TestEngine.Open(yaml: Yaml);
        var vectors = await FillAsync(engine, 50);
        var query = Vector(1000);
        var first = (await AskAsync(engine, query, size: 1))[0];
        await engine.TakeAsync(engine.Patch(first, new NamedValue("look", AttributeValue.Of([.. query.Select(value => -value)]))));
        Assert.DoesNotContain(first, await AskAsync(engine, query, size: 10));
        await engine.TakeAsync(engine.Patch("i7", new NamedValue("look", AttributeValue.Of([.. query.Select(value => 2 * value)]))));
        Assert.Equal("i7", (await AskAsync(engine, query, size: 1))[0]);
        await engine.TakeAsync(engine.Delete("i7"));
        Assert.DoesNotContain("i7", await AskAsync(engine, query, size: 20));

        // A patch that says null takes the vector away.
        var now = (await AskAsync(engine, query, size: 1))[0];
        await engine.TakeAsync(engine.Patch(now, new NamedValue("look", default)));
        Assert.DoesNotContain(now, await AskAsync(engine, query, size: 20));
        Assert.Equal(50, vectors.Count);
    }

    [Fact]
    public async Task An_item_of_the_context_is_asked_with_its_own_vector_and_left_out()
    {
        await using var engine = TestEngine.Open(yaml: Yaml);
        var vectors = await FillAsync(engine, 60);
        var answer = await engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "feed", Size = 5, Context = [new("item", "i4")] });
        Assert.Equal(Nearest(vectors, vectors[4], item => item != 4).Take(5), IdsOf(answer));
        Assert.Empty(IdsOf(await engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "feed", Size = 5 })));
    }

    [Fact]
    public async Task Every_candidate_has_a_vector_score_whatever_source_found_it()
    {
        await using var engine = TestEngine.Open(yaml: Yaml);
        var vectors = await FillAsync(engine, 60);
        var query = Vector(1000);
        var column = engine.Verticals[0].FeatureNames.ToList().IndexOf("vectorScore.look");
        var context = new RankingContext(engine.Verticals[0]);
        var request = new RankRequest { Vertical = "goods", Surface = "match", Query = "кружка", Vectors = [new("", query)], Size = 20, Items = ["i1", "i2", "bare"] };
        await engine.TakeAsync(engine.Put("bare", "кружка без вектора"));
        var snapshot = engine.Runtime.Snapshot.Verticals["goods"];
        context.Begin(new RequestScope
        {
            Request = request,
            Arms = RequestArms.None(engine.Verticals[0].Surfaces["match"]),
            Snapshot = snapshot,
            AsOf = 0,
            Availability = engine.Runtime.Availability,
            NowMs = engine.NowMs,
            User = -1,
            Seed = 1,
            PageSize = 20,
        });
        foreach (var id in request.Items)
        {
            context.Add(snapshot.Find(id)!, 2, 1, 1);
        }

        var values = new float[3];
        engine.Verticals[0].Features[column].Compute(context.Scope, values);
        Assert.Equal(Cosine(vectors[1], query), values[0], 1e-5);
        Assert.Equal(Cosine(vectors[2], query), values[1], 1e-5);
        Assert.True(float.IsNaN(values[2]));
    }

    [Fact]
    public async Task Before_there_is_a_model_reciprocal_ranks_are_fused()
    {
        await using var engine = TestEngine.Open(yaml: Yaml);
        var vectors = await FillAsync(engine, 40);
        await engine.TakeAsync(engine.Put("both", "кружка редкая", more: [new NamedValue("look", AttributeValue.Of(Vector(1000)))]));
        var request = new RankRequest { Vertical = "goods", Surface = "match", Query = "кружка редкая", Vectors = [new("look", Vector(1000))], Size = 20 };
        var answer = await engine.RankAsync(request);
        var items = answer.Sections[0].Items;
        Assert.Equal("both", items[0].Id);
        Assert.Equal(2.0 / 11, items[0].Score, 1e-6);
        Assert.Equal(40, vectors.Count);
    }

    [Fact]
    public async Task A_restart_finds_the_same_and_takes_the_graph_from_its_file()
    {
        var root = TestEngine.NewFolder();
        try
        {
            var query = Vector(5000);
            List<string> before;
            await using (var engine = TestEngine.Open(root, Yaml))
            {
                await FillAsync(engine, 2500);
                var wait = Stopwatch.StartNew();
                while (engine.Runtime.State.MarketOf("goods").Vectors!.IsLinking && wait.Elapsed < TimeSpan.FromSeconds(60))
                {
                    await engine.TakeAsync(engine.Stock("i1", 5));
                }

                before = await AskAsync(engine, query, size: 20);
            }

            var graph = Path.Combine(root, "vectors", "goods.look.graph");
            Assert.True(File.Exists(graph));
            await using (var engine = TestEngine.Open(root))
            {
                Assert.DoesNotContain(engine.Runtime.Recovery, sentence => sentence.Contains("vectors", StringComparison.Ordinal));
                Assert.Equal(before, await AskAsync(engine, query, size: 20));
            }

            var bytes = File.ReadAllBytes(graph);
            bytes[bytes.Length / 2] ^= 4;
            File.WriteAllBytes(graph, bytes);
            await using (var engine = TestEngine.Open(root))
            {
                Assert.Contains(engine.Runtime.Recovery, sentence => sentence.Contains("goods.look.graph", StringComparison.Ordinal) && sentence.Contains("checksum", StringComparison.Ordinal));
                Assert.Equal(before[..5], (await AskAsync(engine, query, size: 20))[..5]);
            }
        }
        finally
        {
            Directory.Delete(root, true);
        }
    }

    [Theory]
    [InlineData("look", 3, "vector.look", "dimension is 8")]
    [InlineData("lok", 8, "vector.lok", "did you mean 'look'")]
    [InlineData("", 0, "vector", "dimension is 8")]
    public async Task Vectors_that_do_not_fit_name_the_field(string name, int length, string field, string hint)
    {
        await using var engine = TestEngine.Open(yaml: Yaml);
        var request = new RankRequest { Vertical = "goods", Surface = "feed", Vectors = [new(name, [.. Enumerable.Repeat(1f, length)])] };
        var error = await Assert.ThrowsAsync<RankRequestException>(async () => await engine.RankAsync(request));
        Assert.Equal(field, error.Field);
        Assert.Contains(hint, error.Message, StringComparison.Ordinal);
        var zero = await Assert.ThrowsAsync<RankRequestException>(async () => await engine.RankAsync(request with { Vectors = [new("look", new float[8])] }));
        Assert.Contains("zero vector", zero.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{kind: vectors, limit: 5}", "needs either 'attribute'")]
    [InlineData("{kind: vectors, attribute: lok}", "'lok' is not a vector attribute")]
    [InlineData("{kind: text, attribute: look}", "'attribute' belongs to the source kind vectors")]
    public void A_source_that_cannot_be_bound_says_why(string source, string message)
    {
        Assert.Null(VerticalCompiler.Parse(Yaml.Replace("{kind: vectors, attribute: look, limit: 20}]", source + "]", StringComparison.Ordinal), "goods.yaml", out var errors));
        Assert.Contains(errors, error => error.Message.Contains(message, StringComparison.Ordinal));
    }

    private static async Task<List<float[]>> FillAsync(TestEngine engine, int count)
    {
        var vectors = Enumerable.Range(0, count).Select(item => Vector((ulong)item)).ToList();
        await engine.TakeAsync([.. vectors.Select((vector, item) => engine.Put($"i{item}", $"кружка {item}", brand: $"b{item % 10}", more: [new NamedValue("look", AttributeValue.Of(vector))]))]);
        return vectors;
    }

    private static async Task<List<string>> AskAsync(TestEngine engine, float[] query, int size, IReadOnlyList<AttributeCondition>? filters = null)
        => IdsOf(await engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "feed", Vectors = [new("look", query)], Size = size, Filters = filters ?? [] }));

    private static List<string> IdsOf(RankingAnswer answer) => [.. answer.Sections[0].Items.Select(item => item.Id)];

    private static IEnumerable<string> Nearest(List<float[]> vectors, float[] query, Func<int, bool> accepts)
        => Enumerable.Range(0, vectors.Count).Where(accepts).OrderByDescending(item => Cosine(vectors[item], query)).Select(item => $"i{item}");

    private static double Cosine(float[] a, float[] b)
        => a.Zip(b).Sum(pair => (double)pair.First * pair.Second) / Math.Sqrt(a.Sum(value => (double)value * value) * b.Sum(value => (double)value * value));

    private static float[] Vector(ulong seed)
    {
        var random = RandomStream.For(seed, "vector");
        return [.. Enumerable.Range(0, Dimension).Select(_ => (float)random.NextGaussian())];
    }
}
