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

/// <summary>How recently the user touched the item (did anything but see it): 1 = last of all, 1/2 = before one other touch, 0 = not within the newest events.</summary>
internal sealed class TouchFeature(string name) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var orders = scope.TouchOrders;
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = orders[i] == 0 ? 0 : 1f / orders[i];
        }
    }
}

/// <summary>How recently the user touched the item among the items touched: 1 = the last one, 1/2 = one other item since, however often; 0 = not within the newest events.</summary>
internal sealed class TouchedItemFeature(string name) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var orders = scope.TouchOrders;
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = orders[i] == 0 ? 0 : 1f / ItemsIn(scope.Touches[..orders[i]]);
        }
    }

    // Touches repeat: few of the newest are of different items, and few candidates were touched at all.
    private static int ItemsIn(ReadOnlySpan<HistoryEntry> touches)
    {
        var count = 0;
        for (var i = 0; i < touches.Length; i++)
        {
            count += SessionFeature.IsFirstOfItem(touches[..(i + 1)]) ? 1 : 0;
        }

        return count;
    }
}

/// <summary>How recently the user touched the item among the touches of one event type: 1 = the item of the last such event.</summary>
internal sealed class TouchOfFeature(string name, EventType type) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var items = scope.Items;
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = ShareOf(scope.Touches, items[i].Ordinal);
        }
    }

    private float ShareOf(ReadOnlySpan<HistoryEntry> touches, int item)
    {
        var order = 0;
        foreach (ref readonly var touch in touches)
        {
            order += touch.Type == type ? 1 : 0;
            if (touch.Type == type && touch.Item == item)
            {
                return 1f / order;
            }
        }

        return 0;
    }
}

/// <summary>How many of the user's newest touches were of the item, log(1 + touches), or which share of them.</summary>
internal sealed class TouchCountFeature(string name, bool isShare) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var items = scope.Items;
        var touches = scope.Touches;
        for (var i = 0; i < column.Length; i++)
        {
            var count = 0;
            foreach (ref readonly var touch in touches)
            {
                count += touch.Item == items[i].Ordinal ? 1 : 0;
            }

            column[i] = !isShare ? MathF.Log(1 + count) : touches.Length == 0 ? 0 : (float)count / touches.Length;
        }
    }
}

/// <summary>What a time of touches measures.</summary>
internal enum TouchTimeMeasure
{
    Last,
    First,
    Stay,
    Share,
}

/// <summary>How long ago the user touched the item first or last, or how long they stayed with it until their next act: log(1 + seconds), NaN = not within the newest events; or its share of all such time.</summary>
/// <remarks>A look of a minute says more than five in a second. The newest touch lasts until now.</remarks>
internal sealed class TouchTimeFeature(string name, TouchTimeMeasure measure, long mostMs) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var orders = scope.TouchOrders;
        if (measure == TouchTimeMeasure.Share)
        {
            var all = (double)StayMs(scope, -1);
            for (var i = 0; i < column.Length; i++)
            {
                column[i] = orders[i] == 0 || all == 0 ? 0 : (float)(StayMs(scope, scope.Ordinals[i]) / all);
            }

            return;
        }

        for (var i = 0; i < column.Length; i++)
        {
            column[i] = orders[i] == 0 ? float.NaN : (float)double.LogP1(MsOf(scope, scope.Ordinals[i]) / 1000.0);
        }
    }

    private long MsOf(FeatureScope scope, int item)
    {
        if (measure == TouchTimeMeasure.Stay)
        {
            return StayMs(scope, item);
        }

        // Late events and joined aliases stand in the order of their arrival, so that neither end of the history need be the first or the last.
        var (first, last) = (long.MaxValue, 0L);
        foreach (ref readonly var touch in scope.Touches)
        {
            (first, last) = touch.Item == item ? (Math.Min(first, touch.AtMs), Math.Max(last, touch.AtMs)) : (first, last);
        }

        return Math.Max(0, scope.NowMs - (measure == TouchTimeMeasure.First ? first : last));
    }

    // Of one item, or of all of them (-1).
    private long StayMs(FeatureScope scope, int item)
    {
        var (sum, next) = (0L, scope.NowMs);
        foreach (ref readonly var entry in scope.History)
        {
            if (entry.Type != EventType.View && (item < 0 || entry.Item == item))
            {
                sum += Math.Clamp(next - entry.AtMs, 0, mostMs);
            }

            next = entry.AtMs;
        }

        return sum;
    }
}

