using Vitrina.Kernels.Chance;

namespace Vitrina.Simulation.Goods;

internal enum ItemChangeKind : byte
{
    Put,
    Price,
    Delivery,
    Stock,
    Delete,
}

/// <summary>An item's whole state from a moment on.</summary>
/// <param name="At">UTC ticks.</param>
/// <param name="Item">Ordinal.</param>
/// <param name="Price">Roubles.</param>
/// <param name="OldPrice">Roubles before the discount; 0 without one.</param>
/// <param name="Stock">Pieces.</param>
/// <param name="Delivery">Days.</param>
/// <param name="Kind">What changed.</param>
internal readonly record struct ItemState(long At, int Item, int Price, int OldPrice, int Stock, short Delivery, ItemChangeKind Kind)
{
    public bool IsLive => Kind != ItemChangeKind.Delete && Stock > 0;
}

/// <summary>All states of all items, per item in time order, and the order over all of them.</summary>
internal sealed class ItemTimeline
{
    private const int ChunkSize = 2048;
    private readonly ItemState[] _states;
    private readonly int[] _start;

    // Publication of the items that are never out of stock nor withdrawn, which are most: one look instead of a walk over states.
    private readonly long[] _alwaysLiveFrom;

    private ItemTimeline(ItemState[] states, int[] start)
    {
        _states = states;
        _start = start;
        _alwaysLiveFrom = new long[start.Length - 1];
        for (int item = 0; item < _alwaysLiveFrom.Length; item++)
        {
            _alwaysLiveFrom[item] = IsAlwaysLive(item) ? Of(item)[0].At : long.MaxValue;
        }

        ByTime = new int[states.Length];
        var moments = new long[states.Length];
        for (int index = 0; index < states.Length; index++)
        {
            ByTime[index] = index;
            moments[index] = states[index].At;
        }

        Array.Sort(ByTime, (left, right) =>
        {
            int order = moments[left].CompareTo(moments[right]);
            return order != 0 ? order : left.CompareTo(right);
        });
    }

    /// <summary>Indexes of all states in time order; ties by item.</summary>
    public int[] ByTime { get; }

    public ref readonly ItemState this[int index] => ref _states[index];

    /// <summary>States of one item in time order.</summary>
    public ReadOnlySpan<ItemState> Of(int item) => _states.AsSpan(_start[item], _start[item + 1] - _start[item]);

    /// <summary>Whether an item can be bought at a moment.</summary>
    public bool IsLive(int item, long at) => at >= _alwaysLiveFrom[item] || (TryGet(item, at, out ItemState state) && state.IsLive);

    /// <summary>The state at a moment.</summary>
    /// <returns>False before the item was published.</returns>
    public bool TryGet(int item, long at, out ItemState state)
    {
        for (int index = _start[item + 1] - 1; index >= _start[item]; index--)
        {
            if (_states[index].At <= at)
            {
                state = _states[index];
                return true;
            }
        }

        state = default;
        return false;
    }

    private bool IsAlwaysLive(int item)
    {
        foreach (ref readonly ItemState state in Of(item))
        {
            if (!state.IsLive)
            {
                return false;
            }
        }

        return _start[item] < _start[item + 1];
    }

    public static ItemTimeline Build(Catalogue catalogue, GoodsConfiguration configuration, ulong seed, long start, long end, int threads)
    {
        int chunkCount = (catalogue.ItemCount + ChunkSize - 1) / ChunkSize;
        var chunks = new List<ItemState>[chunkCount];
        var starts = new int[catalogue.ItemCount + 1];
        Parallel.For(0, chunkCount, new ParallelOptions { MaxDegreeOfParallelism = threads }, chunk =>
        {
            var states = new List<ItemState>(ChunkSize * 5);
            int last = Math.Min(catalogue.ItemCount, (chunk + 1) * ChunkSize);
            for (int item = chunk * ChunkSize; item < last; item++)
            {
                int before = states.Count;
                new ItemPath(catalogue, configuration, seed, item, start, end).Walk(states);
                starts[item + 1] = states.Count - before;
            }

            chunks[chunk] = states;
        });
        for (int item = 0; item < catalogue.ItemCount; item++)
        {
            starts[item + 1] += starts[item];
        }

        var all = new ItemState[starts[^1]];
        int next = 0;
        foreach (List<ItemState> chunk in chunks)
        {
            chunk.CopyTo(all, next);
            next += chunk.Count;
        }

        return new ItemTimeline(all, starts);
    }

