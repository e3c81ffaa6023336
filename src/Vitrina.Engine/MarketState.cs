using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Features;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Indexing.Values;
using Vitrina.Engine.Indexing.Vectors;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine;

/// <summary>The living data of one vertical: what its events and changes add up to.</summary>
/// <remarks>One writer, in journal order. Everything here is a function of the journal and the vertical's file.</remarks>
internal sealed partial class MarketState
{
    private const int JoinedHistory = 256;
    private const string RegionKey = "region";

    // Codes among keywords are a text field of their own behind the declared ones.
    private const float CodeBoost = 1;

    private readonly CompiledVertical _vertical;
    private readonly ItemCatalog _catalog;
    private readonly VerticalStatistics _statistics;
    private readonly UserHistory _history = new();
    private readonly PriceLevels[] _prices;
    private readonly FeatureTable[] _tables;
    private readonly string[] _tableNames;
    private readonly Crediting _crediting;
    private readonly QueryNormalizer _queries;
    private readonly TextIndex? _text;
    private readonly CatalogWords? _words;
    private readonly ItemColumns? _columns;
    private readonly CatalogCodes _codes;
    private readonly QueryLog _asked;
    private readonly int[] _textSlots;
    private readonly ItemVectors? _vectors;
    private readonly OfferStatistics? _offers;
    private readonly Func<CounterView>? _offerCounts;
    private readonly VisitStatistics? _visits;

    public MarketState(CompiledVertical vertical, ItemCatalog catalog, bool withText, Action<string> count)
    {
        (_vertical, _catalog) = (vertical, catalog);
        catalog.Declare(vertical.Name, vertical.Schema);
        _statistics = new VerticalStatistics(vertical.Counters, vertical.Events, vertical.WindowDays, vertical.TimeZone);
        _prices = [.. vertical.PriceLevels.Select(level => new PriceLevels(level.Price, level.Keyword))];
        _tableNames = [.. vertical.Declaration.Tables.Keys];
        _tables = [.. vertical.Declaration.Tables.Values.Select(table => new FeatureTable([.. table.Columns.Keys]))];
        _crediting = new Crediting(vertical.AttributionWindow, vertical.Offers is not null);
        if (vertical.Offers is { } traits)
        {
            _offers = new OfferStatistics(traits, new CounterShape(vertical.Events.Count, vertical.WindowDays, []), vertical.TimeZone, count, ordinal => catalog[ordinal] is { } item && item.Vertical == vertical.Name ? item : null);
            _offerCounts = OfferCounts;
            _statistics.OfferLeaves = _offers.Leave;
        }

        _queries = new QueryNormalizer(vertical.Analyzer);
        var fields = vertical.Schema.Slots.Where(slot => slot.Storage == AttributeStorage.Texts).ToList();
        _textSlots = [.. fields.Select(slot => slot.Slot)];
        _asked = new QueryLog(vertical.Declaration.Statistics.HalfLife * MarketView.QueryHalfLives);
        _words = withText ? new CatalogWords(vertical.Analyzer, vertical.Schema, catalog.KeywordsOf(vertical.Name), catalog.ListKeywordsOf(vertical.Name)) : null;
        _columns = withText ? new ItemColumns(vertical.Schema) : null;
        _codes = new CatalogCodes(vertical.Analyzer, catalog.KeywordsOf(vertical.Name), catalog.ListKeywordsOf(vertical.Name));
        _text = withText && fields.Count > 0
            ? new TextIndex(vertical.Analyzer, new TextIndexOptions { FieldBoosts = [.. fields.Select(slot => (float)slot.Declaration.Boost), CodeBoost] })
            : null;
        _vectors = withText && vertical.Schema.VectorCount > 0 ? new ItemVectors(vertical.Schema) : null;
        NameEncoders(vertical.EncoderNames);
        _visits = vertical.Groupings.Count > 0 || vertical.Declaration.Statistics.Pairs.Items
            ? new VisitStatistics(vertical.Groupings, vertical.EventWeights, vertical.Declaration.Statistics.Pairs.Items, catalog)
            : null;
    }

