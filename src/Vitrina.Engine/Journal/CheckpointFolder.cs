using System.Globalization;
using System.Text;
using Vitrina.Kernels.Files;

namespace Vitrina.Engine.Journal;

/// <summary>One part of a checkpoint.</summary>
/// <param name="Name">By which it is found again; unique in its checkpoint.</param>
/// <param name="Write">Writes its bytes; the stream is write-only and must not be kept.</param>
public sealed record CheckpointSection(string Name, Action<Stream> Write);

/// <summary>
/// Keeps the newest states computed from the journal, so that a start need not replay all of it. A checkpoint is never the only copy of
/// anything: without one, the journal rebuilds it.
/// </summary>
/// <remarks>Payload of a file: the sections' bytes, then their table (name, offset, length each), then count u32 and table offset i64.</remarks>
public sealed class CheckpointFolder
{
    private const uint Magic = 'V' | ('C' << 8) | ('K' << 16) | ('P' << 24);
    private const uint PartMagic = 'V' | ('C' << 8) | ('P' << 16) | ('T' << 24);
    private const ushort FormatVersion = 1;
    private const int TableEndBytes = 12;
    private const string Prefix = "checkpoint-";
    private const string Extension = ".ckpt";
    private const string PartPrefix = "part-";
    private const string PartExtension = ".part";

    private readonly string _folder;
    private readonly int _keep;

    /// <summary>Uses a folder, which is created when it is absent.</summary>
    /// <param name="folder">Holds nothing but checkpoints.</param>
    /// <param name="keep">How many are kept. Two, so that a damaged newest one costs a longer replay and not all of it.</param>
    public CheckpointFolder(string folder, int keep = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        _folder = Path.GetFullPath(folder);
        _keep = keep;
        Directory.CreateDirectory(_folder);
    }

    /// <summary>Writes a checkpoint and removes those that are too many. After a crash it exists as a whole or not at all.</summary>
    /// <param name="asOf">The journal sequence up to which the state is computed.</param>
    /// <param name="sections">The state's parts.</param>
    /// <param name="parts">What can be rebuilt from the sections and the catalogue too, and stands in files of its own: damage there costs only time.</param>
    /// <exception cref="ArgumentException">Two sections have one name.</exception>
    public void Write(long asOf, IReadOnlyList<CheckpointSection> sections, IReadOnlyList<CheckpointSection>? parts = null)
    {
        ArgumentNullException.ThrowIfNull(sections);
        ArgumentOutOfRangeException.ThrowIfNegative(asOf);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (CheckpointSection section in sections)
        {
            if (!names.Add(section.Name))
            {
                throw new ArgumentException($"Two sections are named {section.Name}.", nameof(sections));
            }
        }

        foreach (CheckpointSection part in parts ?? [])
        {
            ChecksummedFile.Write(PartPathOf(asOf, part.Name), PartMagic, FormatVersion, part.Write);
        }

        ChecksummedFile.Write(PathOf(asOf), Magic, FormatVersion, stream => WriteSections(stream, sections));
        string[] files = Files();
        for (int i = _keep; i < files.Length; i++)
        {
            File.Delete(files[i]);
        }

        HashSet<long> kept = [.. files.Take(_keep).Select(AsOfOf)];
        foreach (string part in Parts().Where(part => !kept.Contains(AsOfOfPart(part))))
        {
            File.Delete(part);
        }
    }

    /// <summary>Opens the newest checkpoint that is whole; null when there is none.</summary>
    /// <param name="recovery">Receives a sentence for each newer one that could not be used. Damaged ones are renamed to *.damaged.</param>
    public Checkpoint? OpenNewest(List<string> recovery) => Open(long.MaxValue, recovery);

