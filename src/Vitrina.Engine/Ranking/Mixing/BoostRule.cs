namespace Vitrina.Engine.Ranking.Mixing;

/// <summary>Candidates whose score is raised (boost) or lowered (bury): a factor on the odds, since log(factor) is added to the score.</summary>
/// <remarks>The order of all others stays; a candidate moves to where its new score belongs. The score that is answered stays the model's.</remarks>
internal sealed class BoostRule(string name, RuleTarget target, double factor) : MixingRule(name)
{
    private readonly float _added = (float)Math.Log(factor);

    public override void Apply(RankingContext context, int pageSize)
    {
        // Boosted ones rise from the top down and buried ones sink from the bottom up, so that they keep their order among themselves.
        for (var i = 0; i < context.OrderedCount; i++)
        {
            var place = _added > 0 ? i : context.OrderedCount - 1 - i;
            var index = context.Order[place];
            if (!target.Means(context, context.Scope.Items[index]) || context.Moves[index] == Name)
            {
                continue;
            }

            var (score, to) = (context.Scores[index] + _added, place);
            while (_added > 0 ? to > 0 && ScoreAt(context, to - 1) < score : to < context.OrderedCount - 1 && ScoreAt(context, to + 1) > score)
            {
                to += _added > 0 ? -1 : 1;
            }

            PageOrder.Move(context, place, to, Name);
        }
    }

    private float ScoreAt(RankingContext context, int place)
    {
        var index = context.Order[place];
        return context.Scores[index] + (target.Means(context, context.Scope.Items[index]) ? _added : 0);
    }
}
