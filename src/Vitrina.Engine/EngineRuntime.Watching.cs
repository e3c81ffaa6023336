using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Rules;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine;

/// <summary>Hot reload: vertical files, the kill-switch file, and the turn of the day.</summary>
public sealed partial class EngineRuntime
{
    private readonly Dictionary<string, (DateTime Written, long Length)> _seenFiles = new(StringComparer.Ordinal);
    private volatile IReadOnlyList<DeclarationError> _verticalErrors = [];
    private IReadOnlyList<CompiledVertical>? _pendingVerticals;
    private EngineState? _rebuilt;
    private long _dayMs;

    /// <summary>What is wrong with the vertical files as they stand now; the engine keeps the last good ones.</summary>
    public IReadOnlyList<DeclarationError> VerticalErrors => _verticalErrors;

    private async Task WatchAsync()
    {
        LookAtFiles(isFirst: true);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(_options.WatchIntervalMs), _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                LookAtFiles(isFirst: false);
                if (!PublishesOnlyWhenAwaited)
                {
                    // Whoever holds the snapshots drives the time too, and says where days end.
                    // An Init that is due is begun before the day turns, which would make it at once.
                    if (_isServing)
                    {
                        BeginInits();
                    }

                    TurnDay();
                    MaintainDaily();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The engine stops.
        }
    }

    private void LookAtFiles(bool isFirst)
    {
        if (_stores.Directory is not { } directory)
        {
            return;
        }

        KillSwitches.ReadFile(Path.Combine(directory.Root, KillSwitches.FileName));
        var files = Directory.GetFiles(directory.Verticals, "*.yaml").Select(path => new FileInfo(path)).Where(file => file.Exists)
            .ToDictionary(file => file.FullName, file => (file.LastWriteTimeUtc, file.Length), StringComparer.Ordinal);
        if (files.Count == _seenFiles.Count && files.All(file => _seenFiles.TryGetValue(file.Key, out var seen) && seen == file.Value))
        {
            return;
        }

        _seenFiles.Clear();
        foreach (var (path, stamp) in files)
        {
            _seenFiles[path] = stamp;
        }

        if (isFirst)
        {
            return;
        }

        // A state must not be rebuilt from a journal that is being rewritten: looked at again at the next tick.
        if (!_maintaining.Wait(0))
        {
            _seenFiles.Clear();
            return;
        }

        try
        {
            Reload(directory);
        }
        finally
        {
            _maintaining.Release();
        }
    }

    private void Reload(DataDirectory directory)
    {
        var verticals = directory.LoadVerticals(out var errors);
        _verticalErrors = errors;
        if (errors.Count > 0)
        {
            return;
        }

        var present = Snapshot.Verticals;
        var isSame = verticals.Count == present.Count
            && verticals.All(vertical => present.TryGetValue(vertical.Name, out var known) && known.Vertical.StateSignature == vertical.StateSignature);
        EngineState? state = null;
        if (!isSame)
        {
            // Other counts: the state is rebuilt from the journal beside the serving one, which goes on until then.
            state = new EngineState(verticals);
            foreach (var entry in _stores.Journal.Read(_stores.Journal.FirstSequence))
            {
                state.Apply(entry);
            }
        }

        Volatile.Write(ref _rebuilt, state);
        Volatile.Write(ref _pendingVerticals, verticals);
        Nudge();
    }

    /// <summary>Takes over reloaded verticals; called by the applier between two entries.</summary>
    private void AdoptPending()
    {
        if (Interlocked.Exchange(ref _pendingVerticals, null) is not { } verticals)
        {
            return;
        }

        if (Interlocked.Exchange(ref _rebuilt, null) is { } rebuilt)
        {
            foreach (var entry in _stores.Journal.Read(rebuilt.AsOf + 1))
            {
                if (entry.Sequence > _state.AsOf)
                {
                    break;
                }

                rebuilt.Apply(entry);
            }

            // What is being written is of the state that goes.
            Task.WhenAny(_writing).Wait();
            _state = rebuilt;
            _popular.Clear();

            // The store holds ordinals of the same journal, but keyword ordinals and counts follow the new files.
            _stores.Catalog.Clear();
            Volatile.Write(ref _checkpointAsOf, -1);
            WriteCheckpoint();
            return;
        }

        foreach (var vertical in verticals)
        {
            _state.Replace(vertical);
        }
    }

    // A day without events must still end: windows slide by an entry of the journal, so that replay slides them at the same place.
    private void TurnDay()
    {
        var nowMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        if (nowMs - _dayMs < TimeSpan.MillisecondsPerHour / 4)
        {
            return;
        }

        _dayMs = nowMs - (nowMs % (TimeSpan.MillisecondsPerHour / 4));
        var isNewDay = Snapshot.Verticals.Values.Any(vertical =>
            vertical.Market.Statistics.Today != int.MinValue
            && new Statistics.DayClock(vertical.Vertical.TimeZone).DayOf(nowMs) > vertical.Market.Statistics.Today);
        if (isNewDay)
        {
            Writer.TryEnqueueAndForget(new PendingEntry(EntryKind.DayStarted, ReadOnlyMemory<byte>.Empty));
            foreach (var vertical in _options.DailyOffersUpdate ? OfferVerticals : [])
            {
                Writer.TryEnqueueAndForget(new PendingEntry(EntryKind.OffersUpdate, new ControlEntry(vertical, "", "daily").ToBytes()));
            }
        }
    }

    // An empty group wakes the applier, which then publishes.
    private void Nudge() => _committed.Writer.TryWrite([]);
}
