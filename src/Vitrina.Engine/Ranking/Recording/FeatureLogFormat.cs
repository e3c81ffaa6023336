using System.Buffers.Binary;
using System.Globalization;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Ranking.Recording;

/// <summary>What the head of a part says.</summary>
/// <param name="BodyBytes">The body's length.</param>
/// <param name="BodyChecksum">The body's CRC-32C.</param>
internal readonly record struct FeaturePartHead(int BodyBytes, uint BodyChecksum);

/// <summary>The frame of a feature file, little-endian; <see cref="FeaturePartWriter"/> describes what stands in a body.</summary>
/// <remarks>
/// <code>
/// header  magic "VITRFEAT" | version u16 | zero u16 | start, Unix milliseconds i64 | crc32c u32
/// part    magic "VFPT" | body length u32 | body crc32c u32 | crc32c of these 12 bytes u32 | body
/// </code>
/// The head has its own checksum, so that a reader finds the next part behind a damaged one.
/// </remarks>
internal static class FeatureLogFormat
{
    public const ushort Version = 1;
    public const int HeaderBytes = 24;
    public const int PartHeadBytes = 16;

    private const string Prefix = "features-";
    private const string Extension = ".vfl";

    public static ReadOnlySpan<byte> PartMagic => "VFPT"u8;

    private static ReadOnlySpan<byte> Magic => "VITRFEAT"u8;

    public static string PathOf(string folder, long startMs) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{startMs:D13}{Extension}"));

    /// <summary>The folder's feature files with their start times, oldest first; files of other names are left out.</summary>
    public static List<(long StartMs, string Path)> FilesIn(string folder)
    {
        var files = new List<(long StartMs, string Path)>();
        if (Directory.Exists(folder))
        {
            foreach (var path in Directory.EnumerateFiles(folder, Prefix + "*" + Extension))
            {
                var number = Path.GetFileNameWithoutExtension(path.AsSpan())[Prefix.Length..];
                if (long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var startMs))
                {
                    files.Add((startMs, path));
                }
            }
        }

        files.Sort();
        return files;
    }

    public static void WriteHeader(Span<byte> to, long startMs)
    {
        Magic.CopyTo(to);
        BinaryPrimitives.WriteUInt16LittleEndian(to[8..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(to[10..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(to[12..], startMs);
        BinaryPrimitives.WriteUInt32LittleEndian(to[20..], Crc32C.Of(to[..20]));
    }

    /// <summary>What is wrong with a file's header, or null.</summary>
    public static string? FaultOf(ReadOnlySpan<byte> header)
    {
        if (header.Length < HeaderBytes)
        {
            return "the file is cut short within its header";
        }

        if (!header.StartsWith(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(header[20..]) != Crc32C.Of(header[..20]))
        {
            return "the file's header is damaged";
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        return version <= Version ? null : $"the file has format version {version}; this release reads versions up to {Version}";
    }

    public static void WritePartHead(Span<byte> to, ReadOnlySpan<byte> body)
    {
        PartMagic.CopyTo(to);
        BinaryPrimitives.WriteInt32LittleEndian(to[4..], body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], Crc32C.Of(body));
        BinaryPrimitives.WriteUInt32LittleEndian(to[12..], Crc32C.Of(to[..12]));
    }

    public static bool TryReadPartHead(ReadOnlySpan<byte> from, out FeaturePartHead head)
    {
        head = default;
        if (from.Length < PartHeadBytes || !from.StartsWith(PartMagic) || BinaryPrimitives.ReadUInt32LittleEndian(from[12..]) != Crc32C.Of(from[..12]))
        {
            return false;
        }

        head = new FeaturePartHead(BinaryPrimitives.ReadInt32LittleEndian(from[4..]), BinaryPrimitives.ReadUInt32LittleEndian(from[8..]));
        return head.BodyBytes >= 0;
    }
}
