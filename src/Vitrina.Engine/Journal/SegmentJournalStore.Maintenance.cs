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

    /// <summary>Removes the oldest segments that hold only entries recorded before a time and below a sequence. The newest segment always stays.</summary>
    /// <param name="recordedAtMs">Milliseconds since 1970-01-01 UTC.</param>
    /// <param name="keepFromSequence">Entries from here on are needed still, say by a checkpoint.</param>
    /// <returns>How many segments were removed.</returns>
    public int RemoveSegmentsBefore(long recordedAtMs, long keepFromSequence)
    {
        ThrowIfReadOnly();
        lock (_maintenance)
        {
            int removed = 0;
            while (true)
            {
                Segment oldest;
                lock (_gate)
                {
                    if (_segments.Count < 2 || _segments[1].FirstRecordedAtMs >= recordedAtMs || _segments[1].FirstSequence > keepFromSequence)
                    {
                        break;
                    }

                    oldest = _segments[0];
                    _segments.RemoveAt(0);
                }

                // Oldest first, each removal durable before the next: a crash in between leaves no gap.
                File.Delete(oldest.Path);
                AtomicFile.SyncFolder(_folder);
                removed++;
            }

            return removed;
        }
    }

    /// <summary>
    /// Replaces payloads in all that is written so far, for erasure. The open segment is closed first; each segment with a replaced payload is
    /// written anew beside the old one and takes its place in one step. Sequences, times and kinds stay.
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
        SegmentRange whole = range with { Start = new SegmentMark(SegmentFormat.HeaderBytes, range.Header.FirstSequence, range.Header.FirstRecordedAtMs) };
        foreach (JournalEntry entry in ReadRange(whole))
        {
            if (rewrite(entry, out ReadOnlyMemory<byte> payload))
            {
                replacements.Add(entry.Sequence, payload);
            }
        }

        if (replacements.Count == 0)
        {
            return 0;
        }

        string path = range.Path + ".tmp";
        SegmentHeader header;
        long end;
        using (var to = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
        {
            header = WriteReplaced(to, whole, replacements);
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
        return replacements.Count;
    }

    private static SegmentHeader WriteReplaced(FileStream to, SegmentRange range, Dictionary<long, ReadOnlyMemory<byte>> replacements)
    {
        byte[] buffer = new byte[64 << 10];
        SegmentHeader header = SegmentFormat.WriteHeader(
            buffer, range.Header.Generation + 1, range.Header.FirstSequence, range.Header.FirstRecordedAtMs);
        to.Write(buffer, 0, SegmentFormat.HeaderBytes);
        long previous = header.FirstRecordedAtMs;
        foreach (JournalEntry entry in ReadRange(range))
        {
            ReadOnlyMemory<byte> payload = replacements.TryGetValue(entry.Sequence, out ReadOnlyMemory<byte> other) ? other : entry.Payload;
            int most = SegmentFormat.MaxEntryBytes(payload.Length);
            if (buffer.Length < most)
            {
                buffer = new byte[most];
            }

            int written = SegmentFormat.WriteEntry(buffer, header.Salt, entry.Kind, entry.RecordedAtMs - previous, payload.Span);
            to.Write(buffer, 0, written);
            previous = entry.RecordedAtMs;
        }

        return header;
    }

    private void ThrowIfReadOnly()
    {
        if (_readOnly)
        {
            throw new InvalidOperationException("The journal was opened read-only.");
        }
    }
}
