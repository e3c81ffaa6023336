namespace Vitrina.Engine.Ranking.Mixing;

/// <summary>Candidates that are never shown.</summary>
internal sealed class BanRule(RuleTarget target) : MixingRule("ban")
{
    public override void Apply(RankingContext context, int pageSize)
    {
        for (var place = context.OrderedCount - 1; place >= 0; place--)
        {
            if (target.Means(context, context.Scope.Items[context.Order[place]]))
            {
                PageOrder.Remove(context, place, "rule:ban");
            }
        }
    }
}
