using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Features;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Ranking.Mixing;

namespace Vitrina.Engine;

/// <summary>Runs scored candidates of a recorded list through the mixing stage again, on a state of then: what rules, diversity and promotion make of a score.</summary>
/// <remarks>Exploration is left out: a page is compared as its model and rules want it. Not safe for concurrent use.</remarks>
public sealed class PageMixer
{
    private readonly RankingContext _context;
    private readonly Surface _surface;
    private readonly Availability _availability = new();

    /// <summary>Prepares the pages of a surface.</summary>
    public PageMixer(CompiledVertical vertical, string surface)
    {
        ArgumentNullException.ThrowIfNull(vertical);
        _surface = vertical.Surfaces[surface];
        _surface = _surface with { Declaration = _surface.Declaration with { Explore = null } };
        _context = new RankingContext(vertical);
    }

    /// <summary>The page that scored candidates make.</summary>
    /// <param name="record">The list: its user, query, context and place in paging.</param>
    /// <param name="market">The market as it was then.</param>
    /// <param name="catalog">The catalogue as it was then.</param>
    /// <param name="items">The candidates, each once.</param>
    /// <param name="scores">One per candidate; larger is better.</param>
    /// <returns>Indexes of the candidates in page order: the first <see cref="RankingRecord.Shown"/> are the page.</returns>
    public int[] Order(RankingRecord record, MarketView market, ItemCatalog catalog, IReadOnlyList<Item> items, ReadOnlySpan<float> scores)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(items);
        _context.Begin(new RequestScope
        {
            Request = new RankRequest { Vertical = record.Vertical, Surface = record.Surface, User = record.User, Session = record.Session, Query = record.Query, Context = record.Context, Personalization = record.IsPersonalized },
            Arms = RequestArms.None(_surface),
            Snapshot = new VerticalSnapshot { Vertical = _context.Vertical, Market = market, Catalog = catalog, Models = new Dictionary<string, ServingModel>(), PopularOrder = [] },
            AsOf = record.AsOf,
            Availability = _availability,
            NowMs = record.AtMs,
            User = -1,
            Seed = record.Seed,
            PageSize = Math.Max(1, record.Shown.Count),
        });
        try
        {
            for (var i = 0; i < items.Count; i++)
            {
                _context.Add(items[i], _surface.Sources.Count, i + 1, scores[i]);
                _context.Scores[i] = scores[i];
            }

            MixStage.Run(_context);
            return _context.Order[.._context.OrderedCount];
        }
        finally
        {
            _context.End();
        }
    }
}
