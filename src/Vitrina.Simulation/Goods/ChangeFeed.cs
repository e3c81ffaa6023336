using Vitrina.Kernels.Chance;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Goods;

/// <summary>Everything a marketplace is told that does not depend on what it shows, in time order: sellers, their ratings, users, items.</summary>
internal sealed class ChangeFeed
{
    private const int RatingPeriodDays = 7;

    private readonly GoodsWorld _world;
    private readonly int[] _usersByTime;
    private readonly int _weekCount;
    private int _sellerCursor;
    private int _ratingCursor;
    private int _userCursor;
    private int _itemCursor;

    public ChangeFeed(GoodsWorld world)
    {
        _world = world;
        _weekCount = (world.Configuration.Days + RatingPeriodDays - 1) / RatingPeriodDays;
        long[] moments = [.. world.People.RegisteredAt];
        _usersByTime = new int[moments.Length];
        for (int user = 0; user < moments.Length; user++)
        {
            _usersByTime[user] = user;
        }

        Array.Sort(_usersByTime, (left, right) => moments[left] != moments[right] ? moments[left].CompareTo(moments[right]) : left.CompareTo(right));
    }

    /// <summary>When the next change happens, UTC ticks; the largest number when there is none.</summary>
    public long NextAt => Math.Min(Math.Min(SellerAt, RatingAt), Math.Min(UserAt, ItemAt));

    private long SellerAt => _sellerCursor < _world.Catalogue.Sellers.Length ? _world.Start.UtcTicks : long.MaxValue;

    private long RatingAt => _ratingCursor < _weekCount * _world.Catalogue.Sellers.Length
        ? _world.Start.UtcTicks + _ratingCursor / _world.Catalogue.Sellers.Length * RatingPeriodDays * TimeSpan.TicksPerDay
        : long.MaxValue;

    private long UserAt => _userCursor < _usersByTime.Length ? _world.People.RegisteredAt[_usersByTime[_userCursor]] : long.MaxValue;

    private long ItemAt => _itemCursor < _world.Timeline.ByTime.Length ? _world.Timeline[_world.Timeline.ByTime[_itemCursor]].At : long.MaxValue;

    /// <summary>Passes over what happened before a moment.</summary>
    public void SkipTo(long at)
    {
        while (SellerAt < at)
        {
            _sellerCursor++;
        }

        while (RatingAt < at)
        {
            _ratingCursor++;
        }

        while (UserAt < at)
        {
            _userCursor++;
        }

        while (ItemAt < at)
        {
            _itemCursor++;
        }
    }

    /// <summary>The next change. At equal times sellers come first, then their ratings, users and items.</summary>
    public SimulatedChange Next()
    {
        long at = NextAt;
        var moment = new DateTimeOffset(at, TimeSpan.Zero);
        if (SellerAt == at)
        {
            int seller = _sellerCursor++;
            Seller of = _world.Catalogue.Sellers[seller];
            return new SimulatedChange.SellerPut { At = moment, Id = _world.Catalogue.SellerId[seller], Attributes = new GoodsSeller(of.Name, of.Region) };
        }

        if (RatingAt == at)
        {
            return Rating(moment);
        }

        if (UserAt == at)
        {
            int user = _usersByTime[_userCursor++];
            return new SimulatedChange.UserPut
            {
                At = moment,
                Id = _world.People.Id[user],
                Attributes = new GoodsBuyer(Assortment.Regions[_world.People.Region[user]].Name, _world.People.BirthYear[user]),
            };
        }

        int index = _world.Timeline.ByTime[_itemCursor++];
        ref readonly ItemState state = ref _world.Timeline[index];
        bool wasDiscounted = state.Kind == ItemChangeKind.Price && _world.Timeline[index - 1].OldPrice > 0;
        return ItemChange(moment, state, wasDiscounted);
    }

    private SimulatedChange.FeatureRow Rating(DateTimeOffset moment)
    {
        int sellerCount = _world.Catalogue.Sellers.Length;
        int seller = _ratingCursor % sellerCount;
        RandomStream stream = Streams.Open(_world.Seed, StreamPurpose.SellerRating, seller, _ratingCursor / sellerCount);
        _ratingCursor++;
        double rating = 4.2 + 0.35 * _world.Catalogue.Sellers[seller].Quality + 0.08 * stream.NextGaussian();
        return new SimulatedChange.FeatureRow
        {
            At = moment,
            Table = "seller_quality",
            Key = _world.Catalogue.SellerId[seller],
            Column = "rating",
            Value = Math.Round(Math.Clamp(rating, 1, 5), 2),
        };
    }

    private SimulatedChange ItemChange(DateTimeOffset moment, in ItemState state, bool wasDiscounted)
    {
        string id = _world.Catalogue.ItemId[state.Item];
        switch (state.Kind)
        {
            case ItemChangeKind.Put:
                return new SimulatedChange.ItemPut
                {
                    At = moment,
                    Id = id,
                    Vertical = GoodsWorld.Vertical,
                    Seller = _world.Catalogue.SellerId[_world.Catalogue.ItemSeller[state.Item]],
                    PublishedAt = new DateTimeOffset(_world.Catalogue.ItemPublishedAt[state.Item], TimeSpan.Zero),
                    Stock = state.Stock,
                    Attributes = CardWriter.Write(_world.Catalogue, _world.Zones, state),
                };
            case ItemChangeKind.Price:
                bool isDiscounted = state.OldPrice > 0;
                return new SimulatedChange.ItemPatch
                {
                    At = moment,
                    Id = id,
                    Attributes = new GoodsCardChange
                    {
                        Price = state.Price,
                        OldPrice = isDiscounted ? state.OldPrice : null,
                        IsOldPriceRemoved = wasDiscounted && !isDiscounted,
                    },
                };
            case ItemChangeKind.Delivery:
                return new SimulatedChange.ItemPatch { At = moment, Id = id, Attributes = new GoodsCardChange { Delivery = state.Delivery, DeliveryByRegion = _world.Zones.Days(_world.Catalogue.ItemSeller[state.Item], state.Delivery) } };
            case ItemChangeKind.Stock:
                return new SimulatedChange.ItemPatch { At = moment, Id = id, Stock = state.Stock };
            default:
                return new SimulatedChange.ItemDelete { At = moment, Id = id };
        }
    }
}
