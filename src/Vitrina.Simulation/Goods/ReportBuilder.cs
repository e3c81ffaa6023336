using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Goods;

/// <summary>Counts a drive. Events count when they fall into its span.</summary>
internal sealed class ReportBuilder
{
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
    private readonly long[] _byHour = new long[24];
    private long _weekend;
    private long _botViews;
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
        DateTimeOffset local = reaction.Request.At.ToOffset(SessionPlanner.LocalOffset);
        _byHour[local.Hour]++;
        _weekend += local.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 1 : 0;
        bool isBot = _world.People.IsBot[reaction.Request.UserOrdinal];
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
                    _botViews += isBot ? 1 : 0;
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
            BotViewCount = _botViews,
            RankingsByHour = _byHour,
            WeekendRankingCount = _weekend,
            CampaignCount = _world.Campaigns.All.Count,
            Calibration = Targets(mean, share),
        };
    }

    /// <summary>States are pairs of price and delivery bins within the type.</summary>
    private (double Mean, double Share) States()
    {
        long stateCount = 0;
        long itemCount = 0;
        long within = 0;
        var bins = new OfferBins(_world.Catalogue, _world.Timeline);
        var seen = new HashSet<(int Price, int Delivery)>();
        for (int item = 0; item < _world.Catalogue.ItemCount; item++)
        {
            seen.Clear();
            foreach (ref readonly ItemState state in _world.Timeline.Of(item))
            {
                if (state.At < _to)
                {
                    seen.Add(bins.Of(state));
                }
            }

            itemCount += seen.Count > 0 ? 1 : 0;
            stateCount += seen.Count;
            within += seen.Count is >= 2 and <= 5 ? 1 : 0;
        }

        return itemCount == 0 ? (0, 0) : ((double)stateCount / itemCount, (double)within / itemCount);
    }

    /// <summary>Sellers of the same model, over models with any card.</summary>
    private double SellersPerModel()
    {
        Catalogue catalogue = _world.Catalogue;
        long sellers = 0;
        var seen = new HashSet<int>();
        for (int model = 0; model < catalogue.ModelCount; model++)
        {
            seen.Clear();
            for (int index = catalogue.ModelStart[model]; index < catalogue.ModelStart[model + 1]; index++)
            {
                seen.Add(catalogue.ItemSeller[catalogue.ItemsOfModel[index]]);
            }

            sellers += seen.Count;
        }

        return (double)sellers / catalogue.ModelCount;
    }

    private CalibrationTarget[] Targets(double statesPerItem, double shareOfItems)
    {
        double newItems = _world.Catalogue.ItemIsNew.Count(isNew => isNew) / (double)_world.Catalogue.ItemCount;
        double newViews = _newViews / (double)_views.Sum();
        return
        [
            new("states per item", statesPerItem, 2, 5, "seed 001: 2–5 active states"),
            new("items with 2 to 5 states", shareOfItems, 0.5, 1, "seed 001: 2–5 active states"),
            new("new items' share of views ÷ of items", newViews / newItems, 0.05, 0.9, "seed 001: cold start, new items are seen less"),
            new("sellers per model", SellersPerModel(), 1.5, 20, "seed 001: analogs from other sellers"),
            new("clicks per view", _clicks.Sum() / (double)_views.Sum(), 0.05, 0.2, "usual for product search"),
        ];
    }
}
