using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
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
public sealed partial class OfferStatistics
{
    // Version 1 knew no match groups that the engine finds, and no Init that is under way.
    private const byte Version = 2;

    private readonly CounterShape _shape;
    private readonly TimeZoneInfo _zone;
    private readonly Action<string> _count;
    private readonly Func<int, Item?> _itemAt;
    private readonly OfferConditions _conditions = new();
    private readonly OfferHistory _history;
    private readonly PagedArray<long> _stateChanged = new(6);
    private readonly int _historyDays;
    // Items whose title or type changed since the Init began that is under way.
    private readonly HashSet<int> _retitled = [];
    private GroupPrices _groupPrices;
    private FoundGroups _found = new();
    private AnalogCells _cells;
    private OfferTraits _traits;
    private Task<OfferInitResult>? _pending;
    private OfferHandover? _handover;
    private (long AtMs, Task<int> Differences)? _check;
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
    /// <param name="itemAt">Gives the item of an ordinal as it is now.</param>
    public OfferStatistics(OfferTraits traits, CounterShape shape, TimeZoneInfo zone, Action<string> count, Func<int, Item?> itemAt)
    {
        ArgumentNullException.ThrowIfNull(traits);
        ArgumentNullException.ThrowIfNull(shape);
        (_traits, _shape, _zone, _count, _itemAt) = (traits, shape, zone, count, itemAt);
        _historyDays = Math.Max((int)traits.Declaration.Init.TotalDays, shape.WindowDays[^1]);
        _history = new OfferHistory(traits, _historyDays, zone);
        _groupPrices = new GroupPrices(traits);
        _cells = new AnalogCells(shape, PlaceOf);
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
    public long Bytes => _conditions.Bytes + _cells.Bytes + (_stateChanged.Count * sizeof(long));

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
    /// <param name="counts">Gives the table of counters by offer.</param>
    public void ApplyItem(Item after, Item? before, Func<CounterView> counts)
    {
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(counts);
        _conditions.ForgetPresent(after.Ordinal);
        _handover?.Changed.TryAdd(after.Ordinal, before);
        var group = before is null ? -1 : GroupOf(before);
        if (_traits.FindsGroups && (before is null || before.IsDeleted || _traits.TypeOf(before) != _traits.TypeOf(after) || before.Texts[_traits.TitleSlot] != after.Texts[_traits.TitleSlot]))
        {
            Regroup(after, counts);
        }

        _groupPrices.Apply(before, group, after, GroupOf(after));
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

    private int GroupOf(Item item) => _traits.FindsGroups ? _found.Of(item.Ordinal) : _traits.GroupOf(item);

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

        if (double.IsNaN(price) && double.IsNaN(delivery))
        {
            return ConditionAt(item, marketEvent.OccurredAtMs, zone);
        }

        var (then, thenDelivery) = TermsAt(item, marketEvent.OccurredAtMs, zone);
        return Condition(item, double.IsNaN(price) ? then : price, double.IsNaN(delivery) ? thenDelivery : delivery, zone);
    }

    /// <summary>The condition under which an item stood at a moment.</summary>
    public int ConditionAt(Item item, long atMs, int zone)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (_conditions.PresentOf(item.Ordinal, atMs, zone) is >= 0 and var present)
        {
            return present;
        }

        var (price, delivery) = TermsAt(item, atMs, zone);
        var condition = Condition(item, price, delivery, zone);
        if (_history.PresentSinceMs(item.Ordinal) is var sinceMs && atMs >= sinceMs)
        {
            _conditions.KeepPresent(item.Ordinal, sinceMs, zone, condition);
        }

        return condition;
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
    /// <param name="item">The item's ordinal.</param>
    /// <param name="condition">Its condition.</param>
    /// <param name="metric">The event type's index.</param>
    /// <param name="ageDays">How many days before today it happened.</param>
    public void Count(int item, int condition, int metric, int ageDays)
    {
        _conditions.ChangeItem(item);
        if (ageDays >= _shape.WindowDays[^1])
        {
            _count("offerEventsBeforeWindow");
            return;
        }

        _cells.Count(condition, metric, ageDays);
        _handover?.Late.Add(new LateCount(condition, -1, metric, ageDays));
    }

    private AnalogPlace PlaceOf(int condition) => AnalogPlace.Of(_conditions[condition], _traits, _found.Live(), StateOf(_conditions[condition]).Index);

    /// <summary>Takes counts back that left a window.</summary>
    /// <param name="key">The row's key in the table by offer.</param>
    /// <param name="window">The window.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="count">How many.</param>
    public void Leave(UInt128 key, int window, int metric, int count)
    {
        var condition = StatisticKey.ConditionIn(key);
        _conditions.Change(condition);
        _cells.Add(condition, window, metric, -count);
        _handover?.Late.Add(new LateCount(condition, window, metric, -count));
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

    /// <summary>An immutable view for readers on other threads.</summary>
    public OffersView Freeze() => View(_conditions.Freeze(), _current?.Held.Freeze() ?? default, _found.Freeze(), (_cells.Types.Freeze(), _cells.Groups.Freeze()), _history.Freeze(), _stateChanged.Freeze(), _groupPrices.Freeze());

    /// <summary>A view of the present content, valid until the next write.</summary>
    public OffersView Live() => View(_conditions.Live(), _current?.Held.Live() ?? default, _found.Live(), (_cells.Types.Live(), _cells.Groups.Live()), _history.Live(), _stateChanged.Live(), _groupPrices.Live());

    private OffersView View(
        OfferConditionsView conditions, HeldBinsView held, PagedView<int> found, (StateCellsView Types, StateCellsView Groups) cells, PagedView<OfferChange[]?> changes, PagedView<long> stateChanged, PagedView<double> lowest) => new()
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
            Found = found,
            InitDay = _initDay,
            IsInitDue = _current is null ? _itemCount > 0 : 4 * _itemCount >= 5 * Math.Max(_itemsAtInit, _traits.Declaration.MinItems),
            IsInitPending = _pending is not null,
            Handover = _handover,
            Check = _check?.Differences,
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

    /// <summary>Freezes the state for a checkpoint; what follows from the catalogue and the counters is left out. An Update that is under way ends before (<see cref="FinishUpdate"/>).</summary>
    public void Freeze(FrozenSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        var writer = section.Now;
        writer.WriteByte(Version);
        _conditions.Freeze(section);
        _history.Freeze(section);
        var changed = _stateChanged.Freeze();
        section.Later(later => SaveTimes(later, changed));
        writer.WriteByte((byte)((_current is null ? 0 : 1) | (_previous is null ? 0 : 2) | (LastUpdate is null ? 0 : 4) | (_pending is null ? 0 : 8)));
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

        _found.Save(writer);
        if (_pending is { } pending)
        {
            section.Later(later => pending.GetAwaiter().GetResult().Save(later));
            writer.WriteVarUInt((ulong)_retitled.Count);
            foreach (var item in _retitled.Order())
            {
                writer.WriteVarUInt((ulong)item);
            }
        }
    }

    private static void SaveTimes(ByteWriter writer, PagedView<long> changed)
    {
        writer.WriteVarUInt((ulong)changed.Count);
        for (var item = 0; item < changed.Count; item++)
        {
            writer.WriteVarInt(changed[item]);
        }
    }

    /// <summary>Reads what <see cref="Freeze(FrozenSection)"/> froze, after the items were applied and the counters were read.</summary>
    /// <param name="reader">The bytes.</param>
    /// <param name="items">The vertical's items.</param>
    /// <param name="counts">The table of counters by offer.</param>
    /// <exception cref="CodecException">A newer program wrote it.</exception>
    public void Load(ref ByteReader reader, IReadOnlyList<Item> items, CounterView counts)
    {
        var version = reader.ReadByte();
        if (version is 0 or > Version)
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
        if (version > 1)
        {
            LoadGroups(ref reader, (flags & 8) != 0);
            FindLowestPrices(items);
        }

        Recount(counts);
    }

    private void LoadGroups(ref ByteReader reader, bool hasPending)
    {
        _found = FoundGroups.Load(ref reader);
        if (hasPending)
        {
            _pending = Task.FromResult(OfferInitResult.Load(ref reader));
            for (var left = reader.ReadCount(1); left > 0; left--)
            {
                _retitled.Add((int)reader.ReadVarUInt());
            }
        }
    }
}
