using Vitrina.Engine.Catalog;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Ranking.Retrieving;

/// <summary>The items whose text fits the query best; nothing without a query. For an exact query its exact matches, then analogs when these are wanted.</summary>
internal sealed class TextSource(int limit) : CandidateSource("text", limit)
{
    // A literal search looks whether its time is over after so many items.
    private const int ItemsPerCheck = 4096;

    private readonly struct Exact(WantedItems wanted, PagedView<Item?> items, ExactDemand demand) : IItemFilter
    {
        public bool Accepts(int itemOrdinal) => wanted.Accepts(itemOrdinal) && demand.Accepts(items[itemOrdinal]!);

        public bool IsQuick => false;
    }

    /// <summary>Keeps every item that it is asked about and accepts none: the search then asks about all that match.</summary>
    private readonly struct Collecting<TFilter>(TFilter filter, BitSet matches) : IItemFilter
        where TFilter : struct, IItemFilter
    {
        // What is asked first may still lack a word.
        public bool IsQuick => false;

        public bool Accepts(int itemOrdinal)
        {
            if (filter.Accepts(itemOrdinal))
            {
                matches.Set(itemOrdinal);
            }

            return false;
        }
    }

    public override ValueTask RetrieveAsync(RankingContext context, int index, CancellationToken cancellationToken)
    {
        if (context.Snapshot.Market.Text is not { } text)
        {
            return ValueTask.CompletedTask;
        }

        if (context.IsExact)
        {
            var demand = context.Reading!.Exact;
            var exact = new Exact(new WantedItems(context, []), context.Snapshot.Market.Items, demand);
            var count = Search(context, index, text, context.ExactQuery(), exact, Limit, firstRank: 0);
            Collect(context, text, context.ExactQuery(), exact);
            if (demand.Codes.Count == 0 && count < Limit)
            {
                // The ends of a quotation may stand within words, which no index of words can tell.
                count = AddLiterals(context, index, count, exact, cancellationToken);
            }

            if (context.TextQuery is { } all && context.SimilarLimit > 0)
            {
                Search(context, index, text, all, new WantedItems(context, []), Limit, count);
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
        while (context.Reading?.HardIntents() is { Length: > 0 } hard)
        {
            var wanted = new WantedItems(context, hard);
            var beside = context.QueryBesideIntents();
            var count = Search(context, index, text, beside ?? query, wanted, Limit, firstRank: 0);
            if (beside is null)
            {
                count = AddHaving(context, index, wanted, hard, count);
            }

            if (count > 0)
            {
                Collect(context, text, beside ?? query, wanted);
                return;
            }

            hard.MinBy(intent => intent.Values.Sum(value => value.ItemCount))!.IsRelaxed = true;
        }

        var all = new WantedItems(context, []);
        Search(context, index, text, query, all, Limit, firstRank: 0);
        Collect(context, text, query, all);
    }

    // A query that only names values is answered by what has them, whatever its title says: the most popular first, then the newest.
    private int AddHaving(RankingContext context, int index, WantedItems wanted, IntentReading[] intents, int count)
    {
        var popular = context.Snapshot.PopularOrder;
        for (var i = 0; i < popular.Length && count < Limit; i++)
        {
            count = Add(context, index, popular[i], wanted, count);
        }

        if (count == Limit && context.Matches is null)
        {
            return count;
        }

        if (context.Snapshot.Market.Columns is not { } columns)
        {
            for (var ordinal = context.Snapshot.Market.Items.Count - 1; ordinal >= 0 && count < Limit; ordinal--)
            {
                count = Add(context, index, ordinal, wanted, count);
            }

            return count;
        }

        var having = new BitSet(columns.Length);
        ItemSelection.Fill(columns, context.Predicate, intents, having);
        context.Matches?.Or(having);
        for (var ordinal = having.LastSet(having.Length - 1); ordinal >= 0 && count < Limit; ordinal = having.LastSet(ordinal - 1))
        {
            count = Add(context, index, ordinal, wanted, count);
        }

        return count;
    }

    private static int Add(RankingContext context, int index, int ordinal, WantedItems wanted, int count)
    {
        if (context.IndexOf(ordinal) >= 0 || !wanted.Accepts(ordinal))
        {
            return count;
        }

        context.Add(context.Snapshot.Market.Items[ordinal]!, index, count + 1, 0);
        return count + 1;
    }

    /// <summary>Gathers everything that a search would find without a limit, where that is asked for.</summary>
    private static void Collect<TFilter>(RankingContext context, TextSnapshot text, TextQuery query, TFilter filter)
        where TFilter : struct, IItemFilter
    {
        if (context.Matches is { } matches)
        {
            text.Search(query, new Collecting<TFilter>(filter, matches), 1, context.TextScratch, new int[1], new float[1]);
        }
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
                context.Matches?.Set(ordinal);
                context.Add(items[ordinal]!, index, ++count, 0);
            }
        }

        return count;
    }
}