    /// <summary>Opens the newest checkpoint that is whole and not after a sequence; null when there is none.</summary>
    /// <param name="asOf">The latest sequence that is wanted.</param>
    /// <param name="recovery">Receives a sentence for each one that could not be used. Damaged ones are renamed to *.damaged.</param>
    public Checkpoint? Open(long asOf, List<string> recovery)
    {
        ArgumentNullException.ThrowIfNull(recovery);
        foreach (string leftover in Directory.GetFiles(_folder, "*.tmp"))
        {
            File.Delete(leftover);
        }

        foreach (string file in Files())
        {
            if (AsOfOf(file) > asOf)
            {
                continue;
            }

            string name = Path.GetFileName(file);
            Stream stream;
            ushort version;
            try
            {
                stream = ChecksummedFile.OpenVerified(file, Magic, out version);
            }
            catch (DamagedFileException damage)
            {
                File.Move(file, file + ".damaged", overwrite: true);
                recovery.Add($"checkpoint {name}: {damage.Reason}; set aside as {name}.damaged");
                continue;
            }

            if (version > FormatVersion)
            {
                stream.Dispose();
                recovery.Add($"checkpoint {name}: written by a newer release (format {version}); left alone");
                continue;
            }

            long found = AsOfOf(file);
            return new Checkpoint(found, version, stream, ReadTable(stream), name => ReadPart(found, name, recovery));
        }

        return null;
    }

    /// <summary>Removes the checkpoints before a sequence, and damaged ones that were set aside.</summary>
    /// <returns>How many files were removed.</returns>
    public int RemoveBefore(long asOf)
    {
        string[] old = [.. Files().Where(file => AsOfOf(file) < asOf), .. Parts().Where(part => AsOfOfPart(part) < asOf), .. Directory.GetFiles(_folder, "*.damaged")];
        foreach (string file in old)
        {
            File.Delete(file);
        }

        return old.Length;
    }

    private byte[]? ReadPart(long asOf, string name, List<string> recovery)
    {
        string path = PartPathOf(asOf, name), file = Path.GetFileName(path);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return ChecksummedFile.Read(path, PartMagic, out _, FormatVersion);
        }
        catch (DamagedFileException damage)
        {
            File.Move(path, path + ".damaged", overwrite: true);
            recovery.Add($"checkpoint part {file}: {damage.Reason}; set aside as {file}.damaged and rebuilt from the catalogue");
            return null;
        }
    }

    private static void WriteSections(Stream stream, IReadOnlyList<CheckpointSection> sections)
    {
        var table = new (long Offset, long Length)[sections.Count];
        for (int i = 0; i < sections.Count; i++)
        {
            long offset = stream.Position;
            sections[i].Write(stream);
            table[i] = (offset, stream.Position - offset);
        }

        long tableOffset = stream.Position;
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        for (int i = 0; i < sections.Count; i++)
        {
            writer.Write(sections[i].Name);
            writer.Write(table[i].Offset);
            writer.Write(table[i].Length);
        }

        writer.Write(sections.Count);
        writer.Write(tableOffset);
    }

    private static Dictionary<string, (long Offset, long Length)> ReadTable(Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        stream.Position = stream.Length - TableEndBytes;
        int count = reader.ReadInt32();
        stream.Position = reader.ReadInt64();
        var table = new Dictionary<string, (long Offset, long Length)>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            string name = reader.ReadString();
            table.Add(name, (reader.ReadInt64(), reader.ReadInt64()));
        }

        return table;
    }

    private static long AsOfOf(string file) =>
        long.TryParse(Path.GetFileNameWithoutExtension(file).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long asOf)
            ? asOf
            : -1;

    private static long AsOfOfPart(string path) =>
        long.TryParse(Path.GetFileName(path).AsSpan(PartPrefix.Length).Slice(0, 20), NumberStyles.None, CultureInfo.InvariantCulture, out long asOf) ? asOf : -1;

    private string PartPathOf(long asOf, string name) =>
        Path.Combine(_folder, $"{PartPrefix}{asOf.ToString("D20", CultureInfo.InvariantCulture)}-{Uri.EscapeDataString(name)}{PartExtension}");

    private string[] Parts() => [.. Directory.GetFiles(_folder, PartPrefix + "*" + PartExtension).Where(path => Path.GetFileName(path).Length > PartPrefix.Length + 20)];

    private string PathOf(long asOf) => Path.Combine(_folder, Prefix + asOf.ToString("D20", CultureInfo.InvariantCulture) + Extension);

    // Newest first: the names have a fixed width.
    private string[] Files()
    {
        string[] files = Directory.GetFiles(_folder, Prefix + "*" + Extension);
        Array.Sort(files, static (left, right) => string.CompareOrdinal(right, left));
        return files;
    }
}
