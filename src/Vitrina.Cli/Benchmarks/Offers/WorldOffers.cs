using Vitrina.Engine.Statistics.Offers;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Benchmarks.Offers;

/// <summary>Views, clicks and carts of the items of a simulated catalogue by the conditions they were seen at, and what they add up to by item and by offer.</summary>
/// <remarks>
/// A cell holds what happened at one price and one delivery time, so that an Init only has to bin the cells anew. One writer, which also reads.
/// </remarks>
internal sealed class WorldOffers
{
    /// <summary>Metrics: views, clicks, carts.</summary>
    public const int MetricCount = 3;

    private const double ItemStrength = 50;
    private readonly WorldCards _cards;
    private readonly TransferDocument _transfer;
    private readonly OfferSmoothing _smoothing;
    private readonly List<ItemCells> _items = [];
    private readonly List<List<int>> _groups = [];
    private double[][] _typeSums = [];
    private double[][] _typeMoved = [];
    private DecileThresholds[] _prices = [];
    private DecileThresholds[] _deliveries = [];

    public WorldOffers(WorldCards cards, TransferDocument transfer, OfferSmoothing smoothing) => (_cards, _transfer, _smoothing) = (cards, transfer, smoothing);

    private sealed class ItemCells
    {
        public List<(double Price, double Days, OfferState State, double[] Counts)> Cells { get; } = [];

        public double[] Total { get; } = new double[MetricCount];

        public List<double> ClosingPrices { get; } = [];

        public List<double> ClosingDays { get; } = [];

        /// <summary>BIN_CLASS of the price; −1 before first sight.</summary>
        public int PriceClass { get; set; } = -1;
    }

    /// <summary>The rates of one item for one region.</summary>
    /// <param name="ItemClick">Clicks a view by item alone, shrunk to the type's rate.</param>
    /// <param name="ItemCart">Carts a view, likewise.</param>
    /// <param name="OfferClick">Clicks a view of the offer.</param>
    /// <param name="OfferCart">Carts a view of the offer.</param>
    /// <param name="ItemViews">Views of the item.</param>
    public readonly record struct Rates(double ItemClick, double ItemCart, NestedRate OfferClick, NestedRate OfferCart, double ItemViews);

    /// <summary>Takes the end of a day: closing prices for the next Init.</summary>
    public void CloseDay()
    {
        for (var item = 0; item < _cards.Cards.Count; item++)
        {
            var cells = CellsOf(item);
            cells.ClosingPrices.Add(_cards.Cards[item].Price);
            cells.ClosingDays.Add(_cards.Cards[item].Days.Order().ElementAt(_cards.Cards[item].Days.Length / 2));
        }
    }

    /// <summary>New thresholds, bins and sums for everything; one step of the smoothing.</summary>
    public void Init()
    {
        var count = _cards.TypeCount;
        var (prices, days) = (new List<double>[count], new List<double>[count]);
        for (var type = 0; type < count; type++)
        {
            (prices[type], days[type]) = ([], []);
        }

        for (var item = 0; item < _cards.Cards.Count; item++)
        {
            var (cells, type) = (CellsOf(item), _cards.Cards[item].Type);
            if (cells.ClosingPrices.Count > 0)
            {
                prices[type].Add(Middle(cells.ClosingPrices));
                days[type].Add(Middle(cells.ClosingDays));
            }
        }

        int[] parents = [.. Enumerable.Repeat(-1, count)];
        _prices = new TypeThresholds(OfferAxis.Price, parents, [.. prices.Select(list => list.ToArray())]).Compute();
        _deliveries = new TypeThresholds(OfferAxis.Delivery, parents, [.. days.Select(list => list.ToArray())]).Compute();
        _typeSums = [.. prices.Select(_ => new double[OfferState.Count * MetricCount])];
        for (var item = 0; item < _cards.Cards.Count; item++)
        {
            Rebin(item);
        }

        Refresh();
    }

    /// <summary>Moves the sums of types between states: what they are worth in each. Once an hour is enough for a prior.</summary>
    public void Refresh() =>
        _typeMoved = [.. _typeSums.Select(sums =>
        {
            var moved = new double[sums.Length];
            _transfer.Matrix.ApplyToAll(sums, MetricCount, moved);
            return moved;
        })];

    /// <summary>Tells that an item's own price changed.</summary>
    public void PriceChanged(int item)
    {
        var cells = CellsOf(item);
        if (_cards.Cards[item].Type < _prices.Length)
        {
            cells.PriceClass = BinClass.AfterOwnChange(_smoothing, cells.PriceClass < 0 ? null : cells.PriceClass, RawPriceBin(item));
        }
    }

    /// <summary>The raw state of an item for a region: what its events are keyed by.</summary>
    public OfferState RawStateOf(int item, int region) => StateOf(_cards.Cards[item].Type, _cards.Cards[item].Price, _cards.Cards[item].DaysTo(region));

    /// <summary>The median price of a type; 1000 before the first Init.</summary>
    public double TypicalPriceOf(int type) => type < _prices.Length && _prices[type].ItemCount > 0 ? _prices[type].Median : 1000;

    /// <summary>Counts an event at the item's present conditions.</summary>
    public void Add(int item, int region, int metric)
    {
        var (card, cells) = (_cards.Cards[item], CellsOf(item));
        var (price, days) = (card.Price, card.DaysTo(region));
        var at = cells.Cells.FindIndex(cell => cell.Price == price && cell.Days == days);
        if (at < 0)
        {
            at = cells.Cells.Count;
            cells.Cells.Add((price, days, StateOf(card.Type, price, days), new double[MetricCount]));
        }

        cells.Cells[at].Counts[metric]++;
        cells.Total[metric]++;
        if (card.Type < _typeSums.Length)
        {
            _typeSums[card.Type][(cells.Cells[at].State.Index * MetricCount) + metric]++;
        }
    }

