namespace Vitrina.Cli.Benchmarks.Offers;

/// <summary>The model's inputs in the closed loop: the same for every arm but for the statistics of offers.</summary>
internal static class WorldFeatures
{
    private static readonly string[] s_item =
    [
        "textShare", "isTextMatched", "logPrice", "relativePrice", "deliveryDays", "discount", "rating", "reviews", "photos", "ageDays",
        "itemClickRate", "itemCartRate", "itemViews",
    ];

    private static readonly string[] s_offer =
    [
        "offerClickRate", "offerCartRate", "offerEvidence", "transferredShare", "matchShare", "typeShare",
    ];

    /// <summary>Names of an arm's features.</summary>
    public static IReadOnlyList<string> NamesOf(WorldArm arm) => arm.WithOffer ? [.. s_item, .. s_offer] : s_item;

    /// <summary>Fills the features of an item for a request.</summary>
    /// <param name="arm">The arm.</param>
    /// <param name="card">The item.</param>
    /// <param name="region">The buyer's region.</param>
    /// <param name="query">The query's terms, ascending.</param>
    /// <param name="typicalPrice">The median price of the item's type.</param>
    /// <param name="at">When.</param>
    /// <param name="rates">The item's rates.</param>
    /// <param name="features">Receives them.</param>
    public static void Fill(WorldArm arm, WorldCard card, int region, int[] query, double typicalPrice, DateTimeOffset at, in WorldOffers.Rates rates, Span<float> features)
    {
        var matched = 0;
        foreach (var term in query)
        {
            matched += Array.BinarySearch(card.Terms, term) >= 0 ? 1 : 0;
        }

        features[0] = query.Length == 0 ? 0 : (float)matched / query.Length;
        features[1] = query.Length > 0 && matched == query.Length ? 1 : 0;
        features[2] = (float)Math.Log(card.Price);
        features[3] = (float)Math.Log(card.Price / typicalPrice);
        features[4] = (float)Math.Log(1 + card.DaysTo(region));
        features[5] = double.IsNaN(card.OldPrice) ? 0 : (float)(1 - (card.Price / card.OldPrice));
        features[6] = (float)(card.Card.Rating ?? double.NaN);
        features[7] = (float)Math.Log(1 + card.Card.Reviews);
        features[8] = card.Card.Photos;
        features[9] = (float)Math.Log(1 + Math.Clamp((at - card.PublishedAt).TotalDays, 0, 60));
        features[10] = LogOdds(rates.ItemClick);
        features[11] = LogOdds(rates.ItemCart);
        features[12] = (float)Math.Log(1 + rates.ItemViews);
        if (arm.WithOffer)
        {
            features[13] = LogOdds(rates.OfferClick.Rate);
            features[14] = LogOdds(rates.OfferCart.Rate);
            features[15] = (float)Math.Log(1 + (rates.OfferClick.Evidence * (rates.OfferClick.Own + rates.OfferClick.Transferred)));
            features[16] = (float)rates.OfferClick.Transferred;
            features[17] = (float)rates.OfferClick.Match;
            features[18] = (float)rates.OfferClick.Type;
        }
    }

    private static float LogOdds(double rate)
    {
        const double Least = 1e-4;
        var bounded = Math.Clamp(rate, Least, 1 - Least);
        return (float)Math.Log(bounded / (1 - bounded));
    }
}
