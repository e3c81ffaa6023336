using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Cli.Importing;

/// <summary>Checks documents as the API does, and puts what is right into the runs, in the journal's form.</summary>
internal sealed class DocumentEncoder
{
    private const long FutureToleranceMs = 5 * 60_000;
    private readonly ImportTarget _target;
    private readonly EntryRuns _runs;
    private readonly DocumentLimits _limits;
    private readonly EventValidator _events;
    private readonly ByteWriter _writer = new(4096);
    private readonly Dictionary<UInt128, (string Vertical, long AtMs)> _items = [];
    private readonly long _nowMs;
    private readonly Func<string, string?> _findVertical;

    public DocumentEncoder(ImportTarget target, ImportOptions options, EntryRuns runs)
    {
        (_target, _runs, _limits) = (target, runs, options.Limits);
        _nowMs = target.Time.GetUtcNow().ToUnixTimeMilliseconds();
        _findVertical = id => _items.TryGetValue(Hash.Of128(id), out var item) ? item.Vertical : target.VerticalOfItem(id);
        var bounds = new EventValidatorOptions { RetentionDays = options.RetentionDays };
        _events = new EventValidator(target.Verticals, _findVertical, target.Tokens, bounds);
    }

    /// <summary>Takes one document.</summary>
    /// <returns>False when it is refused.</returns>
    public bool TryTake(ImportSource source, ReadOnlySpan<byte> document, out FieldError error) => source.Kind switch
    {
        ImportKind.Items => TryTakeItem(document, source.Vertical, out error),
        ImportKind.Users => TryTakeEntity(document, _target.Verticals.Users, EntryKind.UserPut, out error),
        ImportKind.Sellers => TryTakeEntity(document, _target.Verticals.Sellers, EntryKind.SellerPut, out error),
        ImportKind.Features => TryTakeRow(document, source.Table, out error),
        ImportKind.Rankings => TryTakeRanking(document, source.Vertical, out error),
        _ => TryTakeEvent(document, out error),
    };

    private bool TryTakeEvent(ReadOnlySpan<byte> document, out FieldError error)
    {
        if (!EventDocument.TryRead(document, out var marketEvent, out error, _limits) || !_events.TryValidate(marketEvent!, _nowMs, out error))
        {
            return false;
        }

        _writer.Clear();
        marketEvent!.Write(_writer);
        var order = marketEvent.RankingId is null && marketEvent.Token is null ? InstantOrder.Event : InstantOrder.EventOfRanking;
        _runs.Add(marketEvent.OccurredAtMs, order, EntryKind.Event, DedupeKeys.OfEvent(marketEvent.Id), _writer.Written);
        return true;
    }

    private bool TryTakeRanking(ReadOnlySpan<byte> document, string? vertical, out FieldError error)
    {
        if (!RankingDocument.TryRead(document, _target.Verticals, vertical, out var ranking, out error, _limits) || !IsPast("at", ranking!.AtMs, out error))
        {
            return false;
        }

        _writer.Clear();
        ranking.Write(_writer);
        _runs.Add(ranking.AtMs, InstantOrder.Ranking, EntryKind.Ranking, DedupeKeys.OfRanking(ranking.Id), _writer.Written);
        return true;
    }

    private bool TryTakeItem(ReadOnlySpan<byte> document, string? vertical, out FieldError error)
    {
        var defaults = new ItemDocumentDefaults { AtMs = TimedEntry.Untimed, Vertical = vertical, VerticalOfItem = _findVertical };
        if (!ItemDocument.TryRead(document, _target.Verticals, defaults, out var change, out error, _limits))
        {
            return false;
        }

        var key = Hash.Of128(change!.Id.Value);
        var isSeen = _items.TryGetValue(key, out var seen);
        if (change.AtMs == TimedEntry.Untimed)
        {
            // Without a time of its own an item is there from the day it was published, else from the beginning of what is imported;
            // a patch or delete follows the change before it.
            var atMs = change.Kind == ItemChangeKind.Put ? change.PublishedAtMs : isSeen ? seen.AtMs : null;
            change = atMs is { } known && known <= _nowMs ? change with { AtMs = known } : change;
        }

        if (change.AtMs != TimedEntry.Untimed && !IsPast("at", change.AtMs, out error))
        {
            return false;
        }

        if (change.Kind == ItemChangeKind.Put || isSeen)
        {
            _items[key] = (change.Vertical ?? seen.Vertical, Math.Max(change.AtMs, isSeen ? seen.AtMs : TimedEntry.Untimed));
        }

        Add(change);
        return true;
    }

    private bool TryTakeEntity(ReadOnlySpan<byte> document, IReadOnlyList<ItemSchema> schemas, EntryKind kind, out FieldError error)
    {
        if (!EntityDocument.TryRead(document, schemas, TimedEntry.Untimed, out var change, out error, _limits)
            || (change!.AtMs != TimedEntry.Untimed && !IsPast("at", change.AtMs, out error)))
        {
            return false;
        }

        _writer.Clear();
        change.Write(_writer);
        _runs.Add(change.AtMs, InstantOrder.Change, kind, DedupeKeys.OfChange(kind, _writer.Written), _writer.Written);
        return true;
    }

    private bool TryTakeRow(ReadOnlySpan<byte> document, string? table, out FieldError error)
    {
        if (!FeatureRowDocument.TryRead(document, _target.Verticals, table, TimedEntry.Untimed, out var row, out error, _limits))
        {
            return false;
        }

        _writer.Clear();
        row!.Write(_writer);
        _runs.Add(row.ValidFromMs, InstantOrder.Change, EntryKind.FeatureRows, DedupeKeys.OfChange(EntryKind.FeatureRows, _writer.Written), _writer.Written);
        return true;
    }

    private void Add(ItemChange change)
    {
        var kind = KindOf(change.Kind);
        _writer.Clear();
        change.Write(_writer);
        _runs.Add(change.AtMs, InstantOrder.Change, kind, DedupeKeys.OfChange(kind, _writer.Written), _writer.Written);
    }

    private bool IsPast(string field, long atMs, out FieldError error)
    {
        error = atMs <= _nowMs + FutureToleranceMs ? default : new FieldError(field, "lies in the future; 5 minutes are tolerated", null, "future");
        return error.Message is null;
    }

    private static EntryKind KindOf(ItemChangeKind kind) => kind switch
    {
        ItemChangeKind.Put => EntryKind.ItemPut,
        ItemChangeKind.Patch => EntryKind.ItemPatch,
        _ => EntryKind.ItemDelete,
    };

    /// <summary>Gives an entry that says no time the time from which it holds.</summary>
    public static TimedEntry At(TimedEntry entry, long atMs)
    {
        var writer = new ByteWriter();
        switch (entry.Kind)
        {
            case EntryKind.ItemPut or EntryKind.ItemPatch or EntryKind.ItemDelete:
                (ItemChange.Read(entry.Payload.Span) with { AtMs = atMs }).Write(writer);
                break;
            case EntryKind.UserPut or EntryKind.SellerPut:
                (EntityChange.Read(entry.Payload.Span) with { AtMs = atMs }).Write(writer);
                break;
            default:
                (FeatureRow.Read(entry.Payload.Span) with { ValidFromMs = atMs }).Write(writer);
                break;
        }

        var payload = writer.ToArray();
        return entry with { AtMs = atMs, Key = DedupeKeys.OfChange(entry.Kind, payload), Payload = payload };
    }
}
