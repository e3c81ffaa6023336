using Vitrina.Engine.Catalog;
using Vitrina.Engine.Features;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Indexing.Values;
using Vitrina.Engine.Indexing.Vectors;
using Vitrina.Engine.Models;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Ranking;

/// <summary>One request on its way through the stages: the candidates as a struct of arrays, and buffers that the next request reuses.</summary>
/// <remarks>Not thread-safe; the engine keeps a pool of them per vertical. Index i means the i-th retrieved candidate everywhere.</remarks>
internal sealed class RankingContext(CompiledVertical vertical)
{
    public const int MaxCandidates = 10_000;
    private readonly Dictionary<int, int> _indexOf = new(1024);
    private readonly TextQuery _textQuery = new();
    private readonly TextQuery _narrowQuery = new();
    private int[] _foundOrdinals = [];
    private float[] _foundScores = [];
    private RequestScope _scope = null!;
    private int _sourceCount;
    private BitSet? _selected;
    private BitSet? _matches;
    private bool _hasSelected;

    public CompiledVertical Vertical { get; } = vertical;

    public FeatureScope Scope { get; } = new(vertical.Counters);

    public FeatureMatrix Features { get; } = new();

    public QueryNormalizer Queries { get; } = new(vertical.Analyzer);

    public TextSearchScratch TextScratch { get; } = new();

    public QueryFactors Factors { get; } = new();

    public VectorSearchScratch VectorScratch => Scope.VectorScratch;

    /// <summary>The vectors that the request asks with, by vector space.</summary>
    public QueryVectors QueryVectors { get; } = new(vertical);

    public QueryTools QueryTools { get; } = new(vertical.Analyzer, vertical.Synonyms);

    public RankRequest Request => _scope.Request;

    /// <summary>The surface of the present pass: what the experiments' arms make of the request's surface.</summary>
    public Surface Surface { get; private set; } = null!;

    public RequestArms Arms => _scope.Arms;

    /// <summary>The page of each finished pass, candidates in order; the answering pass is not among them.</summary>
    public List<int[]> KeptPages { get; } = [];

    /// <summary>What the first arm of a draft said: its whole order, its scores and its model.</summary>
    public (int[] Order, float[] Scores, string? Model)? Draft { get; private set; }

    /// <summary>By candidate, the arm of a draft that placed it; empty without a draft.</summary>
    public byte[] Teams { get; private set; } = [];

    public VerticalSnapshot Snapshot => _scope.Snapshot;

    public long AsOf => _scope.AsOf;

    public Availability? Availability => _scope.Availability;

    public ItemPredicate Predicate { get; private set; } = ItemPredicate.Everything;

    /// <summary>The items that meet the request's conditions, computed when first asked for; null where it has none, and in a market without columns.</summary>
    public BitSet? Selected
    {
        get
        {
            if (!_hasSelected && Snapshot.Market.Columns is { } columns && Predicate.HasConditions)
            {
                _selected = SetFor(_selected, columns);
                ItemSelection.Fill(columns, Predicate, [], _selected);
                _hasSelected = true;
            }

            return _hasSelected ? _selected : null;
        }
    }

    /// <summary>All items that answer the request, found or not, for facets and orders by an attribute; null where neither is asked for, and for given candidates and groups.</summary>
    public BitSet? Matches { get; private set; }

    public NormalizedQuery Query { get; private set; }

    public TextQuery? TextQuery { get; private set; }

    /// <summary>What the query means; null without one.</summary>
    public QueryReading? Reading { get; set; }

    /// <summary>How the surface reads queries.</summary>
    public QueryDeclaration QueryOptions => Surface.Declaration.Query ?? Vertical.Declaration.Query;

    /// <summary>True when something is searched for, be it only a quotation without a word.</summary>
    public bool HasQuery => Query.Hash != 0 || IsExact;

    /// <summary>True when only exact matches may stand in the organic section.</summary>
    public bool IsExact => Reading is { Exact.IsExact: true };

