using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;
using Vitrina.Cli.Importing;
using Vitrina.Engine;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli;

/// <summary>What is imported.</summary>
/// <param name="Path">A folder or a file.</param>
/// <param name="Mapping">The mapping file, or null for Vitrina's own form.</param>
/// <param name="VerticalFile">A vertical to add first, or null.</param>
/// <param name="Refused">Where refused lines are written, or null for the data directory.</param>
/// <param name="Again">True imports files anew that were imported whole before.</param>
internal sealed record ImportRequest(string Path, string? Mapping, string? VerticalFile, string? Refused, bool Again = false);

/// <summary>Runs imports in the process that has the data directory.</summary>
internal static class Imports
{
    /// <summary>The path under which a server imports for its command line.</summary>
    public const string Route = "/v1/imports";

    /// <summary>Imports into an engine of this process.</summary>
    /// <exception cref="DeclarationFileException">The mapping is wrong.</exception>
    /// <exception cref="UsageException">Nothing to import was found.</exception>
    public static async Task<JsonObject> RunAsync(EngineRuntime runtime, DataDirectory data, ImportRequest request, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var refused = request.Refused ?? System.IO.Path.Combine(data.Root, "refused.jsonl");
        var target = EngineAccess.TargetOf(runtime, System.IO.Path.Combine(data.Root, "import-runs"), refused);
        var sources = SourcesOf(request, target.Verticals);
        var finished = new FinishedImports(runtime.Control, request.Mapping is { } mapping ? await File.ReadAllTextAsync(mapping, cancellationToken) : "");
        var known = request.Again ? [] : sources.Where(source => finished.Find(source) is not null).ToList();
        using var runner = new ImportRunner(target, null, step => progress?.Report(ShareOf(step)));
        var report = await runner.RunAsync([.. sources.Except(known)], cancellationToken);
        await runtime.WaitForAsync(report.LastSequence, cancellationToken);
        // A file with refused lines may be right once a vertical's file is: it is read again.
        if (report.FailedFiles.Count == 0 && report.Kinds.Values.All(counts => counts.Refused == 0))
        {
            foreach (var source in sources.Except(known))
            {
                finished.Add(source, runtime.Time.GetUtcNow());
            }
        }

        var document = Document(report, refused);
        foreach (var kind in known.Select(source => source.Kind.ToString().ToLowerInvariant()).Distinct().Where(kind => document["kinds"]![kind] is null))
        {
            document["kinds"]![kind] = JsonSerializer.SerializeToNode(new KindCounts(), Terminal.JsonOptions);
        }

        document["knownFiles"] = new JsonArray([.. known.Select(source => (JsonNode)$"{source.Path} ({source.Kind.ToString().ToLowerInvariant()}, {finished.Find(source):yyyy-MM-dd HH:mm})")]);
        return document;
    }

    private static IReadOnlyList<ImportSource> SourcesOf(ImportRequest request, DocumentVerticals verticals)
    {
        if (request.Mapping is not { } mapping)
        {
            var canonical = ImportPlan.OfCanonical(request.Path, verticals.OnlyName ?? verticals.Names.FirstOrDefault());
            return canonical.Count > 0
                ? canonical
                : throw new UsageException($"'{request.Path}' holds no items.jsonl, users.jsonl, sellers.jsonl, features.jsonl, rankings.jsonl or events.jsonl (.gz); other files need --mapping");
        }

        var errors = new ErrorList();
        var sources = ImportPlan.OfMapping(mapping, request.Path, verticals, errors);
        return errors.Count == 0 ? sources : throw new DeclarationFileException(errors.InFileOrder());
    }

    // Reading takes about as long as appending.
    private static double ShareOf(in ImportProgress step) => step.Phase == ImportPhase.Reading
        ? 0.5 * step.BytesRead / Math.Max(1, step.BytesTotal)
        : 0.5 + (0.5 * (step.Appended + step.Duplicates) / Math.Max(1, step.Accepted));

    private static JsonObject Document(ImportReport report, string refusedFile)
    {
        var kinds = new JsonObject();
        foreach (var (kind, counts) in report.Kinds.OrderBy(pair => pair.Key))
        {
            kinds[kind.ToString().ToLowerInvariant()] = JsonSerializer.SerializeToNode(counts, Terminal.JsonOptions);
        }

        return new JsonObject
        {
            ["kinds"] = kinds,
            ["seconds"] = Math.Round(report.Seconds, 3),
            ["readingSeconds"] = Math.Round(report.ReadingSeconds, 3),
            ["appendingSeconds"] = Math.Round(report.AppendingSeconds, 3),
            ["recordsPerSecond"] = Math.Round(report.PerSecond),
            ["peakMemoryMb"] = report.PeakMemoryBytes >> 20,
            ["lastSequence"] = report.LastSequence,
            ["refused"] = report.Kinds.Values.Sum(counts => counts.Refused),
            ["refusedByCode"] = JsonSerializer.SerializeToNode(report.RefusedByCode, Terminal.JsonOptions),
            ["refusedFile"] = report.Refused.Count > 0 ? refusedFile : null,
            ["refusedLines"] = JsonSerializer.SerializeToNode(report.Refused.Take(20), Terminal.JsonOptions),
            ["failedFiles"] = JsonSerializer.SerializeToNode(report.FailedFiles, Terminal.JsonOptions),
        };
    }

    /// <summary>Prints a report for a person.</summary>
    public static void Print(JsonObject report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("", "accepted", "duplicates", "unchanged", "left out", "refused");
        foreach (var (kind, counts) in report["kinds"]!.AsObject())
        {
            table.AddRow([kind, .. new[] { "accepted", "duplicates", "unchanged", "leftOut", "refused" }.Select(name => $"{(long)counts![name]!:n0}")]);
        }

        AnsiConsole.Write(table);
        Console.Out.WriteLine($"{(double)report["recordsPerSecond"]!:n0} records/s, {(double)report["seconds"]!:0.0} s (reading {(double)report["readingSeconds"]!:0.0}, appending {(double)report["appendingSeconds"]!:0.0}), {(long)report["peakMemoryMb"]!} MB");
        foreach (var line in report["refusedLines"]!.AsArray())
        {
            Console.Out.WriteLine($"  refused {line!["file"]}:{line["line"]}: {line["field"]}: {line["why"]}");
        }

        if (report["refusedFile"] is { } file)
        {
            Console.Out.WriteLine($"All refused lines: {file}");
        }

        foreach (var known in report["knownFiles"]!.AsArray())
        {
            Console.Out.WriteLine($"  imported whole before, left out: {known} (import it anew with --again)");
        }

        foreach (var failed in report["failedFiles"]!.AsArray())
        {
            Console.Out.WriteLine($"  not read to its end: {failed!.ToJsonString()}");
        }
    }

    /// <summary>Asks the running server to import files of this machine.</summary>
    public static async Task<JsonObject> SendAsync(Uri server, ImportRequest request, CancellationToken cancellationToken)
    {
        using var client = RunningServer.Client(server);
        client.Timeout = Timeout.InfiniteTimeSpan;
        using var response = await client.PostAsJsonAsync(Route.TrimStart('/'), request, cancellationToken);
        await RunningServer.RequireSuccessAsync(response, cancellationToken);
        return (await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!;
    }
}
