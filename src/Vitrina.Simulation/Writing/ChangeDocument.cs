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
    private static readonly JsonEncodedText Price = JsonEncodedText.Encode("price");
    private static readonly JsonEncodedText Quantity = JsonEncodedText.Encode("quantity");
    private static readonly JsonEncodedText Value = JsonEncodedText.Encode("value");
    private static readonly JsonEncodedText Token = JsonEncodedText.Encode("token");
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
                WriteUser(line, user);
                break;
            case SimulatedChange.SellerPut seller:
                WriteSeller(line, seller);
                break;
            case SimulatedChange.FeatureRow row:
                WriteFeature(line, row);
                break;
        }
    }

    private static void Optional(Utf8JsonWriter line, string name, string? value)
    {
        if (value is not null)
        {
            line.WriteString(name, value);
        }
    }

    private static void Optional(Utf8JsonWriter line, JsonEncodedText name, int? value)
    {
        if (value is { } number)
        {
            line.WriteNumber(name, number);
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
        line.WriteString(RankingId, happened.RankingId);
        if (happened.Token is not null)
        {
            line.WriteString(Token, happened.Token);
        }

        line.WriteNumber(Position, happened.Position);
        if (happened.Query is not null)
        {
            line.WriteString(Query, happened.Query);
        }

        Optional(line, Price, happened.Price);
        Optional(line, Quantity, happened.Quantity);
        if (happened.Value is { } value)
        {
            line.WriteNumber(Value, value);
        }

        line.WriteEndObject();
    }

    private static void WritePut(Utf8JsonWriter line, SimulatedChange.ItemPut put)
    {
        StartItem(line, "put", put.At, put.Id);
        line.WriteString("vertical"u8, "goods"u8);
        line.WriteString("seller"u8, put.Seller);
        Timestamp.Write(line, PublishedAt, put.PublishedAt);
        line.WriteNumber("stock"u8, put.Stock);
        SimulatedItemAttributes card = put.Attributes;
        line.WriteStartObject(Attributes);
        line.WriteString("title"u8, card.Title);
        line.WriteString("description"u8, card.Description);
        line.WriteString("brand"u8, card.Brand);
        line.WriteString("category"u8, card.Category);
        line.WriteString("department"u8, card.Department);
        line.WriteString("model"u8, card.Model);
        Optional(line, "color", card.Colour);
        Optional(line, "size", card.Size);
        line.WriteNumber(Price, card.Price);
        if (card.OldPrice is { } oldPrice)
        {
            line.WriteNumber("oldPrice"u8, oldPrice);
        }

        line.WriteNumber("delivery"u8, card.Delivery);
        if (card.Rating is { } rating)
        {
            line.WriteNumber("rating"u8, rating);
        }

        line.WriteNumber("reviews"u8, card.Reviews);
        line.WriteNumber("photos"u8, card.Photos);
        line.WriteEndObject();
        line.WriteEndObject();
    }

    private static void WritePatch(Utf8JsonWriter line, SimulatedChange.ItemPatch patch)
    {
        StartItem(line, "patch", patch.At, patch.Id);
        if (patch.Stock is { } stock)
        {
            line.WriteNumber("stock"u8, stock);
        }

        if (patch.Price is not null || patch.Delivery is not null)
        {
            line.WriteStartObject(Attributes);
            Optional(line, Price, patch.Price);
            if (patch.OldPrice is { } oldPrice)
            {
                line.WriteNumber("oldPrice"u8, oldPrice);
            }
            else if (patch.IsOldPriceRemoved)
            {
                line.WriteNull("oldPrice"u8);
            }

            if (patch.Delivery is { } delivery)
            {
                line.WriteNumber("delivery"u8, delivery);
            }

            line.WriteEndObject();
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

    private static void WriteUser(Utf8JsonWriter line, SimulatedChange.UserPut user)
    {
        line.WriteStartObject();
        Timestamp.Write(line, At, user.At);
        line.WriteString(Id, user.Id);
        line.WriteStartObject(Attributes);
        line.WriteString("region"u8, user.Region);
        line.WriteNumber("birthYear"u8, user.BirthYear);
        line.WriteEndObject();
        line.WriteEndObject();
    }

    private static void WriteSeller(Utf8JsonWriter line, SimulatedChange.SellerPut seller)
    {
        line.WriteStartObject();
        Timestamp.Write(line, At, seller.At);
        line.WriteString(Id, seller.Id);
        line.WriteStartObject(Attributes);
        line.WriteString("name"u8, seller.Name);
        line.WriteString("region"u8, seller.Region);
        line.WriteEndObject();
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
