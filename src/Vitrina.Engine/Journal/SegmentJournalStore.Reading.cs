namespace Vitrina.Engine.Journal;

/// <content>Reading: every enumeration opens the files for itself and never holds the lock while it reads.</content>
public sealed partial class SegmentJournalStore
{
    /// <inheritdoc/>
    public IEnumerable<JournalEntry> Read(long fromSequence)
    {
        foreach (SegmentRange range in RangesFrom(fromSequence, long.MinValue))
        {
            foreach (JournalEntry entry in ReadRange(range))
            {
                if (entry.Sequence >= fromSequence)
                {
                    yield return entry;
                }
            }
        }
    }

    /// <inheritdoc/>
    public IEnumerable<JournalEntry> ReadRecordedSince(long recordedAtMs)
    {
        foreach (SegmentRange range in RangesFrom(1, recordedAtMs))
        {
            foreach (JournalEntry entry in ReadRange(range))
            {
                if (entry.RecordedAtMs >= recordedAtMs)
                {
                    yield return entry;
                }
            }
        }
    }

    /// <summary>Looks for what the appender has written since; only when opened read-only, where every read begins with it.</summary>
    public void Refresh()
    {
        if (!_readOnly)
        {
            return;
        }

        lock (_gate)
        {
            string[] files = SegmentRecovery.FilesOf(_folder);
            var known = _segments.ToDictionary(segment => segment.Path);
            _segments.Clear();
            foreach (string file in files)
            {
                Segment? segment = LoadForReading(file, known.GetValueOrDefault(file), isNewest: file == files[^1]);
                if (segment is not null)
                {
                    _segments.Add(segment);
                }
            }
        }
    }

    private Segment? LoadForReading(string file, Segment? known, bool isNewest)
    {
        if (known is not null && !isNewest)
        {
            return known;
        }

        SegmentReader reader;
        try
        {
            reader = new SegmentReader(file);
        }
        catch (FileNotFoundException)
        {
            // It was moved away between the listing and here.
            return null;
        }

        using (reader)
        {
            if (!reader.IsHeaderValid)
            {
                if (isNewest)
                {
                    // The appender is writing its first bytes; the segment before it is whole.
                    EndAtNewestKnown();
                    return null;
                }

                throw new JournalDamagedException(file, 0, SegmentRecovery.SequenceInName(file), SegmentRecovery.SequenceInName(file));
            }

            Segment segment = known is not null && known.Header == reader.Header ? known : new Segment(file, reader.Header);
            if (isNewest)
            {
                SegmentMark end = SegmentRecovery.Scan(reader, segment, segment.MarkFor(long.MaxValue));
                if (end.Sequence == segment.FirstSequence)
                {
                    EndAtNewestKnown();
                    return null;
                }

                _lastSequence = end.Sequence - 1;
                _lastRecordedAtMs = end.PreviousRecordedAtMs;
            }

            return segment;
        }
    }

    private void EndAtNewestKnown()
    {
        if (_segments.Count == 0)
        {
            return;
        }

        Segment newest = _segments[^1];
        using var reader = new SegmentReader(newest.Path);
        SegmentMark end = SegmentRecovery.Scan(reader, newest, new SegmentMark(reader.Offset, reader.NextSequence, reader.RecordedAtMs));
        _lastSequence = end.Sequence - 1;
        _lastRecordedAtMs = end.PreviousRecordedAtMs;
    }

    private List<SegmentRange> RangesFrom(long fromSequence, long recordedAtMs)
    {
        Refresh();
        var ranges = new List<SegmentRange>();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            for (int i = 0; i < _segments.Count; i++)
            {
                Segment segment = _segments[i];
                Segment? next = i + 1 < _segments.Count ? _segments[i + 1] : null;
                if (next is not null && (next.FirstSequence <= fromSequence || next.FirstRecordedAtMs < recordedAtMs))
                {
                    continue;
                }

                SegmentMark start = recordedAtMs == long.MinValue ? segment.MarkFor(fromSequence) : segment.MarkBefore(recordedAtMs);
                long last = next is null ? _lastSequence : next.FirstSequence - 1;
                ranges.Add(new SegmentRange(segment.Path, segment.Header, start, last));
            }
        }

        return ranges;
    }

    private static IEnumerable<JournalEntry> ReadRange(SegmentRange range)
    {
        using var reader = new SegmentReader(range.Path);
        if (!reader.IsHeaderValid)
        {
            throw new JournalDamagedException(range.Path, 0, range.Header.FirstSequence, range.LastSequence);
        }

        // A segment that was rewritten since has other offsets: read it from its beginning.
        if (reader.Header == range.Header)
        {
            reader.Seek(range.Start);
        }

        while (reader.NextSequence <= range.LastSequence)
        {
            if (!reader.TryReadNext(out JournalEntry entry))
            {
                if (reader.NextSequence > range.LastSequence)
                {
                    // The segment ends with what was forgotten.
                    yield break;
                }

                throw new JournalDamagedException(range.Path, reader.Offset, reader.NextSequence, range.LastSequence);
            }

            yield return entry;
        }
    }

    private readonly record struct SegmentRange(string Path, SegmentHeader Header, SegmentMark Start, long LastSequence);
}
