using System.Numerics.Tensors;
using Vitrina.Engine.Language;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>An immutable state of the index: finds the items whose texts fit a query best, and scores given items. Safe for concurrent use.</summary>
/// <remarks>
/// BM25 over fields after Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), sections 3.4 and 3.6: a term adds
/// idf × tf / (tf + k1 × (1 − b + b × length / average length)), where tf and length are sums over the fields weighted by their boosts.
/// idf is ln(1 + (N − df + 0.5) / (df + 0.5)), as in Lucene, which unlike the paper's is never negative. All counts are over the live items of the snapshot.
/// </remarks>
internal sealed class TextSnapshot
{
    /// <summary>In <see cref="Score"/>: all fields together, by their boosts.</summary>
    public const int AllFields = -1;

    /// <summary>Items that have a text.</summary>
    public required int DocumentCount { get; init; }

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

    /// <summary>Finds the best items for a query; of equal scores the smaller ordinal comes first.</summary>
    /// <param name="query">The words; an item needs at least one of them, or the demanded share.</param>
    /// <param name="filter">Says which items may be answered.</param>
    /// <param name="limit">How many at most; the spans must hold so many.</param>
    /// <param name="scratch">Memory to work in.</param>
    /// <param name="ordinals">Receives the items, best first.</param>
    /// <param name="scores">Receives their scores, above 0.</param>
    /// <returns>How many were found.</returns>
    /// <remarks>Cost: postings of the query's terms. Allocates nothing once the scratch has grown.</remarks>
    public int Search<TFilter>(TextQuery query, TFilter filter, int limit, TextSearchScratch scratch, Span<int> ordinals, Span<float> scores)
        where TFilter : struct, IItemFilter
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        Resolve(query, scratch);
        var needed = Math.Max(1, (int)Math.Ceiling((query.MinimumShouldMatch * scratch.WordCount) - 1e-9));
        scratch.Best.Reset(limit);
        if (limit == 0 || needed > scratch.WordCount)
        {
            return 0;
        }

        foreach (var view in Segments)
        {
            scratch.Reserve(view.Segment.DocumentCount, needed > 1);
            foreach (var term in scratch.Terms.AsSpan(0, scratch.TermCount))
            {
                if (needed > 1)
                {
                    AccumulateAndCount(view.Segment, term, scratch);
                }
                else
                {
                    Accumulate(view.Segment, term, scratch);
                }
            }

            foreach (var termId in scratch.UnwantedTermIds.AsSpan(0, scratch.UnwantedCount))
            {
                Exclude(view.Segment.PostingsOf(termId), scratch);
            }

            Collect(view, filter, needed, scratch);
        }

