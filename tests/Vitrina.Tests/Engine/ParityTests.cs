using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Features;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models;
using Vitrina.Engine.Ranking;
using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Collections;
using Vitrina.Learning.Replay;
using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Goods;

namespace Vitrina.Tests.Engine;

public class ParityTests
{
    private static readonly string WithMatches = TestEngine.GoodsYaml.Replace("\nsurfaces:", "\n  - {kind: match, field: title}\n\nsurfaces:", StringComparison.Ordinal);

    private static readonly string[] Regions = ["Москва", "Казань", "Уфа", "Луна"];

    [Fact]
    public async Task Replayed_features_equal_the_recorded_ones_bit_for_bit_under_concurrent_load()
    {
        var configuration = GoodsConfiguration.Small with { UserCount = FullRun.Or(300, 3000) };
        var world = GoodsWorld.Create(configuration, 11, new DateOnly(2026, 3, 1));
        var root = TestEngine.NewFolder();
        long dropped;
        int extra;
        await using (var engine = TestEngine.Open(root, WithMatches, at: world.Start))
        {
            using var adapter = new EngineAdapter(engine.Runtime, engine.Clock);
            engine.Runtime.PublishesOnlyWhenAwaited = false;
            using var stop = new CancellationTokenSource();
            var load = Enumerable.Range(0, 3).Select(worker => Task.Run(() => LoadAsync(engine, world, worker, stop.Token))).ToArray();
            await world.DriveAsync(adapter, world.Start, world.End, null, TestContext.Current.CancellationToken);
            await stop.CancelAsync();
            extra = (await Task.WhenAll(load)).Sum();
            dropped = engine.Runtime.Writer.DroppedRecords;
            Assert.Null(engine.Runtime.Failure);
        }

        var (rankings, rows, values, different) = Compare(root);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{rankings} rankings ({extra} from the load, {dropped} records dropped), {rows} rows, {values} values compared, {different.Count} differ");
        Assert.True(different.Count == 0, string.Join('\n', different.Take(20)));
        Assert.True(values > 100_000, $"{values} values");
        Directory.Delete(root, true);
    }

    // Requests, events, changes of items, aliases, erasures and rows of tables, as fast as they go, beside the drive.
    private static async Task<int> LoadAsync(TestEngine engine, GoodsWorld world, int worker, CancellationToken stop)
    {
        var random = RandomStream.For(5, "load", (ulong)worker);
        var rankings = 0;
        for (var step = 0; !stop.IsCancellationRequested; step++)
        {
            var ids = engine.Runtime.Snapshot.Catalog.ItemIds;
            var count = engine.Runtime.Snapshot.Verticals["goods"].Market.Items.Count;
            if (count < 10)
            {
                await Task.Delay(5, CancellationToken.None);
                continue;
            }

            var item = ids[random.NextInt(count)];
            var user = $"load-{random.NextInt(20)}";
            switch (random.NextInt(10))
            {
                case < 4:
                    await engine.Runtime.Ranking.RankAsync(Request(random.NextInt(1000), user, ids, item, count), CancellationToken.None);
                    rankings++;
                    break;
                case < 8:
                    var age = random.NextBool(0.2) ? random.NextInt(4 * 24 * 3600) * 1000L : random.NextInt(60_000);
                    var type = (EventType)random.NextInt(6);
                    await engine.Runtime.Writer.AppendAndWaitAsync(
                        [engine.Event($"load-{worker}-{step}", type, item, user, engine.NowMs - age, random.NextBool(0.5) ? "красный чайник" : null)], CancellationToken.None);
                    break;
                case 8:
                    await engine.Runtime.Writer.AppendAndWaitAsync([Patch(engine, item, ref random)], CancellationToken.None);
                    break;
                default:
                    await engine.Runtime.Writer.AppendAndWaitAsync([Rare(engine, user, item, step, ref random)], CancellationToken.None);
                    break;
            }

            await Task.Delay(1, CancellationToken.None);
        }

        return rankings;
    }

    private static RankRequest Request(int number, string user, SymbolTable ids, string item, int count) => new()
    {
        Vertical = "goods",
        Surface = number % 5 == 0 ? "similar" : "search",
        User = number % 7 == 0 ? null : user,
        Session = $"session-{user}",
        Query = number % 3 == 0 ? null : number % 3 == 1 ? "красный чайник" : "смартфон",
        Size = 10,
        Personalization = number % 4 != 0,
        Context = [new("region", Regions[number % Regions.Length]), new("item", item)],
        Items = number % 5 != 0 && number % 6 == 0 ? [.. Enumerable.Range(0, 15).Select(i => ids[(number + i) % count])] : [],
    };

