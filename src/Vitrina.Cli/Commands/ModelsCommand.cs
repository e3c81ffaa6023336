using System.CommandLine;
using System.Text.Json;
using Vitrina.Engine;
using Vitrina.Engine.Models.Registry;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina models</c>: the versions of models, and which one serves.</summary>
internal static class ModelsCommand
{
    public static Command Create() => new("models", "List, show, publish, import and try model versions.")
    {
        List(), Show(), Publish(), ModelImportCommand.Create(), ModelPredictCommand.Create(),
    };

    private static Command List()
    {
        var (data, json) = (EngineAccess.DataOption(), EngineAccess.JsonOption());
        var command = new Command("list", "All versions. Example: vitrina models list") { data, json };
        command.SetAction(parsed =>
        {
            var manifests = Folder(parsed.GetValue(data)!).List();
            var terminal = new Terminal(parsed.GetValue(json));
            terminal.Result(JsonSerializer.SerializeToNode(manifests, Terminal.JsonOptions)!, () => terminal.Table(
                ["model", "surface", "objective", "label", "data until", "ndcg@10"],
                manifests.Select(manifest => (IReadOnlyList<string>)
                [
                    manifest.Id, $"{manifest.Vertical}/{manifest.Surface}", manifest.Objective, manifest.Label, $"{manifest.Data.To:yyyy-MM-dd HH:mm}",
                    manifest.Metrics.TryGetValue("ndcg@10", out var ndcg) ? $"{ndcg:0.0000}" : "-",
                ])));
            return 0;
        });
        return command;
    }

    private static Command Show()
    {
        var (id, data) = (new Argument<string>("id") { Description = "name/version." }, EngineAccess.DataOption());
        var command = new Command("show", "One version's manifest. Example: vitrina models show goods-search/1200-1") { id, data };
        command.SetAction(parsed =>
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(Find(parsed.GetValue(data)!, parsed.GetValue(id)!), Terminal.JsonOptions));
            return 0;
        });
        return command;
    }

    private static Command Publish()
    {
        var (id, data) = (new Argument<string>("id") { Description = "name/version; an older version is a rollback." }, EngineAccess.DataOption());
        var command = new Command("publish", "Let a version serve, without a restart. Example: vitrina models publish goods-search/1200-1") { id, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            var directory = new DataDirectory(Path.GetFullPath(parsed.GetValue(data)!));
            var manifest = Find(directory.Root, parsed.GetValue(id)!);
            await Publishing.PublishAsync(directory, manifest, Environment.UserName, cancellation);
            Console.Out.WriteLine($"{manifest.Id} serves.");
            return 0;
        });
        return command;
    }

    private static ModelFolder Folder(string data) => new(new DataDirectory(Path.GetFullPath(data)).Models);

    private static ModelManifest Find(string data, string id)
    {
        var manifests = Folder(data).List();
        return manifests.FirstOrDefault(manifest => manifest.Id == id)
            ?? throw new UsageException($"there is no model version '{id}'; there are {(manifests.Count == 0 ? "none yet" : string.Join(", ", manifests.Select(manifest => manifest.Id)))}");
    }
}
