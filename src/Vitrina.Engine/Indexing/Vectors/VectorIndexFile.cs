using System.Runtime.InteropServices;
using System.Text;
using Vitrina.Kernels.Files;

namespace Vitrina.Engine.Indexing.Vectors;

/// <summary>An index on disk: vectors under the ids of their items, and the graph, which would take 0.1 ms a vector to build again.</summary>
/// <remarks>
/// A cache beside the catalogue, which holds the truth: whoever reads it puts every item's vector of today, which costs nothing where it is the
/// same, and removes the rest. So it needs no place in the journal's order, and a damaged, older or missing file costs time only.
/// Payload, little-endian: dimension i32, metric u8, quantised u8, M i32, efConstruction i32, seed u64, slots i32, linked slots i32, entry slot
/// and layer i32 each; by slot the item's id (empty: nobody's) and the vector; by linked slot its layers' links, slot + 1 each, 0 where none.
/// </remarks>
internal static class VectorIndexFile
{
    // "VVEC" as little-endian bytes.
    private const uint Magic = 0x43455656;
    private const ushort Version = 1;
    private const int BufferBytes = 1 << 16;

    /// <summary>Writes the index.</summary>
    /// <param name="path">The file.</param>
    /// <param name="index">The index; nothing may be going on beside it.</param>
    /// <param name="idOf">Gives the id of an item.</param>
    /// <exception cref="InvalidOperationException">Vectors are being linked.</exception>
    public static void Write(string path, VectorIndex index, Func<int, string> idOf)
    {
        ChecksummedFile.Write(path, Magic, Version, stream =>
        {
            using var buffer = new BufferedStream(stream, BufferBytes);
            using var writer = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true);
            Write(writer, index, idOf);
        });
        index.NoteSaved();
    }

    /// <summary>Writes the index into a file of another kind.</summary>
    /// <inheritdoc cref="Write(string, VectorIndex, Func{int, string})"/>
    public static void Write(BinaryWriter writer, VectorIndex index, Func<int, string> idOf)
    {
        if (index.IsLinking)
        {
            throw new InvalidOperationException("Links change while vectors are being linked.");
        }

        var generation = index.Generation;
        var snapshot = generation.Freeze();
        WriteOptions(writer, index.Options);
        var (linked, entry) = (generation.Graph.LinkedCount, generation.Graph.Entry);
        writer.Write(generation.SlotCount);
        writer.Write(linked);
        writer.Write(entry.Slot);
        writer.Write(entry.Layer);
        for (var slot = 0; slot < generation.SlotCount; slot++)
        {
            writer.Write(snapshot.SlotItems[slot] is >= 0 and var item ? idOf(item) : "");
            writer.Write(MemoryMarshal.AsBytes(generation.Vectors.Vector(slot)));
        }

        for (var slot = 0; slot < linked; slot++)
        {
            for (var layer = 0; layer <= generation.Graph.LayerOf(slot); layer++)
            {
                writer.Write(MemoryMarshal.AsBytes(generation.Graph.Links(slot, layer)));
            }
        }
    }

    /// <summary>Reads an index.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How vectors are indexed now.</param>
    /// <param name="ordinalOf">Gives the item of an id; -1 when there is none.</param>
    /// <exception cref="DamagedFileException">The file is cut short, changed, of a newer version, or was written under other options.</exception>
    public static VectorIndex Read(string path, VectorIndexOptions options, Func<string, int> ordinalOf)
    {
        using var stream = ChecksummedFile.OpenVerified(path, Magic, out _, Version);
        using var buffer = new BufferedStream(stream, BufferBytes);
        using var reader = new BinaryReader(buffer, Encoding.UTF8);
        return Read(reader, path, options, ordinalOf);
    }

    /// <summary>Reads an index out of a file of another kind.</summary>
    /// <inheritdoc cref="Read(string, VectorIndexOptions, Func{string, int})"/>
    public static VectorIndex Read(BinaryReader reader, string path, VectorIndexOptions options, Func<string, int> ordinalOf)
    {
        if (FindDifference(reader, options) is { } difference)
        {
            throw new DamagedFileException(path, $"was written with another {difference}");
        }

        var generation = new VectorGeneration(options);
        var (slots, linked, entrySlot, entryLayer) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
        var vector = new float[options.Dimension];
        for (var slot = 0; slot < slots; slot++)
        {
            var id = reader.ReadString();
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(vector.AsSpan()));
            var item = id.Length == 0 ? VectorGeneration.Nobody : ordinalOf(id);
            if (item < 0 || !generation.Put(item, vector))
            {
                generation.PutNobody(vector);
            }
        }

        generation.Graph.Reserve(linked);
        for (var slot = 0; slot < linked; slot++)
        {
            for (var layer = 0; layer <= generation.Graph.LayerOf(slot); layer++)
            {
                var links = generation.Graph.Links(slot, layer);
                reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(links));
                if (links.ContainsAnyExceptInRange(0, linked))
                {
                    throw new DamagedFileException(path, $"slot {slot} has a link to a slot that is not linked");
                }
            }
        }

        if (linked > 0)
        {
            generation.Graph.SetEntry(entrySlot, entryLayer);
            generation.Graph.Publish(linked);
        }

        return new VectorIndex(options, generation);
    }

    /// <summary>Renames a file that cannot be used to <c>*.damaged</c>, so that the next one takes its place; says what was wrong with it.</summary>
    public static string SetAside(DamagedFileException damage)
    {
        File.Move(damage.Path, damage.Path + ".damaged", overwrite: true);
        return $"{damage.Message}; set aside as {Path.GetFileName(damage.Path)}.damaged";
    }

    private static void WriteOptions(BinaryWriter writer, VectorIndexOptions options)
    {
        writer.Write(options.Dimension);
        writer.Write((byte)options.Metric);
        writer.Write(options.IsQuantised);
        writer.Write(options.M);
        writer.Write(options.EfConstruction);
        writer.Write(options.Seed);
    }

    private static string? FindDifference(BinaryReader reader, VectorIndexOptions options)
    {
        var (dimension, metric, isQuantised) = (reader.ReadInt32(), reader.ReadByte(), reader.ReadBoolean());
        var (m, efConstruction, seed) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadUInt64());
        return dimension != options.Dimension ? "dimension"
            : metric != (byte)options.Metric ? "metric"
            : isQuantised != options.IsQuantised ? "quantisation"
            : m != options.M || efConstruction != options.EfConstruction || seed != options.Seed ? "graph option"
            : null;
    }
}
