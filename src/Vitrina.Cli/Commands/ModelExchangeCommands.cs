using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrina.Engine;
using Vitrina.Engine.Models.Registry;
using Vitrina.Learning.Publishing;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina models push</c> and <c>pull</c>: versions to and from an MLflow tracking server.</summary>
internal static class ModelExchangeCommands
{
    private const string ServerVariable = "MLFLOW_TRACKING_URI";

    public static IEnumerable<Command> All() => [Push(), Pull()];

    private static Option<string?> Server() => new("--mlflow") { Description = $"The tracking server, such as http://mlflow:5000; absent: the variable {ServerVariable}." };

    private static Command Push()
    {
        var (data, json, server) = (EngineAccess.DataOption(), EngineAccess.JsonOption(), Server());
        var id = new Argument<string>("id") { Description = "name/version." };
        var experiment = new Option<string?>("--experiment") { Description = "The experiment that its run belongs to; absent: the model's name." };
        var alias = new Option<string?>("--alias") { Description = "A further alias of the registered version, such as champion." };
        var command = new Command("push", "Register a version with an MLflow tracking server: figures, files, alias. Example: vitrina models push goods-search/1200-1 --mlflow http://mlflow:5000")
        {
            id, server, experiment, alias, data, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var models = new ModelFolder(new DataDirectory(Path.GetFullPath(parsed.GetValue(data)!)).Models);
            var manifest = ModelsCommand.Find(models, parsed.GetValue(id)!);
            using var client = Client(parsed.GetValue(server));
            var exchange = new ModelExchange(client, models, TimeProvider.System);
            var terminal = new Terminal(parsed.GetValue(json));
            var pushed = await terminal.RunAsync($"Pushing {manifest.Id}", _ => exchange.PushAsync(manifest, parsed.GetValue(experiment) ?? manifest.Name, parsed.GetValue(alias), cancellation));
            terminal.Result(JsonSerializer.SerializeToNode(pushed, Terminal.JsonOptions)!, () =>
                Console.Out.WriteLine($"{manifest.Id} is version {pushed.Number} of {pushed.Model} (aliases {string.Join(", ", pushed.Aliases)}), run {pushed.RunId}."));
            return 0;
        });
        return command;
    }

    private static Command Pull()
    {
        var (data, json, server) = (EngineAccess.DataOption(), EngineAccess.JsonOption(), Server());
        var id = new Argument<string>("id") { Description = "name/version with our version or the server's number, or name@alias." };
        var command = new Command("pull", "Fetch a version from an MLflow tracking server as a candidate. Example: vitrina models pull goods-search@champion --mlflow http://mlflow:5000") { id, server, data, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (name, version, alias) = PartsOf(parsed.GetValue(id)!);
            var models = new ModelFolder(new DataDirectory(Path.GetFullPath(parsed.GetValue(data)!)).Models);
            using var client = Client(parsed.GetValue(server));
            var exchange = new ModelExchange(client, models, TimeProvider.System);
            var terminal = new Terminal(parsed.GetValue(json));
            ModelManifest manifest;
            try
            {
                manifest = await terminal.RunAsync($"Pulling {parsed.GetValue(id)}", _ => exchange.PullAsync(name, version, alias, cancellation));
            }
            catch (InvalidOperationException known)
            {
                throw new UsageException(known.Message);
            }

            terminal.Result(new JsonObject { ["model"] = manifest.Id }, () => Console.Out.WriteLine($"{manifest.Id} is a candidate. Evaluate it with: vitrina models evaluate {manifest.Id}"));
            return 0;
        });
        return command;
    }

    private static (string Name, string? Version, string? Alias) PartsOf(string id) =>
        id.Split('@') is [{ Length: > 0 } model, { Length: > 0 } alias] ? (model, null, alias)
        : id.Split('/') is [{ Length: > 0 } name, { Length: > 0 } version] ? (name, version, null)
        : throw new UsageException($"'{id}': write name/version or name@alias");

    private static MlflowClient Client(string? server)
    {
        var address = server ?? Environment.GetEnvironmentVariable(ServerVariable);
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
        {
            throw new UsageException($"--mlflow: name the tracking server, such as http://mlflow:5000, here or in {ServerVariable}");
        }

        try
        {
            return new MlflowClient(uri, Environment.GetEnvironmentVariable);
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException($"--mlflow: {wrong.Message.Split(" (Parameter", 2)[0]}");
        }
    }
}
