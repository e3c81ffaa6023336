using System.Runtime.InteropServices;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Ranking;

/// <summary>Counts the values of asked attributes over everything that answers the request: the candidates that stand, and what matches beside them.</summary>
internal static class FacetCounts
{
    private const int MaxValues = 50;

    /// <summary>One facet per asked attribute; values by count, then by name.</summary>
    /// <exception cref="RankRequestException">An asked attribute is not a facet.</exception>
    public static IReadOnlyList<Facet> Of(RankingContext context) =>
        context.Request.Facets.Count == 0 ? [] : [.. context.Request.Facets.Select(name => Count(context, name))];

    private static Facet Count(RankingContext context, string name)
    {
        var schema = context.Vertical.Schema;
        if (schema.FindOrNull(name) is not { Declaration.Facet: true } slot || slot.Storage is not (AttributeStorage.Keywords or AttributeStorage.KeywordLists))
        {
            var facets = schema.Slots.Where(s => s.Declaration.Facet && s.Storage is AttributeStorage.Keywords or AttributeStorage.KeywordLists).Select(s => s.Name).ToList();
            var nearest = NearestName.Find(name, facets);
            throw new RankRequestException(
                "facets", $"'{name}' is not a keyword facet of '{context.Vertical.Name}'{(nearest is null ? $"; there are {string.Join(", ", facets)}" : $"; did you mean '{nearest}'?")}", "unknown_facet");
        }

        var isList = slot.Storage == AttributeStorage.KeywordLists;
        var words = (isList ? context.Snapshot.Market.ListKeywords : context.Snapshot.Market.Keywords)[slot.Slot];
        var counts = new Dictionary<int, int>();
        for (var index = 0; index < context.Count; index++)
        {
            var item = context.Scope.Items[index];
            if (context.Marks[index] is null || (context.Marks[index] == PageCursor.EarlierMark && context.Matches is not null))
            {
                foreach (var word in isList ? item.KeywordLists[slot.Slot] : [item.Keywords[slot.Slot]])
                {
                    Count(counts, word);
                }
            }
        }

        CountOthers(context, slot, counts);
        var values = counts.Select(pair => new FacetValue(words[pair.Key], pair.Value))
            .OrderByDescending(value => value.Count).ThenBy(value => value.Value, StringComparer.Ordinal).Take(MaxValues);
        return new Facet(name, [.. values]);
    }

    // What matches and was not retrieved, as the snapshot has it.
    private static void CountOthers(RankingContext context, AttributeSlot slot, Dictionary<int, int> counts)
    {
        if (context.Matches is not { } matches)
        {
            return;
        }

        var columns = context.Snapshot.Market.Columns!;
        for (var ordinal = matches.NextSet(0); ordinal >= 0; ordinal = matches.NextSet(ordinal + 1))
        {
            if (context.IndexOf(ordinal) >= 0 || !MatchingItems.CanBeHad(context, ordinal))
            {
                continue;
            }

            if (slot.Storage == AttributeStorage.Keywords)
            {
                Count(counts, columns.Keyword(slot.Slot, ordinal));
                continue;
            }

            foreach (var word in columns.List(slot.Slot, ordinal))
            {
                Count(counts, word);
            }
        }
    }

    private static void Count(Dictionary<int, int> counts, int word)
    {
        if (word >= 0)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out _)++;
        }
    }
}
