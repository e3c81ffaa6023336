namespace Vitrina.Engine.Ranking;

/// <summary>All items that answer a request, beyond the candidates that were retrieved to be ranked.</summary>
internal static class MatchingItems
{
    /// <summary>Items that are found by an order beside those of the page: what the live table takes away is made up for by them.</summary>
    private const int Spare = 100;

    /// <summary>Adds the first of all matching items by the asked order to the candidates, so that the page is that of all matches.</summary>
    /// <param name="context">The request, its sources asked.</param>
    /// <param name="source">The source that they are said to be found by.</param>
    public static void AddFirst(RankingContext context, int source)
    {
        if (context.Matches is not { } matches || context.Request.Sort is not { } sort)
        {
            return;
        }

        var order = ItemOrder.Of(context, sort);
        var columns = context.Snapshot.Market.Columns!;
        var limit = context.PageSize + Spare;
        var first = new PriorityQueue<int, (double Key, int Ordinal)>(limit + 1);
        for (var ordinal = matches.NextSet(0); ordinal >= 0; ordinal = matches.NextSet(ordinal + 1))
        {
            // Reversed: the queue gives away what comes last.
            var key = (-order.KeyOf(columns, ordinal), -ordinal);
            if (first.Count == limit && first.TryPeek(out _, out var last) && key.CompareTo(last) < 0)
            {
                continue;
            }

            if (context.Page is { } page && page.ShownOrdinals.Contains(ordinal) || !CanBeHad(context, ordinal))
            {
                continue;
            }

            first.Enqueue(ordinal, key);
            if (first.Count > limit)
            {
                first.Dequeue();
            }
        }

        var rank = context.Surface.Sources[source].Limit;
        foreach (var (ordinal, _) in first.UnorderedItems.OrderByDescending(pair => pair.Priority))
        {
            context.Add(context.Snapshot.Market.Items[ordinal]!, source, ++rank, 0);
        }
    }

    /// <summary>Whether a matching item passes the surface's filters as the snapshot has it.</summary>
    public static bool CanBeHad(RankingContext context, int ordinal)
    {
        var state = context.Snapshot.Market.Columns!.AvailabilityOf(context.Vertical.Name, ordinal);
        foreach (var filter in context.Surface.Filters)
        {
            if (filter.MarkOf(state, context.NowMs) is not null)
            {
                return false;
            }
        }

        return true;
    }
}
