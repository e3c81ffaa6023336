using Vitrina.Engine.Events;
using Vitrina.Engine.Statistics;

namespace Vitrina.Engine.Features;

/// <summary>How long ago this user last did something with the item: log(1 + hours); NaN = never within the newest events.</summary>
internal sealed class RecencyFeature(string name, EventType type) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var items = scope.Items;
        for (var i = 0; i < column.Length; i++)
        {
            var last = scope.LastOf(type, items[i].Ordinal);
            column[i] = last == 0 ? float.NaN : (float)double.LogP1(Math.Max(0, scope.NowMs - last) / (double)TimeSpan.MillisecondsPerHour);
        }
    }
}

/// <summary>How many words the query has; 0 without a query.</summary>
internal sealed class QueryLengthFeature(string name) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column) => column.Fill(scope.QueryTermCount);
}

/// <summary>The hour of the day in the vertical's time zone, 0 to below 24.</summary>
internal sealed class HourOfDayFeature(string name, TimeZoneInfo zone) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column) => column.Fill(new DayClock(zone).HourOf(scope.NowMs));
}

/// <summary>The candidate's rank in a source, as 1 / rank; 0 when the source did not find it.</summary>
internal sealed class SourceRankFeature(string name, string source) : Feature(name, FeatureOrigin.Recorded)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var index = Array.IndexOf(scope.SourceNames, source);
        if (index < 0)
        {
            column.Fill(float.NaN);
            return;
        }

        var ranks = scope.SourceRanks[index];
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = ranks[i] == 0 ? 0 : 1f / ranks[i];
        }
    }
}

/// <summary>How recently the user touched the item (did anything but see it): 1 = last of all, 1/2 = before one other touch, 0 = not within the newest events.</summary>
internal sealed class TouchFeature(string name) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var items = scope.Items;
        for (var i = 0; i < column.Length; i++)
        {
            var order = scope.TouchOrderOf(items[i].Ordinal);
            column[i] = order == 0 ? 0 : 1f / order;
        }
    }
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
