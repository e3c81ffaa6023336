using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Statistics;

/// <summary>One declared table of counters: its key and its decayed counts.</summary>
/// <param name="Key">By what it counts.</param>
/// <param name="HalfLivesDays">Half-lives of its decayed counts, days.</param>
public sealed record CounterDeclaration(StatisticKey Key, IReadOnlyList<double> HalfLivesDays)
{
    /// <summary>The declaration in one line; tables with equal lines hold equal counts.</summary>
    public string Signature => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Key.Name}:{string.Join(',', HalfLivesDays)}");
}

/// <summary>All statistics of one vertical: counters by every declared key, in journal order.</summary>
/// <remarks>One writer. The current day moves with events and day marks of the journal alone, so that a replay slides windows at the same places.</remarks>
public sealed class VerticalStatistics
{
    private readonly CounterTable[] _tables;
    private readonly StatisticKey[] _keys;
    private readonly int _offers;
    private readonly int[] _metricOf;
    private readonly DayClock _clock;

    /// <summary>Makes empty statistics.</summary>
    /// <param name="declarations">The tables; features refer to them by index.</param>
    /// <param name="events">The vertical's event types; a type's index is its metric.</param>
    /// <param name="windowDays">Window lengths in days, ascending.</param>
    /// <param name="zone">The vertical's time zone.</param>
    public VerticalStatistics(IReadOnlyList<CounterDeclaration> declarations, IReadOnlyList<EventType> events, IReadOnlyList<int> windowDays, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(declarations);
        ArgumentNullException.ThrowIfNull(events);
        _keys = [.. declarations.Select(declaration => declaration.Key)];
        _offers = Array.IndexOf(_keys, StatisticKey.Offer);
        _tables = [.. declarations.Select(declaration => new CounterTable(new CounterShape(events.Count, windowDays, declaration.HalfLivesDays), declaration.Key == StatisticKey.Offer))];
        _metricOf = new int[EventTypes.Count];
        Array.Fill(_metricOf, -1);
        for (var metric = 0; metric < events.Count; metric++)
        {
            _metricOf[(int)events[metric]] = metric;
        }

        _clock = new DayClock(zone);
    }

    /// <summary>The day up to which windows have slid, since 1970-01-01 in the vertical's zone; <see cref="int.MinValue"/> before the first event.</summary>
    public int Today { get; private set; } = int.MinValue;

    /// <summary>Bytes held by all tables.</summary>
    public long Bytes => _tables.Sum(table => table.Bytes);

    /// <summary>Rows of each table, by the name of its key.</summary>
    public IEnumerable<(string Key, int Rows, long Bytes)> Tables => _tables.Select((table, i) => (_keys[i].Name, table.RowCount, table.Bytes));

    /// <summary>Receives what leaves a window of a table by offer: the row's key, window, metric, count.</summary>
    internal Action<UInt128, int, int, int>? OfferLeaves { get; set; }

    /// <summary>The metric of an event type; -1 when the vertical does not declare it.</summary>
    public int MetricOf(EventType type) => _metricOf[(int)type];

    /// <summary>The day of an event: it cannot lie after the one on which the journal took it.</summary>
    public int DayOf(long atMs, long recordedAtMs) => _clock.DayOf(Math.Min(atMs, recordedAtMs));

    /// <summary>Asks the memory for what an event of a condition will count in, so that it comes while other things are counted. Changes nothing.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="metric">The event type's index.</param>
    public void Expect(int condition, int metric)
    {
        if (_offers >= 0)
        {
            _tables[_offers].Expect(condition, metric);
        }
    }

    /// <summary>Counts one credited event in every table.</summary>
    /// <param name="credited">The event.</param>
    /// <param name="item">The item it happened to.</param>
    /// <param name="recordedAtMs">When the journal took it: an event cannot move the day beyond that.</param>
    public void Apply(in CreditedEvent credited, Item item, long recordedAtMs)
    {
        var metric = MetricOf(credited.Type);
        if (metric < 0)
        {
            return;
        }

        var day = DayOf(credited.AtMs, recordedAtMs);
        MoveTo(day);
        for (var table = 0; table < _tables.Length; table++)
        {
            var key = _keys[table].Of(item, credited.User, credited.QueryHash, credited.Condition);
            if (key != 0)
            {
                _tables[table].Add(key, metric, day, Today, credited.AtMs);
            }
        }
    }

    /// <summary>Slides all windows to the day of a time, if that is later.</summary>
    public void StartDay(long atMs) => MoveTo(_clock.DayOf(atMs));

    /// <summary>Slides all windows to a day, if that is later.</summary>
    public void MoveTo(int day)
    {
        if (day <= Today)
        {
            return;
        }

        if (Today != int.MinValue)
        {
            for (var table = 0; table < _tables.Length; table++)
            {
                _tables[table].Slide(Today, day, table == _offers ? OfferLeaves : null);
            }
        }

        Today = day;
    }

    /// <summary>An immutable view for readers on other threads.</summary>
    public StatisticsView Freeze() => new([.. _tables.Select(table => table.Freeze())], Today);

    /// <summary>A view of the present content, valid until the next write.</summary>
    public StatisticsView Live() => new([.. _tables.Select(table => table.Live())], Today);

    /// <summary>Freezes the whole content for a checkpoint.</summary>
    public void Freeze(FrozenSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        section.Now.WriteVarInt(Today);
        foreach (var table in _tables)
        {
            table.Freeze(section);
        }
    }

    /// <summary>Writes the whole content.</summary>
    public void Save(ByteWriter writer) => FrozenSection.Write(writer, Freeze);

    /// <summary>Reads what <see cref="Save"/> wrote into empty statistics of the same declaration.</summary>
    public void Load(ref ByteReader reader)
    {
        Today = (int)reader.ReadVarInt();
        foreach (var table in _tables)
        {
            table.Load(ref reader);
        }
    }
}

/// <summary>A frozen state of a vertical's statistics. Safe for concurrent use.</summary>
/// <param name="Tables">The tables, in the order of their declarations.</param>
/// <param name="Today">The day up to which windows have slid.</param>
public sealed record StatisticsView(CounterView[] Tables, int Today);
