using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Vitrina.JourneyTests.Running;

/// <summary>What a finished command line said.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Errors, double Seconds)
{
    /// <summary>The output as exactly one JSON document.</summary>
    public JsonElement Json()
    {
        using var document = JsonDocument.Parse(Output);
        return document.RootElement.Clone();
    }

    /// <summary>Fails with everything that was said unless the exit code is the expected one.</summary>
    public Outcome Expect(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode} instead of {exitCode}\n{Output}\n{Errors}");
        return this;
    }
}

/// <summary>Runs the built <c>vitrina</c>, as a person or a script would.</summary>
internal static class CommandLine
{
    private const int LongestMinutes = 5;

    /// <summary>The binary that was built beside the tests.</summary>
    public static string Binary { get; } = FindBinary();

    private static string FindBinary()
    {
        // artifacts/bin/Vitrina.JourneyTests/release → artifacts/bin/Vitrina.Cli/release
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var binary = Path.Combine(own.Parent!.Parent!.FullName, "Vitrina.Cli", own.Name, OperatingSystem.IsWindows() ? "vitrina.exe" : "vitrina");
        return File.Exists(binary) ? binary : throw new FileNotFoundException($"'{binary}' is not built.");
    }

    /// <summary>A process that is not started yet, with its output read.</summary>
    public static ProcessStartInfo Prepare(string binary, params string[] arguments)
    {
        var start = new ProcessStartInfo(binary, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("VITRINA_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        return start;
    }

    /// <summary>Runs a command line to its end.</summary>
    public static Task<Outcome> RunAsync(params string[] arguments) => RunAsync(Prepare(Binary, arguments));

    /// <summary>Runs a process to its end; one that takes minutes too long is ended and fails.</summary>
    public static async Task<Outcome> RunAsync(ProcessStartInfo start)
    {
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(LongestMinutes));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"'{string.Join(' ', start.ArgumentList)}' did not end in {LongestMinutes} minutes\n{await output}\n{await errors}");
        }

        return new Outcome(process.ExitCode, await output, await errors, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }
}

/// <summary>Waits for what can be observed, up to a deadline.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Asks again and again until the answer is there.</summary>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    public static async Task<T> GetAsync<T>(string what, TimeSpan within, Func<Task<T?>> ask)
        where T : class
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await ask() is { } answer)
            {
                return answer;
            }

            if (Stopwatch.GetElapsedTime(began) > within)
            {
                throw new TimeoutException($"{what}: not within {within.TotalSeconds} s");
            }

            await Task.Delay(Pause);
        }
    }

    /// <summary>Asks again and again until it is so.</summary>
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> IsAsync(string what, TimeSpan within, Func<Task<bool>> ask)
    {
        var began = Stopwatch.GetTimestamp();
        await GetAsync(what, within, async () => await ask() ? what : null);
        return Stopwatch.GetElapsedTime(began);
    }
}

/// <summary>Figures that a journey measured: always printed.</summary>
internal static class Figures
{
    public static void Print(string text)
    {
        Console.Out.WriteLine($"    {text}");
        TestContext.Current.TestOutputHelper?.WriteLine(text);
    }
}
