using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Vitrina.Engine.Journal;

/// <summary>Reads the entries of one segment file from front to back, checking each.</summary>
/// <remarks>
/// Payloads are slices of fresh chunks, so they stay valid. A chunk is below the large-object limit (85,000 bytes); only larger entries get a
/// chunk of their own.
/// </remarks>
internal sealed class SegmentReader : IDisposable
{
    private const int ChunkBytes = 64 << 10;

    private readonly SafeFileHandle _handle;
    private byte[] _chunk = [];
    private int _start;
    private int _end;
    private long _sequence;
    private long _recordedAtMs;

    public SegmentReader(string path)
    {
        _handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        Span<byte> head = stackalloc byte[SegmentFormat.HeaderBytes];
        int read = ReadFully(head, 0);
        IsHeaderValid = SegmentFormat.TryReadHeader(head[..read], out SegmentHeader header);
        Header = header;
        Seek(new SegmentMark(SegmentFormat.HeaderBytes, header.FirstSequence, header.FirstRecordedAtMs));
    }

    public bool IsHeaderValid { get; }

    public SegmentHeader Header { get; }

    /// <summary>Offset of the next entry; after a failed read, of the bytes that are none.</summary>
    public long Offset { get; private set; }

    /// <summary>Sequence that the next entry has.</summary>
    public long NextSequence => _sequence;

    /// <summary>Recorded time of the entry before <see cref="Offset"/>.</summary>
    public long RecordedAtMs => _recordedAtMs;

    public long FileBytes => RandomAccess.GetLength(_handle);

    public void Dispose() => _handle.Dispose();

    public void Seek(SegmentMark mark)
    {
        Offset = mark.Offset;
        _sequence = mark.Sequence;
        _recordedAtMs = mark.PreviousRecordedAtMs;
        _start = _end = 0;
    }

    /// <summary>
    /// False at the end of the file and at bytes that are no entry: <see cref="Offset"/> tells which, it is the length of the file or below. Gaps on the
    /// way are passed, also at the end.
    /// </summary>
    public bool TryReadNext(out JournalEntry entry)
    {
        while (TryReadStored(out entry))
        {
            if (entry.Kind != SegmentFormat.Gap)
            {
                _sequence++;
                return true;
            }

            SegmentFormat.TryReadGap(entry.Payload.Span, out long entries);
            _sequence += entries;
        }

        return false;
    }

    private bool TryReadStored(out JournalEntry entry)
    {
        entry = default;
        if (!Fill(SegmentFormat.EntryHeadBytes))
        {
            return false;
        }

        uint bodyBytes = BinaryPrimitives.ReadUInt32LittleEndian(_chunk.AsSpan(_start));
        if (!SegmentFormat.IsPlausibleLength(bodyBytes) || Offset + SegmentFormat.EntryHeadBytes + bodyBytes > FileBytesUnlessBuffered(bodyBytes))
        {
            return false;
        }

        int entryBytes = SegmentFormat.EntryHeadBytes + (int)bodyBytes;
        if (!Fill(entryBytes) || !SegmentFormat.IsEntry(_chunk.AsSpan(_start, entryBytes), Header.Salt))
        {
            return false;
        }

        int bodyStart = _start + SegmentFormat.EntryHeadBytes;
        if (!SegmentFormat.TryReadBody(_chunk.AsSpan(bodyStart, (int)bodyBytes), out EntryKind kind, out long delta, out int payloadStart))
        {
            return false;
        }

        var payload = new ReadOnlyMemory<byte>(_chunk, bodyStart + payloadStart, (int)bodyBytes - payloadStart);
        if (kind == SegmentFormat.Gap && !SegmentFormat.TryReadGap(payload.Span, out _))
        {
            return false;
        }

        _recordedAtMs += delta;
        entry = new JournalEntry(_sequence, _recordedAtMs, kind, payload);
        _start += entryBytes;
        Offset += entryBytes;
        return true;
    }

    /// <summary>Reads bytes at an offset; fewer at the end of the file.</summary>
    public int ReadFully(Span<byte> to, long offset)
    {
        int total = 0;
        while (total < to.Length)
        {
            int read = RandomAccess.Read(_handle, to[total..], offset + total);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    // A damaged length must not make the reader allocate for bytes that the file does not have; asking for the length costs a system call.
    private long FileBytesUnlessBuffered(uint bodyBytes) =>
        _end - _start >= SegmentFormat.EntryHeadBytes + (long)bodyBytes ? long.MaxValue : FileBytes;

    private bool Fill(int bytes)
    {
        int have = _end - _start;
        if (have >= bytes)
        {
            return true;
        }

        byte[] next = GC.AllocateUninitializedArray<byte>(Math.Max(ChunkBytes, bytes));
        _chunk.AsSpan(_start, have).CopyTo(next);
        int read = ReadFully(next.AsSpan(have), Offset + have);
        _chunk = next;
        _start = 0;
        _end = have + read;
        return _end >= bytes;
    }
}

/// <summary>A place in a segment at which reading can start.</summary>
/// <param name="Offset">Byte offset of an entry.</param>
/// <param name="Sequence">That entry's sequence.</param>
/// <param name="PreviousRecordedAtMs">Recorded time of the entry before it, to which its delta is added.</param>
internal readonly record struct SegmentMark(long Offset, long Sequence, long PreviousRecordedAtMs);
