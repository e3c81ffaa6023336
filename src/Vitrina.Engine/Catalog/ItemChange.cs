using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Catalog;

/// <summary>What a change does to an item.</summary>
public enum ItemChangeKind : byte
{
    /// <summary>Replaces the item whole, or creates it.</summary>
    Put = 0,

    /// <summary>Changes the named fields and attributes, leaves the others.</summary>
    Patch = 1,

    /// <summary>Takes the item away: it is never shown again, its statistics stay.</summary>
    Delete = 2,
}

/// <summary>One accepted change of an item: what the journal keeps and replay applies.</summary>
public sealed record ItemChange
{
    /// <summary>The changed item.</summary>
    public required ItemId Id { get; init; }

    /// <summary>Put, patch or delete.</summary>
    public required ItemChangeKind Kind { get; init; }

    /// <summary>When it happened, Unix milliseconds.</summary>
    public required long AtMs { get; init; }

    /// <summary>The item's vertical; needed by a put.</summary>
    public string? Vertical { get; init; }

    /// <summary>The user the item belongs to (a resume's person), if any.</summary>
    public string? Owner { get; init; }

    /// <summary>The seller, if any.</summary>
    public string? Seller { get; init; }

    /// <summary>When the item was first offered, Unix milliseconds; default: the first put's <see cref="AtMs"/>.</summary>
    public long? PublishedAtMs { get; init; }

    /// <summary>When the item stops being shown, Unix milliseconds; absent = never.</summary>
    public long? ExpiresAtMs { get; init; }

    /// <summary>Pieces or free slots left; absent = not counted.</summary>
    public int? Stock { get; init; }

    /// <summary>False hides the item without deleting it.</summary>
    public bool? IsActive { get; init; }

    /// <summary>The attributes that the change names.</summary>
    public IReadOnlyList<NamedValue> Attributes { get; init; } = [];

    internal const byte CodecVersion = 1;

    [Flags]
    internal enum Present : byte
    {
        None = 0,
        Published = 1,
        Expires = 2,
        Stock = 4,
        Active = 8,
        ActiveValue = 16,
    }

    /// <summary>Appends the change in the journal's form.</summary>
    public void Write(ByteWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteByte(CodecVersion);
        writer.WriteByte((byte)Kind);
        writer.WriteString(Id.Value);
        writer.WriteVarInt(AtMs);
        writer.WriteOptionalString(Vertical);
        writer.WriteOptionalString(Owner);
        writer.WriteOptionalString(Seller);
        var present = (PublishedAtMs is null ? Present.None : Present.Published)
            | (ExpiresAtMs is null ? Present.None : Present.Expires)
            | (Stock is null ? Present.None : Present.Stock)
            | (IsActive is null ? Present.None : Present.Active)
            | (IsActive is true ? Present.ActiveValue : Present.None);
        writer.WriteByte((byte)present);
        WriteOptional(writer, PublishedAtMs);
        WriteOptional(writer, ExpiresAtMs);
        WriteOptional(writer, Stock);
        NamedValues.Write(writer, Attributes);
    }

    /// <summary>Reads a change that <see cref="Write"/> wrote.</summary>
    /// <exception cref="CodecException">The bytes are not an item change of a known version.</exception>
    public static ItemChange Read(ReadOnlySpan<byte> payload)
    {
        var reader = new ByteReader(payload);
        if (reader.ReadByte() != CodecVersion)
        {
            throw new CodecException("an item change of a newer version", 0);
        }

        var kind = (ItemChangeKind)reader.ReadByte();
        var id = new ItemId(reader.ReadString());
        var at = reader.ReadVarInt();
        var vertical = reader.ReadOptionalString();
        var owner = reader.ReadOptionalString();
        var seller = reader.ReadOptionalString();
        var present = (Present)reader.ReadByte();
        return new ItemChange
        {
            Id = id,
            Kind = kind,
            AtMs = at,
            Vertical = vertical,
            Owner = owner,
            Seller = seller,
            PublishedAtMs = present.HasFlag(Present.Published) ? reader.ReadVarInt() : null,
            ExpiresAtMs = present.HasFlag(Present.Expires) ? reader.ReadVarInt() : null,
            Stock = present.HasFlag(Present.Stock) ? (int)reader.ReadVarInt() : null,
            IsActive = present.HasFlag(Present.Active) ? present.HasFlag(Present.ActiveValue) : null,
            Attributes = NamedValues.Read(ref reader),
        };
    }

    private static void WriteOptional(ByteWriter writer, long? value)
    {
        if (value is { } present)
        {
            writer.WriteVarInt(present);
        }
    }
}

/// <summary>The journal's form of a list of named values.</summary>
internal static class NamedValues
{
    public static void Write(ByteWriter writer, IReadOnlyList<NamedValue> values)
    {
        writer.WriteVarUInt((ulong)values.Count);
        foreach (var (name, value) in values)
        {
            writer.WriteString(name);
            value.Write(writer);
        }
    }

    public static NamedValue[] Read(ref ByteReader reader)
    {
        var values = new NamedValue[reader.ReadCount(2)];
        for (var i = 0; i < values.Length; i++)
        {
            var name = reader.ReadString();
            values[i] = new NamedValue(name, AttributeValue.Read(ref reader));
        }

        return values;
    }
}
