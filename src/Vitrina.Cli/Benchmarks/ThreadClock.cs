using System.Runtime.InteropServices;

namespace Vitrina.Cli.Benchmarks;

/// <summary>What one thread has computed so far: time in which others had the processor does not count.</summary>
internal static class ThreadClock
{
    private const int ThreadProcessorTime = 3;

    /// <summary>The calling thread's processor time, milliseconds; null where the system has no such clock.</summary>
    public static double? Milliseconds() =>
        OperatingSystem.IsLinux() && Read(ThreadProcessorTime, out var time) == 0 ? (time.Seconds * 1e3) + (time.Nanoseconds / 1e6) : null;

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int Read(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