        return scratch.Best.DrainDescending(ordinals, scores);
    }

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

    /// <summary>The share of the query's terms, weighted by their rarity, that stand in the text of given items: 0 to 1.</summary>
    /// <param name="query">The words.</param>
    /// <param name="itemOrdinals">The items.</param>
    /// <param name="scratch">Memory to work in.</param>
    /// <param name="shares">Receives the shares, shape [itemOrdinals]; 0 for an item without a text.</param>
    /// <param name="field">One field, or <see cref="AllFields"/>.</param>
    /// <remarks>A term that no item holds counts as the rarest. Cost: terms of the items. Allocates nothing.</remarks>
    public void Coverage(TextQuery query, ReadOnlySpan<int> itemOrdinals, TextSearchScratch scratch, Span<float> shares, int field = AllFields)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(field, Boosts.Length);
        Resolve(query, scratch);
        var rarest = MathF.Log(1 + ((DocumentCount + 0.5f) / 0.5f));
        var all = 0f;
        for (var i = 0; i < scratch.TermCount; i++)
        {
            all += scratch.Terms[i].DocumentFrequency == 0 ? rarest : scratch.Terms[i].InverseDocumentFrequency;
        }

        for (var index = 0; index < itemOrdinals.Length; index++)
        {
            var item = itemOrdinals[index];
            var covered = 0f;
            if (all > 0 && (uint)item < (uint)Rows.Count && Rows[item] is { } row && ScoreRow(row, field, scratch) > 0)
            {
                for (var i = 0; i < scratch.TermCount; i++)
                {
                    covered += scratch.Contributions[i] > 0 ? scratch.Terms[i].InverseDocumentFrequency : 0;
                }
            }

            shares[index] = all > 0 ? covered / all : 0;
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
                query.Wanted.Term(term.Token).ToString(),
                term.DocumentFrequency,
                term.InverseDocumentFrequency,
                term.QueryCount,
                CountOf(bytes, term.TermId),
                scratch.Contributions[i]));
        }

        return new TextExplanation(score, length, AverageLength(AllFields), terms);
    }

    private void Accumulate(TextSegment segment, in QueryTerm term, TextSearchScratch scratch)
    {
        var bytes = segment.PostingsOf(term.TermId);
        var scores = scratch.Scores;
        var touched = scratch.TouchedBlocks;
        var lengths = segment.WeightedLengths;
        var patterns = Patterns;
        var usualCount = patterns[0].WeightedCount;
        var weight = term.Weight;
        var (norm, slope) = LengthNorm(AllFields);
        var document = -1;
        for (var at = 0; at < bytes.Length;)
        {
            var code = VarInt.Read(bytes, ref at);
            var count = (code & 1) == 0 ? usualCount : patterns[VarInt.Read(bytes, ref at)].WeightedCount;
            document += (int)(code >> 1);
            scores[document] += Contribution(weight, count, norm + (slope * lengths[document]));
            touched[document >> TextSearchScratch.BlockLog2] = 1;
        }
    }

    /// <summary>As <see cref="Accumulate"/>, and counts the term's word in each document unless another term of the same word did.</summary>
    private void AccumulateAndCount(TextSegment segment, in QueryTerm term, TextSearchScratch scratch)
    {
        var bytes = segment.PostingsOf(term.TermId);
        var lengths = segment.WeightedLengths;
        var weight = term.Weight;
        var word = (byte)term.Word;
        var (norm, slope) = LengthNorm(AllFields);
        var document = -1;
        for (var at = 0; at < bytes.Length;)
        {
            var code = VarInt.Read(bytes, ref at);
            var pattern = (code & 1) == 0 ? 0 : VarInt.Read(bytes, ref at);
            document += (int)(code >> 1);
            scratch.Scores[document] += Contribution(weight, Patterns[pattern].WeightedCount, norm + (slope * lengths[document]));
            scratch.TouchedBlocks[document >> TextSearchScratch.BlockLog2] = 1;
            scratch.FoundWords[document] += scratch.LastWords[document] == word ? (byte)0 : (byte)1;
            scratch.LastWords[document] = word;
        }
    }

    private static void Exclude(ReadOnlySpan<byte> bytes, TextSearchScratch scratch)
    {
        var document = -1;
        for (var at = 0; at < bytes.Length;)
        {
            var code = VarInt.Read(bytes, ref at);
            if ((code & 1) != 0)
            {
                VarInt.Read(bytes, ref at);
            }

            document += (int)(code >> 1);
            scratch.Scores[document] = float.NegativeInfinity;
            scratch.TouchedBlocks[document >> TextSearchScratch.BlockLog2] = 1;
        }
    }

    /// <summary>Offers the segment's scored documents and clears the memory behind them.</summary>
    private static void Collect<TFilter>(in TextSegmentView view, TFilter filter, int neededWords, TextSearchScratch scratch)
        where TFilter : struct, IItemFilter
    {
        var best = scratch.Best;
        var items = view.Segment.ItemOrdinals;
        var blockCount = (items.Length + (1 << TextSearchScratch.BlockLog2) - 1) >> TextSearchScratch.BlockLog2;
        for (var block = 0; block < blockCount; block++)
        {
            if (scratch.TouchedBlocks[block] == 0)
            {
                continue;
            }

            scratch.TouchedBlocks[block] = 0;
            var start = block << TextSearchScratch.BlockLog2;
            var length = Math.Min(1 << TextSearchScratch.BlockLog2, items.Length - start);
            var scores = scratch.Scores.AsSpan(start, length);
            if (TensorPrimitives.Max(scores) >= Math.Max(best.Threshold, float.Epsilon))
            {
                for (var i = 0; i < scores.Length; i++)
                {
                    var score = scores[i];
                    if (score > 0 && score >= best.Threshold && !view.IsDead(start + i) && filter.Accepts(items[start + i])
                        && (neededWords == 1 || scratch.FoundWords[start + i] >= neededWords))
                    {
                        best.Offer(items[start + i], score);
                    }
                }
            }

            scores.Clear();
            if (neededWords > 1)
            {
                scratch.FoundWords.AsSpan(start, length).Clear();
                scratch.LastWords.AsSpan(start, length).Clear();
            }
        }
    }

    private float ScoreRow(byte[] bytes, int field, TextSearchScratch scratch)
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

        // Summed in the query's order, as a search does, so that the bits agree.
        var score = 0f;
        foreach (var contribution in contributions)
        {
            score += contribution;
        }

        return score;
    }

    private static float Contribution(float weight, float count, float lengthNorm) => weight * count / (count + lengthNorm);

    /// <summary>k1 × (1 − b + b × length / average) as norm + slope × length.</summary>
    private (float Norm, float Slope) LengthNorm(int field)
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

    /// <summary>Looks the query's terms up: distinct, grouped by word, with their weights.</summary>
    private void Resolve(TextQuery query, TextSearchScratch scratch)
    {
        scratch.TermCount = 0;
        var tokens = query.Wanted;
        for (var token = 0; token < tokens.Count && scratch.TermCount < TextQuery.MaxTerms; token++)
        {
            AddTerm(tokens, token, scratch);
        }

        scratch.WordCount = 0;
        var lastPosition = -1;
        for (var i = 0; i < scratch.TermCount; i++)
        {
            ref var term = ref scratch.Terms[i];
            scratch.WordCount += term.Word != lastPosition ? 1 : 0;
            lastPosition = term.Word;
            term.Word = scratch.WordCount;
            scratch.TermOrder[i] = i;
        }

        SortByTermId(scratch);
        scratch.UnwantedCount = 0;
        for (var token = 0; token < query.Unwanted.Count && scratch.UnwantedCount < TextQuery.MaxTerms; token++)
        {
            if (query.Unwanted[token].IsBase)
            {
                scratch.UnwantedTermIds[scratch.UnwantedCount++] = Dictionary.Find(query.Unwanted.Term(token));
            }
        }
    }

    private void AddTerm(TokenBuffer tokens, int token, TextSearchScratch scratch)
    {
        var termId = Dictionary.Find(tokens.Term(token));
        var frequency = (uint)termId < (uint)DocumentFrequencies.Count ? DocumentFrequencies[termId] : 0;
        var terms = scratch.Terms;
        for (var i = 0; i < scratch.TermCount; i++)
        {
            if (terms[i].TermId == termId && (termId >= 0 || tokens.Term(terms[i].Token).SequenceEqual(tokens.Term(token))))
            {
                terms[i].QueryCount++;
                return;
            }
        }

        // Tokens come by position except for joined ones, so that this rarely moves anything.
        var position = tokens[token].Position;
        var index = scratch.TermCount++;
        for (; index > 0 && terms[index - 1].Word > position; index--)
        {
            terms[index] = terms[index - 1];
        }

        var rarity = frequency == 0 ? 0 : (float)Math.Log(1 + ((DocumentCount - frequency + 0.5) / (frequency + 0.5)));
        terms[index] = new QueryTerm(termId, token, position, 1, frequency, rarity);
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
