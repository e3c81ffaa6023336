using System.Text;
using System.Text.Json;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Catalog;

/// <summary>What an item document does not say about itself.</summary>
public sealed record ItemDocumentDefaults
{
    /// <summary>The time of a change that does not say its own, Unix milliseconds.</summary>
    public required long AtMs { get; init; }

    /// <summary>What a document does that does not say <c>op</c>.</summary>
    public ItemChangeKind Kind { get; init; } = ItemChangeKind.Put;

    /// <summary>The item that the address names; a document that names another is refused.</summary>
    public string? Id { get; init; }

    /// <summary>The vertical of a put that does not say it; absent: the only one there is.</summary>
    public string? Vertical { get; init; }

    /// <summary>The vertical of an item that is known; needed to check a patch. Null for unknown items.</summary>
    public Func<string, string?>? VerticalOfItem { get; init; }
}

/// <summary>The JSON form of items and their changes: what <c>PUT /v1/items</c>, <c>PATCH /v1/items/{id}</c> and <c>items.jsonl</c> hold.</summary>
public static class ItemDocument
{
    private static readonly string[] Fields =
        ["id", "op", "at", "vertical", "seller", "owner", "publishedAt", "expiresAt", "stock", "active", "attributes"];

    private static readonly byte[][] Utf8Fields = [.. Fields.Select(Encoding.UTF8.GetBytes)];

    private static readonly string[] Operations = ["put", "patch", "delete"];

    private ref struct Draft
    {
        public string? Id;
        public string? Operation;
        public string? Vertical;
        public string? Seller;
        public string? Owner;
        public long? AtMs;
        public long? PublishedAtMs;
        public long? ExpiresAtMs;
        public long? Stock;
        public bool? IsActive;
        public bool HasAttributes;

        // The attributes are read last, when it is known which vertical declares them.
        public JsonFieldReader Attributes;
    }

    /// <summary>Reads a change of an item.</summary>
    /// <param name="utf8">One JSON object.</param>
    /// <param name="verticals">Where attributes are declared.</param>
    /// <param name="defaults">What the document does not say.</param>
    /// <param name="change">The change; null when the document is refused.</param>
    /// <param name="error">Why it is refused.</param>
    /// <param name="limits">Bounds; absent: the defaults.</param>
    /// <returns>False when the document is refused; never throws on any input.</returns>
    public static bool TryRead(
        ReadOnlySpan<byte> utf8,
        DocumentVerticals verticals,
        ItemDocumentDefaults defaults,
        out ItemChange? change,
        out FieldError error,
        DocumentLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(verticals);
        ArgumentNullException.ThrowIfNull(defaults);
        change = null;
        var reader = new JsonFieldReader(utf8, limits ?? DocumentLimits.Default);
        try
        {
            var draft = new Draft();
            if (!reader.Begin() || !ReadFields(ref reader, ref draft))
            {
                error = reader.Error;
                return false;
            }

            reader.End();
            var attributes = draft.HasAttributes ? draft.Attributes : reader;
            if (!TryMake(ref attributes, in draft, verticals, defaults, out change))
            {
                error = attributes.Error;
                return false;
            }

            error = default;
            return true;
        }
        catch (Exception exception) when (JsonFieldReader.IsFailure(exception))
        {
            error = JsonFieldReader.FailureOf(exception);
            return false;
        }
    }

    private static bool ReadFields(ref JsonFieldReader reader, ref Draft draft)
    {
        var seen = 0;
        while (reader.NextField(Fields, Utf8Fields, ref seen, out var field))
        {
            if (field == Fields.Length - 1)
            {
                draft.HasAttributes = true;
                draft.Attributes = reader;
                reader.Skip();
            }
            else if (!ReadField(ref reader, field, ref draft))
            {
                return false;
            }
        }

        return !reader.HasFailed;
    }

    private static bool ReadField(ref JsonFieldReader reader, int field, ref Draft draft) => field switch
    {
        0 => reader.ReadId("id", out draft.Id),
        1 => reader.ReadString("op", 64, out draft.Operation),
        2 => reader.ReadTime("at", out draft.AtMs),
        3 => reader.ReadId("vertical", out draft.Vertical),
        4 => reader.ReadId("seller", out draft.Seller),
        5 => reader.ReadId("owner", out draft.Owner),
        6 => reader.ReadTime("publishedAt", out draft.PublishedAtMs),
        7 => reader.ReadTime("expiresAt", out draft.ExpiresAtMs),
        8 => reader.ReadWhole("stock", 0, int.MaxValue, out draft.Stock),
        _ => reader.ReadBool("active", out draft.IsActive),
    };

