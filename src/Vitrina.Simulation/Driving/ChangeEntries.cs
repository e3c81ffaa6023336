using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;
using Vitrina.Simulation.Writing;

namespace Vitrina.Simulation.Driving;

/// <summary>Makes entries of the journal out of a world's changes, through the documents of the API, so that what a server would refuse is refused here.</summary>
/// <remarks>One call at a time.</remarks>
public sealed class ChangeEntries : IDisposable
{
    private readonly DocumentVerticals _verticals;
    private readonly DayClock[] _days;
    private readonly int[] _today;
    private readonly Dictionary<string, string> _verticalOfItem = new(StringComparer.Ordinal);
    private readonly Func<string, string?>? _verticalOf;
    private readonly ByteWriter _writer = new();
    private readonly ArrayBufferWriter<byte> _bytes = new(4096);
    private readonly Utf8JsonWriter _json;
    private readonly ItemDocumentDefaults _defaults;

    /// <summary>Takes the verticals that changes belong to.</summary>
    /// <param name="verticals">The verticals.</param>
    /// <param name="verticalOf">Gives the vertical of an item that was put before; null where all of them pass through here.</param>
    public ChangeEntries(IReadOnlyList<CompiledVertical> verticals, Func<string, string?>? verticalOf = null)
    {
        ArgumentNullException.ThrowIfNull(verticals);
        _verticalOf = verticalOf;
        _verticals = new DocumentVerticals(verticals.Select(vertical => vertical.Declaration));
        _days = [.. verticals.Select(vertical => new DayClock(vertical.TimeZone))];
        _today = new int[_days.Length];
        Array.Fill(_today, int.MinValue);
        _json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        _defaults = new ItemDocumentDefaults { AtMs = 0, VerticalOfItem = VerticalOf };
    }

    /// <summary>Adds the entries of a change: a day's end before it, where one lies between it and the last change.</summary>
    /// <param name="change">Not earlier than the last one.</param>
    /// <param name="entries">Receives them.</param>
    /// <exception cref="InvalidOperationException">The documents refuse the change; the message names its field.</exception>
    public void Add(SimulatedChange change, ICollection<PendingEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(entries);
        if (TurnsDay(change.At))
        {
            entries.Add(new PendingEntry(EntryKind.DayStarted, ReadOnlyMemory<byte>.Empty));
        }

        entries.Add(EntryOf(change));
    }

    // The clock runs ahead of an engine's timers: a day's end is told here, at the same place in every run.
    private bool TurnsDay(DateTimeOffset at)
    {
        var isNew = false;
        for (var i = 0; i < _days.Length; i++)
        {
            var day = _days[i].DayOf(at.ToUnixTimeMilliseconds());
            isNew |= _today[i] != int.MinValue && day > _today[i];
            _today[i] = Math.Max(_today[i], day);
        }

        return isNew;
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

    private string? VerticalOf(string id) => _verticalOfItem.TryGetValue(id, out var known) ? known : _verticalOf?.Invoke(id);

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();
}
