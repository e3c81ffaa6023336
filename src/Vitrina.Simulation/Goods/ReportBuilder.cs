using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Goods;

/// <summary>Counts a drive. Events count when they fall into its span.</summary>
internal sealed class ReportBuilder
{
    private const int PriceOffset = 16;

    private readonly GoodsWorld _world;
    private readonly long _to;
    private readonly long[] _views;
    private readonly long[] _clicks;
    private readonly HashSet<long> _sessions = [];
    private long _sessionCount;
    private long _rankings;
    private long _events;
    private long _favorites;
    private long _carts;
    private long _orders;
    private long _clickedRankings;
    private long _newViews;
    private long _newOrders;
    private double _revenue;
    private double _expectedClicks;

    public ReportBuilder(GoodsWorld world, long to)
    {
        _world = world;
        _to = to;
        _views = new long[world.Configuration.ListSize];
        _clicks = new long[world.Configuration.ListSize];
    }

    public void Add(Reaction reaction, ShownList shown)
    {
        _rankings++;
        _sessionCount += _sessions.Add(SessionPlanner.SessionKey(reaction.Request)) ? 1 : 0;
        _expectedClicks += reaction.ExpectedClicks;
        _newViews += reaction.NewItemViews;
        _newOrders += reaction.NewItemOrders;
        bool isClicked = false;
        foreach (SimulatedChange.UserEvent happened in reaction.Events)
        {
            if (happened.At.UtcTicks >= _to)
            {
                continue;
            }

            _events++;
            int place = Math.Clamp(happened.Position - 1, 0, _views.Length - 1);
            switch (happened.Type)
            {
                case "view":
                    _views[place]++;
                    break;
                case "click":
                    _clicks[place]++;
                    isClicked = true;
                    break;
                case "favorite":
                    _favorites++;
                    break;
                case "cart":
                    _carts++;
                    break;
                default:
                    _orders++;
                    _revenue += happened.Value ?? 0;
                    break;
            }
        }

        _clickedRankings += isClicked ? 1 : 0;
    }

    /// <summary>Bounds the memory: sessions of days that are over need not be told apart any more.</summary>
    public void ForgetSessionsBefore(int day) => _sessions.RemoveWhere(session => SessionPlanner.DayOfSession(session) < day);

    public GoodsReport Build()
    {
        (double mean, double share) = States();
        return new GoodsReport
        {
            RankingCount = _rankings,
            SessionCount = _sessionCount,
            EventCount = _events,
            ViewCount = _views.Sum(),
            ClickCount = _clicks.Sum(),
            FavoriteCount = _favorites,
            CartCount = _carts,
            OrderCount = _orders,
            Revenue = _revenue,
            ExpectedClickCount = _expectedClicks,
            ClickedRankingCount = _clickedRankings,
            ViewsByPosition = _views,
            ClicksByPosition = _clicks,
            NewItemViewCount = _newViews,
            NewItemOrderCount = _newOrders,
            MeanStatesPerItem = mean,
            ShareOfItemsWithTwoToFiveStates = share,
        };
    }

    /// <summary>Deciles by nearest rank of first prices and delivery times within each type; states are pairs of bins.</summary>
    private (double Mean, double Share) States()
    {
        long stateCount = 0;
        long itemCount = 0;
        long within = 0;
        var seen = new HashSet<int>();
        foreach (ItemType type in _world.Catalogue.Types)
        {
            var prices = new List<double>(type.ItemCount);
            var deliveries = new List<double>(type.ItemCount);
            for (int item = type.FirstItem; item < type.FirstItem + type.ItemCount; item++)
            {
                ItemState first = _world.Timeline.Of(item)[0];
                prices.Add(first.Price);
                deliveries.Add(first.Delivery);
            }

            double[] priceThresholds = Deciles(prices);
            double[] deliveryThresholds = Deciles(deliveries);
            for (int item = type.FirstItem; item < type.FirstItem + type.ItemCount; item++)
            {
                seen.Clear();
                foreach (ref readonly ItemState state in _world.Timeline.Of(item))
                {
                    if (state.At < _to)
                    {
                        seen.Add(Bin(priceThresholds, state.Price) * PriceOffset + Bin(deliveryThresholds, state.Delivery));
                    }
                }

                itemCount += seen.Count > 0 ? 1 : 0;
                stateCount += seen.Count;
                within += seen.Count is >= 2 and <= 5 ? 1 : 0;
            }
        }

        return itemCount == 0 ? (0, 0) : ((double)stateCount / itemCount, (double)within / itemCount);
    }

    private static double[] Deciles(List<double> values)
    {
        values.Sort();
        var thresholds = new double[9];
        for (int decile = 1; decile <= 9; decile++)
        {
            thresholds[decile - 1] = values[Math.Max(0, (int)Math.Ceiling(values.Count * decile / 10.0) - 1)];
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
