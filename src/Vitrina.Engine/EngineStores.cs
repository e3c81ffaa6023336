using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Ranking.Recording;

namespace Vitrina.Engine;

/// <summary>The files of a running engine, opened and locked.</summary>
public sealed class EngineStores : IDisposable
{
    private DataDirectoryLock? _lock;

    /// <summary>The directory; null for an engine in memory.</summary>
    public DataDirectory? Directory { get; private init; }

    /// <summary>The journal.</summary>
    public required IJournalStore Journal { get; init; }

    /// <summary>The catalogue.</summary>
    public required ICatalogStore Catalog { get; init; }

    /// <summary>The control documents.</summary>
    public required IControlStore Control { get; init; }

    /// <summary>Checkpoints of the statistics.</summary>
    public required CheckpointFolder Checkpoints { get; init; }

    /// <summary>Model versions.</summary>
    public required ModelFolder Models { get; init; }

    /// <summary>The log of feature vectors; null = none is kept.</summary>
    public FeatureLogWriter? Features { get; init; }

    /// <summary>Signs tokens.</summary>
    public required TokenSigner Signer { get; init; }

    /// <summary>Opens a data directory for one writing process.</summary>
    /// <exception cref="DataDirectoryBusyException">Another process has it.</exception>
    public static EngineStores Open(DataDirectory directory, EngineOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(options);
        directory.Create();
        if (!DataDirectoryLock.TryAcquire(directory.Root, out var taken, out var holder))
        {
            throw new DataDirectoryBusyException(directory.Root, holder);
        }

        try
        {
            return new EngineStores
            {
                _lock = taken,
                Directory = directory,
                Journal = SegmentJournalStore.Open(directory.Journal, options.Segments),
                Catalog = SqliteCatalogStore.Open(directory.Catalog),
                Control = SqliteControlStore.Open(directory.Control),
                Checkpoints = new CheckpointFolder(directory.Checkpoints),
                Models = new ModelFolder(directory.Models),
                Features = FeatureLogWriter.Open(directory.Features, options.Features, time),
                Signer = new TokenSigner(directory.ReadSecret()),
            };
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>Tells other processes where this one serves.</summary>
    public void Announce(Uri url) => _lock?.Announce(url);

    /// <summary>Closes every file and gives the directory free.</summary>
    public void Dispose()
    {
        Features?.Dispose();
        Journal.Dispose();
        Catalog.Dispose();
        Control.Dispose();
        _lock?.Dispose();
    }
}
