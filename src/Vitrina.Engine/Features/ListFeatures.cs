using Vitrina.Engine.Events;

namespace Vitrina.Engine.Features;

/// <summary>The candidate's place in the list that the caller gave, or that was imported, from 1; NaN for candidates of a source.</summary>
/// <remarks>Depends on the list, as every feature of this file does: its values are taken from the record.</remarks>
internal sealed class PlaceFeature(string name, PlaceScale scale) : Feature(name, FeatureOrigin.Recorded)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var places = scope.Places;
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = places[i] == 0 ? float.NaN : scale switch
            {
                PlaceScale.Log => MathF.Log(1 + places[i]),
                PlaceScale.Inverse => 1f / places[i],
                _ => places[i],
            };
        }
    }
}

/// <summary>In what form a place is given.</summary>
internal enum PlaceScale
{
    None,
    Log,
    Inverse,
}

/// <summary>How far the candidate stands below a place of the given list that the user touched: places, below 0 = above it; NaN without a touched one.</summary>
/// <remarks>People go on near the place where they were: the list is read from there, in both directions. Cost: candidates x touched candidates.</remarks>
internal sealed class PlaceDistanceFeature(string name, TouchedPlace to, EventType? of = null) : Feature(name, FeatureOrigin.Recorded)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var touched = new TouchedRows(scope, of);
        if (to == TouchedPlace.Nearest)
        {
            ToNearest(scope.Places, touched, column);
            return;
        }

        var from = touched.PlaceOf(to);
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = from == 0 || scope.Places[i] == 0 ? float.NaN : scope.Places[i] - from;
        }
    }

    private static void ToNearest(ReadOnlySpan<int> places, in TouchedRows rows, Span<float> column)
    {
        column.Fill(float.NaN);
        for (var touched = 0; touched < places.Length; touched++)
        {
            var isTouched = rows.OrderOf(touched) > 0;
            for (var i = 0; isTouched && i < column.Length; i++)
            {
                // The upper of two that are equally far, whatever the order of the candidates.
                var distance = places[i] - places[touched];
                var (far, known) = (Math.Abs(distance), Math.Abs(column[i]));
                if (i != touched && places[i] > 0 && (float.IsNaN(column[i]) || far < known || (far == known && distance > column[i])))
                {
                    column[i] = distance;
                }
            }
        }
    }
}

/// <summary>How many candidates of the given list that the user touched stand above the candidate, below it, or anywhere; NaN without a given list.</summary>
/// <remarks>Between touched places the list was read; below the last one it may not have been.</remarks>
internal sealed class TouchedPlacesFeature(string name, ListSide side) : Feature(name, FeatureOrigin.Recorded)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var places = scope.Places;
        var orders = scope.TouchOrders;
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = places[i] == 0 ? float.NaN : 0;
        }

        for (var touched = 0; touched < places.Length; touched++)
        {
            for (var i = 0; orders[touched] > 0 && places[touched] > 0 && i < column.Length; i++)
            {
                var counts = side switch
                {
                    ListSide.Above => places[touched] < places[i],
                    ListSide.Below => places[touched] > places[i],
                    _ => true,
                };
                column[i] += counts ? 1 : 0;
            }
        }
    }
}

/// <summary>A side of a place.</summary>
internal enum ListSide
{
    All,
    Above,
    Below,
}

/// <summary>Which of the touched places.</summary>
internal enum TouchedPlace
{
    Last,
    Previous,
    Nearest,
    Top,
    Bottom,
}

/// <summary>The share of the other candidates that are cheaper: 0 = the cheapest, 1 = the dearest; NaN without a price.</summary>
/// <remarks>Depends on who else is a candidate, so that its values are taken from the record. Cost: candidates x candidates comparisons.</remarks>
internal sealed class PriceRankFeature(string name, int priceSlot) : Feature(name, FeatureOrigin.Recorded)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var items = scope.Items;
        for (var i = 0; i < column.Length; i++)
        {
            var price = items[i].Numbers[priceSlot];
            var cheaper = 0;
            for (var other = 0; other < items.Length; other++)
            {
                cheaper += items[other].Numbers[priceSlot] < price ? 1 : 0;
            }

            column[i] = double.IsNaN(price) ? float.NaN : items.Length < 2 ? 0 : (float)cheaper / (items.Length - 1);
        }
    }
}

/// <summary>log(price / geometric mean of the candidates' prices); 0 = as usual here, below 0 = cheap; NaN without a price.</summary>
internal sealed class PriceAmongFeature(string name, int priceSlot) : Feature(name, FeatureOrigin.Recorded)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var items = scope.Items;
        var (sum, count) = (0.0, 0);
        for (var i = 0; i < column.Length; i++)
        {
            var price = items[i].Numbers[priceSlot];
            column[i] = price > 0 ? (float)Math.Log(price) : float.NaN;
            (sum, count) = price > 0 ? (sum + Math.Log(price), count + 1) : (sum, count);
        }

        var mean = count == 0 ? 0 : (float)(sum / count);
        for (var i = 0; i < column.Length; i++)
        {
            column[i] -= mean;
        }
    }
}
