using Vitrina.Kernels.Chance;

namespace Vitrina.Simulation.Goods;

/// <summary>How many days longer a delivery takes into another region than its seller's. Sellers abroad are equally far from all.</summary>
internal sealed class DeliveryZones
{
    private readonly int[] _extra;
    private readonly int[] _regionOfSeller;

    public DeliveryZones(GoodsConfiguration configuration, ulong seed, Catalogue catalogue)
    {
        int count = Assortment.Regions.Count;
        IsOn = configuration.ZoneDelayDays > 0;
        _extra = new int[count * count];
        _regionOfSeller = [.. catalogue.Sellers.Select(seller => RegionOf(seller.Region))];
        for (int from = 0; from < count && IsOn; from++)
        {
            for (int to = from + 1; to < count; to++)
            {
                RandomStream stream = Streams.Open(seed, StreamPurpose.ZoneDelay, from * count + to);
                int days = (int)Math.Round(configuration.ZoneDelayDays * (0.5 + stream.NextDouble()));
                _extra[from * count + to] = days;
                _extra[to * count + from] = days;
            }
        }
    }

    /// <summary>Whether delivery depends on the buyer's region at all.</summary>
    public bool IsOn { get; }

    /// <summary>Days on top of the state's own.</summary>
    public int Extra(int seller, int region) => _regionOfSeller[seller] < 0 ? 0 : _extra[_regionOfSeller[seller] * Assortment.Regions.Count + region];

    /// <summary>Days by region, in the assortment's order; null when delivery is the same everywhere.</summary>
    public int[]? Days(int seller, int days) => IsOn ? [.. Assortment.Regions.Select((_, region) => days + Extra(seller, region))] : null;

    private static int RegionOf(string name)
    {
        for (int region = 0; region < Assortment.Regions.Count; region++)
        {
            if (Assortment.Regions[region].Name == name)
            {
                return region;
            }
        }

        return -1;
    }
}
