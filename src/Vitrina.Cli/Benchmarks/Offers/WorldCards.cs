using Vitrina.Engine.Language;
using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Goods;

namespace Vitrina.Cli.Benchmarks.Offers;

/// <summary>One item of a simulated catalogue in its present state.</summary>
internal sealed class WorldCard
{
    public required string Id { get; init; }

    public required int Type { get; init; }

    public required int Group { get; init; }

    public required int[] Terms { get; init; }

    public required GoodsCard Card { get; init; }

    public required DateTimeOffset PublishedAt { get; init; }

    public required bool IsNew { get; init; }

    public double Price { get; set; }

    public double OldPrice { get; set; } = double.NaN;

    /// <summary>Days to each region; one element where they are the same everywhere.</summary>
    public required double[] Days { get; set; }

    /// <summary>Days to a region; region 0 stands for all where they are the same everywhere.</summary>
    public double DaysTo(int region) => Days[region < Days.Length ? region : 0];
}

/// <summary>A simulated catalogue as its changes tell it, read without an engine.</summary>
internal sealed class WorldCards
{
    private readonly TextAnalyzer _analyzer = new(["ru", "en"]);
    private readonly Dictionary<string, int> _terms = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ordinals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _regions;
    private readonly DateTimeOffset _start;

    public WorldCards(DateTimeOffset start)
    {
        _start = start;
        _regions = GoodsCard.Regions.Index().ToDictionary(region => region.Item, region => region.Index, StringComparer.Ordinal);
    }

    /// <summary>The cards in the order of their appearance.</summary>
    public List<WorldCard> Cards { get; } = [];

    /// <summary>Whether an item was announced: one that appeared within the present minute is not yet.</summary>
    public bool Knows(string id) => _ordinals.ContainsKey(id);

    /// <summary>The number of an item.</summary>
    public int OrdinalOf(string id) => _ordinals[id];

    /// <summary>The number of the region of a request, in the world's order; 0 without one.</summary>
    public int RegionOf(SimulatedRequest request)
    {
        foreach (var (key, value) in request.Context)
        {
            if (key == "region")
            {
                return _regions.GetValueOrDefault(value);
            }
        }

        return 0;
    }

    /// <summary>Takes a change.</summary>
    /// <returns>The number of the item that changed; −1 when none did.</returns>
    public int Apply(SimulatedChange change)
    {
        switch (change)
        {
            case SimulatedChange.ItemPut { Attributes: GoodsCard card } put:
                _ordinals[put.Id] = Cards.Count;
                Cards.Add(new WorldCard
                {
                    Id = put.Id,
                    Type = NumberOf(_types, card.Category),
                    Group = NumberOf(_groups, card.Model),
                    Terms = TermsOf($"{card.Title} {card.Brand} {card.Category} {card.Colour} {card.Model}"),
                    Card = card,
                    PublishedAt = put.PublishedAt,
                    IsNew = put.PublishedAt > _start,
                    Price = card.Price,
                    OldPrice = card.OldPrice ?? double.NaN,
                    Days = DaysOf(card.Delivery, card.DeliveryByRegion),
                });
                return Cards.Count - 1;
            case SimulatedChange.ItemPatch patch:
                return Patch(patch);
            default:
                return -1;
        }
    }

    /// <summary>The numbers of the words of a text.</summary>
    public int[] TermsOf(string? text) =>
        [.. _analyzer.NormalizeQuery(text).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(term => NumberOf(_terms, term)).Distinct().Order()];

    private int Patch(SimulatedChange.ItemPatch patch)
    {
        var ordinal = _ordinals[patch.Id];
        var card = Cards[ordinal];
        if (patch.Attributes is GoodsCardChange changed)
        {
            card.Price = changed.Price ?? card.Price;
            card.OldPrice = changed.OldPrice ?? (changed.IsOldPriceRemoved ? double.NaN : card.OldPrice);
            card.Days = changed.Delivery is { } days ? DaysOf(days, changed.DeliveryByRegion) : card.Days;
        }

        return ordinal;
    }

    private static double[] DaysOf(int days, IReadOnlyList<int>? byRegion) => byRegion is null ? [days] : [.. byRegion.Select(one => (double)one)];

    private static int NumberOf(Dictionary<string, int> numbers, string name)
    {
        if (!numbers.TryGetValue(name, out var number))
        {
            numbers[name] = number = numbers.Count;
        }

        return number;
    }
}
