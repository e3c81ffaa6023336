using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Features;
using Vitrina.Engine.Statistics;
using Vitrina.Kernels.Collections;

namespace Vitrina.Tests.Engine.Features;

/// <summary>Each kind that reads the session and the list at hand, with values computed by hand: a list of five, of which this person touched some.</summary>
public class SessionFeatureTests
{
    private const long Now = 10_000_000_000;
    private static readonly double[] Prices = [100, 200, 400, double.NaN, 50];
    private static readonly int[] Brands = [7, 7, 8, -1, 8];

    // Newest first: item 2 clicked 10 s ago, item 0 put into the cart 60 s ago, item 2 a favourite 100 s ago; an hour before that, item 4 clicked.
    private static readonly (int Item, EventType Type, int SecondsAgo, float Price)[] Story =
    [
        (4, EventType.Click, 3700, 50), (4, EventType.View, 120, 50), (2, EventType.Favorite, 100, 400), (0, EventType.Cart, 60, 100),
        (1, EventType.View, 30, 200), (2, EventType.Click, 10, 400),
    ];

    private static float[] Values(Feature feature, bool hasStory = true, bool isGiven = true)
    {
        var items = new PagedArray<Item?>(4);
        var history = new UserHistory();
        foreach (var (item, type, secondsAgo, price) in hasStory ? Story : [])
        {
            history.Add(0, item, type, Now - (secondsAgo * 1000L), 0, price);
        }

        for (var i = 0; i < Prices.Length; i++)
        {
            items.Add(new Item
            {
                Id = new ItemId($"i{i}"),
                Ordinal = i,
                Vertical = "test",
                Schema = null!,
                Numbers = [Prices[i]],
                Keywords = [Brands[i]],
                KeywordLists = [],
                Texts = [],
                Vectors = [],
            });
        }

        var scope = new FeatureScope([]);
        scope.Begin(
            new MarketView
            {
                Items = items.Live(),
                History = history.Live(),
                Statistics = new StatisticsView([], 0),
                PriceLevels = [],
                Tables = [],
                Keywords = [],
                ListKeywords = [],
            },
            Now, 0, "u", null, NormalizedQuery.None);
        for (var i = 0; i < Prices.Length; i++)
        {
            scope.Add(items[i]!, isGiven ? i + 1 : 0);
        }

        var column = new float[Prices.Length];
        feature.Compute(scope, column);
        return column;
    }

    private static void Equal(float[] expected, float[] actual) =>
        Assert.True(
            expected.Zip(actual).All(pair => float.IsNaN(pair.First) ? float.IsNaN(pair.Second) : Math.Abs(pair.First - pair.Second) < 1e-5),
            $"expected {string.Join(' ', expected)}, got {string.Join(' ', actual)}");

    private static float[] Same(float value) => [value, value, value, value, value];

    private static float[] Weights()
    {
        var weights = new float[EventTypes.Count];
        (weights[(int)EventType.Click], weights[(int)EventType.Favorite], weights[(int)EventType.Cart]) = (5, 1, 2);
        return weights;
    }

    [Fact]
    public void A_place_is_that_of_the_given_list_and_missing_for_what_a_source_found()
    {
        Equal([1, 2, 3, 4, 5], Values(new PlaceFeature("f", PlaceScale.None)));
        Equal([1, 1 / 2f, 1 / 3f, 1 / 4f, 1 / 5f], Values(new PlaceFeature("f", PlaceScale.Inverse)));
        Equal(Same(float.NaN), Values(new PlaceFeature("f", PlaceScale.Log), isGiven: false));
    }

    [Fact]
    public void A_place_distance_counts_from_the_touched_places()
    {
        Equal([-2, -1, 0, 1, 2], Values(new PlaceDistanceFeature("f", TouchedPlace.Last)));
        Equal([0, 1, 2, 3, 4], Values(new PlaceDistanceFeature("f", TouchedPlace.Top)));
        Equal([-4, -3, -2, -1, 0], Values(new PlaceDistanceFeature("f", TouchedPlace.Bottom)));

        // Places 1, 3 and 5 were touched; itself is nobody's neighbour, and of two that are equally far the upper one counts.
        Equal([-2, 1, 2, 1, 2], Values(new PlaceDistanceFeature("f", TouchedPlace.Nearest)));
        Equal(Same(float.NaN), Values(new PlaceDistanceFeature("f", TouchedPlace.Last), hasStory: false));
    }