    /// <summary>One item's life: five independent processes, each with its own stream.</summary>
    private ref struct ItemPath
    {
        private readonly Catalogue _catalogue;
        private readonly GoodsConfiguration _configuration;
        private readonly int _item;
        private readonly long _end;
        private RandomStream _price;
        private RandomStream _discount;
        private RandomStream _delivery;
        private RandomStream _stock;
        private RandomStream _life;
        private long _at;
        private double _fullPrice;
        private double _discountDepth;
        private int _pieces;
        private short _days;

        public ItemPath(Catalogue catalogue, GoodsConfiguration configuration, ulong seed, int item, long start, long end)
        {
            _catalogue = catalogue;
            _configuration = configuration;
            _item = item;
            _end = end;
            _at = Math.Max(start, catalogue.ItemPublishedAt[item]);
            _price = Streams.Open(seed, StreamPurpose.ItemPrice, item);
            _discount = Streams.Open(seed, StreamPurpose.ItemDiscount, item);
            _delivery = Streams.Open(seed, StreamPurpose.ItemDelivery, item);
            _stock = Streams.Open(seed, StreamPurpose.ItemStock, item);
            _life = Streams.Open(seed, StreamPurpose.ItemLife, item);
            Seller seller = catalogue.Sellers[catalogue.ItemSeller[item]];
            _fullPrice = catalogue.ModelPrice[catalogue.ItemModel[item]]
                * Math.Exp(seller.LogPriceOffset + configuration.SellerPriceSpread * _price.NextGaussian());
            _days = DrawDelivery();
            _pieces = DrawStock();
        }

        public void Walk(List<ItemState> states)
        {
            long price = After(ref _price, _configuration.PriceChangesPerDay);
            long discount = After(ref _discount, _configuration.DiscountsPerDay);
            long delivery = After(ref _delivery, _configuration.DeliveryChangesPerDay);
            long stock = After(ref _stock, _configuration.StockOutsPerDay);
            long close = After(ref _life, _configuration.ClosuresPerDay);
            Add(states, ItemChangeKind.Put);
            while (true)
            {
                _at = Math.Min(Math.Min(Math.Min(price, discount), Math.Min(delivery, stock)), close);
                if (_at >= _end)
                {
                    return;
                }

                if (_at == close)
                {
                    Add(states, ItemChangeKind.Delete);
                    return;
                }

                if (_at == price)
                {
                    _fullPrice *= Math.Exp(_configuration.PriceChangeSpread * _price.NextGaussian());
                    Add(states, ItemChangeKind.Price);
                    price = After(ref _price, _configuration.PriceChangesPerDay);
                }
                else if (_at == discount)
                {
                    discount = ToggleDiscount();
                    Add(states, ItemChangeKind.Price);
                }
                else if (_at == delivery)
                {
                    _days = DrawDelivery();
                    Add(states, ItemChangeKind.Delivery);
                    delivery = After(ref _delivery, _configuration.DeliveryChangesPerDay);
                }
                else
                {
                    bool runsOut = _pieces > 0;
                    _pieces = runsOut ? 0 : DrawStock();
                    Add(states, ItemChangeKind.Stock);
                    stock = After(ref _stock, runsOut ? 1 / _configuration.StockOutMeanDays : _configuration.StockOutsPerDay);
                }
            }
        }

        private long ToggleDiscount()
        {
            if (_discountDepth > 0)
            {
                _discountDepth = 0;
                return After(ref _discount, _configuration.DiscountsPerDay);
            }

            double span = _configuration.DiscountMaximum - _configuration.DiscountMinimum;
            _discountDepth = _configuration.DiscountMinimum + span * _discount.NextDouble();
            return After(ref _discount, 1 / _configuration.DiscountMeanDays);
        }

        private readonly long After(ref RandomStream stream, double perDay)
        {
            double days = perDay <= 0 ? double.MaxValue : stream.NextExponential(1 / perDay);
            long ticks = days > 10_000 ? long.MaxValue - _at : (long)(days * TimeSpan.TicksPerDay);
            long at = _at + Math.Max(TimeSpan.TicksPerSecond, ticks);
            return at == long.MaxValue || at < 0 ? long.MaxValue : at - at % TimeSpan.TicksPerSecond;
        }

        private short DrawDelivery()
        {
            Seller seller = _catalogue.Sellers[_catalogue.ItemSeller[_item]];
            return (short)Math.Max(1, seller.DeliveryDays - 1 + _delivery.NextInt(seller.IsAbroad ? 6 : 4));
        }

        private int DrawStock() => 2 + (int)_stock.NextExponential(40);

        private readonly void Add(List<ItemState> states, ItemChangeKind kind)
        {
            int full = ShopPrice(_fullPrice);
            int price = _discountDepth > 0 ? ShopPrice(_fullPrice * (1 - _discountDepth)) : full;
            states.Add(new ItemState(_at, _item, price, price < full ? full : 0, _pieces, _days, kind));
        }

        /// <summary>Prices as shops write them: 1490, 349.</summary>
        private static int ShopPrice(double price) => price switch
        {
            < 10 => 10,
            < 1000 => Math.Max(9, (int)Math.Round(price / 10) * 10 - 1),
            < 1e9 => (int)Math.Round(price / 100) * 100 - 10,
            _ => 1_000_000_000,
        };
    }
}
