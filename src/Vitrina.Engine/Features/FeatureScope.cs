using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Indexing.Vectors;
using Vitrina.Engine.Language;
using Vitrina.Engine.Models.Factors;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Statistics.Groups;

namespace Vitrina.Engine.Features;

/// <summary>Everything that a feature may see: one request, its candidates, and the market at that moment.</summary>
/// <remarks>Reused between requests; not thread-safe. Rows of counters are looked up once per table and request, however many features read them.</remarks>
public sealed class FeatureScope
{
    private const int MaxHistory = 256;
    private readonly HistoryEntry[] _history = new HistoryEntry[MaxHistory];
    private readonly HistoryEntry[] _touches = new HistoryEntry[MaxHistory];
    private readonly StatisticKey[] _keys;
    private readonly int[][] _rows;
    private readonly bool[] _hasRows;
    private OfferScope? _offers;
    private Item[] _items = [];

    // Nobody needs the sum; without a use the loads would not be made.
    internal int TouchedLengths { get; private set; }
    private int[] _ordinals = [];
    private int[] _places = [];
    private int[] _touchOrders = [];
    private bool _hasTouchOrders;
    private int _historyCount;
    private int _touchCount;
    private float[]?[] _vectors = [];
    private TextQuery? _replayedQuery;
    private TextSearchScratch? _replayedScratch;
    private GroupSignals? _signals;
    private IReadOnlyList<KeyValuePair<string, string>> _context = [];
    private GroupFactors? _groupFactors;
    private int _grouping = -1;
    private bool _hasSignals;

    /// <summary>Makes a scope for the features of one vertical.</summary>
    /// <param name="counters">The vertical's tables of counters.</param>
    public FeatureScope(IReadOnlyList<CounterDeclaration> counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        _keys = [.. counters.Select(counter => counter.Key)];
        _rows = new int[counters.Count][];
        Array.Fill(_rows, []);
        _hasRows = new bool[counters.Count];
    }

    /// <summary>The market at the moment of the request.</summary>
    public MarketView Market { get; private set; } = null!;

    /// <summary>The moment of the request, Unix milliseconds.</summary>
    public long NowMs { get; private set; }

    /// <summary>The user's ordinal, or -1.</summary>
    public int User { get; private set; } = -1;

    /// <summary>The user's id, if known.</summary>
    public string? UserId { get; private set; }

    /// <summary>The request's region, if known.</summary>
    public string? Region { get; private set; }

    /// <summary>The hash of the normalised query; 0 without one.</summary>
    public ulong QueryHash { get; private set; }

    /// <summary>The normalised query; empty without one.</summary>
    public string NormalizedQuery { get; private set; } = "";

    /// <summary>The query as it was typed; empty without one.</summary>
    public string Query { get; private set; } = "";

    /// <summary>How the candidates' texts fit the query.</summary>
    internal TextMatches Matches { get; } = new();

    /// <summary>How many words the query has.</summary>
    public int QueryTermCount { get; private set; }

    /// <summary>The query prepared for the text index; null in replay.</summary>
    internal TextQuery? TextQuery { get; private set; }

    /// <summary>Buffers of the text index; null in replay.</summary>
    internal TextSearchScratch? TextScratch { get; private set; }

    /// <summary>What the query says about its candidates; null in replay.</summary>
    internal QueryFactors? Factors { get; private set; }

    /// <summary>Buffers of the vector indexes.</summary>
    internal VectorSearchScratch VectorScratch { get; } = new();

    /// <summary>The candidates.</summary>
    public ReadOnlySpan<Item> Items => _items.AsSpan(0, Count);

    /// <summary>The candidates' ordinals.</summary>
    public ReadOnlySpan<int> Ordinals => _ordinals.AsSpan(0, Count);

    /// <summary>How many candidates there are.</summary>
    public int Count { get; private set; }

    /// <summary>The kinds of the surface's sources, in order; empty in replay.</summary>
    public string[] SourceNames { get; private set; } = [];

    /// <summary>Rank of each candidate in each source, 0 = not found by it; [source][candidate]. Empty in replay.</summary>
    public ushort[][] SourceRanks { get; private set; } = [];

    /// <summary>The user's newest events, newest first.</summary>
    public ReadOnlySpan<HistoryEntry> History => _history.AsSpan(0, _historyCount);

