using System.Runtime.InteropServices;

namespace Vitrina.Learning.Evaluation;

/// <summary>The machine that a figure was measured on.</summary>
/// <param name="Processors">Logical processors that the process may use.</param>
/// <param name="OperatingSystem">The operating system's own description.</param>
/// <param name="Processor">Model of the processor; null where the system does not tell.</param>
/// <param name="Runtime">The .NET version.</param>
public sealed record BenchMachine(int Processors, string OperatingSystem, string? Processor, string Runtime)
{
    private const string ProcessorList = "/proc/cpuinfo";

    /// <summary>This machine.</summary>
    public static BenchMachine Current()
        => new(Environment.ProcessorCount, RuntimeInformation.OSDescription, ReadProcessor(), RuntimeInformation.FrameworkDescription);

    private static string? ReadProcessor()
    {
        try
        {
            foreach (string line in File.ReadLines(ProcessorList))
            {
                if (line.StartsWith("model name", StringComparison.Ordinal) && line.IndexOf(':', StringComparison.Ordinal) is > 0 and int colon)
                {
                    return line[(colon + 1)..].Trim();
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Not a Linux system, or one that hides the list: the model stays unknown.
        }

        return null;
    }
}