    public VerticalStatistics Statistics => _statistics;

    public UserHistory History => _history;

    /// <summary>Bytes of what visits add up to.</summary>
    public long VisitBytes => _visits?.Bytes ?? 0;

    public TextIndex? Text => _text;

    public ItemVectors? Vectors => _vectors;

    /// <param name="after">The item as it is now.</param>
    /// <param name="before">The item as it was, when there was one.</param>
    /// <param name="hasText">Whether the text index knows the item's texts already.</param>
    /// <param name="hasWords">Whether the words count the item already.</param>
    public void ApplyItem(Item after, Item? before, bool hasText = false, bool hasWords = false)
    {
        foreach (var prices in _prices)
        {
            prices.Apply(before, after);
        }

        _vectors?.Apply(after, before);
        foreach (var encoded in _encoded)
        {
            if (encoded?.IsConcernedBy(after, before) ?? false)
            {
                encoded.Apply(after);
            }
        }

        if (_encodingCount > 0)
        {
            _changedItems.Add(after.Ordinal);
        }

        if (!hasWords)
        {
            _words?.Apply(before, after);
        }

        _columns?.Apply(after);
        _offers?.ApplyItem(after, before, _offerCounts!);
        _visits?.ApplyItem(after);
        if (_text is null || hasText)
        {
            return;
        }

        if (after.IsDeleted)
        {
            _text.Remove(after.Ordinal);
        }
        else if (before is null || before.IsDeleted || !before.Texts.AsSpan().SequenceEqual(after.Texts) || CatalogCodes.MayDiffer(before, after))
        {
            _text.Put(after.Ordinal, [.. _textSlots.Select(slot => after.Texts[slot]), _codes.Of(after)]);
        }
    }

    /// <summary>Lets go of an item that is of another vertical now.</summary>
    public void Leave(Item before)
    {
        _columns?.Remove(before.Ordinal);
        _offers?.ForgetHandover();
    }

    public void ApplyEvent(MarketEvent marketEvent, Item item, long recordedAtMs)
    {
        var user = marketEvent.User is { } id ? _catalog.UserOrdinal(id) : -1;
        var visitor = Visitor(user, marketEvent.Session);
        var zone = _offers is null ? 0 : ZoneOf(marketEvent);
        var condition = marketEvent.Type == EventType.View ? _offers?.ConditionOf(marketEvent, item, -1, zone) ?? -1 : -1;
        var credited = _crediting.Credit(marketEvent, item.Ordinal, user, visitor, _queries.HashOf(marketEvent.Query), PriceOf(item), condition);
        if (_offers is not null && marketEvent.Type != EventType.View)
        {
            credited = credited with { Condition = _offers.ConditionOf(marketEvent, item, credited.Condition, zone) };
        }

        _visits?.Apply(credited, item, visitor, marketEvent.Context, isNew: _history.IsNew(user, _vertical.EventWeights));
        Apply(credited, item, recordedAtMs);
    }

    private int ZoneOf(MarketEvent marketEvent)
    {
        if (_offers!.Zones.Count == 0)
        {
            return 0;
        }

        foreach (var (key, value) in marketEvent.Context)
        {
            if (key == RegionKey)
            {
                return _offers.ZoneOf(value);
            }
        }

        return _crediting.ZoneOf(marketEvent);
    }

