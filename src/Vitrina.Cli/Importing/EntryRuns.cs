using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Vitrina.Engine.Journal;

namespace Vitrina.Cli.Importing;

/// <summary>An encoded journal entry that waits for its place in time.</summary>
/// <param name="AtMs">Its time, Unix milliseconds; <see cref="Untimed"/> when it says none.</param>
/// <param name="Order">Its place among entries of the same time.</param>
/// <param name="Kind">What the payload means.</param>
/// <param name="Key">Its dedupe key.</param>
/// <param name="Payload">The journal's form; stays valid.</param>
internal readonly record struct TimedEntry(long AtMs, InstantOrder Order, EntryKind Kind, UInt128 Key, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Sorts before every time: what says no time was there from the beginning.</summary>
    public const long Untimed = long.MinValue;
}

/// <summary>
/// What comes first at equal times. Logs often have whole seconds: who did something and saw a list in the same one did not do it because of the list,
/// unless the event names it.
/// </summary>
internal enum InstantOrder : byte
{
    Change,
    Event,
    Ranking,
    EventOfRanking,
}

/// <summary>Collects entries in the order of the files and gives them back in the order of time: sorted runs in memory, spilled to files, merged.</summary>
/// <remarks>Equal times keep the order of <see cref="InstantOrder"/>, then of the files.</remarks>
internal sealed class EntryRuns(string folder, int entriesPerRun, long bytesPerRun) : IDisposable
{
    private const int ChunkBytes = 1 << 20;

    // time 8, kind 1, key 16, length 4, order 1
    private const int HeaderBytes = 30;

    private readonly List<(long AtMs, InstantOrder Order, EntryKind Kind, UInt128 Key, int Chunk, int Offset, int Length)> _entries = [];
    private readonly List<byte[]> _chunks = [];
    private readonly List<string> _files = [];
    private int _chunkUsed;
    private long _bytes;
    private bool _isSorted = true;
    private (long AtMs, InstantOrder Order) _last = (long.MinValue, default);

    /// <summary>How many entries were added.</summary>
    public long Count { get; private set; }

    /// <summary>The earliest time of all entries that say one; <see cref="long.MaxValue"/> when none does.</summary>
    public long EarliestMs { get; private set; } = long.MaxValue;

    /// <summary>How many runs were written to files.</summary>
    public int SpilledRuns => _files.Count;

    /// <summary>Adds an entry; the payload is copied.</summary>
    public void Add(long atMs, InstantOrder order, EntryKind kind, UInt128 key, ReadOnlySpan<byte> payload)
    {
        if (_entries.Count == entriesPerRun || (_bytes + payload.Length > bytesPerRun && _entries.Count > 0))
        {
            Spill();
        }

        if (_chunks.Count == 0 || _chunks[^1].Length - _chunkUsed < payload.Length)
        {
            _chunks.Add(new byte[Math.Max(ChunkBytes, payload.Length)]);
            _chunkUsed = 0;
        }

        payload.CopyTo(_chunks[^1].AsSpan(_chunkUsed));
        _entries.Add((atMs, order, kind, key, _chunks.Count - 1, _chunkUsed, payload.Length));
        _chunkUsed += payload.Length;
        _bytes += payload.Length;
        Count++;
        EarliestMs = atMs == TimedEntry.Untimed ? EarliestMs : Math.Min(EarliestMs, atMs);
        var place = (atMs, order);
        _isSorted &= place.CompareTo(_last) >= 0;
        _last = place;
    }

    /// <summary>All entries in the order of time. Nothing may be added afterwards.</summary>
    public IEnumerable<TimedEntry> Merge()
    {
        if (_files.Count == 0)
        {
            return InMemory();
        }

        Spill();
        return MergeFiles();
    }

    private IEnumerable<TimedEntry> InMemory()
    {
        foreach (var index in SortedIndexes())
        {
            var (atMs, order, kind, key, chunk, offset, length) = _entries[index];
            yield return new TimedEntry(atMs, order, kind, key, _chunks[chunk].AsMemory(offset, length));
        }
    }

