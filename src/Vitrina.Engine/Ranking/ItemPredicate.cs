using Vitrina.Engine.Catalog;
using Vitrina.Engine.Indexing.Values;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Ranking;

/// <summary>A request's conditions, bound to the slots of its vertical. Immutable; allocates nothing per item.</summary>
internal sealed class ItemPredicate
{
    private abstract record Condition(string Attribute)
    {
        public string Mark { get; } = $"filter:{Attribute}";

        public abstract bool Accepts(Item item);

        /// <summary>The items of a word that meet the condition, of those that are wanted.</summary>
        public abstract ulong Among(ItemColumnsView columns, int word, ulong wanted);
    }

    private sealed record KeywordCondition(string Attribute, int Slot, int[] Ordinals) : Condition(Attribute)
    {
        public override bool Accepts(Item item) => Array.IndexOf(Ordinals, item.Keywords[Slot]) >= 0;

        public override ulong Among(ItemColumnsView columns, int word, ulong wanted) => wanted & columns.WithKeyword(Slot, word, Ordinals);
    }

    private sealed record KeywordListCondition(string Attribute, int Slot, int[] Ordinals) : Condition(Attribute)
    {
        public override bool Accepts(Item item) => item.KeywordLists[Slot].AsSpan().ContainsAny(Ordinals);

        public override ulong Among(ItemColumnsView columns, int word, ulong wanted) =>
            ItemSelection.Where(wanted, word, ordinal => columns.List(Slot, ordinal).AsSpan().ContainsAny(Ordinals));
    }

    private sealed record RangeCondition(string Attribute, int Slot, double Min, double Max) : Condition(Attribute)
    {
        public override bool Accepts(Item item) => item.Numbers[Slot] >= Min && item.Numbers[Slot] <= Max;

        public override ulong Among(ItemColumnsView columns, int word, ulong wanted) => wanted & columns.WithNumber(Slot, word, Min, Max);
    }

    // Great-circle distance by the haversine formula on a sphere: within 0.6 % of the ellipsoid's.
    private sealed record CircleCondition(string Attribute, int Slot, GeoCircle Circle) : Condition(Attribute)
    {
        private const double EarthRadiusKm = 6371.0088;
        private readonly double _cosine = Math.Cos(double.DegreesToRadians(Circle.Latitude));

        public override bool Accepts(Item item) => Holds(item.Numbers[Slot], item.Numbers[Slot + 1]);

        public override ulong Among(ItemColumnsView columns, int word, ulong wanted) =>
            ItemSelection.Where(wanted, word, ordinal => Holds(columns.Number(Slot, ordinal), columns.Number(Slot + 1, ordinal)));

        private bool Holds(double latitude, double longitude)
        {
            var north = Math.Sin(double.DegreesToRadians(latitude - Circle.Latitude) / 2);
            var east = Math.Sin(double.DegreesToRadians(longitude - Circle.Longitude) / 2);
            var haversine = (north * north) + (_cosine * Math.Cos(double.DegreesToRadians(latitude)) * east * east);
            return 2 * EarthRadiusKm * Math.Asin(Math.Min(1, Math.Sqrt(haversine))) <= Circle.RadiusKm;
        }
    }

    private sealed record SellerCondition(string Attribute, IReadOnlyList<string> Sellers, int[] Ordinals) : Condition(Attribute)
    {
        public override ulong Among(ItemColumnsView columns, int word, ulong wanted) => ItemSelection.Where(wanted, word, ordinal => Array.IndexOf(Ordinals, columns.Seller(ordinal)) >= 0);

