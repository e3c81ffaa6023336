using System.CommandLine;
using System.Text.Json.Nodes;
using Vitrina.Engine;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina import</c>: files into a data directory, through the running server when there is one.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("path") { Description = "A folder with items.jsonl, events.jsonl and so on (or .gz), or a file, or what a mapping names." };
        var mapping = new Option<string?>("--mapping", "-m") { Description = "A mapping file: which columns are which fields." };
        var verticalFile = new Option<string?>("--vertical-file") { Description = "A vertical's YAML file to add to the installation first." };
        var refused = new Option<string?>("--refused") { Description = "Where refused lines are written (JSON lines); default: refused.jsonl in the data directory." };
        var again = new Option<bool>("--again") { Description = "Import files anew that were imported whole before; events are still known by id within the dedupe horizon." };
        var data = EngineAccess.DataOption();
        var json = EngineAccess.JsonOption();
        var command = new Command("import", "Import items, users, sellers, events, rankings and features; run again, it doubles nothing. Example: vitrina import listings.tsv.gz --mapping ozon.yaml")
        {
            path, mapping, verticalFile, refused, again, data, json,
        };
        command.SetAction((parsed, cancellation) => RunAsync(
            new ImportRequest(Path.GetFullPath(parsed.GetValue(path)!), FullPath(parsed.GetValue(mapping)), FullPath(parsed.GetValue(verticalFile)), FullPath(parsed.GetValue(refused)), parsed.GetValue(again)),
            new DataDirectory(Path.GetFullPath(parsed.GetValue(data)!)),
            new Terminal(parsed.GetValue(json)),
            cancellation));
        return command;
    }

    private static string? FullPath(string? path) => path is null ? null : Path.GetFullPath(path);

    private static async Task<int> RunAsync(ImportRequest request, DataDirectory data, Terminal terminal, CancellationToken cancellationToken)
    {
        if (!File.Exists(request.Path) && !Directory.Exists(request.Path))
        {
            throw new UsageException($"there is no file or folder '{request.Path}'");
        }

        if (request.VerticalFile is { } file)
        {
            AddVertical(data, file);
        }

        JsonObject report;
        if (RunningServer.Find(data) is { } server)
        {
            terminal.Say($"The server at {server} has this directory; it imports.");
            report = await Imports.SendAsync(server, request, cancellationToken);
        }
        else
        {
            // A bulk load publishes rarely: nobody reads meanwhile, and every publication copies memory.
            await using var runtime = EngineAccess.Start(data.Root, new EngineOptions { PublishIntervalMs = 1000 });
            report = await terminal.RunAsync("Importing", progress => Imports.RunAsync(runtime, data, request, progress, cancellationToken));
        }

        terminal.Result(report, () => Imports.Print(report));
        return (long)report["failedFiles"]!.AsArray().Count == 0 ? 0 : 1;
    }

    private static void AddVertical(DataDirectory data, string file)
    {
        if (VerticalCompiler.Load(file, out var errors) is null)
        {
            throw new DeclarationFileException(errors);
        }

        // A new installation holds the shipped vertical only when nothing else was asked for.
        Directory.CreateDirectory(data.Verticals);
        File.Copy(file, Path.Combine(data.Verticals, Path.GetFileName(file)), overwrite: true);
    }
}
