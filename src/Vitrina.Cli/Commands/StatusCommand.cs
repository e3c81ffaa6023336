using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrina.Engine;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina status</c>: what an installation holds and how it is, from its server or from its files.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var data = EngineAccess.DataOption();
        var json = EngineAccess.JsonOption();
        var command = new Command("status", "What an installation holds and how it is. Example: vitrina status --json") { data, json };
        command.SetAction((parsed, cancellation) => RunAsync(new DataDirectory(Path.GetFullPath(parsed.GetValue(data)!)), new Terminal(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(DataDirectory data, Terminal terminal, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(data.Journal))
        {
            throw new UsageException($"there is no installation in '{data.Root}'");
        }

        JsonObject status;
        if (RunningServer.Find(data) is { } server)
        {
            using var client = RunningServer.Client(server);
            using var response = await client.GetAsync(new Uri("v1/status", UriKind.Relative), cancellationToken);
            await RunningServer.RequireSuccessAsync(response, cancellationToken);
            status = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!.AsObject();
            status["server"] = server.ToString();
        }
        else
        {
            await using var runtime = EngineAccess.Start(data.Root);
            status = JsonSerializer.SerializeToNode(runtime.Status(), Terminal.JsonOptions)!.AsObject();
        }

        terminal.Result(status, () =>
        {
            foreach (var (name, value) in status)
            {
                Console.Out.WriteLine($"{name,-24} {(value is JsonValue ? value.ToString() : value?.ToJsonString() ?? "-")}");
            }
        });
        return 0;
    }
}