    private static PendingEntry Patch(TestEngine engine, string item, ref RandomStream random) => random.NextInt(3) switch
    {
        0 => engine.Patch(item, new NamedValue("price", AttributeValue.Of(1 + random.NextInt(100_000)))),
        1 => engine.Patch(item, new NamedValue("delivery", AttributeValue.Of([new NamedNumber("Москва", random.NextInt(5)), new NamedNumber("Казань", random.NextInt(9))]))),
        _ => engine.Stock(item, 1 + random.NextInt(50)),
    };

    private static PendingEntry Rare(TestEngine engine, string user, string item, int step, ref RandomStream random) => random.NextInt(4) switch
    {
        0 => TestEngine.Of(new UserAlias(new UserId($"login-{random.NextInt(8)}"), new UserId(user), engine.NowMs)),
        1 => TestEngine.Control(EntryKind.UserErase, step % 5 == 0 ? user : $"login-{random.NextInt(8)}", ""),
        2 => TestEngine.User(user, engine.NowMs, Regions[random.NextInt(3)]),
        _ => TestEngine.Of(new FeatureRow
        {
            Table = "seller_quality",
            Key = engine.Runtime.Snapshot.Verticals["goods"].Find(item)?.Seller ?? "nobody",
            ValidFromMs = engine.NowMs + (random.NextInt(48) - 24) * 3_600_000L,
            Columns = [new("rating", (float)(1 + 4 * random.NextDouble()))],
        }),
    };

    private static (int Rankings, int Rows, long Values, List<string> Different) Compare(string root)
    {
        var directory = new DataDirectory(root);
        var verticals = directory.LoadVerticals(out _);
        using var journal = SegmentJournalStore.Open(directory.Journal, new SegmentJournalOptions(), readOnly: true);
        var (rankings, rows, values, different) = (0, 0, 0L, new List<string>());
        foreach (var surface in new[] { "search", "similar" })
        {
            var survey = JournalSurvey.Of(journal, "goods", surface, CancellationToken.None);
            var replay = new RankingReplay(journal, verticals, verticals[0], directory.Features, withText: false);
            var others = new AllRows(verticals[0]);
            replay.Run(survey, ranking =>
            {
                Assert.True(ranking.Recorded is not null, $"ranking {ranking.Record.Id} has no recorded features");
                rankings++;
                rows += ranking.Recorded.Items.Length;
                values += others.Compare(ranking, replay.State, different);
            }, cancellationToken: CancellationToken.None);
        }

        return (rankings, rows, values, different);
    }

    // The replay recomputes the shown items; here every recorded row is, with the replay's own state.
    private sealed class AllRows(CompiledVertical vertical)
    {
        private readonly FeatureScope _scope = new(vertical.Counters);
        private readonly QueryNormalizer _queries = new(vertical.Analyzer);

        public long Compare(ReplayedRanking ranking, EngineState state, List<string> different)
        {
            var (record, block) = (ranking.Record, ranking.Recorded!);
            Assert.Equal(record.AsOf, block.AsOf);
            var user = record.IsPersonalized ? state.Catalog.FindUser(record.User, state.Catalog.LiveAliases()) : -1;
            var region = record.Context.FirstOrDefault(pair => pair.Key == "region").Value;
            _scope.Begin(state.Live("goods"), record.AtMs, user, record.IsPersonalized ? record.User : null, region, _queries.Normalize(record.Query));
            foreach (var id in block.Items)
            {
                _scope.Add(state.Catalog.Find(id)!);
            }

            var matrix = new FeatureMatrix();
            matrix.Reset(block.Items.Length, vertical.Features.Count);
            var compared = 0L;
            for (var column = 0; column < vertical.Features.Count; column++)
            {
                if (vertical.Features[column].Origin != FeatureOrigin.Replayed)
                {
                    continue;
                }

                vertical.Features[column].Compute(_scope, matrix.Column(column));
                for (var row = 0; row < block.Items.Length; row++, compared++)
                {
                    Check(ranking, column, row, matrix[row, column], different);
                }
            }

            return compared;
        }

        private void Check(ReplayedRanking ranking, int column, int row, float replayed, List<string> different)
        {
            var block = ranking.Recorded!;
            var recorded = block.Values[(column * block.Items.Length) + row];
            var shown = ranking.Items.ToList().FindIndex(item => item.Id.Value == block.Items[row]);
            var again = shown < 0 || block.Positions[row] == 0 ? replayed : ranking.Features[shown, column];
            if (BitConverter.SingleToInt32Bits(recorded) != BitConverter.SingleToInt32Bits(replayed)
                || BitConverter.SingleToInt32Bits(again) != BitConverter.SingleToInt32Bits(replayed))
            {
                different.Add($"{ranking.Record.Id} asOf {block.AsOf} item {block.Items[row]}: {vertical.FeatureNames[column]} was {recorded}, is {replayed}, {again}");
            }
        }
    }
}