    /// <summary>What the user did to items beside seeing them, within its newest events, newest first.</summary>
    public ReadOnlySpan<HistoryEntry> Touches => _touches.AsSpan(0, _touchCount);

    /// <summary>The place of each candidate in the list that the caller gave, from 1; 0 = it came from a source.</summary>
    public ReadOnlySpan<int> Places => _places.AsSpan(0, Count);

    /// <summary>How recently the user touched each candidate: 1 = last of all, 2 = before one other touch; 0 = not within its newest events.</summary>
    public ReadOnlySpan<int> TouchOrders
    {
        get
        {
            if (!_hasTouchOrders)
            {
                FindTouchOrders();
            }

            return _touchOrders.AsSpan(0, Count);
        }
    }

    /// <summary>The candidates' offers; only where the vertical keeps statistics of offers.</summary>
    internal OfferScope Offers => _offers ??= new OfferScope(this, _keys);

    /// <summary>What the request says about groups; null where candidates are items.</summary>
    internal GroupSignals? Groups
    {
        get
        {
            if (_grouping >= 0 && !_hasSignals)
            {
                var user = User >= 0 && User < Market.Users.Count ? Market.Users[User] : null;
                (_signals ??= new GroupSignals()).Compute(Market, Market.Visits.Groups[_grouping], History, user, _context, NowMs, _groupFactors);
                _hasSignals = true;
            }

            return _grouping < 0 ? null : _signals;
        }
    }

    /// <summary>Makes the candidates groups.</summary>
    /// <param name="grouping">The grouping's index in the vertical.</param>
    /// <param name="context">What the request says about itself.</param>
    /// <param name="factors">The factors and links of the groups that serve; null = none.</param>
    public void RankGroups(int grouping, IReadOnlyList<KeyValuePair<string, string>> context, GroupFactors? factors) => (_grouping, _context, _groupFactors) = (grouping, context, factors);

    /// <summary>How recently the user took to the group that a candidate stands for: 1 = last; 0 = not within its newest events.</summary>
    public int GroupTouchOrderOf(Item candidate) => Groups?.OwnOf(GroupView.GroupOf(candidate))?.Order ?? 0;

    /// <summary>The share of everybody's interest that goes to the group that a candidate stands for.</summary>
    public double GroupPopularityOf(Item candidate) => Groups?.Everybody.ShareOf(GroupView.GroupOf(candidate)) ?? 0;

    /// <summary>Begins a request.</summary>
    public void Begin(MarketView market, long nowMs, int user, string? userId, string? region, in NormalizedQuery query)
    {
        ArgumentNullException.ThrowIfNull(market);
        (_grouping, _hasSignals, _context, _groupFactors) = (-1, false, [], null);
        (Market, NowMs, User, UserId, Region) = (market, nowMs, user, userId, region);
        (QueryHash, NormalizedQuery, QueryTermCount, Query) = (query.Hash, query.Text, query.TermCount, query.Typed);
        Matches.Clear();
        (TextQuery, TextScratch, SourceNames, SourceRanks, _vectors, Factors) = (null, null, [], [], [], null);
        _historyCount = market.History.Newest(user, _history);
        _touchCount = 0;
        foreach (ref readonly var entry in History)
        {
            if (entry.Type != EventType.View)
            {
                _touches[_touchCount++] = entry;
            }
        }

        _hasTouchOrders = false;
        Count = 0;
        Array.Clear(_hasRows);
        _offers?.Reset();
    }

    /// <summary>Gives the parts that only a serving request has.</summary>
    internal void Serve(TextQuery? textQuery, TextSearchScratch scratch, string[] sourceNames, ushort[][] sourceRanks) =>
        (TextQuery, TextScratch, SourceNames, SourceRanks) = (textQuery, scratch, sourceNames, sourceRanks);

    /// <summary>Gives what the query says about the candidates, once these are retrieved.</summary>
    internal void Serve(QueryFactors factors) => Factors = factors;

    /// <summary>Gives the request's vectors, by vector space.</summary>
    internal void ServeVectors(float[]?[] vectors) => _vectors = vectors;

    /// <summary>The request's vector for a vector space; null without one, and in replay.</summary>
    internal float[]? VectorOf(int space) => space < _vectors.Length ? _vectors[space] : null;

    /// <summary>Prepares the text index for a replayed request whose text features were never recorded.</summary>
    public void ServeText(TextAnalyzer analyzer, string? query)
    {
        if (QueryHash == 0 || Market.Text is null)
        {
            return;
        }

        TextQuery = _replayedQuery ??= new TextQuery();
        TextQuery.Read(analyzer, query);
        TextScratch ??= _replayedScratch ??= new TextSearchScratch();
    }

