using System.CommandLine;
using Vitrina.Cli.Importing;
using Vitrina.Engine;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli;

/// <summary>Opens data directories and running servers for commands.</summary>
internal static class EngineAccess
{
    /// <summary>The option that names a data directory.</summary>
    public static Option<string> DataOption() => new("--data", "-d")
    {
        Description = "The data directory: one installation's files.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("VITRINA_DATA_DIRECTORY") ?? "data",
    };

    /// <summary>The option that asks for one JSON document.</summary>
    public static Option<bool> JsonOption() => new("--json") { Description = "Print one JSON document instead of text." };

    /// <summary>Opens a data directory for this process alone and starts an engine over it.</summary>
    /// <exception cref="InvalidVerticalException">A vertical's file is wrong.</exception>
    /// <exception cref="DataDirectoryBusyException">Another process has the directory.</exception>
    public static EngineRuntime Start(string directory, EngineOptions? options = null, TimeProvider? time = null)
    {
        var data = new DataDirectory(Path.GetFullPath(directory));
        var (chosen, clock) = (options ?? new EngineOptions(), time ?? TimeProvider.System);
        var stores = EngineStores.Open(data, chosen, clock);
        try
        {
            return EngineRuntime.Start(stores, Verticals(data), chosen, clock);
        }
        catch
        {
            stores.Dispose();
            throw;
        }
    }

    /// <summary>Puts a shipped vertical's file into a data directory that has no file of this name.</summary>
    public static void AddShippedVertical(DataDirectory data, string vertical)
    {
        var (shipped, file) = (Path.Combine(AppContext.BaseDirectory, "verticals", vertical + ".yaml"), Path.Combine(data.Verticals, vertical + ".yaml"));
        if (File.Exists(shipped) && !File.Exists(file))
        {
            Directory.CreateDirectory(data.Verticals);
            File.Copy(shipped, file);
        }
    }

    /// <summary>The directory's verticals.</summary>
    /// <exception cref="InvalidVerticalException">A vertical's file is wrong.</exception>
    public static IReadOnlyList<CompiledVertical> Verticals(DataDirectory data)
    {
        var verticals = data.LoadVerticals(out var errors);
        return errors.Count == 0 ? verticals : throw new InvalidVerticalException(errors);
    }

    /// <summary>Opens a directory's journal for reading beside its writer.</summary>
    /// <exception cref="UsageException">There is no installation in the folder.</exception>
    public static SegmentJournalStore OpenJournal(DataDirectory data)
    {
        if (!Directory.Exists(data.Journal))
        {
            throw new UsageException($"there is no installation in '{data.Root}'; start one with: vitrina import or vitrina demo --data {data.Root}");
        }

        return SegmentJournalStore.Open(data.Journal, new SegmentJournalOptions(), readOnly: true);
    }

    /// <summary>What an import needs of a running engine.</summary>
    public static ImportTarget TargetOf(EngineRuntime runtime, string workFolder, string? refusedFile)
    {
        var snapshot = runtime.Snapshot;
        return new ImportTarget
        {
            Writer = runtime.Writer,
            Verticals = new DocumentVerticals(snapshot.Verticals.Values.Select(vertical => vertical.Vertical.Declaration)),
            Time = runtime.Time,
            WorkFolder = workFolder,
            VerticalOfItem = runtime.Availability.VerticalOf,
            IsUnchanged = change => Unchanged.Is(snapshot, change),
            IsEntityUnchanged = (kind, change) => Unchanged.Is(snapshot, kind, change),
            Tokens = runtime.Signer,
            RefusedFile = refusedFile,
        };
    }
}
