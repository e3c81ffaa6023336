using System.Text;
using System.Text.Json;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Catalog;

/// <summary>The JSON form of a user or seller: <c>{"id", "at"?, "attributes": {}}</c>.</summary>
public static class EntityDocument
{
    private static readonly string[] Fields = ["id", "at", "attributes"];

    private static readonly byte[][] Utf8Fields = [.. Fields.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Reads a put of a user or seller.</summary>
    /// <param name="utf8">One JSON object.</param>
    /// <param name="schemas">Where attributes are declared: <see cref="DocumentVerticals.Users"/> or <see cref="DocumentVerticals.Sellers"/>.</param>
    /// <param name="atMs">The time of a put that does not say its own, Unix milliseconds.</param>
    /// <param name="change">The put; null when the document is refused.</param>
    /// <param name="error">Why it is refused.</param>
    /// <param name="limits">Bounds; absent: the defaults.</param>
    /// <returns>False when the document is refused; never throws on any input.</returns>
    public static bool TryRead(
        ReadOnlySpan<byte> utf8, IReadOnlyList<ItemSchema> schemas, long atMs, out EntityChange? change, out FieldError error, DocumentLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(schemas);
        change = null;
        var reader = new JsonFieldReader(utf8, limits ?? DocumentLimits.Default);
        try
        {
            if (!reader.Begin() || !TryReadFields(ref reader, schemas, atMs, out change))
            {
                change = null;
                error = reader.Error;
                return false;
            }

            reader.End();
            error = default;
            return true;
        }
        catch (Exception exception) when (JsonFieldReader.IsFailure(exception))
        {
            change = null;
            error = JsonFieldReader.FailureOf(exception);
            return false;
        }
    }

    private static bool TryReadFields(ref JsonFieldReader reader, IReadOnlyList<ItemSchema> schemas, long atMs, out EntityChange? change)
    {
        change = null;
        string? id = null;
        long? at = null;
        NamedValue[] attributes = [];
        var seen = 0;
        while (reader.NextField(Fields, Utf8Fields, ref seen, out var field))
        {
            var isRead = field switch
            {
                0 => reader.ReadId("id", out id),
                1 => reader.ReadTime("at", out at),
                _ => AttributeReader.TryRead(ref reader, schemas, isPatch: false, out attributes),
            };
            if (!isRead)
            {
                return false;
            }
        }

        if (reader.HasFailed)
        {
            return false;
        }

        if (id is null)
        {
            return reader.Fail("id", "is missing", "missing");
        }

        if (!AttributeReader.HasRequired(ref reader, schemas.Count == 1 ? schemas : [], attributes))
        {
            return false;
        }

        change = new EntityChange { Id = id, AtMs = at ?? atMs, Attributes = attributes };
        return true;
    }

    /// <summary>Writes a user or seller, in the form that a put takes.</summary>
    public static void Write(Utf8JsonWriter json, Entity entity)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(entity);
        json.WriteStartObject();
        json.WriteString("id", entity.Id);
        json.WriteString("at", DateTimeOffset.FromUnixTimeMilliseconds(entity.ChangedAtMs).UtcDateTime);
        json.WriteStartObject("attributes");
        foreach (var (name, value) in entity.Attributes)
        {
            json.WritePropertyName(name);
            WriteValue(json, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, AttributeValue value)
    {
        switch (value.Kind)
        {
            case AttributeValueKind.Number:
                json.WriteNumberValue(value.Number);
                break;
            case AttributeValueKind.Text:
                json.WriteStringValue(value.Text);
                break;
            case AttributeValueKind.Texts:
                json.WriteStartArray();
                foreach (var text in value.Texts!)
                {
                    json.WriteStringValue(text);
                }

                json.WriteEndArray();
                break;
            case AttributeValueKind.Numbers:
                json.WriteStartArray();
                foreach (var number in value.Numbers!)
                {
                    json.WriteNumberValue(number);
                }

                json.WriteEndArray();
                break;
            case AttributeValueKind.Zones:
                json.WriteStartObject();
                foreach (var (zone, number) in value.Zones!)
                {
                    json.WriteNumber(zone, number);
                }

                json.WriteEndObject();
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }
}

/// <summary>The JSON form of an alias: <c>{"alias", "at"?}</c>, sent to the user that it is joined to.</summary>
public static class AliasDocument
{
    private static readonly string[] Fields = ["alias", "at"];

    private static readonly byte[][] Utf8Fields = [.. Fields.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Reads an alias of a user.</summary>
    /// <returns>False when the document is refused; never throws on any input.</returns>
    public static bool TryRead(
        ReadOnlySpan<byte> utf8, UserId user, long atMs, out UserAlias? alias, out FieldError error, DocumentLimits? limits = null)
    {
        alias = null;
        var reader = new JsonFieldReader(utf8, limits ?? DocumentLimits.Default);
        try
        {
            if (!reader.Begin() || !TryReadFields(ref reader, out var name, out var at))
            {
                error = reader.Error;
                return false;
            }

            reader.End();
            if (name == user.Value)
            {
                error = new FieldError("alias", "is the user itself", null, "invalid_id");
                return false;
            }

            alias = new UserAlias(user, new UserId(name), at ?? atMs);
            error = default;
            return true;
        }
        catch (Exception exception) when (JsonFieldReader.IsFailure(exception))
        {
            error = JsonFieldReader.FailureOf(exception);
            return false;
        }
    }

    private static bool TryReadFields(ref JsonFieldReader reader, out string alias, out long? at)
    {
        (alias, at) = ("", null);
        string? read = null;
        while (reader.NextField())
        {
            var field = reader.Find(Utf8Fields);
            if (field < 0)
            {
                return reader.FailUnknown("", Fields);
            }

            if (!(field == 0 ? reader.ReadId("alias", out read) : reader.ReadTime("at", out at)))
            {
                return false;
            }
        }

        if (read is null)
        {
            return reader.Fail("alias", "is missing", "missing");
        }

        alias = read;
        return true;
    }
}
