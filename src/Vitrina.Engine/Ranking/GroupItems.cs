using Vitrina.Engine.Catalog;
using Vitrina.Engine.Statistics.Groups;

namespace Vitrina.Engine.Ranking;

/// <summary>The items of groups that can be had at this moment and meet the request's conditions.</summary>
internal static class GroupItems
{
    private const int MostMembers = 1_000;

    /// <summary>True when a group has at least one such item. Cost: its items up to the first.</summary>
    public static bool HasAny(RankingContext context, GroupView view, Item candidate)
    {
        var group = GroupView.GroupOf(candidate);
        for (var item = view.Members.First(group); item >= 0; item = view.Members.Next(item))
        {
            if (CanBeHad(context, item))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The best such items of each group on the page: by popularity, then by ordinal.</summary>
    /// <param name="context">The request, its page in order.</param>
    /// <param name="view">The grouping.</param>
    /// <param name="count">Most items of a group.</param>
    /// <returns>By place on the page.</returns>
    public static IReadOnlyList<Item>[] BestOf(RankingContext context, GroupView view, int count)
    {
        var best = new IReadOnlyList<Item>[context.PageCount];
        for (var place = 0; place < best.Length; place++)
        {
            best[place] = BestOf(context, view, GroupView.GroupOf(context.Scope.Items[context.Order[place]]), count);
        }

        return best;
    }

    private static Item[] BestOf(RankingContext context, GroupView view, int group, int count)
    {
        // A wide group's best are among the most popular of all; a narrow one is looked through.
        var found = view.Members.CountOf(group) > MostMembers ? Popular(context, view, group, count) : [];
        if (found.Count == count)
        {
            return [.. found];
        }

        var scored = new List<(double Negative, int Ordinal)>();
        for (var item = view.Members.First(group); item >= 0; item = view.Members.Next(item))
        {
            if (CanBeHad(context, item))
            {
                scored.Add((-context.Vertical.Popularity.Of(context.Snapshot.Market, item, context.NowMs), item));
            }
        }

        scored.Sort();
        return [.. scored.Take(count).Select(entry => context.Snapshot.Market.Items[entry.Ordinal]!)];
    }

    private static List<Item> Popular(RankingContext context, GroupView view, int group, int count)
    {
        var found = new List<Item>(count);
        foreach (var ordinal in context.Snapshot.PopularOrder)
        {
            if (found.Count < count && context.Snapshot.Market.Items[ordinal] is { } item && item.Keywords[view.Grouping.Slot] == group && CanBeHad(context, ordinal))
            {
                found.Add(item);
            }
        }

        return found;
    }

    private static bool CanBeHad(RankingContext context, int ordinal)
    {
        if (context.Snapshot.Market.Items[ordinal] is not { } item || !context.Predicate.Accepts(item)
            || context.AvailabilityOf(item) is not { IsDeleted: false, IsActive: true } state)
        {
            return false;
        }

        foreach (var filter in context.Surface.Filters)
        {
            if (filter.MarkOf(state, context.NowMs) is not null)
            {
                return false;
            }
        }

        return state.ExpiresAtMs > context.NowMs;
    }
}
