using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrina.Api.Experiments;
using Vitrina.Engine;
using Vitrina.Engine.Experiments;
using Vitrina.Engine.Verticals;
using Vitrina.Experimentation.Tables;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina experiment design|start|stop|conclude|list|show</c>: through the running server when there is one, else in the data directory.</summary>
internal static class ExperimentLifeCommands
{
    private static readonly JsonSerializerOptions Names = new(Terminal.JsonOptions)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The commands.</summary>
    public static IEnumerable<Command> All() => [Design(), Start(), Stop(), Conclude(), List(), Show()];

    private static Option<string> AuthorOption() => new("--author") { Description = "Who asks for it, for the audit trail.", DefaultValueFactory = _ => Environment.UserName };

    private static Argument<string> NameArgument() => new("name") { Description = "The experiment's name." };

    private static Command Design()
    {
        var file = new Argument<string>("file") { Description = "The design, YAML or JSON." };
        var clusters = new Option<string?>("--clusters") { Description = "A map as experiment clusters --out writes it (columns node, cluster): it becomes the design's clusters.map, frozen with it." };
        var (author, data, json) = (AuthorOption(), EngineAccess.DataOption(), EngineAccess.JsonOption());
        var command = new Command("design", "Put a design; nobody is in it before the start. Example: vitrina experiment design ranker-2.yaml") { file, clusters, author, data, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (path, errors) = (parsed.GetValue(file)!, new ErrorList());
            if (!File.Exists(path))
            {
                throw new UsageException($"there is no file '{path}'");
            }

            if (ExperimentDocument.Parse(await File.ReadAllTextAsync(path, cancellation), path, errors) is not { } document)
            {
                throw new DeclarationFileException(errors.InFileOrder());
            }

            if (parsed.GetValue(clusters) is { } map)
            {
                document = WithClusters(document, ExperimentAnalyzeCommand.Existing(map));
            }

            var who = parsed.GetValue(author)!;
            var name = document.Declaration.Name;
            var answer = await ChangeAsync(
                parsed.GetValue(data)!,
                client => client.PutAsync($"v1/experiments/{name}?author={Uri.EscapeDataString(who)}", new StringContent(document.Json, Encoding.UTF8, "application/json"), cancellation),
                changes => changes.DesignAsync(document, who, cancellation),
                cancellation);
            Print(parsed.GetValue(json), answer);
            return 0;
        });
        return command;
    }

    // Both sides of the map stand in one: a value is a person's or a cell's.
    private static ExperimentDocument WithClusters(ExperimentDocument document, string path)
    {
        var source = CsvSource.Open(path);
        int node = source.Require("node"), cluster = source.Require("cluster");
        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        source.Read(() => (row, _) =>
        {
            var (name, to) = (row.Text(node), row.Text(cluster));
            if (!map.TryAdd(name, to) && map[name] != to)
            {
                throw row.Mistake(node, $"'{name}' stands in two clusters");
            }
        }, threads: 1);
        var design = JsonNode.Parse(document.Json)!.AsObject();
        if (design["clusters"] is not JsonObject declared || declared["map"] is not null)
        {
            throw new UsageException("--clusters fills the map of a design that has 'clusters' with 'by' and no map of its own");
        }

        declared["map"] = new JsonObject(map.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value)));
        declared["mapVersion"] ??= string.Create(CultureInfo.InvariantCulture, $"{System.IO.Path.GetFileName(path)} {Hash.Of64(File.ReadAllBytes(path)):x16}");
        var errors = new ErrorList();
        return ExperimentDocument.Read(JsonSerializer.SerializeToElement(design), errors) ?? throw new DeclarationFileException(errors.InFileOrder());
    }

    private static Command Start()
    {
        var (name, author, data, json) = (NameArgument(), AuthorOption(), EngineAccess.DataOption(), EngineAccess.JsonOption());
        var command = new Command("start", "Start an experiment; from now on its design is frozen. Example: vitrina experiment start ranker-2") { name, author, data, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (id, who) = (parsed.GetValue(name)!, parsed.GetValue(author)!);
            Print(parsed.GetValue(json), await ChangeAsync(
                parsed.GetValue(data)!, client => client.PostAsJsonAsync($"{Path(id)}/start", new { author = who }, cancellation), changes => changes.StartAsync(id, who, cancellation), cancellation));
            return 0;
        });
        return command;
    }

    private static Command Stop()
    {
        var (name, author, data, json) = (NameArgument(), AuthorOption(), EngineAccess.DataOption(), EngineAccess.JsonOption());
        var reason = new Option<string?>("--reason") { Description = "Why, for the audit trail." };
        var command = new Command("stop", "Stop an experiment, or withdraw a design. Example: vitrina experiment stop ranker-2 --reason \"planned end\"") { name, reason, author, data, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (id, who, why) = (parsed.GetValue(name)!, parsed.GetValue(author)!, parsed.GetValue(reason));
            Print(parsed.GetValue(json), await ChangeAsync(
                parsed.GetValue(data)!,
                client => client.PostAsJsonAsync($"{Path(id)}/stop", new { author = who, reason = why }, cancellation),
                changes => changes.StopAsync(id, why, who, cancellation),
                cancellation));
            return 0;
        });
        return command;
    }

    private static Command Conclude()
    {
        var (name, author, data, json) = (NameArgument(), AuthorOption(), EngineAccess.DataOption(), EngineAccess.JsonOption());
        var metric = new Option<string>("--metric") { Description = "One of the experiment's metrics.", Required = true };
        Option<double?> Number(string option, string what) => new(option) { Description = what };
        var estimate = Number("--estimate", "The estimated relative effect; 0.03 stands for three per cent.");
        var (low, high) = (Number("--low", "The lower bound of its interval."), Number("--high", "The upper bound."));
        var realised = Number("--realised", "The relative change after the launch, from a holdback or before against after.");
        var command = new Command("conclude", "Keep what a stopped test estimated, or what came true. Example: vitrina experiment conclude ranker-2 --metric conversion --estimate 0.031 --realised 0.024")
        {
            name, metric, estimate, low, high, realised, author, data, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (id, who) = (parsed.GetValue(name)!, parsed.GetValue(author)!);
            var body = new ConclusionBody(parsed.GetValue(metric)!, parsed.GetValue(estimate), parsed.GetValue(low), parsed.GetValue(high), parsed.GetValue(realised), who);
            if (body.Estimate is null && body.Realised is null)
            {
                throw new UsageException("give --estimate, --realised or both");
            }

            var conclusion = new Conclusion(body.Metric, body.Estimate ?? double.NaN, body.Low ?? double.NaN, body.High ?? double.NaN, body.Realised ?? double.NaN);
            Print(parsed.GetValue(json), await ChangeAsync(
                parsed.GetValue(data)!,
                client => client.PostAsJsonAsync($"{Path(id)}/conclusions", body, Names, cancellation),
                changes => changes.ConcludeAsync(id, conclusion, who, cancellation),
                cancellation));
            return 0;
        });
        return command;
    }

    private static Command List()
    {
        var (data, json) = (EngineAccess.DataOption(), EngineAccess.JsonOption());
        var command = new Command("list", "All experiments, and how past estimates compare with what came true. Example: vitrina experiment list") { data, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var answer = await ReadAsync(parsed.GetValue(data)!, "v1/experiments", runtime => new ExperimentListAnswer(
                [.. runtime.Snapshot.Experiments.Select(experiment => ExperimentAnswer.Of(experiment, isWhole: false))], CalibrationAnswer.Of(runtime.Snapshot.Experiments)), cancellation);
            var terminal = new Terminal(parsed.GetValue(json));
            terminal.Result(answer, () => ListForPeople(terminal, answer));
            return 0;
        });
        return command;
    }

    private static Command Show()
    {
        var (name, data, json) = (NameArgument(), EngineAccess.DataOption(), EngineAccess.JsonOption());
        var command = new Command("show", "One experiment with its design and audit trail. Example: vitrina experiment show ranker-2") { name, data, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var id = parsed.GetValue(name)!;
            Print(parsed.GetValue(json), await ReadAsync(
                parsed.GetValue(data)!, Path(id), runtime => ExperimentAnswer.Of(runtime.FindExperiment(id) ?? throw Unknown(runtime, id), isWhole: true), cancellation));
            return 0;
        });
        return command;
    }

    internal static UsageException Unknown(EngineRuntime runtime, string name)
    {
        var nearest = NearestName.Find(name, runtime.Snapshot.Experiments.Select(experiment => experiment.Name));
        return new UsageException($"there is no experiment '{name}'{(nearest is null ? "; list them with: vitrina experiment list" : $"; did you mean '{nearest}'?")}");
    }

    internal static string Path(string name) => $"v1/experiments/{Uri.EscapeDataString(name)}";

    private static async Task<JsonObject> ChangeAsync(
        string directory, Func<HttpClient, Task<HttpResponseMessage>> ask, Func<ExperimentChanges, Task<Experiment>> change, CancellationToken cancellationToken)
    {
        var data = RequireInstallation(directory);
        if (RunningServer.Find(data) is { } server)
        {
            using var client = RunningServer.Client(server);
            using var response = await ask(client);
            return await ReadAsync(response, cancellationToken);
        }

        await using var runtime = EngineAccess.Start(data.Root);
        using var changes = new ExperimentChanges(runtime);
        return ToNode(ExperimentAnswer.Of(await change(changes), isWhole: true));
    }

    private static async Task<JsonObject> ReadAsync<T>(string directory, string path, Func<EngineRuntime, T> read, CancellationToken cancellationToken)
    {
        var data = RequireInstallation(directory);
        if (RunningServer.Find(data) is { } server)
        {
            using var client = RunningServer.Client(server);
            using var response = await client.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
            return await ReadAsync(response, cancellationToken);
        }

        await using var runtime = EngineAccess.Start(data.Root);
        return ToNode(read(runtime));
    }

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await RunningServer.RequireSuccessAsync(response, cancellationToken);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!.AsObject();
    }

    private static JsonObject ToNode<T>(T answer) => JsonSerializer.SerializeToNode(answer, Names)!.AsObject();

    internal static DataDirectory RequireInstallation(string directory)
    {
        var data = new DataDirectory(System.IO.Path.GetFullPath(directory));
        return Directory.Exists(data.Root) ? data : throw new UsageException($"there is no installation in '{data.Root}'; start one with: vitrina import or vitrina demo --data {directory}");
    }

    private static void ListForPeople(Terminal terminal, JsonObject answer)
    {
        var experiments = answer["experiments"]!.AsArray();
        if (experiments.Count == 0)
        {
            terminal.Say("No experiments yet. Design one with: vitrina experiment design FILE");
            return;
        }

        terminal.Table(["experiment", "kind", "where", "status", "arms", "traffic", "started", "planned end", "estimate → realised"], experiments.Select(experiment => (IReadOnlyList<string>)
        [
            Text(experiment, "name"), Text(experiment, "kind"), $"{experiment!["vertical"]}/{experiment["surface"]}", Text(experiment, "status"),
            string.Join(", ", experiment["arms"]!.AsArray()), $"{(double)experiment["traffic"]!:0.###}", Day(experiment, "startedAt"), Day(experiment, "plannedEnd"),
            string.Join(", ", experiment["conclusions"]!.AsArray().Select(conclusion => $"{conclusion!["metric"]} {Share(conclusion, "estimate")} → {Share(conclusion, "realised")}")),
        ]));
        if ((int)answer["calibration"]!["tests"]! is > 0 and var tests)
        {
            var calibration = answer["calibration"];
            terminal.Say($"{tests} finished tests: mean estimate {Share(calibration, "meanEstimate")}, mean realised {Share(calibration, "meanRealised")}, "
                + $"correlation {((double?)calibration!["correlation"])?.ToString("0.00", CultureInfo.InvariantCulture) ?? "-"}, intervals that held {((double?)calibration["covered"])?.ToString("0%", CultureInfo.InvariantCulture) ?? "-"}");
        }
    }

    private static void Print(bool isJson, JsonObject experiment) => new Terminal(isJson).Result(experiment, () =>
    {
        Console.Out.WriteLine($"{experiment["name"]}: {experiment["kind"]} on {experiment["vertical"]}/{experiment["surface"]}, {experiment["status"]}, version {experiment["version"]}, arms {string.Join(", ", experiment["arms"]!.AsArray())}");
        if (experiment["clusters"] is JsonArray clusters)
        {
            Console.Out.WriteLine($"  {clusters.Count} clusters × {experiment["periods"]} periods until {Day(experiment, "plannedEnd")}");
        }

        foreach (var change in experiment["audit"]?.AsArray() ?? [])
        {
            Console.Out.WriteLine($"  {Day(change, "at")} {change!["author"]}: {change["action"]} (version {change["version"]}){string.Concat(change["changes"]!.AsArray().Select(line => $"\n    {line}"))}");
        }
    });

    private static string Text(JsonNode? node, string field) => (string?)node?[field] ?? "-";

    private static string Day(JsonNode? node, string field) => node?[field] is { } moment ? ((DateTimeOffset)moment).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : "-";

    private static string Share(JsonNode? node, string field) => node?[field] is { } number ? ((double)number).ToString("+0.0%;-0.0%;0.0%", CultureInfo.InvariantCulture) : "?";
}
