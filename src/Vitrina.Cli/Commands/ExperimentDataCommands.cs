using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Vitrina.Api.Experiments;
using Vitrina.Engine;
using Vitrina.Engine.Experiments;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Verticals;
using Vitrina.Experimentation.Reports;
using Vitrina.Experimentation.Schedules;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina experiment report|data|history|edges</c>: what the journal says about experiments, and about the time before them.</summary>
internal static class ExperimentDataCommands
{
    /// <summary>The commands.</summary>
    public static IEnumerable<Command> All() => [Report(), Data(), History(), Edges()];

    private static Command Report()
    {
        var name = new Argument<string>("name") { Description = "The experiment's name." };
        var html = new Option<string?>("--html") { Description = "Write the page to this file." };
        var (data, json) = (EngineAccess.DataOption(), EngineAccess.JsonOption());
        var command = new Command("report", "The report of an experiment that runs or ran: checks, estimates, one headline. Example: vitrina experiment report ranker-2 --html ranker-2.html") { name, html, data, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (id, terminal) = (parsed.GetValue(name)!, new Terminal(parsed.GetValue(json)));
            var (document, page) = await terminal.RunAsync("Reading the journal", _ => ReportAsync(parsed.GetValue(data)!, id, parsed.GetValue(html) is not null, cancellation));
            if (parsed.GetValue(html) is { } file)
            {
                await File.WriteAllTextAsync(file, page, cancellation);
            }

            terminal.Result(document, () => ForPeople(terminal, document));
            return 0;
        });
        return command;
    }

    private static async Task<(JsonObject Document, string Page)> ReportAsync(string directory, string name, bool withPage, CancellationToken cancellationToken)
    {
        var data = ExperimentLifeCommands.RequireInstallation(directory);
        if (RunningServer.Find(data) is { } server)
        {
            using var client = RunningServer.Client(server);
            var path = $"{ExperimentLifeCommands.Path(name)}/report?format=";
            var document = JsonNode.Parse(await TextAsync(client, path + "json", cancellationToken))!.AsObject();
            return (document, withPage ? await TextAsync(client, path + "html", cancellationToken) : "");
        }

        await using var runtime = EngineAccess.Start(data.Root);
        var report = ExperimentReport.Of(RequireStarted(runtime, name), runtime, cancellationToken);
        return (ReportJson.Of(report), withPage ? ReportHtml.Of(report) : "");
    }

    private static void ForPeople(Terminal terminal, JsonObject report)
    {
        terminal.Say((string)report["headline"]!["sentence"]!);
        terminal.Say($"By {report["headline"]!["estimator"]}: {report["headline"]!["reason"]}.");
        terminal.Table(["check", "", "finding"], report["checks"]!.AsArray().Select(check => (IReadOnlyList<string>)
            [(string)check!["name"]!, (bool?)check["isPassed"] switch { true => "passed", false => "FAILED", _ => "-" }, (string)check["message"]!]));
        foreach (var comparison in report["comparisons"]!.AsArray())
        {
            terminal.Say((string)comparison!["verdict"]!);
        }
    }

    private static Command Data()
    {
        var name = new Argument<string>("name") { Description = "The experiment's name." };
        var output = new Option<string>("--out") { Description = "The file to write.", Required = true };
        var data = EngineAccess.DataOption();
        var command = new Command("data", "Write the units, cells or pages of an experiment as CSV, for analyze. Example: vitrina experiment data ranker-2 --out units.csv") { name, output, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (id, file) = (parsed.GetValue(name)!, parsed.GetValue(output)!);
            var directory = ExperimentLifeCommands.RequireInstallation(parsed.GetValue(data)!);
            if (RunningServer.Find(directory) is { } server)
            {
                using var client = RunningServer.Client(server);
                await File.WriteAllTextAsync(file, await TextAsync(client, $"{ExperimentLifeCommands.Path(id)}/data", cancellation), cancellation);
                return 0;
            }

            await using var runtime = EngineAccess.Start(directory.Root);
            await using var csv = new StreamWriter(file) { NewLine = "\n" };
            ExperimentData.Write(RequireStarted(runtime, id), runtime, csv, cancellation);
            return 0;
        });
        return command;
    }

    private static Command History()
    {
        var by = new Option<string>("--by") { Description = "The traits that name a cluster, as 'category x city'.", Required = true };
        var period = new Option<string>("--period") { Description = "How long a period is, such as 24h.", DefaultValueFactory = _ => "24h" };
        var periods = new Option<int>("--periods") { Description = "How many periods, the last one ending today at midnight.", DefaultValueFactory = _ => 28 };
        var (end, vertical, output, data) = (EndOption(), VerticalOption(), OutputOption(), EngineAccess.DataOption());
        var command = new Command("history", "Write past cells of a market as CSV: what power replays a switchback on. Example: vitrina experiment history --by category --period 24h --out cells.csv")
        {
            by, period, periods, end, vertical, output, data,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var length = LengthOf("--period", parsed.GetValue(period));
            var count = parsed.GetValue(periods) is >= 2 and <= 10_000 and var some ? some : throw new UsageException("--periods must be from 2 to 10000");
            await using var runtime = EngineAccess.Start(ExperimentLifeCommands.RequireInstallation(parsed.GetValue(data)!).Root);
            var snapshot = VerticalOf(runtime, parsed.GetValue(vertical));
            var calendar = new PeriodCalendar(snapshot.Vertical.TimeZone, EndOf(parsed.GetValue(end), runtime, snapshot) - (length * count), length);
            await using var csv = new StreamWriter(parsed.GetValue(output)!) { NewLine = "\n" };
            MarketCells.ReadHistory(ExperimentHistory.Of(runtime, snapshot.Vertical.Name), new ClustersDeclaration { By = parsed.GetValue(by)! }, DrawnSchedule.ClustersOf(parsed.GetValue(by)!, snapshot), calendar, count, cancellationToken: cancellation).WriteCsv(csv);
            return 0;
        });
        return command;
    }

    private static Command Edges()
    {
        var by = new Option<string>("--by") { Description = "The attributes that name an item's cell, as 'city x work'.", Required = true };
        var events = new Option<string[]>("--event") { Description = "An event that ties a person to a cell; may be repeated. Absent: all that the vertical gives a positive weight.", DefaultValueFactory = _ => [] };
        var days = new Option<int>("--days") { Description = "How many days are read, the last one ending at --end-date.", DefaultValueFactory = _ => 28 };
        var halfLife = new Option<string>("--half-life") { Description = "After how long an event counts half.", DefaultValueFactory = _ => "28d" };
        var (end, vertical, output, data) = (EndOption(), VerticalOption(), OutputOption(), EngineAccess.DataOption());
        var command = new Command("edges", "Write who dealt with which cells of the catalogue as CSV: the graph in which clusters are found. Example: vitrina experiment edges --by 'city x work' --out edges.csv")
        {
            by, events, days, halfLife, end, vertical, output, data,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var length = LengthOf("--half-life", parsed.GetValue(halfLife));
            var count = parsed.GetValue(days) is >= 1 and <= 1000 and var some ? some : throw new UsageException("--days must be from 1 to 1000");
            await using var runtime = EngineAccess.Start(ExperimentLifeCommands.RequireInstallation(parsed.GetValue(data)!).Root);
            var snapshot = VerticalOf(runtime, parsed.GetValue(vertical));
            var calendar = new PeriodCalendar(snapshot.Vertical.TimeZone, EndOf(parsed.GetValue(end), runtime, snapshot).AddDays(-count), TimeSpan.FromDays(count));
            var span = (calendar.StartOf(0).ToUnixTimeMilliseconds(), calendar.StartOf(1).ToUnixTimeMilliseconds());
            var edges = Requested(() => MarketEdges.Read(ExperimentHistory.Of(runtime, snapshot.Vertical.Name), parsed.GetValue(by)!, span, length, parsed.GetValue(events), cancellation));
            if (edges.Count == 0)
            {
                throw new UsageException($"in these {count} days nobody did anything with an item that has '{parsed.GetValue(by)}'");
            }

            await using var csv = new StreamWriter(parsed.GetValue(output)!) { NewLine = "\n" };
            edges.WriteCsv(csv);
            return 0;
        });
        return command;
    }

    private static Option<string?> EndOption() => new("--end-date") { Description = "The day after the last one that is read, as 2026-12-01; absent: the day of the journal's last entry." };

    private static Option<string?> VerticalOption() => new("--vertical") { Description = "The vertical; absent: the only one." };

    private static Option<string> OutputOption() => new("--out") { Description = "The file to write.", Required = true };

    private static TimeSpan LengthOf(string option, string? text) =>
        Duration.TryParse(text, out var read) && read >= TimeSpan.FromMinutes(1) ? read : throw new UsageException($"{option} {text}: a duration such as 24h, a minute at least");

    private static VerticalSnapshot VerticalOf(EngineRuntime runtime, string? given)
    {
        var verticals = runtime.Snapshot.Verticals;
        var name = given ?? (verticals.Count == 1 ? verticals.Keys.Single() : throw new UsageException($"--vertical is needed: {string.Join(", ", verticals.Keys)}"));
        return verticals.TryGetValue(name, out var snapshot) ? snapshot : throw new UsageException($"--vertical {name}: there are {string.Join(", ", verticals.Keys)}");
    }

    // Midnight in the vertical's zone.
    private static DateTime EndOf(string? day, EngineRuntime runtime, VerticalSnapshot snapshot)
    {
        var last = day is not null
            ? DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var given) ? given : throw new UsageException($"--end-date {day}: a day such as 2026-12-01")
            : DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(1, runtime.Journal.LastRecordedAtMs)), snapshot.Vertical.TimeZone).DateTime);
        return last.ToDateTime(TimeOnly.MinValue);
    }

    // What the caller named wrongly is a mistake of the command line.
    private static T Requested<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(exception.Message.Split(" (Parameter", 2)[0]);
        }
    }

    private static Experiment RequireStarted(EngineRuntime runtime, string name) => (runtime.FindExperiment(name) ?? throw ExperimentLifeCommands.Unknown(runtime, name)) is { StartedAtMs: > 0 } started
        ? started
        : throw new UsageException($"experiment '{name}' was not started: nothing is recorded about it");

    private static async Task<string> TextAsync(HttpClient client, string path, CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        await RunningServer.RequireSuccessAsync(response, cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }
}
