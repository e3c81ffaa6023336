namespace Vitrina.Engine.Ranking.Mixing;

/// <summary>Candidates with the first value stand before those with the second, and all of them before the others.</summary>
internal sealed class PriorityRule(RuleTarget target) : MixingRule("priority")
{
    public override void Apply(RankingContext context, int pageSize)
    {
        var written = 0;
        for (var value = 0; value < target.Values.Count; value++)
        {
            for (var place = written; place < context.OrderedCount; place++)
            {
                if (target.PlaceOf(context, context.Scope.Items[context.Order[place]]) == value)
                {
                    PageOrder.Move(context, place, written++, Name);
                }
            }
        }
    }
}
