using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Vitrina.Cli.Benchmarks;

/// <summary>What a peer measured.</summary>
/// <param name="Figures">Its own figures, such as <c>train_seconds</c>.</param>
/// <param name="Scores">Scores of the test rows.</param>
internal sealed record PeerResult(JsonObject Figures, float[] Scores);

/// <summary>Runs peers of the Python world on the same data, when they are installed.</summary>
internal static class PythonPeer
{
    /// <summary>Names a Python to be tried first.</summary>
    public const string PythonVariable = "VITRINA_PYTHON";

    private const string TreesScript = "peers/gradient_boosting.py";
    private const string FactorsScript = "peers/factors.py";

    /// <summary>A Python that can import a module; null when there is none.</summary>
    public static string? WithModule(string module)
    {
        foreach (var python in new[] { Environment.GetEnvironmentVariable(PythonVariable), "python3", "/usr/bin/python3" })
        {
            if (!string.IsNullOrEmpty(python) && Run(python, ["-c", $"import {module}, numpy"]) is { ExitCode: 0 })
            {
                return python;
            }
        }

        return null;
    }

    /// <summary>Trains and scores.</summary>
    /// <param name="python">The Python.</param>
    /// <param name="method"><c>xgboost</c> or <c>sklearn</c>.</param>
    /// <param name="folder">A folder with the rows, as <see cref="Write"/> leaves them.</param>
    /// <param name="options">What the script is told.</param>
    /// <returns>The result, or why there is none.</returns>
    public static (PeerResult? Result, string Why) Train(string python, string method, string folder, JsonObject options)
    {
        var (figures, why) = RunScript(python, TreesScript, folder, [method, folder, options.ToJsonString()]);
        return figures is null ? (null, why) : (new PeerResult(figures, ReadFloats(Path.Combine(folder, "scores.f32"))), "");
    }

    /// <summary>Trains factors on the interactions in a folder; leaves <c>users.f32</c> and <c>items.f32</c> there.</summary>
    /// <returns>The figures, or why there are none.</returns>
    public static (JsonObject? Figures, string Why) TrainFactors(string python, string folder, JsonObject options)
        => RunScript(python, FactorsScript, folder, [folder, options.ToJsonString()]);

    private static (JsonObject? Figures, string Why) RunScript(string python, string resource, string folder, IReadOnlyList<string> arguments)
    {
        var script = Path.Combine(folder, "peer.py");
        File.WriteAllText(script, Resources.ReadEmbedded(resource));
        var outcome = Run(python, [script, .. arguments]);
        return outcome is not { ExitCode: 0 }
            ? (null, outcome?.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? $"'{python}' does not start")
            : (JsonNode.Parse(outcome.Value.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1])!.AsObject(), "");
    }

    /// <summary>Writes one part of the rows for the script.</summary>
    public static void Write(string folder, string part, Action<Stream> rows, ReadOnlySpan<float> labels, ReadOnlySpan<int> listStarts)
    {
        using (var stream = File.Create(Path.Combine(folder, $"{part}_x.f32")))
        {
            rows(stream);
        }

        File.WriteAllBytes(Path.Combine(folder, $"{part}_y.f32"), MemoryMarshal.AsBytes(labels));
        var sizes = new int[listStarts.Length - 1];
        for (var list = 0; list < sizes.Length; list++)
        {
            sizes[list] = listStarts[list + 1] - listStarts[list];
        }

        File.WriteAllBytes(Path.Combine(folder, $"{part}_groups.i32"), MemoryMarshal.AsBytes(sizes.AsSpan()));
    }

    /// <summary>Reads a file of little-endian floats.</summary>
    public static float[] ReadFloats(string path) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray();

    /// <summary>A figure of a result; NaN when the peer does not have it.</summary>
    public static double Figure(this PeerResult result, string key)
        => result.Figures[key] is { } value && value.GetValueKind() == JsonValueKind.Number ? (double)value : double.NaN;

    private static (int ExitCode, string Output, string Error)? Run(string python, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(python) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // One thread, also for the libraries below the peer.
        start.Environment["OMP_NUM_THREADS"] = 1.ToString(CultureInfo.InvariantCulture);
        try
        {
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.GetAwaiter().GetResult());
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
