using Vitrina.Engine.Journal;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Catalog;

/// <summary>Builds the items of one vertical: binds attribute values to the schema's slots and keywords to ordinals.</summary>
internal sealed class VerticalItems
{
    private readonly string _vertical;
    private readonly ItemSchema _schema;

    public VerticalItems(string vertical, ItemSchema schema)
    {
        (_vertical, _schema) = (vertical, schema);
        Keywords = Tables(schema.KeywordCount);
        ListKeywords = Tables(schema.KeywordListCount);
    }

    public ItemSchema Schema => _schema;

    public SymbolTable[] Keywords { get; }

    public SymbolTable[] ListKeywords { get; }

    private static SymbolTable[] Tables(int count)
    {
        var tables = new SymbolTable[count];
        for (var i = 0; i < count; i++)
        {
            tables[i] = new SymbolTable();
        }

        return tables;
    }

    /// <summary>The item after a change.</summary>
    public Item Build(ItemChange change, Item? before, int ordinal, string? seller, int sellerOrdinal, bool isDeleted = false)
    {
        var isPut = change.Kind == ItemChangeKind.Put;
        var start = isPut ? null : before;
        var isGone = isDeleted || change.Kind == ItemChangeKind.Delete;
        var item = new Item
        {
            Ordinal = ordinal,
            Id = change.Id,
            Schema = _schema,
            Vertical = _vertical,
            Owner = change.Owner ?? start?.Owner,
            Seller = seller,
            SellerOrdinal = sellerOrdinal,

            // A put that does not say keeps the first one's time: sending the catalogue again makes nothing new.
            PublishedAtMs = change.PublishedAtMs ?? (before is { IsDeleted: false } ? before.PublishedAtMs : change.AtMs),
            ChangedAtMs = change.AtMs,
            ExpiresAtMs = change.ExpiresAtMs ?? start?.ExpiresAtMs ?? long.MaxValue,
            Stock = change.Stock ?? start?.Stock ?? -1,
            IsActive = !isGone && (change.IsActive ?? start?.IsActive ?? true),
            IsDeleted = isGone,
            Numbers = start is null ? Filled(_schema.NumberCount, double.NaN) : (double[])start.Numbers.Clone(),
            Keywords = start is null ? Filled(_schema.KeywordCount, -1) : (int[])start.Keywords.Clone(),
            KeywordLists = start is null ? Filled<int[]>(_schema.KeywordListCount, []) : (int[][])start.KeywordLists.Clone(),
            Texts = start is null ? Filled<string?>(_schema.TextCount, null) : (string?[])start.Texts.Clone(),
            Vectors = start is null ? Filled<float[]?>(_schema.VectorCount, null) : (float[]?[])start.Vectors.Clone(),
            Zones = start is null ? Filled<NamedNumber[]?>(_schema.ZonedCount, null) : (NamedNumber[]?[])start.Zones.Clone(),
        };
        if (start is null)
        {
            SetDefaults(item);
        }

        foreach (var (name, value) in change.Attributes)
        {
            if (_schema.FindOrNull(name) is { } slot)
            {
                Set(item, slot, value);
            }
        }

        if (before is not null)
        {
            item.KeepWordsOf(before);
        }

        return item;
    }

    private static T[] Filled<T>(int count, T value)
    {
        // A million items share the empty one.
        T[] values = count == 0 ? [] : new T[count];
        Array.Fill(values, value);
        return values;
    }

    /// <summary>An item that has the defaults alone; null while a default is a keyword that nobody said yet.</summary>
    public Item? TryBlank()
    {
        foreach (var slot in _schema.Slots)
        {
            var table = slot.Storage switch
            {
                AttributeStorage.Keywords => Keywords[slot.Slot],
                AttributeStorage.KeywordLists => ListKeywords[slot.Slot],
                _ => null,
            };
            if (table is not null && slot.Declaration.Default is { Length: > 0 } text && table.Find(text) < 0)
            {
                return null;
            }
        }

        return Build(new ItemChange { Id = new ItemId(""), Kind = ItemChangeKind.Put, AtMs = 0 }, null, -1, null, -1);
    }

    private void SetDefaults(Item item)
    {
        foreach (var slot in _schema.Slots)
        {
            if (slot.Declaration.Default is { } text)
            {
                Set(item, slot, slot.Storage == AttributeStorage.Numbers ? AttributeValue.Of(slot.DefaultNumber) : AttributeValue.Of(text));
            }
        }
    }

