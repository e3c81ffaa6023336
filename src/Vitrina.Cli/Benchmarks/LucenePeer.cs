using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Vitrina.Cli.Benchmarks;

/// <summary>Lucene 4.10 in a process of its own, when Java and Lucene's libraries are installed; told when to run, so that it takes turns with the engine.</summary>
internal sealed class LucenePeer : IDisposable
{
    /// <summary>Names the folder of the libraries; absent: where Debian puts them.</summary>
    public const string LibrariesVariable = "VITRINA_LUCENE";

    private const string Source = "peers/LucenePeer.java";
    private static readonly string[] s_libraries = ["lucene-core-4.10", "lucene-analyzers-common-4.10"];

    private readonly Process _process;

    private LucenePeer(Process process, JsonObject figures) => (_process, Figures) = (process, figures);

    /// <summary>What building cost: <c>build_seconds</c> and <c>bytes_per_doc</c>.</summary>
    public JsonObject Figures { get; }

    /// <summary>Builds the peer's index over the titles.</summary>
    /// <param name="request">The data.</param>
    /// <param name="folder">An empty folder for its files.</param>
    /// <returns>The peer, or why there is none.</returns>
    public static (LucenePeer? Peer, string Why) Start(TextRequest request, string folder)
    {
        var libraries = Environment.GetEnvironmentVariable(LibrariesVariable) ?? "/usr/share/java";
        var jars = s_libraries.Select(name => Directory.Exists(libraries) ? Directory.GetFiles(libraries, name + "*.jar").FirstOrDefault() : null).ToArray();
        if (Array.IndexOf(jars, null) is >= 0 and var missing)
        {
            return (null, $"no {s_libraries[missing]}*.jar in {libraries}; {LibrariesVariable} names another folder");
        }

        var source = Path.Combine(folder, "LucenePeer.java");
        File.WriteAllText(source, Resources.ReadEmbedded(Source));
        var start = new ProcessStartInfo("java") { RedirectStandardInput = true, RedirectStandardOutput = true };
        string[] arguments =
        [
            "-cp", string.Join(Path.PathSeparator, jars), source, request.Dataset, Path.Combine(folder, "index"), request.Titles.ToString(CultureInfo.InvariantCulture),
            TextBenchmark.K1.ToString(CultureInfo.InvariantCulture), TextBenchmark.B.ToString(CultureInfo.InvariantCulture),
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            var process = Process.Start(start)!;
            if (process.StandardOutput.ReadLine() is { } figures)
            {
                return (new LucenePeer(process, JsonNode.Parse(figures)!.AsObject()), "");
            }

            process.WaitForExit();
            return (null, $"java ended with code {process.ExitCode} (its message stands above)");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (null, "there is no java");
        }
    }

    /// <summary>One pass over the queries.</summary>
    /// <param name="mode"><c>or</c> or <c>and</c>.</param>
    public TextPass Run(string mode)
    {
        _process.StandardInput.WriteLine(mode);
        _process.StandardInput.Flush();
        var line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The Lucene process ended by itself.");
        var figures = JsonNode.Parse(line)!;
        return new TextPass((double)figures["qps"]!, (double)figures["p50_us"]!, (double)figures["p99_us"]!, (double)figures["cpu_us"]!);
    }

    /// <summary>Ends the process.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
