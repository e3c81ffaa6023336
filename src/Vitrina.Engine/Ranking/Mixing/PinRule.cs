namespace Vitrina.Engine.Ranking.Mixing;

/// <summary>The best candidate that is meant stands at a place of the first page.</summary>
internal sealed class PinRule(RuleTarget target, int position) : MixingRule("pin")
{
    public override void Apply(RankingContext context, int pageSize)
    {
        var to = position - 1 - context.ShownBefore;
        for (var place = 0; to >= 0 && place < context.OrderedCount; place++)
        {
            if (target.Means(context, context.Scope.Items[context.Order[place]]))
            {
                PageOrder.Move(context, place, Math.Min(to, context.OrderedCount - 1), Name);
                return;
            }
        }
    }
}
