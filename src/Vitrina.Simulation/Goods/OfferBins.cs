namespace Vitrina.Simulation.Goods;

/// <summary>Price and delivery deciles within each type, from the states in which items begin: nearest rank, 0 = cheapest and fastest.</summary>
internal sealed class OfferBins
{
    /// <summary>Bins of one side of a state.</summary>
    public const int Count = 10;

    private readonly Catalogue _catalogue;
    private readonly double[][] _prices;
    private readonly double[][] _deliveries;

    public OfferBins(Catalogue catalogue, ItemTimeline timeline)
    {
        _catalogue = catalogue;
        _prices = [.. catalogue.Types.Select(type => Deciles(type, timeline, state => state.Price))];
        _deliveries = [.. catalogue.Types.Select(type => Deciles(type, timeline, state => state.Delivery))];
    }

    /// <summary>The bins of a state.</summary>
    public (int Price, int Delivery) Of(in ItemState state)
    {
        int type = _catalogue.ModelType[_catalogue.ItemModel[state.Item]];
        return (Bin(_prices[type], state.Price), Bin(_deliveries[type], state.Delivery));
    }

    private static double[] Deciles(ItemType type, ItemTimeline timeline, Func<ItemState, double> valueOf)
    {
        var values = new double[type.ItemCount];
        for (int offset = 0; offset < values.Length; offset++)
        {
            values[offset] = valueOf(timeline.Of(type.FirstItem + offset)[0]);
        }

        Array.Sort(values);
        var thresholds = new double[Count - 1];
        for (int decile = 1; decile < Count; decile++)
        {
            thresholds[decile - 1] = values[Math.Max(0, (int)Math.Ceiling(values.Length * decile / (double)Count) - 1)];
        }

        return thresholds;
    }

    private static int Bin(double[] thresholds, double value)
    {
        int bin = 0;
        foreach (double threshold in thresholds)
        {
            bin += threshold < value ? 1 : 0;
        }

        return bin;
    }
}
