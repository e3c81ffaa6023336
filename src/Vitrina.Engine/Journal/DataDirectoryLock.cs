using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Vitrina.Kernels.Files;

namespace Vitrina.Engine.Journal;

/// <summary>Who holds a data directory.</summary>
/// <param name="ProcessId">The process that holds it.</param>
/// <param name="Url">Where it answers requests; null while it does not (yet).</param>
public sealed record LockHolder(int ProcessId, Uri? Url);

/// <summary>
/// The right to write to a data directory: one process at a time. The operating system releases it when the process ends, however it ends.
/// </summary>
/// <remarks>A command that finds a running server becomes its client: see <see cref="Announce"/>.</remarks>
public sealed class DataDirectoryLock : IDisposable
{
    private const string LockName = "vitrina.lock";
    private const string HolderName = "server.json";

    private readonly string _holderFile;
    private readonly FileStream _lock;
    private bool _isDisposed;

    private DataDirectoryLock(string holderFile, FileStream held)
    {
        _holderFile = holderFile;
        _lock = held;
    }

    /// <summary>Takes the lock of a directory, which is created when it is absent.</summary>
    /// <param name="dataDirectory">The directory.</param>
    /// <param name="taken">The lock, to be kept until nothing is written any more.</param>
    /// <param name="holder">Who holds it otherwise; null in the moment before it has announced itself.</param>
    /// <exception cref="UnauthorizedAccessException">The directory may not be written to.</exception>
    public static bool TryAcquire(string dataDirectory, [NotNullWhen(true)] out DataDirectoryLock? taken, out LockHolder? holder)
    {
        Directory.CreateDirectory(dataDirectory);
        string holderFile = Path.Combine(dataDirectory, HolderName);
        string lockFile = Path.Combine(dataDirectory, LockName);
        FileStream held;
        try
        {
            held = new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(lockFile))
        {
            taken = null;
            holder = ReadHolder(holderFile);
            return false;
        }

        taken = new DataDirectoryLock(holderFile, held);
        holder = null;
        try
        {
            taken.Write(null);
        }
        catch
        {
            held.Dispose();
            throw;
        }

        return true;
    }

    /// <summary>Tells others where this process answers.</summary>
    public void Announce(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Write(url);
    }

    /// <summary>Gives the directory free.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        File.Delete(_holderFile);
        _lock.Dispose();
    }

    private static LockHolder? ReadHolder(string holderFile)
    {
        try
        {
            return JsonSerializer.Deserialize<LockHolder>(File.ReadAllBytes(holderFile), JsonSerializerOptions.Web);
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException)
        {
            return null;
        }
    }

    private void Write(Uri? url) => AtomicFile.WriteAllBytes(
        _holderFile, JsonSerializer.SerializeToUtf8Bytes(new LockHolder(Environment.ProcessId, url), JsonSerializerOptions.Web));
}
