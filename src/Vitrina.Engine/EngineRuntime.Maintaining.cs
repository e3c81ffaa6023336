using System.Text.Json;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;

namespace Vitrina.Engine;

/// <summary>What a run of the maintenance did.</summary>
public sealed record MaintenanceReport
{
    /// <summary>When it was done.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The checkpoint that stands for what was forgotten.</summary>
    public required long CheckpointAsOf { get; init; }

    /// <summary>Erased persons whose older entries were rewritten.</summary>
    public required int ErasedPersons { get; init; }

    /// <summary>Journal entries that name nobody any more.</summary>
    public required int RewrittenEntries { get; init; }

    /// <summary>Checkpoints of a time when the erased persons were known.</summary>
    public required int RemovedCheckpoints { get; init; }

    /// <summary>Journal segments older than the retention, whose events and rankings were forgotten.</summary>
    public required int ThinnedSegments { get; init; }

    /// <summary>False when a reader kept a database's older pages alive: the next run tries again.</summary>
    public required bool IsScrubbed { get; init; }

    /// <summary>When the run of a stored report was done, also of an earlier release's, which counted other things.</summary>
    internal static DateTimeOffset AtOf(string stored)
    {
        using var document = JsonDocument.Parse(stored);
        return document.RootElement.GetProperty(nameof(At)).GetDateTimeOffset();
    }
}

/// <summary>Maintenance beside serving: retention, and erasures carried into every file.</summary>
public sealed partial class EngineRuntime
{
    private const string MaintenanceCollection = "maintenance";
    private const string LastRun = "last";
    private readonly SemaphoreSlim _maintaining = new(1, 1);
    private long _nextMaintenanceMs;

    /// <summary>
    /// Carries erasures into the files (entries of erased persons lose their person, older checkpoints go) and forgets what people did and were shown
    /// before the retention. What is for sale, and what was decided, stays in the journal: a rebuild needs it. Waits for a run that is under way. A run that is cut off at any point is completed by the next one, or by the next start.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting; what has begun to be rewritten is completed.</param>
    /// <exception cref="JournalDamagedException">A segment cannot be read; it and later ones are as before.</exception>
    public async Task<MaintenanceReport> MaintainAsync(CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        await _maintaining.WaitAsync(either.Token);
        try
        {
            // Everything that is rewritten must be in a checkpoint first: from a rewritten erasure nobody could tell whom a state is to forget.
            var asOf = await CheckpointAsync(either.Token);
            return await Task.Run(() => Maintain(asOf), CancellationToken.None);
        }
        finally
        {
            _maintaining.Release();
        }
    }

    private MaintenanceReport Maintain(long asOf)
    {
        var persons = PendingErasures().Where(person => person.Sequence <= asOf).ToList();
        var (rewritten, removedCheckpoints, thinnedSegments) = (0, 0, 0);
        if (persons.Count > 0)
        {
            foreach (var person in persons)
            {
                Control.Put(ErasedPerson.Collection, person.Key, (person with { IsBegun = true }).ToJson());
            }

            rewritten = Rewrite(persons);
            removedCheckpoints = _stores.Checkpoints.RemoveBefore(asOf);
            foreach (var person in persons)
            {
                Control.Remove(ErasedPerson.Collection, person.Key);
            }
        }

        if (_stores.Journal is SegmentJournalStore segments)
        {
            var oldestMs = _time.GetUtcNow().AddDays(-_options.RetentionDays).ToUnixTimeMilliseconds();
            thinnedSegments = segments.ForgetBefore(oldestMs, asOf + 1, kind => kind is EntryKind.Event or EntryKind.Ranking);
        }

        var isScrubbed = _stores.Catalog.Scrub() & Control.Scrub();
        var report = new MaintenanceReport
        {
            At = _time.GetUtcNow(),
            CheckpointAsOf = asOf,
            ErasedPersons = persons.Count,
            RewrittenEntries = rewritten,
            RemovedCheckpoints = removedCheckpoints,
            ThinnedSegments = thinnedSegments,
            IsScrubbed = isScrubbed,
        };
        Control.Put(MaintenanceCollection, LastRun, JsonSerializer.Serialize(report));
        return report;
    }

    private List<ErasedPerson> PendingErasures() => [.. Control.List(ErasedPerson.Collection).Select(document => ErasedPerson.Read(document.Value))];

    // A journal in memory ends with the process; there is nothing to rewrite.
    private int Rewrite(IReadOnlyList<ErasedPerson> persons)
    {
        if (_stores.Journal is not SegmentJournalStore segments)
        {
            return 0;
        }

        var rewriter = new ErasureRewriter(persons, table => _state.Verticals.Values.Any(vertical => vertical.IsUserTable(table)));
        rewriter.Prepare(segments.Read(segments.FirstSequence));
        return segments.RewriteSegments(rewriter.Rewrite);
    }

    // Before anything is replayed: half a rewritten journal names the person in one part only, and a rebuild would take it for two.
    private void CompleteRewriting()
    {
        var begun = PendingErasures().Where(person => person.IsBegun).ToList();
        if (begun.Count > 0)
        {
            Rewrite(begun);
            _recovery.Add($"erasure: the rewriting of {begun.Count} erased persons' entries was cut off; it is completed");
        }
    }

    // Which ids an erasure means is known only while the state still has them.
    private void NoteErasure(in JournalEntry entry)
    {
        var erasure = ControlEntry.Read(entry.Payload.Span);
        if (erasure.Value != ErasureRewriter.Done && Control.Find(ErasedPerson.Collection, ErasedPerson.KeyOf(entry.Sequence)) is null)
        {
            var person = ErasedPerson.New(entry.Sequence, _state.IdsOf(erasure.Subject));
            Control.Put(ErasedPerson.Collection, person.Key, person.ToJson());
        }
    }

    private void Apply(in JournalEntry entry)
    {
        if (entry.Kind == EntryKind.UserErase)
        {
            NoteErasure(entry);
        }
        else if (entry.Kind is EntryKind.ModelPublished or EntryKind.ModelShadowed)
        {
            // A version that is named again may have been evaluated anew since it was loaded: its calibration is another one then.
            _loadedModels.Clear();
        }

        _state.Apply(entry);
    }

    // Once a day, counted over restarts.
    private void MaintainDaily()
    {
        var nowMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        if (nowMs < _nextMaintenanceMs)
        {
            return;
        }

        if (_nextMaintenanceMs == 0)
        {
            var last = Control.Find(MaintenanceCollection, LastRun) is { } document ? MaintenanceReport.AtOf(document) : _time.GetUtcNow();
            _nextMaintenanceMs = Math.Max(1, last.AddDays(1).ToUnixTimeMilliseconds());
            if (nowMs < _nextMaintenanceMs)
            {
                return;
            }
        }

        _nextMaintenanceMs = nowMs + (long)TimeSpan.FromDays(1).TotalMilliseconds;
        _ = MaintainQuietlyAsync();
    }

    private async Task MaintainQuietlyAsync()
    {
        try
        {
            await MaintainAsync();
        }
        catch (OperationCanceledException)
        {
            // The engine stops; the next start goes on.
        }
        catch (Exception exception) when (exception is IOException or JournalDamagedException or JournalUnavailableException)
        {
            _recovery.Add($"maintenance: {exception.Message}");
        }
    }
}
