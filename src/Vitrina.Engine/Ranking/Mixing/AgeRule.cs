using System.Globalization;
using Vitrina.Engine.Catalog;

namespace Vitrina.Engine.Ranking.Mixing;

/// <summary>Candidates for people of an age: nobody sees them whose year of birth does not say that they are old enough.</summary>
/// <param name="target">Which candidates.</param>
/// <param name="years">The least age in years, by the year of birth alone: somebody may be a year younger.</param>
/// <param name="birthYear">The user's number attribute.</param>
internal sealed class AgeRule(RuleTarget target, int years, string birthYear) : MixingRule("age")
{
    public override void Apply(RankingContext context, int pageSize)
    {
        var users = context.Snapshot.Market.Users;
        var user = context.Scope.User;
        var attributes = user >= 0 && user < users.Count ? users[user]?.Attributes : null;
        var born = attributes?.FirstOrDefault(value => value.Name == birthYear && value.Value.Kind == AttributeValueKind.Number).Value.Number ?? 0;
        var year = DateTimeOffset.FromUnixTimeMilliseconds(context.NowMs).Year;
        if (born > 0 && year - born > years)
        {
            return;
        }

        for (var place = context.OrderedCount - 1; place >= 0; place--)
        {
            if (target.Means(context, context.Scope.Items[context.Order[place]]))
            {
                PageOrder.Remove(context, place, string.Create(CultureInfo.InvariantCulture, $"rule:age {years}"));
            }
        }
    }
}
