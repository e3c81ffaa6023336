using Vitrina.Engine.Models;

namespace Vitrina.Cli.Benchmarks.Offers;

/// <summary>The model's inputs in the closed loop: the same for every arm but for the statistics.</summary>
internal sealed class WorldFeatures
{
    private static readonly string[] s_card =
        ["textShare", "isTextMatched", "logPrice", "relativePrice", "deliveryDays", "discount", "rating", "reviews", "photos", "ageDays"];

    private static readonly string[] s_shrunk = ["rate.click.view.item.28d", "rate.cart.view.item.28d", "rate.click.view.type.28d"];

    private static readonly string[] s_offer =
    [
        "count.view.offer.28d", "rate.click.view.offer.28d", "rate.cart.view.offer.28d", "rate.click.view.type_bin.28d",
        "offerShare.transferred.view.28d", "offerShare.match.view.28d", "offerShare.type.view.28d", "stateAge", "termShift.price.28d", "termShift.delivery.28d",
    ];

    private readonly bool _isRaw;
    private readonly int _views;
    private readonly int _clicks;
    private readonly int _carts;
    private readonly int _relativePrice;
    private readonly int[] _copied;
    private readonly FeatureMatrix _columns = new();
    private readonly WorldEngine _engine;

    /// <summary>The inputs of an arm.</summary>
    /// <param name="arm">The arm.</param>
    /// <param name="engine">Gives the statistics.</param>
    public WorldFeatures(WorldArm arm, WorldEngine engine)
    {
        (_engine, _isRaw) = (engine, arm.Item == ItemStatistics.Raw);
        string[] copied = [.. _isRaw ? [] : s_shrunk, .. arm.WithOffer ? s_offer : []];
        Names = [.. s_card, "itemViews", .. _isRaw ? ["itemClickRate", "itemCartRate"] : Array.Empty<string>(), .. copied];
        _copied = [.. copied.Select(ColumnOf)];
        (_views, _clicks, _carts) = (ColumnOf("count.view.item.28d"), ColumnOf("count.click.item.28d"), ColumnOf("count.cart.item.28d"));
        _relativePrice = ColumnOf("relativePrice.type");
    }

    /// <summary>Their names.</summary>
    public string[] Names { get; }

    private int ColumnOf(string name) => _engine.Columns.ToList().IndexOf(name) is >= 0 and var column ? column : throw new InvalidOperationException($"The vertical of the loop has no column '{name}'.");

    /// <summary>Fills the inputs of a request's candidates.</summary>
    /// <param name="cards">The candidates.</param>
    /// <param name="region">The number of the buyer's region.</param>
    /// <param name="regionName">Its name.</param>
    /// <param name="query">The query's terms, ascending.</param>
    /// <param name="at">When.</param>
    /// <param name="matrix">Receives a column for each name.</param>
    public void Fill(IReadOnlyList<WorldCard> cards, int region, string? regionName, int[] query, DateTimeOffset at, FeatureMatrix matrix)
    {
        _engine.Fill([.. cards.Select(card => card.Id)], regionName, at, _columns);
        matrix.Reset(cards.Count, Names.Length);
        for (var row = 0; row < cards.Count; row++)
        {
            FillCard(cards[row], region, query, at, row, matrix);
            matrix[row, 3] = _columns[row, _relativePrice];
            var (views, column) = (_columns[row, _views], s_card.Length);
            matrix[row, column++] = (float)Math.Log(1 + views);
            if (_isRaw)
            {
                matrix[row, column++] = views > 0 ? _columns[row, _clicks] / views : 0;
                matrix[row, column++] = views > 0 ? _columns[row, _carts] / views : 0;
            }

            foreach (var copied in _copied)
            {
                matrix[row, column++] = _columns[row, copied];
            }
        }
    }

    private static void FillCard(WorldCard card, int region, int[] query, DateTimeOffset at, int row, FeatureMatrix matrix)
    {
        var matched = 0;
        foreach (var term in query)
        {
            matched += Array.BinarySearch(card.Terms, term) >= 0 ? 1 : 0;
        }

        matrix[row, 0] = query.Length == 0 ? 0 : (float)matched / query.Length;
        matrix[row, 1] = query.Length > 0 && matched == query.Length ? 1 : 0;
        matrix[row, 2] = (float)Math.Log(card.Price);
        matrix[row, 4] = (float)Math.Log(1 + card.DaysTo(region));
        matrix[row, 5] = double.IsNaN(card.OldPrice) ? 0 : (float)(1 - (card.Price / card.OldPrice));
        matrix[row, 6] = (float)(card.Card.Rating ?? double.NaN);
        matrix[row, 7] = (float)Math.Log(1 + card.Card.Reviews);
        matrix[row, 8] = card.Card.Photos;
        matrix[row, 9] = (float)Math.Log(1 + Math.Clamp((at - card.PublishedAt).TotalDays, 0, 60));
    }
}
