using System.Text;
using Vitrina.Kernels.Files;

namespace Vitrina.Engine.Indexing.Vectors;

/// <summary>The items of an encoder on disk: a start embeds and links only what changed since.</summary>
/// <remarks>
/// A cache, as <see cref="VectorIndexFile"/> is: every item carries the hash of the text that was embedded, and who reads the file applies all items of
/// today. Payload, little-endian: the encoder's version; items i32, each its id and the hash u64; the index as there.
/// </remarks>
internal static class EncodedItemsFile
{
    // "VENC" as little-endian bytes.
    private const uint Magic = 0x434E4556;
    private const ushort Format = 1;
    private const int BufferBytes = 1 << 16;

    /// <summary>The file of an encoder's items.</summary>
    public static string PathOf(string folder, string vertical, string encoder) => Path.Combine(folder, $"{vertical}.{encoder}.encoded");

    /// <summary>Writes the items.</summary>
    /// <param name="path">The file.</param>
    /// <param name="items">The items; nothing may be linking beside them.</param>
    /// <param name="idOf">Gives the id of an item.</param>
    public static void Write(string path, EncodedItems items, Func<int, string> idOf)
    {
        ChecksummedFile.Write(path, Magic, Format, stream =>
        {
            using var buffer = new BufferedStream(stream, BufferBytes);
            using var writer = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true);
            writer.Write(items.Version);
            var hashes = items.TextHashes;
            writer.Write(hashes.Length - hashes.Count(0UL));
            for (var ordinal = 0; ordinal < hashes.Length; ordinal++)
            {
                if (hashes[ordinal] != 0)
                {
                    writer.Write(idOf(ordinal));
                    writer.Write(hashes[ordinal]);
                }
            }

            VectorIndexFile.Write(writer, items.Index, idOf);
        });
        items.Index.NoteSaved();
    }

    /// <summary>Takes over what the file holds; nothing when it is of another version of the encoder.</summary>
    /// <param name="path">The file.</param>
    /// <param name="items">The encoder, without items as yet.</param>
    /// <param name="ordinalOf">Gives the item of an id; -1 when there is none.</param>
    /// <exception cref="DamagedFileException">The file is cut short, changed, of a newer version, or was written under other options.</exception>
    public static void Read(string path, EncodedItems items, Func<string, int> ordinalOf)
    {
        using var stream = ChecksummedFile.OpenVerified(path, Magic, out _, Format);
        using var buffer = new BufferedStream(stream, BufferBytes);
        using var reader = new BinaryReader(buffer, Encoding.UTF8);
        if (reader.ReadString() != items.Version)
        {
            return;
        }

        var hashes = Array.Empty<ulong>();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var (ordinal, hash) = (ordinalOf(reader.ReadString()), reader.ReadUInt64());
            if (ordinal >= hashes.Length)
            {
                Array.Resize(ref hashes, Math.Max(ordinal + 1, hashes.Length * 2));
            }

            if (ordinal >= 0)
            {
                hashes[ordinal] = hash;
            }
        }

        items.Adopt(VectorIndexFile.Read(reader, path, items.Index.Options, ordinalOf), hashes);
    }
}
