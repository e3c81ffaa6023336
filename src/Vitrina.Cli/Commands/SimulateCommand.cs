using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrina.Cli.Demos;
using Vitrina.Engine;
using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Services;
using Vitrina.Simulation.Writing;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina simulate</c>: a marketplace with known truth, as files, or driving an engine or a server.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        var world = new Argument<string>("world") { Description = $"The world: {string.Join(", ", WorldKind.All.Select(kind => kind.Name))}." };
        var output = new Option<string?>("--out") { Description = "A folder for the files in import form." };
        var gzip = new Option<bool>("--gzip") { Description = "Compress the files." };
        var drive = new Option<string?>("--drive") { Description = "A server that was started with --clock driven (http://…), or the data directory of an engine to run in this process: what it shows decides what is clicked." };
        var choice = new WorldChoice();
        var endDate = new Option<string?>("--end-date") { Description = "The day after the last one (yyyy-MM-dd); absent: today." };
        var threads = new Option<int>("--threads") { Description = "Threads that make the world; 0 = all processors. Its bytes do not depend on them.", DefaultValueFactory = _ => 0 };
        var report = new Option<bool>("--report") { Description = "Print the calibration figures." };
        var truth = new Option<int?>("--truth") { Description = "Worlds (seeds from --seed on) over which arm B's true effect and a test by specialists are compared; services only." };
        var json = EngineAccess.JsonOption();
        var command = new Command("simulate", "Make a marketplace with known truth. Example: vitrina simulate goods --out history --seed 7 --scale 0.5 --report")
        {
            world, output, gzip, drive, choice.Configuration, choice.Preset, choice.Seed, choice.Scale, endDate, threads, report, truth, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(output) is null && parsed.GetValue(drive) is null && !parsed.GetValue(report) && parsed.GetValue(truth) is null)
            {
                throw new UsageException("say what to do with the world: --out FOLDER, --drive URL|FOLDER, --report or --truth N");
            }

            var terminal = new Terminal(parsed.GetValue(json));
            var end = EndOf(parsed.GetValue(endDate));
            var made = await terminal.RunAsync("Making the world", _ => Task.Run(() => choice.Make(parsed, parsed.GetValue(world)!, end, parsed.GetValue(threads) is > 0 and var count ? count : Environment.ProcessorCount), cancellation));
            if (parsed.GetValue(truth) is { } replications)
            {
                return await TellTruthAsync(made, replications, terminal, cancellation);
            }

            return await RunAsync(made, parsed.GetValue(output), parsed.GetValue(gzip), parsed.GetValue(drive), terminal, cancellation);
        });
        return command;
    }

    private static DateOnly EndOf(string? text) => text is null ? DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime)
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var end) ? end
        : throw new UsageException($"--end-date {text}: write a day as yyyy-MM-dd, such as 2026-01-31");

    private static async Task<int> RunAsync(IWorld world, string? output, bool isCompressed, string? drive, Terminal terminal, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        var report = await DriveAsync(world, output, isCompressed, drive, terminal, cancellationToken);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        var document = new JsonObject
        {
            ["world"] = world.Configuration.World,
            ["seed"] = world.Seed,
            ["start"] = world.StartsAt,
            ["end"] = world.EndsAt,
            ["seconds"] = Math.Round(seconds, 3),
            ["eventsPerSecond"] = Math.Round(report.EventCount / seconds),
            ["exact"] = Exact(world) is { } toy ? JsonSerializer.SerializeToNode(toy, Terminal.JsonOptions) : null,
            ["report"] = JsonSerializer.SerializeToNode(report, report.GetType(), Terminal.JsonOptions),
        };
        terminal.Result(document, () =>
        {
            terminal.Table(["figure", "value"], report.Rows().Select(row => (IReadOnlyList<string>)[row.Name, row.Value]));
            PrintCalibration(report, terminal);
            if (Exact(world) is { } toy)
            {
                terminal.Say($"  exact: all-A {toy.AllA}, all-B {toy.AllB}: {toy.GlobalEffect:+0.0 %}; test by specialists: A {toy.SplitA}, B {toy.SplitB}: {toy.SplitEffect:+0.0 %}");
            }

            Console.Out.WriteLine($"{report.EventCount:n0} events and {report.RankingCount:n0} rankings in {seconds:0.0} s");
        });
        return 0;
    }

    private static LyftToy? Exact(IWorld world) => world is ServicesWorld services ? LyftToy.TryOf(services.Configuration) : null;

    private static async Task<int> TellTruthAsync(IWorld world, int replications, Terminal terminal, CancellationToken cancellationToken)
    {
        if (world is not ServicesWorld services)
        {
            throw new UsageException($"--truth: the world '{world.Configuration.World}' has no arms; services has");
        }

        if (replications is < 1 or > 100_000)
        {
            throw new UsageException($"--truth {replications}: write a number of worlds from 1 to 100000");
        }

        var report = await terminal.RunAsync(
            "Running worlds under A and B", progress => Task.Run(() => ServicesTruthTable.Of(services.Configuration, world.Seed, replications, progress), cancellationToken));
        terminal.Result(JsonNode.Parse(report.ToJson())!, () => Console.Out.WriteLine(report.ToTable()));
        return 0;
    }

    private static void PrintCalibration(WorldReport report, Terminal terminal)
    {
        if (report.Calibration.Count == 0)
        {
            return;
        }

        terminal.Say("Calibration; the targets describe the default world, others may miss them on purpose:");
        var width = report.Calibration.Max(target => target.Name.Length);
        foreach (var target in report.Calibration)
        {
            terminal.Say($"  {target.Name.PadRight(width)} {Figure(target.Value),7}  target {Figure(target.Low)} to {Figure(target.High)}, {(target.IsMet ? "met" : "MISSED")} ({target.Source})");
        }

        static string Figure(double value) => double.IsNaN(value) ? "–" : double.IsPositiveInfinity(value) ? "more" : value.ToString("0.####", CultureInfo.InvariantCulture);
    }

    private static async Task<WorldReport> DriveAsync(IWorld world, string? output, bool isCompressed, string? drive, Terminal terminal, CancellationToken cancellationToken)
    {
        if (drive is null)
        {
            return await WriteAsync(world, world.OpenLoop(), output, isCompressed, terminal, cancellationToken);
        }

        if (Uri.TryCreate(drive, UriKind.Absolute, out var url) && url.Scheme.StartsWith("http", StringComparison.Ordinal))
        {
            using var client = RunningServer.Client(url);
            return await WriteAsync(world, new HttpAdapter(client), output, isCompressed, terminal, cancellationToken);
        }

        var clock = new DrivenClock(world.StartsAt);
        EngineAccess.AddShippedVertical(new DataDirectory(Path.GetFullPath(drive)), world.Configuration.World);
        await using var runtime = EngineAccess.Start(drive, null, clock);
        return await WriteAsync(world, new EngineAdapter(runtime, clock), output, isCompressed, terminal, cancellationToken);
    }

    /// <summary>Drives a whole world through an adapter, writing the files on the way when a folder is given.</summary>
    public static async Task<WorldReport> WriteAsync(
        IWorld world, IMarketplaceAdapter adapter, string? output, bool isCompressed, Terminal terminal, CancellationToken cancellationToken)
    {
        if (output is null)
        {
            return await terminal.RunAsync("Simulating", progress => world.DriveAsync(adapter, progress, cancellationToken).AsTask());
        }

        await using var writer = new HistoryWriter(world, adapter, output, isCompressed);
        return await terminal.RunAsync("Simulating", progress => world.DriveAsync(writer, progress, cancellationToken).AsTask());
    }
}
