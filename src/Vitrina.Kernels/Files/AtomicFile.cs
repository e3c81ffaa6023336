using System.Runtime.InteropServices;
using System.Text;

namespace Vitrina.Kernels.Files;

/// <summary>Replaces files as a whole: after a crash at any moment the path holds the old content or the new one, never a mixture.</summary>
/// <remarks>Temporary file in the same folder, fsync, rename, fsync of the folder. Writers of one path must not run side by side in several processes.</remarks>
public static partial class AtomicFile
{
    private const int BufferBytes = 1 << 17;
    private const int OpenReadOnlyCloseOnExec = 0x80000; // O_RDONLY | O_CLOEXEC, the same on every Linux architecture .NET runs on
    private const int InvalidArgument = 22; // EINVAL: the file system cannot sync folders
    private const int Interrupted = 4; // EINTR
    private static long s_sequence;

    /// <summary>Writes the file with what <paramref name="write"/> puts into the stream; on an exception the old file stays.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        var fullPath = Path.GetFullPath(path);
        var temporary = $"{fullPath}.{Environment.ProcessId}-{Interlocked.Increment(ref s_sequence)}.tmp";
        try
        {
            // An abandoned temporary file of a crashed process may bear this name: it is overwritten.
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, fullPath, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        SyncFolder(Path.GetDirectoryName(fullPath)!);
    }

    /// <summary>Writes the bytes as the file's whole content.</summary>
    public static void WriteAllBytes(string path, ReadOnlyMemory<byte> bytes) => Write(path, stream => stream.Write(bytes.Span));

    /// <summary>Writes the text, in UTF-8 without a byte order mark, as the file's whole content.</summary>
    public static void WriteAllText(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        WriteAllBytes(path, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Makes created, renamed and deleted names in a folder survive a power failure; does nothing where only Linux semantics would help.</summary>
    /// <exception cref="IOException">The system reports a failure.</exception>
    public static void SyncFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        var descriptor = Open(folder, OpenReadOnlyCloseOnExec);
        if (descriptor < 0)
        {
            throw new IOException($"{folder}: the folder cannot be opened (error {Marshal.GetLastPInvokeError()}).");
        }
        try
        {
            while (FileSync(descriptor) != 0)
            {
                var error = Marshal.GetLastPInvokeError();
                if (error == InvalidArgument)
                {
                    return;
                }
                if (error != Interrupted)
                {
                    throw new IOException($"{folder}: the folder cannot be made durable (error {error}).");
                }
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FileSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
