namespace Vitrina.Engine.Ranking.Recording;

/// <summary>The files that feature vectors are appended to: a new one per day and size, old ones deleted.</summary>
/// <remarks>Not for concurrent use.</remarks>
internal sealed class FeatureSegmentFiles : IDisposable
{
    private readonly string _folder;
    private readonly FeatureLogOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<string, Stream> _create;
    private readonly FeaturePartWriter _parts = new();
    private Stream? _file;
    private DateTime _fileDay;
    private long _fileBytes;

    public FeatureSegmentFiles(string folder, FeatureLogOptions options, TimeProvider time, Func<string, Stream> create)
    {
        (_folder, _options, _time, _create) = (folder, options, time, create);
        Directory.CreateDirectory(folder);
        DeleteOld();
    }

    /// <summary>Opens a new file; its bytes go to the system with each part.</summary>
    public static Stream Create(string path) => new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0);

    /// <summary>Appends rankings with the same features as one part.</summary>
    /// <returns>The bytes that were written.</returns>
    public long Append(List<FeatureBlock> blocks)
    {
        var part = _parts.Write(blocks);
        var headerBytes = Rotate();
        try
        {
            _file!.Write(part.Span);
        }
        catch
        {
            // What follows a torn part goes to a file of its own.
            Close();
            throw;
        }

        _fileBytes += part.Length;
        return headerBytes + part.Length;
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private int Rotate()
    {
        var today = _time.GetUtcNow().UtcDateTime.Date;
        if (_file is not null && _fileDay == today && _fileBytes < _options.SegmentBytes)
        {
            return 0;
        }

        Close();
        DeleteOld();
        var startMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        while (File.Exists(FeatureLogFormat.PathOf(_folder, startMs)))
        {
            startMs++;
        }

        Span<byte> header = stackalloc byte[FeatureLogFormat.HeaderBytes];
        FeatureLogFormat.WriteHeader(header, startMs);
        _file = _create(FeatureLogFormat.PathOf(_folder, startMs));
        _fileDay = today;
        _fileBytes = header.Length;
        try
        {
            _file.Write(header);
        }
        catch
        {
            Close();
            throw;
        }

        return header.Length;
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    private void DeleteOld()
    {
        // A file is of one day, so its youngest vector is younger than its start by a day at most.
        var oldestStartMs = _time.GetUtcNow().AddDays(-_options.RetentionDays - 1).ToUnixTimeMilliseconds();
        foreach (var (startMs, path) in FeatureLogFormat.FilesIn(_folder))
        {
            if (startMs < oldestStartMs)
            {
                File.Delete(path);
            }
        }
    }
}
