using Vitrina.Engine.Statistics;

namespace Vitrina.Engine.Ranking.Retrieving;

/// <summary>Items that people take to after the one that the request's context names, within a visit; the most frequent first.</summary>
internal sealed class CoVisitedSource(int limit) : CandidateSource("coVisited", limit)
{
    public override ValueTask RetrieveAsync(RankingContext context, int index, CancellationToken cancellationToken)
    {
        var start = context.StartItem(Kind);
        if (context.Snapshot.Market.Visits.Pairs is not { } pairs)
        {
            return ValueTask.CompletedTask;
        }

        var row = pairs.Find((UInt128)(uint)(start.Ordinal + 1));
        var followers = new Follower[VisitStatistics.MostFollowers];
        var count = pairs.Followers(row, followers);
        Array.Sort(followers, 0, count, Comparer<Follower>.Create((a, b) => a.Weight != b.Weight ? b.Weight.CompareTo(a.Weight) : a.Id.CompareTo(b.Id)));
        var (items, total, found) = (context.Snapshot.Market.Items, pairs.TotalOf(row), 0);
        for (var i = 0; i < count && found < Limit; i++)
        {
            if (items[followers[i].Id] is { IsActive: true } item && context.Predicate.Accepts(item))
            {
                context.Add(item, index, ++found, (float)(followers[i].Weight / total));
            }
        }

        return ValueTask.CompletedTask;
    }
}
