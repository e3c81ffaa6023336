using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Journal;

/// <summary>Told of entries that have just become durable, in order, on the writer's thread, before their senders are answered.</summary>
/// <param name="entries">Valid during the call; the payloads stay valid.</param>
public delegate void CommitObserver(ReadOnlySpan<JournalEntry> entries);

/// <summary>
/// Gives entries their place in the journal: collects what arrives, writes it as one group with one flush to the disk, and answers the senders
/// when it is durable.
/// </summary>
/// <remarks>
/// One thread writes; everything else is safe for concurrent use. When the store fails, nothing unflushed is acknowledged, and every append
/// fails from then on until a restart.
/// </remarks>
public sealed partial class JournalWriter : IDisposable
{
    private readonly object _gate = new();
    private readonly IJournalStore _store;
    private readonly TimeProvider _time;
    private readonly JournalWriterOptions _options;
    private readonly CommitObserver _onCommitted;
    private readonly ExpiringKeySet _keys;
    private readonly Queue<Waiting> _queue = new();
    private readonly List<Waiting> _group = [];
    private readonly Thread _thread;
    private readonly JournalMeter _meter;
    private JournalEntry[] _entries = [];
    private TaskCompletionSource _roomFreed = NewSignal();
    private Exception? _failure;
    private bool _isClosing;
    private int _queuedEntries;
    private long _queuedBytes;
    private long _committedEntries;
    private long _groups;
    private long _droppedRecords;
    private long _duplicateEntries;
    private double _secondsPerEntry;

    /// <summary>Rebuilds the memory of recent keys from the store, then accepts entries.</summary>
    /// <param name="store">Stays the caller's to dispose, after the writer.</param>
    /// <param name="time">Stamps <see cref="JournalEntry.RecordedAtMs"/>.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="onCommitted">Told of each group; when it throws, the writer fails as if the store had.</param>
    /// <param name="dedupeKeyOf">The key with which an entry of the journal was appended; 0 when it had none.</param>
    public JournalWriter(
        IJournalStore store,
        TimeProvider time,
        JournalWriterOptions options,
        CommitObserver onCommitted,
        Func<JournalEntry, UInt128> dedupeKeyOf)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(onCommitted);
        ArgumentNullException.ThrowIfNull(dedupeKeyOf);
        _store = store;
        _time = time;
        _options = options;
        _onCommitted = onCommitted;
        _keys = new ExpiringKeySet(options.DedupeHorizon);
        long since = time.GetUtcNow().ToUnixTimeMilliseconds() - (long)options.DedupeHorizon.TotalMilliseconds;
        foreach (JournalEntry entry in store.ReadRecordedSince(since))
        {
            UInt128 key = dedupeKeyOf(entry);
            if (key != default)
            {
                _keys.TryAdd(key, entry.RecordedAtMs);
            }
        }

