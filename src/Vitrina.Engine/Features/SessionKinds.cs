using System.ComponentModel;
using Vitrina.Engine.Events;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Features;

/// <summary>The feature kinds that read what this person did and the list at hand.</summary>
internal static class SessionKinds
{
    internal sealed class TouchParameters
    {
        [Description("The event whose latest items are told; absent: anything but a view.")]
        public string? Of { get; init; }

        [Description("event: 1/2 = touched before one other touch; item: before touches of one other item, however many. item tells of any event.")]
        public TouchStep Per { get; init; }
    }

    internal enum TouchStep
    {
        Event,
        Item,
    }

    internal enum TouchUnit
    {
        Count,
        Share,
    }

    internal sealed class TouchCountParameters
    {
        [Description("count: log(1 + touches); share: of all the newest touches.")]
        public TouchUnit Unit { get; init; }
    }

    internal sealed class SessionParameters
    {
        [Description("idle: log(1 + seconds) since the last touch; length: since the session began; touches, items: how many; lastAct: the weight of the last touch.")]
        public required SessionMeasure Measure { get; init; }

        [Description("A pause longer than this ends a session.")]
        public TimeSpan Gap { get; init; } = TimeSpan.FromMinutes(30);
    }

    internal sealed class InCommonParameters
    {
        [Description("A keyword attribute of the item, or type.")]
        public required string Attribute { get; init; }
    }

    internal enum ComparedPrices
    {
        Seen,
        Touched,
        LastTouched,
        Candidates,
    }

    internal sealed class PriceAgainstParameters
    {
        [Description("seen, touched, lastTouched: prices that this user met; candidates: those of the list at hand.")]
        public required ComparedPrices To { get; init; }

        [Description("The price attribute.")]
        public string Price { get; init; } = "price";
    }

    internal sealed class PlaceParameters
    {
        [Description("log: log(1 + place); inverse: 1 / place.")]
        public PlaceScale Transform { get; init; }
    }

    internal sealed class PlaceDistanceParameters
    {
        [Description("Which touched place: that of the last touch, of the last touch of an item before that one, the nearest other one, the top one or the bottom one.")]
        public TouchedPlace To { get; init; }

        [Description("The event whose places count; absent: anything but a view.")]
        public string? Of { get; init; }
    }

    internal sealed class TouchedPlaceParameters
    {
        [Description("Whose place: the last touch's, that of the touched item before it, the top one or the bottom one; travel: how far the last one stands below the one before it.")]
        public TouchedPlaceMeasure Of { get; init; }
    }

    internal sealed class TouchTimeParameters
    {
        [Description("last, first: log(1 + seconds) since that touch of the item; stay: spent with it until the person's next act; share: of all the time so spent.")]
        public required TouchTimeMeasure Measure { get; init; }

        [Description("A longer stay counts as this long: the person left.")]
        public TimeSpan Most { get; init; } = TimeSpan.FromMinutes(10);
    }

    internal sealed class TouchedPlacesParameters
    {
        [Description("Which touched places are counted: those above the candidate's, those below it, or all.")]
        public ListSide Side { get; init; }
    }

    public static IEnumerable<Feature> TouchedPlaces(KindDeclaration declaration, FeatureBinding binding)
    {
        var side = declaration.Bind<TouchedPlacesParameters>(binding.Errors).Side;
        return [new TouchedPlacesFeature($"touchedPlaces.{NameOf(side)}", side)];
    }

    public static IEnumerable<Feature> Touch(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<TouchParameters>(binding.Errors);
        if (parameters.Of is not { } of)
        {
            return [parameters.Per == TouchStep.Item ? new TouchedItemFeature("touch.perItem") : new TouchFeature("touch")];
        }

        if (parameters.Per == TouchStep.Item)
        {
            binding.Errors.Add(declaration.PositionOf("per"), "per: item counts touches of any kind; leave out 'of'");
        }

        _ = binding.Metric(declaration, "of", of);
        return EventTypes.TryParse(of, out var type) ? [new TouchOfFeature($"touch.{of}", type)] : [];
    }

    public static IEnumerable<Feature> TouchCount(KindDeclaration declaration, FeatureBinding binding)
    {
        var unit = declaration.Bind<TouchCountParameters>(binding.Errors).Unit;
        return [new TouchCountFeature(unit == TouchUnit.Share ? "touchCount.share" : "touchCount", unit == TouchUnit.Share)];
    }

    public static IEnumerable<Feature> Session(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<SessionParameters>(binding.Errors);
        var name = $"session.{NameOf(parameters.Measure)}.{Duration.Format(parameters.Gap)}";
        return [new SessionFeature(name, parameters.Measure, (long)parameters.Gap.TotalMilliseconds, WeightOfType(binding))];
    }

    public static IEnumerable<Feature> InCommon(KindDeclaration declaration, FeatureBinding binding)
    {
        var attribute = declaration.Bind<InCommonParameters>(binding.Errors).Attribute;
        return [new InCommonFeature($"inCommon.{attribute}", binding.KeywordSlot(declaration, "attribute", binding.Attribute(attribute)))];
    }

    public static IEnumerable<Feature> PriceAgainst(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<PriceAgainstParameters>(binding.Errors);
        var price = binding.NumberSlot(declaration, "price", parameters.Price);
        var name = $"priceAgainst.{NameOf(parameters.To)}";
        return parameters.To == ComparedPrices.Candidates
            ? [new PriceAmongFeature(name, price)]
            : [new PriceAgainstFeature(name, price, (KnownPrices)parameters.To)];
    }

    public static IEnumerable<Feature> Place(KindDeclaration declaration, FeatureBinding binding)
    {
        var scale = declaration.Bind<PlaceParameters>(binding.Errors).Transform;
        return [new PlaceFeature(scale == PlaceScale.None ? "place" : $"place.{NameOf(scale)}", scale)];
    }

    public static IEnumerable<Feature> PlaceDistance(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<PlaceDistanceParameters>(binding.Errors);
        var name = $"placeDistance.{NameOf(parameters.To)}";
        if (parameters.Of is not { } of)
        {
            return [new PlaceDistanceFeature(name, parameters.To)];
        }

        _ = binding.Metric(declaration, "of", of);
        return EventTypes.TryParse(of, out var type) ? [new PlaceDistanceFeature($"{name}.{of}", parameters.To, type)] : [];
    }

    public static IEnumerable<Feature> TouchedPlaceOf(KindDeclaration declaration, FeatureBinding binding)
    {
        var of = declaration.Bind<TouchedPlaceParameters>(binding.Errors).Of;
        return [new TouchedPlaceFeature($"touchedPlace.{NameOf(of)}", of)];
    }

    public static IEnumerable<Feature> TouchTime(KindDeclaration declaration, FeatureBinding binding)
    {
        var parameters = declaration.Bind<TouchTimeParameters>(binding.Errors);
        return [new TouchTimeFeature($"touchTime.{NameOf(parameters.Measure)}", parameters.Measure, (long)parameters.Most.TotalMilliseconds)];
    }

    /// <summary>The declared weight of each event type; 0 where it is not declared.</summary>
    public static float[] WeightOfType(FeatureBinding binding)
    {
        var weights = new float[EventTypes.Count];
        foreach (var type in binding.Events)
        {
            weights[(int)type] = (float)binding.Vertical.Events[EventTypes.NameOf(type)].Weight;
        }

        return weights;
    }

    private static string NameOf<T>(T value) where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
