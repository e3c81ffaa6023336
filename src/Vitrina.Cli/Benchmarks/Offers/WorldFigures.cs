using Vitrina.Simulation.Driving;

namespace Vitrina.Cli.Benchmarks.Offers;

/// <summary>What came of the second half of a world's history, by day, by discount and by new item.</summary>
internal sealed class WorldFigures
{
    private const double NewDays = 14;
    private const double LongestWaitDays = 7;
    private readonly WorldCards _cards;
    private readonly DateTimeOffset _from;
    private readonly DateTimeOffset _to;
    private readonly Dictionary<int, Wait> _discounts = [];
    private readonly Dictionary<int, Wait> _novices = [];
    private readonly HashSet<int> _discounted = [];
    private readonly Dictionary<int, Queue<DateTimeOffset>> _lastViews = [];
    private readonly Dictionary<int, Wait> _felt = [];

    public WorldFigures(WorldCards cards, DateTimeOffset from, DateTimeOffset to)
    {
        (_cards, _from, _to) = (cards, from, to);
        var days = (int)Math.Ceiling((to - from).TotalDays);
        Days = [.. new[] { "orders", "gmv", "new_item_views", "new_item_carts", "new_item_orders" }.Select(name => (name, new double[days]))];
    }

    /// <summary>Sums by day, by name.</summary>
    public IReadOnlyList<(string Name, double[] Values)> Days { get; }

    /// <summary>Days from the beginning of each discount to its first click; those without one count up to their end, at most seven.</summary>
    public List<double> DiscountDays { get; } = [];

    /// <summary>For each discount, how many more views the item had in its first 24 hours than in the 24 hours before.</summary>
    public List<double> DiscountViews { get; } = [];

    /// <summary>Days from the publication of each new item to its first click, likewise.</summary>
    public List<double> FirstClickDays { get; } = [];

    // Each wait keeps its place in the list, so that arms are compared wait by wait.
    private readonly record struct Wait(int Place, DateTimeOffset From);

    /// <summary>Adds what a list is worth.</summary>
    public void Add(DateTimeOffset at, (double Orders, double Gmv) expected)
    {
        Days[0].Values[DayOf(at)] += expected.Orders;
        Days[1].Values[DayOf(at)] += expected.Gmv;
    }

    /// <summary>Adds an event.</summary>
    public void Add(SimulatedChange.UserEvent happened, int item)
    {
        if (happened.At < _from || happened.At >= _to)
        {
            return;
        }

        var card = _cards.Cards[item];
        if (happened.Type == "view")
        {
            Seen(item, happened.At);
        }

        var figure = happened.Type switch { "view" => 2, "cart" => 3, "order" => 4, _ => -1 };
        if (figure > 0 && card.IsNew && (happened.At - card.PublishedAt).TotalDays < NewDays)
        {
            Days[figure].Values[DayOf(happened.At)]++;
        }

        if (happened.Type == "click")
        {
            End(_discounts, DiscountDays, item, happened.At);
            End(_novices, FirstClickDays, item, happened.At);
        }
    }

    private void Seen(int item, DateTimeOffset at)
    {
        if (!_lastViews.TryGetValue(item, out var last))
        {
            _lastViews[item] = last = new Queue<DateTimeOffset>();
        }

        while (last.TryPeek(out var oldest) && (at - oldest).TotalDays >= 1)
        {
            last.Dequeue();
        }

        last.Enqueue(at);
        if (_felt.TryGetValue(item, out var discount) && at >= discount.From && (at - discount.From).TotalDays < 1)
        {
            DiscountViews[discount.Place]++;
        }
    }

    // Only where both days lie within what is measured.
    private void BeginFelt(int item, DateTimeOffset at)
    {
        if ((at - _from).TotalDays >= 1 && (_to - at).TotalDays >= 1)
        {
            _felt[item] = new Wait(DiscountViews.Count, at);
            DiscountViews.Add(-(_lastViews.TryGetValue(item, out var last) ? last.Count(seen => seen < at && (at - seen).TotalDays < 1) : 0));
        }
    }

    /// <summary>Notes a change of a card.</summary>
    public void Changed(int item, DateTimeOffset at)
    {
        var card = _cards.Cards[item];
        var isBegun = !double.IsNaN(card.OldPrice) && _discounted.Add(item);
        if (double.IsNaN(card.OldPrice))
        {
            End(_discounts, DiscountDays, item, at);
            _discounts.Remove(item);
            _discounted.Remove(item);
        }

        if (at < _from)
        {
            return;
        }

        if (card.IsNew && card.PublishedAt >= _from && card.PublishedAt == at)
        {
            Begin(_novices, FirstClickDays, item, at);
        }

        if (isBegun)
        {
            Begin(_discounts, DiscountDays, item, at);
            BeginFelt(item, at);
        }
    }

    /// <summary>Notes that an item is withdrawn.</summary>
    public void Gone(int item, DateTimeOffset at)
    {
        End(_discounts, DiscountDays, item, at);
        End(_novices, FirstClickDays, item, at);
    }

    /// <summary>Ends all waits.</summary>
    public void Finish()
    {
        foreach (var (waits, days) in new[] { (_discounts, DiscountDays), (_novices, FirstClickDays) })
        {
            foreach (var item in waits.Keys.ToArray())
            {
                End(waits, days, item, _to);
            }
        }
    }

    private int DayOf(DateTimeOffset at) => Math.Clamp((int)(at - _from).TotalDays, 0, Days[0].Values.Length - 1);

    private static void Begin(Dictionary<int, Wait> waits, List<double> days, int item, DateTimeOffset at)
    {
        waits[item] = new Wait(days.Count, at);
        days.Add(double.NaN);
    }

    // A wait that ended stays known until its discount ends: later clicks and changes begin no new one.
    private static void End(Dictionary<int, Wait> waits, List<double> days, int item, DateTimeOffset at)
    {
        if (waits.TryGetValue(item, out var wait) && double.IsNaN(days[wait.Place]))
        {
            days[wait.Place] = Math.Min(LongestWaitDays, (at - wait.From).TotalDays);
        }
    }
}
