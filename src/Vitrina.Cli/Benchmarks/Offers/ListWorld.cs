using Vitrina.Engine.Statistics.Offers;
using Vitrina.Kernels.Chance;

namespace Vitrina.Cli.Benchmarks.Offers;

/// <summary>Lists with clicks: the real ones, or clicks drawn from a planted truth on the real lists. Split in time: train, validate, test.</summary>
internal sealed class ListWorld
{
    /// <summary>Features of place and price, without any statistics.</summary>
    public const int PlainCount = PlaceCount + OfferState.BinCount + 1;

    // Places from which on the place tells nothing more.
    private const int PlaceCount = 25;
    private const double TrainShare = 0.6;
    private const double ValidationShare = 0.8;

    private ListWorld(PricedLists lists, byte[] bins, double[] logPrices, float[] clicks)
        => (Lists, Bins, LogPrices, Clicks) = (lists, bins, logPrices, clicks);

    /// <summary>The lists.</summary>
    public PricedLists Lists { get; }

    /// <summary>The price bin of each row within its city; thresholds of the training part.</summary>
    public byte[] Bins { get; }

    /// <summary>ln of each row's price over the median of its list.</summary>
    public double[] LogPrices { get; }

    /// <summary>Clicks of each row.</summary>
    public float[] Clicks { get; }

    /// <summary>First list of the validation part.</summary>
    public int ValidationFrom => (int)(Lists.Count * TrainShare);

    /// <summary>First list of the test part.</summary>
    public int TestFrom => (int)(Lists.Count * ValidationShare);

    /// <summary>The lists with the clicks that people made.</summary>
    public static ListWorld Real(PricedLists lists)
    {
        var clicks = new float[lists.Items.Count];
        for (var list = 0; list < lists.Count; list++)
        {
            clicks[lists.Starts[list] + lists.Clicked[list]] = 1;
        }

        var logPrices = new double[clicks.Length];
        for (var list = 0; list < lists.Count; list++)
        {
            var sorted = lists.Prices[lists.Starts[list]..lists.Starts[list + 1]];
            sorted.Sort();
            for (var row = lists.Starts[list]; row < lists.Starts[list + 1]; row++)
            {
                logPrices[row] = Math.Log(lists.Prices[row] / sorted[sorted.Count / 2]);
            }
        }

        return new ListWorld(lists, BinsOf(lists, (int)(lists.Count * TrainShare)), logPrices, clicks);
    }

    /// <summary>The same lists with clicks of people who also care for the item, and for the item at its price.</summary>
    /// <param name="appeal">What place and price are worth, of each row.</param>
    /// <param name="itemSpread">Standard deviation of what an item is worth, log-odds.</param>
    /// <param name="stateSpread">Standard deviation of what an item in a price bin is worth beyond that.</param>
    /// <param name="clicksPerList">People who see each list; everyone clicks once.</param>
    /// <param name="seed">Seed of effects and clicks.</param>
    public ListWorld Planted(ReadOnlySpan<double> appeal, double itemSpread, double stateSpread, int clicksPerList, ulong seed)
    {
        var clicks = new float[Clicks.Length];
        var cumulative = new List<double>();
        for (var list = 0; list < Lists.Count; list++)
        {
            cumulative.Clear();
            double sum = 0;
            for (var row = Lists.Starts[list]; row < Lists.Starts[list + 1]; row++)
            {
                var item = Lists.Items[row];
                var effect = RandomStream.For(seed, "item", (ulong)item);
                var state = RandomStream.For(seed, "state", (ulong)((item * OfferState.BinCount) + Bins[row]));
                sum += Math.Exp(appeal[row] + (itemSpread * effect.NextGaussian()) + (stateSpread * state.NextGaussian()));
                cumulative.Add(sum);
            }

            var choice = RandomStream.For(seed, "clicks", (ulong)list);
            for (var person = 0; person < clicksPerList; person++)
            {
                clicks[Lists.Starts[list] + choice.NextIndex(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(cumulative))]++;
            }
        }

        return new ListWorld(Lists, Bins, LogPrices, clicks);
    }

    /// <summary>Names of the plain features.</summary>
    public static IEnumerable<string> PlainNames() =>
        Enumerable.Range(1, PlaceCount).Select(place => $"place{place}").Concat(Enumerable.Range(0, OfferState.BinCount).Select(bin => $"priceBin{bin}")).Append("logPrice");

    /// <summary>Fills the plain features of a row.</summary>
    /// <param name="list">The list.</param>
    /// <param name="row">The row.</param>
    /// <param name="withPrice">Whether price is known.</param>
    /// <param name="features">Receives them.</param>
    public void FillPlain(int list, int row, bool withPrice, Span<float> features)
    {
        features[..PlainCount].Clear();
        features[Math.Min(row - Lists.Starts[list], PlaceCount - 1)] = 1;
        if (withPrice)
        {
            features[PlaceCount + Bins[row]] = 1;
            features[PlainCount - 1] = (float)LogPrices[row];
        }
    }

    // The typical price of an item is the median of its daily closing prices, as in the engine.
    private static byte[] BinsOf(PricedLists lists, int trainCount)
    {
        const int SecondsPerDay = 86_400;
        var closing = new Dictionary<(int Item, long Day), double>();
        for (var list = 0; list < trainCount; list++)
        {
            for (var row = lists.Starts[list]; row < lists.Starts[list + 1]; row++)
            {
                closing[(lists.Items[row], lists.Times[list] / SecondsPerDay)] = lists.Prices[row];
            }
        }

        var values = lists.Parents.Select(_ => new List<double>()).ToArray();
        foreach (var item in closing.GroupBy(pair => pair.Key.Item, pair => pair.Value))
        {
            var prices = item.Order().ToArray();
            values[lists.CityOf[item.Key]].Add(prices[(prices.Length - 1) / 2]);
        }

        var thresholds = new TypeThresholds(OfferAxis.Price, lists.Parents, [.. values.Select(list => list.ToArray())]).Compute();
        return [.. Enumerable.Range(0, lists.Items.Count).Select(row => (byte)thresholds[lists.CityOf[lists.Items[row]]].BinOf(OfferAxis.Price, lists.Prices[row]))];
    }
}
