using System.Collections.Frozen;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Events;

/// <summary>The types of events; the order is part of the journal's format.</summary>
public enum EventType : byte
{
    /// <summary>The item was on screen.</summary>
    View = 0,

    /// <summary>The item's card was opened.</summary>
    Click = 1,

    /// <summary>The item was marked as a favourite.</summary>
    Favorite = 2,

    /// <summary>The item was put into the cart.</summary>
    Cart = 3,

    /// <summary>The item was ordered.</summary>
    Order = 4,

    /// <summary>An order was cancelled.</summary>
    Cancel = 5,

    /// <summary>An order was refunded.</summary>
    Refund = 6,

    /// <summary>The user asked not to see the item.</summary>
    Hide = 7,

    /// <summary>Two-sided: the other side was contacted.</summary>
    Contact = 8,

    /// <summary>Two-sided: a chat began.</summary>
    Chat = 9,

    /// <summary>Two-sided: the other side answered.</summary>
    Response = 10,

    /// <summary>Two-sided: the other side refused.</summary>
    Refusal = 11,

    /// <summary>Two-sided: both sides agreed.</summary>
    Deal = 12,
}

/// <summary>The names of <see cref="EventType"/> in the API, in vertical files and in features.</summary>
public static class EventTypes
{
    private static readonly string[] Names = [.. Enum.GetNames<EventType>().Select(name => char.ToLowerInvariant(name[0]) + name[1..])];

    private static readonly FrozenDictionary<string, EventType> Types =
        Enum.GetValues<EventType>().ToFrozenDictionary(type => Names[(int)type], StringComparer.Ordinal);

    /// <summary>How many types there are.</summary>
    public static int Count => Names.Length;

    /// <summary>All names, in the order of the enumeration.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The type's name, such as <c>view</c>.</summary>
    public static string NameOf(EventType type) => Names[(int)type];

    /// <summary>Finds a type by its exact name.</summary>
    public static bool TryParse(string? name, out EventType type)
    {
        type = default;
        return name is not null && Types.TryGetValue(name, out type);
    }
}

/// <summary>Something that happened: one accepted event.</summary>
public sealed record MarketEvent
{
    /// <summary>The event's id: the dedupe key.</summary>
    public required string Id { get; init; }

    /// <summary>What happened.</summary>
    public required EventType Type { get; init; }

    /// <summary>When it happened, Unix milliseconds.</summary>
    public required long OccurredAtMs { get; init; }

    /// <summary>The item it happened to.</summary>
    public required string Item { get; init; }

    /// <summary>Who did it; absent for unknown visitors.</summary>
    public string? User { get; init; }

    /// <summary>The visit it belongs to.</summary>
    public string? Session { get; init; }

    /// <summary>The ranking it followed from.</summary>
    public string? RankingId { get; init; }

    /// <summary>The token of the answered item, echoed.</summary>
    public string? Token { get; init; }

    /// <summary>The place on the page, from 1; 0 = not said.</summary>
    public int Position { get; init; }

    /// <summary>The query's text.</summary>
    public string? Query { get; init; }

    /// <summary>Two-sided: how the contact was made.</summary>
    public string? Channel { get; init; }

    /// <summary>The event's own value; NaN = not said.</summary>
    public double Value { get; init; } = double.NaN;

    /// <summary>The price that the user saw; NaN = not said.</summary>
    public double Price { get; init; } = double.NaN;

    /// <summary>The delivery time that the user saw, days; NaN = not said.</summary>
    public double Delivery { get; init; } = double.NaN;

    /// <summary>How many pieces; 0 = not said.</summary>
    public int Quantity { get; init; }

    /// <summary>Anything else that the caller wants to keep.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Context { get; init; } = [];

    /// <summary>Appends the event in the journal's form.</summary>
    public void Write(ByteWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);

        // Version 2 only where there is something to say: most events are as they always were.
        writer.WriteByte(double.IsNaN(Delivery) ? (byte)1 : (byte)2);
        writer.WriteString(Id);
        writer.WriteByte((byte)Type);
        writer.WriteVarInt(OccurredAtMs);
        writer.WriteString(Item);
        writer.WriteOptionalString(User);
        writer.WriteOptionalString(Session);
        writer.WriteOptionalString(RankingId);
        writer.WriteOptionalString(Token);
        writer.WriteVarInt(Position);
        writer.WriteOptionalString(Query);
        writer.WriteOptionalString(Channel);
        writer.WriteDouble(Value);
        writer.WriteDouble(Price);
        writer.WriteVarInt(Quantity);
        ContextPairs.Write(writer, Context);
        if (!double.IsNaN(Delivery))
        {
            writer.WriteDouble(Delivery);
        }
    }

    /// <summary>Reads an event that <see cref="Write"/> wrote.</summary>
    /// <exception cref="CodecException">The bytes are not an event of a known version.</exception>
    public static MarketEvent Read(ReadOnlySpan<byte> payload)
    {
        var reader = new ByteReader(payload);
        var version = reader.ReadByte();
        if (version is not (1 or 2))
        {
            throw new CodecException("an event of a newer version", 0);
        }

        return new MarketEvent
        {
            Id = reader.ReadString(),
            Type = (EventType)reader.ReadByte(),
            OccurredAtMs = reader.ReadVarInt(),
            Item = reader.ReadString(),
            User = reader.ReadOptionalString(),
            Session = reader.ReadOptionalString(),
            RankingId = reader.ReadOptionalString(),
            Token = reader.ReadOptionalString(),
            Position = (int)reader.ReadVarInt(),
            Query = reader.ReadOptionalString(),
            Channel = reader.ReadOptionalString(),
            Value = reader.ReadDouble(),
            Price = reader.ReadDouble(),
            Quantity = (int)reader.ReadVarInt(),
            Context = ContextPairs.Read(ref reader),
            Delivery = version == 2 ? reader.ReadDouble() : double.NaN,
        };
    }
}

/// <summary>The journal's form of a request's or event's context.</summary>
internal static class ContextPairs
{
    public static void Write(ByteWriter writer, IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        writer.WriteVarUInt((ulong)pairs.Count);
        foreach (var (key, value) in pairs)
        {
            writer.WriteString(key);
            writer.WriteString(value);
        }
    }

    public static KeyValuePair<string, string>[] Read(ref ByteReader reader)
    {
        var count = reader.ReadCount(2);
        if (count == 0)
        {
            return [];
        }

        var pairs = new KeyValuePair<string, string>[count];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = new KeyValuePair<string, string>(reader.ReadString(), reader.ReadString());
        }

        return pairs;
    }
}
