using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Ranking.Recording;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine;

/// <summary>What a snapshot says about the state besides what ranking reads: counts, users, sizes.</summary>
public sealed class SnapshotFigures
{
    /// <summary>How many entries of each kind were applied, and what was set aside and why.</summary>
    public required IReadOnlyDictionary<string, long> Counts { get; init; }

    /// <summary>The published version of each model, by the model's name.</summary>
    public required IReadOnlyDictionary<string, string> ServingModels { get; init; }

    /// <summary>The version of each model that scores beside the serving one, by the model's name.</summary>
    public required IReadOnlyDictionary<string, string> ShadowModels { get; init; }

    /// <summary>True once any version was in shadow.</summary>
    public bool HasShadowed => Counts.GetValueOrDefault("modelsShadowed") > 0;

    /// <summary>Items that were ever put.</summary>
    public required int ItemCount { get; init; }

    /// <summary>Users known by name.</summary>
    public required int UserCount { get; init; }

    /// <summary>Sellers known by name.</summary>
    public required int SellerCount { get; init; }
}

/// <summary>What a running engine is doing.</summary>
public sealed record EngineStatus
{
    /// <summary>The last journal sequence that answers see.</summary>
    public required long AsOf { get; init; }

    /// <summary>The last durable journal sequence.</summary>
    public required long LastSequence { get; init; }

    /// <summary>The oldest journal sequence that is kept.</summary>
    public required long FirstSequence { get; init; }

    /// <summary>The sequence of the last checkpoint: a start replays from there.</summary>
    public required long CheckpointAsOf { get; init; }

    /// <summary>Applied entries by what they were.</summary>
    public required IReadOnlyDictionary<string, long> Entries { get; init; }

    /// <summary>Items that were ever put.</summary>
    public required int Items { get; init; }

    /// <summary>Items that are neither deleted nor hidden.</summary>
    public required int ActiveItems { get; init; }

    /// <summary>Users known by name.</summary>
    public required int Users { get; init; }

    /// <summary>Sellers known by name.</summary>
    public required int Sellers { get; init; }

    /// <summary>Events that were applied.</summary>
    public required long EventsAccepted { get; init; }

    /// <summary>Entries that were sent again and not written, since the start.</summary>
    public required long Duplicates { get; init; }

    /// <summary>Rankings whose record did not fit the queue, since the start.</summary>
    public required long DroppedRecords { get; init; }

    /// <summary>Entries that wait to become durable.</summary>
    public required int QueuedEntries { get; init; }

    /// <summary>Rankings recorded since the start.</summary>
    public required long RecordedRankings { get; init; }

    /// <summary>Mean bytes of a recorded ranking in the journal; 0 before the first.</summary>
    public required double BytesPerRanking { get; init; }

    /// <summary>Bytes of the journal's files.</summary>
    public required long JournalBytes { get; init; }

    /// <summary>Bytes of the recorded feature vectors' files.</summary>
    public required long FeatureLogBytes { get; init; }

    /// <summary>Blocks of feature vectors that were written, since the start.</summary>
    public required long FeatureBlocksWritten { get; init; }

    /// <summary>Blocks of feature vectors that did not fit the queue, since the start.</summary>
    public required long FeatureBlocksDropped { get; init; }

    /// <summary>Bytes of all managed memory in use.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>The published version of each model, by the model's name.</summary>
    public required IReadOnlyDictionary<string, string> ServingModels { get; init; }

    /// <summary>The version of each model that scores beside the serving one, by the model's name.</summary>
    public required IReadOnlyDictionary<string, string> ShadowModels { get; init; }

    /// <summary>Lists whose shadow scores were computed, since the start.</summary>
    public required long ShadowScored { get; init; }

    /// <summary>Lists whose shadow scores failed, since the start; their vectors are kept.</summary>
    public required long ShadowFailed { get; init; }

    /// <summary>Surfaces that serve the baseline, as <c>vertical/surface</c>.</summary>
    public required IReadOnlyList<string> KillSwitches { get; init; }

    /// <summary>What was damaged and what was done about it, in sentences.</summary>
    public required IReadOnlyList<string> Recovery { get; init; }

    /// <summary>What is wrong with the vertical files as they stand now.</summary>
    public required IReadOnlyList<string> VerticalErrors { get; init; }

    /// <summary>How long ago the serving snapshot was published, milliseconds.</summary>
    public required long SnapshotAgeMs { get; init; }

    /// <summary>How long the engine runs, seconds.</summary>
    public required double UptimeSeconds { get; init; }

    /// <summary>Why nothing is applied any more, or null while all is well.</summary>
    public required string? Failure { get; init; }
}

/// <summary>What can be read from a running engine besides rankings.</summary>
public sealed partial class EngineRuntime
{
    // Clocks of servers behind one journal differ, and a queue may hold a record back for a while.
    private const long RecordSlackMs = 1_000;
    private const long LongestQueueMs = 120_000;
    private long _startedAt;

    /// <summary>The data directory; null for an engine in memory.</summary>
    public DataDirectory? Files => _stores.Directory;

    /// <summary>The attributes of a user, or null when none were put.</summary>
    public Entity? FindUser(string id) => Snapshot.UserOf(id);

    /// <summary>True when the id of a user was seen, and not erased since.</summary>
    public bool KnowsUser(string id) => Snapshot.FindUser(id) >= 0;

    /// <summary>Finds a recorded ranking in the journal.</summary>
    /// <param name="id">Ids that this engine made carry their time and are found at once; foreign ones cost a walk over the journal.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>Null when there is no record of it: never answered, dropped under pressure, or older than the retention.</returns>
    public RankingRecord? FindRanking(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        var at = RankingRecorder.TimeOf(id);
        var entries = at is { } since ? Journal.ReadRecordedSince(since - RecordSlackMs) : Journal.Read(Journal.FirstSequence);
        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.RecordedAtMs > at + LongestQueueMs)
            {
                return null;
            }

