namespace Vitrina.Engine.Ranking.Mixing;

/// <summary>Orders the page: by score or the asked sort, explored at the top, then the surface's rules. The only stage that orders.</summary>
internal static class MixStage
{
    public static void Run(RankingContext context)
    {
        var count = 0;
        for (var i = 0; i < context.Count; i++)
        {
            if (context.Marks[i] is null)
            {
                context.Propensities[count] = 1;
                context.Order[count++] = i;
            }
        }

        context.OrderedCount = count;
        OrderSimilar(context);
        var order = context.Order.AsSpan(0, count);
        if (context.Request.Sort is { } sort)
        {
            SortBy(context, order, sort);
            return;
        }

        order.Sort(new ByScore(context));
        if (context.IsBaseline)
        {
            return;
        }

        if (context.Surface.Declaration.Explore is { } explore && !context.Request.IsShadow)
        {
            PlackettLuce.Explore(context, explore.Temperature, Math.Min(explore.Top - context.ShownBefore, count));
        }

        foreach (var rule in context.Surface.Rules)
        {
            rule.Apply(context, context.PageSize);
        }
    }

    /// <summary>Joins the orders of an interleaving experiment's arms into one page; without one the page stands as it is.</summary>
    public static void Draft(RankingContext context)
    {
        if (context.Draft is not { } first || context.Request.Sort is not null)
        {
            return;
        }

        // What became unavailable between the two passes is in the first order alone.
        var second = context.Order.AsSpan(0, context.OrderedCount).ToArray();
        int[] order = [.. first.Order.Where(index => context.Marks[index] is null)];
        var random = context.Random("draft");
        var teams = context.NewTeams();
        TeamDraft.Merge(order, second, ref random, context.Order.AsSpan(0, second.Length), teams, context.Propensities);
        for (var i = 0; i < context.Count; i++)
        {
            context.Scores[i] = teams[i] == 1 ? first.Scores[i] : context.Scores[i];
        }

        foreach (var rule in context.Arms.Surface.Rules)
        {
            rule.Apply(context, context.PageSize);
        }
    }

    /// <summary>The best of what an exact query does not mean: never on its page, but in a section of its own.</summary>
    private static void OrderSimilar(RankingContext context)
    {
        context.Similar.Clear();
        for (var i = 0; context.SimilarLimit > 0 && i < context.Count; i++)
        {
            if (context.Marks[i] == SectionNames.OtherMark)
            {
                context.Similar.Add(i);
            }
        }

        context.Similar.Sort(new ByScore(context));
        context.Similar.RemoveRange(Math.Min(context.Similar.Count, context.SimilarLimit), Math.Max(0, context.Similar.Count - context.SimilarLimit));
    }

    // Ties are broken by the item's ordinal, so that equal scores give the same page everywhere.
    private readonly struct ByScore(RankingContext context) : IComparer<int>
    {
        public int Compare(int x, int y)
        {
            var order = context.Scores[y].CompareTo(context.Scores[x]);
            return order != 0 ? order : context.Scope.Items[x].Ordinal.CompareTo(context.Scope.Items[y].Ordinal);
        }
    }

    private static void SortBy(RankingContext context, Span<int> order, SortOrder sort)
    {
        var by = ItemOrder.Of(context, sort);
        order.Sort((x, y) =>
        {
            var (a, b) = (context.Scope.Items[x], context.Scope.Items[y]);
            var byKey = by.KeyOf(a).CompareTo(by.KeyOf(b));
            return byKey != 0 ? byKey : a.Ordinal.CompareTo(b.Ordinal);
        });
    }
}
