namespace Vitrina.Engine.Ranking.Mixing;

/// <summary>Maximal marginal relevance on the first page: each place goes to the candidate with the best balance of its score and of being unlike those above.</summary>
/// <remarks>
/// Carbonell and Goldstein, SIGIR 1998: (1 - strength) x relevance - strength x likeness. Relevance is the score within the span of the page's
/// candidates, 0 to 1; likeness is the share of the places above that have the same value. Cost: page x three pages of candidates.
/// </remarks>
internal sealed class DiversityRule(RuleTarget target, double strength) : MixingRule("diversity")
{
    private const int PagesLookedAt = 3;

    public override void Apply(RankingContext context, int pageSize)
    {
        var count = Math.Min(context.OrderedCount, pageSize * PagesLookedAt);
        var buffers = context.MixingBuffers;
        buffers.Begin(count);
        var (best, worst) = Span(context, count);
        for (var place = 0; place < Math.Min(pageSize, count); place++)
        {
            var (chosen, value) = (place, double.NegativeInfinity);
            for (var other = place; other < count; other++)
            {
                var index = context.Order[other];
                var relevance = best > worst ? (context.Scores[index] - worst) / (best - worst) : 1;
                var likeness = place == 0 ? 0 : (double)buffers.Sellers.GetValueOrDefault(target.ValueOf(context.Scope.Items[index])) / place;
                var balance = ((1 - strength) * relevance) - (strength * likeness);
                (chosen, value) = balance > value ? (other, balance) : (chosen, value);
            }

            PageOrder.Move(context, chosen, place, Name);
            var taken = target.ValueOf(context.Scope.Items[context.Order[place]]);
            buffers.Sellers[taken] = taken < 0 ? 0 : buffers.Sellers.GetValueOrDefault(taken) + 1;
        }
    }

    private static (double Best, double Worst) Span(RankingContext context, int count)
    {
        var (best, worst) = (double.NegativeInfinity, double.PositiveInfinity);
        for (var place = 0; place < count; place++)
        {
            var score = context.Scores[context.Order[place]];
            (best, worst) = (Math.Max(best, score), Math.Min(worst, score));
        }

        return (best, worst);
    }
}
