using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>What the last Update found.</summary>
/// <param name="AtMs">When, Unix milliseconds.</param>
/// <param name="Differences">Cells that live counting had left different from a recount; 0 unless something is wrong.</param>
public sealed record OfferUpdate(long AtMs, int Differences);

/// <summary>The living side of offers in one vertical: conditions, how terms changed, thresholds, W, and counts by state for analogs.</summary>
/// <remarks>
/// One writer, in journal order; a function of the journal and the vertical's file. Start reading in docs/decisions/0036. Counts by condition stand
/// in the vertical's counters under the key <c>offer</c>; here stands what gives them a state.
/// </remarks>
public sealed class OfferStatistics
{
    private const byte Version = 1;
    // The rows of a condition's state in the tables of analogs; -1 = it has none.
    private readonly record struct StatePlace(int Type, int Group)
    {
        public static StatePlace Unknown { get; } = new(int.MinValue, int.MinValue);

        public bool IsKnown => Type != int.MinValue;
    }

    private readonly CounterShape _shape;
    private readonly TimeZoneInfo _zone;
    private readonly Action<string> _count;
    private readonly OfferConditions _conditions = new();
    private readonly OfferHistory _history;
    private readonly GroupPrices _groupPrices;
    private readonly PagedArray<long> _stateChanged = new(6);
    private readonly int _historyDays;
    private StateCells _types;
    private StateCells _groups;
    private OfferTraits _traits;
    private StatePlace[] _places = [];
    private OfferEpoch? _current;
    private OfferEpoch? _previous;
    private int _initDay = int.MinValue;
    private int _itemCount;
    private int _itemsAtInit;
    private string? _transferText;

    /// <summary>Makes the state of a vertical without items.</summary>
    /// <param name="traits">Where items hold what makes an offer.</param>
    /// <param name="shape">Metrics and windows of the vertical's counters.</param>
    /// <param name="zone">The vertical's time zone.</param>
    /// <param name="count">Receives the name of each thing that was set aside.</param>
    public OfferStatistics(OfferTraits traits, CounterShape shape, TimeZoneInfo zone, Action<string> count)
    {
        ArgumentNullException.ThrowIfNull(traits);
        ArgumentNullException.ThrowIfNull(shape);
        (_traits, _shape, _zone, _count) = (traits, shape, zone, count);
        _historyDays = Math.Max((int)traits.Declaration.Init.TotalDays, shape.WindowDays[^1]);
        _history = new OfferHistory(traits, _historyDays, zone);
        _groupPrices = new GroupPrices(traits);
        (_types, _groups) = (new StateCells(shape, isDense: true), new StateCells(shape, isDense: false));
        Transfer = new TransferDocument(TransferMatrix.Default, traits.Strengths) { Source = TransferDocument.Default.Source };
    }

    /// <summary>Zones with delivery times of their own: zone n has the name n - 1 here.</summary>
    public SymbolTable Zones { get; } = new();

    /// <summary>W and the strengths of priors that hold.</summary>
    public TransferDocument Transfer { get; private set; }

    /// <summary>What the last Update found; null before the first.</summary>
    public OfferUpdate? LastUpdate { get; private set; }

    /// <summary>The thresholds that hold; null before the first Init.</summary>
    public OfferGeneration? Generation => _current?.Generation;

    /// <summary>Bytes held, counts by condition excluded.</summary>
    public long Bytes => _conditions.Bytes + _types.Bytes + _groups.Bytes + (_stateChanged.Count * sizeof(long));

    /// <summary>Takes over what features transfer and how strong priors are, from a later version of the vertical's file that counts the same.</summary>
    public void Adopt(OfferTraits traits)
    {
        ArgumentNullException.ThrowIfNull(traits);
        _traits = traits;
        SetTransfer(_transferText ?? "");
    }

    /// <summary>Takes a change of an item.</summary>
    /// <param name="after">The item after it.</param>
    /// <param name="before">The item before it; null at its first sight and at a start.</param>
    public void ApplyItem(Item after, Item? before)
    {
        ArgumentNullException.ThrowIfNull(after);
        _groupPrices.Apply(before, after);
        foreach (var (zone, _) in _traits.ZonesOf(after) ?? [])
        {
            Zones.GetOrAdd(zone);
        }

        if (before is null)
        {
            _itemCount++;
            return;
        }

        if (!_history.Apply(before, after) && _traits.TypeOf(before) == _traits.TypeOf(after))
        {
            return;
        }

        var state = StateOf(before);
        _current?.Change(before, after);
        _previous?.Change(before, after);
        if (_current is null ? !_traits.PriceOf(before).Equals(_traits.PriceOf(after)) : state != StateOf(after))
        {
            _stateChanged.EnsureCount(after.Ordinal + 1);
            _stateChanged.Edit(after.Ordinal) = after.ChangedAtMs;
        }
    }

