using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Models.Embeddings;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Ranking;
using Vitrina.Kernels.Files;
using Vitrina.Learning;
using Vitrina.Learning.Training.Embeddings;

namespace Vitrina.Tests.Engine;

/// <summary>From clicks to an encoder that serves: learned from the journal, stored, published with its items in one switch.</summary>
public class EncoderServingTests
{
    private const string Name = "goods-search-click";

    private static readonly string Yaml = TestEngine.GoodsYaml
        .Replace("\nfeatures:\n", $"\nfeatures:\n  - {{kind: vectorScore, encoder: {Name}}}\n", StringComparison.Ordinal)
        .Replace("\nsurfaces:\n", $"\nsurfaces:\n  feed:\n    sources: [{{kind: vectors, encoder: {Name}, limit: 20}}]\n    score: {{fallback: source}}\n    deadline: 10s\n", StringComparison.Ordinal);

    private static readonly string[] Things = ["кружка", "чайник", "носки", "телефон", "наушники", "лампа", "стол", "кресло", "часы", "рюкзак"];

    [Fact]
    public async Task Clicks_teach_an_encoder_that_serves_with_its_items_in_one_switch()
    {
        await using var engine = TestEngine.Open(yaml: Yaml);
        await engine.TakeAsync([.. Things.Select((thing, number) => engine.Put($"i{number}", $"{thing} модель"))]);
        Assert.Contains("source:vectors", (await AskAsync(engine, "кружка")).Degraded);
        await ClickAsync(engine);

        var shape = new DssmShape { WordBuckets = 2048, TrigramBuckets = 1024, RowSize = 16, Dimension = 16 };
        var options = new EncoderOptions { Vertical = "goods", Surface = "search", Trainer = new DssmTrainerOptions { Shape = shape, Epochs = 2 } };
        var outcome = EncoderLoop.Run(engine.Runtime.Journal, engine.Verticals, options, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(Name, outcome.Manifest.Name);
        Assert.Equal(["ru", "en"], outcome.Encoder.Shape.Languages);
        Assert.InRange(outcome.LaterMrr, 0.5, 1);

        await PublishAsync(engine, outcome.Manifest, outcome.Encoder);
        var answer = await AskAsync(engine, "кружка");
        Assert.Empty(answer.Degraded);
        Assert.Equal(Nearest(outcome.Encoder, "кружка"), IdsOf(answer));
        Assert.Equal("i0", answer.Sections[0].Items[0].Id);

        // A new title is embedded as it comes; a deleted item is gone.
        await engine.TakeAsync(engine.Patch("i7", new NamedValue("title", AttributeValue.Of("кружка"))), engine.Delete("i0"));
        answer = await AskAsync(engine, "кружка");
        Assert.Equal("i7", answer.Sections[0].Items[0].Id);
        Assert.DoesNotContain("i0", IdsOf(answer));

        // Without a query, the vector of the item that the context names.
        var similar = await engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "feed", Context = [new("item", "i7")], Size = 3 });
        Assert.DoesNotContain("i7", IdsOf(similar));
        Assert.Equal(3, similar.Sections[0].Items.Count);

