namespace Vitrina.Engine.Ranking.Mixing;

/// <summary>At most n candidates with one value of an attribute on a page; the others wait for a later page, their order kept.</summary>
internal sealed class CapRule(RuleTarget target, int max) : MixingRule("cap")
{
    public override void Apply(RankingContext context, int pageSize)
    {
        var buffers = context.MixingBuffers;
        for (var start = 0; start < context.OrderedCount; start += pageSize)
        {
            buffers.Begin(context.OrderedCount);
            var end = Math.Min(start + pageSize, context.OrderedCount);
            for (var place = start; place < end; place++)
            {
                // The next candidate that fits comes up; where none does, the rest stands as it is.
                var fitting = place;
                while (fitting < context.OrderedCount && !Fits(context, fitting))
                {
                    fitting++;
                }

                if (fitting == context.OrderedCount)
                {
                    return;
                }

                for (var passed = place; passed < fitting; passed++)
                {
                    context.Moves[context.Order[passed]] ??= Name;
                }

                PageOrder.Move(context, fitting, place, Name);
                Count(context, place);
            }
        }
    }

    private bool Fits(RankingContext context, int place)
    {
        var value = target.ValueOf(context.Scope.Items[context.Order[place]]);
        return value < 0 || context.MixingBuffers.Sellers.GetValueOrDefault(value) < max;
    }

    private void Count(RankingContext context, int place)
    {
        if (target.ValueOf(context.Scope.Items[context.Order[place]]) is >= 0 and var value)
        {
            context.MixingBuffers.Sellers[value] = context.MixingBuffers.Sellers.GetValueOrDefault(value) + 1;
        }
    }
}