    private OfferState StateOf(Item item) => _current is null ? default : OfferState.Of(_current.ClassOf(item, 0), _current.ClassOf(item, 1));

    /// <summary>The zone of a region; 0 = none of its own.</summary>
    public int ZoneOf(string? region) => region is null ? 0 : Zones.Find(region) + 1;

    /// <summary>The condition under which an event's item was seen. Allocates nothing for a known one.</summary>
    /// <param name="marketEvent">The event: a price or delivery time that it carries wins.</param>
    /// <param name="item">Its item.</param>
    /// <param name="ofView">The condition of the view that it follows from, or -1: then what held at the event's time.</param>
    /// <param name="zone">The zone of whoever did it.</param>
    public int ConditionOf(MarketEvent marketEvent, Item item, int ofView, int zone)
    {
        ArgumentNullException.ThrowIfNull(marketEvent);
        ArgumentNullException.ThrowIfNull(item);
        var (price, delivery) = (Sound(OfferAxis.Price, marketEvent.Price), Sound(OfferAxis.Delivery, marketEvent.Delivery));
        if (ofView >= 0)
        {
            ref readonly var view = ref _conditions[ofView];
            return double.IsNaN(price) && double.IsNaN(delivery)
                ? ofView
                : Condition(item, double.IsNaN(price) ? view.Price : price, double.IsNaN(delivery) ? view.Delivery : delivery, view.Zone);
        }

        var (then, thenDelivery) = TermsAt(item, marketEvent.OccurredAtMs, zone);
        return Condition(item, double.IsNaN(price) ? then : price, double.IsNaN(delivery) ? thenDelivery : delivery, zone);
    }

    /// <summary>The condition under which an item stood at a moment.</summary>
    public int ConditionAt(Item item, long atMs, int zone)
    {
        ArgumentNullException.ThrowIfNull(item);
        var (price, delivery) = TermsAt(item, atMs, zone);
        return Condition(item, price, delivery, zone);
    }

    private (double Price, double Delivery) TermsAt(Item item, long atMs, int zone)
    {
        var region = zone == 0 ? null : Zones[zone - 1];
        return _history.At(item.Ordinal, atMs) is { } then ? (then.Price, then.DeliveryIn(region)) : (_traits.PriceOf(item), _traits.DeliveryOf(item, region));
    }

    private int Condition(Item item, double price, double delivery, int zone)
    {
        var known = _conditions.Count;
        var condition = _conditions.GetOrAdd(
            item.Ordinal,
            OfferState.IsValid(OfferAxis.Price, price) ? price : double.NaN,
            OfferState.IsValid(OfferAxis.Delivery, delivery) ? delivery : double.NaN,
            zone,
            _traits.TypeOf(item),
            _traits.GroupOf(item));
        if (condition == known)
        {
            _conditions.SetState(condition, StateOf(_conditions[condition]));
        }

        return condition;
    }

    private OfferState StateOf(in OfferCondition of) => _current?.Generation.StateOf(of) ?? OffersView.Unbinned;

    private double Sound(OfferAxis axis, double value)
    {
        if (double.IsNaN(value) || OfferState.IsValid(axis, value))
        {
            return value;
        }

        _count(axis == OfferAxis.Price ? "offerPricesSetAside" : "offerDeliveriesSetAside");
        return double.NaN;
    }

    /// <summary>Counts an event for analogs: by type and state, by match group and state.</summary>
    /// <param name="condition">Its condition.</param>
    /// <param name="metric">The event type's index.</param>
    /// <param name="ageDays">How many days before today it happened.</param>
    public void Count(int condition, int metric, int ageDays)
    {
        _conditions.Change(condition);
        if (ageDays >= _shape.WindowDays[^1])
        {
            _count("offerEventsBeforeWindow");
            return;
        }

        var place = PlaceOf(condition);
        if (place.Type >= 0)
        {
            _types.Count(place.Type, metric, ageDays);
        }

        if (place.Group >= 0)
        {
            _groups.Count(place.Group, metric, ageDays);
        }
    }

    // Looked up once a condition and generation: an event then reads one line instead of thresholds and two tables of keys.
    private StatePlace PlaceOf(int condition)
    {
        if (condition >= _places.Length)
        {
            var known = _places.Length;
            Array.Resize(ref _places, Math.Max(64, condition * 2));
            Array.Fill(_places, StatePlace.Unknown, known, _places.Length - known);
        }

        return _places[condition] is { IsKnown: true } place ? place : _places[condition] = Find(_types, _groups, _conditions[condition]);
    }

