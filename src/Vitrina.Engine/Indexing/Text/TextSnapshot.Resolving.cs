namespace Vitrina.Engine.Indexing.Text;

/// <summary>How a query's terms are looked up.</summary>
internal sealed partial class TextSnapshot
{
    // Terms that came behind the freeze are in the shared dictionary, but not in this snapshot.
    private int FrequencyOf(int termId) => (uint)termId < (uint)DocumentFrequencies.Count ? DocumentFrequencies[termId] : 0;

    /// <summary>Looks the query's terms up: distinct, grouped by word, with their weights.</summary>
    private void Resolve(TextQuery query, TextSearchScratch scratch)
    {
        scratch.TermCount = 0;
        for (var source = 0; source < query.Terms.Count; source++)
        {
            AddTerm(query, source, scratch);
        }

        scratch.AllWords = query.RequiredWords;
        for (var i = 0; i < scratch.TermCount; i++)
        {
            scratch.AllWords |= scratch.Terms[i].Words;
            scratch.TermOrder[i] = i;
        }

        SortByTermId(scratch);
        scratch.UnwantedCount = 0;
        for (var i = 0; i < query.Unwanted.Count; i++)
        {
            if (Dictionary.Find(query.TextOf(query.Unwanted[i])) is >= 0 and var termId)
            {
                scratch.UnwantedTermIds[scratch.UnwantedCount++] = termId;
            }
        }
    }

    private void AddTerm(TextQuery query, int source, TextSearchScratch scratch)
    {
        var added = query.Terms[source];
        var text = query.TextOf(added);
        var termId = Dictionary.Find(text);
        var terms = scratch.Terms;
        for (var i = 0; i < scratch.TermCount; i++)
        {
            ref var term = ref terms[i];
            if (term.TermId == termId && (termId >= 0 || query.TextOf(query.Terms[term.Source]).SequenceEqual(text)))
            {
                Repeat(ref term, added, (query.RequiredWords >> added.Word & 1) != 0);
                return;
            }
        }

        // Terms come by word except for joined ones and alternatives, so that this rarely moves much.
        var index = scratch.TermCount++;
        for (; index > 0 && terms[index - 1].Word > added.Word; index--)
        {
            terms[index] = terms[index - 1];
        }

        var frequency = FrequencyOf(termId);
        var rarity = frequency == 0 ? 0 : (float)Math.Log(1 + ((DocumentCount - frequency + 0.5) / (frequency + 0.5)));
        terms[index] = new QueryTerm(termId, source, added.Word, 1ul << added.Word, 1, added.Weight, frequency, rarity);
    }

    /// <summary>A word that is said twice weighs twice but is one word; a required word, or one with an alternative that is another word, stays a word of its own.</summary>
    private static void Repeat(ref QueryTerm term, in TextQueryTerm added, bool isRequired)
    {
        if (isRequired || added.Weight < 1 || term.QueryWeight < 1)
        {
            term.Words |= 1ul << added.Word;
        }

        term.QueryCount += added.Weight == 1 && term.QueryWeight == 1 ? 1 : 0;
        term.QueryWeight = Math.Max(term.QueryWeight, added.Weight);
    }

    private static void SortByTermId(TextSearchScratch scratch)
    {
        var order = scratch.TermOrder;
        for (var i = 1; i < scratch.TermCount; i++)
        {
            var moved = order[i];
            var index = i;
            for (; index > 0 && scratch.Terms[order[index - 1]].TermId > scratch.Terms[moved].TermId; index--)
            {
                order[index] = order[index - 1];
            }

            order[index] = moved;
        }
    }
}
