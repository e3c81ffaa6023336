using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Ranking.Retrieving;

/// <summary>The most popular items that meet the request's conditions.</summary>
internal sealed class PopularSource(int limit) : CandidateSource("popular", limit)
{
    public override ValueTask RetrieveAsync(RankingContext context, int index, CancellationToken cancellationToken)
    {
        var items = context.Snapshot.Market.Items;
        var wanted = new WantedItems(context, []);
        var found = 0;
        foreach (var ordinal in context.Snapshot.PopularOrder)
        {
            if (found == Limit || cancellationToken.IsCancellationRequested)
            {
                break;
            }

            if (wanted.Accepts(ordinal))
            {
                context.Add(items[ordinal]!, index, ++found, 1f / found);
            }
        }

        return ValueTask.CompletedTask;
    }
}

/// <summary>Items of the same type as the one that the request's context names, the most popular first.</summary>
internal sealed class SameTypeSource(int limit) : CandidateSource("sameType", limit)
{
    public override ValueTask RetrieveAsync(RankingContext context, int index, CancellationToken cancellationToken)
    {
        var start = context.StartItem(Kind);
        var wanted = new WantedItems(context, [], start.Ordinal);
        var type = context.Vertical.Schema.Type is { Storage: AttributeStorage.Keywords } slot ? slot.Slot : -1;
        var items = context.Snapshot.Market.Items;
        var found = 0;
        foreach (var ordinal in context.Snapshot.PopularOrder)
        {
            if (found == Limit || cancellationToken.IsCancellationRequested)
            {
                break;
            }

            if (wanted.Accepts(ordinal) && items[ordinal]! is var item && (type < 0 || item.Keywords[type] == start.Keywords[type]))
            {
                context.Add(item, index, ++found, 1f / found);
            }
        }

        return ValueTask.CompletedTask;
    }
}
