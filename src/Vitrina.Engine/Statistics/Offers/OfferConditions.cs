using Vitrina.Engine.Journal;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>Terms under which an item was seen: what events are counted by. Its bins follow from the thresholds that hold when it is read.</summary>
/// <param name="Item">The item's ordinal.</param>
/// <param name="Price">The price that was seen; NaN = unknown.</param>
/// <param name="Delivery">The delivery time that was seen, days; NaN = unknown.</param>
/// <param name="Zone">The region's zone; 0 = everywhere.</param>
/// <param name="Type">The item's type then; -1 = none.</param>
/// <param name="Group">The item's match group then; -1 = none.</param>
/// <param name="Next">The item's condition before this one; -1 = it is the first.</param>
public readonly record struct OfferCondition(int Item, double Price, double Delivery, int Zone, int Type, int Group, int Next);

/// <summary>Gives every distinct condition of an item a dense number, and finds all of an item.</summary>
/// <remarks>
/// Counting by what was seen, and not by bins, makes counts independent of thresholds: an Init moves bins without touching a count. One writer.
/// </remarks>
public sealed class OfferConditions
{
    /// <summary>Conditions of one item, at most; what comes after is counted by the nearest price. A price that changes daily takes 8 months.</summary>
    public const int MostPerItem = 256;

    private readonly KeyTable _keys = new();
    private readonly PagedArray<OfferCondition> _conditions = new(6);

    // The number of each condition's raw state under the thresholds that hold: requests read it, and thresholds no more.
    private PagedArray<byte> _states = new(8);

    // By item ordinal: the newest condition's number + 1.
    private readonly PagedArray<int> _newest = new(8);

    // By item ordinal: how often what is counted of the item changed.
    private readonly PagedArray<int> _versions = new(8);
    private KeptCells<ItemCells> _kept = new();

    // By item ordinal: the condition of its terms as they are now. An event then reads one line instead of its item's attributes and a table of keys.
    private Present[] _present = [];

    /// <summary>The condition under which an item stands.</summary>
    /// <param name="SinceMs">Since when it has these terms, Unix milliseconds; what happened before was seen under others.</param>
    /// <param name="Zone">The zone that the condition is of.</param>
    /// <param name="Condition">The condition's number + 1; 0 = not looked up since the item changed.</param>
    private readonly record struct Present(long SinceMs, int Zone, int Condition);

    /// <summary>How many conditions there are.</summary>
    public int Count => _conditions.Count;

    /// <summary>Bytes held.</summary>
    public long Bytes => _keys.Bytes + (_conditions.Count * 48L) + (_newest.Count * 2L * sizeof(int));

    /// <summary>A condition by its number.</summary>
    public ref readonly OfferCondition this[int condition] => ref _conditions[condition];

    /// <summary>The number of a condition, given at first sight. Allocates nothing for a known one.</summary>
    public int GetOrAdd(int item, double price, double delivery, int zone, int type, int group)
    {
        var key = KeyOf(item, price, delivery, zone, type, group);
        var known = _keys.Find(key);
        if (known >= 0)
        {
            return known;
        }

        if (IsFull(item))
        {
            return Nearest(item, price, zone);
        }

        _newest.EnsureCount(item + 1);
        _versions.EnsureCount(item + 1);
        ref var newest = ref _newest.Edit(item);
        var number = _conditions.Add(new OfferCondition(item, price, delivery, zone, type, group, newest - 1));
        newest = number + 1;
        _states.EnsureCount(number + 1);
        _keys.GetOrAdd(key, out _);
        return number;
    }

    /// <summary>The condition under which an item was seen in its present terms; -1 when it must be looked up.</summary>
    /// <param name="item">The item's ordinal.</param>
    /// <param name="atMs">When it was seen.</param>
    /// <param name="zone">The buyer's zone.</param>
    public int PresentOf(int item, long atMs, int zone) =>
        (uint)item < (uint)_present.Length && _present[item] is var present && present.Zone == zone && atMs >= present.SinceMs ? present.Condition - 1 : -1;

    /// <summary>Keeps the condition of an item's present terms, until <see cref="ForgetPresent(int)"/>.</summary>
    public void KeepPresent(int item, long sinceMs, int zone, int condition)
    {
        if (item >= _present.Length)
        {
            Array.Resize(ref _present, Math.Max(64, (int)Math.Min(item + (item / 2L) + 1, Array.MaxLength)));
        }

        _present[item] = new Present(sinceMs, zone, condition + 1);
    }

    /// <summary>Notes that an item has other terms from now on.</summary>
    public void ForgetPresent(int item)
    {
        if (item < _present.Length)
        {
            _present[item] = default;
        }
    }

    private static UInt128 KeyOf(int item, double price, double delivery, int zone, int type, int group)
    {
        var terms = Hash.Combine(BitConverter.DoubleToUInt64Bits(price), BitConverter.DoubleToUInt64Bits(delivery));
        var place = Hash.Combine(((ulong)(uint)type << 32) | (uint)group, (ulong)(uint)zone);
        return new UInt128(Hash.Combine(terms, place), ((ulong)(uint)item << 32) | (uint)(terms >> 32));
    }

