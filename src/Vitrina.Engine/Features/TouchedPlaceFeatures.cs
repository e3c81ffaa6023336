using Vitrina.Engine.Events;

namespace Vitrina.Engine.Features;

/// <summary>The candidates of a given list that the user touched, or did one thing with.</summary>
/// <param name="scope">The request.</param>
/// <param name="of">The event that counts; null = anything but a view.</param>
internal readonly struct TouchedRows(FeatureScope scope, EventType? of = null)
{
    /// <summary>How many touches ago the candidate in a row was touched, 1 = the last; 0 = not, or it has no place.</summary>
    public int OrderOf(int row)
    {
        var order = scope.Places[row] > 0 ? scope.TouchOrders[row] : 0;
        if (order == 0 || of is not { } type)
        {
            return order;
        }

        var touches = scope.Touches;
        for (var i = order - 1; i < touches.Length; i++)
        {
            if (touches[i].Item == scope.Ordinals[row] && touches[i].Type == type)
            {
                return i + 1;
            }
        }

        return 0;
    }

    /// <summary>A touched place, from 1; 0 = none.</summary>
    public int PlaceOf(TouchedPlace which)
    {
        if (which == TouchedPlace.Previous)
        {
            var last = BestRow(TouchedPlace.Last, except: -1);
            var previous = last < 0 ? -1 : BestRow(TouchedPlace.Last, except: last);
            return previous < 0 ? 0 : scope.Places[previous];
        }

        var best = BestRow(which, except: -1);
        return best < 0 ? 0 : scope.Places[best];
    }

    private int BestRow(TouchedPlace which, int except)
    {
        var places = scope.Places;
        var (best, bestOrder) = (-1, 0);
        for (var i = 0; i < places.Length; i++)
        {
            var order = i == except ? 0 : OrderOf(i);
            if (order > 0 && (best < 0 || Precedes(which, places[i], order, places[best], bestOrder)))
            {
                (best, bestOrder) = (i, order);
            }
        }

        return best;
    }

    private static bool Precedes(TouchedPlace which, int place, int order, int otherPlace, int otherOrder) => which switch
    {
        TouchedPlace.Top => place < otherPlace,
        TouchedPlace.Bottom => place > otherPlace,
        _ => order < otherOrder,
    };
}

/// <summary>What is told about the touched places of a list.</summary>
internal enum TouchedPlaceMeasure
{
    Last,
    Previous,
    Top,
    Bottom,
    Travel,
}

/// <summary>A place of the given list that the user touched, the same for every candidate, or how far below the touched one before it the last one stands; NaN without it.</summary>
/// <remarks>Where in the list a person is, and whether they go down or came back up: trees use it to read distances differently.</remarks>
internal sealed class TouchedPlaceFeature(string name, TouchedPlaceMeasure of) : Feature(name, FeatureOrigin.Recorded)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var rows = new TouchedRows(scope);
        var place = of switch
        {
            TouchedPlaceMeasure.Last or TouchedPlaceMeasure.Travel => rows.PlaceOf(TouchedPlace.Last),
            TouchedPlaceMeasure.Previous => rows.PlaceOf(TouchedPlace.Previous),
            TouchedPlaceMeasure.Top => rows.PlaceOf(TouchedPlace.Top),
            _ => rows.PlaceOf(TouchedPlace.Bottom),
        };
        var before = of == TouchedPlaceMeasure.Travel ? rows.PlaceOf(TouchedPlace.Previous) : 0;
        column.Fill(place == 0 || (of == TouchedPlaceMeasure.Travel && before == 0) ? float.NaN : place - before);
    }
}

/// <summary>How many candidates that the user did not touch lead from the place touched last to the candidate, itself counted; below 0 = upwards; NaN without a touched place.</summary>
/// <remarks>What stands between and was touched is done with: 1 is the next one that is new. Cost: candidates x candidates.</remarks>
internal sealed class UntouchedBetweenFeature(string name) : Feature(name, FeatureOrigin.Recorded)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var places = scope.Places;
        var rows = new TouchedRows(scope);
        var from = rows.PlaceOf(TouchedPlace.Last);
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = from == 0 || places[i] == 0 ? float.NaN : 0;
        }

        for (var untouched = 0; from > 0 && untouched < places.Length; untouched++)
        {
            var place = rows.OrderOf(untouched) > 0 ? 0 : places[untouched];
            for (var i = 0; place > 0 && i < column.Length; i++)
            {
                column[i] += place > from && place <= places[i] ? 1 : place < from && place >= places[i] ? -1 : 0;
            }
        }
    }
}
