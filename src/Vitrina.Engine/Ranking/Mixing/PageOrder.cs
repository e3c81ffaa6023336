namespace Vitrina.Engine.Ranking.Mixing;

/// <summary>What rules do to the order of a page. A place that a rule has set has propensity 1.</summary>
internal static class PageOrder
{
    /// <summary>Takes a candidate out.</summary>
    public static void Remove(RankingContext context, int place, string mark)
    {
        context.Marks[context.Order[place]] = mark;
        var count = context.OrderedCount - place - 1;
        context.Order.AsSpan(place + 1, count).CopyTo(context.Order.AsSpan(place));
        context.Propensities.AsSpan(place + 1, count).CopyTo(context.Propensities.AsSpan(place));
        context.OrderedCount--;
    }

    /// <summary>Moves a candidate to a place above or below; the others keep their order.</summary>
    public static void Move(RankingContext context, int from, int to, string rule)
    {
        if (from == to)
        {
            return;
        }

        var index = context.Order[from];
        var (order, propensities) = (context.Order, context.Propensities);
        if (from > to)
        {
            order.AsSpan(to, from - to).CopyTo(order.AsSpan(to + 1));
            propensities.AsSpan(to, from - to).CopyTo(propensities.AsSpan(to + 1));
        }
        else
        {
            order.AsSpan(from + 1, to - from).CopyTo(order.AsSpan(from));
            propensities.AsSpan(from + 1, to - from).CopyTo(propensities.AsSpan(from));
        }

        (order[to], propensities[to]) = (index, 1);
        context.Moves[index] = rule;
    }
}