    public void ApplyRanking(RankingRecord ranking, long recordedAtMs)
    {
        var query = _queries.HashOf(ranking.Query);
        var zone = _offers?.ZoneOf(ranking.Context.FirstOrDefault(pair => pair.Key == RegionKey).Value) ?? 0;
        _crediting.Remember(ranking.Id, query, ranking.AtMs, zone);
        if (ranking is { Query: not null, Offset: 0, Shown.Count: > 0 } && query != 0)
        {
            _asked.Add(_queries.Normalize(ranking.Query).Text, ranking.Query, ranking.AtMs);
        }

        if (ranking.AssumedViews == 0)
        {
            return;
        }

        var user = ranking.User is { } id ? _catalog.UserOrdinal(id) : -1;
        var visitors = ErasedPerson.VisitorsOf(ranking);
        for (var i = 0; i < ranking.Shown.Count && ranking.Offset + i < ranking.AssumedViews; i++)
        {
            if (_catalog.Find(ranking.Shown[i].Item) is { } item)
            {
                var visitor = i < visitors.Length ? Visitor(-1, visitors[i]) : Visitor(user, ranking.Session);
                Apply(_crediting.AssumeView(item.Ordinal, user, visitor, query, ranking.AtMs, PriceOf(item), _offers?.ConditionAt(item, ranking.AtMs, zone) ?? -1), item, recordedAtMs);
            }
        }
    }

    private void Apply(in CreditedEvent credited, Item item, long recordedAtMs)
    {
        if (_offers is not null && _statistics.MetricOf(credited.Type) is >= 0 and var metric)
        {
            _statistics.Expect(credited.Condition, metric);
            var day = _statistics.DayOf(credited.AtMs, recordedAtMs);
            _statistics.MoveTo(day);
            InitWhenDue(Math.Min(credited.AtMs, recordedAtMs));
            _offers.Count(credited.Item, credited.Condition, metric, _statistics.Today - day);
        }

        _statistics.Apply(credited, item, recordedAtMs);
        if (credited.User >= 0)
        {
            _history.Add(credited.User, credited.Item, credited.Type, credited.AtMs, credited.QueryHash, credited.Price);
        }
    }

    public void ApplyRow(FeatureRow row)
    {
        if (Array.IndexOf(_tableNames, row.Table) is >= 0 and var table)
        {
            _tables[table].Apply(row);
        }
    }

    public void StartDay(long atMs)
    {
        if (_statistics.Today != int.MinValue)
        {
            _statistics.StartDay(atMs);
            InitWhenDue(atMs);
        }
    }

    private void InitWhenDue(long atMs)
    {
        if (_offers is not null && _offers.IsOverdue(_statistics.Today))
        {
            InitOffers(atMs);
        }
    }

    /// <summary>Takes over a later version of the vertical's file that counts the same.</summary>
    public void Adopt(CompiledVertical vertical)
    {
        if (vertical.Offers is { } traits)
        {
            _offers?.Adopt(traits);
        }
    }

    /// <summary>Makes new thresholds for the vertical's offers. Nothing happens where it keeps none.</summary>
    public void InitOffers(long atMs)
    {
        _statistics.StartDay(atMs);
        _offers?.Init(_statistics.Today, atMs, ItemsOfVertical(), OfferCounts());
    }

    /// <summary>Begins to make new thresholds beside what goes on.</summary>
    public void BeginInit(long atMs)
    {
        _statistics.StartDay(atMs);
        _offers?.BeginInit(_statistics.Today, atMs, ItemsOfVertical());
    }

    /// <summary>Lets the thresholds hold that were begun.</summary>
    public void FinishInit() => _offers?.FinishInit(ItemsOfVertical, OfferCounts);

    /// <summary>Makes ready what follows from an Init that is computed; nothing happens while none is.</summary>
    public void BeginHandover() => _offers?.BeginHandover(ItemsOfVertical, FrozenOfferCounts);

    /// <summary>The Init that is under way; null when none is.</summary>
    public Task? PendingInit => _offers?.Pending;

    /// <summary>Slides windows to a moment and recounts the vertical's offers; beside what goes on, a view after it is done shows the answer.</summary>
    public void UpdateOffers(long atMs, bool isBeside)
    {
        FinishUpdate(waits: true);
        _statistics.StartDay(atMs);
        if (_offers is not null)
        {
            _offers.BeginUpdate(atMs, FrozenOfferCounts());
            FinishUpdate(waits: !isBeside);
        }
    }