/// <summary>What the user did last with the item, as the event's declared weight; 0 = nothing within the newest events.</summary>
internal sealed class LastActFeature(string name, float[] weightOfType) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var orders = scope.TouchOrders;
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = orders[i] == 0 ? 0 : weightOfType[(int)scope.Touches[orders[i] - 1].Type];
        }
    }
}

/// <summary>With which of the user's prices a price is compared.</summary>
internal enum KnownPrices
{
    Seen,
    Touched,
    LastTouched,
}

/// <summary>log(price / geometric mean of the prices that this user saw or touched); below 0 = cheaper than those; NaN without either.</summary>
internal sealed class PriceAgainstFeature(string name, int priceSlot, KnownPrices known) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var items = scope.Items;
        var entries = known == KnownPrices.Seen ? scope.History : scope.Touches;
        var (sum, count) = (0.0, 0);
        foreach (ref readonly var entry in entries)
        {
            var counts = entry.Price > 0 && (known != KnownPrices.Seen || entry.Type == EventType.View) && (known != KnownPrices.LastTouched || count == 0);
            (sum, count) = counts ? (sum + Math.Log(entry.Price), count + 1) : (sum, count);
        }

        for (var i = 0; i < column.Length; i++)
        {
            var price = items[i].Numbers[priceSlot];
            column[i] = count > 0 && price > 0 ? (float)(Math.Log(price) - (sum / count)) : float.NaN;
        }
    }
}

/// <summary>The share of the user's newest touches that were of items with the candidate's value of an attribute; NaN for users without touches.</summary>
internal sealed class InCommonFeature(string name, int keywordSlot) : Feature(name)
{
    // The newest tell what this visit is about; affinity counts the rest of a person's history.
    private const int Newest = 16;

    public override void Compute(FeatureScope scope, Span<float> column)
    {
        var touches = scope.Touches[..Math.Min(Newest, scope.Touches.Length)];
        Span<int> values = stackalloc int[Newest];
        var known = 0;
        foreach (ref readonly var touch in touches)
        {
            if (touch.Item >= 0 && scope.Market.Items[touch.Item] is { } item)
            {
                values[known++] = item.Keywords[keywordSlot];
            }
        }

        var items = scope.Items;
        for (var i = 0; i < column.Length; i++)
        {
            var value = items[i].Keywords[keywordSlot];
            var same = value < 0 ? 0 : values[..known].Count(value);
            column[i] = known == 0 ? float.NaN : (float)same / known;
        }
    }
}

/// <summary>What a session measures.</summary>
internal enum SessionMeasure
{
    Idle,
    Length,
    Touches,
    Items,
    LastAct,
}

/// <summary>A measure of the user's present session: the newest events with no longer pause between two of them, or before now, than the gap.</summary>
/// <remarks>
/// idle: log(1 + seconds) since the last touch, within a session or not; length: log(1 + seconds) since the session's first event; touches and
/// items: how many and of how many different items; lastAct: the weight of the last touch. The same for every candidate: trees use it to read
/// the other features differently.
/// </remarks>
internal sealed class SessionFeature(string name, SessionMeasure measure, long gapMs, float[] weightOfType) : Feature(name)
{
    public override void Compute(FeatureScope scope, Span<float> column) => column.Fill(measure switch
    {
        SessionMeasure.Idle => scope.Touches.IsEmpty ? float.NaN : LogSeconds(scope.NowMs - scope.Touches[0].AtMs),
        SessionMeasure.LastAct => scope.Touches.IsEmpty ? 0 : weightOfType[(int)scope.Touches[0].Type],
        _ => InSession(scope),
    });

    private float InSession(FeatureScope scope)
    {
        var (start, touches, items) = (scope.NowMs, 0, 0);
        var history = scope.History;
        for (var i = 0; i < history.Length && start - history[i].AtMs <= gapMs; i++)
        {
            start = Math.Min(start, history[i].AtMs);
            if (history[i].Type != EventType.View)
            {
                touches++;
                items += IsFirstOfItem(scope.Touches[..touches]) ? 1 : 0;
            }
        }

        return measure switch
        {
            SessionMeasure.Length => LogSeconds(scope.NowMs - start),
            SessionMeasure.Touches => touches,
            _ => items,
        };
    }

    /// <summary>True when no touch before the last one was of the same item.</summary>
    internal static bool IsFirstOfItem(ReadOnlySpan<HistoryEntry> touches)
    {
        foreach (ref readonly var other in touches[..^1])
        {
            if (other.Item == touches[^1].Item)
            {
                return false;
            }
        }

        return true;
    }

    private static float LogSeconds(long milliseconds) => (float)double.LogP1(Math.Max(0, milliseconds) / 1000.0);
}