    /// <summary>How many analogs may stand in the section <c>similar</c> of this answer.</summary>
    public int SimilarLimit => !IsExact || Page is not null ? 0 : QueryOptions.Similar > 0 ? QueryOptions.Similar : Request.Sections.Contains(SectionNames.Similar) ? SectionNames.DefaultSimilarCount : 0;

    /// <summary>Analogs of what an exact query names, candidates in order.</summary>
    public List<int> Similar { get; } = [];

    /// <summary>A query for the words that no hard intent stands for, be it relaxed or not; null when the intents say everything.</summary>
    public TextQuery? QueryBesideIntents()
    {
        _narrowQuery.Clear();
        _narrowQuery.Demand(QueryOptions);
        for (var term = 0; term < Reading!.Terms.Count; term++)
        {
            if (!Reading.Intents.Any(intent => intent.IsHard && term >= intent.Start && term < intent.Start + intent.Length))
            {
                _narrowQuery.AddAlternative(_narrowQuery.AddWord(), Reading.Terms[term], 1);
            }
        }

        return _narrowQuery.WordCount == 0 ? null : _narrowQuery;
    }

    /// <summary>A query for the terms that every exact match holds.</summary>
    public TextQuery ExactQuery()
    {
        Reading!.Exact.WriteTo(_narrowQuery);
        return _narrowQuery;
    }

    public long NowMs => _scope.NowMs;

    public ulong Seed => _scope.Seed;

    public bool IsBaseline => _scope.IsBaseline;

    public PageCursor? Page => _scope.Page;

    public int PageSize => _scope.PageSize;

    /// <summary>How many items earlier pages showed.</summary>
    public int ShownBefore => Page?.ShownOrdinals.Count ?? 0;

    /// <summary>How many items stand on the page.</summary>
    public int PageCount => Math.Min(PageSize, OrderedCount);

    public List<string> Degraded { get; } = [];

    public int Count => Scope.Count;

    /// <summary>Rank of each candidate in each source, from 1; 0 = not found by it. [source][candidate]</summary>
    public ushort[][] SourceRanks { get; private set; } = [];

    /// <summary>The score of the source that found the candidate first, for fallbacks.</summary>
    public float[] SourceScores { get; private set; } = new float[512];

    /// <summary>Scores: larger is better.</summary>
    public float[] Scores { get; private set; } = new float[512];

    /// <summary>Why a candidate is out; null = it is in.</summary>
    public string?[] Marks { get; private set; } = new string?[512];

    /// <summary>The rule that moved a candidate down; null = none did.</summary>
    public string?[] Moves { get; private set; } = new string?[512];

    public MixingBuffers MixingBuffers { get; } = new();

    /// <summary>Candidates in page order; the first <see cref="OrderedCount"/> stand.</summary>
    public int[] Order { get; private set; } = new int[512];

    /// <summary>Probability of each place of <see cref="Order"/> given those above it.</summary>
    public float[] Propensities { get; private set; } = new float[512];

    /// <summary>How many candidates are in <see cref="Order"/>.</summary>
    public int OrderedCount { get; set; }

    /// <summary>The model that scored, as name/version; null = the fallback.</summary>
    public string? Model { get; set; }

    /// <summary>The reasons and explanations of the page's items, in page order.</summary>
    public List<(string[] Reasons, Explanation? Explanation)> Explained { get; } = [];

    /// <summary>The same of the items in the section <c>similar</c>.</summary>
    public List<(string[] Reasons, Explanation? Explanation)> ExplainedSimilar { get; } = [];

    /// <summary>What became of the items that the caller asked about.</summary>
    public List<ItemFate> Asked { get; } = [];

    /// <summary>True when <see cref="Features"/> holds the candidates' features.</summary>
    public bool HasFeatures { get; set; }

