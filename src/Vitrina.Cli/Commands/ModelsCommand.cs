using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrina.Engine;
using Vitrina.Engine.Models.Registry;
using Vitrina.Learning.Backtesting;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina models</c>: the versions of models, and how far each has come on its way to serving.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var command = new Command("models", "List, show, evaluate, publish, import, try and exchange model versions.")
        {
            List(), Show(), Evaluate(), Publish(), Rollback(), Shadow(), Archive(), ModelImportCommand.Create(), ModelPredictCommand.Create(),
        };
        foreach (var exchange in ModelExchangeCommands.All())
        {
            command.Add(exchange);
        }

        return command;
    }

    private static Command List()
    {
        var (data, json) = (EngineAccess.DataOption(), EngineAccess.JsonOption());
        var command = new Command("list", "All versions. Example: vitrina models list") { data, json };
        command.SetAction(parsed =>
        {
            var manifests = Folder(DataOf(parsed.GetValue(data)!)).List();
            var terminal = new Terminal(parsed.GetValue(json));
            terminal.Result(JsonSerializer.SerializeToNode(manifests, Terminal.JsonOptions)!, () => terminal.Table(
                ["model", "stage", "surface", "data until", "ndcg@10", "ece"],
                manifests.Select(manifest => (IReadOnlyList<string>)
                [
                    manifest.Id, manifest.Stage.ToString().ToLowerInvariant(), $"{manifest.Vertical}/{manifest.Surface}", $"{manifest.Data.To:yyyy-MM-dd HH:mm}",
                    Figure(manifest, "ndcg@10"), Figure(manifest, "ece"),
                ])));
            return 0;
        });
        return command;
    }

    private static string Figure(ModelManifest manifest, string key) => manifest.Metrics.TryGetValue(key, out var value) ? $"{value:0.0000}" : "-";

    private static Command Show()
    {
        var (id, data) = (IdOf(), EngineAccess.DataOption());
        var command = new Command("show", "One version: its manifest, its evaluation and, when it was in shadow, how its scores agree with what served. Example: vitrina models show goods-search/1200-1") { id, data };
        command.SetAction(parsed =>
        {
            var directory = DataOf(parsed.GetValue(data)!);
            var models = Folder(directory);
            var manifest = Find(models, parsed.GetValue(id)!);
            var document = JsonSerializer.SerializeToNode(manifest, Terminal.JsonOptions)!.AsObject();
            document["evaluation"] = JsonSerializer.SerializeToNode(models.FindEvaluation(manifest.Name, manifest.Version), Terminal.JsonOptions);
            document["shadow"] = JsonSerializer.SerializeToNode(ShadowAgreement.Of(directory.Features, manifest.Id), Terminal.JsonOptions);
            Console.Out.WriteLine(document.ToJsonString(Terminal.JsonOptions));
            return 0;
        });
        return command;
    }

    private static Command Evaluate()
    {
        var (id, data, json) = (IdOf(), EngineAccess.DataOption(), EngineAccess.JsonOption());
        var method = new Option<string>("--calibration") { Description = "How its score becomes a probability: auto, isotonic, platt, none (the score is log-odds), keep (judge what it has).", DefaultValueFactory = _ => "auto" };
        method.AcceptOnlyFromAmong("auto", "isotonic", "platt", "none", "keep");
        var seed = new Option<ulong>("--seed") { Description = "Seeds ties and intervals.", DefaultValueFactory = _ => 1 };
        var command = new Command("evaluate", "Compare a version with what serves, on lists later than its training data; calibrate it; store both beside it for the gates. Example: vitrina models evaluate goods-search/1200-1")
        {
            id, method, seed, data, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var directory = DataOf(parsed.GetValue(data)!);
            var manifest = Find(Folder(directory), parsed.GetValue(id)!);
            var terminal = new Terminal(parsed.GetValue(json));
            var (evaluation, report) = await Publishing.EvaluateAsync(
                directory, manifest, Enum.Parse<CalibrationMethod>(parsed.GetValue(method)!, ignoreCase: true), parsed.GetValue(seed), terminal, cancellation);
            var gates = PublishGates.Check(manifest, evaluation, evaluation.Baseline, ServerConfiguration.Read(directory.Root, null).Engine.Publish);
            var document = new JsonObject
            {
                ["model"] = manifest.Id,
                ["evaluation"] = JsonSerializer.SerializeToNode(evaluation, Terminal.JsonOptions),
                ["gates"] = JsonSerializer.SerializeToNode(gates, Terminal.JsonOptions),
                ["backtest"] = BacktestDocument.ToJson(report),
            };
            terminal.Result(document, () => Print(gates));
            return 0;
        });
        return command;
    }

    /// <summary>Prints what the gates say, one a line.</summary>
    public static void Print(IReadOnlyList<GateOutcome> gates)
    {
        foreach (var gate in gates)
        {
            Console.Out.WriteLine($"{(gate.IsPassed ? "passes" : "FAILS "),-7} {gate.Gate,-12} {gate.Figure}");
        }
    }

    private static Command Publish()
    {
        var (id, data, json) = (IdOf(), EngineAccess.DataOption(), EngineAccess.JsonOption());
        var force = new Option<string?>("--force") { Description = "Serve it whatever the gates say, with this reason, which is recorded." };
        var command = new Command("publish", "Let a version serve, without a restart, if it passes the gates. Example: vitrina models publish goods-search/1200-1") { id, force, data, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var directory = DataOf(parsed.GetValue(data)!);
            var manifest = Find(Folder(directory), parsed.GetValue(id)!);
            var terminal = new Terminal(parsed.GetValue(json));
            var change = await Publishing.PublishAsync(directory, manifest, Environment.UserName, parsed.GetValue(force), terminal, cancellation);
            terminal.Result(change, () =>
            {
                Print(change["gates"].Deserialize<List<GateOutcome>>(Terminal.JsonOptions) ?? []);
                Console.Out.WriteLine($"{manifest.Id} serves.");
            });
            return 0;
        });
        return command;
    }

    private static Command Rollback()
    {
        var (data, json) = (EngineAccess.DataOption(), EngineAccess.JsonOption());
        var name = new Argument<string>("name") { Description = "The model's name; with a version (name/version) it goes back to that one." };
        var reason = new Option<string?>("--reason") { Description = "Why, for the record." };
        var command = new Command("rollback", "Let the version serve again that served before, without a restart and without gates. Example: vitrina models rollback goods-search") { name, reason, data, json };
        command.SetAction((parsed, cancellation) =>
        {
            var (model, version) = parsed.GetValue(name)!.Split('/') is [var first, var second] ? (first, second) : (parsed.GetValue(name)!, null);
            return RunAsync(parsed.GetValue(data)!, parsed.GetValue(json), (directory, author) => Publishing.ChangeAsync(
                directory,
                HttpMethod.Post,
                $"v1/models/{Uri.EscapeDataString(model)}/rollback",
                new JsonObject { ["version"] = version, ["author"] = author, ["reason"] = parsed.GetValue(reason) },
                stages => stages.RollbackAsync(model, version, author, parsed.GetValue(reason), cancellation),
                cancellation), change => $"{change["name"]}/{change["version"]} serves again; {change["previous"]} is archived.");
        });
        return command;
    }

    private static Command Shadow()
    {
        var (data, json) = (EngineAccess.DataOption(), EngineAccess.JsonOption());
        var name = new Argument<string>("id") { Description = "name/version; with --off the name alone." };
        var off = new Option<bool>("--off") { Description = "Stop the version that shadows." };
        var command = new Command("shadow", "Let a version score live requests beside the serving one, without showing it. Example: vitrina models shadow goods-search/1200-2") { name, off, data, json };
        command.SetAction((parsed, cancellation) =>
        {
            var isOff = parsed.GetValue(off);
            var (model, version) = parsed.GetValue(name)!.Split('/') is [var first, var second] ? (first, second) : (parsed.GetValue(name)!, (string?)null);
            if (!isOff && version is null)
            {
                throw new UsageException($"'{model}': name a version as name/version, or stop it with --off");
            }

            return RunAsync(parsed.GetValue(data)!, parsed.GetValue(json), (directory, author) => Publishing.ChangeAsync(
                directory,
                isOff ? HttpMethod.Delete : HttpMethod.Post,
                isOff ? $"v1/models/{Uri.EscapeDataString(model)}/shadow" : $"v1/models/{Uri.EscapeDataString(model)}/{Uri.EscapeDataString(version!)}/shadow",
                isOff ? null : new JsonObject { ["author"] = author },
                stages => stages.ShadowAsync(model, isOff ? null : version, author, cancellation),
                cancellation), change => isOff ? $"{model}: nothing scores in shadow any more." : $"{model}/{version} scores in shadow.");
        });
        return command;
    }

    private static Command Archive()
    {
        var (id, data, json) = (IdOf(), EngineAccess.DataOption(), EngineAccess.JsonOption());
        var command = new Command("archive", "Put a version away; it is kept. Example: vitrina models archive goods-search/1200-1") { id, data, json };
        command.SetAction((parsed, cancellation) =>
        {
            var manifest = Find(Folder(DataOf(parsed.GetValue(data)!)), parsed.GetValue(id)!);
            return RunAsync(parsed.GetValue(data)!, parsed.GetValue(json), (directory, author) => Publishing.ChangeAsync(
                directory,
                HttpMethod.Post,
                $"v1/models/{manifest.Name}/{manifest.Version}/archive",
                new JsonObject { ["author"] = author },
                stages => stages.ArchiveAsync(manifest.Name, manifest.Version, author, cancellation),
                cancellation), _ => $"{manifest.Id} is archived.");
        });
        return command;
    }

    private static async Task<int> RunAsync(string data, bool isJson, Func<DataDirectory, string, Task<JsonObject>> change, Func<JsonObject, string> sentence)
    {
        var directory = DataOf(data);
        if (!Directory.Exists(directory.Journal))
        {
            throw new UsageException($"there is no installation in '{directory.Root}'; start one with: vitrina import or vitrina demo --data {directory.Root}");
        }

        var made = await change(directory, Environment.UserName);
        new Terminal(isJson).Result(made, () => Console.Out.WriteLine(sentence(made)));
        return 0;
    }

    private static Argument<string> IdOf() => new("id") { Description = "name/version." };

    private static DataDirectory DataOf(string data) => new(Path.GetFullPath(data));

    private static ModelFolder Folder(DataDirectory data) => new(data.Models);

    /// <summary>A version's manifest.</summary>
    /// <exception cref="UsageException">There is none; the message lists those that there are.</exception>
    public static ModelManifest Find(ModelFolder models, string id)
    {
        var manifests = models.List();
        return manifests.FirstOrDefault(manifest => manifest.Id == id)
            ?? throw new UsageException($"there is no model version '{id}'; there are {(manifests.Count == 0 ? "none yet" : string.Join(", ", manifests.Select(manifest => manifest.Id)))}");
    }
}
