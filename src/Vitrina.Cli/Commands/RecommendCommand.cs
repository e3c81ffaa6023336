using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Vitrina.Engine;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Files;
using Vitrina.Learning.Batches;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina recommend</c>: a surface's answers for many people, into a file.</summary>
internal static class RecommendCommand
{
    public static Command Create()
    {
        var (data, json) = (EngineAccess.DataOption(), EngineAccess.JsonOption());
        var vertical = new Option<string>("--vertical") { Description = "The vertical.", DefaultValueFactory = _ => "goods" };
        var surface = new Option<string>("--surface") { Description = "The surface.", DefaultValueFactory = _ => "groups" };
        var users = new Option<string>("--users") { Description = "all: every known user; else a file with one user id a line (.gz too).", DefaultValueFactory = _ => "all" };
        var output = new Option<string>("--out") { Description = "The file: .csv or .jsonl, with .gz behind it compressed. A run that was killed goes on where it was.", Required = true };
        var size = new Option<int?>("--size") { Description = "How many answers a user gets; default: the surface's size." };
        var asOf = new Option<long?>("--as-of") { Description = "The journal sequence up to which everything is seen; default: that of the run that is gone on with, else the journal's end." };
        var at = new Option<string?>("--at") { Description = "The moment of the answers, such as 2026-03-01T09:00:00Z; default: when the last entry that is seen was recorded." };
        var reasons = new Option<bool>("--reasons") { Description = "Also write why each answer stands there (.jsonl)." };
        var threads = new Option<int>("--threads") { Description = "Threads; 0 = all.", DefaultValueFactory = _ => 0 };
        var command = new Command("recommend", "Answer a surface for many users into a file. Example: vitrina recommend --surface groups --users all --out groups.csv.gz --size 40")
        {
            data, vertical, surface, users, output, size, asOf, at, reasons, threads, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var path = Path.GetFullPath(parsed.GetValue(output)!);
            var options = new BatchOptions
            {
                Vertical = parsed.GetValue(vertical)!,
                Surface = parsed.GetValue(surface)!,
                Size = parsed.GetValue(size) is { } count ? count is >= 1 and <= RankedMost ? count : throw new UsageException($"--size: {count} is not between 1 and {RankedMost}") : null,
                AsOf = parsed.GetValue(asOf) ?? AsOfOf(path),
                At = parsed.GetValue(at) is { } moment ? Moment(moment) : null,
                Users = parsed.GetValue(users) == "all" ? null : ReadUsers(parsed.GetValue(users)!),
                Format = FormatOf(path),
                WithReasons = parsed.GetValue(reasons),
                Threads = parsed.GetValue(threads) is >= 0 and <= 1024 and var asked ? asked : throw new UsageException("--threads: a number from 0 to 1024"),
            };
            return RunAsync(new DataDirectory(Path.GetFullPath(parsed.GetValue(data)!)), options, path, new Terminal(parsed.GetValue(json)), cancellation);
        });
        return command;
    }

    private const int RankedMost = 1000;

    private static async Task<int> RunAsync(DataDirectory data, BatchOptions options, string path, Terminal terminal, CancellationToken cancellationToken)
    {
        using var journal = EngineAccess.OpenJournal(data);
        var verticals = EngineAccess.Verticals(data);
        Require(verticals, options);
        var batch = await terminal.RunAsync(
            "Reading the journal", progress => Task.Run(() => BatchRecommendation.Open(journal, verticals, new ModelFolder(data.Models), options, progress, cancellationToken), cancellationToken));
        var result = await terminal.RunAsync(
            $"Answering {options.Vertical}/{options.Surface}", progress => Task.Run(() => batch.Write(path, progress, cancellationToken), cancellationToken));
        terminal.Result(JsonSerializer.SerializeToNode(result, Terminal.JsonOptions)!, () =>
        {
            var resumed = result.Resumed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {result.Resumed:n0} of them by an earlier run") : "";
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{path}: {result.Users:n0} users{resumed}, as of {result.AsOf} at {result.At:yyyy-MM-dd HH:mm:ss}Z, model {result.Model ?? "none"}, {result.UsersPerSecond:n0} users/s"));
        });
        return 0;
    }

    private static void Require(IReadOnlyList<CompiledVertical> verticals, BatchOptions options)
    {
        var vertical = verticals.FirstOrDefault(known => known.Name == options.Vertical) ?? throw Unknown("vertical", options.Vertical, [.. verticals.Select(known => known.Name)]);
        if (!vertical.Surfaces.ContainsKey(options.Surface))
        {
            throw Unknown("surface", options.Surface, [.. vertical.Surfaces.Keys]);
        }
    }

    private static UsageException Unknown(string what, string name, List<string> known) => new(
        $"--{what}: there is no {what} '{name}'; {(NearestName.Find(name, known) is { } nearest ? $"did you mean '{nearest}'?" : $"there are {string.Join(", ", known)}")}");

    // A run that is gone on with answers as of what its first part has seen.
    private static long? AsOfOf(string path) => ResumableFile.ProgressOf(path) is { } progress && progress.Key.Split(" as of ") is [_, var rest]
        && long.TryParse(rest.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var asOf) ? asOf : null;

    private static BatchFormat FormatOf(string path)
    {
        var name = path.EndsWith(".gz", StringComparison.Ordinal) ? path[..^3] : path;
        return Path.GetExtension(name) switch
        {
            ".csv" => BatchFormat.Csv,
            ".jsonl" => BatchFormat.Jsonl,
            var other => throw new UsageException($"--out: '{other}' is no form; end the name in .csv, .jsonl, .csv.gz or .jsonl.gz"),
        };
    }

    private static DateTimeOffset Moment(string text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
        ? moment
        : throw new UsageException($"--at: '{text}' is no moment; write it as 2026-03-01T09:00:00Z");

    private static List<string> ReadUsers(string path)
    {
        if (!File.Exists(path))
        {
            throw new UsageException($"--users: there is no file '{path}'; give one with a user id a line, or all");
        }

        using var reader = new StreamReader(WholeGzipStream.OpenFile(path));
        var users = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length is 0 or > 128 || line.Any(char.IsControl))
            {
                throw new UsageException($"--users: line {users.Count + 1} of '{path}' is no user id: 1 to 128 characters without control characters");
            }

            users.Add(line);
        }

        return users;
    }
}
