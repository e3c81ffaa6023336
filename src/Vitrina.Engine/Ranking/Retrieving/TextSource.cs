using Vitrina.Engine.Catalog;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Ranking.Retrieving;

/// <summary>The items whose text fits the query best; nothing without a query.</summary>
internal sealed class TextSource(int limit) : CandidateSource("text", limit)
{
    private readonly struct Wanted(PagedView<Item?> items, ItemPredicate predicate, TextQuery query) : IItemFilter
    {
        public bool Accepts(int itemOrdinal) =>
            itemOrdinal < items.Count && items[itemOrdinal] is { IsActive: true } item && predicate.Accepts(item) && query.HoldsPhrases(item.Texts);
    }

    public override ValueTask RetrieveAsync(RankingContext context, int index, CancellationToken cancellationToken)
    {
        if (context.TextQuery is not { } query || context.Snapshot.Market.Text is not { } text)
        {
            return ValueTask.CompletedTask;
        }

        var items = context.Snapshot.Market.Items;
        var found = context.Found(Limit);
        var count = text.Search(query, new Wanted(items, context.Predicate, query), Limit, context.TextScratch, found.Ordinals, found.Scores);
        for (var i = 0; i < count; i++)
        {
            context.Add(items[found.Ordinals[i]]!, index, i + 1, found.Scores[i]);
        }

        return ValueTask.CompletedTask;
    }
}
