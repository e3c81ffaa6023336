using System.Diagnostics;
using System.Text;

namespace Vitrina.JourneyTests.Running;

/// <summary>A running <c>vitrina serve</c> in a process of its own.</summary>
internal sealed class VitrinaServer : IAsyncDisposable
{
    private const int SigTerm = 15;
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(40);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<Uri> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private VitrinaServer(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Take(_errors, line.Data);
        process.Exited += (_, _) => _started.TrySetException(new InvalidOperationException("the server ended before it served"));
    }

    /// <summary>Where it serves.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>Its process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>A client of it.</summary>
    public ApiClient Api { get; private set; } = null!;

    public string Output => Read(_output);

    public string Errors => Read(_errors);

    /// <summary>Starts a server on a free port and waits until it serves.</summary>
    public static async Task<VitrinaServer> StartAsync(string data, params string[] more)
    {
        var start = CommandLine.Prepare(CommandLine.Binary, ["serve", "--data", data, "--url", "http://127.0.0.1:0", .. more]);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var server = new VitrinaServer(process);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            server.Address = await server._started.Task.WaitAsync(LongestStart);
        }
        catch (Exception exception) when (exception is InvalidOperationException or TimeoutException)
        {
            server.Kill();
            throw new InvalidOperationException($"{exception.Message}\n{server.Output}\n{server.Errors}");
        }

        server.Api = new ApiClient(server.Address);
        return server;
    }

    private void Take(StringBuilder to, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (to)
        {
            to.AppendLine(line);
        }

        var at = line.IndexOf("serves http", StringComparison.Ordinal);
        if (at >= 0)
        {
            _started.TrySetResult(new Uri(line[(at + "serves ".Length)..].Split(' ')[0]));
        }
    }

    private static string Read(StringBuilder from)
    {
        lock (from)
        {
            return from.ToString();
        }
    }

    /// <summary>Ends it as a power cut would: no handler runs.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
    }

    /// <summary>Asks it to stop, as a service manager would.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", [$"-{SigTerm}", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        using var limit = new CancellationTokenSource(LongestStop);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        Api?.Dispose();
        _process.Dispose();
        return ValueTask.CompletedTask;
    }
}
