using System.Globalization;
using System.Text.Json;
using Vitrina.Api.Experiments;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Experiments;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Verticals;
using Vitrina.Experimentation.Schedules;
using Vitrina.Kernels.Codecs;
using Vitrina.Tests.Engine;

namespace Vitrina.Tests.Api;

/// <summary>The sums of a switchback's cells and of interleaved pages against figures made by hand.</summary>
public sealed class MarketSumsTests : IAsyncDisposable
{
    private const long Hour = 3_600_000;
    private const long Minute = 60_000;
    private static readonly DateTimeOffset s_start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly ClustersDeclaration s_clusters = new() { By = "context.city", ItemsBy = "item.owner" };
    private readonly TestEngine _engine = TestEngine.Open();
    private readonly MemoryJournalStore _journal = new();
    private readonly Dictionary<string, Item> _items = new(StringComparer.Ordinal);

    private static long Start => s_start.ToUnixTimeMilliseconds();

    private ExperimentHistory History => new(_journal, _engine.Verticals[0].Declaration, _items.GetValueOrDefault, []);

    public ValueTask DisposeAsync()
    {
        _journal.Dispose();
        return _engine.DisposeAsync();
    }

    // Two cities, two periods of 12 hours: Moscow A then B, Kazan B then A. One sale of 500 follows from a list of the first period and closes in the
    // second; its item was published in the first. Kazan's item is older than the test.
    [Fact]
    public void Cells_hold_the_events_of_their_own_cluster_under_three_attributions()
    {
        Tell();
        var cells = MarketCells.Read(Switchback(""), History, Start + 24 * Hour, TestContext.Current.CancellationToken);
        Assert.Equal((3, 1), cells.Agreement);
        Assert.Equal((5, 1), cells.Contamination);
        Assert.Equal(1, cells.OutsideRequests);
        string[] expected =
        [
            "cluster,period,arm,start,"
                + "ctr_num,ctr_den,conversion_num,conversion_den,gmvPerUser_num,gmvPerUser_den,"
                + "ctr_num_creation,ctr_den_creation,conversion_num_creation,conversion_den_creation,gmvPerUser_num_creation,gmvPerUser_den_creation,"
                + "ctr_num_response,ctr_den_response,conversion_num_response,conversion_den_response,gmvPerUser_num_response,gmvPerUser_den_response",
            "kazan,0,stars,2026-03-02T00:00:00Z," + "0,1,0,1,0,1," + "0,0,0,1,0,1," + "0,1,0,1,0,1",
            "kazan,1,control,2026-03-02T12:00:00Z," + "0,0,0,0,0,0," + "0,0,0,0,0,0," + "0,0,0,0,0,0",
            "moscow,0,control,2026-03-02T00:00:00Z," + "1,1,0,1,0,1," + "2,2,1,1,500,1," + "1,1,1,1,500,1",
            "moscow,1,stars,2026-03-02T12:00:00Z," + "1,1,1,1,500,1," + "0,0,0,1,0,1," + "1,1,0,1,0,1",
        ];
        Assert.Equal(expected, Lines(cells.WriteCsv));
    }

