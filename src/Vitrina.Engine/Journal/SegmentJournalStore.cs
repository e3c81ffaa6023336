using Microsoft.Win32.SafeHandles;
using Vitrina.Kernels.Files;

namespace Vitrina.Engine.Journal;

/// <summary>The journal in append-only, checksummed segment files.</summary>
/// <remarks>
/// One appender (the holder of the data directory's lock); readers in this and other processes beside it. A reader of another process sees
/// whole entries that are written, which can be one append ahead of what has been flushed to the disk. Format: <see cref="SegmentFormat"/>.
/// </remarks>
public sealed partial class SegmentJournalStore : IJournalStore
{
    /// <summary>A write buffer that grew beyond this for one large append is given back.</summary>
    private const int KeptBufferBytes = 16 << 20;

    private readonly Lock _gate = new();
    private readonly Lock _maintenance = new();
    private readonly string _folder;
    private readonly SegmentJournalOptions _options;
    private readonly bool _readOnly;
    private readonly List<string> _recovery = [];
    private readonly List<Segment> _segments = [];
    private byte[] _buffer = [];
    private SafeFileHandle? _open;
    private bool _isBroken;
    private bool _isDisposed;
    private long _lastSequence;
    private long _lastRecordedAtMs;

    private SegmentJournalStore(string folder, SegmentJournalOptions options, bool readOnly)
    {
        _folder = folder;
        _options = options;
        _readOnly = readOnly;
    }

    /// <inheritdoc/>
    public long FirstSequence
    {
        get
        {
            lock (_gate)
            {
                return _segments.Count == 0 ? 1 : _segments[0].FirstSequence;
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>Opened read-only: as of the last <see cref="Refresh"/> or the beginning of the last read.</remarks>
    public long LastSequence => Volatile.Read(ref _lastSequence);

    /// <inheritdoc/>
    public long LastRecordedAtMs => Volatile.Read(ref _lastRecordedAtMs);

    /// <inheritdoc/>
    public IReadOnlyList<string> Recovery => _recovery;

    /// <summary>Opens the journal of a folder, which is created when it is absent; repairs what a crash left (see <see cref="Recovery"/>).</summary>
    /// <param name="folder">Holds nothing but the journal.</param>
    /// <param name="options">Sizes and policy.</param>
    /// <param name="readOnly">Opens beside the one appender, changing and repairing nothing.</param>
    /// <exception cref="JournalDamagedException">The newest segment is damaged in the middle, or an older one's header.</exception>
    /// <exception cref="NotSupportedException">A newer release wrote the files.</exception>
    public static SegmentJournalStore Open(string folder, SegmentJournalOptions options, bool readOnly = false)
    {
        ArgumentNullException.ThrowIfNull(options);
        var store = new SegmentJournalStore(Path.GetFullPath(folder), options, readOnly);
        if (readOnly)
        {
            store.Refresh();
            return store;
        }

        Directory.CreateDirectory(store._folder);
        var recovery = new SegmentRecovery(store._folder, store._recovery);
        recovery.Load(options.Salvage);
        store._segments.AddRange(recovery.Segments);
        store._lastSequence = recovery.LastSequence;
        store._lastRecordedAtMs = recovery.LastRecordedAtMs;
        return store;
    }

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<JournalEntry> entries)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_readOnly)
            {
                throw new InvalidOperationException("The journal was opened read-only.");
            }

            if (_isBroken)
            {
                throw new IOException("An earlier append failed; the journal must be opened again.");
            }

            if (entries.IsEmpty)
            {
                return;
            }

            JournalOrder.Check(entries, _lastSequence, _lastRecordedAtMs);
            try
            {
                AppendDurably(entries);
            }
            catch
            {
                // After a failed flush the operating system may have dropped the pages: trying again would report success for lost bytes.
                _isBroken = true;
                throw;
            }

            Volatile.Write(ref _lastRecordedAtMs, entries[^1].RecordedAtMs);
            Volatile.Write(ref _lastSequence, entries[^1].Sequence);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _open?.Dispose();
            _open = null;
        }
    }

    private void AppendDurably(ReadOnlySpan<JournalEntry> entries)
    {
        long most = SegmentFormat.HeaderBytes;
        foreach (ref readonly JournalEntry entry in entries)
        {
            most += SegmentFormat.MaxEntryBytes(entry.Payload.Length);
        }

        if (most > Array.MaxLength)
        {
            throw new ArgumentException("One append takes at most 2 GB.", nameof(entries));
        }

        Segment? segment = _segments.Count == 0 || _isRolled ? null : _segments[^1];
        if (segment is not null && segment.EndOffset + most > _options.SegmentBytes)
        {
            segment = null;
        }

        if (_buffer.Length < most)
        {
            _buffer = GC.AllocateUninitializedArray<byte>((int)Math.Max(most, Math.Min(2L * _buffer.Length, KeptBufferBytes)));
        }

        bool isNew = segment is null;
        int at = 0;
        if (segment is null)
        {
            SegmentHeader header = SegmentFormat.WriteHeader(_buffer, SegmentFormat.WithoutGaps, 0, entries[0].Sequence, entries[0].RecordedAtMs);
            segment = new Segment(Path.Combine(_folder, SegmentFormat.FileName(header.FirstSequence)), header);
            at = SegmentFormat.HeaderBytes;
        }

        long startOffset = isNew ? 0 : segment.EndOffset;
        long previous = isNew ? segment.FirstRecordedAtMs : _lastRecordedAtMs;
        foreach (ref readonly JournalEntry entry in entries)
        {
            segment.Note(new SegmentMark(startOffset + at, entry.Sequence, previous));
            at += SegmentFormat.WriteEntry(
                _buffer.AsSpan(at), segment.Header.Salt, entry.Kind, entry.RecordedAtMs - previous, entry.Payload.Span);
            previous = entry.RecordedAtMs;
        }

        Write(segment, isNew, startOffset, _buffer.AsSpan(0, at));
        segment.EndOffset = startOffset + at;
        if (_buffer.Length > KeptBufferBytes)
        {
            _buffer = [];
        }
    }

    private void Write(Segment segment, bool isNew, long offset, ReadOnlySpan<byte> bytes)
    {
        if (isNew)
        {
            _open?.Dispose();
            _open = null;
        }

        _open ??= File.OpenHandle(
            segment.Path, isNew ? FileMode.CreateNew : FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.Write(_open, bytes, offset);
        RandomAccess.FlushToDisk(_open);
        if (isNew)
        {
            AtomicFile.SyncFolder(_folder);
            _segments.Add(segment);
            _isRolled = false;
        }
    }
}
