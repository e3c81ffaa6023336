using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Statistics;
using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Tests.Engine.Statistics;

public class VerticalStatisticsTests
{
    private const long DayMs = 86_400_000;
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly EventType[] Events = [EventType.View, EventType.Click, EventType.Order];
    private static readonly int[] Windows = [1, 7, 28];
    private static readonly CounterDeclaration[] Declarations =
    [
        new(StatisticKey.All, []),
        new(new StatisticKey("item", [new KeyPart(KeyPartKind.Item)]), [7]),
        new(new StatisticKey("query_item", [new KeyPart(KeyPartKind.Query), new KeyPart(KeyPartKind.Item)]), [1, 30]),
    ];

    private static readonly Vitrina.Engine.Verticals.ItemSchema Schema = new(new Vitrina.Engine.Verticals.ItemsDeclaration { Attributes = new Dictionary<string, Vitrina.Engine.Verticals.AttributeDeclaration>(), Type = "" });

    private static Item ItemOf(int ordinal) => new()
    {
        Ordinal = ordinal,
        Id = new ItemId($"i{ordinal}"),
        Schema = Schema,
        Vertical = "v",
        Numbers = [],
        Keywords = [],
        KeywordLists = [],
        Texts = [],
        Vectors = [],
    };

    private sealed record Happened(int Item, ulong Query, int Metric, long AtMs, int Day, int TodayThen);

    private static int DayOf(long atMs)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(atMs);
        return (int)Math.Floor((at + Berlin.GetUtcOffset(at) - DateTimeOffset.UnixEpoch).TotalDays);
    }

    [Theory]
    [InlineData("2026-03-20T00:00:00Z", 1ul)] // over the clocks' step forward on 29 March
    [InlineData("2026-10-15T00:00:00Z", 2ul)] // and back on 25 October
    [InlineData("2025-12-20T00:00:00Z", 3ul)]
    public void Counts_and_decays_equal_a_naive_recomputation(string start, ulong seed)
    {
        var random = RandomStream.For(seed, "statistics");
        var statistics = new VerticalStatistics(Declarations, Events, Windows, Berlin);
        var happened = new List<Happened>();
        var now = DateTimeOffset.Parse(start, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
        var today = int.MinValue;
        (StatisticsView View, List<Happened> Then, long Now, int Today)? frozen = null;
        for (var step = 0; step < 3000; step++)
        {
            // Mostly minutes, now and then days at once.
            now += random.NextBool(0.004) ? random.NextInt(40) * DayMs : random.NextInt(3_600_000);
            if (random.NextBool(0.02))
            {
                today = Math.Max(today, today == int.MinValue ? today : DayOf(now));
                if (today != int.MinValue)
                {
                    statistics.StartDay(now);
                }

                continue;
            }

            // One in five is late, by up to 40 days; some claim to come from a little ahead.
            var at = random.NextBool(0.2) ? now - random.NextInt(40 * 24) * 3_600_000L : random.NextBool(0.05) ? now + 240_000 : now;
            var entry = new Happened(random.NextInt(6), (ulong)random.NextInt(3), random.NextInt(3), at, DayOf(Math.Min(at, now)), 0);
            today = Math.Max(today, entry.Day);
            happened.Add(entry with { TodayThen = today });
            statistics.Apply(new CreditedEvent(Events[entry.Metric], entry.Item, 4, at, entry.Query, float.NaN, true), ItemOf(entry.Item), now);
            Assert.Equal(today, statistics.Today);
            if (step % 97 == 0)
            {
                Compare(statistics.Live(), happened, now, today);
            }

            if (step == 1500)
            {
                frozen = (statistics.Freeze(), [.. happened], now, today);
                var writer = new ByteWriter();
                statistics.Save(writer);
                statistics = new VerticalStatistics(Declarations, Events, Windows, Berlin);
                var reader = new ByteReader(writer.Written);
                statistics.Load(ref reader);
                var again = new ByteWriter();
                statistics.Save(again);
                Assert.Equal(writer.ToArray(), again.ToArray());
            }
        }

        Compare(statistics.Live(), happened, now, today);
        Compare(frozen!.Value.View, frozen.Value.Then, frozen.Value.Now, frozen.Value.Today);
    }

    private static void Compare(StatisticsView view, List<Happened> happened, long now, int today)
    {
        Assert.Equal(today, view.Today);
        for (var table = 0; table < Declarations.Length; table++)
        {
            for (var item = 0; item < 6; item++)
            {
                for (ulong query = 0; query < 3; query++)
                {
                    var key = Declarations[table].Key.Of(ItemOf(item), 4, query);
                    var own = key == 0 ? [] : happened.Where(e => table == 0 || (e.Item == item && (table == 1 || e.Query == query))).ToList();
                    var row = key == 0 ? -1 : view.Tables[table].Find(key);
                    for (var metric = 0; metric < Events.Length; metric++)
                    {
                        CompareCell(view.Tables[table], row, own, metric, today, now, Declarations[table].HalfLivesDays);
                    }
                }
            }
        }
    }

    private static void CompareCell(CounterView view, int row, List<Happened> own, int metric, int today, long now, IReadOnlyList<double> halfLives)
    {
        for (var window = 0; window < Windows.Length; window++)
        {
            var expected = own.Count(e => e.Metric == metric && today - e.Day < Windows[window]);
            Assert.Equal(expected, view.Count(row, window, metric));
        }

        // The time of reading is not before the row's newest event.
        var reading = own.Count == 0 ? now : Math.Max(now, own.Max(e => e.AtMs));
        for (var halfLife = 0; halfLife < halfLives.Count; halfLife++)
        {
            var expected = own.Where(e => e.Metric == metric).Sum(e => Math.Pow(0.5, (reading - e.AtMs) / (halfLives[halfLife] * DayMs)));
            Assert.Equal(expected, view.Decayed(row, halfLife, metric, reading), 1e-9 * Math.Max(1, expected));
        }
    }
}
