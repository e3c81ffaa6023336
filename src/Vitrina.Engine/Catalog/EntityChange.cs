using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Catalog;

/// <summary>A put of a user or a seller: the whole set of its attributes.</summary>
public sealed record EntityChange
{
    /// <summary>The user's or seller's id.</summary>
    public required string Id { get; init; }

    /// <summary>When it happened, Unix milliseconds.</summary>
    public required long AtMs { get; init; }

    /// <summary>All attributes; those not named are absent.</summary>
    public IReadOnlyList<NamedValue> Attributes { get; init; } = [];

    /// <summary>Appends the change in the journal's form.</summary>
    public void Write(ByteWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteByte(1);
        writer.WriteString(Id);
        writer.WriteVarInt(AtMs);
        NamedValues.Write(writer, Attributes);
    }

    /// <summary>Reads a change that <see cref="Write"/> wrote.</summary>
    /// <exception cref="CodecException">The bytes are not an entity change of a known version.</exception>
    public static EntityChange Read(ReadOnlySpan<byte> payload)
    {
        var reader = new ByteReader(payload);
        if (reader.ReadByte() != 1)
        {
            throw new CodecException("a user or seller of a newer version", 0);
        }

        return new EntityChange { Id = reader.ReadString(), AtMs = reader.ReadVarInt(), Attributes = NamedValues.Read(ref reader) };
    }
}

/// <summary>An anonymous id joined to a login: what the alias did belongs to the user from now on.</summary>
/// <param name="User">The login.</param>
/// <param name="Alias">The anonymous id.</param>
/// <param name="AtMs">When, Unix milliseconds.</param>
public sealed record UserAlias(UserId User, UserId Alias, long AtMs)
{
    /// <summary>Appends the alias in the journal's form.</summary>
    public void Write(ByteWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteByte(1);
        writer.WriteString(User.Value);
        writer.WriteString(Alias.Value);
        writer.WriteVarInt(AtMs);
    }

    /// <summary>Reads an alias that <see cref="Write"/> wrote.</summary>
    /// <exception cref="CodecException">The bytes are not an alias of a known version.</exception>
    public static UserAlias Read(ReadOnlySpan<byte> payload)
    {
        var reader = new ByteReader(payload);
        return reader.ReadByte() == 1
            ? new UserAlias(new UserId(reader.ReadString()), new UserId(reader.ReadString()), reader.ReadVarInt())
            : throw new CodecException("an alias of a newer version", 0);
    }
}

/// <summary>One row of a feature table from the company's own marts.</summary>
public sealed record FeatureRow
{
    /// <summary>The table's name in the vertical's file.</summary>
    public required string Table { get; init; }

    /// <summary>The id of the item, seller, user, type or query that the row describes.</summary>
    public required string Key { get; init; }

    /// <summary>From when the row holds, Unix milliseconds.</summary>
    public required long ValidFromMs { get; init; }

    /// <summary>The columns' values; NaN = missing.</summary>
    public required IReadOnlyList<KeyValuePair<string, float>> Columns { get; init; }

    /// <summary>Appends the row in the journal's form.</summary>
    public void Write(ByteWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteByte(1);
        writer.WriteString(Table);
        writer.WriteString(Key);
        writer.WriteVarInt(ValidFromMs);
        writer.WriteVarUInt((ulong)Columns.Count);
        foreach (var (name, value) in Columns)
        {
            writer.WriteString(name);
            writer.WriteSingle(value);
        }
    }

    /// <summary>Reads a row that <see cref="Write"/> wrote.</summary>
    /// <exception cref="CodecException">The bytes are not a feature row of a known version.</exception>
    public static FeatureRow Read(ReadOnlySpan<byte> payload)
    {
        var reader = new ByteReader(payload);
        if (reader.ReadByte() != 1)
        {
            throw new CodecException("a feature row of a newer version", 0);
        }

        var (table, key, validFrom) = (reader.ReadString(), reader.ReadString(), reader.ReadVarInt());
        var columns = new KeyValuePair<string, float>[reader.ReadCount(5)];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = new KeyValuePair<string, float>(reader.ReadString(), reader.ReadSingle());
        }

        return new FeatureRow { Table = table, Key = key, ValidFromMs = validFrom, Columns = columns };
    }
}
