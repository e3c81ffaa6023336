using Vitrina.Engine.Catalog;
using Vitrina.Engine.Indexing.Vectors;
using Vitrina.Kernels.Collections;
using Vitrina.Kernels.Files;

namespace Vitrina.Engine;

/// <summary>Encoders: a published version embeds all items beside serving, then encoder and index change together, in one snapshot.</summary>
public sealed partial class EngineRuntime
{
    // By vertical/encoder; the applier's alone.
    private readonly Dictionary<string, EncodingJob> _encoding = new(StringComparer.Ordinal);
    private readonly HashSet<string> _failedEncoders = new(StringComparer.Ordinal);
    private int _encodingCount;

    /// <summary>True while the items of a published encoder are being embedded.</summary>
    public bool IsEncoding => Volatile.Read(ref _encodingCount) > 0;

    private sealed record EncodingJob(string Version, MarketState Market, Task<EncodedOutcome> Task);

    private sealed record EncodedOutcome(EncodedItems Items, string? Damage);

    // On the applier's thread, before a snapshot is made.
    private void KeepEncoders(CompiledVertical vertical, MarketState market)
    {
        market.NameEncoders(vertical.EncoderNames);
        for (var number = 0; number < vertical.EncoderNames.Count; number++)
        {
            var name = vertical.EncoderNames[number];
            var key = $"{vertical.Name}/{name}";
            var wanted = _state.ServingModels.GetValueOrDefault(name);
            if (_encoding.TryGetValue(key, out var job))
            {
                if (!job.Task.IsCompleted)
                {
                    continue;
                }

                _encoding.Remove(key);
                Finish(job, key, wanted, market, number);
            }

            if (wanted is not null && market.EncodedItemsOf(number)?.Version != wanted && !_failedEncoders.Contains($"{key}/{wanted}"))
            {
                var (items, ids) = (market.BeginEncoding(), _state.Catalog.ItemIds);
                var task = Task.Factory.StartNew(() => Encode(vertical, name, wanted, items, ids), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                _encoding[key] = new EncodingJob(wanted, market, task);
                task.ContinueWith(_ => Nudge(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }

        Volatile.Write(ref _encodingCount, _encoding.Count);
    }

    // Another version may have been published meanwhile, or the whole state rebuilt: then the work was for nothing.
    private void Finish(EncodingJob job, string key, string? wanted, MarketState market, int number)
    {
        if (job.Task.Exception?.GetBaseException() is { } failure)
        {
            _failedEncoders.Add($"{key}/{job.Version}");
            _recovery.Add($"encoder {key}/{job.Version}: {failure.Message}; what served before goes on serving");
        }
        else if (job.Version == wanted && ReferenceEquals(job.Market, market))
        {
            market.Adopt(number, job.Task.Result.Items);
        }

        if (job.Task is { IsCompletedSuccessfully: true, Result.Damage: { } damage })
        {
            _recovery.Add(damage);
        }

        job.Market.EndEncoding();
    }

    private EncodedOutcome Encode(CompiledVertical vertical, string name, string version, Features.MarketView market, SymbolTable ids)
    {
        var encoded = new EncodedItems(_stores.Models.LoadEncoder(name, version), version, EncodedText.SlotOf(vertical.Schema));
        var damage = _stores.Directory is { } directory ? TakeStored(EncodedItemsFile.PathOf(directory.Vectors, vertical.Name, name)) : null;
        for (var ordinal = 0; ordinal < market.Items.Count && !_stopping.IsCancellationRequested; ordinal++)
        {
            if (IsOwn(ordinal))
            {
                encoded.Apply(market.Items[ordinal]!);
            }
        }

        encoded.Link();
        return new EncodedOutcome(encoded, damage);

        bool IsOwn(int ordinal) => ordinal >= 0 && ordinal < market.Items.Count && market.Items[ordinal]?.Vertical == vertical.Name;

        string? TakeStored(string path)
        {
            try
            {
                if (File.Exists(path))
                {
                    EncodedItemsFile.Read(path, encoded, id => ids.Find(id) is var ordinal && IsOwn(ordinal) ? ordinal : -1);
                }

                return null;
            }
            catch (DamagedFileException damaged)
            {
                return $"vectors: {VectorIndexFile.SetAside(damaged)}; the items are embedded again";
            }
        }
    }
}
