using System.ComponentModel;
using Vitrina.Engine.Statistics;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Features;

/// <summary>Feature kinds about offers, and what count, decayed and rate mean under keys with an offer or a bin in them.</summary>
internal static class OfferKinds
{
    private const string Offer = "offer";
    private const string Bin = "bin";

    // One view's worth of the vertical's rate: enough that an offer without any evidence has a rate.
    private const double Behind = 1;

    internal sealed class BinParameters
    {
        [Description("price or delivery.")]
        public required OfferAxis Of { get; init; }
    }

    internal sealed class OfferShareParameters
    {
        [Description("own, transferred, match or type.")]
        public required OfferEvidence Of { get; init; }

        [Description("The event in the denominator of the rate.")]
        public string Per { get; init; } = "view";

        [Description("One column per window.")]
        [OneOrMany]
        public required IReadOnlyList<TimeSpan> Windows { get; init; }
    }

    internal sealed class TermShiftParameters
    {
        [Description("price or delivery.")]
        public required OfferAxis Of { get; init; }

        [Description("One column per window.")]
        [OneOrMany]
        public required IReadOnlyList<TimeSpan> Windows { get; init; }
    }

    internal sealed class NoParameters;

    /// <summary>True for a key that stands for offers or for states of analogs.</summary>
    public static bool Handles(IReadOnlyList<string> key) => key.Contains(Offer) || key.Contains(Bin);

    public static IEnumerable<Feature> Count(KindDeclaration declaration, FeatureBinding binding, FeatureKinds.CountParameters parameters)
    {
        if (!IsKnown(declaration, binding, parameters.Key))
        {
            return [];
        }

        var isLog = parameters.Transform == FeatureKinds.Transform.Log;
        var metric = binding.Metric(declaration, "of", parameters.Of);
        return parameters.Windows.Select(length => Count(length, binding.Window(declaration, length))).ToArray();

        Feature Count(TimeSpan length, int window)
        {
            var name = $"count.{parameters.Of}.{FeatureKinds.NameOf(parameters.Key)}.{FeatureKinds.Days(length)}";
            if (LevelOf(parameters.Key) is { } level)
            {
                return new OfferCountFeature(name, level, binding.OfferColumn(window, metric), isLog);
            }

            return new OfferPairCountFeature(name, new CounterCell(binding.Counter(binding.Key(declaration, parameters.Key)), window, metric), isLog);
        }
    }

    public static IEnumerable<Feature> Decayed(KindDeclaration declaration, FeatureBinding binding, FeatureKinds.DecayedParameters parameters)
    {
        if (!IsKnown(declaration, binding, parameters.Key))
        {
            return [];
        }

        if (parameters.Key.Contains(Bin))
        {
            // Decayed counts follow events one by one and are never merged; a new threshold would have to merge them.
            binding.Errors.Add(declaration.PositionOf("key"), "counts by 'bin' move with the thresholds, which decayed counts cannot; use count or rate, or the key offer");
            return [];
        }

        var table = binding.Counter(binding.Key(declaration, parameters.Key));
        var halfLife = parameters.HalfLife ?? binding.Vertical.Statistics.HalfLife;
        var name = $"decayed.{parameters.Of}.{FeatureKinds.NameOf(parameters.Key)}.{Duration.Format(halfLife)}";
        return [new OfferDecayedFeature(name, table, binding.HalfLife(table, halfLife), binding.Metric(declaration, "of", parameters.Of))];
    }