        public override bool Accepts(Item item)
        {
            for (var i = 0; i < Sellers.Count; i++)
            {
                if (Sellers[i] == item.Seller)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private readonly string _vertical;
    private readonly Condition[] _conditions;

    private ItemPredicate(string vertical, Condition[] conditions) => (_vertical, _conditions) = (vertical, conditions);

    public static ItemPredicate Everything { get; } = new("", []);

    public bool HasConditions => _conditions.Length > 0;

    /// <summary>Binds conditions to the vertical of a snapshot.</summary>
    /// <exception cref="RankRequestException">An attribute is unknown or not a filter, or a value does not fit its kind.</exception>
    public static ItemPredicate Bind(IReadOnlyList<AttributeCondition> conditions, VerticalSnapshot snapshot) =>
        new(snapshot.Vertical.Name, conditions.Count == 0 ? [] : [.. conditions.Select(condition => Bind(condition, snapshot))]);

    private static Condition Bind(AttributeCondition condition, VerticalSnapshot snapshot)
    {
        var (name, field) = (condition.Attribute, $"filters.{condition.Attribute}");
        if (name == "seller")
        {
            return new SellerCondition(name, condition.AnyOf, [.. condition.AnyOf.Select(seller => snapshot.Catalog.SellerIds.Find(seller)).Where(ordinal => ordinal >= 0)]);
        }

        var schema = snapshot.Vertical.Schema;
        if (schema.FindOrNull(name) is not { Declaration.IsFilter: true } slot)
        {
            var nearest = NearestName.Find(name, schema.Slots.Where(s => s.Declaration.IsFilter).Select(s => s.Name).Append("seller"));
            throw new RankRequestException(field, $"'{name}' is not a filter of '{snapshot.Vertical.Name}'{(nearest is null ? "" : $"; did you mean '{nearest}'?")}", "unknown_filter");
        }

        switch (slot.Storage)
        {
            case AttributeStorage.Keywords:
                return new KeywordCondition(name, slot.Slot, Ordinals(condition, field, word => snapshot.Market.Keywords[slot.Slot].Find(word)));
            case AttributeStorage.KeywordLists:
                return new KeywordListCondition(name, slot.Slot, Ordinals(condition, field, word => snapshot.Market.ListKeywords[slot.Slot].Find(word)));
            case AttributeStorage.Numbers when slot.Kind == AttributeKind.Geo:
                return new CircleCondition(name, slot.Slot, CircleOf(condition, field));
            case AttributeStorage.Numbers when condition is { AnyOf.Count: 0, Within: null }:
                var (min, max) = (double.IsNaN(condition.Min) ? double.NegativeInfinity : condition.Min, double.IsNaN(condition.Max) ? double.PositiveInfinity : condition.Max);
                return min <= max
                    ? new RangeCondition(name, slot.Slot, min, max)
                    : throw new RankRequestException(field, $"min {min} is above max {max}", "empty_range");
            default:
                throw new RankRequestException(field, $"'{name}' is a {slot.Kind.ToString().ToLowerInvariant()}: give min and max", "wrong_filter_kind");
        }
    }

    private static GeoCircle CircleOf(AttributeCondition condition, string field) => condition.Within switch
    {
        { Latitude: >= -90 and <= 90, Longitude: >= -180 and <= 180, RadiusKm: > 0 and < double.PositiveInfinity } circle => circle,
        null => throw new RankRequestException(field, $"'{condition.Attribute}' is a point: give point and radiusKm", "wrong_filter_kind"),
        _ => throw new RankRequestException(field, "point is [latitude −90 … 90, longitude −180 … 180] and radiusKm is above 0", "out_of_range"),
    };

    private static int[] Ordinals(AttributeCondition condition, string field, Func<string, int> find) => condition.AnyOf.Count == 0
        ? throw new RankRequestException(field, $"'{condition.Attribute}' is a keyword: give one value or a list of values", "wrong_filter_kind")
        : [.. condition.AnyOf.Select(find).Where(ordinal => ordinal >= 0)];

    /// <summary>True when an item belongs to the vertical and meets every condition.</summary>
    public bool Accepts(Item item) => item.Vertical == _vertical && FirstBroken(item) is null;

    /// <summary>The items of a word that meet every condition, of those that are wanted, a bit each.</summary>
    /// <param name="columns">The attributes of the vertical's items.</param>
    /// <param name="word">The word: the items from 64 x word on.</param>
    /// <param name="wanted">Those of them that are shown.</param>
    public ulong Among(ItemColumnsView columns, int word, ulong wanted)
    {
        for (var i = 0; i < _conditions.Length && wanted != 0; i++)
        {
            wanted = _conditions[i].Among(columns, word, wanted);
        }

        return wanted;
    }

    /// <summary>The attribute of the first condition that an item does not meet, or null.</summary>
    public string? FirstBroken(Item item)
    {
        foreach (var condition in _conditions)
        {
            if (!condition.Accepts(item))
            {
                return condition.Attribute;
            }
        }

        return null;
    }

    /// <summary>The removal mark of an item, or null when it meets every condition.</summary>
    public string? MarkOf(Item item)
    {
        foreach (var condition in _conditions)
        {
            if (!condition.Accepts(item))
            {
                return condition.Mark;
            }
        }

        return null;
    }
}
