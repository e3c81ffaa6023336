using Vitrina.Engine.Catalog;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Ranking.Retrieving;

/// <summary>The items whose text fits the query best; nothing without a query. For an exact query its exact matches, then analogs when these are wanted.</summary>
internal sealed class TextSource(int limit) : CandidateSource("text", limit)
{
    // A literal search looks whether its time is over after so many items.
    private const int ItemsPerCheck = 4096;

    private readonly struct Wanted(PagedView<Item?> items, ItemPredicate predicate, IntentReading[] intents) : IItemFilter
    {
        public bool Accepts(int itemOrdinal)
        {
            if (itemOrdinal >= items.Count || items[itemOrdinal] is not { IsActive: true } item || !predicate.Accepts(item))
            {
                return false;
            }

            foreach (var intent in intents)
            {
                if (!intent.IsMetBy(item))
                {
                    return false;
                }
            }

            return true;
        }
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
                Search(context, index, text, all, new Wanted(items, context.Predicate, []), Limit, count);
            }
        }
        else if (context.TextQuery is { } query)
        {
            SearchByIntents(context, index, text, query);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Finds what has the values that the query names, giving up one after the other, the rarest first, while that leaves nothing.</summary>
    private void SearchByIntents(RankingContext context, int index, TextSnapshot text, TextQuery query)
    {
        var items = context.Snapshot.Market.Items;
        while (context.Reading?.HardIntents() is { Length: > 0 } hard)
        {
            var wanted = new Wanted(items, context.Predicate, hard);
            var count = context.QueryBesideIntents() is { } beside
                ? Search(context, index, text, beside, wanted, Limit, firstRank: 0)
                : AddPopular(context, index, wanted, Search(context, index, text, query, wanted, Limit, firstRank: 0));
            if (count > 0)
            {
                return;
            }

            hard.MinBy(intent => intent.Values.Sum(value => value.ItemCount))!.IsRelaxed = true;
        }

        Search(context, index, text, query, new Wanted(items, context.Predicate, []), Limit, firstRank: 0);
    }

    // A query that only names values is answered by what has them, whatever its title says.
    private int AddPopular(RankingContext context, int index, Wanted wanted, int count)
    {
        var popular = context.Snapshot.PopularOrder;
        var items = context.Snapshot.Market.Items;
        for (var i = 0; i < popular.Length && count < Limit; i++)
        {
            count = Add(context, index, popular[i], wanted, count);
        }

        // The order of popularity is cut, and of an earlier moment: the newest items are not in it.
        for (var ordinal = items.Count - 1; ordinal >= 0 && count < Limit; ordinal--)
        {
            count = Add(context, index, ordinal, wanted, count);
        }

        return count;
    }

    private static int Add(RankingContext context, int index, int ordinal, Wanted wanted, int count)
    {
        if (context.IndexOf(ordinal) >= 0 || !wanted.Accepts(ordinal))
        {
            return count;
        }

        context.Add(context.Snapshot.Market.Items[ordinal]!, index, count + 1, 0);
        return count + 1;
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
