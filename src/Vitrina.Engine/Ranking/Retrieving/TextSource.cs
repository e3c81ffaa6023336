using Vitrina.Engine.Catalog;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Ranking.Retrieving;

/// <summary>The items whose text fits the query best; nothing without a query. For an exact query its exact matches, then analogs when these are wanted.</summary>
internal sealed class TextSource(int limit) : CandidateSource("text", limit)
{
    // A literal search looks whether its time is over after so many items.
    private const int ItemsPerCheck = 4096;

    private readonly struct Wanted(PagedView<Item?> items, ItemPredicate predicate) : IItemFilter
    {
        public bool Accepts(int itemOrdinal) => itemOrdinal < items.Count && items[itemOrdinal] is { IsActive: true } item && predicate.Accepts(item);
    }

    private readonly struct Exact(PagedView<Item?> items, ItemPredicate predicate, ExactDemand demand) : IItemFilter
    {
        public bool Accepts(int itemOrdinal) =>
            itemOrdinal < items.Count && items[itemOrdinal] is { IsActive: true } item && predicate.Accepts(item) && demand.Accepts(item);
    }

    public override ValueTask RetrieveAsync(RankingContext context, int index, CancellationToken cancellationToken)
    {
        if (context.Snapshot.Market.Text is not { } text)
        {
            return ValueTask.CompletedTask;
        }

        var items = context.Snapshot.Market.Items;
        if (context.IsExact)
        {
            var demand = context.Reading!.Exact;
            var count = Search(context, index, text, context.ExactQuery(), new Exact(items, context.Predicate, demand), Limit, firstRank: 0);
            if (demand.Codes.Count == 0 && count < Limit)
            {
                // The ends of a quotation may stand within words, which no index of words can tell.
                count = AddLiterals(context, index, count, new Exact(items, context.Predicate, demand), cancellationToken);
            }

            if (context.TextQuery is { } all && context.SimilarLimit > 0)
            {
                Search(context, index, text, all, new Wanted(items, context.Predicate), Limit, count);
            }
        }
        else if (context.TextQuery is { } query)
        {
            Search(context, index, text, query, new Wanted(items, context.Predicate), Limit, firstRank: 0);
        }

        return ValueTask.CompletedTask;
    }

    private static int Search<TFilter>(RankingContext context, int index, TextSnapshot text, TextQuery query, TFilter filter, int limit, int firstRank)
        where TFilter : struct, IItemFilter
    {
        var items = context.Snapshot.Market.Items;
        var found = context.Found(limit);
        var count = text.Search(query, filter, limit, context.TextScratch, found.Ordinals, found.Scores);
        for (var i = 0; i < count; i++)
        {
            context.Add(items[found.Ordinals[i]]!, index, firstRank + i + 1, found.Scores[i]);
        }

        return count;
    }

    private int AddLiterals(RankingContext context, int index, int count, Exact filter, CancellationToken cancellationToken)
    {
        var items = context.Snapshot.Market.Items;
        for (var ordinal = 0; ordinal < items.Count && count < Limit; ordinal++)
        {
            if (ordinal % ItemsPerCheck == 0 && cancellationToken.IsCancellationRequested)
            {
                break;
            }

            if (context.IndexOf(ordinal) < 0 && filter.Accepts(ordinal))
            {
                context.Add(items[ordinal]!, index, ++count, 0);
            }
        }

        return count;
    }
}
