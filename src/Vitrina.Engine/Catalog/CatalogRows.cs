using System.Buffers.Binary;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Catalog;

/// <summary>The payload of a stored row: the change in the journal's form, then a checksum over the whole row.</summary>
/// <remarks>SQLite checks no content: without the checksum a flipped bit would be read as a different price.</remarks>
internal static class CatalogRows
{
    private const int ChecksumBytes = 4;

    /// <summary>The checksum that stands beside a journal sequence.</summary>
    public static uint ChecksumOf(long asOf)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, asOf);
        return Crc32C.Of(bytes);
    }

    /// <summary>Writes an item's payload.</summary>
    public static byte[] Write(ByteWriter writer, StoredItem item)
    {
        var start = BeginItem(writer, item.Ordinal, item.IsDeleted);
        item.Put.Write(writer);
        return Finish(writer, start);
    }

    /// <summary>Writes a user's or seller's payload.</summary>
    public static byte[] Write(ByteWriter writer, StoredEntity entity)
    {
        var start = BeginEntity(writer, entity.Ordinal, entity.Id, entity.UserOfAlias);
        entity.Put?.Write(writer);
        return Finish(writer, start);
    }

    /// <summary>Reads an item's row.</summary>
    /// <exception cref="CodecException">The row is not what was written.</exception>
    public static StoredItem ReadItem(ByteWriter writer, int ordinal, bool isDeleted, ReadOnlySpan<byte> payload) =>
        new(ordinal, isDeleted, ItemChange.Read(CheckItem(writer, ordinal, isDeleted, payload)));

    /// <summary>The change of an item's row, in the journal's form.</summary>
    /// <exception cref="CodecException">The row is not what was written.</exception>
    public static ReadOnlySpan<byte> CheckItem(ByteWriter writer, int ordinal, bool isDeleted, ReadOnlySpan<byte> payload)
    {
        BeginItem(writer, ordinal, isDeleted);
        return Check(writer, payload);
    }

    /// <summary>Reads a user's or seller's row.</summary>
    /// <exception cref="CodecException">The row is not what was written.</exception>
    public static StoredEntity ReadEntity(ByteWriter writer, int ordinal, string id, int userOfAlias, ReadOnlySpan<byte> payload)
    {
        BeginEntity(writer, ordinal, id, userOfAlias);
        var change = Check(writer, payload);
        return new StoredEntity(ordinal, id, userOfAlias, change.IsEmpty ? null : EntityChange.Read(change));
    }

    private static int BeginItem(ByteWriter writer, int ordinal, bool isDeleted)
    {
        writer.Clear();
        writer.WriteVarInt(ordinal);
        writer.WriteByte(isDeleted ? (byte)1 : (byte)0);
        return writer.Length;
    }

    private static int BeginEntity(ByteWriter writer, int ordinal, string id, int userOfAlias)
    {
        writer.Clear();
        writer.WriteVarInt(ordinal);
        writer.WriteVarInt(userOfAlias);
        writer.WriteString(id);
        return writer.Length;
    }

    private static byte[] Finish(ByteWriter writer, int start)
    {
        writer.WriteUInt32(Crc32C.Of(writer.Written));
        return writer.Written[start..].ToArray();
    }

    private static ReadOnlySpan<byte> Check(ByteWriter writer, ReadOnlySpan<byte> payload)
    {
        var length = payload.Length - ChecksumBytes;
        if (length < 0 || Crc32C.Append(Crc32C.Of(writer.Written), payload[..length]) != new ByteReader(payload[length..]).ReadUInt32())
        {
            throw new CodecException("a row's checksum does not fit its content", 0);
        }

        return payload[..length];
    }
}
