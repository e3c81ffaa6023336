using Vitrina.Engine.Catalog;
using Vitrina.Engine.Features;
using Vitrina.Engine.Models.Factors;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Ranking;

namespace Vitrina.Engine;

/// <summary>One candidate of a page that is not recorded.</summary>
/// <param name="Id">The item, or the group.</param>
/// <param name="Score">The score that ordered it.</param>
/// <param name="Reasons">Why it stands there; empty when nobody asked.</param>
public readonly record struct RankedCandidate(string Id, float Score, IReadOnlyList<string> Reasons);

/// <summary>Answers a surface over a market at rest, as the engine would, without recording: for batches, and for lists that are made again from history.</summary>
/// <remarks>Runs the engine's own stages. Availability is the market's own, not the live table. Not safe for concurrent use; the market may be shared.</remarks>
public sealed class SurfaceRanker
{
    private readonly RankingContext _context;
    private readonly RequestArms _arms;
    private readonly IReadOnlyDictionary<string, ServingModel> _models;
    private readonly int[] _popular;
    private readonly List<RankedCandidate> _page = [];

    private SurfaceRanker(CompiledVertical vertical, Surface surface, IReadOnlyDictionary<string, ServingModel> models, int[] popular) =>
        (_context, _arms, _models, _popular) = (new RankingContext(vertical), RequestArms.None(surface), models, popular);

    /// <summary>A ranker for a batch: the surface as it serves.</summary>
    /// <param name="vertical">The vertical.</param>
    /// <param name="surface">The surface's name.</param>
    /// <param name="models">The serving models, as <see cref="ModelsOf"/> loads them.</param>
    /// <param name="factors">The serving factors, as <see cref="FactorsOf"/> loads them.</param>
    /// <param name="popular">The vertical's items by popularity; may be empty where candidates are groups.</param>
    public static SurfaceRanker ForBatch(
        CompiledVertical vertical, string surface, IReadOnlyDictionary<string, ServingModel> models, IReadOnlyDictionary<string, GroupFactors> factors, int[] popular)
    {
        ArgumentNullException.ThrowIfNull(vertical);
        return new SurfaceRanker(vertical, vertical.Surfaces[surface], models, popular) { Factors = factors };
    }

    /// <summary>A ranker for lists that are made again: the surface's sources in the order of its fallback, without models, rules and exploration.</summary>
    public static SurfaceRanker ForReplay(CompiledVertical vertical, string surface)
    {
        ArgumentNullException.ThrowIfNull(vertical);
        var served = vertical.Surfaces[surface];
        var declaration = served.Declaration with { Explore = null, Mix = [], Score = served.Declaration.Score with { Model = null }, Record = served.Declaration.Record with { Features = 0 } };
        return new SurfaceRanker(vertical, served with { Declaration = declaration, Rules = [] }, new Dictionary<string, ServingModel>(), []);
    }

    /// <summary>Loads the serving models of a surface.</summary>
    /// <param name="vertical">The vertical.</param>
    /// <param name="surface">The surface's name.</param>
    /// <param name="models">The registry.</param>
    /// <param name="versions">The serving version of each model.</param>
    public static IReadOnlyDictionary<string, ServingModel> ModelsOf(CompiledVertical vertical, string surface, ModelFolder models, IReadOnlyDictionary<string, string> versions)
    {
        ArgumentNullException.ThrowIfNull(vertical);
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(versions);
        var loaded = new Dictionary<string, ServingModel>(StringComparer.Ordinal);
        if (vertical.Surfaces[surface].Declaration.Score.Model is { } name && versions.TryGetValue(name, out var version))
        {
            var model = models.Load(name, version, vertical.FeatureNamesOf(surface));
            loaded[name] = new ServingModel(model, model.Model.ColumnsIn(vertical.FeatureNamesOf(surface)));
        }

        return loaded;
    }

    /// <summary>Loads the serving factors of a surface.</summary>
    /// <inheritdoc cref="ModelsOf"/>
    public static IReadOnlyDictionary<string, GroupFactors> FactorsOf(CompiledVertical vertical, string surface, ModelFolder models, IReadOnlyDictionary<string, string> versions)
    {
        ArgumentNullException.ThrowIfNull(vertical);
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(versions);
        return vertical.Surfaces[surface].Factors is { } name && versions.TryGetValue(name, out var version)
            ? new Dictionary<string, GroupFactors> { [name] = models.LoadFactors(name, version) }
            : new Dictionary<string, GroupFactors>();
    }

    /// <summary>The factors of groups that serve, by name.</summary>
    public IReadOnlyDictionary<string, GroupFactors> Factors { get; set; } = new Dictionary<string, GroupFactors>();

    /// <summary>True when the last answered person had no history to go by; null where candidates are items.</summary>
    public bool? IsColdStart { get; private set; }

    /// <summary>Answers one request.</summary>
    /// <param name="request">The request; its size is not bounded by the surface.</param>
    /// <param name="market">The market.</param>
    /// <param name="catalog">The catalogue.</param>
    /// <param name="user">The user's ordinal, or -1.</param>
    /// <param name="nowMs">The moment, Unix milliseconds.</param>
    /// <param name="asOf">The journal sequence of the market.</param>
    /// <param name="withReasons">True also says why.</param>
    /// <returns>The page, best first; valid until the next call.</returns>
    public IReadOnlyList<RankedCandidate> Rank(RankRequest request, MarketView market, ItemCatalog catalog, int user, long nowMs, long asOf, bool withReasons = false)
    {
        ArgumentNullException.ThrowIfNull(request);
        _context.Begin(new RequestScope
        {
            Request = request,
            Arms = _arms,
            Snapshot = new VerticalSnapshot { Vertical = _context.Vertical, Market = market, Catalog = catalog, Models = _models, Factors = Factors, PopularOrder = _popular },
            AsOf = asOf,
            Availability = null,
            NowMs = nowMs,
            User = user,
            Seed = RankingEngine.SeedOf(request, asOf),
            PageSize = request.Size ?? _arms.Surface.Declaration.Size,
        });
        try
        {
            RankingEngine.RunAtOnce(_context, withReasons);
            IsColdStart = _context.Scope.Groups is { } groups ? groups.RecentCount == 0 : null;
            _page.Clear();
            for (var place = 0; place < _context.PageCount; place++)
            {
                var index = _context.Order[place];
                _page.Add(new RankedCandidate(_context.Scope.Items[index].Id.Value, _context.Scores[index], withReasons ? _context.Explained[place].Reasons : []));
            }

            return _page;
        }
        finally
        {
            _context.End();
        }
    }
}
