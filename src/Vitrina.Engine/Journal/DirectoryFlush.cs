using System.Runtime.InteropServices;

namespace Vitrina.Engine.Journal;

/// <summary>Makes the creation, renaming or removal of files durable.</summary>
internal static class DirectoryFlush
{
    /// <summary>Flushes a directory's entries to the disk. Nothing to do on Windows, where the file system journals them.</summary>
    /// <exception cref="IOException">The operating system refused.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = open(folder, flags: 0);
        if (descriptor < 0)
        {
            throw new IOException($"{folder} could not be opened to be flushed (errno {Marshal.GetLastPInvokeError()}).");
        }

        int result = fsync(descriptor);
        int error = Marshal.GetLastPInvokeError();
        _ = close(descriptor);
        if (result != 0)
        {
            throw new IOException($"{folder} could not be flushed to the disk (errno {error}).");
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);
}
