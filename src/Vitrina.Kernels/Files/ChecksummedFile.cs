using System.Buffers.Binary;
using System.Text;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Kernels.Files;

/// <summary>Files that name their kind and version and prove that they are whole.</summary>
/// <remarks>
/// Layout, little-endian: magic u32, version u16, reserved u16 (0), payload, payload length u64, CRC-32C u32 over everything before it.
/// Written atomically. Reading checks in this order: kind, length, checksum, version; a file shorter than an empty one is cut short.
/// </remarks>
public static class ChecksummedFile
{
    internal const int HeaderBytes = 8;
    internal const int TrailerBytes = 12;
    private const int BufferBytes = 1 << 17;

    /// <summary>Writes a file whose payload is what <paramref name="write"/> puts into the stream, which is write-only.</summary>
    public static void Write(string path, uint magic, ushort version, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        AtomicFile.Write(path, file =>
        {
            Span<byte> header = stackalloc byte[HeaderBytes];
            header.Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(header, magic);
            BinaryPrimitives.WriteUInt16LittleEndian(header[4..], version);
            file.Write(header);
            using var payload = new ChecksummingStream(file, Crc32C.Of(header));
            write(payload);
            Span<byte> trailer = stackalloc byte[TrailerBytes];
            BinaryPrimitives.WriteUInt64LittleEndian(trailer, (ulong)payload.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(trailer[8..], Crc32C.Append(payload.Checksum, trailer[..8]));
            file.Write(trailer);
        });
    }

    /// <summary>The payload of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="magic">The kind that it must be.</param>
    /// <param name="version">Receives the version that it was written with.</param>
    /// <param name="newestVersion">The newest version that the caller can read.</param>
    /// <exception cref="DamagedFileException">The file is cut short, changed, of another kind or of a newer version.</exception>
    public static byte[] Read(string path, uint magic, out ushort version, ushort newestVersion = ushort.MaxValue)
    {
        using var stream = OpenVerified(path, magic, out version, newestVersion);
        if (stream.Length > Array.MaxLength)
        {
            throw new IOException($"{path}: {stream.Length} bytes do not fit into memory at once.");
        }
        var payload = GC.AllocateUninitializedArray<byte>((int)stream.Length);
        stream.ReadExactly(payload);
        return payload;
    }

    /// <summary>Reads the file once and throws unless it is whole; returns its version.</summary>
    /// <inheritdoc cref="OpenVerified"/>
    public static ushort Verify(string path, uint magic, ushort newestVersion = ushort.MaxValue)
    {
        OpenVerified(path, magic, out var version, newestVersion).Dispose();
        return version;
    }

    /// <summary>Verifies the checksum in one pass and returns a seekable stream over the payload alone.</summary>
    /// <param name="path">The file.</param>
    /// <param name="magic">The kind that it must be.</param>
    /// <param name="version">Receives the version that it was written with.</param>
    /// <param name="newestVersion">The newest version that the caller can read.</param>
    /// <exception cref="DamagedFileException">The file is cut short, changed, of another kind or of a newer version.</exception>
    public static Stream OpenVerified(string path, uint magic, out ushort version, ushort newestVersion = ushort.MaxValue)
    {
        // The same handle serves the check and the reading: a file renamed over this path in between is not seen.
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferBytes, FileOptions.SequentialScan);
        try
        {
            version = Check(file, path, magic, newestVersion);
            return new WindowStream(file, HeaderBytes, file.Length - HeaderBytes - TrailerBytes);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static ushort Check(FileStream file, string path, uint magic, ushort newestVersion)
    {
        var length = file.Length;
        Span<byte> header = stackalloc byte[HeaderBytes];
        var headerLength = file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
        if (headerLength >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(header) != magic)
        {
            throw new DamagedFileException(path, $"not a {NameOf(magic)} file");
        }
        if (length < HeaderBytes + TrailerBytes || headerLength < HeaderBytes)
        {
            throw new DamagedFileException(path, "cut short");
        }
        var checksum = ChecksumOf(file, path, Crc32C.Of(header), length - HeaderBytes - TrailerBytes);
        Span<byte> trailer = stackalloc byte[TrailerBytes];
        if (file.ReadAtLeast(trailer, TrailerBytes, throwOnEndOfStream: false) < TrailerBytes
            || BinaryPrimitives.ReadUInt64LittleEndian(trailer) != (ulong)(length - HeaderBytes - TrailerBytes))
        {
            throw new DamagedFileException(path, "cut short");
        }
        if (Crc32C.Append(checksum, trailer[..8]) != BinaryPrimitives.ReadUInt32LittleEndian(trailer[8..]))
        {
            throw new DamagedFileException(path, "checksum mismatch");
        }
        var version = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
        return version <= newestVersion ? version : throw new DamagedFileException(path, "newer version");
    }

    private static uint ChecksumOf(FileStream file, string path, uint checksum, long length)
    {
        var buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(BufferBytes, Math.Max(length, 1)));
        while (length > 0)
        {
            var read = file.Read(buffer, 0, (int)Math.Min(buffer.Length, length));
            if (read == 0)
            {
                throw new DamagedFileException(path, "cut short");
            }
            checksum = Crc32C.Append(checksum, buffer.AsSpan(0, read));
            length -= read;
        }
        return checksum;
    }

    /// <summary>The magic as its four letters where they are printable, as a number otherwise.</summary>
    private static string NameOf(uint magic)
    {
        Span<byte> letters = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(letters, magic);
        return letters.IndexOfAnyExceptInRange((byte)0x21, (byte)0x7e) < 0 ? Encoding.ASCII.GetString(letters) : $"0x{magic:x8}";
    }
}