    [Fact]
    public void A_place_distance_counts_from_the_item_before_and_from_one_kind_of_act()
    {
        Equal([0, 1, 2, 3, 4], Values(new PlaceDistanceFeature("f", TouchedPlace.Previous)));
        Equal([-2, -1, 0, 1, 2], Values(new PlaceDistanceFeature("f", TouchedPlace.Last, EventType.Click)));
        Equal([-4, -3, -2, -1, 0], Values(new PlaceDistanceFeature("f", TouchedPlace.Previous, EventType.Click)));
        Equal([0, 1, 2, 3, 4], Values(new PlaceDistanceFeature("f", TouchedPlace.Last, EventType.Cart)));
        Equal(Same(float.NaN), Values(new PlaceDistanceFeature("f", TouchedPlace.Previous, EventType.Cart)));
        Equal(Same(float.NaN), Values(new PlaceDistanceFeature("f", TouchedPlace.Last, EventType.Order)));
    }

    [Fact]
    public void Touched_places_tell_where_in_the_list_this_person_is_and_which_way_they_go()
    {
        Equal(Same(3), Values(new TouchedPlaceFeature("f", TouchedPlaceMeasure.Last)));
        Equal(Same(1), Values(new TouchedPlaceFeature("f", TouchedPlaceMeasure.Previous)));
        Equal(Same(1), Values(new TouchedPlaceFeature("f", TouchedPlaceMeasure.Top)));
        Equal(Same(5), Values(new TouchedPlaceFeature("f", TouchedPlaceMeasure.Bottom)));
        Equal(Same(2), Values(new TouchedPlaceFeature("f", TouchedPlaceMeasure.Travel)));
        Equal(Same(float.NaN), Values(new TouchedPlaceFeature("f", TouchedPlaceMeasure.Travel), hasStory: false));
        Equal(Same(float.NaN), Values(new TouchedPlaceFeature("f", TouchedPlaceMeasure.Last), isGiven: false));

        // Places 2 and 4 were not touched: seen from place 3, each is the first new one on its side, and place 5 lies behind one of them.
        Equal([-1, -1, 0, 1, 1], Values(new UntouchedBetweenFeature("f")));
        Equal(Same(float.NaN), Values(new UntouchedBetweenFeature("f"), hasStory: false));
    }

    [Fact]
    public void A_touch_has_its_time_and_lasts_until_the_next_act()
    {
        const long Most = 600_000;
        Equal([MathF.Log(61), float.NaN, MathF.Log(11), float.NaN, MathF.Log(3701)], Values(new TouchTimeFeature("f", TouchTimeMeasure.Last, Most)));
        Equal([MathF.Log(61), float.NaN, MathF.Log(101), float.NaN, MathF.Log(3701)], Values(new TouchTimeFeature("f", TouchTimeMeasure.First, Most)));

        // Item 2 for 40 s until the cart and for 10 s until now; item 4 for nearly an hour, which counts as ten minutes.
        Equal([MathF.Log(31), float.NaN, MathF.Log(51), float.NaN, MathF.Log(601)], Values(new TouchTimeFeature("f", TouchTimeMeasure.Stay, Most)));
        Equal([30 / 680f, 0, 50 / 680f, 0, 600 / 680f], Values(new TouchTimeFeature("f", TouchTimeMeasure.Share, Most)));
        Equal(Same(0), Values(new TouchTimeFeature("f", TouchTimeMeasure.Share, Most), hasStory: false));
    }

    [Fact]
    public void Touched_places_are_counted_on_each_side()
    {
        Equal(Same(3), Values(new TouchedPlacesFeature("f", ListSide.All)));
        Equal([0, 1, 1, 2, 2], Values(new TouchedPlacesFeature("f", ListSide.Above)));
        Equal([2, 2, 1, 1, 0], Values(new TouchedPlacesFeature("f", ListSide.Below)));
        Equal(Same(float.NaN), Values(new TouchedPlacesFeature("f", ListSide.All), isGiven: false));
    }

