using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Language;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Statistics.Groups;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Features;

/// <summary>Binds feature declarations of one vertical and collects the counters and price levels that they need.</summary>
internal sealed class FeatureBinding
{
    private readonly List<(StatisticKey Key, List<double> HalfLives)> _counters = [];
    private readonly List<(int Price, int Keyword)> _priceLevels = [];
    private readonly List<OfferColumn> _offerColumns = [];
    private readonly List<EventType> _events;
    private readonly int _offerTable;

    public FeatureBinding(VerticalDeclaration vertical, ItemSchema schema, ErrorList errors)
    {
        (Vertical, Schema, Errors) = (vertical, schema, errors);
        Analyzer = new TextAnalyzer(vertical.Languages);
        _events = [.. vertical.Events.Keys.Select(name => EventTypes.TryParse(name, out var type) ? type : EventType.View).Distinct()];
        WindowDays = [.. vertical.Statistics.Windows.Select(window => (int)window.TotalDays).Distinct().Order()];
        Counter(StatisticKey.All);
        ItemTable = Counter(new StatisticKey("item", [new KeyPart(KeyPartKind.Item)]));
        ItemHalfLife = HalfLife(ItemTable, vertical.Statistics.HalfLife);
        _offerTable = vertical.Statistics.Offers is null ? -1 : Counter(StatisticKey.Offer);
    }

    /// <summary>The table that counts by item: popularity is read from it, whatever the features need.</summary>
    public int ItemTable { get; }

    /// <summary>The vertical's own half-life in that table.</summary>
    public int ItemHalfLife { get; }

    /// <summary>The groups that the features in hand are of; null for features of items.</summary>
    public GroupingDeclaration? Grouping { get; set; }

    /// <summary>What the surface whose features are bound says about its candidates; null where these are items.</summary>
    public CandidatesDeclaration? Candidates { get; set; }

    public VerticalDeclaration Vertical { get; }

    /// <summary>Analyses the vertical's texts.</summary>
    public TextAnalyzer Analyzer { get; }

    public ItemSchema Schema { get; }

    public ErrorList Errors { get; }

    public IReadOnlyList<EventType> Events => _events;

    public IReadOnlyList<int> WindowDays { get; }

    public IReadOnlyList<CounterDeclaration> Counters => [.. _counters.Select(counter => new CounterDeclaration(counter.Key, counter.HalfLives))];

    public IReadOnlyList<(int Price, int Keyword)> PriceLevels => _priceLevels;

    /// <summary>The encoders that features name, in their order.</summary>
    public List<string> Encoders { get; } = [];

    /// <summary>The vector space of an encoder: they follow the vector attributes.</summary>
    public int EncoderSpace(string name)
    {
        if (!Encoders.Contains(name))
        {
            Encoders.Add(name);
        }

        return Schema.VectorCount + Encoders.IndexOf(name);
    }

    /// <summary>What makes an offer; null when the vertical keeps no statistics of offers.</summary>
    public OfferTraits? Offers
    {
        get
        {
            if (Vertical.Statistics.Offers is not { } declaration)
            {
                return null;
            }

            var delivery = NumberOrNull("delivery");
            return new OfferTraits
            {
                TypeSlot = Schema.Type!.Slot,
                ParentSlots = ParentSlots(),
                GroupSlot = Schema.MatchGroup?.Slot ?? -1,
                PriceSlot = NumberOrNull("price")?.Slot ?? -1,
                DeliverySlot = delivery?.Slot ?? -1,
                DeliveryZoneSlot = delivery?.ZoneSlot ?? -1,
                Table = _offerTable,
                Columns = _offerColumns,
                TitleSlot = TitleSlot(),
                Matcher = TitleSlot() < 0 ? null : new ProductMatcher(Analyzer),
                Declaration = declaration,
            };
        }
    }

    private int TitleSlot() => Vertical.MatchedBy is { } title && Schema.FindOrNull(title) is { Storage: AttributeStorage.Texts } slot ? slot.Slot : -1;

    private AttributeSlot? NumberOrNull(string name) => Schema.FindOrNull(name) is { Storage: AttributeStorage.Numbers } slot ? slot : null;

    private List<int> ParentSlots()
    {
        var slots = new List<int>();
        for (var at = Schema.Type; at?.Declaration.Parent is { } parent && Schema.FindOrNull(parent) is { Storage: AttributeStorage.Keywords } above && !slots.Contains(above.Slot); at = above)
        {
            slots.Add(above.Slot);
        }

        return slots;
    }

    /// <summary>The index of a count that features transfer between states.</summary>
    public int OfferColumn(int window, int metric)
    {
        var column = new OfferColumn(window, metric);
        if (!_offerColumns.Contains(column))
        {
            _offerColumns.Add(column);
        }

        return _offerColumns.IndexOf(column);
    }

