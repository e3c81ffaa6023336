using Vitrina.Engine.Catalog;
using Vitrina.Engine.Journal;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine;

/// <summary>Checkpoints: read at the start, frozen between two entries, written beside the work.</summary>
public sealed partial class EngineRuntime
{
    private long _checkpointAsOf;
    private TaskCompletionSource<long>? _checkpointAsked;

    // The applier's alone while it runs: one checkpoint is written at a time.
    private Task _writing = Task.CompletedTask;

    private sealed record FrozenState(long AsOf, IReadOnlyList<CheckpointSection> Sections, IReadOnlyList<CheckpointSection> Parts, CatalogDelta Catalog);

    private void RestoreCheckpoint()
    {
        if (_stores.Catalog.AsOf > _stores.Journal.LastSequence)
        {
            // The journal lost its end to damage: what comes next takes sequences that the checkpoint has counted already.
            _recovery.Add($"checkpoint: it is of entry {_stores.Catalog.AsOf}, but the journal ends at {_stores.Journal.LastSequence}; rebuilt from the journal");
        }
        else if (_stores.Catalog.AsOf > 0)
        {
            using var checkpoint = _stores.Checkpoints.Open(_stores.Catalog.AsOf, _recovery);
            try
            {
                if (checkpoint is null || checkpoint.AsOf != _stores.Catalog.AsOf)
                {
                    _recovery.Add($"checkpoint: none fits the catalogue at {_stores.Catalog.AsOf}; rebuilt from the journal");
                }
                else if (_state.TryLoad(checkpoint, _stores.Catalog))
                {
                    _checkpointAsOf = checkpoint.AsOf;
                    return;
                }
                else
                {
                    _recovery.Add("checkpoint: the verticals count differently now; rebuilt from the journal");
                }
            }
            catch (Exception exception) when (exception is CodecException or InvalidDataException)
            {
                _recovery.Add($"checkpoint {checkpoint?.AsOf}: {exception.Message}; rebuilt from the journal");
            }
        }

        _state = new EngineState(_state.Verticals.Values.ToList());
        if (_stores.Catalog.AsOf == 0)
        {
            return;
        }

        if (_stores.Journal.FirstSequence == 1)
        {
            _stores.Catalog.Clear();
        }
        else
        {
            // Somebody removed the oldest segments: the catalogue's own state is the best that is known of their items.
            _state.TakeOver(_stores.Catalog);
        }
    }

    private async Task<long> CheckpointAsync(CancellationToken cancellationToken)
    {
        var asked = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _checkpointAsked, asked);
        if (_failure is { } failure)
        {
            throw new JournalUnavailableException("nothing is applied any more, so that no checkpoint can be written", failure);
        }

        Nudge();
        return await asked.Task.WaitAsync(cancellationToken);
    }

    // On the applier's thread, between two entries.
    private void KeepCheckpoint()
    {
        if (!_writing.IsCompleted)
        {
            return;
        }

        // What could not be written is not tried again: what changed until then stands in memory alone, and a later checkpoint would lack it.
        _writing.GetAwaiter().GetResult();
        var isAsked = Volatile.Read(ref _checkpointAsked) is not null;
        if (!isAsked && _state.AsOf - _checkpointAsOf < _options.CheckpointEntries)
        {
            return;
        }

        if (_state.Markets.Select(pair => pair.Market.PendingUpdate).FirstOrDefault(update => update is not null) is { } update)
        {
            // A checkpoint would wait for it, and all entries with it.
            update.ContinueWith(_ => Nudge(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return;
        }

        var asked = Interlocked.Exchange(ref _checkpointAsked, null);
        if (asked is not null)
        {
            AdoptPending();
        }

        if (FreezeState() is not { } frozen)
        {
            asked?.TrySetResult(_state.AsOf);
            return;
        }

        _writing = Task.Factory.StartNew(() => Write(frozen, asked), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _writing.ContinueWith(_ => Nudge(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Write(FrozenState frozen, TaskCompletionSource<long>? asked)
    {
        try
        {
            Write(frozen);
            asked?.TrySetResult(frozen.AsOf);
        }
        catch (Exception exception)
        {
            asked?.TrySetException(exception);
            throw;
        }
    }

    // At once, when nothing is applied meanwhile.
    private void WriteCheckpoint()
    {
        Task.WhenAny(_writing).Wait();
        if (FreezeState() is { } frozen)
        {
            Write(frozen);
        }
    }

    // Null when the last checkpoint is of this very state. Graphs of vectors are at rest now or are written another time.
    private FrozenState? FreezeState()
    {
        if (_state.AsOf == _checkpointAsOf)
        {
            return null;
        }

        if (_stores.Directory is { } directory)
        {
            _state.SaveVectors(directory.Vectors);
        }

        return new FrozenState(_state.AsOf, _state.Sections(), _state.Parts(), _state.Catalog.TakeChanges());
    }

    // Statistics first, then the catalogue's transaction, which names the checkpoint that counts: a crash between the two keeps the older pair.
    private void Write(FrozenState frozen)
    {
        _stores.Checkpoints.Write(frozen.AsOf, frozen.Sections, frozen.Parts);
        _stores.Catalog.Commit(frozen.AsOf, frozen.Catalog);
        Volatile.Write(ref _checkpointAsOf, frozen.AsOf);
    }
}
