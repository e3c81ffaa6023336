using System.Text;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Events;

/// <summary>The JSON form of an event: what <c>POST /v1/events</c> and <c>events.jsonl</c> hold, one object each.</summary>
/// <remarks>Says whether the document is an event; whether it may be accepted here and now says <see cref="EventValidator"/>.</remarks>
public static class EventDocument
{
    private const int LargestPosition = 10_000;
    private const int LargestQuantity = 1_000_000_000;

    private static readonly string[] Fields =
    [
        "id", "type", "occurredAt", "item", "user", "session", "rankingId", "token", "position", "query", "channel", "value", "price", "quantity", "context", "delivery",
    ];

    private static readonly byte[][] Utf8Fields = [.. Fields.Select(Encoding.UTF8.GetBytes)];

    private ref struct Draft
    {
        public string? Id;
        public string? TypeName;
        public string? Item;
        public string? User;
        public string? Session;
        public string? RankingId;
        public string? Token;
        public string? Query;
        public string? Channel;
        public long? OccurredAtMs;
        public long? Position;
        public long? Quantity;
        public double Value;
        public double Price;
        public double Delivery;
        public KeyValuePair<string, string>[]? Context;
    }

    /// <summary>Reads an event.</summary>
    /// <param name="utf8">One JSON object.</param>
    /// <param name="marketEvent">The event; null when the document is refused.</param>
    /// <param name="error">Why it is refused.</param>
    /// <param name="limits">Bounds; absent: the defaults.</param>
    /// <returns>False when the document is refused; never throws on any input.</returns>
    public static bool TryRead(ReadOnlySpan<byte> utf8, out MarketEvent? marketEvent, out FieldError error, DocumentLimits? limits = null)
    {
        marketEvent = null;
        var reader = new JsonFieldReader(utf8, limits ?? DocumentLimits.Default);
        try
        {
            var draft = new Draft { Value = double.NaN, Price = double.NaN, Delivery = double.NaN };
            if (!reader.Begin() || !ReadFields(ref reader, ref draft) || !TryMake(ref reader, in draft, out marketEvent))
            {
                error = reader.Error;
                return false;
            }

            reader.End();
            error = default;
            return true;
        }
        catch (Exception exception) when (JsonFieldReader.IsFailure(exception))
        {
            marketEvent = null;
            error = JsonFieldReader.FailureOf(exception);
            return false;
        }
    }

    private static bool ReadFields(ref JsonFieldReader reader, ref Draft draft)
    {
        var seen = 0;
        while (reader.NextField(Fields, Utf8Fields, ref seen, out var field))
        {
            if (!ReadField(ref reader, field, ref draft))
            {
                return false;
            }
        }

        return !reader.HasFailed;
    }

    private static bool ReadField(ref JsonFieldReader reader, int field, ref Draft draft)
    {
        var name = Fields[field];
        var longest = reader.Limits.MaxStringLength;
        return field switch
        {
            0 => reader.ReadId(name, out draft.Id),
            1 => reader.ReadString(name, longest, out draft.TypeName),
            2 => reader.ReadTime(name, out draft.OccurredAtMs),
            3 => reader.ReadId(name, out draft.Item),
            4 => reader.ReadId(name, out draft.User),
            5 => reader.ReadId(name, out draft.Session),
            6 => reader.ReadId(name, out draft.RankingId),
            7 => reader.ReadString(name, longest, out draft.Token),
            8 => reader.ReadWhole(name, 0, LargestPosition, out draft.Position),
            9 => reader.ReadString(name, longest, out draft.Query),
            10 => reader.ReadString(name, longest, out draft.Channel),
            11 => ReadAmount(ref reader, name, out draft.Value),
            12 => ReadAmount(ref reader, name, out draft.Price),
            13 => reader.ReadWhole(name, 0, LargestQuantity, out draft.Quantity),
            14 => reader.ReadContext(name, out draft.Context),
            _ => ReadAmount(ref reader, name, out draft.Delivery),
        };
    }

    private static bool ReadAmount(ref JsonFieldReader reader, string name, out double amount) =>
        reader.ReadNumber(name, out amount) && (!(amount < 0) || reader.Fail(name, "must not be negative", "negative_" + name));

    private static bool TryMake(ref JsonFieldReader reader, in Draft draft, out MarketEvent? marketEvent)
    {
        marketEvent = null;
        var missing = draft.Id is null ? "id" : draft.TypeName is null ? "type" : draft.OccurredAtMs is null ? "occurredAt" : draft.Item is null ? "item" : null;
        if (missing is not null)
        {
            return reader.Fail(missing, "is missing; every event has id, type, occurredAt and item", "missing");
        }

        if (!EventTypes.TryParse(draft.TypeName, out var type))
        {
            var known = string.Join(", ", EventTypes.All);
            var shown = draft.TypeName!.Length > 64 ? draft.TypeName[..64] + "…" : draft.TypeName;
            return reader.Fail("type", $"'{shown}' is no event type; types are {known}", "unknown_type", NearestName.Find(draft.TypeName, EventTypes.All));
        }

        marketEvent = new MarketEvent
        {
            Id = draft.Id!,
            Type = type,
            OccurredAtMs = draft.OccurredAtMs!.Value,
            Item = draft.Item!,
            User = draft.User,
            Session = draft.Session,
            RankingId = draft.RankingId,
            Token = draft.Token,
            Position = (int)(draft.Position ?? 0),
            Query = draft.Query,
            Channel = draft.Channel,
            Value = draft.Value,
            Price = draft.Price,
            Delivery = draft.Delivery,
            Quantity = (int)(draft.Quantity ?? 0),
            Context = draft.Context ?? [],
        };
        return true;
    }
}
