using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Goods;

public sealed partial class GoodsWorld
{
    /// <summary>The true probability that examining an item ends in an order.</summary>
    /// <param name="request">A request this world made.</param>
    /// <param name="item">The item, judged in its state at the request.</param>
    /// <exception cref="ArgumentException">The request or the item is not of this world.</exception>
    public double TrueOrder(SimulatedRequest request, string item) => Behaviour.Chances(GoodsRequest.Of(request), Catalogue.ItemOrdinal(item)).Order;

    /// <summary>The true probability that a person who examines an item orders it.</summary>
    /// <param name="user">The user.</param>
    /// <param name="query">Words as typed; words this world never writes mean nothing in particular.</param>
    /// <param name="item">The item.</param>
    /// <param name="at">When; the item is judged in its state then. Nothing is ordered before its publication or after its end.</param>
    /// <exception cref="ArgumentException">The user or the item is not of this world.</exception>
    public double TrueOrder(string user, string query, string item, DateTimeOffset at) =>
        Behaviour.Chances(People.Ordinal(user), Queries.Read(query), Catalogue.ItemOrdinal(item), at.UtcTicks).Order;

    /// <summary>What a list is worth when a person of this world looks at it: exact, over how far the person looks and what it does.</summary>
    /// <param name="request">A request this world made.</param>
    /// <param name="items">The list from the top: what a policy would show.</param>
    /// <returns>Expected orders and their money in roubles.</returns>
    /// <exception cref="ArgumentException">The request or an item is not of this world.</exception>
    public (double Orders, double Gmv) Expected(SimulatedRequest request, IReadOnlyList<string> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        var asked = GoodsRequest.Of(request);
        double orders = 0;
        double gmv = 0;
        double stillLooks = 1;
        for (int place = 0; place < items.Count; place++)
        {
            Chances chances = Behaviour.Chances(asked, Catalogue.ItemOrdinal(items[place]));
            double ordered = Behaviour.ExaminationProbability(asked.UserOrdinal, place) * stillLooks * chances.Order;
            orders += ordered;
            gmv += ordered * chances.Price * Behaviour.MeanQuantity;
            stillLooks *= 1 - chances.Leaves;
        }

        return (orders, gmv);
    }

    /// <summary>True W: how much an item's statistics in one state tell about it in another, 0–1.</summary>
    /// <param name="from">Price and delivery bins of the old state, 0–9.</param>
    /// <param name="to">Bins of the new state, 0–9.</param>
    /// <returns>The correlation, over items, of what sets an item apart from others in the same state: its quality stays, its state effect fades with the distance.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such bin.</exception>
    public double TrueTransfer((int Price, int Delivery) from, (int Price, int Delivery) to)
    {
        foreach (int bin in new[] { from.Price, from.Delivery, to.Price, to.Delivery })
        {
            ArgumentOutOfRangeException.ThrowIfNegative(bin);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(bin, OfferBins.Count);
        }

        double lasting = Square(Configuration.BrandWeight) + Square(Configuration.ModelQualityWeight) + Square(Configuration.ItemQualityWeight) + Square(Configuration.SellerQualityWeight);
        double passing = Square(Configuration.StateEffectWeight);
        double correlation = StateEffect.Correlation(Configuration, from.Price - to.Price, from.Delivery - to.Delivery);
        return lasting + passing > 0 ? (lasting + passing * correlation) / (lasting + passing) : 1;

        static double Square(double value) => value * value;
    }

    /// <summary>The highest fee that is paid for an item at a moment, as a share of its price; 0 without a campaign.</summary>
    /// <param name="item">The item.</param>
    /// <param name="at">When.</param>
    /// <exception cref="ArgumentException">The item is not of this world.</exception>
    public double TrueFee(string item, DateTimeOffset at) => Campaigns.FeeOf(Catalogue.ItemOrdinal(item), at.UtcTicks);

    /// <summary>Writes the campaigns of the sellers to campaigns.jsonl. Nothing imports it yet; an import of the folder passes over it.</summary>
    /// <param name="folder">Where to.</param>
    public void WriteTruth(string folder) => Campaigns.Write(Path.Combine(folder, "campaigns.jsonl"), Catalogue);
}
