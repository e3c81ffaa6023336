using Vitrina.Engine.Events;

namespace Vitrina.Engine.Ranking.Mixing;

/// <summary>What the person has just done enough of: nobody buys two refrigerators.</summary>
/// <param name="target">The attribute by which candidates are alike, and the values for which the rule holds; none = all.</param>
/// <param name="after">The event that ends the interest.</param>
/// <param name="length">For how long.</param>
internal sealed class CooldownRule(RuleTarget target, EventType after, TimeSpan length) : MixingRule("cooldown")
{
    public override void Apply(RankingContext context, int pageSize)
    {
        var since = context.NowMs - (long)length.TotalMilliseconds;
        var items = context.Snapshot.Market.Items;
        foreach (ref readonly var entry in context.Scope.History)
        {
            if (entry.Type != after || entry.AtMs < since || entry.Item < 0 || items[entry.Item] is not { } done || done.Vertical != context.Vertical.Name
                || target.ValueOf(done) is not (>= 0 and var value) || !target.Means(context, done))
            {
                continue;
            }

            for (var place = context.OrderedCount - 1; place >= 0; place--)
            {
                if (target.ValueOf(context.Scope.Items[context.Order[place]]) == value)
                {
                    PageOrder.Remove(context, place, "rule:cooldown");
                }
            }
        }
    }
}