    private static bool TryMake(
        ref JsonFieldReader reader, in Draft draft, DocumentVerticals verticals, ItemDocumentDefaults defaults, out ItemChange? change)
    {
        change = null;
        if (!TryName(ref reader, in draft, defaults, out var id, out var kind)
            || !TryFindVertical(ref reader, in draft, kind, id, verticals, defaults, out var vertical, out var schema))
        {
            return false;
        }

        NamedValue[] attributes = [];
        if (kind == ItemChangeKind.Delete)
        {
            if (draft.HasAttributes)
            {
                return reader.Fail("attributes", "a delete has no attributes", "not_allowed");
            }
        }
        else if (draft.HasAttributes && !AttributeReader.TryRead(ref reader, [schema], kind == ItemChangeKind.Patch, out attributes))
        {
            return false;
        }

        if (kind == ItemChangeKind.Put && !AttributeReader.HasRequired(ref reader, [schema], attributes))
        {
            return false;
        }

        change = new ItemChange
        {
            Id = new ItemId(id),
            Kind = kind,
            AtMs = draft.AtMs ?? defaults.AtMs,
            Vertical = kind == ItemChangeKind.Put ? vertical : draft.Vertical,
            Owner = draft.Owner,
            Seller = draft.Seller,
            PublishedAtMs = draft.PublishedAtMs,
            ExpiresAtMs = draft.ExpiresAtMs,
            Stock = (int?)draft.Stock,
            IsActive = draft.IsActive,
            Attributes = attributes,
        };
        return true;
    }

    private static bool TryName(ref JsonFieldReader reader, in Draft draft, ItemDocumentDefaults defaults, out string id, out ItemChangeKind kind)
    {
        id = draft.Id ?? defaults.Id ?? "";
        kind = defaults.Kind;
        if (id.Length == 0)
        {
            return reader.Fail("id", "is missing", "missing");
        }

        if (defaults.Id is { } named && id != named)
        {
            return reader.Fail("id", $"is '{id}', but the address names '{named}'", "wrong_id");
        }

        if (draft.Operation is { } operation)
        {
            var index = Array.IndexOf(Operations, operation);
            if (index < 0)
            {
                return reader.Fail("op", $"is '{operation}'; it must be put, patch or delete", "unknown_value", NearestName.Find(operation, Operations));
            }

            kind = (ItemChangeKind)index;
        }

        return true;
    }

    private static bool TryFindVertical(
        ref JsonFieldReader reader,
        in Draft draft,
        ItemChangeKind kind,
        string id,
        DocumentVerticals verticals,
        ItemDocumentDefaults defaults,
        out string vertical,
        out ItemSchema schema)
    {
        schema = null!;
        var present = defaults.VerticalOfItem?.Invoke(id);
        var name = draft.Vertical;
        if (kind == ItemChangeKind.Put)
        {
            name ??= defaults.Vertical ?? present ?? verticals.OnlyName;
        }
        else if (present is null)
        {
            vertical = "";
            return reader.Fail("id", $"there is no item '{id}' to {Operations[(int)kind]}; put it first", "unknown_item");
        }

        vertical = name ?? present ?? "";
        if (vertical.Length == 0)
        {
            return reader.Fail("vertical", $"is missing; verticals are {string.Join(", ", verticals.Names)}", "missing");
        }

        if (!verticals.TryGet(vertical, out _, out var found))
        {
            var known = string.Join(", ", verticals.Names);
            return reader.Fail("vertical", $"there is no vertical '{vertical}'; verticals are {known}", "unknown_vertical", NearestName.Find(vertical, verticals.Names));
        }

        if (present is not null && present != vertical)
        {
            return reader.Fail("vertical", $"item '{id}' belongs to '{present}' and cannot move to '{vertical}'", "wrong_vertical");
        }

        schema = found;
        return true;
    }

