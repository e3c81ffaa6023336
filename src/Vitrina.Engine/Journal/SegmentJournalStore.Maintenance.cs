using Vitrina.Kernels.Files;

namespace Vitrina.Engine.Journal;

/// <summary>Decides what takes the place of an entry's payload.</summary>
/// <param name="entry">The entry as it stands.</param>
/// <param name="payload">Receives the other payload, which may be empty.</param>
/// <returns>False to keep the entry as it is.</returns>
/// <remarks>
/// Not a function with a nullable result: <c>x ? bytes : null</c> converts to an empty payload there, and would erase what was to be kept.
/// </remarks>
public delegate bool PayloadReplacement(JournalEntry entry, out ReadOnlyMemory<byte> payload);

/// <content>Retention and erasure, beside the appender and the readers.</content>
public sealed partial class SegmentJournalStore
{
    // The newest segment takes no more entries; the next append begins a new one.
    private bool _isRolled;

    /// <summary>
    /// Forgets entries of some kinds in the oldest segments: those that hold only entries recorded before a time and below a sequence, never the newest.
    /// What is kept keeps its sequence and time, so that the journal still reaches back to its first entry.
    /// </summary>
    /// <param name="recordedAtMs">Milliseconds since 1970-01-01 UTC.</param>
    /// <param name="keepFromSequence">Entries from here on are needed still, say by a checkpoint.</param>
    /// <param name="isForgotten">Which kinds go. A segment is thinned once: later calls pass it over.</param>
    /// <returns>How many segments were thinned.</returns>
    /// <exception cref="JournalDamagedException">A segment is damaged; it and later ones are unchanged.</exception>
    public int ForgetBefore(long recordedAtMs, long keepFromSequence, Func<EntryKind, bool> isForgotten)
    {
        ArgumentNullException.ThrowIfNull(isForgotten);
        ThrowIfReadOnly();
        lock (_maintenance)
        {
            List<SegmentRange> old;
            lock (_gate)
            {
                int count = 0;
                while (count + 1 < _segments.Count && _segments[count + 1].FirstRecordedAtMs < recordedAtMs && _segments[count + 1].FirstSequence <= keepFromSequence)
                {
                    count++;
                }

                old = RangesFrom(1, long.MinValue)[..count];
            }

            old.RemoveAll(range => range.Header.Version == SegmentFormat.WithGaps);
            foreach (SegmentRange range in old)
            {
                Replace(range, SegmentFormat.WithGaps, ReadRange(range).Where(entry => !isForgotten(entry.Kind)));
            }

            return old.Count;
        }
    }

    /// <summary>
    /// Replaces payloads in all that is written so far, for erasure. The open segment is closed first; each segment with a replaced payload is
    /// written anew. Sequences, times and kinds stay.
    /// </summary>
    /// <param name="rewrite">Called once for every entry, in order.</param>
    /// <returns>How many entries were replaced.</returns>
    /// <exception cref="JournalDamagedException">A segment is damaged; it and later ones are unchanged.</exception>
    public int RewriteSegments(PayloadReplacement rewrite)
    {
        ArgumentNullException.ThrowIfNull(rewrite);
        ThrowIfReadOnly();
        lock (_maintenance)
        {
            List<SegmentRange> closed;
            lock (_gate)
            {
                // In one step: a segment that the appender begins from here on must not be among them.
                _isRolled = true;
                closed = RangesFrom(1, long.MinValue);
            }

            int replaced = 0;
            foreach (SegmentRange range in closed)
            {
                replaced += RewriteSegment(range, rewrite);
            }

            return replaced;
        }
    }

    private int RewriteSegment(SegmentRange range, PayloadReplacement rewrite)
    {
        var replacements = new Dictionary<long, ReadOnlyMemory<byte>>();
        foreach (JournalEntry entry in ReadRange(range))
        {
            if (rewrite(entry, out ReadOnlyMemory<byte> payload))
            {
                replacements.Add(entry.Sequence, payload);
            }
        }

        if (replacements.Count > 0)
        {
            Replace(range, range.Header.Version, ReadRange(range).Select(entry =>
                replacements.TryGetValue(entry.Sequence, out ReadOnlyMemory<byte> other) ? entry with { Payload = other } : entry));
        }

        return replacements.Count;
    }

    // Writes a segment anew beside the old one, which it then replaces in one step.
    private void Replace(SegmentRange range, ushort version, IEnumerable<JournalEntry> entries)
    {
        string path = range.Path + ".tmp";
        SegmentHeader header;
        long end;
        using (var to = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
        {
            header = WriteSegment(to, range, version, entries);
            to.Flush(flushToDisk: true);
            end = to.Length;
        }

        var segment = new Segment(range.Path, header) { EndOffset = end };
        lock (_gate)
        {
            File.Move(path, range.Path, overwrite: true);
            int at = _segments.FindIndex(known => known.Path == range.Path);
            _segments[at] = segment;
        }

        AtomicFile.SyncFolder(_folder);
    }

    private static SegmentHeader WriteSegment(FileStream to, SegmentRange range, ushort version, IEnumerable<JournalEntry> entries)
    {
        byte[] buffer = new byte[64 << 10];
        SegmentHeader header = SegmentFormat.WriteHeader(buffer, version, range.Header.Generation + 1, range.Header.FirstSequence, range.Header.FirstRecordedAtMs);
        to.Write(buffer, 0, SegmentFormat.HeaderBytes);
        long next = header.FirstSequence;
        long previous = header.FirstRecordedAtMs;
        foreach (JournalEntry entry in entries)
        {
            WriteGap(entry.Sequence);
            int most = SegmentFormat.MaxEntryBytes(entry.Payload.Length);
            if (buffer.Length < most)
            {
                buffer = new byte[most];
            }

            int written = SegmentFormat.WriteEntry(buffer, header.Salt, entry.Kind, entry.RecordedAtMs - previous, entry.Payload.Span);
            to.Write(buffer, 0, written);
            (next, previous) = (entry.Sequence + 1, entry.RecordedAtMs);
        }

        WriteGap(range.LastSequence + 1);
        return header;

        void WriteGap(long upTo)
        {
            if (upTo > next)
            {
                to.Write(buffer, 0, SegmentFormat.WriteGap(buffer, header.Salt, upTo - next));
            }
        }
    }

    private void ThrowIfReadOnly()
    {
        if (_readOnly)
        {
            throw new InvalidOperationException("The journal was opened read-only.");
        }
    }
}
