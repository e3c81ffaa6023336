using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Hashing;
using Vitrina.Simulation.Writing;

namespace Vitrina.Simulation.Driving;

/// <summary>Lets a simulated world be answered by an engine in the same process, in simulated time.</summary>
/// <remarks>
/// Changes pass through the documents of the API, so that what a server would refuse is refused here. While the adapter lives, the engine publishes
/// a snapshot only at the end of <see cref="SendAsync"/>: the same world, seed and signing secret then give the same journal and the same lists.
/// </remarks>
public sealed class EngineAdapter : IMarketplaceAdapter, IDisposable
{
    private readonly EngineRuntime _runtime;
    private readonly DrivenClock _clock;
    private readonly DocumentVerticals _verticals;
    private readonly DayClock[] _days;
    private readonly int[] _today;
    private readonly Dictionary<string, string> _verticalOfItem = new(StringComparer.Ordinal);
    private readonly List<PendingEntry> _entries = [];
    private readonly ByteWriter _writer = new();
    private readonly ArrayBufferWriter<byte> _bytes = new(4096);
    private readonly Utf8JsonWriter _json;
    private readonly ItemDocumentDefaults _defaults;

    /// <summary>Takes hold of an engine.</summary>
    /// <param name="runtime">The engine; stays the caller's to dispose.</param>
    /// <param name="clock">The engine's clock.</param>
    /// <exception cref="ArgumentException">The engine runs by another clock.</exception>
    public EngineAdapter(EngineRuntime runtime, DrivenClock clock)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        if (!ReferenceEquals(runtime.Time, clock))
        {
            throw new ArgumentException("The engine runs by another clock.", nameof(clock));
        }

        (_runtime, _clock) = (runtime, clock);
        var verticals = runtime.Snapshot.Verticals.Values.Select(vertical => vertical.Vertical).ToList();
        _verticals = new DocumentVerticals(verticals.Select(vertical => vertical.Declaration));
        _days = [.. verticals.Select(vertical => new DayClock(vertical.TimeZone))];
        _today = new int[_days.Length];
        Array.Fill(_today, int.MinValue);
        _json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        _defaults = new ItemDocumentDefaults { AtMs = 0, VerticalOfItem = VerticalOf };
        runtime.PublishesOnlyWhenAwaited = true;
    }

    /// <inheritdoc/>
    public async ValueTask<ShownList> RankAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        _clock.AdvanceTo(request.At);
        var answer = await _runtime.Ranking.RankAsync(RequestOf(request), cancellationToken).ConfigureAwait(false);
        var items = new List<ShownItem>();
        foreach (var item in answer.Sections[0].Items)
        {
            items.Add(new ShownItem(item.Id, item.Position, item.Token));
        }

        return new ShownList { RankingId = answer.RankingId, Items = items };
    }

    /// <summary>The request as the engine takes it.</summary>
    public static RankRequest RequestOf(SimulatedRequest request) => new()
    {
        Vertical = request.Vertical,
        Surface = request.Surface,
        User = request.User,
        Session = request.Session,
        Query = request.Query,
        Size = request.Size,
        Context = request.Context,
        Filters = request.Filters is null ? [] : [.. request.Filters.Select(filter => new AttributeCondition { Attribute = filter.Key, AnyOf = filter.Value })],

        // Drawn from what the world knows alone: the engine's own seed would also depend on the number of its restarts.
        Seed = Hash.Mix((ulong)request.Key + 1),
    };

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The engine's documents refuse a change; the message names its field.</exception>
    public async ValueTask SendAsync(IReadOnlyList<SimulatedChange> changesInTimeOrder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changesInTimeOrder);
        _entries.Clear();
        foreach (var change in changesInTimeOrder)
        {
            TurnDay(change.At);
            _entries.Add(EntryOf(change));
        }

        _clock.AdvanceTo(changesInTimeOrder[^1].At);
        var result = await _runtime.Writer.AppendAndWaitAsync(_entries, cancellationToken).ConfigureAwait(false);
        await _runtime.WaitForAsync(result.LastSequence, cancellationToken).ConfigureAwait(false);
    }

    // The clock runs ahead of the engine's timers: a day's end is told here, at the same place in every run.
    private void TurnDay(DateTimeOffset at)
    {
        var isNew = false;
        for (var i = 0; i < _days.Length; i++)
        {
            var day = _days[i].DayOf(at.ToUnixTimeMilliseconds());
            isNew |= _today[i] != int.MinValue && day > _today[i];
            _today[i] = Math.Max(_today[i], day);
        }

        if (isNew)
        {
            _entries.Add(new PendingEntry(EntryKind.DayStarted, ReadOnlyMemory<byte>.Empty));
        }
    }

    private PendingEntry EntryOf(SimulatedChange change)
    {
        _bytes.ResetWrittenCount();
        _json.Reset();
        ChangeDocument.Write(_json, change);
        _json.Flush();
        _writer.Clear();
        var (kind, error) = change switch
        {
            SimulatedChange.UserEvent => (EntryKind.Event, ReadEvent()),
            SimulatedChange.UserPut => (EntryKind.UserPut, ReadEntity(_verticals.Users)),
            SimulatedChange.SellerPut => (EntryKind.SellerPut, ReadEntity(_verticals.Sellers)),
            SimulatedChange.FeatureRow => (EntryKind.FeatureRows, ReadRow()),
            SimulatedChange.ItemPut => (EntryKind.ItemPut, ReadItem()),
            SimulatedChange.ItemPatch => (EntryKind.ItemPatch, ReadItem()),
            _ => (EntryKind.ItemDelete, ReadItem()),
        };
        if (error.Message is not null)
        {
            throw new InvalidOperationException($"The engine refuses a change of {change.At:O}: {error}");
        }

        var payload = _writer.ToArray();
        var key = change is SimulatedChange.UserEvent happened ? DedupeKeys.OfEvent(happened.Id) : DedupeKeys.OfChange(kind, payload);
        return new PendingEntry(kind, payload, key);
    }

    private FieldError ReadEvent()
    {
        if (EventDocument.TryRead(_bytes.WrittenSpan, out var marketEvent, out var error))
        {
            marketEvent!.Write(_writer);
        }

        return error;
    }

    private FieldError ReadEntity(IReadOnlyList<ItemSchema> schemas)
    {
        if (EntityDocument.TryRead(_bytes.WrittenSpan, schemas, 0, out var change, out var error))
        {
            change!.Write(_writer);
        }

        return error;
    }

    private FieldError ReadRow()
    {
        if (FeatureRowDocument.TryRead(_bytes.WrittenSpan, _verticals, null, 0, out var row, out var error))
        {
            row!.Write(_writer);
        }

        return error;
    }

    private FieldError ReadItem()
    {
        if (ItemDocument.TryRead(_bytes.WrittenSpan, _verticals, _defaults, out var change, out var error))
        {
            change!.Write(_writer);
            if (change.Kind == ItemChangeKind.Put)
            {
                _verticalOfItem[change.Id.Value] = change.Vertical!;
            }
        }

        return error;
    }

    // What was sent in the same batch is not in the snapshot yet.
    private string? VerticalOf(string id)
    {
        if (_verticalOfItem.TryGetValue(id, out var known))
        {
            return known;
        }

        foreach (var (name, vertical) in _runtime.Snapshot.Verticals)
        {
            if (vertical.Find(id)?.Vertical == name)
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>Lets go of the engine, which publishes by its own rhythm again.</summary>
    public void Dispose()
    {
        _runtime.PublishesOnlyWhenAwaited = false;
        _json.Dispose();
    }
}
