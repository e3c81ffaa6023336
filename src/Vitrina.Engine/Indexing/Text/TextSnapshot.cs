using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>An immutable state of the index: finds the items whose texts fit a query best, and scores given items. Safe for concurrent use.</summary>
/// <remarks>
/// BM25 over fields after Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), sections 3.4 and 3.6: a term adds
/// idf × tf / (tf + k1 × (1 − b + b × length / average length)), where tf and length are sums over the fields weighted by their boosts.
/// idf is ln(1 + (N − df + 0.5) / (df + 0.5)), as in Lucene, which unlike the paper's is never negative. All counts are over the live items of the snapshot.
/// </remarks>
internal sealed partial class TextSnapshot
{
    /// <summary>In <see cref="Score"/>: all fields together, by their boosts.</summary>
    public const int AllFields = -1;

    /// <summary>Items that have a text.</summary>
    public required int DocumentCount { get; init; }

    /// <summary>Memory of the postings, for each of them; NaN when there is none.</summary>
    public double BytesPerPosting
    {
        get
        {
            var (bytes, postings) = (0L, 0L);
            foreach (var view in Segments)
            {
                bytes += view.Segment.Bytes;
                postings += view.Segment.PostingCount;
            }

            return postings == 0 ? double.NaN : (double)bytes / postings;
        }
    }

    internal required SymbolTable Dictionary { get; init; }

    internal required FrequencyPatterns.Pattern[] Patterns { get; init; }

    internal required PagedView<byte[]?> Rows { get; init; }

    internal required PagedView<int> DocumentFrequencies { get; init; }

    internal required TextSegmentView[] Segments { get; init; }

    /// <summary>Words of all items in each field.</summary>
    internal required long[] TotalLengths { get; init; }

    internal required float[] Boosts { get; init; }

    internal required float K1 { get; init; }

    internal required float B { get; init; }