        // Another version of other shape takes over, with the items of now.
        var (second, _) = DssmTrainer.Train(
            Things.Select(thing => new DssmExample(thing, $"{thing} модель")), new DssmTrainerOptions { Shape = shape with { Dimension = 24 }, Epochs = 1 }, cancellationToken: TestContext.Current.CancellationToken);
        await PublishAsync(engine, outcome.Manifest with { Version = "second", Id = $"{Name}/second" }, second);
        Assert.Equal("i7", (await AskAsync(engine, "кружка")).Sections[0].Items[0].Id);
    }

    [Fact]
    public async Task Texts_alone_teach_an_encoder_before_anybody_clicked()
    {
        await using var engine = TestEngine.Open(yaml: Yaml);
        await engine.TakeAsync([.. Things.Select((thing, number) => engine.Put($"i{number}", $"{thing} модель", more: [new("description", AttributeValue.Of($"это {thing}, {Things[number / 2 * 2]}"))]))]);
        var shape = new DssmShape { WordBuckets = 2048, TrigramBuckets = 1024, RowSize = 16, Dimension = 16 };
        var options = new EncoderOptions { Vertical = "goods", Surface = "search", FromTexts = true, Trainer = new DssmTrainerOptions { Shape = shape } };
        EncoderOutcome Learn(EncoderOptions how) => EncoderLoop.Run(engine.Runtime.Journal, engine.Verticals, how, cancellationToken: TestContext.Current.CancellationToken);
        var outcome = Learn(options);
        Assert.Equal(("goods-search-texts", "texts", Things.Length), (outcome.Manifest.Name, outcome.Manifest.Label, (int)outcome.Manifest.Metrics["items"]));
        Assert.True(outcome.Report is null && double.IsNaN(outcome.LaterMrr));

        await PublishAsync(engine, Learn(options with { Name = Name }).Manifest, outcome.Encoder);
        var answer = await AskAsync(engine, "телефон");
        Assert.Equal("i3", answer.Sections[0].Items[0].Id);
        Assert.Equal(Nearest(outcome.Encoder, "телефон"), IdsOf(answer));

        await ClickAsync(engine);
        Assert.InRange(Learn(options).LaterMrr, 0.9, 1);
    }

    [Fact]
    public async Task A_restart_embeds_the_items_again_and_a_damaged_encoder_is_named()
    {
        var root = TestEngine.NewFolder();
        try
        {
            var (encoder, _) = DssmTrainer.Train(
                Things.Select(thing => new DssmExample(thing, $"{thing} модель")), new DssmTrainerOptions { Shape = new DssmShape { WordBuckets = 512, TrigramBuckets = 512, RowSize = 16, Dimension = 16 }, Epochs = 1 }, cancellationToken: TestContext.Current.CancellationToken);
            await using (var engine = TestEngine.Open(root, Yaml))
            {
                await engine.TakeAsync([.. Things.Select((thing, number) => engine.Put($"i{number}", $"{thing} модель"))]);
                await PublishAsync(engine, Manifest("1"), encoder);
                Assert.Equal("i3", (await AskAsync(engine, "телефон")).Sections[0].Items[0].Id);
            }

            await using (var engine = TestEngine.Open(root))
            {
                await SettleAsync(engine);
                Assert.Equal("i3", (await AskAsync(engine, "телефон")).Sections[0].Items[0].Id);
            }

            var file = Path.Combine(root, "models", Name, "1", "model.bin");
            var bytes = File.ReadAllBytes(file);
            bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(file, bytes);
            await using (var engine = TestEngine.Open(root))
            {
                await SettleAsync(engine);
                Assert.Contains(engine.Runtime.Recovery, sentence => sentence.Contains(Name, StringComparison.Ordinal) && sentence.Contains("checksum", StringComparison.Ordinal));
                Assert.Contains("source:vectors", (await AskAsync(engine, "телефон")).Degraded);
            }
        }
        finally
        {
            Directory.Delete(root, true);
        }
    }

    [Fact]
    public async Task A_restart_embeds_what_changed_and_a_damaged_file_is_set_aside()
    {
        const int Count = 1100;
        var root = TestEngine.NewFolder();
        try
        {
            var (encoder, _) = DssmTrainer.Train(
                Things.Select(thing => new DssmExample(thing, $"{thing} модель")), new DssmTrainerOptions { Shape = new DssmShape { WordBuckets = 512, TrigramBuckets = 512, RowSize = 16, Dimension = 16 }, Epochs = 1 }, cancellationToken: TestContext.Current.CancellationToken);
            int Embedded(TestEngine engine) => engine.Runtime.State.MarketOf("goods").EncodedItemsOf(0)!.EmbeddedCount;
            List<string> before;
            await using (var engine = TestEngine.Open(root, Yaml))
            {
                await engine.TakeAsync([.. Enumerable.Range(0, Count).Select(number => engine.Put($"i{number}", $"{Things[number % 10]} модель {number}"))]);
                await PublishAsync(engine, Manifest("1"), encoder);
                Assert.Equal(Count, Embedded(engine));
                before = IdsOf(await AskAsync(engine, "телефон"));
            }

            var path = Path.Combine(root, "vectors", $"goods.{Name}.encoded");
            var bytes = File.ReadAllBytes(path);
            await using (var engine = TestEngine.Open(root))
            {
                await SettleAsync(engine);
                Assert.Equal(0, Embedded(engine));
                Assert.Equal(before, IdsOf(await AskAsync(engine, "телефон")));
                await engine.TakeAsync(engine.Patch("i7", new NamedValue("title", AttributeValue.Of("телефон"))), engine.Delete(before[0]), engine.Put("new", "телефон"));
                Assert.Equal(2, Embedded(engine));
            }

            // The graph has no further link, so the file is the same: what changed since is embedded, and the deleted item stays away.
            Assert.Equal(bytes, File.ReadAllBytes(path));
            await using (var engine = TestEngine.Open(root))
            {
                await SettleAsync(engine);
                Assert.Equal(2, Embedded(engine));
                var ids = IdsOf(await AskAsync(engine, "телефон"));
                Assert.True(ids.Contains("i7") && ids.Contains("new") && !ids.Contains(before[0]));
            }

            byte[] changed = [.. bytes], newer = [.. bytes];
            changed[bytes.Length / 2] ^= 4;
            newer[4]++;
            foreach (var damaged in new[] { bytes[..(bytes.Length - 9)], changed, newer, [] })
            {
                File.WriteAllBytes(path, damaged);
                await using var engine = TestEngine.Open(root);
                await SettleAsync(engine);
                Assert.Contains(engine.Runtime.Recovery, sentence => sentence.Contains($"goods.{Name}.encoded.damaged", StringComparison.Ordinal));
                Assert.Equal(damaged, File.ReadAllBytes(path + ".damaged"));
                Assert.Equal(Count, Embedded(engine));
                Assert.Contains("new", IdsOf(await AskAsync(engine, "телефон")));
            }

            await using (var engine = TestEngine.Open(root))
            {
                await SettleAsync(engine);
                Assert.Equal(0, Embedded(engine));

                // Another version's vectors are of no use.
                await PublishAsync(engine, Manifest("2"), encoder);
                Assert.Equal(Count, Embedded(engine));
            }
        }
        finally
        {
            Directory.Delete(root, true);
        }
    }

    [Fact]
    public void The_registry_keeps_encoders_beside_ranking_models()
    {
        var root = TestEngine.NewFolder();
        try
        {
            var (encoder, _) = DssmTrainer.Train(
                Things.Select(thing => new DssmExample(thing, thing)), new DssmTrainerOptions { Shape = new DssmShape { WordBuckets = 64, TrigramBuckets = 64, RowSize = 4, Dimension = 4 }, Epochs = 1 }, cancellationToken: TestContext.Current.CancellationToken);
            var models = new ModelFolder(Path.Combine(root, "a"));
            models.Save(Manifest("1"), encoder);
            Assert.Equal(encoder.Rows, models.LoadEncoder(Name, "1").Rows);
            Assert.Throws<DamagedFileException>(() => models.Load(Name, "1"));
            Assert.Throws<ArgumentException>(() => models.Save(Manifest("2") with { Kind = "logistic" }, encoder));
            var other = new ModelFolder(Path.Combine(root, "b"));
            Assert.Equal(ModelFolder.EncoderKind, other.Import(models.Export(Name, "1")).Kind);
            Assert.Equal(encoder.Item.Output, other.LoadEncoder(Name, "1").Item.Output);
        }
        finally
        {
            Directory.Delete(root, true);
        }
    }

    private static ModelManifest Manifest(string version) => new()
    {
        Id = $"{Name}/{version}",
        Name = Name,
        Version = version,
        Vertical = "goods",
        Surface = "search",
        Kind = ModelFolder.EncoderKind,
        Features = [],
        Objective = "softmax",
        Label = "click",
        Data = new ManifestDataRange(TestEngine.Start, TestEngine.Start, 1),
        CreatedAt = TestEngine.Start,
        CodeVersion = "0",
    };

    private static async Task ClickAsync(TestEngine engine)
    {
        for (var round = 0; round < 4; round++)
        {
            for (var number = 0; number < Things.Length; number++)
            {
                var answer = await engine.SearchAsync(Things[number]);
                await engine.TakeAsync(engine.Event($"c{round}-{number}", EventType.Click, $"i{number}", query: Things[number], rankingId: answer.RankingId));
                engine.Clock.AdvanceTo(engine.Clock.GetUtcNow().AddSeconds(1));
            }
        }
    }

    private static async Task PublishAsync(TestEngine engine, ModelManifest manifest, DssmEncoder encoder)
    {
        engine.Runtime.Models.Save(manifest, encoder);
        await engine.Runtime.Stages.PublishAsync(manifest.Name, manifest.Version, "test", null, TestContext.Current.CancellationToken);
        await SettleAsync(engine);
    }

    private static async Task SettleAsync(TestEngine engine)
    {
        for (var turn = 0; turn < 2000 && (turn < 2 || engine.Runtime.IsEncoding); turn++)
        {
            await engine.TakeAsync(engine.Stock("i1", 5));
        }

        Assert.False(engine.Runtime.IsEncoding);
    }

    private static ValueTask<RankingAnswer> AskAsync(TestEngine engine, string query) => engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "feed", Query = query, Size = 10 });

    private static List<string> IdsOf(RankingAnswer answer) => [.. answer.Sections[0].Items.Select(item => item.Id)];

    private static IEnumerable<string> Nearest(DssmEncoder encoder, string query)
    {
        var (scratch, asked, vector) = (new DssmScratch(encoder.Shape), new float[encoder.Dimension], new float[encoder.Dimension]);
        encoder.EncodeQuery(query, scratch, asked);
        return Things.Select((thing, number) =>
        {
            encoder.EncodeItem($"{thing} модель", scratch, vector);
            return (Id: $"i{number}", Score: vector.Zip(asked).Sum(pair => pair.First * pair.Second));
        }).OrderByDescending(hit => hit.Score).Select(hit => hit.Id);
    }
}