    /// <summary>The index of the table that counts by a key.</summary>
    public int Counter(StatisticKey key)
    {
        var index = _counters.FindIndex(counter => counter.Key == key);
        if (index < 0)
        {
            _counters.Add((key, []));
            index = _counters.Count - 1;
        }

        return index;
    }

    /// <summary>The index of a half-life in a table.</summary>
    public int HalfLife(int table, TimeSpan halfLife)
    {
        var halfLives = _counters[table].HalfLives;
        if (!halfLives.Contains(halfLife.TotalDays))
        {
            halfLives.Add(halfLife.TotalDays);
        }

        return halfLives.IndexOf(halfLife.TotalDays);
    }

    public int PriceLevel(int priceSlot, int keywordSlot)
    {
        if (!_priceLevels.Contains((priceSlot, keywordSlot)))
        {
            _priceLevels.Add((priceSlot, keywordSlot));
        }

        return _priceLevels.IndexOf((priceSlot, keywordSlot));
    }

    /// <summary>The metric of a declared event; 0 with an error when there is none.</summary>
    public int Metric(KindDeclaration declaration, string parameter, string name)
    {
        if (EventTypes.TryParse(name, out var type) && _events.IndexOf(type) is >= 0 and var metric)
        {
            return metric;
        }

        Errors.Add(declaration.PositionOf(parameter), $"'{name}' is not a declared event", NearestName.Find(name, Vertical.Events.Keys));
        return 0;
    }

    /// <summary>The index of a declared window; 0 with an error when there is none.</summary>
    public int Window(KindDeclaration declaration, TimeSpan window)
    {
        for (var i = 0; i < WindowDays.Count; i++)
        {
            if (TimeSpan.FromDays(WindowDays[i]) == window)
            {
                return i;
            }
        }

        Errors.Add(declaration.PositionOf("windows"), $"{window.TotalDays:0.##}d is not one of statistics.windows ({string.Join(", ", WindowDays.Select(days => $"{days}d"))})");
        return 0;
    }

    /// <summary>The key that a list of names stands for.</summary>
    public StatisticKey Key(KindDeclaration declaration, IReadOnlyList<string> names, string parameter = "key")
    {
        var parts = new List<KeyPart>();
        foreach (var name in names)
        {
            switch (name)
            {
                case "item":
                    parts.Add(new KeyPart(KeyPartKind.Item));
                    break;
                case "query":
                    parts.Add(new KeyPart(KeyPartKind.Query));
                    break;
                case "user":
                    parts.Add(new KeyPart(KeyPartKind.User));
                    break;
                case "seller":
                    parts.Add(new KeyPart(KeyPartKind.Seller));
                    break;
                case "offer":
                    parts.Add(new KeyPart(KeyPartKind.Offer));
                    break;
                default:
                    parts.Add(new KeyPart(KeyPartKind.Keyword, KeywordSlot(declaration, parameter, Attribute(name))));
                    break;
            }
        }

        return parts.Count == 0 ? StatisticKey.All : new StatisticKey(string.Join('_', names), parts);
    }

    /// <summary>The attribute behind the words that stand for one: type and matchGroup.</summary>
    public string Attribute(string name) => name switch
    {
        "type" => Vertical.Items.Type,
        "matchGroup" => Vertical.Items.MatchGroup ?? name,
        _ => name,
    };

    public int KeywordSlot(KindDeclaration declaration, string parameter, string name)
    {
        if (Schema.FindOrNull(name) is { Kind: AttributeKind.Keyword, Declaration.Multiple: false } slot)
        {
            return slot.Slot;
        }

        var valid = Schema.Slots.Where(attribute => attribute is { Kind: AttributeKind.Keyword, Declaration.Multiple: false }).Select(attribute => attribute.Name)
            .Concat(parameter == "key" ? ["item", "query", "user", "seller", "type"] : []);
        Errors.Add(declaration.PositionOf(parameter), $"'{name}' is not a keyword attribute of the item", NearestName.Find(name, valid));
        return 0;
    }

    public int NumberSlot(KindDeclaration declaration, string parameter, string name)
    {
        if (Schema.FindOrNull(name) is { Storage: AttributeStorage.Numbers } slot)
        {
            return slot.Slot;
        }

        var valid = Schema.Slots.Where(attribute => attribute.Storage == AttributeStorage.Numbers).Select(attribute => attribute.Name);
        Errors.Add(declaration.PositionOf(parameter), $"'{name}' is not a number attribute of the item", NearestName.Find(name, valid));
        return 0;
    }
}
