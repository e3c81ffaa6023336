using System.Buffers.Binary;
using System.Globalization;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Journal;

/// <summary>The first bytes of a segment file.</summary>
/// <param name="Version">Format version: 1 holds every entry since it was written, 2 has gaps.</param>
/// <param name="Generation">How often the segment was rewritten; offsets known of another generation do not hold.</param>
/// <param name="FirstSequence">Sequence of the first entry.</param>
/// <param name="FirstRecordedAtMs">Recorded time of the first entry.</param>
/// <param name="Salt">Checksum of the header, with which every entry's checksum begins: bytes of another segment do not pass as entries.</param>
internal readonly record struct SegmentHeader(ushort Version, uint Generation, long FirstSequence, long FirstRecordedAtMs, uint Salt);

/// <summary>The bytes of a segment file, little-endian.</summary>
/// <remarks>
/// <code>
/// header  magic "VITRJRNL" | version u16 | zero u16 | generation u32 | first sequence i64 | first recordedAt i64 | crc32c u32
/// entry   body length u32 | crc32c u32 (salt, length, body) | body: kind u8 | recordedAt - previous recordedAt varint | payload
/// </code>
/// Sequences are not stored: an entry's is that of the entry before it + 1. Where entries were forgotten, version 2 has in their place an entry of
/// kind <see cref="Gap"/> with their number (i64), which belongs to the file only: no reader of the journal sees it.
/// </remarks>
internal static class SegmentFormat
{
    public const ushort WithoutGaps = 1;
    public const ushort WithGaps = 2;
    public const int HeaderBytes = 36;
    public const int EntryHeadBytes = 8;
    public const int MinBodyBytes = 2;

    /// <summary>A longer length field is damage, whatever the file's size.</summary>
    public const int MaxBodyBytes = 1 << 28;

    /// <summary>The largest payload that any store takes: far above every request limit, far below <see cref="MaxBodyBytes"/>.</summary>
    public const int MaxPayloadBytes = 1 << 27;

    public const string Extension = ".journal";

    /// <summary>The kind that stands for forgotten entries: outside of what <see cref="EntryKind"/> will ever name.</summary>
    public const EntryKind Gap = (EntryKind)255;

    private const int MaxVarintBytes = 10;

    private static ReadOnlySpan<byte> Magic => "VITRJRNL"u8;

    public static string FileName(long firstSequence) => firstSequence.ToString("D20", CultureInfo.InvariantCulture) + Extension;

    public static SegmentHeader WriteHeader(Span<byte> to, ushort version, uint generation, long firstSequence, long firstRecordedAtMs)
    {
        Magic.CopyTo(to);
        BinaryPrimitives.WriteUInt16LittleEndian(to[8..], version);
        BinaryPrimitives.WriteUInt16LittleEndian(to[10..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(to[12..], generation);
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], firstSequence);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], firstRecordedAtMs);
        uint crc = Crc32C.Of(to[..32]);
        BinaryPrimitives.WriteUInt32LittleEndian(to[32..], crc);
        return new SegmentHeader(version, generation, firstSequence, firstRecordedAtMs, crc);
    }

    /// <exception cref="NotSupportedException">A newer release wrote the file.</exception>
    public static bool TryReadHeader(ReadOnlySpan<byte> from, out SegmentHeader header)
    {
        header = default;
        if (from.Length < HeaderBytes || !from[..8].SequenceEqual(Magic))
        {
            return false;
        }

        uint crc = BinaryPrimitives.ReadUInt32LittleEndian(from[32..]);
        if (crc != Crc32C.Of(from[..32]))
        {
            return false;
        }

        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(from[8..]);
        if (version is 0 or > WithGaps)
        {
            throw new NotSupportedException($"The journal segment has format version {version}; this release reads up to {WithGaps}.");
        }

        header = new SegmentHeader(
            version,
            BinaryPrimitives.ReadUInt32LittleEndian(from[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[24..]),
            crc);
        return true;
    }

    /// <summary>The most bytes that an entry with this payload can take.</summary>
    public static int MaxEntryBytes(int payloadBytes) => EntryHeadBytes + 1 + MaxVarintBytes + payloadBytes;

    /// <returns>Bytes written.</returns>
    public static int WriteEntry(Span<byte> to, uint salt, EntryKind kind, long recordedAtDeltaMs, ReadOnlySpan<byte> payload)
    {
        Span<byte> body = to[EntryHeadBytes..];
        body[0] = (byte)kind;
        int at = 1;
        ulong rest = (ulong)recordedAtDeltaMs;
        while (rest >= 0x80)
        {
            body[at++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        body[at++] = (byte)rest;
        payload.CopyTo(body[at..]);
        int bodyBytes = at + payload.Length;
        BinaryPrimitives.WriteInt32LittleEndian(to, bodyBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], Checksum(salt, to, bodyBytes));
        return EntryHeadBytes + bodyBytes;
    }

    /// <summary>Writes what stands for a number of forgotten entries.</summary>
    /// <returns>Bytes written.</returns>
    public static int WriteGap(Span<byte> to, uint salt, long entries)
    {
        Span<byte> payload = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(payload, entries);
        return WriteEntry(to, salt, Gap, 0, payload);
    }

    /// <summary>How many entries a gap stands for; false when the payload is none.</summary>
    public static bool TryReadGap(ReadOnlySpan<byte> payload, out long entries) =>
        BinaryPrimitives.TryReadInt64LittleEndian(payload, out entries) && entries > 0 && payload.Length == sizeof(long);

    public static bool IsPlausibleLength(uint bodyBytes) => bodyBytes is >= MinBodyBytes and <= MaxBodyBytes;

    /// <summary>Whether these bytes, head and whole body, are an entry of the segment with this salt.</summary>
    public static bool IsEntry(ReadOnlySpan<byte> entry, uint salt) =>
        BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]) == Checksum(salt, entry, entry.Length - EntryHeadBytes);

    /// <summary>Decodes a body whose checksum was right; false when it still is no entry.</summary>
    public static bool TryReadBody(ReadOnlySpan<byte> body, out EntryKind kind, out long recordedAtDeltaMs, out int payloadStart)
    {
        kind = (EntryKind)body[0];
        payloadStart = 1;
        ulong delta = 0;
        for (int shift = 0; payloadStart < body.Length && shift < 64; shift += 7)
        {
            byte next = body[payloadStart++];
            delta |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                recordedAtDeltaMs = (long)delta;
                return recordedAtDeltaMs >= 0;
            }
        }

        recordedAtDeltaMs = 0;
        return false;
    }

    private static uint Checksum(uint salt, ReadOnlySpan<byte> entry, int bodyBytes) =>
        Crc32C.Append(Crc32C.Append(salt, entry[..4]), entry.Slice(EntryHeadBytes, bodyBytes));
}
