using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Vitrina.Cli.Benchmarks;

/// <summary>hnswlib, compiled on the spot where its header and g++ are installed; it waits while others measure.</summary>
internal sealed class HnswlibPeer : IDisposable
{
    private const string Source = "peers/hnswlib.cpp";

    private readonly Process _process;

    private HnswlibPeer(Process process, double buildSeconds, double bytesPerVector)
    {
        _process = process;
        BuildSeconds = buildSeconds;
        BytesPerVector = bytesPerVector;
    }

    /// <summary>Seconds that it took to insert all vectors.</summary>
    public double BuildSeconds { get; }

    /// <summary>Memory per vector, links included.</summary>
    public double BytesPerVector { get; }

    /// <summary>Compiles the peer; the program's path, or why there is none.</summary>
    public static (string? Program, string Why) Compile(string folder)
    {
        var (source, program) = (Path.Combine(folder, "hnswlib.cpp"), Path.Combine(folder, "hnswlib-peer"));
        File.WriteAllText(source, Resources.ReadEmbedded(Source));
        try
        {
            using var compiler = Start("g++", ["-O3", "-march=native", "-std=c++17", source, "-o", program]);
            var error = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            return compiler.ExitCode == 0
                ? (program, "")
                : (null, error.Contains("hnswlib/hnswlib.h", StringComparison.Ordinal) ? "hnswlib/hnswlib.h is not installed" : $"g++ ended with code {compiler.ExitCode}");
        }
        catch (Win32Exception)
        {
            return (null, "g++ is not installed");
        }
    }

    /// <summary>Starts the peer and waits until it has built.</summary>
    /// <param name="program">What <see cref="Compile"/> made.</param>
    /// <param name="folder">The folder with the vectors.</param>
    /// <param name="dimension">Numbers in a vector.</param>
    /// <param name="m">Links.</param>
    /// <param name="efConstruction">Beam while building.</param>
    public static HnswlibPeer Build(string program, string folder, int dimension, int m, int efConstruction)
    {
        var process = Start(program, [folder, .. new[] { dimension, m, efConstruction }.Select(number => number.ToString(CultureInfo.InvariantCulture))]);
        var figures = ReadFigures(process);
        return new HnswlibPeer(process, figures[0], figures[1]);
    }

    /// <summary>One pass over the queries.</summary>
    public (double Recall, double QueriesPerSecond) Search(int ef)
    {
        _process.StandardInput.WriteLine(ef.ToString(CultureInfo.InvariantCulture));
        _process.StandardInput.Flush();
        var figures = ReadFigures(_process);
        return (figures[0], figures[1]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static double[] ReadFigures(Process process)
        => process.StandardOutput.ReadLine() is { } line
            ? [.. line.Split(' ').Select(part => double.Parse(part, CultureInfo.InvariantCulture))]
            : throw new InvalidOperationException($"the hnswlib peer stopped: {process.StandardError.ReadToEnd()}");

    private static Process Start(string program, IEnumerable<string> arguments)
        => Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
}
