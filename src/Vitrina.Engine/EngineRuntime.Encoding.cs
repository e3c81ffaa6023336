using Vitrina.Engine.Catalog;
using Vitrina.Engine.Indexing.Vectors;

namespace Vitrina.Engine;

/// <summary>Encoders: a published version embeds all items beside serving, then encoder and index change together, in one snapshot.</summary>
public sealed partial class EngineRuntime
{
    private readonly Dictionary<string, Task<EncodedItems>> _encoding = new(StringComparer.Ordinal);
    private readonly HashSet<string> _failedEncoders = new(StringComparer.Ordinal);

    /// <summary>True while the items of a published encoder are being embedded.</summary>
    public bool IsEncoding => Volatile.Read(ref _encodingCount) > 0;

    private int _encodingCount;

    // On the applier's thread, before a snapshot is made.
    private void KeepEncoders(CompiledVertical vertical, MarketState market)
    {
        for (var number = 0; number < vertical.EncoderNames.Count; number++)
        {
            var name = vertical.EncoderNames[number];
            if (!_state.ServingModels.TryGetValue(name, out var version) || market.EncoderVersion(number) == version)
            {
                continue;
            }

            var key = $"{vertical.Name}/{name}/{version}";
            if (_failedEncoders.Contains(key))
            {
                continue;
            }

            if (!_encoding.TryGetValue(key, out var encoding))
            {
                Volatile.Write(ref _encodingCount, _encodingCount + 1);
                var items = market.BeginEncoding();
                _encoding[key] = Task.Factory.StartNew(
                    () => Encode(vertical, name, version, items), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                _encoding[key].ContinueWith(_ => Nudge(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
            else if (encoding.IsCompleted)
            {
                _encoding.Remove(key);
                Adopt(encoding, key, market, number);
                Volatile.Write(ref _encodingCount, _encodingCount - 1);
            }
        }
    }

    private void Adopt(Task<EncodedItems> encoding, string key, MarketState market, int number)
    {
        if (encoding.Exception?.GetBaseException() is { } failure)
        {
            _failedEncoders.Add(key);
            _recovery.Add($"encoder {key}: {failure.Message}; the version before goes on serving");
        }
        else
        {
            market.Adopt(number, encoding.Result);
        }

        market.EndEncoding();
    }

    private EncodedItems Encode(CompiledVertical vertical, string name, string version, Features.MarketView market)
    {
        var encoded = new EncodedItems(_stores.Models.LoadEncoder(name, version), version, EncodedText.SlotOf(vertical.Schema));
        for (var ordinal = 0; ordinal < market.Items.Count && !_stopping.IsCancellationRequested; ordinal++)
        {
            if (market.Items[ordinal] is { } item && item.Vertical == vertical.Name)
            {
                encoded.Apply(item);
            }
        }

        encoded.Link();
        return encoded;
    }
}
