using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Linear;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Ranking;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Backtesting;
using Vitrina.Tests.Engine;

namespace Vitrina.Tests.Learning.Backtesting;

/// <summary>An engine whose people click cheap items: lists of ten random items, seen as a whole.</summary>
internal sealed class ClickedLists : IAsyncDisposable
{
    public const int Lists = 400;

    /// <summary>By how much the log-odds of a click fall with the logarithm of the price.</summary>
    public const double Steepness = 6;
    private static readonly string s_yaml = TestEngine.GoodsYaml.Replace("    explore: {temperature: 0.1, top: 10}", "    #", StringComparison.Ordinal);

    private ClickedLists(TestEngine engine) => Engine = engine;

    public TestEngine Engine { get; }

    /// <summary>The first half of the lists is what models are said to have learned from.</summary>
    public static DateTimeOffset TrainedUntil => TestEngine.Start.AddMinutes(Lists / 2);

    /// <param name="losesOldPrice">True: from the middle on, no item has an old price any more.</param>
    /// <param name="seller">The seller of an item.</param>
    public static async Task<ClickedLists> MakeAsync(bool losesOldPrice = false, Func<int, string>? seller = null)
    {
        var engine = TestEngine.Open(yaml: s_yaml, options: new Vitrina.Engine.EngineOptions { Publish = new PublishOptions { MaxEce = 0.06 } });
        await engine.TakeAsync([.. Enumerable.Range(0, 30).Select(i => engine.Put(
            $"i{i:00}", $"чайник модель{i}", price: PriceOf(i), seller: seller?.Invoke(i) ?? $"s{i}", more: new Vitrina.Engine.Catalog.NamedValue("oldPrice", Vitrina.Engine.Catalog.AttributeValue.Of(PriceOf(i) + 1))))]);
        for (var list = 0; list < Lists; list++)
        {
            if (losesOldPrice && list == Lists / 2)
            {
                await engine.TakeAsync([.. Enumerable.Range(0, 30).Select(i => engine.Put($"i{i:00}", $"чайник модель{i}", price: PriceOf(i), seller: $"s{i}"))]);
            }

            engine.Clock.AdvanceTo(TestEngine.Start.AddMinutes(list));
            await AddAsync(engine, list);
        }

        await engine.TakeAsync(engine.Event("last", EventType.View, "i00"));
        return new ClickedLists(engine);
    }

    public static double PriceOf(int item) => 100 + (10 * (item * 7 % 30));

    private static async Task AddAsync(TestEngine engine, int list)
    {
        var stream = RandomStream.For(17, "lists", (ulong)list);
        int[] items = [.. Enumerable.Range(0, 30)];
        stream.Shuffle<int>(items);
        var answer = await engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "search", User = $"u{list % 50}", Query = "чайник", Items = [.. items[..20].Select(i => $"i{i:00}")], Size = 10, Seed = 1 });
        var events = new List<PendingEntry>();
        foreach (var item in answer.Sections[0].Items)
        {
            events.Add(engine.Event($"v{list}-{item.Id}", EventType.View, item.Id, rankingId: answer.RankingId));
            if (stream.NextBool(RankingModel.Probability(Steepness * (Math.Log(181) - Math.Log(1 + PriceOf(int.Parse(item.Id[1..], System.Globalization.CultureInfo.InvariantCulture)))))))
            {
                events.Add(engine.Event($"c{list}-{item.Id}", EventType.Click, item.Id, rankingId: answer.RankingId));
            }
        }

        // Every list is seen to its end.
        events.Add(TestEngine.Of(new MarketEvent { Id = $"e{list}", Type = EventType.View, OccurredAtMs = engine.NowMs, Item = answer.Sections[0].Items[^1].Id, User = "u", RankingId = answer.RankingId, Position = 10 }));
        await engine.Runtime.Writer.AppendAndWaitAsync(events, TestContext.Current.CancellationToken);
    }

    /// <summary>Saves a model of one feature, the logarithm of a price; the truth's weight is −<see cref="Steepness"/>.</summary>
    public ModelManifest Save(string version, double weight, string feature = "attribute.price", double scale = 1)
    {
        LogisticModel model = new(Steepness * Math.Log(181) * scale, [new LogisticFeature { Name = feature, Low = 0, High = 1_000, Weight = weight * scale, Scale = 1 }]);
        var manifest = new ModelManifest
        {
            Id = $"goods-search/{version}",
            Name = "goods-search",
            Version = version,
            Vertical = "goods",
            Surface = "search",
            Features = [new ManifestFeature(feature, "replayed", "0")],
            Objective = "logistic",
            Label = "click",
            Data = new ManifestDataRange(TestEngine.Start, TrainedUntil, 0),
            CreatedAt = TestEngine.Start,
            CodeVersion = "0",
        };
        Engine.Runtime.Models.Save(manifest, model);
        return Engine.Runtime.Models.Find("goods-search", version)!;
    }

    public Contender Model(string version) => new Contender.Model(Engine.Runtime.Models.Load("goods-search", version), Engine.Verticals[0].FeatureNames);

    public BacktestReport Compare(Contender baseline, Contender candidate, BacktestOptions? options = null) => Backtest.Run(
        Engine.Runtime.Journal, Engine.Verticals, new Vitrina.Engine.DataDirectory(Engine.Root).Features, baseline, candidate,
        options ?? new BacktestOptions { Vertical = "goods", Surface = "search" }, cancellationToken: TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}