    public static IEnumerable<Feature> Rate(KindDeclaration declaration, FeatureBinding binding, FeatureKinds.RateParameters parameters)
    {
        if (!IsKnown(declaration, binding, parameters.Key))
        {
            return [];
        }

        var all = binding.Counter(StatisticKey.All);
        var (of, per) = (binding.Metric(declaration, "of", parameters.Of), binding.Metric(declaration, "per", parameters.Per));
        return parameters.Windows.Select(length => Rate(length, binding.Window(declaration, length))).ToArray();

        Feature Rate(TimeSpan length, int window)
        {
            var name = $"rate.{parameters.Of}.{parameters.Per}.{FeatureKinds.NameOf(parameters.Key)}.{FeatureKinds.Days(length)}";
            var behind = new BaseRate(new CounterCell(all, window, of), new CounterCell(all, window, per));
            var (successes, trials) = (binding.OfferColumn(window, of), binding.OfferColumn(window, per));
            if (LevelOf(parameters.Key) is { } level)
            {
                return level == OfferLevel.Offer
                    ? new OfferRateFeature(name, successes, trials, behind, Behind)
                    : new StateRateFeature(name, level, successes, trials, behind, parameters.Prior);
            }

            var table = binding.Counter(binding.Key(declaration, parameters.Key));
            return new OfferPairRateFeature(name, new CounterCell(table, window, of), new CounterCell(table, window, per), (successes, trials), behind, parameters.Prior);
        }
    }

    public static IEnumerable<Feature> BinOf(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<BinParameters>(binding.Errors);
        return NeedsOffers(declaration, binding) ? [new BinFeature($"bin.{Camel(parameters.Of)}", parameters.Of)] : [];
    }

    public static IEnumerable<Feature> StateAge(KindDeclaration declaration, FeatureBinding binding)
    {
        declaration.Bind<NoParameters>(binding.Errors);
        return NeedsOffers(declaration, binding) ? [new StateAgeFeature("stateAge")] : [];
    }

    public static IEnumerable<Feature> TermShift(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<TermShiftParameters>(binding.Errors);
        if (!NeedsOffers(declaration, binding))
        {
            return [];
        }

        var view = binding.Metric(declaration, "of", "view");
        return parameters.Windows.Select(length => new TermShiftFeature(
            $"termShift.{Camel(parameters.Of)}.{FeatureKinds.Days(length)}", parameters.Of, binding.OfferColumn(binding.Window(declaration, length), view))).ToArray();
    }

    public static IEnumerable<Feature> Share(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<OfferShareParameters>(binding.Errors);
        if (!NeedsOffers(declaration, binding))
        {
            return [];
        }

        var per = binding.Metric(declaration, "per", parameters.Per);
        return parameters.Windows.Select(length => new OfferShareFeature(
            $"offerShare.{Camel(parameters.Of)}.{parameters.Per}.{FeatureKinds.Days(length)}", parameters.Of, binding.OfferColumn(binding.Window(declaration, length), per))).ToArray();
    }

    public static IEnumerable<Feature> LowestPrice(KindDeclaration declaration, FeatureBinding binding, string to)
    {
        if (to == "matchGroup" && (binding.Vertical.Items.MatchGroup ?? binding.Vertical.MatchedBy) is not null)
        {
            return NeedsOffers(declaration, binding) ? [new LowestPriceFeature("relativePrice.matchGroup.lowest")] : [];
        }

        binding.Errors.Add(declaration.PositionOf("against"), "the lowest price is known of the match group only; write to: matchGroup, and items.matchGroup where groups are not found by title");
        return [];
    }

    private static string Camel(Enum value) => char.ToLowerInvariant(value.ToString()[0]) + value.ToString()[1..];

    // Null: a key of offers with something else in it, such as a query.
    private static OfferLevel? LevelOf(IReadOnlyList<string> key) => key switch
    {
        [Offer] => OfferLevel.Offer,
        ["matchGroup", Bin] => OfferLevel.MatchGroup,
        ["type", Bin] => OfferLevel.Type,
        _ => null,
    };

    private static bool IsKnown(KindDeclaration declaration, FeatureBinding binding, IReadOnlyList<string> key)
    {
        if (key.Contains(Bin) && LevelOf(key) is null)
        {
            binding.Errors.Add(declaration.PositionOf("key"), "'bin' stands only in the keys [type, bin] and [matchGroup, bin]");
            return false;
        }

        return NeedsOffers(declaration, binding);
    }

    private static bool NeedsOffers(KindDeclaration declaration, FeatureBinding binding)
    {
        if (binding.Vertical.Statistics.Offers is null)
        {
            binding.Errors.Add(declaration.Position, "needs statistics of offers; declare statistics.offers");
            return false;
        }

        return true;
    }
}