    /// <summary>The Update that is under way; null when none is, or it is done.</summary>
    public Task? PendingUpdate => _offers?.PendingUpdate;

    /// <summary>Takes what an Update found, if it is done or waited for.</summary>
    public void FinishUpdate(bool waits) => _offers?.FinishUpdate(waits, OfferCounts);

    /// <summary>Goes back to the thresholds of before.</summary>
    public void RollbackOffers() => _offers?.Rollback(_statistics.Today, OfferCounts());

    /// <summary>Lets another transfer matrix hold.</summary>
    public void SetTransfer(string document) => _offers?.SetTransfer(document);

    private CounterView FrozenOfferCounts() => _statistics.Freeze().Tables[_vertical.Offers!.Table];

    private CounterView OfferCounts() => _statistics.Live().Tables[_vertical.Offers!.Table];

    private List<Item> ItemsOfVertical()
    {
        var items = new List<Item>();
        for (var ordinal = 0; ordinal < _catalog.ItemCount; ordinal++)
        {
            if (_catalog[ordinal] is { } item && item.Vertical == _vertical.Name)
            {
                items.Add(item);
            }
        }

        return items;
    }

    public void Join(int user, int alias) => _history.Join(user, alias, JoinedHistory);

    /// <summary>Forgets what users did. Their counters and view stamps stand under ordinals that nobody has any more.</summary>
    public void Erase(IReadOnlyList<int> users)
    {
        foreach (var user in users)
        {
            _history.Erase(user);
            _visits?.Forget(Visitor(user, null));
        }
    }

    /// <summary>Forgets the rows that tables keyed by users hold of an id.</summary>
    public void EraseRows(string id)
    {
        for (var table = 0; table < _tables.Length; table++)
        {
            if (_vertical.IsUserTable(_tableNames[table]))
            {
                _tables[table].Erase(id);
            }
        }
    }

    public NormalizedQuery Normalize(string? query) => _queries.Normalize(query);

    private static UInt128 Visitor(int user, string? session) =>
        user >= 0 ? new UInt128(1, (ulong)user) : string.IsNullOrEmpty(session) ? 0 : Hash.Of128(session);

    private float PriceOf(Item item) => _vertical.PriceSlot is >= 0 and var slot ? (float)item.Numbers[slot] : float.NaN;

    public MarketView Freeze() => new()
    {
        Items = _catalog.FreezeItems(),
        Statistics = _statistics.Freeze(),
        History = _history.Freeze(),
        PriceLevels = [.. _prices.Select(prices => prices.Freeze())],
        Tables = [.. _tables.Select(table => table.Freeze())],
        Keywords = _catalog.KeywordsOf(_vertical.Name),
        ListKeywords = _catalog.ListKeywordsOf(_vertical.Name),
        Text = _text?.Freeze(),
        Vectors = _vectors?.Freeze() ?? [],
        Encoded = Array.ConvertAll(_encoded, encoded => encoded?.Freeze()),
        Vocabulary = _words?.FreezeVocabulary(),
        Values = _words?.FreezeValues(),
        Columns = _columns?.Freeze(),
        Queries = _asked.Freeze(),
        Offers = _offers?.Freeze(),
        Visits = _visits?.Freeze() ?? VisitView.None,
        Users = _catalog.FreezeUsers(),
    };

    public MarketView Live(bool withText = false) => new()
    {
        Items = _catalog.LiveItems(),
        Statistics = _statistics.Live(),
        History = _history.Live(),
        PriceLevels = [.. _prices.Select(prices => prices.Live())],
        Tables = [.. _tables.Select(table => table.Live())],
        Keywords = _catalog.KeywordsOf(_vertical.Name),
        ListKeywords = _catalog.ListKeywordsOf(_vertical.Name),
        Text = withText ? _text?.Freeze() : null,
        Offers = _offers?.Live(),
        Visits = _visits?.Live() ?? VisitView.None,
        Users = _catalog.LiveUsers(),
    };
}