    /// <summary>Gives an item an attribute; a keyword that was not met before gets its number.</summary>
    public void Set(Item item, AttributeSlot slot, AttributeValue value)
    {
        switch (slot.Storage)
        {
            case AttributeStorage.Numbers when slot.Kind == AttributeKind.Geo:
                item.Numbers[slot.Slot] = value.Numbers is [var latitude, _] ? latitude : double.NaN;
                item.Numbers[slot.Slot + 1] = value.Numbers is [_, var longitude] ? longitude : double.NaN;
                break;
            case AttributeStorage.Numbers:
                // Where a request has no region, the slowest or dearest zone's number holds: nothing better is promised than is true everywhere.
                item.Numbers[slot.Slot] = value.Kind == AttributeValueKind.Number ? value.Number : value.Zones is { Count: > 0 } zones ? zones.Max(zone => zone.Number) : double.NaN;
                if (slot.ZoneSlot >= 0)
                {
                    item.Zones[slot.ZoneSlot] = value.Zones as NamedNumber[];
                }

                break;
            case AttributeStorage.Keywords:
                item.Keywords[slot.Slot] = string.IsNullOrEmpty(value.Text) ? -1 : Keywords[slot.Slot].GetOrAdd(value.Text);
                break;
            case AttributeStorage.KeywordLists:
                var words = value.Texts ?? (value.Text is { Length: > 0 } single ? [single] : []);
                item.KeywordLists[slot.Slot] = [.. words.Select(word => ListKeywords[slot.Slot].GetOrAdd(word))];
                break;
            case AttributeStorage.Texts:
                item.Texts[slot.Slot] = value.Text;
                break;
            default:
                item.Vectors[slot.Slot] = value.Numbers as float[];
                break;
        }
    }

    /// <summary>The put that would make an item's present state.</summary>
    public ItemChange PutOf(Item item)
    {
        var attributes = new List<NamedValue>();
        foreach (var slot in _schema.Slots)
        {
            var value = ValueOf(item, slot);

            // Where a put without the attribute would bring the default back, the absence is said.
            if (value.Kind != AttributeValueKind.Absent || slot.Declaration.Default is not null)
            {
                attributes.Add(new NamedValue(slot.Name, value));
            }
        }

        return new ItemChange
        {
            Id = item.Id,
            Kind = ItemChangeKind.Put,
            AtMs = item.ChangedAtMs,
            Vertical = item.Vertical,
            Owner = item.Owner,
            Seller = item.Seller,
            PublishedAtMs = item.PublishedAtMs,
            ExpiresAtMs = item.ExpiresAtMs == long.MaxValue ? null : item.ExpiresAtMs,
            Stock = item.Stock < 0 ? null : item.Stock,
            IsActive = item.IsActive ? null : false,
            Attributes = attributes,
        };
    }

    /// <summary>The value of one attribute; absent when the item has none.</summary>
    public AttributeValue ValueOf(Item item, AttributeSlot slot)
    {
        switch (slot.Storage)
        {
            case AttributeStorage.Numbers when slot.Kind == AttributeKind.Geo:
                return double.IsNaN(item.Numbers[slot.Slot]) ? default : AttributeValue.Of([(float)item.Numbers[slot.Slot], (float)item.Numbers[slot.Slot + 1]]);
            case AttributeStorage.Numbers:
                return slot.ZoneSlot >= 0 && item.Zones[slot.ZoneSlot] is { } zones ? AttributeValue.Of(zones)
                    : double.IsNaN(item.Numbers[slot.Slot]) ? default : AttributeValue.Of(item.Numbers[slot.Slot]);
            case AttributeStorage.Keywords:
                return item.Keywords[slot.Slot] < 0 ? default : AttributeValue.Of(Keywords[slot.Slot][item.Keywords[slot.Slot]]);
            case AttributeStorage.KeywordLists:
                return item.KeywordLists[slot.Slot] is { Length: > 0 } words ? AttributeValue.Of(words.Select(word => ListKeywords[slot.Slot][word]).ToArray()) : default;
            case AttributeStorage.Texts:
                return item.Texts[slot.Slot] is { } text ? AttributeValue.Of(text) : default;
            default:
                return item.Vectors[slot.Slot] is { } vector ? AttributeValue.Of(vector) : default;
        }
    }

    /// <summary>Freezes the keywords with their ordinals: statistics are keyed by them.</summary>
    public void FreezeKeywords(FrozenSection section)
    {
        foreach (var table in Keywords.Concat(ListKeywords))
        {
            var count = table.Count;
            section.Later(writer =>
            {
                writer.WriteVarUInt((ulong)count);
                for (var i = 0; i < count; i++)
                {
                    writer.WriteString(table[i]);
                }
            });
        }
    }

    public void LoadKeywords(ref ByteReader reader)
    {
        foreach (var table in Keywords.Concat(ListKeywords))
        {
            for (var left = reader.ReadCount(1); left > 0; left--)
            {
                table.GetOrAdd(reader.ReadString());
            }
        }
    }
}
