using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrina.Engine;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina check</c>: vertical files, and the files of an installation.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("files") { Description = "Vertical files; none: those of the data directory, and its journal.", Arity = ArgumentArity.ZeroOrMore };
        var schema = new Option<bool>("--schema") { Description = "Print the JSON Schema of vertical files, for editors." };
        var data = EngineAccess.DataOption();
        var json = EngineAccess.JsonOption();
        var command = new Command("check", "Check vertical files, or a whole installation. Example: vitrina check verticals/goods.yaml") { files, schema, data, json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(schema))
            {
                Console.Out.WriteLine(VerticalSchema.Generate());
                return 0;
            }

            return Run(parsed.GetValue(files)!, new DataDirectory(Path.GetFullPath(parsed.GetValue(data)!)), new Terminal(parsed.GetValue(json)));
        });
        return command;
    }

    private static int Run(string[] files, DataDirectory data, Terminal terminal)
    {
        var isInstallation = files.Length == 0;
        if (isInstallation && !Directory.Exists(data.Verticals))
        {
            throw new UsageException($"there is no installation in '{data.Root}'; name the files to check");
        }

        if (files.FirstOrDefault(file => !File.Exists(file)) is { } absent)
        {
            throw new UsageException($"there is no file '{absent}'");
        }

        var errors = new List<DeclarationError>();
        var good = new List<string>();
        foreach (var file in isInstallation ? Directory.GetFiles(data.Verticals, "*.yaml") : files)
        {
            var vertical = VerticalCompiler.Load(file, out var wrong);
            errors.AddRange(wrong);
            if (vertical is not null)
            {
                good.Add($"{file}: vertical '{vertical.Name}', {vertical.Features.Count} features, {vertical.Counters.Count} tables of counters, surfaces {string.Join(", ", vertical.Surfaces.Keys)}");
            }
        }

        var journal = isInstallation ? CheckJournal(data, good) : null;
        var document = new JsonObject
        {
            ["ok"] = errors.Count == 0 && journal is null,
            ["checked"] = JsonSerializer.SerializeToNode(good, Terminal.JsonOptions),
            ["errors"] = JsonSerializer.SerializeToNode(errors, Terminal.JsonOptions),
            ["journal"] = journal,
        };
        terminal.Result(document, () =>
        {
            good.ForEach(Console.Out.WriteLine);
            errors.ForEach(error => Console.Error.WriteLine(error.ToString()));
            if (journal is not null)
            {
                Console.Error.WriteLine(journal);
            }
        });
        return errors.Count == 0 && journal is null ? 0 : 1;
    }

    // Reads every entry: checksums are compared on the way.
    private static string? CheckJournal(DataDirectory data, List<string> good)
    {
        try
        {
            using var journal = EngineAccess.OpenJournal(data);
            long entries = 0, bytes = 0;
            foreach (var entry in journal.Read(journal.FirstSequence))
            {
                entries++;
                bytes += entry.Payload.Length;
            }

            good.Add($"{data.Journal}: {entries:n0} entries, {bytes:n0} payload bytes, sequences {journal.FirstSequence} to {journal.LastSequence}");
            return journal.Recovery.Count == 0 ? null : string.Join("; ", journal.Recovery);
        }
        catch (JournalDamagedException exception)
        {
            return exception.Message;
        }
    }
}
