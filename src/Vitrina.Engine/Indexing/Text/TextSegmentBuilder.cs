using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>Makes segments: from the rows of new documents, or from older segments. Reused; for one thread at a time.</summary>
internal sealed class TextSegmentBuilder
{
    // Zero between calls, so that a small segment costs nothing for a large dictionary.
    private int[] _countsByTerm = [];

    /// <summary>Inverts the rows of the given items.</summary>
    /// <param name="items">The items, in the order that becomes the documents' numbers.</param>
    /// <param name="rows">Rows by item ordinal.</param>
    /// <param name="boosts">Weights of the fields.</param>
    /// <param name="termCount">Number of terms in the dictionary.</param>
    public TextSegment Build(int[] items, PagedView<byte[]?> rows, ReadOnlySpan<float> boosts, int termCount)
    {
        if (_countsByTerm.Length < termCount)
        {
            _countsByTerm = new int[Math.Max(termCount, _countsByTerm.Length * 2)];
        }

        var terms = CountTerms(items, rows, boosts.Length);
        var total = 0;
        foreach (var term in terms)
        {
            (_countsByTerm[term], total) = (total, checked(total + _countsByTerm[term]));
        }

        var documents = new int[total];
        var patterns = new int[total];
        var lengths = new float[items.Length];
        for (var document = 0; document < items.Length; document++)
        {
            var row = new DocumentRow(rows[items[document]]);
            lengths[document] = WeightedLength(ref row, boosts);
            while (row.Next())
            {
                var slot = _countsByTerm[row.TermId]++;
                documents[slot] = document;
                patterns[slot] = row.Pattern;
            }
        }

        return Encode(terms, documents, patterns, items, lengths);
    }

    /// <summary>The length of a row's document in words, weighted by the fields' boosts; the row stands before its first term afterwards.</summary>
    public static float WeightedLength(ref DocumentRow row, ReadOnlySpan<float> boosts)
    {
        var length = 0f;
        foreach (var boost in boosts)
        {
            length += boost * row.ReadLength();
        }

        return length;
    }

    /// <summary>Writes the live documents of several segments into one, the earlier segments' documents first.</summary>
    /// <param name="sources">The segments.</param>
    /// <param name="originCodes">Receives for each new document source × 2³² + old document number.</param>
    public static TextSegment Merge(ReadOnlySpan<TextSegmentView> sources, out long[] originCodes)
    {
        var newDocuments = new int[sources.Length][];
        var items = new List<int>();
        var lengths = new List<float>();
        var origins = new List<long>();
        var postingBytes = 0L;
        for (var source = 0; source < sources.Length; source++)
        {
            var view = sources[source];
            postingBytes += view.Segment.Postings.Length;
            newDocuments[source] = new int[view.Segment.DocumentCount];
            for (var document = 0; document < view.Segment.DocumentCount; document++)
            {
                newDocuments[source][document] = view.IsDead(document) ? -1 : items.Count;
                if (!view.IsDead(document))
                {
                    items.Add(view.Segment.ItemOrdinals[document]);
                    lengths.Add(view.Segment.WeightedLengths[document]);
                    origins.Add(((long)source << 32) | (uint)document);
                }
            }
        }

        originCodes = [.. origins];
        return MergePostings(sources, newDocuments, [.. items], [.. lengths], (int)Math.Min(postingBytes, int.MaxValue));
    }

    private static TextSegment MergePostings(ReadOnlySpan<TextSegmentView> sources, int[][] newDocuments, int[] items, float[] lengths, int capacity)
    {
        var terms = new List<int>();
        var offsets = new List<int> { 0 };
        var postings = new VarIntWriter(capacity);
        var cursors = new int[sources.Length];
        for (var term = SmallestTerm(sources, cursors); term < int.MaxValue; term = SmallestTerm(sources, cursors))
        {
            var previous = -1;
            for (var source = 0; source < sources.Length; source++)
            {
                var segment = sources[source].Segment;
                if (cursors[source] < segment.TermIds.Length && segment.TermIds[cursors[source]] == term)
                {
                    var bytes = segment.Postings.AsSpan(segment.Offsets[cursors[source]]..segment.Offsets[cursors[source] + 1]);
                    CopyPostings(bytes, newDocuments[source], postings, ref previous);
                    cursors[source]++;
                }
            }

            if (previous >= 0)
            {
                terms.Add(term);
                offsets.Add(postings.Length);
            }
        }

        return new TextSegment
        {
            TermIds = [.. terms],
            Offsets = [.. offsets],
            Postings = postings.ToArray(),
            ItemOrdinals = items,
            WeightedLengths = lengths,
        };
    }

    private static int SmallestTerm(ReadOnlySpan<TextSegmentView> sources, int[] cursors)
    {
        var smallest = int.MaxValue;
        for (var source = 0; source < sources.Length; source++)
        {
            var termIds = sources[source].Segment.TermIds;
            if (cursors[source] < termIds.Length)
            {
                smallest = Math.Min(smallest, termIds[cursors[source]]);
            }
        }

        return smallest;
    }

    private static void CopyPostings(ReadOnlySpan<byte> bytes, int[] newDocuments, VarIntWriter postings, ref int previous)
    {
        var document = -1;
        for (var at = 0; at < bytes.Length;)
        {
            var code = VarInt.Read(bytes, ref at);
            var pattern = (code & 1) == 0 ? 0 : (int)VarInt.Read(bytes, ref at);
            document += (int)(code >> 1);
            var target = newDocuments[document];
            if (target >= 0)
            {
                postings.WritePosting(target - previous, pattern);
                previous = target;
            }
        }
    }

    private List<int> CountTerms(int[] items, PagedView<byte[]?> rows, int fieldCount)
    {
        var terms = new List<int>();
        foreach (var item in items)
        {
            var row = new DocumentRow(rows[item]);
            row.SkipLengths(fieldCount);
            while (row.Next())
            {
                if (_countsByTerm[row.TermId]++ == 0)
                {
                    terms.Add(row.TermId);
                }
            }
        }

        terms.Sort();
        return terms;
    }

    /// <summary>Writes the postings and sets the counts back to zero; each term's count is now the end of its documents.</summary>
    private TextSegment Encode(List<int> terms, int[] documents, int[] patterns, int[] items, float[] lengths)
    {
        var offsets = new int[terms.Count + 1];
        var postings = new VarIntWriter(documents.Length * 2);
        var at = 0;
        for (var index = 0; index < terms.Count; index++)
        {
            var previous = -1;
            for (var end = _countsByTerm[terms[index]]; at < end; at++)
            {
                postings.WritePosting(documents[at] - previous, patterns[at]);
                previous = documents[at];
            }

            offsets[index + 1] = postings.Length;
            _countsByTerm[terms[index]] = 0;
        }

        return new TextSegment
        {
            TermIds = [.. terms],
            Offsets = offsets,
            Postings = postings.ToArray(),
            ItemOrdinals = items,
            WeightedLengths = lengths,
        };
    }
}