    private bool IsFull(int item)
    {
        var count = 0;
        for (var at = NewestOf(item); at >= 0; at = _conditions[at].Next)
        {
            count++;
        }

        return count >= MostPerItem;
    }

    /// <summary>The newest condition of an item; -1 = none. The others follow by <see cref="OfferCondition.Next"/>.</summary>
    public int NewestOf(int item) => item < _newest.Count ? _newest[item] - 1 : -1;

    private int Nearest(int item, double price, int zone)
    {
        var (nearest, least) = (-1, double.PositiveInfinity);
        for (var at = NewestOf(item); at >= 0; at = _conditions[at].Next)
        {
            // Another zone only where the own one has none: its delivery time is another's.
            var distance = Math.Abs(Math.Log(price / _conditions[at].Price)) + (_conditions[at].Zone == zone ? 0 : 100);
            if (nearest < 0 || distance < least)
            {
                (nearest, least) = (at, distance);
            }
        }

        return nearest;
    }

    /// <summary>Notes the raw state of a condition under the thresholds that hold.</summary>
    public void SetState(int condition, OfferState state)
    {
        _states.Edit(condition) = (byte)state.Index;
        Change(condition);
    }

    /// <summary>Takes over the raw states of all conditions under other thresholds.</summary>
    /// <param name="states">By condition; later conditions follow by <see cref="SetState"/>.</param>
    public void TakeStates(PagedArray<byte> states)
    {
        states.EnsureCount(_conditions.Count);

        // What was laid out of any item is out of date: nothing of it is found any more.
        (_states, _kept) = (states, new KeptCells<ItemCells>());
    }

    /// <summary>Notes that the counts of a condition change: what was laid out of its item is out of date.</summary>
    public void Change(int condition) => ChangeItem(_conditions[condition].Item);

    /// <summary>Notes that counts of an item change.</summary>
    public void ChangeItem(int item) => _versions.Edit(item)++;

    /// <summary>An immutable view for readers on other threads.</summary>
    public OfferConditionsView Freeze() => new(_kept, _conditions.Freeze(), _newest.Freeze(), _states.Freeze(), _versions.Freeze());

    /// <summary>A view of the present content, valid until the next write.</summary>
    public OfferConditionsView Live() => new(_kept, _conditions.Live(), _newest.Live(), _states.Live(), _versions.Live());

    internal void Freeze(FrozenSection section)
    {
        var conditions = _conditions.Freeze();
        section.Later(writer => Save(writer, conditions));
    }

    private static void Save(ByteWriter writer, PagedView<OfferCondition> conditions)
    {
        writer.WriteVarUInt((ulong)conditions.Count);
        for (var i = 0; i < conditions.Count; i++)
        {
            var condition = conditions[i];
            writer.WriteVarUInt((ulong)condition.Item);
            writer.WriteDouble(condition.Price);
            writer.WriteDouble(condition.Delivery);
            writer.WriteVarUInt((ulong)condition.Zone);
            writer.WriteVarInt(condition.Type);
            writer.WriteVarInt(condition.Group);
        }
    }

    internal void Load(ref ByteReader reader)
    {
        for (var left = reader.ReadCount(20); left > 0; left--)
        {
            GetOrAdd((int)reader.ReadVarUInt(), reader.ReadDouble(), reader.ReadDouble(), (int)reader.ReadVarUInt(), (int)reader.ReadVarInt(), (int)reader.ReadVarInt());
        }
    }
}

/// <summary>A frozen state of <see cref="OfferConditions"/>. Safe for concurrent use.</summary>
public readonly struct OfferConditionsView
{
    private readonly PagedView<OfferCondition> _conditions;
    private readonly PagedView<int> _newest;
    private readonly PagedView<byte> _states;
    private readonly PagedView<int> _versions;
    private readonly KeptCells<ItemCells> _kept;

    internal OfferConditionsView(KeptCells<ItemCells> kept, PagedView<OfferCondition> conditions, PagedView<int> newest, PagedView<byte> states, PagedView<int> versions) =>
        (_kept, _conditions, _newest, _states, _versions) = (kept, conditions, newest, states, versions);

    /// <summary>The number of a condition's raw state under the thresholds that hold.</summary>
    public int StateOf(int condition) => _states[condition];

    /// <summary>How many conditions there are.</summary>
    public int Count => _conditions.Count;

    /// <summary>A condition by its number.</summary>
    public ref readonly OfferCondition this[int condition] => ref _conditions[condition];

    /// <summary>The newest condition of an item; -1 = none. The others follow by <see cref="OfferCondition.Next"/>.</summary>
    public int NewestOf(int item) => item < _newest.Count ? _newest[item] - 1 : -1;

    /// <summary>An item's counts brought together by state; shared. Laid out once until they change.</summary>
    /// <param name="item">The item's ordinal.</param>
    /// <param name="counts">The counters by offer, of the same moment.</param>
    /// <param name="columns">The counts that are asked for.</param>
    internal ItemCells CellsOf(int item, in CounterView counts, IReadOnlyList<OfferColumn> columns)
    {
        if (NewestOf(item) < 0)
        {
            return ItemCells.None;
        }

        var version = _versions[item];
        return _kept.Find(item, version, columns) ?? _kept.Keep(item, version, columns, ItemCells.LayOut(this, item, counts, columns));
    }
}