    private StatePlace Find(StateCells types, StateCells groups, in OfferCondition of)
    {
        var state = StateOf(of).Index;
        return new StatePlace(of.Type < 0 ? -1 : types.RowOf(of.Type, state), of.Group < 0 ? -1 : groups.RowOf(of.Group, state));
    }

    /// <summary>Takes counts back that left a window.</summary>
    /// <param name="key">The row's key in the table by offer.</param>
    /// <param name="window">The window.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="count">How many.</param>
    public void Leave(UInt128 key, int window, int metric, int count)
    {
        var condition = StatisticKey.ConditionIn(key);
        _conditions.Change(condition);
        Add(_types, _groups, PlaceOf(condition), window, metric, -count);
    }

    /// <summary>
    /// Whether an Init is due: at the first event, after the declared days, and when the catalogue has doubled since the last one, whose deciles say
    /// little about it then.
    /// </summary>
    public bool IsDue(int today) => _itemCount > 0
        && (_current is null || today - _initDay >= (int)_traits.Declaration.Init.TotalDays || (today > _initDay && _itemCount >= 2 * Math.Max(_itemsAtInit, _traits.Declaration.MinItems)));

    /// <summary>Makes a new generation: thresholds, one step of hysteresis, states of all counts. A second Init of the same day replaces the first.</summary>
    /// <param name="today">The day.</param>
    /// <param name="atMs">Now, Unix milliseconds.</param>
    /// <param name="items">The vertical's items.</param>
    /// <param name="counts">The table of counters by offer.</param>
    public void Init(int today, long atMs, IReadOnlyList<Item> items, CounterView counts)
    {
        ArgumentNullException.ThrowIfNull(items);
        var older = _current?.Generation.Day == today ? _previous : _current;
        var generation = new OfferInit(_traits, Zones, _zone).Compute((older?.Generation.Number ?? 0) + 1, today, _historyDays, atMs, items, _history.Live());
        if (_current?.Generation is { } present && present.Day == today && present.HasThresholdsOf(generation))
        {
            // Nothing is new, not even the time.
            generation = present;
        }

        var next = new OfferEpoch(generation, _traits, Zones);
        if (_traits.Declaration.Smoothing != OfferSmoothing.None)
        {
            foreach (var item in items)
            {
                next.Step(older, item);
            }
        }

        (_previous, _current, _initDay, _itemsAtInit) = (older, next, today, _itemCount);
        Take(Recount(counts));
    }

    /// <summary>Takes the thresholds and held bins of before the last Init back; own changes since stay.</summary>
    /// <returns>False when there is nothing to go back to.</returns>
    public bool Rollback(int today, CounterView counts)
    {
        if (_previous is null)
        {
            return false;
        }

        (_current, _previous, _initDay) = (_previous, null, today);
        Take(Recount(counts));
        return true;
    }

    /// <summary>Recounts what analogs are asked for, and says in how many cells live counting was off.</summary>
    public void Update(long atMs, CounterView counts)
    {
        var (types, groups) = Recount(counts);
        LastUpdate = new OfferUpdate(atMs, _types.DifferencesTo(types) + _groups.DifferencesTo(groups));
        Take((types, groups));
    }

    /// <summary>Lets another W hold.</summary>
    /// <param name="text">A transfer document; empty: the default again.</param>
    /// <exception cref="CodecException">It is none; it was checked when it was taken.</exception>
    public void SetTransfer(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var errors = new ErrorList();
        _transferText = text.Length == 0 ? null : text;
        Transfer = _transferText is null
            ? new TransferDocument(TransferMatrix.Default, _traits.Strengths) { Source = TransferDocument.Default.Source }
            : TransferDocument.Parse(text, "transfer", errors) ?? throw new CodecException("a transfer document that this program cannot read", 0);
    }

    private (StateCells Types, StateCells Groups) Recount(CounterView counts)
    {
        var (types, groups) = (new StateCells(_shape, isDense: true), new StateCells(_shape, isDense: false));
        for (var row = 0; row < counts.RowCount; row++)
        {
            var place = Find(types, groups, _conditions[StatisticKey.ConditionIn(counts.KeyOf(row))]);
            for (var window = 0; window < _shape.WindowDays.Count; window++)
            {
                for (var metric = 0; metric < _shape.Metrics; metric++)
                {
                    if (counts.Count(row, window, metric) is not 0 and var count)
                    {
                        Add(types, groups, place, window, metric, count);
                    }
                }
            }
        }

        return (types, groups);
    }