    /// <summary>Writes an item's present state, in the form that a put takes.</summary>
    /// <param name="json">Receives one object.</param>
    /// <param name="item">The item.</param>
    /// <param name="keywords">The words behind keyword ordinals, by slot.</param>
    /// <param name="listKeywords">The words behind ordinals of multiple keywords, by slot.</param>
    public static void Write(Utf8JsonWriter json, Item item, IReadOnlyList<SymbolTable> keywords, IReadOnlyList<SymbolTable> listKeywords)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(keywords);
        ArgumentNullException.ThrowIfNull(listKeywords);
        json.WriteStartObject();
        json.WriteString("id", item.Id.Value);
        json.WriteString("vertical", item.Vertical);
        if (item.Seller is not null)
        {
            json.WriteString("seller", item.Seller);
        }

        if (item.Owner is not null)
        {
            json.WriteString("owner", item.Owner);
        }

        WriteTime(json, "at", item.ChangedAtMs);
        WriteTime(json, "publishedAt", item.PublishedAtMs);
        if (item.ExpiresAtMs != long.MaxValue)
        {
            WriteTime(json, "expiresAt", item.ExpiresAtMs);
        }

        if (item.Stock >= 0)
        {
            json.WriteNumber("stock", item.Stock);
        }

        json.WriteBoolean("active", item.IsActive);
        json.WriteStartObject("attributes");
        foreach (var slot in item.Schema.Slots)
        {
            WriteAttribute(json, item, slot, keywords, listKeywords);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, long unixMs)
    {
        if (unixMs is >= 0 and <= Timestamp.Latest)
        {
            json.WriteString(name, DateTimeOffset.FromUnixTimeMilliseconds(unixMs).UtcDateTime);
        }
    }

    /// <summary>Writes one attribute of an item as a named field; nothing when the item has none.</summary>
    public static void WriteAttribute(
        Utf8JsonWriter json, Item item, AttributeSlot slot, IReadOnlyList<SymbolTable> keywords, IReadOnlyList<SymbolTable> listKeywords)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(slot);
        ArgumentNullException.ThrowIfNull(keywords);
        ArgumentNullException.ThrowIfNull(listKeywords);
        switch (slot.Storage)
        {
            case AttributeStorage.Keywords when item.Keywords[slot.Slot] is >= 0 and var ordinal:
                json.WriteString(slot.Name, keywords[slot.Slot][ordinal]);
                break;
            case AttributeStorage.KeywordLists when item.KeywordLists[slot.Slot] is { Length: > 0 } ordinals:
                json.WriteStartArray(slot.Name);
                foreach (var word in ordinals)
                {
                    json.WriteStringValue(listKeywords[slot.Slot][word]);
                }

                json.WriteEndArray();
                break;
            case AttributeStorage.Texts when item.Texts[slot.Slot] is { } text:
                json.WriteString(slot.Name, text);
                break;
            case AttributeStorage.Vectors when item.Vectors[slot.Slot] is { } vector:
                json.WriteStartArray(slot.Name);
                foreach (var number in vector)
                {
                    json.WriteNumberValue(number);
                }

                json.WriteEndArray();
                break;
            case AttributeStorage.Numbers:
                WriteNumber(json, item, slot);
                break;
            default:
                break;
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, Item item, AttributeSlot slot)
    {
        if (slot.ZoneSlot >= 0 && slot.ZoneSlot < item.Zones.Length && item.Zones[slot.ZoneSlot] is { } zones)
        {
            json.WriteStartObject(slot.Name);
            foreach (var (zone, number) in zones)
            {
                json.WriteNumber(zone, number);
            }

            json.WriteEndObject();
            return;
        }

        var value = item.Numbers[slot.Slot];
        if (double.IsNaN(value))
        {
            return;
        }

        switch (slot.Kind)
        {
            case AttributeKind.Bool:
                json.WriteBoolean(slot.Name, value != 0);
                break;
            case AttributeKind.Date:
                WriteTime(json, slot.Name, (long)Math.Round(value * 1000));
                break;
            case AttributeKind.Geo:
                json.WriteStartArray(slot.Name);
                json.WriteNumberValue(value);
                json.WriteNumberValue(item.Numbers[slot.Slot + 1]);
                json.WriteEndArray();
                break;
            default:
                json.WriteNumber(slot.Name, value);
                break;
        }
    }
}