    /// <summary>Scores given items, bit-equal to what <see cref="Search"/> says about them; 0 for an item without the words or without a text.</summary>
    /// <param name="query">The words; demands and unwanted words do not matter here.</param>
    /// <param name="itemOrdinals">The items.</param>
    /// <param name="scratch">Memory to work in.</param>
    /// <param name="scores">Receives the scores, shape [itemOrdinals].</param>
    /// <param name="field">One field, scored as if it stood alone (document frequencies stay those of the whole item), or <see cref="AllFields"/>.</param>
    /// <remarks>Cost: terms of the items. Allocates nothing.</remarks>
    public void Score(TextQuery query, ReadOnlySpan<int> itemOrdinals, TextSearchScratch scratch, Span<float> scores, int field = AllFields)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(field, Boosts.Length);
        Resolve(query, scratch);
        for (var index = 0; index < itemOrdinals.Length; index++)
        {
            var item = itemOrdinals[index];
            var row = (uint)item < (uint)Rows.Count ? Rows[item] : null;
            scores[index] = row is null ? 0 : ScoreRow(row, field, scratch);
        }
    }

    /// <summary>The share of the query's words, weighted by their rarity, that stand in the text of given items: 0 to 1.</summary>
    /// <param name="query">The words.</param>
    /// <param name="itemOrdinals">The items.</param>
    /// <param name="scratch">Memory to work in.</param>
    /// <param name="shares">Receives the shares, shape [itemOrdinals]; 0 for an item without a text.</param>
    /// <param name="field">One field, or <see cref="AllFields"/>.</param>
    /// <remarks>
    /// A word is worth the rarity of its own terms, and each counts that the item holds; through an alternative it counts as much as the alternative weighs, if
    /// that is more. A term that no item holds counts as the rarest. Cost: terms of the items. Allocates nothing.
    /// </remarks>
    public void Coverage(TextQuery query, ReadOnlySpan<int> itemOrdinals, TextSearchScratch scratch, Span<float> shares, int field = AllFields)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(field, Boosts.Length);
        Resolve(query, scratch);
        scratch.Contributions.AsSpan(0, scratch.TermCount).Fill(1);
        var all = CoveredRarity(scratch, isEverythingHeld: true);
        for (var index = 0; index < itemOrdinals.Length; index++)
        {
            var item = itemOrdinals[index];
            var isScored = all > 0 && (uint)item < (uint)Rows.Count && Rows[item] is { } row && ScoreRow(row, field, scratch) > 0;
            shares[index] = isScored ? CoveredRarity(scratch, isEverythingHeld: false) / all : 0;
        }
    }

    /// <summary>How rare a term is: its inverse document frequency; one that no item holds is as rare as can be.</summary>
    public float RarityOf(ReadOnlySpan<char> term)
    {
        var termId = Dictionary.Find(term);
        var frequency = (uint)termId < (uint)DocumentFrequencies.Count ? DocumentFrequencies[termId] : 0;
        return (float)Math.Log(1 + ((DocumentCount - frequency + 0.5) / (frequency + 0.5)));
    }

    /// <summary>Says how an item's score comes about; null when the item has no text.</summary>
    public TextExplanation? Explain(TextQuery query, int itemOrdinal, TextSearchScratch scratch)
    {
        Resolve(query, scratch);
        if ((uint)itemOrdinal >= (uint)Rows.Count || Rows[itemOrdinal] is not { } bytes)
        {
            return null;
        }

        var score = ScoreRow(bytes, AllFields, scratch);
        var length = LengthOf(bytes);
        var terms = new List<TextTermExplanation>();
        for (var i = 0; i < scratch.TermCount; i++)
        {
            var term = scratch.Terms[i];
            terms.Add(new TextTermExplanation(
                query.TextOf(query.Terms[term.Source]).ToString(),
                term.DocumentFrequency,
                term.InverseDocumentFrequency,
                term.QueryCount,
                term.QueryWeight,
                CountOf(bytes, term.TermId),
                scratch.Contributions[i]));
        }

        return new TextExplanation(score, length, AverageLength(AllFields), terms);
    }

    internal float ScoreRow(byte[] bytes, int field, TextSearchScratch scratch)
    {
        var row = new DocumentRow(bytes);
        var length = 0f;
        for (var i = 0; i < Boosts.Length; i++)
        {
            var words = row.ReadLength();
            length += field == AllFields ? Boosts[i] * words : field == i ? words : 0;
        }

        var (norm, slope) = LengthNorm(field);
        var contributions = scratch.Contributions.AsSpan(0, scratch.TermCount);
        contributions.Clear();
        var next = 0;
        while (next < contributions.Length && row.Next())
        {
            while (next < contributions.Length && scratch.Terms[scratch.TermOrder[next]].TermId < row.TermId)
            {
                next++;
            }

            if (next < contributions.Length && scratch.Terms[scratch.TermOrder[next]].TermId == row.TermId)
            {
                var term = scratch.TermOrder[next++];
                var count = field == AllFields ? Patterns[row.Pattern].WeightedCount : Patterns[row.Pattern].Counts[field];
                contributions[term] = count == 0 ? 0 : Contribution(scratch.Terms[term].Weight, count, norm + (slope * length));
            }
        }

        return Sum(contributions);
    }

    /// <summary>Sums in the query's order, for scores of a search and of given items to agree in their bits.</summary>
    internal static float Sum(ReadOnlySpan<float> contributions)
    {
        var score = 0f;
        foreach (var contribution in contributions)
        {
            score += contribution;
        }

        return score;
    }

    /// <summary>The rarity of the words that occur by <see cref="TextSearchScratch.Contributions"/>, or of all of them.</summary>
    private float CoveredRarity(TextSearchScratch scratch, bool isEverythingHeld)
    {
        var rarest = MathF.Log(1 + ((DocumentCount + 0.5f) / 0.5f));
        var sum = 0f;
        for (var i = 0; i < scratch.TermCount;)
        {
            var (word, worth, held, alternative) = (scratch.Terms[i].Word, 0f, 0f, 0f);
            for (; i < scratch.TermCount && scratch.Terms[i].Word == word; i++)
            {
                ref readonly var term = ref scratch.Terms[i];
                var isHeld = scratch.Contributions[i] > 0;
                if (term.QueryWeight < 1)
                {
                    alternative = Math.Max(alternative, isHeld ? term.QueryWeight : 0);
                    continue;
                }

                var rarity = term.DocumentFrequency == 0 ? rarest : term.InverseDocumentFrequency;
                worth += rarity;
                held += isHeld ? rarity : 0;
            }

            // A word that has alternatives only is as rare as a word can be.
            worth = worth > 0 ? worth : rarest;
            sum += isEverythingHeld ? worth : Math.Max(held, alternative * worth);
        }

        return sum;
    }

    internal static float Contribution(float weight, float count, float lengthNorm) => weight * count / (count + lengthNorm);

    /// <summary>k1 × (1 − b + b × length / average) as norm + slope × length.</summary>
    internal (float Norm, float Slope) LengthNorm(int field)
    {
        var average = AverageLength(field);
        return (K1 * (1 - B), average > 0 ? K1 * B / average : 0);
    }

    private float AverageLength(int field)
    {
        var total = 0d;
        for (var i = 0; i < Boosts.Length; i++)
        {
            total += field == AllFields ? (double)Boosts[i] * TotalLengths[i] : field == i ? TotalLengths[i] : 0;
        }

        return DocumentCount == 0 ? 0 : (float)(total / DocumentCount);
    }

    private float LengthOf(byte[] bytes)
    {
        var row = new DocumentRow(bytes);
        return TextSegmentBuilder.WeightedLength(ref row, Boosts);
    }

    private float CountOf(byte[] bytes, int termId)
    {
        var row = new DocumentRow(bytes);
        row.SkipLengths(Boosts.Length);
        while (row.Next())
        {
            if (row.TermId == termId)
            {
                return Patterns[row.Pattern].WeightedCount;
            }
        }

        return 0;
    }
}