    private static void Add(StateCells types, StateCells groups, StatePlace place, int window, int metric, int count)
    {
        if (place.Type >= 0)
        {
            types.Add(place.Type, window, metric, count);
        }

        if (place.Group >= 0)
        {
            groups.Add(place.Group, window, metric, count);
        }
    }

    private void Take((StateCells Types, StateCells Groups) cells)
    {
        (_types, _groups) = cells;
        Array.Fill(_places, StatePlace.Unknown);
        for (var condition = 0; condition < _conditions.Count; condition++)
        {
            _conditions.SetState(condition, StateOf(_conditions[condition]));
        }
    }

    /// <summary>An immutable view for readers on other threads.</summary>
    public OffersView Freeze() => View(_conditions.Freeze(), _current?.Held.Freeze() ?? default, (_types.Freeze(), _groups.Freeze()), _history.Freeze(), _stateChanged.Freeze(), _groupPrices.Freeze());

    /// <summary>A view of the present content, valid until the next write.</summary>
    public OffersView Live() => View(_conditions.Live(), _current?.Held.Live() ?? default, (_types.Live(), _groups.Live()), _history.Live(), _stateChanged.Live(), _groupPrices.Live());

    private OffersView View(
        OfferConditionsView conditions, HeldBinsView held, (StateCellsView Types, StateCellsView Groups) cells, PagedView<OfferChange[]?> changes, PagedView<long> stateChanged, PagedView<double> lowest) => new()
        {
            Traits = _traits,
            Generation = _current?.Generation,
            Previous = _previous?.Generation,
            Held = held,
            Conditions = conditions,
            Types = cells.Types,
            Groups = cells.Groups,
            Changes = changes,
            StateChanged = stateChanged,
            LowestPrices = lowest,
            Zones = Zones,
            Transfer = Transfer,
            LastUpdate = LastUpdate,
        };

    /// <summary>Writes the zones' names, which items and events are bound to.</summary>
    public void SaveZones(ByteWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteVarUInt((ulong)Zones.Count);
        for (var zone = 0; zone < Zones.Count; zone++)
        {
            writer.WriteString(Zones[zone]);
        }
    }

    /// <summary>Reads what <see cref="SaveZones"/> wrote, before any item is applied.</summary>
    public void LoadZones(ref ByteReader reader)
    {
        for (var left = reader.ReadCount(1); left > 0; left--)
        {
            Zones.GetOrAdd(reader.ReadString());
        }
    }

    /// <summary>Writes the state; what follows from the catalogue and the counters is left out.</summary>
    public void Save(ByteWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteByte(Version);
        _conditions.Save(writer);
        _history.Save(writer);
        writer.WriteVarUInt((ulong)_stateChanged.Count);
        for (var item = 0; item < _stateChanged.Count; item++)
        {
            writer.WriteVarInt(_stateChanged[item]);
        }

        writer.WriteByte((byte)((_current is null ? 0 : 1) | (_previous is null ? 0 : 2) | (LastUpdate is null ? 0 : 4)));
        _current?.Save(writer);
        _previous?.Save(writer);
        writer.WriteVarInt(_initDay);
        writer.WriteVarInt(_itemsAtInit);
        writer.WriteOptionalString(_transferText);
        if (LastUpdate is { } update)
        {
            writer.WriteVarInt(update.AtMs);
            writer.WriteVarInt(update.Differences);
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote, after the items were applied and the counters were read.</summary>
    /// <exception cref="CodecException">A newer program wrote it.</exception>
    public void Load(ref ByteReader reader, CounterView counts)
    {
        if (reader.ReadByte() != Version)
        {
            throw new CodecException("offers of a newer version", 0);
        }

        _conditions.Load(ref reader);
        _history.Load(ref reader);
        _stateChanged.EnsureCount(reader.ReadCount(1));
        for (var item = 0; item < _stateChanged.Count; item++)
        {
            _stateChanged.Edit(item) = reader.ReadVarInt();
        }

        var flags = reader.ReadByte();
        _current = (flags & 1) == 0 ? null : OfferEpoch.Load(ref reader, _traits, Zones);
        _previous = (flags & 2) == 0 ? null : OfferEpoch.Load(ref reader, _traits, Zones);
        _initDay = (int)reader.ReadVarInt();
        _itemsAtInit = (int)reader.ReadVarInt();
        SetTransfer(reader.ReadOptionalString() ?? "");
        LastUpdate = (flags & 4) == 0 ? null : new OfferUpdate(reader.ReadVarInt(), (int)reader.ReadVarInt());
        Take(Recount(counts));
    }
}
