using System.Threading.Channels;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Ranking.Recording;
using Vitrina.Engine.Rules;

namespace Vitrina.Engine;

/// <summary>A running engine over one data directory: recovers, takes entries, applies them in order, publishes snapshots, answers requests.</summary>
/// <remarks>
/// The path of an entry: <see cref="Writer"/> makes it durable → <see cref="Availability"/> changes (before the caller is answered) → the applier
/// brings <see cref="EngineState"/> up to it → a snapshot is published. One applier; readers never wait for it.
/// </remarks>
public sealed partial class EngineRuntime : IAsyncDisposable
{
    private readonly EngineStores _stores;
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly Channel<JournalEntry[]> _committed = Channel.CreateBounded<JournalEntry[]>(new BoundedChannelOptions(256) { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, (long AtSequence, int[] Order)> _popular = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ServingModel> _loadedModels = new(StringComparer.Ordinal);
    private readonly List<string> _recovery = [];
    private readonly object _waitersGate = new();
    private readonly List<(long Sequence, TaskCompletionSource Done)> _waiters = [];
    private EngineState _state;
    private Snapshot _snapshot;
    private Task _applier = Task.CompletedTask;
    private Task _watcher = Task.CompletedTask;
    private bool _publishesOnlyWhenAwaited;
    private volatile bool _isServing;
    private volatile bool _hasStopped;
    private volatile Exception? _failure;

    private EngineRuntime(EngineStores stores, EngineOptions options, TimeProvider time, IReadOnlyList<CompiledVertical> verticals)
    {
        (_stores, _options, _time) = (stores, options, time);
        _state = new EngineState(verticals);
        _recovery.AddRange(stores.Journal.Recovery);
        CompleteRewriting();

        // Ids of recent entries, and who has what in stock, are read beside the state.
        var writer = Task.Run(() => new JournalWriter(stores.Journal, time, options.Journal, OnCommitted, DedupeKeys.Of));
        try
        {
            Recover();
            Availability = new Availability(_state.Catalog.ItemCount);
            var restored = Task.Run(RestoreAvailability);
            _snapshot = Freeze();
            restored.GetAwaiter().GetResult();
            Writer = writer.GetAwaiter().GetResult();
        }
        catch
        {
            Task.WhenAny(writer).Wait();
            if (writer.IsCompletedSuccessfully)
            {
                writer.Result.Dispose();
            }

            throw;
        }

        Recorder = new RankingRecorder(stores.Signer, Writer, stores.Features);
        Stages = new ModelStages(this);
        Ranking = new RankingEngine(() => Snapshot, Availability, KillSwitches, Recorder, time);
    }

    /// <summary>Starts an engine.</summary>
    /// <param name="stores">Its files; owned by the engine from now on.</param>
    /// <param name="verticals">The verticals.</param>
    /// <param name="options">Its options.</param>
    /// <param name="time">Its clock.</param>
    public static EngineRuntime Start(EngineStores stores, IReadOnlyList<CompiledVertical> verticals, EngineOptions options, TimeProvider time)
    {
        var runtime = new EngineRuntime(stores, options, time, verticals);
        runtime._applier = Task.Factory.StartNew(runtime.ApplyAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        runtime._watcher = runtime.WatchAsync();
        runtime.Nudge();
        return runtime;
    }

    /// <summary>Takes entries: durable when it answers.</summary>
    public JournalWriter Writer { get; }

    /// <summary>Answers requests.</summary>
    public RankingEngine Ranking { get; }

    /// <summary>Whether items can be had right now.</summary>
    public Availability Availability { get; }

    /// <summary>Surfaces that serve the baseline.</summary>
    public KillSwitches KillSwitches { get; } = new();

    /// <summary>Signs and verifies tokens.</summary>
    public TokenSigner Signer => _stores.Signer;

    /// <summary>The clock.</summary>
    public TimeProvider Time => _time;

    /// <summary>The options.</summary>
    public EngineOptions Options => _options;

    /// <summary>The control documents.</summary>
    public IControlStore Control => _stores.Control;

    /// <summary>The journal, for reading.</summary>
    public IJournalStore Journal => _stores.Journal;

    /// <summary>The model versions.</summary>
    public ModelFolder Models => _stores.Models;

    /// <summary>Moves model versions from stage to stage.</summary>
    public ModelStages Stages { get; }

    /// <summary>What was damaged at the start and what was done about it, in sentences.</summary>
    public IReadOnlyList<string> Recovery => _recovery;

    /// <summary>The newest published state.</summary>
    public Snapshot Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>Why nothing is applied any more, or null while all is well.</summary>
    public Exception? Failure => _failure ?? Writer.Failure;

    /// <summary>The last checkpoint's sequence.</summary>
    public long CheckpointAsOf => Volatile.Read(ref _checkpointAsOf);

    /// <summary>
    /// True while snapshots are published only for those who wait in <see cref="WaitForAsync"/>: a simulated run then sees the same snapshots every
    /// time. Normally they are published by the clock.
    /// </summary>
    public bool PublishesOnlyWhenAwaited
    {
        get => Volatile.Read(ref _publishesOnlyWhenAwaited);
        set
        {
            Volatile.Write(ref _publishesOnlyWhenAwaited, value);
            Nudge();
        }
    }

    internal RankingRecorder Recorder { get; }

    /// <summary>Tells other processes where this one serves. From now on Inits that become due are begun beside the work.</summary>
    public void Announce(Uri url)
    {
        _stores.Announce(url);
        _isServing = true;
    }

    /// <summary>The living state: only the applier may read it while entries are taken.</summary>
    internal EngineState State => _state;

    private void Recover()
    {
        RestoreCheckpoint();
        var from = _state.AsOf + 1;
        if (from < _stores.Journal.FirstSequence)
        {
            _recovery.Add($"journal: entries {from} to {_stores.Journal.FirstSequence - 1} are not there; statistics begin at {_stores.Journal.FirstSequence}");
            from = _stores.Journal.FirstSequence;
        }

        foreach (var entry in _stores.Journal.Read(from))
        {
            Apply(entry);
        }

        foreach (var (subject, isSwitched) in _state.Switches)
        {
            KillSwitches.Set(subject, isSwitched);
        }

        if (_stores.Directory is { } directory)
        {
            _state.LoadVectors(directory.Vectors, _recovery);
        }
    }

    private void RestoreAvailability()
    {
        var items = _state.Catalog.LiveItems();
        for (var ordinal = 0; ordinal < items.Count; ordinal++)
        {
            if (items[ordinal] is { } item)
            {
                Availability.Restore(item);
            }
        }
    }

    // On the writer's thread, after the flush and before any caller is answered.
    private void OnCommitted(ReadOnlySpan<JournalEntry> entries)
    {
        var group = entries.ToArray();
        foreach (var entry in group)
        {
            Observe(entry);
        }

        while (!_committed.Writer.TryWrite(group))
        {
            if (_failure is not null || _stopping.IsCancellationRequested)
            {
                return;
            }

            // The applier is behind: the writer waits, its queue fills, and callers are told to come later.
            _committed.Writer.WaitToWriteAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private void Observe(in JournalEntry entry)
    {
        if (entry.Kind is EntryKind.ItemPut or EntryKind.ItemPatch or EntryKind.ItemDelete)
        {
            Availability.Apply(ItemChange.Read(entry.Payload.Span));
        }
        else if (entry.Kind == EntryKind.KillSwitch)
        {
            var change = ControlEntry.Read(entry.Payload.Span);
            KillSwitches.Set(change.Subject, change.Value == "on");
        }
    }

    private void ApplyAll()
    {
        try
        {
            var reader = _committed.Reader;
            var published = _time.GetTimestamp();
            while (reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (reader.TryRead(out var group))
                {
                    foreach (var entry in group)
                    {
                        Apply(entry);
                    }

                    if (!PublishesOnlyWhenAwaited && _time.GetElapsedTime(published).TotalMilliseconds >= _options.PublishIntervalMs)
                    {
                        Publish();
                        published = _time.GetTimestamp();
                    }
                }

                if (!PublishesOnlyWhenAwaited || IsAwaited())
                {
                    Publish();
                    published = _time.GetTimestamp();
                }

                KeepCheckpoint();
            }

            _hasStopped = true;
            Release(long.MaxValue, new JournalUnavailableException("the engine has stopped"));
        }
        catch (Exception exception)
        {
            // The outermost frame of a background loop: health shows the failure, appends fail fast, readers keep the last snapshot.
            _failure = exception;
            _committed.Writer.TryComplete();
            Release(long.MaxValue, exception);
            Interlocked.Exchange(ref _checkpointAsked, null)?.TrySetException(exception);
        }
    }

    private bool IsAwaited()
    {
        lock (_waitersGate)
        {
            foreach (var (sequence, _) in _waiters)
            {
                if (sequence <= _state.AsOf)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private void Publish()
    {
        AdoptPending();
        _state.RecountsBeside = _isServing && !PublishesOnlyWhenAwaited;
        FinishOffers();
        Volatile.Write(ref _snapshot, Freeze());
        Release(_state.AsOf, null);
    }

    private void Release(long asOf, Exception? failure)
    {
        lock (_waitersGate)
        {
            for (var i = _waiters.Count - 1; i >= 0; i--)
            {
                if (_waiters[i].Sequence > asOf)
                {
                    continue;
                }

                if (failure is null)
                {
                    _waiters[i].Done.TrySetResult();
                }
                else
                {
                    _waiters[i].Done.TrySetException(failure);
                }

                _waiters.RemoveAt(i);
            }
        }
    }

    /// <summary>Waits until the published snapshot holds a journal sequence.</summary>
    public async Task WaitForAsync(long sequence, CancellationToken cancellationToken = default)
    {
        TaskCompletionSource done;
        lock (_waitersGate)
        {
            if (Snapshot.AsOf >= sequence)
            {
                return;
            }

            done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((sequence, done));
        }

        if (Stopped is { } stopped)
        {
            done.TrySetException(stopped);
        }
        else if (PublishesOnlyWhenAwaited)
        {
            // The applier may have passed the sequence before anybody waited.
            Nudge();
        }

        await done.Task.WaitAsync(cancellationToken);
    }

    private Snapshot Freeze()
    {
        var nowMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var verticals = new Dictionary<string, VerticalSnapshot>(StringComparer.Ordinal);
        foreach (var (name, market) in _state.Markets)
        {
            var vertical = _state.Verticals[name];
            KeepEncoders(vertical, market);
            var view = market.Freeze();
            verticals[name] = new VerticalSnapshot
            {
                Vertical = vertical,
                Market = view,
                Catalog = _state.Catalog,
                Models = ModelsOf(vertical, [.. SurfaceModels(vertical), .. ArmCompiler.ModelsOf(vertical, _state.Experiments)], _state.ServingModels, "the surface serves its fallback"),
                Shadows = ModelsOf(vertical, SurfaceModels(vertical), _state.ShadowModels, "nothing scores beside the serving model"),
                Factors = FactorsOf(vertical),
                PopularOrder = PopularOrder(vertical, view, nowMs),
                Arms = ArmsOf(vertical),
            };
        }

        return new Snapshot
        {
            AsOf = _state.AsOf,
            PublishedAtMs = nowMs,
            Verticals = verticals,
            Aliases = _state.Catalog.FreezeAliases(),
            Users = _state.Catalog.FreezeUsers(),
            Sellers = _state.Catalog.FreezeSellers(),
            Catalog = _state.Catalog,
            Experiments = _state.Experiments,
            Figures = TakeFigures(),
        };
    }

    // Renewed by the count of entries, not by the clock, so that a run on the same journal gives the same order.
    private int[] PopularOrder(CompiledVertical vertical, Features.MarketView market, long nowMs)
    {
        // Few items are put in order each time: a new one stands among them at once.
        var renewAfter = _state.Catalog.ItemCount <= 1000 ? 1 : Math.Max(200, _state.Catalog.ItemCount / 4);
        if (_popular.TryGetValue(vertical.Name, out var known) && _state.AsOf - known.AtSequence < renewAfter)
        {
            return known.Order;
        }

        var order = vertical.Popularity.Order(market, nowMs);
        _popular[vertical.Name] = (_state.AsOf, order);
        return order;
    }

    private static IEnumerable<string> SurfaceModels(CompiledVertical vertical) => vertical.Surfaces.Values.Select(surface => surface.Declaration.Score.Model).OfType<string>();

    private Dictionary<string, ServingModel> ModelsOf(CompiledVertical vertical, IEnumerable<string> names, IReadOnlyDictionary<string, string> versions, string otherwise)
    {
        var models = new Dictionary<string, ServingModel>(StringComparer.Ordinal);
        foreach (var name in names.Distinct())
        {
            var slash = name.IndexOf('/', StringComparison.Ordinal);
            var (family, version) = slash < 0 ? (name, versions.GetValueOrDefault(name)) : (name[..slash], name[(slash + 1)..]);
            if (version is not null && Load(vertical, family, version, otherwise) is { } model)
            {
                models[name] = model;
            }
        }

        return models;
    }

    private ServingModel? Load(CompiledVertical vertical, string name, string version, string otherwise)
    {
        var key = $"{name}/{version}/{vertical.Version}";
        if (_loadedModels.TryGetValue(key, out var known))
        {
            return known;
        }

        try
        {
            var columns = vertical.FeatureNamesOfModel(name);
            var loaded = _stores.Models.Load(name, version, columns);
            return _loadedModels[key] = new ServingModel(loaded, loaded.Model.ColumnsIn(columns));
        }
        catch (Exception exception) when (exception is IOException or ModelMismatchException)
        {
            NoteUnusable($"model {name}/{version}: {exception.Message}; {otherwise}");
            return null;
        }
    }

    // The reason stands in the status.
    private void NoteUnusable(string sentence)
    {
        if (!_recovery.Contains(sentence))
        {
            _recovery.Add(sentence);
        }
    }

    /// <summary>Stops taking entries, applies what was taken, writes a checkpoint and closes every file.</summary>
    public async ValueTask DisposeAsync()
    {
        Writer.Dispose();
        _committed.Writer.TryComplete();
        await _applier;
        await _stopping.CancelAsync();
        await _watcher;

        // What has begun to be rewritten is completed; nothing begins any more.
        await _maintaining.WaitAsync();
        await Task.WhenAny(_writing);
        if (_failure is null && _writing.Exception is null)
        {
            WriteCheckpoint();
        }

        _stores.Dispose();
        Stages.Dispose();
        _stopping.Dispose();
        _maintaining.Dispose();
    }
}