    [Fact]
    public void A_touch_is_one_by_how_many_touches_or_items_ago()
    {
        Equal([1 / 2f, 0, 1, 0, 1 / 4f], Values(new TouchFeature("f")));
        Equal([1 / 2f, 0, 1, 0, 1 / 3f], Values(new TouchedItemFeature("f")));
        Equal([0, 0, 1, 0, 1 / 2f], Values(new TouchOfFeature("f", EventType.Click)));
        Equal([MathF.Log(2), 0, MathF.Log(3), 0, MathF.Log(2)], Values(new TouchCountFeature("f", isShare: false)));
        Equal([0.25f, 0, 0.5f, 0, 0.25f], Values(new TouchCountFeature("f", isShare: true)));
        Equal([2, 0, 5, 0, 5], Values(new LastActFeature("f", Weights())));
    }

    [Fact]
    public void Prices_are_compared_with_those_this_person_met_and_with_the_list()
    {
        var seen = (MathF.Log(50) + MathF.Log(200)) / 2;
        Equal([MathF.Log(100) - seen, MathF.Log(200) - seen, MathF.Log(400) - seen, float.NaN, MathF.Log(50) - seen], Values(new PriceAgainstFeature("f", 0, KnownPrices.Seen)));
        Equal([MathF.Log(0.25f), MathF.Log(0.5f), 0, float.NaN, MathF.Log(0.125f)], Values(new PriceAgainstFeature("f", 0, KnownPrices.LastTouched)));
        var among = (MathF.Log(100) + MathF.Log(200) + MathF.Log(400) + MathF.Log(50)) / 4;
        Equal([MathF.Log(100) - among, MathF.Log(200) - among, MathF.Log(400) - among, float.NaN, MathF.Log(50) - among], Values(new PriceAmongFeature("f", 0)));
        Equal(Same(float.NaN), Values(new PriceAgainstFeature("f", 0, KnownPrices.Touched), hasStory: false));
    }

    [Fact]
    public void A_session_ends_at_a_pause_longer_than_the_gap()
    {
        const long Gap = 30 * 60_000;
        Equal(Same(MathF.Log(11)), Values(new SessionFeature("f", SessionMeasure.Idle, Gap, Weights())));
        Equal(Same(MathF.Log(121)), Values(new SessionFeature("f", SessionMeasure.Length, Gap, Weights())));
        Equal(Same(3), Values(new SessionFeature("f", SessionMeasure.Touches, Gap, Weights())));
        Equal(Same(2), Values(new SessionFeature("f", SessionMeasure.Items, Gap, Weights())));
        Equal(Same(5), Values(new SessionFeature("f", SessionMeasure.LastAct, Gap, Weights())));
        Equal(Same(4), Values(new SessionFeature("f", SessionMeasure.Touches, 4_000_000, Weights())));
        Equal(Same(float.NaN), Values(new SessionFeature("f", SessionMeasure.Idle, Gap, Weights()), hasStory: false));
    }

    [Fact]
    public void What_is_in_common_is_the_share_of_touches_with_the_same_value()
    {
        Equal([0.25f, 0.25f, 0.75f, 0, 0.75f], Values(new InCommonFeature("f", 0)));
        Equal(Same(float.NaN), Values(new InCommonFeature("f", 0), hasStory: false));
    }

    [Fact]
    public void What_depends_on_the_list_is_recorded_and_what_depends_on_the_person_is_replayed()
    {
        Assert.All(
            new Feature[] { new PlaceFeature("f", PlaceScale.None), new PlaceDistanceFeature("f", TouchedPlace.Last), new TouchedPlaceFeature("f", TouchedPlaceMeasure.Last), new UntouchedBetweenFeature("f"), new PriceAmongFeature("f", 0) },
            feature => Assert.Equal(FeatureOrigin.Recorded, feature.Origin));
        Assert.All(
            new Feature[] { new TouchFeature("f"), new TouchTimeFeature("f", TouchTimeMeasure.Stay, 1), new PriceAgainstFeature("f", 0, KnownPrices.Seen), new SessionFeature("f", SessionMeasure.Idle, 1, []), new InCommonFeature("f", 0) },
            feature => Assert.Equal(FeatureOrigin.Replayed, feature.Origin));
    }
}