    /// <summary>The rates of an item in its present state for a region.</summary>
    /// <param name="item">The item.</param>
    /// <param name="region">The region.</param>
    /// <param name="withAnalogs">False: the prior is the type as a whole, whatever the state, and no match group.</param>
    public Rates RatesOf(int item, int region, bool withAnalogs)
    {
        var (card, cells) = (_cards.Cards[item], CellsOf(item));
        var state = PresentStateOf(item, region);
        Span<double> own = stackalloc double[MetricCount], moved = stackalloc double[MetricCount], match = stackalloc double[MetricCount], all = stackalloc double[MetricCount];
        Gather(cells, state, own, moved);
        var type = card.Type < _typeSums.Length ? _typeSums[card.Type] : [];
        for (var i = 0; i < type.Length; i++)
        {
            all[i % MetricCount] += type[i];
        }

        if (withAnalogs)
        {
            Span<double> ownOfOther = stackalloc double[MetricCount], movedOfOther = stackalloc double[MetricCount];
            foreach (var other in MembersOf(card.Group))
            {
                if (other != item)
                {
                    Gather(CellsOf(other), state, ownOfOther, movedOfOther);
                    for (var metric = 0; metric < MetricCount; metric++)
                    {
                        match[metric] += ownOfOther[metric] + movedOfOther[metric];
                    }
                }
            }
        }

        ReadOnlySpan<double> near = withAnalogs && type.Length > 0 ? _typeMoved[card.Type].AsSpan(state.Index * MetricCount, MetricCount) : all;
        var strengths = withAnalogs ? _transfer.Strengths : new PriorStrengths(ItemStrength, ItemStrength);
        return new Rates(
            ItemRate(cells, all, 1), ItemRate(cells, all, 2), Offer(1, own, moved, match, near, strengths), Offer(2, own, moved, match, near, strengths), cells.Total[0]);
    }

    private static NestedRate Offer(
        int metric, ReadOnlySpan<double> own, ReadOnlySpan<double> moved, ReadOnlySpan<double> match, ReadOnlySpan<double> type, PriorStrengths strengths)
    {
        var (mine, transferred) = (new RateEvidence(own[metric], own[0]), new RateEvidence(moved[metric], moved[0]));
        return NestedRate.Of(mine, transferred, new RateEvidence(match[metric], match[0]), new RateEvidence(type[metric], type[0]).Without(mine + transferred), strengths);
    }

    private static double ItemRate(ItemCells cells, ReadOnlySpan<double> type, int metric)
    {
        var own = new RateEvidence(cells.Total[metric], cells.Total[0]);
        return NestedRate.Of(own, default, default, new RateEvidence(type[metric], type[0]).Without(own), new PriorStrengths(ItemStrength, ItemStrength)).Rate;
    }

    private void Gather(ItemCells cells, OfferState state, Span<double> own, Span<double> moved)
    {
        own.Clear();
        moved.Clear();
        foreach (var (_, _, from, counts) in cells.Cells)
        {
            var weight = _transfer.Matrix[from, state];
            var target = from == state ? own : moved;
            for (var metric = 0; weight > 0 && metric < MetricCount; metric++)
            {
                target[metric] += weight * counts[metric];
            }
        }
    }

    private OfferState PresentStateOf(int item, int region)
    {
        var (raw, cells) = (RawStateOf(item, region), CellsOf(item));
        return cells.PriceClass < 0 ? raw : OfferState.Of(cells.PriceClass, raw.DeliveryBin);
    }

    private OfferState StateOf(int type, double price, double days) => type >= _prices.Length
        ? OfferState.Of(DecileThresholds.MiddleBin, DecileThresholds.MiddleBin)
        : OfferState.Of(_prices[type].BinOf(OfferAxis.Price, price), _deliveries[type].BinOf(OfferAxis.Delivery, days));

    private int RawPriceBin(int item) => _prices[_cards.Cards[item].Type].BinOf(OfferAxis.Price, _cards.Cards[item].Price);

    private void Rebin(int item)
    {
        var (card, cells) = (_cards.Cards[item], CellsOf(item));
        cells.PriceClass = BinClass.AfterInit(_smoothing, cells.PriceClass < 0 ? null : cells.PriceClass, RawPriceBin(item));
        for (var at = 0; at < cells.Cells.Count; at++)
        {
            var (price, days, _, counts) = cells.Cells[at];
            var state = StateOf(card.Type, price, days);
            cells.Cells[at] = (price, days, state, counts);
            for (var metric = 0; metric < MetricCount; metric++)
            {
                _typeSums[card.Type][(state.Index * MetricCount) + metric] += counts[metric];
            }
        }
    }

    private ItemCells CellsOf(int item)
    {
        while (_items.Count <= item)
        {
            var group = _cards.Cards[_items.Count].Group;
            while (_groups.Count <= group)
            {
                _groups.Add([]);
            }

            _groups[group].Add(_items.Count);
            _items.Add(new ItemCells());
        }

        return _items[item];
    }

    private List<int> MembersOf(int group) => _groups[group];

    private static double Middle(List<double> values) => values.Order().ElementAt((values.Count - 1) / 2);
}
