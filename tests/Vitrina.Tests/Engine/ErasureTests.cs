using System.Text;
using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Statistics;
using Vitrina.Kernels.Codecs;
using Vitrina.Learning.Replay;

namespace Vitrina.Tests.Engine;

public class ErasureTests
{
    private const string Login = "login-of-vera-7731";
    private const string Device = "device-of-vera-5519";
    private const string Session = "visit-of-vera-9042";
    private static readonly string[] Traces = [Login, Device, Session, "Воронеж"];

    private static string Yaml => TestEngine.GoodsYaml;

    private static PendingEntry Act(TestEngine engine, string id, EventType type, string item, string user, string? query = null) =>
        TestEngine.Of(new MarketEvent { Id = id, Type = type, OccurredAtMs = engine.NowMs, Item = item, User = user, Session = user == "u-other" ? "s-other" : Session, Query = query, Context = user == "u-other" ? [] : [new("region", "Воронеж")] });

    private static async Task FillAsync(TestEngine engine)
    {
        var entries = new List<PendingEntry>();
        for (var i = 0; i < 12; i++)
        {
            entries.Add(engine.Put($"i{i}", $"телефон модель {i}"));
        }

        entries.Add(TestEngine.User("u-other", engine.NowMs, "Москва"));
        for (var i = 0; i < 6; i++)
        {
            // Views carry the query; clicks are credited with it through the visitor alone. One click stands on the other side of the join.
            entries.Add(Act(engine, $"v{i}", EventType.View, $"i{i}", i < 3 ? Device : Login, "телефон"));
            entries.Add(Act(engine, $"o{i}", EventType.View, $"i{i}", "u-other", "модель"));
            if (i == 2)
            {
                entries.Add(TestEngine.User(Login, engine.NowMs, "Воронеж"));
                entries.Add(TestEngine.Of(new UserAlias(new UserId(Login), new UserId(Device), engine.NowMs)));
            }

            entries.Add(Act(engine, $"c{i}", EventType.Click, $"i{i}", i < 2 ? Device : Login));
            entries.Add(Act(engine, $"p{i}", EventType.Order, $"i{i}", "u-other"));
        }

        await engine.TakeAsync([.. entries]);
        foreach (var user in new[] { Login, Device, "u-other" })
        {
            await engine.RankAsync(new() { Vertical = "goods", Surface = "search", Query = "телефон", User = user, Session = user == "u-other" ? "s-other" : Session, Size = 5, Seed = 1, Context = [new("region", user == "u-other" ? "Уфа" : "Воронеж")] });
        }
    }

    private static Task<long> EraseAsync(TestEngine engine, string id = Device) => engine.TakeAsync(TestEngine.Control(EntryKind.UserErase, id, ""));