        _meter = new JournalMeter(this);
        _thread = new Thread(Run) { IsBackground = true, Name = "journal writer" };
        _thread.Start();
    }

    /// <summary>Entries accepted and not yet durable.</summary>
    public int QueuedEntries => Volatile.Read(ref _queuedEntries);

    /// <summary>Entries made durable by this writer.</summary>
    public long CommittedEntries => Volatile.Read(ref _committedEntries);

    /// <summary>Groups written; <see cref="CommittedEntries"/> per group says how well flushes are shared.</summary>
    public long Groups => Volatile.Read(ref _groups);

    /// <summary>Entries that <see cref="TryEnqueueAndForget"/> refused, or that were lost because the store failed before they were written.</summary>
    public long DroppedRecords => Volatile.Read(ref _droppedRecords);

    /// <summary>Entries that were not written because their key was known.</summary>
    public long DuplicateEntries => Volatile.Read(ref _duplicateEntries);

    /// <summary>Why appends fail; null while the writer works.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Appends a batch; completes when all of it is durable and the observer was told.</summary>
    /// <param name="batch">Written as a whole, in order; must not be changed before completion.</param>
    /// <param name="cancellation">Ends the waiting, not the writing, once the batch is queued.</param>
    /// <exception cref="JournalOverloadedException">The queue is full; nothing of the batch is queued.</exception>
    /// <exception cref="JournalUnavailableException">The store failed or the writer is closed; nothing of the batch is acknowledged.</exception>
    /// <exception cref="ArgumentException">The batch can never fit the queue, or an entry is larger than 128 MB.</exception>
    public ValueTask<AppendResult> AppendAsync(IReadOnlyList<PendingEntry> batch, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        Waiting waiting = Measure(batch);
        if (waiting.Entries == 0)
        {
            return new ValueTask<AppendResult>(new AppendResult { LastSequence = _store.LastSequence });
        }

        lock (_gate)
        {
            ThrowIfUnavailable();
            if (!HasRoomFor(waiting, 1))
            {
                double seconds = Math.Clamp(_secondsPerEntry * _queuedEntries, 1, 60);
                throw new JournalOverloadedException(TimeSpan.FromSeconds(Math.Ceiling(seconds)));
            }

            Enqueue(waiting);
        }

        return new ValueTask<AppendResult>(waiting.Completion!.Task.WaitAsync(cancellation));
    }

    /// <summary>As <see cref="AppendAsync"/>, but waits for room instead of refusing: back-pressure for importers.</summary>
    /// <param name="batch">Written as a whole, in order; must not be changed before completion.</param>
    /// <param name="cancellation">Ends the waiting; a batch that is queued already is written all the same.</param>
    /// <exception cref="JournalUnavailableException">The store failed or the writer is closed; nothing of the batch is acknowledged.</exception>
    /// <exception cref="ArgumentException">The batch can never fit the queue, or an entry is larger than 128 MB.</exception>
    public async ValueTask<AppendResult> AppendAndWaitAsync(IReadOnlyList<PendingEntry> batch, CancellationToken cancellation = default)
    {
        Waiting waiting = Measure(batch);
        if (waiting.Entries == 0)
        {
            return new AppendResult { LastSequence = _store.LastSequence };
        }

        while (true)
        {
            Task roomFreed;
            lock (_gate)
            {
                cancellation.ThrowIfCancellationRequested();
                ThrowIfUnavailable();
                if (HasRoomFor(waiting, 1))
                {
                    Enqueue(waiting);
                    break;
                }

                roomFreed = _roomFreed.Task;
            }

            await roomFreed.WaitAsync(cancellation).ConfigureAwait(false);
        }

        return await waiting.Completion!.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Queues an entry whose loss is bearable (a ranking's light record); nobody is told when it is durable.</summary>
    /// <remarks>Such entries get half of the queue, so that they never push out what must not be lost.</remarks>
    /// <returns>False when there is no room or the writer is down; the drop is counted.</returns>
    public bool TryEnqueueAndForget(PendingEntry entry)
    {
        var waiting = new Waiting(null, entry, 1, entry.Payload.Length, null);
        lock (_gate)
        {
            if (_failure is null && !_isClosing && waiting.Bytes <= SegmentFormat.MaxPayloadBytes && HasRoomFor(waiting, 2))
            {
                Enqueue(waiting);
                return true;
            }

            _droppedRecords++;
        }

        _meter.Dropped(1);
        return false;
    }

    /// <summary>Writes what is queued, answers its senders and stops. The store stays open.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosing = true;
            Monitor.PulseAll(_gate);
            _roomFreed.TrySetResult();
        }

        _thread.Join();
        _meter.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Waiting Measure(IReadOnlyList<PendingEntry> batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        long bytes = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            int payloadBytes = batch[i].Payload.Length;
            if (payloadBytes > SegmentFormat.MaxPayloadBytes)
            {
                throw new ArgumentException(
                    $"Entry {i} of the batch has {payloadBytes} bytes; at most {SegmentFormat.MaxPayloadBytes} are taken.", nameof(batch));
            }

            bytes += payloadBytes;
        }

        if (batch.Count > _options.MaxQueuedEntries || bytes > _options.MaxQueuedBytes)
        {
            throw new ArgumentException(
                $"A batch of {batch.Count} entries and {bytes} bytes is larger than the whole queue " +
                $"({_options.MaxQueuedEntries} entries, {_options.MaxQueuedBytes} bytes).",
                nameof(batch));
        }

        return new Waiting(
            batch, default, batch.Count, bytes, new TaskCompletionSource<AppendResult>(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    private void ThrowIfUnavailable()
    {
        if (_failure is not null)
        {
            throw new JournalUnavailableException("The journal failed and takes no entries until a restart: " + _failure.Message, _failure);
        }

        if (_isClosing)
        {
            throw new JournalUnavailableException("The journal is closed.");
        }
    }

    private bool HasRoomFor(in Waiting waiting, int share) =>
        _queuedEntries + (long)waiting.Entries <= Math.Max(1, _options.MaxQueuedEntries / share) &&
        _queuedBytes + waiting.Bytes <= _options.MaxQueuedBytes / share;

    private void Enqueue(in Waiting waiting)
    {
        _queue.Enqueue(waiting);
        _queuedEntries += waiting.Entries;
        _queuedBytes += waiting.Bytes;
        Monitor.PulseAll(_gate);
    }

    // A batch, or a single entry that nobody waits for (Batch and Completion are null).
    private readonly record struct Waiting(
        IReadOnlyList<PendingEntry>? Batch, PendingEntry Single, int Entries, long Bytes, TaskCompletionSource<AppendResult>? Completion);
}
