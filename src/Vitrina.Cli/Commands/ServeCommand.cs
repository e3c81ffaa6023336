using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Vitrina.Api;
using Vitrina.Api.Jobs;
using Vitrina.Engine;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina serve</c>: the HTTP API over a data directory.</summary>
internal static class ServeCommand
{
    private const string TimeHeader = "Vitrina-Time";

    public static Command Create()
    {
        var data = EngineAccess.DataOption();
        var url = new Option<string?>("--url") { Description = "Where to listen; absent: the option Api:Url, by default http://127.0.0.1:5080." };
        var clock = new Option<string>("--clock") { Description = "system, or driven: time stands still until a request's Vitrina-Time header moves it (simulation).", DefaultValueFactory = _ => "system" };
        clock.AcceptOnlyFromAmong("system", "driven");
        var command = new Command("serve", "Serve the HTTP API. Example: vitrina serve --data data --url http://127.0.0.1:5080") { data, url, clock };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(data)!, parsed.GetValue(url), parsed.GetValue(clock) == "driven", false, null, cancellation));
        return command;
    }

    /// <summary>Serves until the process is asked to stop.</summary>
    /// <param name="directory">The data directory.</param>
    /// <param name="url">Where to listen; port 0 takes a free one.</param>
    /// <param name="isDriven">True: requests move the clock.</param>
    /// <param name="isQuiet">True says nothing on the output.</param>
    /// <param name="started">Called once the service answers, with its address and what stops it.</param>
    /// <param name="cancellationToken">Stops serving.</param>
    public static async Task<int> RunAsync(string directory, string? url, bool isDriven, bool isQuiet, Func<Uri, Action, Task>? started, CancellationToken cancellationToken)
    {
        var clock = isDriven ? new DrivenClock(DateTimeOffset.UnixEpoch) : null;
        var configuration = ServerConfiguration.Read(directory, url);
        await using var runtime = EngineAccess.Start(directory, configuration.Engine, clock);
        clock?.AdvanceTo(DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, runtime.Journal.LastRecordedAtMs)));
        foreach (var sentence in runtime.Recovery)
        {
            await Console.Error.WriteLineAsync($"recovered: {sentence}");
        }

        await using var app = ApiHost.Build(runtime, configuration.Api, new JobLauncher(["train", "backtest"], job => Launch(directory, job)));
        if (clock is not null)
        {
            app.Use(async (context, next) =>
            {
                if (context.Request.Headers.TryGetValue(TimeHeader, out var text)
                    && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
                {
                    clock.AdvanceTo(time);
                }

                await next(context);
            });
        }

        app.MapPost(Imports.Route, async (ImportRequest request, CancellationToken cancellation) =>
            Results.Json(await Imports.RunAsync(runtime, new DataDirectory(Path.GetFullPath(directory)), request, null, cancellation))).ExcludeFromDescription();
        await app.StartAsync(cancellationToken);
        var address = new Uri(app.Urls.First());
        runtime.Announce(address);
        if (!isQuiet)
        {
            Console.Out.WriteLine($"Vitrina serves {address} from {Path.GetFullPath(directory)}");
        }

        using var stop = cancellationToken.Register(app.Lifetime.StopApplication);
        if (started is not null)
        {
            await started(address, app.Lifetime.StopApplication);
        }

        await app.WaitForShutdownAsync(CancellationToken.None);
        return 0;
    }

    // The same binary does the work, in a process of its own and at low priority, so that serving keeps its latency.
    private static ProcessStartInfo Launch(string directory, JobRequest job)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "vitrina.dll"));
        }

        start.ArgumentList.Add(job.Kind);
        start.ArgumentList.Add("--data");
        start.ArgumentList.Add(Path.GetFullPath(directory));
        start.ArgumentList.Add("--json");
        foreach (var (name, value) in job.Options)
        {
            start.ArgumentList.Add($"--{name}");
            start.ArgumentList.Add(value);
        }

        return start;
    }
}