    public void Begin(RequestScope scope)
    {
        (_scope, var request, var surface, var snapshot) = (scope, scope.Request, scope.Arms.Surface, scope.Snapshot);
        Surface = surface;
        Query = Queries.Normalize(request.Query);
        Predicate = ItemPredicate.Bind(request.Filters, snapshot);
        _hasSelected = false;
        Matches = null;
        if ((request.Facets.Count > 0 || request.Sort is not null) && request.Items.Count == 0 && !surface.RanksGroups && snapshot.Market.Columns is { } columns)
        {
            Matches = _matches = SetFor(_matches, columns);
            Matches.ClearAll();
        }

        QueryVectors.Bind(request, snapshot);
        TextQuery = Query.Hash == 0 || snapshot.Market.Text is null ? null : _textQuery;
        TextQuery?.Read(Vertical.Analyzer, request.Query);
        Scope.Begin(
            snapshot.Market,
            scope.NowMs,
            request.Personalization ? scope.User : -1,
            request.Personalization ? request.User : null,
            request.ContextOf("region"),
            Query);
        if (surface.RanksGroups)
        {
            Scope.RankGroups(surface.Grouping, request.Context, surface.Factors is { } factors ? snapshot.Factors.GetValueOrDefault(factors) : null);
        }

        _sourceCount = surface.Sources.Count + 1;
        if (SourceRanks.Length < _sourceCount)
        {
            SourceRanks = [.. Enumerable.Range(0, _sourceCount).Select(_ => new ushort[Scores.Length])];
        }

        Scope.Serve(TextQuery, TextScratch, surface.SourceNames, SourceRanks);
        Scope.ServeVectors(QueryVectors.BySpace);
        _indexOf.Clear();
        Degraded.Clear();
        Explained.Clear();
        ExplainedSimilar.Clear();
        Asked.Clear();
        KeptPages.Clear();
        Similar.Clear();
        OrderedCount = 0;
        Model = null;
        HasFeatures = false;
        (Draft, Teams) = (null, []);
    }

    private static BitSet SetFor(BitSet? known, ItemColumnsView columns) => known is not null && known.Length == columns.Length ? known : new BitSet(columns.Length);

    /// <summary>Begins to order by a surface; keeps the page of the pass before, and for a draft everything that its first arm said.</summary>
    public void Take(int pass)
    {
        Surface = Arms.Passes[pass];
        if (pass == 0)
        {
            return;
        }

        KeptPages.Add(Order.AsSpan(0, PageCount).ToArray());
        if (Arms.IsDraft && pass == Arms.Passes.Count - 1)
        {
            Draft = (Order.AsSpan(0, OrderedCount).ToArray(), Scores.AsSpan(0, Count).ToArray(), Model);
        }

        Model = null;
        Array.Clear(Moves, 0, Count);
    }

    /// <summary>Makes room for the teams of a draft.</summary>
    public byte[] NewTeams() => Teams = new byte[Count];

    /// <summary>The teams of the page's items, in order.</summary>
    public byte[] PageTeams()
    {
        var teams = new byte[PageCount];
        for (var place = 0; place < teams.Length; place++)
        {
            teams[place] = Teams.Length == 0 ? (byte)0 : Teams[Order[place]];
        }

        return teams;
    }

    /// <summary>What the answer says about its model: for a draft both, joined by <c>+</c>.</summary>
    public string? AnsweringModel => Draft is { } draft && Teams.Length > 0 && draft.Model != Model ? $"{draft.Model ?? "fallback"}+{Model ?? "fallback"}" : Model;

    /// <summary>The model that scored a candidate, as name/version; null = the fallback.</summary>
    public string? ModelOf(int index) => Draft is { } draft && Teams.Length > 0 && Teams[index] == 1 ? draft.Model : Model;

    /// <summary>Lets go of everything that belongs to one request.</summary>
    public void End()
    {
        Array.Clear(Marks, 0, Count);
        Array.Clear(Moves, 0, Count);
        Scope.End();
        (_scope, Surface, TextQuery, Reading) = (null!, null!, null, null);
    }

    /// <summary>Random numbers of this request for one purpose.</summary>
    public RandomStream Random(string purpose) => RandomStream.For(Seed, purpose);

