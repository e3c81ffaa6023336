namespace Vitrina.Engine.Journal;

/// <summary>The journal in memory, for tests and simulations in process. "Durable" means until disposal.</summary>
public sealed class MemoryJournalStore : IJournalStore
{
    private readonly Lock _gate = new();
    private readonly List<JournalEntry> _entries = [];

    /// <inheritdoc/>
    public long FirstSequence => 1;

    /// <inheritdoc/>
    public long LastSequence
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <inheritdoc/>
    public long LastRecordedAtMs
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count == 0 ? 0 : _entries[^1].RecordedAtMs;
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Recovery => [];

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<JournalEntry> entries)
    {
        lock (_gate)
        {
            JournalOrder.Check(entries, _entries.Count, _entries.Count == 0 ? 0 : _entries[^1].RecordedAtMs);
            foreach (JournalEntry entry in entries)
            {
                // A copy, as a file would hold: callers may use their buffer again.
                _entries.Add(entry with { Payload = entry.Payload.ToArray() });
            }
        }
    }

    /// <inheritdoc/>
    public IEnumerable<JournalEntry> Read(long fromSequence)
    {
        long last = LastSequence;
        for (long sequence = Math.Max(1, fromSequence); sequence <= last; sequence++)
        {
            JournalEntry entry;
            lock (_gate)
            {
                entry = _entries[(int)sequence - 1];
            }

            yield return entry;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<JournalEntry> ReadRecordedSince(long recordedAtMs)
    {
        foreach (JournalEntry entry in Read(1))
        {
            if (entry.RecordedAtMs >= recordedAtMs)
            {
                yield return entry;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
