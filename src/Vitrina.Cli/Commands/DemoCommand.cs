using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrina.Cli.Demos;
using Vitrina.Engine;
using Vitrina.Engine.Models.Registry;
using Vitrina.Learning;
using Vitrina.Learning.Evaluation;
using Vitrina.Simulation.Driving;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina demo</c>: a simulated marketplace, imported, learned and served by one command.</summary>
internal static class DemoCommand
{
    private const string MarkerFile = "made-by-demo";

    public static Command Create()
    {
        var once = new Option<bool>("--once") { Description = "Run a few requests, print the figures and end." };
        var url = new Option<string>("--url") { Description = "Where to serve.", DefaultValueFactory = _ => "http://127.0.0.1:5080" };
        var data = new Option<string>("--data") { Description = "The demo's data directory; an earlier demo in it is replaced.", DefaultValueFactory = _ => Path.Combine("data", "demo") };
        var choice = new WorldChoice();
        var kind = new Option<string>("--world") { Description = $"The world: {string.Join(", ", DemoWorld.All.Select(known => known.World))}.", DefaultValueFactory = _ => GoodsDemo.World.World };
        var json = EngineAccess.JsonOption();
        var command = new Command("demo", "Simulate a marketplace, import it, learn from it, serve it. Example: vitrina demo --once --json")
        {
            once, url, data, kind, choice.Configuration, choice.Preset, choice.Seed, choice.Scale, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
            var demo = Find(parsed.GetValue(kind)!);
            var world = choice.Make(parsed, demo.World, today, Environment.ProcessorCount);
            var directory = Prepare(parsed.GetValue(data)!);
            return await RunAsync(demo, world, directory, parsed.GetValue(once) ? "http://127.0.0.1:0" : parsed.GetValue(url)!, parsed.GetValue(once), new Terminal(parsed.GetValue(json)), cancellation);
        });
        return command;
    }

    private static DemoWorld Find(string name) => DemoWorld.All.FirstOrDefault(demo => demo.World == name)
        ?? throw WorldChoice.Unknown("world", name, [.. DemoWorld.All.Select(demo => demo.World)]);

    private static DataDirectory Prepare(string path)
    {
        var data = new DataDirectory(Path.GetFullPath(path));
        if (Directory.Exists(data.Root) && Directory.EnumerateFileSystemEntries(data.Root).Any())
        {
            if (!File.Exists(Path.Combine(data.Root, MarkerFile)))
            {
                throw new UsageException($"'{data.Root}' holds something that no demo made; name another folder with --data");
            }

            _ = RunningServer.Find(data) is { } server ? throw new UsageException($"a demo serves {server} from '{data.Root}'; stop it first or name another folder with --data") : 0;
            Directory.Delete(data.Root, recursive: true);
        }

        Directory.CreateDirectory(data.Root);
        File.WriteAllText(Path.Combine(data.Root, MarkerFile), "This folder is replaced by the next demo.\n");
        return data;
    }

    private static async Task<int> RunAsync(DemoWorld demo, IWorld world, DataDirectory data, string url, bool isOnce, Terminal terminal, CancellationToken cancellationToken)
    {
        var watch = new StepWatch();
        var history = Path.Combine(data.Root, "history");
        var simulated = await SimulateCommand.WriteAsync(world, world.OpenLoop(), history, false, terminal, cancellationToken);
        terminal.Say($"  {simulated.Summary()} in {watch.Step("simulate"):0.0} s");

        LearningOutcome outcome;
        JsonObject imported;
        EngineAccess.AddShippedVertical(data, demo.Vertical);
        await using (var runtime = EngineAccess.Start(data.Root, new EngineOptions { PublishIntervalMs = 1000 }))
        {
            imported = await terminal.RunAsync("Importing", progress => Imports.RunAsync(runtime, data, new ImportRequest(history, null, null, null), progress, cancellationToken));
            terminal.Say($"  {(double)imported["recordsPerSecond"]!:n0} records/s, {watch.Step("import"):0.0} s");
            var truth = Truth.Read(Path.Combine(history, "truth.jsonl"));
            var options = new LearningOptions { Vertical = demo.Vertical, Surface = demo.Surface, Label = demo.Label, Seed = world.Seed };
            outcome = await TrainCommand.LearnAsync(runtime.Journal, data, options, terminal, cancellationToken, truth.Of);
            terminal.Say($"  {outcome.Report.Rows:n0} rows in {watch.Step("train"):0.0} s");
            await Publishing.PublishAsync(runtime, outcome.Manifest, "demo", cancellationToken);
            await LearnGroupsAsync(demo, runtime, data, options, terminal, watch, cancellationToken);
        }

        var table = Evaluations.Table(outcome.Randomised, world.Seed, demo.Baselines);
        var report = table.ToReport("demo", $"{demo.World} world, seed {world.Seed}", "randomised slice of the later-time test part");
        terminal.Say(report.ToTable());
        var truths = demo.Truth is { } truthOf ? await terminal.RunAsync("Running the world under A and B", progress => Task.Run(() => truthOf(world, progress), cancellationToken)) : null;
        if (truths is not null)
        {
            terminal.Say(truths.ToTable());
        }

        return await ServeCommand.RunAsync(data.Root, url, false, terminal.IsJson, async (address, stop) =>
        {
            watch.Step("start");
            await PutLiveAsync(demo, world, address, cancellationToken);
            if (!isOnce)
            {
                Invite(demo, address, terminal);
                return;
            }

            var answers = await AskAsync(demo, address, cancellationToken);
            watch.Step("requests");
            terminal.Result(Document(report, truths, outcome.Manifest, imported, watch, answers), () => Show(answers, terminal));
            stop();
        }, cancellationToken);
    }

    // Lists of groups were never shown in the world's history: they are made again from replayed state.
    private static async Task LearnGroupsAsync(
        DemoWorld demo, EngineRuntime runtime, DataDirectory data, LearningOptions options, Terminal terminal, StepWatch watch, CancellationToken cancellationToken)
    {
        if (demo.Groups is not { } groups)
        {
            return;
        }

        try
        {
            var asked = options with { Surface = groups.Surface, ReconstructedLists = 3_000, Kind = RankerKind.Trees, Leaves = 16, Trees = 200, LearningRate = 0.1 };
            if (await TrainFactorsCommand.LearnWhereAskedAsync(runtime.Journal, data, demo.Vertical, groups.Surface, terminal, cancellationToken) is { } factors)
            {
                await Publishing.PublishAsync(runtime, factors, "demo", cancellationToken);
            }

            var outcome = await TrainCommand.LearnAsync(runtime.Journal, data, asked, terminal, cancellationToken);
            terminal.Say($"  {outcome.Report.Rows:n0} rows in {watch.Step("groups"):0.0} s");
            await Publishing.PublishAsync(runtime, outcome.Manifest, "demo", cancellationToken);
        }
        catch (NothingToLearnException nothing)
        {
            terminal.Say($"  groups go by their fallback: {nothing.Message}");
        }
    }

    // Items that live for hours are long gone when the history is imported: what is alive now is put as a marketplace would.
    private static async Task PutLiveAsync(DemoWorld demo, IWorld world, Uri address, CancellationToken cancellationToken)
    {
        if (demo.Live?.Invoke(world, TimeProvider.System.GetUtcNow()) is { Count: > 0 } changes)
        {
            using var client = RunningServer.Client(address);
            using var adapter = new HttpAdapter(client);
            await adapter.SendAsync(changes, cancellationToken);
        }
    }

    private static void Invite(DemoWorld demo, Uri address, Terminal terminal)
    {
        var path = $"{address}v1/rank/{demo.Vertical}/{demo.Surface}";
        terminal.Say($"""

            First page:   {address}
            API:          {address}docs
            Try:
              curl -s {path} -H 'Content-Type: application/json' -d '{demo.Requests[0].ToJsonString()}'
              curl -s {path} -H 'Content-Type: application/json' -d '{demo.Requests[1].ToJsonString()}'
              curl -s {address}v1/status
            Stop with Ctrl+C.
            """);
    }

    private static async Task<JsonArray> AskAsync(DemoWorld demo, Uri address, CancellationToken cancellationToken)
    {
        using var client = RunningServer.Client(address);
        var answers = new JsonArray();
        foreach (var request in demo.Requests)
        {
            answers.Add(await RankCommand.RankAsync(client, demo.Vertical, demo.Surface, request, cancellationToken));
        }

        if (demo.Groups is { } groups)
        {
            answers.Add(await RankCommand.RankAsync(client, demo.Vertical, groups.Surface, groups.Request, cancellationToken));
        }

        return answers;
    }

    private static void Show(JsonArray answers, Terminal terminal)
    {
        foreach (var answer in answers)
        {
            RankCommand.Print(answer!.AsObject(), terminal);
        }
    }

    private static JsonObject Document(BenchReport report, BenchReport? truths, ModelManifest manifest, JsonObject imported, StepWatch watch, JsonArray answers)
    {
        var document = JsonNode.Parse(report.ToJson())!.AsObject();
        if (truths is not null)
        {
            document["truth"] = JsonNode.Parse(truths.ToJson());
        }

        document["model"] = manifest.Id;
        document["seconds"] = JsonSerializer.SerializeToNode(watch.Seconds, Terminal.JsonOptions);
        document["import"] = new JsonObject { ["recordsPerSecond"] = imported["recordsPerSecond"]!.DeepClone(), ["refused"] = imported["refused"]!.DeepClone() };
        document["requests"] = new JsonArray([.. answers.Select(answer => (JsonNode)new JsonObject
        {
            ["rankingId"] = answer!["rankingId"]!.DeepClone(),
            ["model"] = answer["model"]?.DeepClone(),
            ["items"] = answer["sections"]![0]!["items"]!.AsArray().Count,
        })]);
        return document;
    }
}
