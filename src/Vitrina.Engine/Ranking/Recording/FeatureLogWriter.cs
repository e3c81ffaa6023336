namespace Vitrina.Engine.Ranking.Recording;

/// <summary>Records feature vectors without ever making an answer wait: a bounded queue, emptied into files by a thread of its own.</summary>
/// <remarks>
/// Safe for concurrent use. Lossy by design: vectors are dropped and counted when the queue is full or the disk fails, and what the system had not
/// written is lost in a power failure. One writer per folder.
/// </remarks>
public sealed class FeatureLogWriter : IDisposable
{
    // A part's values stay below 64 MB, whatever the number of rankings, so that compressing it takes bounded memory.
    private const long MaxPartBytes = 64L << 20;

    private readonly object _gate = new();
    private readonly FeatureLogOptions _options;
    private readonly FeatureSegmentFiles _files;
    private readonly Queue<FeatureBlock> _queue;
    private readonly List<FeatureBlock> _batch = [];
    private readonly List<List<FeatureBlock>> _groups = [];
    private readonly Thread _thread;
    private readonly Models.FeatureMatrix _shadowMatrix = new();
    private long _queuedBytes;
    private long _added;
    private long _done;
    private long _flushedUpTo;
    private bool _isClosed;
    private long _written;
    private long _dropped;
    private long _bytes;
    private long _shadowScored;
    private long _shadowFailed;
    private string? _lastFailure;

    private FeatureLogWriter(FeatureSegmentFiles files, FeatureLogOptions options)
    {
        _files = files;
        _options = options;
        _queue = new Queue<FeatureBlock>(options.MaxQueuedBlocks);
        _thread = new Thread(Run) { IsBackground = true, Name = "feature log", Priority = ThreadPriority.BelowNormal };
        _thread.Start();
    }

    /// <summary>Rankings whose vectors are in a file.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Rankings whose vectors were lost: the queue was full or closed, or the disk failed.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Rankings whose shadow scores were computed.</summary>
    public long ShadowScored => Volatile.Read(ref _shadowScored);

    /// <summary>Rankings whose shadow scores failed; the scores are missing in their record.</summary>
    public long ShadowFailed => Volatile.Read(ref _shadowFailed);

    /// <summary>Bytes written to files.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>What the last failed write said, or null.</summary>
    public string? LastFailure => Volatile.Read(ref _lastFailure);

    /// <summary>Opens a folder for recording; a new file begins with the first vectors.</summary>
    /// <param name="folder">The folder, created when it is absent.</param>
    /// <param name="options">Bounds and retention.</param>
    /// <param name="time">Names the files and ages them.</param>
    public static FeatureLogWriter Open(string folder, FeatureLogOptions options, TimeProvider time) =>
        Open(folder, options, time, FeatureSegmentFiles.Create);

    /// <summary>Opens a folder with files of the caller's making.</summary>
    internal static FeatureLogWriter Open(string folder, FeatureLogOptions options, TimeProvider time, Func<string, Stream> create)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        return new FeatureLogWriter(new FeatureSegmentFiles(folder, options, time, create), options);
    }

    /// <summary>Hands over a ranking's vectors; never waits for the disk.</summary>
    /// <param name="block">The vectors, which must not change any more.</param>
    /// <returns>False when they were dropped.</returns>
    /// <exception cref="ArgumentException">The block's shapes do not fit each other.</exception>
    public bool TryAdd(FeatureBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        block.RequireShape();
        var bytes = BytesOf(block);
        lock (_gate)
        {
            var isFull = _queue.Count >= _options.MaxQueuedBlocks || (_queue.Count > 0 && _queuedBytes + bytes > _options.MaxQueuedBytes);
            if (isFull || _isClosed)
            {
                Interlocked.Increment(ref _dropped);
                return false;
            }

            _queue.Enqueue(block);
            _queuedBytes += bytes;
            _added++;
            if (IsPartReady())
            {
                Monitor.PulseAll(_gate);
            }

            return true;
        }
    }

    /// <summary>Waits until everything that was added before the call is in a file, or was dropped because it could not be written.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            var target = _added;
            _flushedUpTo = Math.Max(_flushedUpTo, target);
            Monitor.PulseAll(_gate);
            while (_done < target)
            {
                Monitor.Wait(_gate);
            }
        }
    }

    /// <summary>Writes what is queued and closes the file.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
        _files.Dispose();
    }

    // Strings and object headers are counted roughly: the bound protects memory, it does not meter it.
    private static long BytesOf(FeatureBlock block) => ((long)block.Values.Length * sizeof(float)) + (block.Items.Length * 64L) + 256;

    private bool IsPartReady() => _queue.Count >= _options.BlocksPerSegmentPart || _queuedBytes >= MaxPartBytes;

    private void Run()
    {
        while (TakeBatch())
        {
            ScoreShadows();
            Group();
            foreach (var group in _groups)
            {
                Write(group);
            }

            lock (_gate)
            {
                _done += _batch.Count;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private bool TakeBatch()
    {
        _batch.Clear();
        lock (_gate)
        {
            while (!IsPartReady() && _flushedUpTo <= _done && !_isClosed)
            {
                if (!Monitor.Wait(_gate, _options.FlushInterval) && _queue.Count > 0)
                {
                    break;
                }
            }

            var bytes = 0L;
            while (_batch.Count < _options.BlocksPerSegmentPart && bytes < MaxPartBytes && _queue.TryDequeue(out var block))
            {
                _batch.Add(block);
                bytes += BytesOf(block);
            }

            _queuedBytes -= bytes;
            return _batch.Count > 0;
        }
    }

    private void ScoreShadows()
    {
        foreach (var block in _batch.Where(block => block.Shadow is not null))
        {
            try
            {
                ShadowScores.Complete(block, _shadowMatrix);
                Interlocked.Increment(ref _shadowScored);
            }
            catch (Exception failure)
            {
                // A model on trial must not cost the vectors of what serves.
                Volatile.Write(ref _lastFailure, failure.Message);
                Interlocked.Increment(ref _shadowFailed);
            }
        }
    }

    /// <summary>Parts the batch by feature lists, keeping the order within each.</summary>
    private void Group()
    {
        _groups.Clear();
        foreach (var block in _batch)
        {
            GroupOf(block.FeatureNames).Add(block);
        }
    }

    private List<FeatureBlock> GroupOf(IReadOnlyList<string> names)
    {
        foreach (var group in _groups)
        {
            if (ReferenceEquals(group[0].FeatureNames, names) || group[0].FeatureNames.SequenceEqual(names, StringComparer.Ordinal))
            {
                return group;
            }
        }

        var created = new List<FeatureBlock>();
        _groups.Add(created);
        return created;
    }

    private void Write(List<FeatureBlock> blocks)
    {
        try
        {
            Interlocked.Add(ref _bytes, _files.Append(blocks));
            Interlocked.Add(ref _written, blocks.Count);
        }
        catch (Exception failure)
        {
            // Losing vectors is allowed, losing the thread is not: the next part tries a new file.
            Volatile.Write(ref _lastFailure, failure.Message);
            Interlocked.Add(ref _dropped, blocks.Count);
        }
    }
}