            if (entry.Kind == EntryKind.Ranking && IdOf(entry.Payload.Span) == id)
            {
                return RankingRecord.Read(entry.Payload.Span);
            }
        }

        return null;
    }

    /// <summary>The recorded vectors of a ranking with the scores of a model in shadow; null when none was in shadow, or they were not kept.</summary>
    /// <remarks>Reads the file of the feature log that holds the ranking's time, and nothing at all while nothing is in shadow.</remarks>
    public FeatureBlock? FindShadowScores(RankingRecord record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (!record.IsAnsweredHere || Files is null || !Snapshot.Figures.HasShadowed)
        {
            return null;
        }

        if (IsRecent(record.Id))
        {
            // Vectors wait a moment for others to be compressed with.
            _stores.Features?.Flush();
        }

        foreach (var block in FeatureLogReader.ReadAround(Files.Features, record.AtMs))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (block.RankingId == record.Id)
            {
                return ShadowScores.ModelOf(block) is null ? null : block;
            }
        }

        return null;
    }

    /// <summary>True for ids that this engine made: looking them up is quick.</summary>
    public static bool IsOwnRanking(string id) => RankingRecorder.TimeOf(id) is not null;

    /// <summary>True for ids of rankings that were answered so lately that their record may not be durable yet.</summary>
    public bool IsRecent(string id) => RankingRecorder.TimeOf(id) is { } at && _time.GetUtcNow().ToUnixTimeMilliseconds() - at < LongestQueueMs;

    private static string IdOf(ReadOnlySpan<byte> payload)
    {
        var reader = new ByteReader(payload);
        reader.ReadByte();
        return reader.ReadString();
    }

    /// <summary>What the engine is doing now. Cost: a pass over the items and over the names of the data directory's files.</summary>
    public EngineStatus Status()
    {
        var snapshot = Snapshot;
        var figures = snapshot.Figures;
        var rankings = Recorder.RecordedRankings;
        return new EngineStatus
        {
            AsOf = snapshot.AsOf,
            LastSequence = Journal.LastSequence,
            FirstSequence = Journal.FirstSequence,
            CheckpointAsOf = CheckpointAsOf,
            Entries = new SortedDictionary<string, long>(figures.Counts.ToDictionary(), StringComparer.Ordinal),
            Items = figures.ItemCount,
            ActiveItems = CountActive(snapshot),
            Users = figures.UserCount,
            Sellers = figures.SellerCount,
            EventsAccepted = figures.Counts.GetValueOrDefault("events"),
            Duplicates = Writer.DuplicateEntries,
            DroppedRecords = Writer.DroppedRecords,
            QueuedEntries = Writer.QueuedEntries,
            RecordedRankings = rankings,
            BytesPerRanking = rankings == 0 ? 0 : (double)Recorder.RecordedBytes / rankings,
            JournalBytes = BytesIn(Files?.Journal),
            FeatureLogBytes = BytesIn(Files?.Features),
            FeatureBlocksWritten = _stores.Features?.Written ?? 0,
            FeatureBlocksDropped = _stores.Features?.Dropped ?? 0,
            MemoryBytes = GC.GetTotalMemory(forceFullCollection: false),
            ServingModels = figures.ServingModels,
            ShadowModels = figures.ShadowModels,
            ShadowScored = _stores.Features?.ShadowScored ?? 0,
            ShadowFailed = _stores.Features?.ShadowFailed ?? 0,
            KillSwitches = [.. KillSwitches.Switched],
            Recovery = RecoverySentences(),
            VerticalErrors = [.. VerticalErrors.Select(error => error.ToString())],
            SnapshotAgeMs = Math.Max(0, _time.GetUtcNow().ToUnixTimeMilliseconds() - snapshot.PublishedAtMs),
            UptimeSeconds = _time.GetElapsedTime(_startedAt).TotalSeconds,
            Failure = Failure?.Message,
        };
    }

    private static int CountActive(Snapshot snapshot)
    {
        var active = 0;
        if (snapshot.Verticals.Values.FirstOrDefault() is { } vertical)
        {
            var items = vertical.Market.Items;
            for (var ordinal = 0; ordinal < items.Count; ordinal++)
            {
                active += items[ordinal] is { IsActive: true, IsDeleted: false } ? 1 : 0;
            }
        }

        return active;
    }

    private static long BytesIn(string? folder)
    {
        if (folder is null || !Directory.Exists(folder))
        {
            return 0;
        }

        try
        {
            return new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        }
        catch (IOException)
        {
            // A file went between its name and its length.
            return 0;
        }
    }

    // The applier may add a sentence while it loads a model.
    private string[] RecoverySentences()
    {
        while (true)
        {
            try
            {
                return [.. _recovery];
            }
            catch (InvalidOperationException)
            {
                // It was added just now; once more.
            }
        }
    }

    // By the applier (and once before it starts): the state's own tables must not be read from elsewhere.
    private SnapshotFigures TakeFigures()
    {
        if (_startedAt == 0)
        {
            _startedAt = _time.GetTimestamp();
        }

        return new SnapshotFigures
        {
            Counts = new Dictionary<string, long>(_state.Counts, StringComparer.Ordinal),
            ServingModels = new Dictionary<string, string>(_state.ServingModels, StringComparer.Ordinal),
            ShadowModels = new Dictionary<string, string>(_state.ShadowModels, StringComparer.Ordinal),
            ItemCount = _state.Catalog.ItemCount,
            UserCount = _state.Catalog.UserCount,
            SellerCount = _state.Catalog.SellerCount,
        };
    }
}