    [Fact]
    public void The_past_sums_to_the_same_numerators_and_a_period_that_is_not_over_is_left_out()
    {
        Tell();
        var calendar = new PeriodCalendar(TimeZoneInfo.Utc, s_start.DateTime, TimeSpan.FromHours(12));
        var past = MarketCells.ReadHistory(History, s_clusters, ["moscow", "kazan"], calendar, 2, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([[0.0, 0], [0, 500]], past.Numerators("gmvPerUser"));
        Assert.Equal([[0.0, 0], [1, 1]], past.Numerators("ctr"));
        Assert.Throws<ArgumentException>(() => past.Numerators("nothing"));
        var half = MarketCells.Read(Switchback(""), History, Start + 23 * Hour, TestContext.Current.CancellationToken);
        Assert.Equal(["kazan,0", "moscow,0"], Lines(half.WriteCsv).Skip(1).Select(line => string.Join(',', line.Split(',')[..2])));
    }

    // A burn-in of 6 of 12 hours: two rows a period. A session of both halves counts in the first of them, a click where it happened.
    [Fact]
    public void A_burn_in_writes_slots_in_which_a_session_counts_once()
    {
        Publish("m1", "moscow", Start);
        Rank("r1", 1 * Hour, "u1", "moscow", "control", ["m1"]);
        Happen(EventType.View, 1 * Hour + Minute, "m1", "u1", "r1");
        Rank("r2", 7 * Hour, "u1", "moscow", "control", ["m1"]);
        Happen(EventType.Click, 7 * Hour + Minute, "m1", "u1", "r2");
        var cells = MarketCells.Read(Switchback(""","burnIn": "6h" """), History, Start + 24 * Hour, TestContext.Current.CancellationToken);
        var moscow = Lines(cells.WriteCsv).Where(line => line.StartsWith("moscow,0,", StringComparison.Ordinal)).Select(line => string.Join(',', line.Split(',')[3..8]));
        Assert.Equal(["2026-03-02T00:00:00Z,0,1,0,1", "2026-03-02T06:00:00Z,1,0,0,0"], moscow);
    }

    [Fact]
    public void Interleaved_pages_credit_the_arm_that_placed_the_clicked_item()
    {
        var experiment = Started("""{"name": "drafts", "kind": "interleaving", "vertical": "goods", "surface": "search", "arms": [{"name": "a"}, {"name": "b"}], "metrics": {"primary": "ctr"}}""");
        Rank("r1", 1 * Hour, "u1", "moscow", "interleaved", ["i1", "i2", "i3"], experiment: "drafts", teams: [1, 2, 0]);
        Rank("r2", 2 * Hour, "u,2", "moscow", "interleaved", ["i2", "i1"], experiment: "drafts", teams: [2, 1]);
        Rank("r3", 3 * Hour, "u3", "moscow", "interleaved", ["i1"], experiment: "drafts", teams: [1], isExposed: false);
        Rank("r4", 4 * Hour, "u4", "moscow", "control", ["i1"], experiment: "another");
        foreach (var (item, page) in new[] { ("i1", "r1"), ("i2", "r1"), ("i2", "r1"), ("i3", "r1"), ("i9", "r1"), ("i1", "r2"), ("i1", "r3"), ("i1", "r4"), ("i1", "lost") })
        {
            Happen(EventType.Click, 5 * Hour, item, "u1", page);
        }

        Happen(EventType.View, 6 * Hour, "i1", "u1", "r1");
        var credits = DraftCredits.Read(experiment, History, TestContext.Current.CancellationToken);
        Assert.Equal(2, credits.PageCount);
        Assert.Equal(["page,unit,creditA,creditB", "r1,u1,1,2", "r2,\"u,2\",1,0"], Lines(credits.WriteCsv));
    }

    // Weights of the goods file: order 10, click 1. Ages are taken from the end of the span; half of the weight is gone after 12 hours.
    [Fact]
    public void Edges_add_weights_that_halve_with_age()
    {
        Tell();
        var halfLife = TimeSpan.FromHours(12);
        var span = (Start, Start + 24 * Hour + Minute);
        var edges = MarketEdges.Read(History, "owner", span, halfLife, ["click", "order"], TestContext.Current.CancellationToken);
        var (click, order, later) = (Weight("click") * Aged(21 * Hour - Minute), Weight("order") * Aged(11 * Hour + Minute), Weight("click") * Aged(10 * Hour));
        Assert.Equal(2, edges.Count);
        Assert.Equal(
            ["left,right,weight", string.Create(CultureInfo.InvariantCulture, $"u1,moscow,{click + order:0.######}"), string.Create(CultureInfo.InvariantCulture, $"u2,moscow,{later:0.######}")],
            Lines(edges.WriteCsv));

        // What happens at the end is outside; views have no weight of their own and count 1 when they are asked for.
        Assert.Equal(1, MarketEdges.Read(History, "owner", (Start, Start + 14 * Hour + Minute), halfLife, ["click", "order"], TestContext.Current.CancellationToken).Count);
        Assert.Contains("u3,kazan,0.5", Lines(MarketEdges.Read(History, "owner", (Start, Start + 16 * Hour + Minute), halfLife, ["view"], TestContext.Current.CancellationToken).WriteCsv));
        Assert.Equal(2, MarketEdges.Read(History, "owner", span, halfLife, cancellationToken: TestContext.Current.CancellationToken).Count);
        Assert.Throws<ArgumentException>(() => MarketEdges.Read(History, "owner", span, halfLife, ["clik"], TestContext.Current.CancellationToken));

        double Weight(string name) => _engine.Verticals[0].Declaration.Events[name].Weight;
        double Aged(long ms) => Math.Pow(0.5, ms / halfLife.TotalMilliseconds);
    }

    private void Tell()
    {
        Publish("m1", "moscow", Start + 1 * Hour);
        Publish("m2", "moscow", Start + 2 * Hour);
        Publish("k1", "kazan", Start - 50 * Hour);
        Rank("r1", 3 * Hour, "u1", "moscow", "control", ["m1", "m2", "k1"], foreign: 1);
        Happen(EventType.View, 3 * Hour + Minute, "m1", "u1", "r1");
        Happen(EventType.Click, 3 * Hour + 2 * Minute, "m1", "u1", "r1");
        Rank("r4", 4 * Hour, "u3", "kazan", "stars", ["k1"]);
        Happen(EventType.View, 4 * Hour + Minute, "k1", "u3", "r4");
        Rank("r3", 5 * Hour, "u4", "tver", "control", ["m1"]);
        Happen(EventType.Order, 13 * Hour, "m1", "u1", "r1", 500);

        // The schedule says stars here; the first place counts as seen.
        Rank("r2", 14 * Hour, "u2", "moscow", "control", ["m1"], assumedViews: 1);
        Happen(EventType.Click, 14 * Hour + Minute, "m1", "u2", "r2");
    }

    private static Experiment Switchback(string more) => Started(
        """
        {"name": "turns", "kind": "switchback", "vertical": "goods", "surface": "search", "arms": [{"name": "control"}, {"name": "stars"}],
         "metrics": {"primary": "ctr", "guardrails": ["conversion", "gmvPerUser"]}, "clusters": {"by": "context.city", "itemsBy": "item.owner"},
         "schedule": {"period": "12h", "periods": 2 MORE}}
        """.Replace("MORE", more, StringComparison.Ordinal)) with
    {
        Schedule = StoredSchedule.Of([[Start, Start + 12 * Hour, Start + 24 * Hour]], [("moscow", 0, [0, 1]), ("kazan", 0, [1, 0])]),
    };

    private static Experiment Started(string json)
    {
        var errors = new ErrorList();
        var document = ExperimentDocument.Read(JsonDocument.Parse(json).RootElement, errors);
        Assert.True(document is not null, string.Join('\n', errors));
        return new Experiment { Document = document, Version = 1, Status = ExperimentStatus.Running, StartedAtMs = Start, Audit = [] };
    }

    private void Publish(string id, string owner, long atMs) => _items[id] = new Item
    {
        Id = new ItemId(id),
        Ordinal = _items.Count,
        Vertical = "goods",
        Schema = _engine.Verticals[0].Schema,
        Owner = owner,
        PublishedAtMs = atMs,
        Numbers = [],
        Keywords = [],
        KeywordLists = [],
        Texts = [],
        Vectors = [],
    };

    private void Rank(
        string id, long after, string user, string city, string arm, string[] shown, int foreign = 0, int assumedViews = 0, string experiment = "turns", byte[]? teams = null, bool isExposed = true)
    {
        var writer = new ByteWriter();
        new RankingRecord
        {
            Id = id,
            Vertical = "goods",
            Surface = "search",
            AtMs = Start + after,
            User = user,
            Session = "s-" + user,
            AssumedViews = assumedViews,
            Context = [new("city", city)],
            Shown = [.. shown.Select(item => new ShownItem(item, 1, 0, 1))],
            Assignments = city == "tver" ? [] : [new RecordedAssignment { Experiment = experiment, Version = 1, Arm = arm, IsExposed = isExposed, Cluster = city, ForeignItems = foreign, Teams = teams ?? [] }],
        }.Write(writer);
        Append(EntryKind.Ranking, after, writer);
    }

    private void Happen(EventType type, long after, string item, string user, string ranking, double value = double.NaN)
    {
        var writer = new ByteWriter();
        new MarketEvent { Id = $"e{_journal.LastSequence}", Type = type, OccurredAtMs = Start + after, Item = item, User = user, Session = "s-" + user, RankingId = ranking, Value = value }.Write(writer);
        Append(EntryKind.Event, after, writer);
    }

    private void Append(EntryKind kind, long after, ByteWriter writer) => _journal.Append([new JournalEntry(_journal.LastSequence + 1, Start + after, kind, writer.WrittenMemory.ToArray())]);

    private static string[] Lines(Action<TextWriter> write)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        write(text);
        return text.ToString().TrimEnd('\n').Split('\n');
    }
}
