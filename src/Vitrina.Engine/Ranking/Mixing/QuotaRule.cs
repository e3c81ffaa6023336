namespace Vitrina.Engine.Ranking.Mixing;

/// <summary>At least so many of the candidates that are meant stand in the first k places, as far as there are any.</summary>
internal sealed class QuotaRule(RuleTarget target, int least, int top) : MixingRule("quota")
{
    public override void Apply(RankingContext context, int pageSize)
    {
        var end = Math.Min(top - context.ShownBefore, context.OrderedCount);
        var missing = least;
        for (var place = 0; place < end; place++)
        {
            missing -= target.Means(context, context.Scope.Items[context.Order[place]]) ? 1 : 0;
        }

        // The best of those that stand too low take the last places of the top, in their order.
        var to = end - missing;
        for (var place = Math.Max(end, 0); missing > 0 && to >= 0 && place < context.OrderedCount; place++)
        {
            if (target.Means(context, context.Scope.Items[context.Order[place]]))
            {
                PageOrder.Move(context, place, FreePlace(context, to, end), Name);
                missing--;
                to++;
            }
        }
    }

    // Whoever is meant and stands there already is not pushed out by another one.
    private int FreePlace(RankingContext context, int from, int end)
    {
        var place = Math.Min(from, end - 1);
        for (; place < end - 1 && target.Means(context, context.Scope.Items[context.Order[place]]); place++)
        {
        }

        return place;
    }
}
