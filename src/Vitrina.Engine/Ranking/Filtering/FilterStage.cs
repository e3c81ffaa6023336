namespace Vitrina.Engine.Ranking.Filtering;

/// <summary>Marks candidates with the reason of their removal; deletes nothing.</summary>
internal static class FilterStage
{
    /// <summary>Marks what does not meet the request's conditions.</summary>
    public static void MarkUnwanted(RankingContext context)
    {
        var items = context.Scope.Items;
        for (var i = 0; i < items.Length; i++)
        {
            if (context.Page is { } page && page.ShownOrdinals.Contains(items[i].Ordinal))
            {
                context.Marks[i] = PageCursor.EarlierMark;
            }
            else if (items[i].Vertical != context.Vertical.Name)
            {
                context.Marks[i] = "filter:vertical";
            }
            else if (context.Predicate.HasConditions && !context.Surface.RanksGroups && context.Predicate.MarkOf(items[i]) is { } attribute)
            {
                context.Marks[i] = attribute;
            }
            else if (context.Reading is { } reading && context.Request.Items.Count == 0 && !reading.Exact.Accepts(items[i]))
            {
                context.Marks[i] = reading.Exact.HoldsUnwanted(items[i]) ? "query:unwanted" : SectionNames.OtherMark;
            }
        }
    }

    /// <summary>Marks what cannot be had at this moment: reads the live table, last before mixing.</summary>
    public static void MarkUnavailable(RankingContext context)
    {
        var filters = context.Surface.Filters;
        var items = context.Scope.Items;
        for (var i = 0; i < items.Length; i++)
        {
            if (context.Marks[i] is not (null or SectionNames.OtherMark))
            {
                continue;
            }

            if (context.Scope.Groups is { } groups)
            {
                context.Marks[i] = GroupItems.HasAny(context, groups.View, items[i]) ? null : "filter:noItems";
                continue;
            }

            if (context.AvailabilityOf(items[i]) is not { IsDeleted: false } state)
            {
                context.Marks[i] = "filter:deleted";
                continue;
            }

            for (var filter = 0; filter < filters.Count && context.Marks[i] is null or SectionNames.OtherMark; filter++)
            {
                context.Marks[i] = filters[filter].MarkOf(state, context.NowMs) ?? context.Marks[i];
            }
        }
    }
}
