using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Learning.Training.Embeddings;

namespace Vitrina.Learning.Replay;

/// <summary>Queries of a surface, each with an item that somebody acted on after it, and items that stood above it untouched.</summary>
internal sealed class QueryPairs
{
    // Lists are needed until somebody acts on them: the newest so many are remembered.
    private const int RememberedLists = 200_000;
    private const int MaxPassedOver = 4;

    private readonly List<Pair> _pairs = [];
    private readonly Dictionary<string, (string Query, string[] Shown)> _lists = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private readonly string?[] _texts;
    private readonly List<string> _wholeTexts = [];

    private QueryPairs(IJournalStore journal, EngineState state, CompiledVertical vertical, EncoderOptions options, CancellationToken cancellationToken)
    {
        foreach (var entry in journal.Read(journal.FirstSequence))
        {
            cancellationToken.ThrowIfCancellationRequested();
            (AsOf, AsOfMs) = (entry.Sequence, entry.RecordedAtMs);
            switch (entry.Kind)
            {
                case EntryKind.ItemPut or EntryKind.ItemPatch or EntryKind.ItemDelete:
                    state.Apply(entry);
                    break;
                case EntryKind.Ranking:
                    Remember(RankingRecord.Read(entry.Payload.Span), options);
                    break;
                case EntryKind.Event:
                    Take(MarketEvent.Read(entry.Payload.Span), state.Catalog, options);
                    break;
                default:
                    break;
            }
        }

        _pairs.Sort((one, other) => one.AtMs.CompareTo(other.AtMs));
        var slot = EncodedText.SlotOf(vertical.Schema);
        _texts = new string?[state.Catalog.ItemCount];
        for (var ordinal = 0; ordinal < _texts.Length && slot >= 0; ordinal++)
        {
            if (state.Catalog[ordinal] is { } item && item.Vertical == vertical.Name)
            {
                _texts[ordinal] = item.Texts[slot];
                if (options.FromTexts && !item.IsDeleted)
                {
                    _wholeTexts.Add(string.Join('\n', item.Texts.OfType<string>()));
                }
            }
        }

        _pairs.RemoveAll(pair => _texts[pair.Item] is null);
    }

    /// <summary>How many pairs there are.</summary>
    public int Count => _pairs.Count;

    /// <summary>The last journal sequence that was read.</summary>
    public long AsOf { get; }

    /// <summary>When that was recorded, Unix milliseconds.</summary>
    public long AsOfMs { get; }

    /// <summary>All texts of each item as one, where an encoder is learned from them; else empty.</summary>
    public IReadOnlyList<string> WholeTexts => _wholeTexts;

    /// <summary>Reads the journal.</summary>
    public static QueryPairs Of(IJournalStore journal, IReadOnlyList<CompiledVertical> verticals, CompiledVertical vertical, EncoderOptions options, CancellationToken cancellationToken)
        => new(journal, new EngineState(verticals, withText: false), vertical, options, cancellationToken);

    /// <summary>When a pair was made, Unix milliseconds; pairs stand in this order.</summary>
    public long TimeOf(int index) => _pairs[index].AtMs;

    /// <summary>Pairs from one place to before another, as examples.</summary>
    public IEnumerable<DssmExample> Examples(int from, int to)
    {
        for (var index = from; index < to; index++)
        {
            var pair = _pairs[index];
            yield return new DssmExample(pair.Query, _texts[pair.Item]!, 1, [.. pair.PassedOver.Select(item => _texts[item]).OfType<string>()]);
        }
    }

    private void Remember(RankingRecord ranking, EncoderOptions options)
    {
        if (ranking.Vertical != options.Vertical || ranking.Surface != options.Surface || string.IsNullOrEmpty(ranking.Query) || ranking.Origin == RankingOrigin.Shadow)
        {
            return;
        }

        if (_lists.TryAdd(ranking.Id, (ranking.Query, [.. ranking.Shown.Select(shown => shown.Item)])))
        {
            _order.Enqueue(ranking.Id);
        }

        if (_order.Count > RememberedLists)
        {
            _lists.Remove(_order.Dequeue());
        }
    }

    private void Take(MarketEvent marketEvent, ItemCatalog catalog, EncoderOptions options)
    {
        if (marketEvent.Type != options.Target || catalog.ItemIds.Find(marketEvent.Item) is not (>= 0 and var item) || marketEvent.RankingId is not { } id || !_lists.TryGetValue(id, out var list))
        {
            return;
        }

        var place = Array.IndexOf(list.Shown, marketEvent.Item);
        var passedOver = list.Shown.AsSpan(0, Math.Max(0, place)).ToArray().Select(catalog.ItemIds.Find).Where(other => other >= 0).TakeLast(MaxPassedOver);
        _pairs.Add(new Pair(marketEvent.OccurredAtMs, list.Query, item, [.. passedOver]));
    }

    private readonly record struct Pair(long AtMs, string Query, int Item, int[] PassedOver);
}
