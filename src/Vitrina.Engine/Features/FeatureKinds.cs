using System.Collections.Frozen;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Vitrina.Engine.Events;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Features;

/// <summary>The library of feature kinds that a vertical's file can name. A new kind is one line here.</summary>
internal static class FeatureKinds
{
    private static readonly FrozenDictionary<string, Func<KindDeclaration, FeatureBinding, IEnumerable<Feature>>> Kinds =
        new Dictionary<string, Func<KindDeclaration, FeatureBinding, IEnumerable<Feature>>>(StringComparer.Ordinal)
        {
            ["attribute"] = Attribute,
            ["count"] = Count,
            ["decayed"] = Decayed,
            ["rate"] = Rate,
            ["age"] = (declaration, binding) => [Bare(declaration, binding, new AgeFeature("age"))],
            ["relativePrice"] = RelativePrice,
            ["affinity"] = Affinity,
            ["table"] = Table,
            ["recency"] = Recency,
            ["touch"] = SessionKinds.Touch,
            ["touchCount"] = SessionKinds.TouchCount,
            ["lastAct"] = (declaration, binding) => [Bare(declaration, binding, new LastActFeature("lastAct", SessionKinds.WeightOfType(binding)))],
            ["session"] = SessionKinds.Session,
            ["inCommon"] = SessionKinds.InCommon,
            ["priceAgainst"] = SessionKinds.PriceAgainst,
            ["place"] = SessionKinds.Place,
            ["placeDistance"] = SessionKinds.PlaceDistance,
            ["touchedPlaces"] = SessionKinds.TouchedPlaces,
            ["touchedPlace"] = SessionKinds.TouchedPlaceOf,
            ["untouchedBetween"] = (declaration, binding) => [Bare(declaration, binding, new UntouchedBetweenFeature("untouchedBetween"))],
            ["touchTime"] = SessionKinds.TouchTime,
            ["priceRank"] = (declaration, binding) => [Bare(declaration, binding, new PriceRankFeature("priceRank", binding.NumberSlot(declaration, "kind", "price")))],
            ["queryLength"] = (declaration, binding) => [Bare(declaration, binding, new QueryLengthFeature("queryLength"))],
            ["exactMatch"] = (declaration, binding) => [Bare(declaration, binding, new ExactMatchFeature("exactMatch"))],
            ["attributeMatch"] = (declaration, binding) => [Bare(declaration, binding, new AttributeMatchFeature("attributeMatch"))],
            ["categoryShare"] = (declaration, binding) => [Bare(declaration, binding, new CategoryShareFeature("categoryShare"))],
            ["categoryEntropy"] = (declaration, binding) => [Bare(declaration, binding, new CategoryEntropyFeature("categoryEntropy"))],
            ["queryPopularity"] = QueryPopularity,
            ["hourOfDay"] = (declaration, binding) => [Bare(declaration, binding, new HourOfDayFeature("hourOfDay", TimeZoneInfo.FindSystemTimeZoneById(binding.Vertical.TimeZone)))],
            ["bin"] = OfferKinds.BinOf,
            ["stateAge"] = OfferKinds.StateAge,
            ["termShift"] = OfferKinds.TermShift,
            ["offerShare"] = OfferKinds.Share,
            ["sourceRank"] = SourceRank,
            ["bm25"] = Bm25,
            ["coverage"] = Coverage,
            ["match"] = TextKinds.Match,
            ["alike"] = TextKinds.Alike,
            ["among"] = TextKinds.Among,
            ["vectorScore"] = VectorScore,
            ["group"] = GroupKinds.Group,
            ["groupSegment"] = GroupKinds.Segment,
            ["groupPrice"] = GroupKinds.Price,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The names of all kinds.</summary>
    public static IEnumerable<string> Names => Kinds.Keys.Order(StringComparer.Ordinal);

    /// <summary>Binds one declaration to the features that it stands for.</summary>
    public static IEnumerable<Feature> Bind(KindDeclaration declaration, FeatureBinding binding)
    {
        if (Kinds.TryGetValue(declaration.Kind, out var bind))
        {
            return bind(declaration, binding);
        }

        binding.Errors.Add(declaration.Position, $"there is no feature kind '{declaration.Kind}'", NearestName.Find(declaration.Kind, Kinds.Keys));
        return [];
    }

    internal enum Transform
    {
        None,
        Log,
    }

    internal sealed class AttributeParameters
    {
        [Description("A number, bool, date or days attribute of the item.")]
        public required string Name { get; init; }

        [Description("log: log(1 + value).")]
        public Transform Transform { get; init; }
    }

    internal sealed class CountParameters
    {
        [Description("The event that is counted.")]
        public required string Of { get; init; }

        [Description("By what: item, offer, query, user, seller, type, matchGroup or a keyword attribute; or a list of them; [type, bin], [matchGroup, bin].")]
        [OneOrMany]
        public IReadOnlyList<string> Key { get; init; } = ["item"];

        [Description("One column per window.")]
        [OneOrMany]
        public required IReadOnlyList<TimeSpan> Windows { get; init; }

        [Description("log: log(1 + count).")]
        public Transform Transform { get; init; }
    }

    internal sealed class DecayedParameters
    {
        [Description("The event that is counted.")]
        public required string Of { get; init; }

        [Description("By what: item, offer, query, user, seller, type, matchGroup or a keyword attribute; or a list of them; [type, bin], [matchGroup, bin].")]
        [OneOrMany]
        public IReadOnlyList<string> Key { get; init; } = ["item"];

        [Description("Time in which the count halves; default: statistics.halfLife.")]
        public TimeSpan? HalfLife { get; init; }
    }

    internal sealed class QueryPopularityParameters
    {
        [Description("The event that is counted.")]
        public string Of { get; init; } = "view";

        [Description("Time in which the count halves; default: statistics.halfLife.")]
        public TimeSpan? HalfLife { get; init; }
    }

    internal sealed class RateParameters
    {
        [Description("The event in the numerator.")]
        public required string Of { get; init; }

        [Description("The event in the denominator.")]
        public string Per { get; init; } = "view";

        [Description("By what: item, offer, query, user, seller, type, matchGroup or a keyword attribute; or a list of them; [type, bin], [matchGroup, bin].")]
        [OneOrMany]
        public IReadOnlyList<string> Key { get; init; } = ["item"];

        [Description("One column per window.")]
        [OneOrMany]
        public required IReadOnlyList<TimeSpan> Windows { get; init; }

        [Description("How many exposures the vertical's own rate is worth.")]
        [Range(0.001, 1e9)]
        public double Prior { get; init; } = 50;
    }

    internal sealed class RelativePriceParameters
    {
        [Description("A keyword attribute of the item, or type.")]
        public string To { get; init; } = "type";

        [Description("The price attribute.")]
        public string Price { get; init; } = "price";

        [Description("median: the usual price; lowest: the lowest one, of the match group.")]
        public PriceReference Against { get; init; }
    }

    internal enum PriceReference
    {
        Median,
        Lowest,
    }

    internal sealed class AffinityParameters
    {
        [Description("A keyword attribute of the item, or seller.")]
        public required string Attribute { get; init; }

        [Description("Time in which interest halves.")]
        public TimeSpan? HalfLife { get; init; }
    }

    internal sealed class TableParameters
    {
        [Description("A table declared under tables.")]
        public required string Name { get; init; }

        [Description("A column of that table.")]
        public required string Column { get; init; }

        [Description("The value where no valid row stands; absent: the column's own default, else missing.")]
        public double? Default { get; init; }
    }

    internal sealed class RecencyParameters
    {
        [Description("The user's event.")]
        public string Of { get; init; } = "view";
    }

    internal sealed class SourceRankParameters
    {
        [Description("A source kind of the surface.")]
        public required string Source { get; init; }
    }

    internal sealed class FieldParameters
    {
        [Description("A text attribute of the item; absent: all of them with their boosts.")]
        public string? Field { get; init; }
    }

    internal sealed class VectorScoreParameters
    {
        [Description("A vector attribute of the item; either this or encoder.")]
        public string? Name { get; init; }

        [Description("An encoder in the registry, which embeds the query and the items' texts.")]
        public string? Encoder { get; init; }
    }

    internal sealed class NoParameters;

    private static Feature Bare(KindDeclaration declaration, FeatureBinding binding, Feature feature)
    {
        declaration.Bind<NoParameters>(binding.Errors);
        return feature;
    }

    internal static string Days(TimeSpan window) => $"{(int)window.TotalDays}d";

    internal static string NameOf(IReadOnlyList<string> key) => key.Count == 0 ? "all" : string.Join('_', key);

    private static IEnumerable<Feature> Attribute(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<AttributeParameters>(binding.Errors);
        var slot = binding.NumberSlot(declaration, "name", parameters.Name);
        var zoneSlot = binding.Schema.FindOrNull(parameters.Name)?.ZoneSlot ?? -1;
        return [new AttributeFeature($"attribute.{parameters.Name}", slot, zoneSlot, parameters.Transform == Transform.Log)];
    }

    private static IEnumerable<Feature> Count(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<CountParameters>(binding.Errors);
        if (OfferKinds.Handles(parameters.Key))
        {
            return OfferKinds.Count(declaration, binding, parameters);
        }

        var table = binding.Counter(binding.Key(declaration, parameters.Key));
        var metric = binding.Metric(declaration, "of", parameters.Of);
        return parameters.Windows.Select(window => new CountFeature(
            $"count.{parameters.Of}.{NameOf(parameters.Key)}.{Days(window)}",
            new CounterCell(table, binding.Window(declaration, window), metric),
            parameters.Transform == Transform.Log)).ToArray();
    }

    private static IEnumerable<Feature> Decayed(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<DecayedParameters>(binding.Errors);
        if (OfferKinds.Handles(parameters.Key))
        {
            return OfferKinds.Decayed(declaration, binding, parameters);
        }

        var table = binding.Counter(binding.Key(declaration, parameters.Key));
        var halfLife = parameters.HalfLife ?? binding.Vertical.Statistics.HalfLife;
        var name = $"decayed.{parameters.Of}.{NameOf(parameters.Key)}.{Duration.Format(halfLife)}";
        return [new DecayedFeature(name, table, binding.HalfLife(table, halfLife), binding.Metric(declaration, "of", parameters.Of))];
    }

    /// <summary>How often the query was asked: the decayed count of one of its events.</summary>
    private static IEnumerable<Feature> QueryPopularity(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<QueryPopularityParameters>(binding.Errors);
        var table = binding.Counter(binding.Key(declaration, ["query"], "kind"));
        var halfLife = parameters.HalfLife ?? binding.Vertical.Statistics.HalfLife;
        return [new QueryPopularityFeature("queryPopularity", table, binding.HalfLife(table, halfLife), binding.Metric(declaration, "of", parameters.Of))];
    }

    private static IEnumerable<Feature> Rate(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<RateParameters>(binding.Errors);
        if (OfferKinds.Handles(parameters.Key))
        {
            return OfferKinds.Rate(declaration, binding, parameters);
        }

        var table = binding.Counter(binding.Key(declaration, parameters.Key));
        var all = binding.Counter(Statistics.StatisticKey.All);
        var (of, per) = (binding.Metric(declaration, "of", parameters.Of), binding.Metric(declaration, "per", parameters.Per));
        return parameters.Windows.Select(length =>
        {
            var window = binding.Window(declaration, length);
            return new RateFeature(
                $"rate.{parameters.Of}.{parameters.Per}.{NameOf(parameters.Key)}.{Days(length)}",
                new CounterCell(table, window, of),
                new CounterCell(table, window, per),
                new CounterCell(all, window, of),
                new CounterCell(all, window, per),
                (float)parameters.Prior);
        }).ToArray();
    }

    private static IEnumerable<Feature> RelativePrice(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<RelativePriceParameters>(binding.Errors);
        if (parameters.Against == PriceReference.Lowest)
        {
            return OfferKinds.LowestPrice(declaration, binding, parameters.To);
        }

        var keyword = binding.KeywordSlot(declaration, "to", binding.Attribute(parameters.To));
        var price = binding.NumberSlot(declaration, "price", parameters.Price);
        return [new RelativePriceFeature($"relativePrice.{parameters.To}", binding.PriceLevel(price, keyword), price, keyword)];
    }

    private static IEnumerable<Feature> Affinity(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<AffinityParameters>(binding.Errors);
        var halfLife = parameters.HalfLife ?? binding.Vertical.Statistics.HalfLife;
        var pair = binding.Counter(binding.Key(declaration, ["user", parameters.Attribute], "attribute"));
        var user = binding.Counter(binding.Key(declaration, ["user"]));
        var weights = binding.Events.Select(type => binding.Vertical.Events[EventTypes.NameOf(type)].Weight).ToArray();
        return [new AffinityFeature($"affinity.{parameters.Attribute}", pair, binding.HalfLife(pair, halfLife), user, binding.HalfLife(user, halfLife), weights)];
    }

    private static IEnumerable<Feature> Table(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<TableParameters>(binding.Errors);
        var tables = binding.Vertical.Tables;
        if (!tables.TryGetValue(parameters.Name, out var table))
        {
            binding.Errors.Add(declaration.PositionOf("name"), $"there is no table '{parameters.Name}'", NearestName.Find(parameters.Name, tables.Keys));
            return [];
        }

        if (!table.Columns.TryGetValue(parameters.Column, out var column))
        {
            binding.Errors.Add(declaration.PositionOf("column"), $"table '{parameters.Name}' has no column '{parameters.Column}'", NearestName.Find(parameters.Column, table.Columns.Keys));
            return [];
        }

        if (!Enum.TryParse<TableKey>(table.Key, ignoreCase: true, out var key))
        {
            binding.Errors.Add(table.Position, $"a table keyed by '{table.Key}' cannot be read by a feature yet; use item, seller, type, user or query");
            return [];
        }

        return
        [
            new TableFeature(
                $"table.{parameters.Name}.{parameters.Column}",
                tables.Keys.ToList().IndexOf(parameters.Name),
                table.Columns.Keys.ToList().IndexOf(parameters.Column),
                key,
                table.Ttl is { } ttl ? (long)ttl.TotalMilliseconds : long.MaxValue,
                (float)(parameters.Default ?? column.Default ?? double.NaN),
                binding.KeywordSlot(declaration, "name", binding.Vertical.Items.Type)),
        ];
    }

    private static IEnumerable<Feature> Recency(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<RecencyParameters>(binding.Errors);
        _ = binding.Metric(declaration, "of", parameters.Of);
        return EventTypes.TryParse(parameters.Of, out var type) ? [new RecencyFeature($"recency.{parameters.Of}", type)] : [];
    }

    private static IEnumerable<Feature> SourceRank(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<SourceRankParameters>(binding.Errors);
        var sources = binding.Vertical.Surfaces.Values.SelectMany(surface => surface.Sources).Select(source => source.Kind).Distinct().ToList();
        if (!sources.Contains(parameters.Source))
        {
            binding.Errors.Add(declaration.PositionOf("source"), $"no surface has a source '{parameters.Source}'", NearestName.Find(parameters.Source, sources));
        }

        return [new SourceRankFeature($"sourceRank.{parameters.Source}", parameters.Source)];
    }

    private static IEnumerable<Feature> Bm25(KindDeclaration declaration, FeatureBinding binding)
    {
        var field = Field(declaration, binding, out var name);
        return [new Bm25Feature($"bm25{name}", field)];
    }

    private static IEnumerable<Feature> Coverage(KindDeclaration declaration, FeatureBinding binding)
    {
        var field = Field(declaration, binding, out var name);
        return [new CoverageFeature($"coverage{name}", field)];
    }

    private static IEnumerable<Feature> VectorScore(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<VectorScoreParameters>(binding.Errors);
        if ((parameters.Name is null) == (parameters.Encoder is null))
        {
            binding.Errors.Add(declaration.Position, "vectorScore needs either the name of a vector attribute or an encoder");
            return [];
        }

        if (parameters.Encoder is { } encoder)
        {
            return [new VectorScoreFeature($"vectorScore.{encoder}", binding.EncoderSpace(encoder))];
        }

        return [new VectorScoreFeature($"vectorScore.{parameters.Name}", VectorSlot(declaration, binding, "name", parameters.Name!))];
    }

    /// <summary>The slot of a vector attribute; −1 with an error when there is none.</summary>
    internal static int VectorSlot(KindDeclaration declaration, FeatureBinding binding, string parameter, string name)
    {
        var slots = binding.Schema.Slots.Where(slot => slot.Storage == AttributeStorage.Vectors).ToList();
        if (slots.Find(slot => slot.Name == name) is { } slot)
        {
            return slot.Slot;
        }

        binding.Errors.Add(declaration.PositionOf(parameter), $"'{name}' is not a vector attribute of the item", NearestName.Find(name, slots.Select(attribute => attribute.Name)));
        return -1;
    }

    private static int Field(KindDeclaration declaration, FeatureBinding binding, out string name)
    {
        var parameters = declaration.Bind<FieldParameters>(binding.Errors);
        name = parameters.Field is null ? "" : $".{parameters.Field}";
        return parameters.Field is null ? -1 : Field(declaration, binding, parameters.Field);
    }

    /// <summary>The index of a text attribute; −1 with an error when there is none.</summary>
    internal static int Field(KindDeclaration declaration, FeatureBinding binding, string name)
    {
        var fields = binding.Schema.Slots.Where(slot => slot.Storage == AttributeStorage.Texts).ToList();
        var index = fields.FindIndex(attribute => attribute.Name == name);
        if (index < 0)
        {
            binding.Errors.Add(declaration.PositionOf("field"), $"'{name}' is not a text attribute of the item", NearestName.Find(name, fields.Select(attribute => attribute.Name)));
        }

        return index;
    }
}
