using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrina.Engine;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina maintain</c>: the daily maintenance, now.</summary>
internal static class MaintainCommand
{
    public static Command Create()
    {
        var data = EngineAccess.DataOption();
        var json = EngineAccess.JsonOption();
        var command = new Command("maintain", "Rewrite what erased users left in files, forget events and rankings older than the retention. Example: vitrina maintain --json") { data, json };
        command.SetAction((parsed, cancellation) => RunAsync(new DataDirectory(Path.GetFullPath(parsed.GetValue(data)!)), new Terminal(parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(DataDirectory data, Terminal terminal, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(data.Journal))
        {
            throw new UsageException($"there is no installation in '{data.Root}'");
        }

        JsonObject report;
        if (RunningServer.Find(data) is { } server)
        {
            using var client = RunningServer.Client(server);
            client.Timeout = Timeout.InfiniteTimeSpan;
            using var response = await client.PostAsync(new Uri("v1/maintenance", UriKind.Relative), null, cancellationToken);
            await RunningServer.RequireSuccessAsync(response, cancellationToken);
            report = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!.AsObject();
        }
        else
        {
            await using var runtime = EngineAccess.Start(data.Root);
            report = JsonSerializer.SerializeToNode(await runtime.MaintainAsync(cancellationToken), Terminal.JsonOptions)!.AsObject();
        }

        terminal.Result(report, () =>
        {
            foreach (var (name, value) in report)
            {
                Console.Out.WriteLine($"{name,-24} {value?.ToString() ?? "-"}");
            }
        });
        return 0;
    }
}