    /// <summary>BM25 of the candidates over all text fields; NaN without a query.</summary>
    public void ScoreText(Span<float> scores) => TextScores.Compute(this, field: -1, scores, isCoverage: false);

    /// <summary>Adds a candidate.</summary>
    /// <param name="item">The item.</param>
    /// <param name="place">Its place in the list that the caller gave, from 1; 0 = it came from a source.</param>
    public void Add(Item item, int place = 0)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Math.Max(64, Count * 2));
            Array.Resize(ref _ordinals, _items.Length);
            Array.Resize(ref _places, _items.Length);
        }

        _ordinals[Count] = item.Ordinal;
        _places[Count] = place;
        _items[Count++] = item;
    }

    /// <summary>
    /// Brings the candidates' attributes near: a candidate lies anywhere in memory, and what is asked for at once arrives at once, while features would wait for one
    /// after the other.
    /// </summary>
    internal void BringNear()
    {
        var lengths = 0;
        foreach (var item in Items)
        {
            lengths += item.Numbers.Length + item.Keywords.Length;
        }

        foreach (var item in Items)
        {
            lengths += item.KeywordLists.Length + item.Texts.Length + (item.Live is null ? 0 : 1);
        }

        TouchedLengths = lengths;
    }

    /// <summary>Drops references to the market, so that an idle scope keeps no snapshot alive.</summary>
    public void End()
    {
        Array.Clear(_items, 0, Count);
        Count = 0;
        Market = null!;
        _hasSignals = false;
        (TextQuery, TextScratch, SourceNames, SourceRanks, _vectors) = (null, null, [], [], []);
    }

    /// <summary>The row of each candidate in a table of counters; -1 = nothing counted.</summary>
    public ReadOnlySpan<int> RowsOf(int table)
    {
        if (!_hasRows[table])
        {
            FindRows(table);
            _hasRows[table] = true;
        }

        return _rows[table].AsSpan(0, Count);
    }

    private void FindRows(int table)
    {
        if (_rows[table].Length < Count)
        {
            _rows[table] = new int[Math.Max(64, _items.Length)];
        }

        var view = Market.Statistics.Tables[table];
        var key = _keys[table];
        var rows = _rows[table];
        if (key.IsRequestConstant)
        {
            Array.Fill(rows, RowOf(view, key.Of(null, User, QueryHash)), 0, Count);
            return;
        }

        for (var i = 0; i < Count; i++)
        {
            rows[i] = RowOf(view, key.Of(_items[i], User, QueryHash));
        }
    }

    private static int RowOf(CounterView view, UInt128 key) => key == 0 ? -1 : view.Find(key);

    private void FindTouchOrders()
    {
        if (_touchOrders.Length < Count)
        {
            _touchOrders = new int[_items.Length];
        }

        for (var i = 0; i < Count; i++)
        {
            _touchOrders[i] = TouchOrderOf(_ordinals[i]);
        }

        _hasTouchOrders = true;
    }

    private int TouchOrderOf(int item)
    {
        var touches = Touches;
        for (var i = 0; i < touches.Length; i++)
        {
            if (touches[i].Item == item)
            {
                return i + 1;
            }
        }

        return 0;
    }

    /// <summary>When the user last did something with an item, Unix milliseconds; 0 = not within the newest events.</summary>
    public long LastOf(EventType type, int item)
    {
        // Late events and joined aliases stand in the order of their arrival, so the newest is not the first.
        var last = 0L;
        foreach (ref readonly var entry in History)
        {
            if (entry.Item == item && entry.Type == type && entry.AtMs > last)
            {
                last = entry.AtMs;
            }
        }

        return last;
    }
}

/// <summary>A query in the form that statistics are keyed by.</summary>
/// <param name="Text">The normalised text; empty without a query.</param>
/// <param name="Hash">Its hash; 0 without a query.</param>
/// <param name="TermCount">How many words it has.</param>
public readonly record struct NormalizedQuery(string Text, ulong Hash, int TermCount)
{
    /// <summary>No query.</summary>
    public static NormalizedQuery None { get; } = new("", 0, 0);

    /// <summary>The query as it was typed.</summary>
    public string Typed { get; init; } = "";
}
