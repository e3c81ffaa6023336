namespace Vitrina.Engine.Journal;

/// <content>The writer's thread.</content>
public sealed partial class JournalWriter
{
    private AppendResult[] _results = [];

    private void Run()
    {
        try
        {
            while (TakeGroup())
            {
                CommitGroup();
            }
        }
        catch (Exception failure)
        {
            Fail(failure);
        }
    }

    // Waits for work; false when the writer closes and everything is written.
    private bool TakeGroup()
    {
        lock (_gate)
        {
            while (_queue.Count == 0)
            {
                if (_isClosing)
                {
                    return false;
                }

                Monitor.Wait(_gate);
            }

            long entries = 0;
            long bytes = 0;
            while (_queue.TryPeek(out Waiting next) &&
                (_group.Count == 0 || (entries + next.Entries <= _options.MaxGroupEntries && bytes + next.Bytes <= _options.MaxGroupBytes)))
            {
                _group.Add(_queue.Dequeue());
                entries += next.Entries;
                bytes += next.Bytes;
            }

            return true;
        }
    }

    private void CommitGroup()
    {
        long startedAt = _time.GetTimestamp();
        long recordedAtMs = Math.Max(_store.LastRecordedAtMs, _time.GetUtcNow().ToUnixTimeMilliseconds());
        int count = Place(recordedAtMs, out int groupEntries, out long groupBytes, out int duplicates);
        ReadOnlySpan<JournalEntry> entries = _entries.AsSpan(0, count);
        if (count > 0)
        {
            _store.Append(entries);
            _onCommitted(entries);
        }

        double seconds = _time.GetElapsedTime(startedAt).TotalSeconds;
        TaskCompletionSource roomFreed;
        lock (_gate)
        {
            _queuedEntries -= groupEntries;
            _queuedBytes -= groupBytes;
            _committedEntries += count;
            _groups += count > 0 ? 1 : 0;
            _duplicateEntries += duplicates;

            // A moving mean over some ten groups: steady enough to tell a refused client when to come again.
            _secondsPerEntry += 0.1 * ((seconds / groupEntries) - _secondsPerEntry);
            roomFreed = _roomFreed;
            _roomFreed = NewSignal();
        }

        _meter.Committed(count, duplicates, seconds);
        for (int i = 0; i < _group.Count; i++)
        {
            _group[i].Completion?.TrySetResult(_results[i]);
        }

        roomFreed.TrySetResult();
        Array.Clear(_entries, 0, count);
        Array.Clear(_results, 0, _group.Count);
        _group.Clear();
    }

    // Gives every entry of the group that is no duplicate its sequence, and every batch its result.
    private int Place(long recordedAtMs, out int groupEntries, out long groupBytes, out int groupDuplicates)
    {
        groupEntries = 0;
        groupBytes = 0;
        groupDuplicates = 0;
        foreach (Waiting waiting in _group)
        {
            groupEntries += waiting.Entries;
            groupBytes += waiting.Bytes;
        }

        if (_entries.Length < groupEntries)
        {
            _entries = new JournalEntry[groupEntries];
        }

        if (_results.Length < _group.Count)
        {
            _results = new AppendResult[Math.Max(_group.Count, 2 * _results.Length)];
        }

        long sequence = _store.LastSequence;
        int count = 0;
        for (int g = 0; g < _group.Count; g++)
        {
            Waiting waiting = _group[g];
            bool[]? duplicate = null;
            int duplicates = 0;
            for (int i = 0; i < waiting.Entries; i++)
            {
                PendingEntry entry = waiting.Batch is null ? waiting.Single : waiting.Batch[i];
                if (entry.DedupeKey != default && !_keys.TryAdd(entry.DedupeKey, recordedAtMs))
                {
                    duplicate ??= new bool[waiting.Entries];
                    duplicate[i] = true;
                    duplicates++;
                    continue;
                }

                _entries[count++] = new JournalEntry(++sequence, recordedAtMs, entry.Kind, entry.Payload);
            }

            _results[g] = new AppendResult { LastSequence = sequence, Duplicate = duplicate, DuplicateCount = duplicates };
            groupDuplicates += duplicates;
        }

        return count;
    }

    // Whether the group reached the disk is unknown: its senders are told that it is not acknowledged, and a restart finds out.
    private void Fail(Exception failure)
    {
        int dropped = 0;
        lock (_gate)
        {
            Volatile.Write(ref _failure, failure);
            _group.AddRange(_queue);
            _queue.Clear();
            _queuedEntries = 0;
            _queuedBytes = 0;
            foreach (Waiting waiting in _group)
            {
                dropped += waiting.Completion is null ? 1 : 0;
            }

            _droppedRecords += dropped;
            _roomFreed.TrySetResult();
        }

        _meter.Dropped(dropped);
        var unavailable = new JournalUnavailableException("The journal could not be written: " + failure.Message, failure);
        foreach (Waiting waiting in _group)
        {
            waiting.Completion?.TrySetException(unavailable);
        }

        _group.Clear();
    }
}