    private static string[] FilesWith(string root, params string[] traces) =>
    [
        .. Directory.GetFiles(root, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).Where(file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return traces.Any(trace => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(trace)) >= 0);
        }),
    ];

    // Every table of counters that has no user in its key, as bytes.
    private static string ItemCounts(EngineState state)
    {
        var vertical = state.Verticals["goods"];
        var view = state.Live("goods").Statistics;
        var text = new StringBuilder();
        for (var table = 0; table < vertical.Counters.Count; table++)
        {
            if (vertical.Counters[table].Key.Parts.Any(part => part.Kind == KeyPartKind.User))
            {
                continue;
            }

            var writer = new ByteWriter();
            view.Tables[table].Save(writer);
            text.Append(vertical.Counters[table].Key.Name).Append(' ').AppendLine(Convert.ToHexString(writer.Written));
        }

        return text.ToString();
    }

    private static int HistoryOf(TestEngine engine, string user)
    {
        var entries = new HistoryEntry[50];
        return engine.Runtime.Snapshot.Verticals["goods"].Market.History.Newest(engine.Runtime.Snapshot.FindUser(user), entries);
    }

    [Fact]
    public async Task An_erased_person_is_unknown_under_all_its_ids_and_comes_back_as_somebody_new()
    {
        await using var engine = TestEngine.Open(yaml: Yaml);
        await FillAsync(engine);
        var (before, old) = (engine.Runtime.Snapshot, engine.Runtime.Snapshot.FindUser(Login));
        Assert.True(old >= 0 && HistoryOf(engine, Login) > 5);
        await EraseAsync(engine);
        Assert.All([Login, Device], id => Assert.Equal(-1, engine.Runtime.Snapshot.FindUser(id)));
        Assert.False(engine.Runtime.KnowsUser(Login));
        Assert.Null(engine.Runtime.FindUser(Login));
        Assert.Equal(old, before.FindUser(Login));
        Assert.True(HistoryOf(engine, "u-other") > 5);

        await engine.TakeAsync(Act(engine, "again", EventType.Click, "i1", Login));
        Assert.NotEqual(old, engine.Runtime.Snapshot.FindUser(Login));
        Assert.Equal(1, HistoryOf(engine, Login));
        Assert.Equal(-1, engine.Runtime.Snapshot.FindUser(Device));
        var vertical = engine.Runtime.Snapshot.Verticals["goods"];
        foreach (var (table, declared) in vertical.Market.Statistics.Tables.Zip(vertical.Vertical.Counters).Where(pair => pair.Second.Key.Name == "user"))
        {
            var row = table.Find(declared.Key.Of(null, engine.Runtime.Snapshot.FindUser(Login), 0));
            Assert.Equal(1, Enumerable.Range(0, vertical.Vertical.Events.Count).Sum(metric => table.Count(row, 0, metric)));
        }

        // The second erasure finds the second person.
        await EraseAsync(engine, Login);
        Assert.Equal(-1, engine.Runtime.Snapshot.FindUser(Login));
    }

    [Fact]
    public async Task After_maintenance_no_file_names_the_person_and_items_count_the_same()
    {
        var root = TestEngine.NewFolder();
        await using (var engine = TestEngine.Open(root, Yaml))
        {
            await FillAsync(engine);
        }

        await using (var engine = TestEngine.Open(root))
        {
            await FillAsync(engine);
            await EraseAsync(engine);
            Assert.NotEmpty(FilesWith(root, Traces));
            var counts = ItemCounts(engine.Runtime.State);
            var report = await engine.Runtime.MaintainAsync(TestContext.Current.CancellationToken);
            Assert.Equal(1, report.ErasedPersons);
            Assert.True(report.RewrittenEntries > 15, report.ToString());
            Assert.True(report.IsScrubbed);
            Assert.Empty(FilesWith(root, Traces));
            var rebuilt = StateBytes.Rebuild(root, engine.Verticals);
            Assert.Equal(counts, ItemCounts(rebuilt));
            Assert.Equal(engine.Runtime.State.AsOf, rebuilt.AsOf);

            // The person's return stands beside the rewritten past.
            await engine.TakeAsync(Act(engine, "again", EventType.Click, "i1", Login));
            Assert.Equal(0, (await engine.Runtime.MaintainAsync(TestContext.Current.CancellationToken)).RewrittenEntries);
        }

        await using var reopened = TestEngine.Open(root);
        Assert.Empty(reopened.Runtime.Recovery);
        Assert.Equal(1, HistoryOf(reopened, Login));
        Assert.Empty(FilesWith(root, Device));
        StateBytes.Rebuild(root, reopened.Verticals);
    }

    [Fact]
    public async Task A_restored_state_equals_a_rebuilt_one_while_the_journal_is_not_rewritten_yet()
    {
        var root = TestEngine.NewFolder();
        await using (var engine = TestEngine.Open(root, Yaml))
        {
            await FillAsync(engine);
            await EraseAsync(engine);
            await engine.TakeAsync(Act(engine, "again", EventType.Click, "i1", Login));
        }

        await using var reopened = TestEngine.Open(root);
        Assert.Empty(reopened.Runtime.Recovery);
        StateBytes.AssertEqual(StateBytes.Rebuild(root, reopened.Verticals, reopened.Runtime.State.AsOf), reopened.Runtime.State);
        Assert.Equal(1, HistoryOf(reopened, Login));
    }

    [Fact]
    public async Task A_rewriting_that_is_cut_off_is_completed_at_the_next_start()
    {
        var root = TestEngine.NewFolder();
        var options = new EngineOptions { Segments = new SegmentJournalOptions { SegmentBytes = 2048 } };
        string counts;
        await using (var engine = TestEngine.Open(root, Yaml, options))
        {
            await FillAsync(engine);
            await EraseAsync(engine);
            counts = ItemCounts(engine.Runtime.State);
        }

        // What a process leaves that is killed between two segments: the document is marked, the first half is rewritten, the checkpoint is lost too.
        var directory = new DataDirectory(root);
        using (var control = SqliteControlStore.Open(directory.Control))
        using (var journal = SegmentJournalStore.Open(directory.Journal, options.Segments))
        {
            var person = ErasedPerson.Read(Assert.Single(control.List(ErasedPerson.Collection)).Value);
            control.Put(ErasedPerson.Collection, person.Key, (person with { IsBegun = true }).ToJson());
            var rewriter = new ErasureRewriter([person], _ => false);
            var half = journal.LastSequence / 2;
            Assert.True(journal.RewriteSegments((JournalEntry entry, out ReadOnlyMemory<byte> payload) =>
            {
                payload = default;
                return entry.Sequence < half && rewriter.Rewrite(entry, out payload);
            }) > 0);
            Directory.Delete(directory.Checkpoints, true);
        }

        await using var reopened = TestEngine.Open(root, options: options);
        Assert.Contains(reopened.Runtime.Recovery, sentence => sentence.StartsWith("erasure:", StringComparison.Ordinal));
        Assert.Equal(counts, ItemCounts(reopened.Runtime.State));
        Assert.All([Login, Device], id => Assert.Equal(-1, reopened.Runtime.Snapshot.FindUser(id)));
        await reopened.Runtime.MaintainAsync(TestContext.Current.CancellationToken);
        Assert.Empty(FilesWith(root, Traces));
        Assert.Equal(counts, ItemCounts(StateBytes.Rebuild(root, reopened.Verticals)));
    }

    [Fact]
    public async Task Nothing_is_learned_from_rankings_of_erased_persons_before_and_after_the_rewriting()
    {
        await using var engine = TestEngine.Open(yaml: Yaml);
        await FillAsync(engine);
        await EraseAsync(engine);
        var survey = JournalSurvey.Of(engine.Runtime.Journal, "goods", "search", TestContext.Current.CancellationToken);
        Assert.Equal(3, survey.Places.Count);
        var users = Rankings(engine).Where(ranking => !survey.IsErased(ranking)).Select(ranking => ranking.User);
        Assert.Equal(["u-other"], users);

        await engine.Runtime.MaintainAsync(TestContext.Current.CancellationToken);
        Assert.Single(JournalSurvey.Of(engine.Runtime.Journal, "goods", "search", TestContext.Current.CancellationToken).Places);
        Assert.Equal(2, Rankings(engine).Count(ranking => ranking is { IsErased: true, User: null, Session: null, IsPersonalized: false }));
        await engine.SearchAsync("телефон", Login);
        await engine.TakeAsync(engine.Stock("i1", 4));
        Assert.Equal(2, JournalSurvey.Of(engine.Runtime.Journal, "goods", "search", TestContext.Current.CancellationToken).Places.Count);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void A_ranking_that_had_not_seen_a_device_handed_on_is_erased_with_the_owner_whose_history_it_saw(int lastJoinSeen, bool isOfSecondOwner)
    {
        const long erasedAt = 9;
        var joins = new[] { "first-owner", "second-owner" }.Select((login, index) => new JournalEntry(1 + index, 0, EntryKind.UserAlias, TestEngine.Of(new UserAlias(new UserId(login), new UserId(Device), 0)).Payload)).ToList();
        var record = new RankingRecord { Id = "r1", Vertical = "goods", Surface = "search", AtMs = 0, AsOf = lastJoinSeen, User = Device, Session = Session, Shown = [new ShownItem("i1", 1, 0, 1)] };
        var writer = new ByteWriter();
        record.Write(writer);
        var ranking = new JournalEntry(3, 0, EntryKind.Ranking, writer.Written.ToArray());

        bool IsErasedWith(string owner)
        {
            var rewriter = new ErasureRewriter([new ErasedPerson { Sequence = erasedAt, Ids = [owner], Salt = "00" }], _ => false);
            rewriter.Prepare([.. joins, ranking]);
            foreach (var join in joins)
            {
                rewriter.Rewrite(join, out _);
            }

            return rewriter.Rewrite(ranking, out _);
        }

        Assert.Equal(isOfSecondOwner, !IsErasedWith("first-owner"));
        Assert.Equal(isOfSecondOwner, IsErasedWith("second-owner"));
    }

    private static IEnumerable<RankingRecord> Rankings(TestEngine engine) =>
        engine.Runtime.Journal.Read(1).Where(entry => entry.Kind == EntryKind.Ranking).Select(entry => RankingRecord.Read(entry.Payload.Span));

    [Fact]
    public void A_report_of_an_earlier_release_says_when_it_was()
    {
        const string Stored = """{"At":"2026-05-01T03:00:00+00:00","CheckpointAsOf":9,"ErasedPersons":0,"RewrittenEntries":0,"RemovedCheckpoints":0,"RemovedSegments":2,"FirstSequence":5,"IsScrubbed":true}""";
        Assert.Equal(new DateTimeOffset(2026, 5, 1, 3, 0, 0, TimeSpan.Zero), MaintenanceReport.AtOf(Stored));
    }

    [Fact]
    public async Task Retention_forgets_what_people_did_and_a_rebuild_still_has_everything_else()
    {
        var options = new EngineOptions { RetentionDays = 30, Segments = new SegmentJournalOptions { SegmentBytes = 2048 } };
        var root = TestEngine.NewFolder();
        await using (var engine = TestEngine.Open(root, Yaml, options: options))
        {
            await FillAsync(engine);
            await engine.TakeAsync(TestEngine.Control(EntryKind.KillSwitch, "goods/similar", "on"), TestEngine.Control(EntryKind.ModelPublished, "m", "3"));
            Assert.Equal(0, (await engine.Runtime.MaintainAsync(TestContext.Current.CancellationToken)).ThinnedSegments);
            engine.Clock.AdvanceTo(TestEngine.Start.AddDays(40));
            await engine.TakeAsync(engine.Stock("i1", 3));
            var before = ItemCounts(engine.Runtime.State);
            var report = await engine.Runtime.MaintainAsync(TestContext.Current.CancellationToken);
            Assert.True(report.ThinnedSegments > 0, report.ToString());
            Assert.Equal(before, ItemCounts(engine.Runtime.State));
            Assert.Equal(12, engine.Runtime.Journal.Read(1).Count(entry => entry.Kind == EntryKind.ItemPut));
            Assert.True(engine.Runtime.Journal.Read(1).Count(entry => entry.Kind == EntryKind.Event) < 24);
        }

        // Another window: the state is rebuilt from what the journal still has.
        var other = Yaml.Replace("windows: [1d, 7d, 28d]", "windows: [1d, 3d, 7d, 28d]", StringComparison.Ordinal);
        Assert.NotEqual(Yaml, other);
        await using var again = TestEngine.Open(root, other, options: options);
        var state = again.Runtime.State;
        Assert.Contains(again.Runtime.Recovery, sentence => sentence.Contains("count differently", StringComparison.Ordinal));
        StateBytes.AssertEqual(StateBytes.Rebuild(root, [.. state.Verticals.Values], state.AsOf), state);
        Assert.Equal(12, Enumerable.Range(0, state.Catalog.ItemCount).Count(ordinal => state.Catalog[ordinal] is not null));
        Assert.Equal("3", state.ServingModels["m"]);
        Assert.True(again.Runtime.KillSwitches.IsSwitched("goods/similar"));
    }
}
