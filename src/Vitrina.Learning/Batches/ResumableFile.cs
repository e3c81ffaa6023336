using System.IO.Compression;
using System.Text.Json;
using Vitrina.Kernels.Files;

namespace Vitrina.Learning.Batches;

/// <summary>How far a batch has come: what stands beside its unfinished file.</summary>
/// <param name="Key">What the batch is made from; another key begins anew.</param>
/// <param name="Done">How many users are answered.</param>
/// <param name="Bytes">How long the unfinished file is with them.</param>
public sealed record BatchProgress(string Key, int Done, long Bytes);

/// <summary>A file that is written in parts, each of them durable before it counts: a killed run goes on after the last one, without gaps or duplicates.</summary>
/// <remarks>
/// Until it is finished the content stands in <c>NAME.part</c> and the progress in <c>NAME.progress</c>. With <c>.gz</c> each part is a member of its
/// own; gzip readers join them.
/// </remarks>
public sealed class ResumableFile : IDisposable
{
    private readonly string _path;
    private readonly FileStream _stream;
    private readonly bool _isCompressed;
    private readonly string _key;
    private bool _isFinished;

    private ResumableFile(string path, FileStream stream, string key, int done) =>
        (_path, _stream, _key, Done, _isCompressed) = (path, stream, key, done, path.EndsWith(".gz", StringComparison.Ordinal));

    /// <summary>How many users an earlier run has answered.</summary>
    public int Done { get; private set; }

    /// <summary>What the part before it left behind, or null.</summary>
    public static BatchProgress? ProgressOf(string path)
    {
        try
        {
            return File.Exists(path + ".progress") && File.Exists(path + ".part") ? JsonSerializer.Deserialize<BatchProgress>(File.ReadAllBytes(path + ".progress")) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Opens the file, at the end of what an earlier run with the same key left.</summary>
    public static ResumableFile Open(string path, string key)
    {
        ArgumentNullException.ThrowIfNull(path);
        var known = ProgressOf(path) is { } progress && progress.Key == key && new FileInfo(path + ".part").Length >= progress.Bytes ? progress : null;
        var stream = new FileStream(path + ".part", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1 << 16);
        stream.SetLength(known?.Bytes ?? 0);
        stream.Position = stream.Length;
        return new ResumableFile(path, stream, key, known?.Done ?? 0);
    }

    /// <summary>Appends a part; durable when it returns.</summary>
    /// <param name="part">The bytes.</param>
    /// <param name="users">How many users it answers.</param>
    public void Append(ReadOnlySpan<byte> part, int users)
    {
        if (_isCompressed)
        {
            using var gzip = new GZipStream(_stream, CompressionLevel.Fastest, leaveOpen: true);
            gzip.Write(part);
        }
        else
        {
            _stream.Write(part);
        }

        _stream.Flush(flushToDisk: true);
        Done += users;
        var content = JsonSerializer.SerializeToUtf8Bytes(new BatchProgress(_key, Done, _stream.Length));
        AtomicFile.Write(_path + ".progress", stream => stream.Write(content));
    }

    /// <summary>Gives the file its name.</summary>
    public void Finish()
    {
        _isFinished = true;
        _stream.Dispose();
        File.Move(_path + ".part", _path, overwrite: true);
        File.Delete(_path + ".progress");
    }

    /// <summary>Closes the file; without <see cref="Finish"/> it can be gone on with.</summary>
    public void Dispose()
    {
        if (!_isFinished)
        {
            _stream.Dispose();
        }
    }
}
