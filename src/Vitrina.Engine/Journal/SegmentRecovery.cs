using System.Buffers.Binary;
using System.Globalization;
using Vitrina.Kernels.Files;

namespace Vitrina.Engine.Journal;

/// <summary>Finds the segments of a folder and the end of the journal, and repairs what a crash can have left behind.</summary>
/// <remarks>
/// A crash can leave one thing: bytes after the last flush that are not whole entries, at the end of the newest segment. They were never
/// acknowledged and are cut off. Bytes that are no entry but have entries after them were whole once: that is damage, and the journal
/// refuses to open (or, with Salvage, ends before them). Damage in an older segment is found when it is read.
/// </remarks>
internal sealed class SegmentRecovery(string folder, List<string> sentences)
{
    /// <summary>Checksummed bytes after which a search for later entries gives up and calls the bytes damaged; a second of work.</summary>
    private const long SearchBudgetBytes = 4L << 30;

    private readonly List<Segment> _segments = [];

    public IReadOnlyList<Segment> Segments => _segments;

    public long LastSequence { get; private set; }

    public long LastRecordedAtMs { get; private set; }

    public static string[] FilesOf(string folder)
    {
        string[] files = Directory.GetFiles(folder, "*" + SegmentFormat.Extension);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>Loads for the one appender: repairs the end.</summary>
    public void Load(bool salvage)
    {
        foreach (string leftover in Directory.GetFiles(folder, "*.tmp"))
        {
            File.Delete(leftover);
        }

        string[] files = FilesOf(folder);
        int count = salvage ? SalvageCount(files) : files.Length;
        long? expectedLast = null;
        while (count > 0 && !TryLoadNewest(files[count - 1], ref expectedLast))
        {
            count--;
        }

        for (int i = 0; i < count - 1; i++)
        {
            using var reader = new SegmentReader(files[i]);
            if (!reader.IsHeaderValid)
            {
                throw new JournalDamagedException(files[i], 0, SequenceInName(files[i]), SequenceInName(files[i + 1]) - 1);
            }

            _segments.Insert(i, new Segment(files[i], reader.Header));
        }
    }

    public static long SequenceInName(string path) =>
        long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out long sequence) ? sequence : 0;

    /// <summary>Reads a segment's entries into its sparse index from its known end on.</summary>
    /// <returns>Sequence and recorded time of the last entry.</returns>
    public static SegmentMark Scan(SegmentReader reader, Segment segment, SegmentMark from)
    {
        reader.Seek(from);
        do
        {
            segment.EndOffset = reader.Offset;
            segment.Note(new SegmentMark(reader.Offset, reader.NextSequence, reader.RecordedAtMs));
        }
        while (reader.TryReadNext(out _));
        return new SegmentMark(reader.Offset, reader.NextSequence, reader.RecordedAtMs);
    }

    // False when the file holds nothing: its creation was interrupted, and the segment before it is the newest.
    private bool TryLoadNewest(string path, ref long? expectedLast)
    {
        using var reader = new SegmentReader(path);
        long fileBytes = reader.FileBytes;
        if (!reader.IsHeaderValid)
        {
            if (fileBytes > SegmentFormat.HeaderBytes && !IsZero(reader, fileBytes))
            {
                long first = SequenceInName(path);
                throw new JournalDamagedException(path, 0, first, first);
            }

            return Discard(path, fileBytes, ref expectedLast);
        }

        var segment = new Segment(path, reader.Header);
        SegmentMark end = Scan(reader, segment, segment.MarkFor(0));
        bool isCut = end.Offset < fileBytes;
        if ((isCut && HasEntryAfter(reader, end.Offset, fileBytes)) || (expectedLast is { } last && end.Sequence - 1 != last))
        {
            throw new JournalDamagedException(path, end.Offset, end.Sequence, Math.Max(end.Sequence, expectedLast ?? 0));
        }

        if (end.Sequence == segment.FirstSequence)
        {
            return Discard(path, fileBytes, ref expectedLast);
        }

        if (isCut)
        {
            Truncate(path, end.Offset);
            sentences.Add(
                $"segment {Path.GetFileName(path)}: cut {fileBytes - end.Offset} bytes of a half-written entry at offset {end.Offset}; " +
                $"the journal ends at entry {end.Sequence - 1}");
        }

        _segments.Add(segment);
        LastSequence = end.Sequence - 1;
        LastRecordedAtMs = end.PreviousRecordedAtMs;
        return true;
    }

