using System.CommandLine;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrina.Api.Offers;
using Vitrina.Engine;

namespace Vitrina.Cli;

/// <summary>How commands about offers reach an installation: through its server, or through its files when none runs.</summary>
internal static class OffersAccess
{
    private static readonly TimeSpan s_askAgain = TimeSpan.FromMilliseconds(200);

    /// <summary>The option that names a vertical.</summary>
    public static Option<string?> VerticalOption() => new("--vertical", "-v") { Description = "The vertical; absent: every one that keeps statistics of offers." };

    /// <summary>The vertical that is meant where only one can be.</summary>
    public static Option<string> OneVerticalOption() => new("--vertical", "-v") { Description = "The vertical.", DefaultValueFactory = _ => "goods" };

    /// <summary>The installation of a folder.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static DataDirectory DataOf(string path)
    {
        var data = new DataDirectory(Path.GetFullPath(path));
        return Directory.Exists(data.Journal) ? data : throw new UsageException($"there is no installation in '{data.Root}'; start one with: vitrina import or vitrina demo --data {data.Root}");
    }

    /// <summary>Asks the server, or does it here.</summary>
    /// <param name="data">The installation.</param>
    /// <param name="method">How the server is asked.</param>
    /// <param name="path">What it is asked.</param>
    /// <param name="body">The request's body; null = none.</param>
    /// <param name="here">What is done without a server.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<JsonNode> AskAsync(DataDirectory data, HttpMethod method, string path, string? body, Func<EngineRuntime, Task<JsonNode>> here, CancellationToken cancellationToken)
    {
        if (RunningServer.Find(data) is not { } server)
        {
            await using var runtime = EngineAccess.Start(data.Root, ServerConfiguration.Read(data.Root, null).Engine);
            return await here(runtime);
        }

        using var client = RunningServer.Client(server);
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var response = await client.SendAsync(request, cancellationToken);
        await RunningServer.RequireSuccessAsync(response, cancellationToken);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
    }

    /// <summary>What was made here, as the server would say it.</summary>
    public static JsonNode Node<T>(T value) => JsonSerializer.SerializeToNode(value, Terminal.JsonOptions)!;

    /// <summary>Runs a step of the life cycle: as a job of the server, or here.</summary>
    /// <returns><c>{"verticals": […]}</c>.</returns>
    public static async Task<JsonNode> StepAsync(DataDirectory data, string kind, string? vertical, CancellationToken cancellationToken)
    {
        var options = vertical is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["vertical"] = vertical };
        if (RunningServer.Find(data) is not { } server)
        {
            await using var runtime = EngineAccess.Start(data.Root, ServerConfiguration.Read(data.Root, null).Engine);
            return JsonNode.Parse((await OffersJobs.RunAsync(runtime, kind, options, Environment.UserName, cancellationToken)).GetRawText())!;
        }

        using var client = RunningServer.Client(server);
        using var started = await client.PostAsJsonAsync("v1/jobs", new { kind, options }, cancellationToken);
        await RunningServer.RequireSuccessAsync(started, cancellationToken);
        var job = JsonNode.Parse(await started.Content.ReadAsStringAsync(cancellationToken))!;
        while ((string?)job["state"] is "queued" or "running")
        {
            await Task.Delay(s_askAgain, cancellationToken);
            using var response = await client.GetAsync(new Uri($"v1/jobs/{job["id"]}", UriKind.Relative), cancellationToken);
            await RunningServer.RequireSuccessAsync(response, cancellationToken);
            job = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
        }

        return (string?)job["state"] == "done" ? job["result"]!.DeepClone() : throw new HttpRequestException($"job {job["id"]}: {job["error"] ?? job["state"]}");
    }
}
