using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Features;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Indexing.Values;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine;

/// <summary>The living data of one vertical: what its events and changes add up to.</summary>
/// <remarks>One writer, in journal order. Everything here is a function of the journal and the vertical's file.</remarks>
internal sealed class MarketState
{
    private const int JoinedHistory = 256;
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
    private readonly QueryLog _asked;
    private readonly int[] _textSlots;

    public MarketState(CompiledVertical vertical, ItemCatalog catalog, bool withText)
    {
        (_vertical, _catalog) = (vertical, catalog);
        catalog.Declare(vertical.Name, vertical.Schema);
        _statistics = new VerticalStatistics(vertical.Counters, vertical.Events, vertical.WindowDays, vertical.TimeZone);
        _prices = [.. vertical.PriceLevels.Select(level => new PriceLevels(level.Price, level.Keyword))];
        _tableNames = [.. vertical.Declaration.Tables.Keys];
        _tables = [.. vertical.Declaration.Tables.Values.Select(table => new FeatureTable([.. table.Columns.Keys]))];
        _crediting = new Crediting(vertical.AttributionWindow);
        _queries = new QueryNormalizer(vertical.Analyzer);
        var fields = vertical.Schema.Slots.Where(slot => slot.Storage == AttributeStorage.Texts).ToList();
        _textSlots = [.. fields.Select(slot => slot.Slot)];
        _asked = new QueryLog(vertical.Declaration.Statistics.HalfLife * MarketView.QueryHalfLives);
        _words = withText ? new CatalogWords(vertical.Analyzer, vertical.Schema, catalog.KeywordsOf(vertical.Name), catalog.ListKeywordsOf(vertical.Name)) : null;
        _text = withText && fields.Count > 0
            ? new TextIndex(vertical.Analyzer, new TextIndexOptions { FieldBoosts = [.. fields.Select(slot => (float)slot.Declaration.Boost)] })
            : null;
    }

    public VerticalStatistics Statistics => _statistics;

    public UserHistory History => _history;

    public TextIndex? Text => _text;

    public void ApplyItem(Item after, Item? before)
    {
        foreach (var prices in _prices)
        {
            prices.Apply(before, after);
        }

        _words?.Apply(before, after);
        if (_text is null)
        {
            return;
        }

        if (after.IsDeleted)
        {
            _text.Remove(after.Ordinal);
        }
        else if (before is null || before.IsDeleted || !before.Texts.AsSpan().SequenceEqual(after.Texts))
        {
            _text.Put(after.Ordinal, [.. _textSlots.Select(slot => after.Texts[slot])]);
        }
    }

    public void ApplyEvent(MarketEvent marketEvent, Item item, long recordedAtMs)
    {
        var user = marketEvent.User is { } id ? _catalog.UserOrdinal(id) : -1;
        var credited = _crediting.Credit(marketEvent, item.Ordinal, user, Visitor(user, marketEvent.Session), _queries.HashOf(marketEvent.Query), PriceOf(item));
        Apply(credited, item, recordedAtMs);
    }

    public void ApplyRanking(RankingRecord ranking, long recordedAtMs)
    {
        var query = _queries.HashOf(ranking.Query);
        _crediting.Remember(ranking.Id, query, ranking.AtMs);
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
                Apply(_crediting.AssumeView(item.Ordinal, user, visitor, query, ranking.AtMs, PriceOf(item)), item, recordedAtMs);
            }
        }
    }

    private void Apply(in CreditedEvent credited, Item item, long recordedAtMs)
    {
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
        }
    }

    public void Join(int user, int alias) => _history.Join(user, alias, JoinedHistory);

    /// <summary>Forgets what users did. Their counters and view stamps stand under ordinals that nobody has any more.</summary>
    public void Erase(IReadOnlyList<int> users)
    {
        foreach (var user in users)
        {
            _history.Erase(user);
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
        Vocabulary = _words?.FreezeVocabulary(),
        Values = _words?.FreezeValues(),
        Queries = _asked.Freeze(),
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
    };

    public void SaveQueries(ByteWriter writer) => _asked.Save(writer);

    public void LoadQueries(ref ByteReader reader) => _asked.Load(ref reader);

    public void SaveKeywords(ByteWriter writer) => _catalog.ItemsOf(_vertical.Name).SaveKeywords(writer);

    public void LoadKeywords(ref ByteReader reader) => _catalog.ItemsOf(_vertical.Name).LoadKeywords(ref reader);

    /// <summary>Writes what cannot be rebuilt from the catalogue.</summary>
    public void Save(ByteWriter writer)
    {
        _statistics.Save(writer);
        _history.Save(writer);
        _crediting.Save(writer);
        foreach (var table in _tables)
        {
            table.Save(writer);
        }
    }

    public void Load(ref ByteReader reader)
    {
        _statistics.Load(ref reader);
        _history.Load(ref reader);
        _crediting.Load(ref reader);
        foreach (var table in _tables)
        {
            table.Load(ref reader);
        }
    }
}