    private bool Discard(string path, long fileBytes, ref long? expectedLast)
    {
        expectedLast = SequenceInName(path) - 1;
        File.Delete(path);
        AtomicFile.SyncFolder(folder);
        sentences.Add($"segment {Path.GetFileName(path)}: removed, {fileBytes} bytes of a half-written beginning without an entry");
        return false;
    }

    // How many of the files are kept: those before the first damage, and the one with it up to there.
    private int SalvageCount(string[] files)
    {
        for (int i = 0; i < files.Length; i++)
        {
            using var reader = new SegmentReader(files[i]);
            long fileBytes = reader.FileBytes;
            bool isNewest = i == files.Length - 1;
            SegmentMark end = default;
            if (reader.IsHeaderValid)
            {
                end = Scan(reader, new Segment(files[i], reader.Header), new SegmentMark(reader.Offset, reader.NextSequence, reader.RecordedAtMs));
                bool isWhole = isNewest
                    ? end.Offset == fileBytes || !HasEntryAfter(reader, end.Offset, fileBytes)
                    : end.Offset == fileBytes && end.Sequence == SequenceInName(files[i + 1]);
                if (isWhole)
                {
                    continue;
                }
            }
            else if (isNewest && (fileBytes <= SegmentFormat.HeaderBytes || IsZero(reader, fileBytes)))
            {
                continue;
            }

            SetAside(files, i, end.Offset, fileBytes);
            return end.Offset == 0 ? i : i + 1;
        }

        return files.Length;
    }

    private void SetAside(string[] files, int damaged, long offset, long fileBytes)
    {
        string path = files[damaged];
        int firstWhole = damaged + 1;
        if (offset == 0)
        {
            firstWhole = damaged;
        }
        else
        {
            using (var from = new FileStream(path, FileMode.Open, FileAccess.Read))
            using (var to = new FileStream($"{path}.{offset}.set-aside", FileMode.Create, FileAccess.Write))
            {
                from.Position = offset;
                from.CopyTo(to);
                to.Flush(flushToDisk: true);
            }

            Truncate(path, offset);
        }

        for (int i = firstWhole; i < files.Length; i++)
        {
            File.Move(files[i], files[i] + ".set-aside", overwrite: true);
        }

        AtomicFile.SyncFolder(folder);
        sentences.Add(
            $"segment {Path.GetFileName(path)}: damaged at offset {offset}; {fileBytes - offset} bytes of it and {files.Length - damaged - 1} later " +
            "segments were set aside in *.set-aside files, and the journal ends before them");
    }

    private static bool IsZero(SegmentReader reader, long fileBytes)
    {
        var bytes = new byte[64 << 10];
        for (long at = 0; at < fileBytes; at += bytes.Length)
        {
            int read = reader.ReadFully(bytes, at);
            if (bytes.AsSpan(0, read).ContainsAnyExcept((byte)0))
            {
                return false;
            }
        }

        return true;
    }

    // Whether a whole entry stands anywhere behind bytes that are none. A gigabyte of tail that cannot be searched counts as damaged.
    private static bool HasEntryAfter(SegmentReader reader, long offset, long fileBytes)
    {
        if (fileBytes - offset > 1 << 30)
        {
            return true;
        }

        var tail = new byte[fileBytes - offset];
        int length = reader.ReadFully(tail, offset);
        long budget = SearchBudgetBytes;
        for (int at = 1; at + SegmentFormat.EntryHeadBytes + SegmentFormat.MinBodyBytes <= length; at++)
        {
            uint bodyBytes = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at));
            if (!SegmentFormat.IsPlausibleLength(bodyBytes) || at + SegmentFormat.EntryHeadBytes + (long)bodyBytes > length)
            {
                continue;
            }

            budget -= bodyBytes;
            if (budget < 0 || SegmentFormat.IsEntry(tail.AsSpan(at, SegmentFormat.EntryHeadBytes + (int)bodyBytes), reader.Header.Salt))
            {
                return true;
            }
        }

        return false;
    }

    private static void Truncate(string path, long length)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.SetLength(handle, length);
        RandomAccess.FlushToDisk(handle);
    }
}
