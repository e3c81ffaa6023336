using System.Text.Json;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Writing;

/// <summary>The JSON documents of what a marketplace is told: the same in import files and over HTTP.</summary>
internal static class ChangeDocument
{
    private static readonly JsonEncodedText Id = JsonEncodedText.Encode("id");
    private static readonly JsonEncodedText At = JsonEncodedText.Encode("at");
    private static readonly JsonEncodedText Op = JsonEncodedText.Encode("op");
    private static readonly JsonEncodedText Attributes = JsonEncodedText.Encode("attributes");
    private static readonly JsonEncodedText User = JsonEncodedText.Encode("user");
    private static readonly JsonEncodedText Session = JsonEncodedText.Encode("session");
    private static readonly JsonEncodedText Query = JsonEncodedText.Encode("query");
    private static readonly JsonEncodedText Item = JsonEncodedText.Encode("item");
    private static readonly JsonEncodedText RankingId = JsonEncodedText.Encode("rankingId");
    private static readonly JsonEncodedText Position = JsonEncodedText.Encode("position");
    private static readonly JsonEncodedText ExpiresAt = JsonEncodedText.Encode("expiresAt");
    private static readonly JsonEncodedText Price = JsonEncodedText.Encode("price");
    private static readonly JsonEncodedText Quantity = JsonEncodedText.Encode("quantity");
    private static readonly JsonEncodedText Value = JsonEncodedText.Encode("value");
    private static readonly JsonEncodedText Token = JsonEncodedText.Encode("token");
    private static readonly JsonEncodedText Channel = JsonEncodedText.Encode("channel");
    private static readonly JsonEncodedText Seller = JsonEncodedText.Encode("seller");
    private static readonly JsonEncodedText Owner = JsonEncodedText.Encode("owner");
    private static readonly JsonEncodedText Stock = JsonEncodedText.Encode("stock");
    private static readonly JsonEncodedText Type = JsonEncodedText.Encode("type");
    private static readonly JsonEncodedText OccurredAt = JsonEncodedText.Encode("occurredAt");
    private static readonly JsonEncodedText PublishedAt = JsonEncodedText.Encode("publishedAt");

    /// <summary>Writes a change as one object.</summary>
    public static void Write(Utf8JsonWriter line, SimulatedChange change)
    {
        switch (change)
        {
            case SimulatedChange.UserEvent happened:
                WriteEvent(line, happened);
                break;
            case SimulatedChange.ItemPut put:
                WritePut(line, put);
                break;
            case SimulatedChange.ItemPatch patch:
                WritePatch(line, patch);
                break;
            case SimulatedChange.ItemDelete delete:
                WriteDelete(line, delete);
                break;
            case SimulatedChange.UserPut user:
                WriteParty(line, user.At, user.Id, user.Attributes);
                break;
            case SimulatedChange.SellerPut seller:
                WriteParty(line, seller.At, seller.Id, seller.Attributes);
                break;
            case SimulatedChange.FeatureRow row:
                WriteFeature(line, row);
                break;
        }
    }

    private static void Optional(Utf8JsonWriter line, JsonEncodedText name, int? value)
    {
        if (value is { } number)
        {
            line.WriteNumber(name, number);
        }
    }

    private static void Optional(Utf8JsonWriter line, JsonEncodedText name, string? value)
    {
        if (value is not null)
        {
            line.WriteString(name, value);
        }
    }

    private static void WriteEvent(Utf8JsonWriter line, SimulatedChange.UserEvent happened)
    {
        line.WriteStartObject();
        line.WriteString(Id, happened.Id);
        line.WriteString(Type, happened.Type);
        Timestamp.Write(line, OccurredAt, happened.At);
        line.WriteString(User, happened.User);
        line.WriteString(Session, happened.Session);
        line.WriteString(Item, happened.Item);
        Optional(line, RankingId, happened.RankingId);
        Optional(line, Token, happened.Token);
        if (happened.Position > 0)
        {
            line.WriteNumber(Position, happened.Position);
        }

        Optional(line, Query, happened.Query);
        Optional(line, Channel, happened.Channel);
        Optional(line, Price, happened.Price);
        Optional(line, Quantity, happened.Quantity);
        if (happened.Value is { } value)
        {
            line.WriteNumber(Value, value);
        }

        if (happened.Context is { } context)
        {
            WriteContext(line, context);
        }

        line.WriteEndObject();
    }

    /// <summary>Writes the context of an event, a request or a ranking.</summary>
    public static void WriteContext(Utf8JsonWriter line, IReadOnlyList<KeyValuePair<string, string>> context)
    {
        line.WriteStartObject("context"u8);
        for (var i = 0; i < context.Count; i++)
        {
            line.WriteString(context[i].Key, context[i].Value);
        }

        line.WriteEndObject();
    }

    private static void WritePut(Utf8JsonWriter line, SimulatedChange.ItemPut put)
    {
        StartItem(line, "put", put.At, put.Id);
        line.WriteString("vertical"u8, put.Vertical);
        Optional(line, Seller, put.Seller);
        Optional(line, Owner, put.Owner);
        Timestamp.Write(line, PublishedAt, put.PublishedAt);
        if (put.ExpiresAt is { } expiresAt)
        {
            Timestamp.Write(line, ExpiresAt, expiresAt);
        }

        Optional(line, Stock, put.Stock);
        WriteAttributes(line, put.Attributes);
        line.WriteEndObject();
    }

    private static void WritePatch(Utf8JsonWriter line, SimulatedChange.ItemPatch patch)
    {
        StartItem(line, "patch", patch.At, patch.Id);
        if (patch.ExpiresAt is { } expiresAt)
        {
            Timestamp.Write(line, ExpiresAt, expiresAt);
        }

        Optional(line, Stock, patch.Stock);
        if (patch.Attributes is { } attributes)
        {
            WriteAttributes(line, attributes);
        }

        line.WriteEndObject();
    }

    private static void WriteDelete(Utf8JsonWriter line, SimulatedChange.ItemDelete delete)
    {
        StartItem(line, "delete", delete.At, delete.Id);
        line.WriteEndObject();
    }

    private static void StartItem(Utf8JsonWriter line, string operation, DateTimeOffset at, string id)
    {
        line.WriteStartObject();
        line.WriteString(Op, operation);
        Timestamp.Write(line, At, at);
        line.WriteString(Id, id);
    }

    private static void WriteParty(Utf8JsonWriter line, DateTimeOffset at, string id, SimulatedAttributes attributes)
    {
        line.WriteStartObject();
        Timestamp.Write(line, At, at);
        line.WriteString(Id, id);
        WriteAttributes(line, attributes);
        line.WriteEndObject();
    }

    private static void WriteAttributes(Utf8JsonWriter line, SimulatedAttributes attributes)
    {
        line.WriteStartObject(Attributes);
        attributes.Write(line);
        line.WriteEndObject();
    }

    private static void WriteFeature(Utf8JsonWriter line, SimulatedChange.FeatureRow row)
    {
        line.WriteStartObject();
        Timestamp.Write(line, At, row.At);
        line.WriteString("table"u8, row.Table);
        line.WriteString("key"u8, row.Key);
        line.WriteStartObject("columns"u8);
        line.WriteNumber(row.Column, row.Value);
        line.WriteEndObject();
        line.WriteEndObject();
    }
}