    // The place in the run breaks ties, so the unstable sort is stable.
    private int[] SortedIndexes()
    {
        var entries = CollectionsMarshal.AsSpan(_entries);
        var indexes = new int[entries.Length];
        for (var i = 0; i < indexes.Length; i++)
        {
            indexes[i] = i;
        }

        if (_isSorted)
        {
            return indexes;
        }

        var keys = new SortKey[entries.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = new SortKey(entries[i].AtMs, ((long)entries[i].Order << 40) | (uint)i);
        }

        Array.Sort(keys, indexes);
        return indexes;
    }

    private readonly record struct SortKey(long AtMs, long Place) : IComparable<SortKey>
    {
        public int CompareTo(SortKey other) => AtMs != other.AtMs ? AtMs.CompareTo(other.AtMs) : Place.CompareTo(other.Place);
    }

    private void Spill()
    {
        var path = Path.Combine(folder, $"import-run-{_files.Count}.tmp");
        Directory.CreateDirectory(folder);
        if (_files.Count == 0)
        {
            // Runs that a killed import left behind.
            foreach (var stale in Directory.EnumerateFiles(folder, "import-run-*.tmp"))
            {
                File.Delete(stale);
            }
        }

        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 18))
        {
            Span<byte> header = stackalloc byte[HeaderBytes];
            foreach (var index in SortedIndexes())
            {
                var (atMs, order, kind, key, chunk, offset, length) = _entries[index];
                BinaryPrimitives.WriteInt64LittleEndian(header, atMs);
                header[8] = (byte)kind;
                BinaryPrimitives.WriteUInt128LittleEndian(header[9..], key);
                BinaryPrimitives.WriteInt32LittleEndian(header[25..], length);
                header[29] = (byte)order;
                file.Write(header);
                file.Write(_chunks[chunk], offset, length);
            }
        }

        _files.Add(path);
        _entries.Clear();
        _chunks.Clear();
        (_chunkUsed, _bytes, _isSorted, _last) = (0, 0, true, (long.MinValue, default));
    }

    private IEnumerable<TimedEntry> MergeFiles()
    {
        var readers = new List<RunFile>();
        try
        {
            var next = new PriorityQueue<int, (long AtMs, InstantOrder Order, int Run)>();
            for (var run = 0; run < _files.Count; run++)
            {
                readers.Add(new RunFile(_files[run]));
                if (readers[run].Read(out var first))
                {
                    next.Enqueue(run, (first.AtMs, first.Order, run));
                }
            }

            while (next.TryDequeue(out var run, out _))
            {
                yield return readers[run].Current;
                if (readers[run].Read(out var entry))
                {
                    next.Enqueue(run, (entry.AtMs, entry.Order, run));
                }
            }
        }
        finally
        {
            readers.ForEach(reader => reader.Dispose());
        }
    }

    public void Dispose()
    {
        foreach (var path in _files)
        {
            if (File.Exists(path))
            {
                File.Delete(path);
            }
        }
    }

    private sealed class RunFile(string path) : IDisposable
    {
        private readonly FileStream _file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 18, FileOptions.SequentialScan);
        private byte[] _chunk = [];
        private int _used;

        public TimedEntry Current { get; private set; }

        public bool Read(out TimedEntry entry)
        {
            Span<byte> header = stackalloc byte[HeaderBytes];
            entry = default;
            if (_file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
            {
                return false;
            }

            var length = BinaryPrimitives.ReadInt32LittleEndian(header[25..]);
            if (_chunk.Length - _used < length)
            {
                // A new chunk each time: the journal's readers may keep the old one.
                _chunk = new byte[Math.Max(1 << 17, length)];
                _used = 0;
            }

            var payload = _chunk.AsMemory(_used, length);
            _file.ReadExactly(payload.Span);
            _used += length;
            entry = Current = new TimedEntry(
                BinaryPrimitives.ReadInt64LittleEndian(header),
                (InstantOrder)header[29],
                (EntryKind)header[8],
                BinaryPrimitives.ReadUInt128LittleEndian(header[9..]),
                payload);
            return true;
        }

        public void Dispose() => _file.Dispose();
    }
}
