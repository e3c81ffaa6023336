using Vitrina.Engine.Catalog;
using Vitrina.Engine.Journal;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>The terms of an item from a moment on.</summary>
/// <param name="AtMs">Since when, Unix milliseconds.</param>
/// <param name="Price">The price; NaN = unknown.</param>
/// <param name="Delivery">The delivery time where no zone has one of its own, days; NaN = unknown.</param>
/// <param name="Zones">Delivery times by zone; null = the same everywhere.</param>
/// <param name="IsActive">False while the item was hidden or deleted.</param>
public sealed record OfferChange(long AtMs, double Price, double Delivery, NamedNumber[]? Zones, bool IsActive)
{
    /// <summary>The delivery time to a region.</summary>
    public double DeliveryIn(string? region)
    {
        foreach (var (zone, number) in Zones ?? [])
        {
            if (zone == region)
            {
                return number;
            }
        }

        return Delivery;
    }

    internal bool HasTermsOf(OfferChange other) =>
        Price.Equals(other.Price) && Delivery.Equals(other.Delivery) && IsActive == other.IsActive
        && (ReferenceEquals(Zones, other.Zones) || (Zones is not null && other.Zones is not null && Zones.AsSpan().SequenceEqual(other.Zones)));
}

/// <summary>How the terms of items changed within the window: only items that changed take memory.</summary>
/// <remarks>
/// One writer; readers hold a frozen view of arrays that never change. Today's and yesterday's changes are kept whole, of a day before only its
/// close: that is what medians need, and it bounds an item by the window's days.
/// </remarks>
public sealed class OfferHistory(OfferTraits traits, int windowDays, TimeZoneInfo zone)
{
    private readonly PagedArray<OfferChange[]?> _changes = new(6);
    private readonly DayClock _clock = new(zone);

    /// <summary>Notes a change of an item.</summary>
    /// <returns>True when its terms changed.</returns>
    public bool Apply(Item before, Item after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var (old, changed) = (Of(before, before.ChangedAtMs), Of(after, after.ChangedAtMs));
        if (changed.HasTermsOf(old))
        {
            return false;
        }

        _changes.EnsureCount(after.Ordinal + 1);
        var known = _changes[after.Ordinal] ?? [old];

        // A change that claims to be older than the last one holds from the last one on: the journal's order decides.
        var kept = Pruned(known, changed with { AtMs = Math.Max(changed.AtMs, known[^1].AtMs) });
        _changes.Edit(after.Ordinal) = kept;
        return true;
    }

    private OfferChange Of(Item item, long atMs) => new(atMs, traits.PriceOf(item), traits.DeliveryOf(item, null), traits.ZonesOf(item), item.IsActive);

    private OfferChange[] Pruned(OfferChange[] known, OfferChange added)
    {
        var today = _clock.DayOf(added.AtMs);
        var kept = new List<OfferChange>(known.Length + 1);
        for (var i = 0; i < known.Length; i++)
        {
            var next = i + 1 < known.Length ? known[i + 1] : added;
            var (day, nextDay) = (_clock.DayOf(known[i].AtMs), _clock.DayOf(next.AtMs));
            if (nextDay > today - windowDays && (day >= today - 1 || day != nextDay))
            {
                kept.Add(known[i]);
            }
        }

        kept.Add(added);
        return [.. kept];
    }

    /// <summary>The terms of an item at a moment, as far as they are remembered.</summary>
    /// <returns>Null when the item never changed within the window: its present terms hold.</returns>
    public OfferChange? At(int item, long atMs)
    {
        if (item >= _changes.Count || _changes[item] is not { } changes)
        {
            return null;
        }

        var at = changes.Length - 1;
        while (at > 0 && changes[at].AtMs > atMs)
        {
            at--;
        }

        return changes[at];
    }

    /// <summary>Since when an item has its present terms, Unix milliseconds; the beginning of time when it never changed within the window.</summary>
    public long PresentSinceMs(int item) => item < _changes.Count && _changes[item] is { } changes ? changes[^1].AtMs : long.MinValue;

    /// <summary>An immutable view for readers on other threads.</summary>
    public PagedView<OfferChange[]?> Freeze() => _changes.Freeze();

    /// <summary>A view of the present content, valid until the next write.</summary>
    public PagedView<OfferChange[]?> Live() => _changes.Live();

    internal void Freeze(FrozenSection section)
    {
        var changes = _changes.Freeze();
        section.Later(writer => Save(writer, changes));
    }

    private static void Save(ByteWriter writer, PagedView<OfferChange[]?> changes)
    {
        var items = Enumerable.Range(0, changes.Count).Where(item => changes[item] is not null).ToList();
        writer.WriteVarUInt((ulong)items.Count);
        foreach (var item in items)
        {
            writer.WriteVarUInt((ulong)item);
            writer.WriteVarUInt((ulong)changes[item]!.Length);
            foreach (var change in changes[item]!)
            {
                writer.WriteVarInt(change.AtMs);
                writer.WriteDouble(change.Price);
                writer.WriteDouble(change.Delivery);
                writer.WriteByte((byte)((change.IsActive ? 1 : 0) | (change.Zones is null ? 0 : 2)));
                if (change.Zones is { } zones)
                {
                    writer.WriteVarUInt((ulong)zones.Length);
                    foreach (var (name, number) in zones)
                    {
                        writer.WriteString(name);
                        writer.WriteDouble(number);
                    }
                }
            }
        }
    }

    internal void Load(ref ByteReader reader)
    {
        var names = new SymbolTable();
        for (var left = reader.ReadCount(3); left > 0; left--)
        {
            var item = (int)reader.ReadVarUInt();
            var changes = new OfferChange[reader.ReadCount(18)];
            for (var i = 0; i < changes.Length; i++)
            {
                var (atMs, price, delivery, flags) = (reader.ReadVarInt(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadByte());
                changes[i] = new OfferChange(atMs, price, delivery, (flags & 2) == 0 ? null : ReadZones(ref reader, names), (flags & 1) != 0);
            }

            _changes.EnsureCount(item + 1);
            _changes.Edit(item) = changes;
        }
    }

    // A handful of zones: each name is held once.
    private static NamedNumber[] ReadZones(ref ByteReader reader, SymbolTable names)
    {
        var zones = new NamedNumber[reader.ReadCount(9)];
        for (var i = 0; i < zones.Length; i++)
        {
            zones[i] = new NamedNumber(names[names.GetOrAdd(reader.ReadString())], reader.ReadDouble());
        }

        return zones;
    }
}
