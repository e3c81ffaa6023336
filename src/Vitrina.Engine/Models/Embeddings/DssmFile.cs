using System.Runtime.InteropServices;
using System.Text;
using Vitrina.Kernels.Files;

namespace Vitrina.Engine.Models.Embeddings;

/// <summary>The bytes of an encoder: its sizes, its rows, the layers of queries, those of items.</summary>
public static class DssmFile
{
    // "VDSM" as little-endian bytes.
    internal const uint Magic = 0x4D534456;
    private const ushort Version = 1;
    private const int MaxLanguages = 16;

    /// <summary>Writes an encoder.</summary>
    public static void Write(string path, DssmEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ChecksummedFile.Write(path, Magic, Version, stream =>
        {
            using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
            DssmShape shape = encoder.Shape;
            writer.Write(shape.Languages.Count);
            foreach (string language in shape.Languages)
            {
                writer.Write(language);
            }

            foreach (int size in new[] { shape.WordBuckets, shape.TrigramBuckets, shape.RowSize, shape.HiddenSize, shape.Dimension })
            {
                writer.Write(size);
            }

            foreach (float[] array in ArraysOf(encoder))
            {
                writer.Write(MemoryMarshal.AsBytes(array.AsSpan()));
            }
        });
    }

    /// <summary>Reads an encoder.</summary>
    /// <exception cref="DamagedFileException">The file is cut short, changed, of a newer version, or no encoder.</exception>
    public static DssmEncoder Read(string path)
    {
        using Stream stream = ChecksummedFile.OpenVerified(path, Magic, out _, Version);
        using BinaryReader reader = new(stream, Encoding.UTF8);
        try
        {
            int languages = reader.ReadInt32();
            DssmShape shape = new()
            {
                Languages = [.. Enumerable.Range(0, languages is >= 0 and <= MaxLanguages ? languages : throw new ArgumentException("too many languages")).Select(_ => reader.ReadString())],
                WordBuckets = reader.ReadInt32(),
                TrigramBuckets = reader.ReadInt32(),
                RowSize = reader.ReadInt32(),
                HiddenSize = reader.ReadInt32(),
                Dimension = reader.ReadInt32(),
            };
            if (shape.FindMistake() is { } mistake)
            {
                throw new ArgumentException(mistake);
            }

            DssmEncoder encoder = new(shape, new float[shape.RowCount * shape.RowSize], new DssmTower(shape), new DssmTower(shape));
            foreach (float[] array in ArraysOf(encoder))
            {
                stream.ReadExactly(MemoryMarshal.AsBytes(array.AsSpan()));
            }

            return encoder;
        }
        catch (Exception error) when (error is EndOfStreamException or ArgumentException or FormatException)
        {
            // The checksum holds, so this was written by something that is not this code.
            throw new DamagedFileException(path, error.Message);
        }
    }

    private static IEnumerable<float[]> ArraysOf(DssmEncoder encoder) => [encoder.Rows, .. encoder.Query.Arrays, .. encoder.Item.Arrays];
}