    /// <summary>The candidate of an id in this snapshot: an item, or on a surface of groups the group's own; null when there is none.</summary>
    public Item? FindCandidate(string id)
    {
        if (!Arms.Surface.RanksGroups)
        {
            return Snapshot.Find(id);
        }

        return Snapshot.Market.Visits.Groups[Arms.Surface.Grouping].Find(id, Snapshot.Market.Keywords);
    }

    /// <summary>The item that the request's context names.</summary>
    /// <param name="source">The source that starts from it.</param>
    /// <exception cref="RankRequestException">The context names none, or one that is not of this vertical.</exception>
    public Item StartItem(string source)
    {
        if (Request.ContextOf("item") is not { } id)
        {
            throw new RankRequestException("context.item", $"the source {source} needs the item to start from", "missing_item");
        }

        return Snapshot.Find(id) is { } start && start.Vertical == Vertical.Name
            ? start
            : throw new RankRequestException("context.item", $"there is no item '{id}' in '{Vertical.Name}'", "unknown_item");
    }

    /// <summary>Whether an item can be had: by the live table, or in a replay as the snapshot has it.</summary>
    public AvailabilityState? AvailabilityOf(Item item) => Availability is { } live
        ? live.Of(item)
        : new AvailabilityState(item.Vertical, item.ExpiresAtMs, item.Stock, item.IsActive, item.IsDeleted);

    /// <summary>The index of an item among the candidates, or -1.</summary>
    public int IndexOf(int ordinal) => _indexOf.GetValueOrDefault(ordinal, -1);

    /// <summary>Adds a candidate that a source found, or notes that another source found it too.</summary>
    /// <param name="item">The item.</param>
    /// <param name="source">The source's index; the last one stands for the caller.</param>
    /// <param name="rank">Its rank in the source, from 1.</param>
    /// <param name="score">Its score in the source.</param>
    public void Add(Item item, int source, int rank, float score)
    {
        if (!_indexOf.TryGetValue(item.Ordinal, out var index))
        {
            if (Count == MaxCandidates)
            {
                return;
            }

            index = Count;
            EnsureCapacity(index + 1);
            _indexOf.Add(item.Ordinal, index);
            Scope.Add(item, source == Surface.Sources.Count ? rank : 0);
            Marks[index] = null;
            SourceScores[index] = score;
            for (var other = 0; other < _sourceCount; other++)
            {
                SourceRanks[other][index] = 0;
            }
        }

        SourceRanks[source][index] = (ushort)Math.Min(rank, ushort.MaxValue);
    }

    /// <summary>Buffers for what a source finds.</summary>
    public (int[] Ordinals, float[] Scores) Found(int limit)
    {
        if (_foundOrdinals.Length < limit)
        {
            (_foundOrdinals, _foundScores) = (new int[limit], new float[limit]);
        }

        return (_foundOrdinals, _foundScores);
    }

    /// <summary>The place of a candidate in the caller's list, from 1; 0 = a source found it.</summary>
    public int GivenPlaceOf(int index) => SourceRanks[_sourceCount - 1][index];

    /// <summary>The bits of the sources that found a candidate.</summary>
    public uint SourcesOf(int index)
    {
        var bits = 0u;
        for (var source = 0; source < _sourceCount; source++)
        {
            bits |= SourceRanks[source][index] > 0 ? 1u << source : 0;
        }

        return bits;
    }

    private void EnsureCapacity(int count)
    {
        if (count <= Scores.Length)
        {
            return;
        }

        var length = Scores.Length * 2;
        Scores = Grown(Scores, length);
        SourceScores = Grown(SourceScores, length);
        Marks = Grown(Marks, length);
        Moves = Grown(Moves, length);
        Order = Grown(Order, length);
        Propensities = Grown(Propensities, length);
        for (var source = 0; source < SourceRanks.Length; source++)
        {
            SourceRanks[source] = Grown(SourceRanks[source], length);
        }
    }

    private static T[] Grown<T>(T[] array, int length)
    {
        Array.Resize(ref array, length);
        return array;
    }
}
