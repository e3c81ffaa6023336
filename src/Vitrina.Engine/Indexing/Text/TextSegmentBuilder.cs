using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>The rows of a moment, and what is needed to weigh them.</summary>
/// <param name="Rows">Rows by item ordinal.</param>
/// <param name="Boosts">Weights of the fields.</param>
/// <param name="Patterns">The frequency patterns that rows refer to.</param>
/// <param name="TermCount">Number of terms in the dictionary.</param>
internal sealed record TextRows(PagedView<byte[]?> Rows, float[] Boosts, FrequencyPatterns.Pattern[] Patterns, int TermCount);

/// <summary>Makes segments from the rows of items. Reused; for one thread at a time.</summary>
internal sealed class TextSegmentBuilder
{
    // A list of fewer postings than this, or than a few a window, is not worth its windows.
    private const int LeastWindowedCount = 512;
    private const int LeastCountPerWindow = 4;

    // Zero between calls, so that a small segment costs nothing for a large dictionary.
    private int[] _byTerm = [];
    private bool[] _isPatternUsed = [];
    private byte[] _codeOfPattern = [];

    // Of the build at hand, by list.
    private readonly List<int> _terms = [];
    private PostingList[] _lists = [];
    private int[] _ends = [];

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

    /// <summary>Inverts the rows of the given items.</summary>
    /// <param name="items">Distinct items; documents are numbered by length, and by ordinal among equals.</param>
    /// <param name="source">The items' rows.</param>
    public TextSegment Build(ReadOnlySpan<int> items, TextRows source)
    {
        var lengths = new float[items.Length];
        var documents = Order(items, source, lengths);
        CountTerms(documents, source);
        var counts = NumberCounts(source.Patterns, out var isExact);
        var segment = Allocate(documents, lengths, counts, isExact);
        Fill(segment, source);
        foreach (var term in _terms)
        {
            _byTerm[term] = 0;
        }

        return segment;
    }

    /// <summary>The items by length, then by ordinal; writes the lengths in this order.</summary>
    private static int[] Order(ReadOnlySpan<int> items, TextRows source, float[] lengths)
    {
        var keys = new ulong[items.Length];
        for (var i = 0; i < items.Length; i++)
        {
            var row = new DocumentRow(source.Rows[items[i]]);

            // The bits of a float that is not negative have its order.
            keys[i] = ((ulong)BitConverter.SingleToUInt32Bits(WeightedLength(ref row, source.Boosts)) << 32) | (uint)items[i];
        }

        Array.Sort(keys);
        var documents = new int[items.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            documents[i] = (int)(uint)keys[i];
            lengths[i] = BitConverter.UInt32BitsToSingle((uint)(keys[i] >> 32));
        }

        return documents;
    }

    /// <summary>Lists the terms, ascending, with their numbers of documents in <see cref="_byTerm"/>, and the patterns that occur.</summary>
    private void CountTerms(int[] documents, TextRows source)
    {
        if (_byTerm.Length < source.TermCount)
        {
            _byTerm = new int[Math.Max(source.TermCount, _byTerm.Length * 2)];
        }

        if (_isPatternUsed.Length < source.Patterns.Length)
        {
            _isPatternUsed = new bool[source.Patterns.Length];
            _codeOfPattern = new byte[source.Patterns.Length];
        }

        _terms.Clear();
        Array.Clear(_isPatternUsed);
        foreach (var item in documents)
        {
            var row = new DocumentRow(source.Rows[item]);
            row.SkipLengths(source.Boosts.Length);
            while (row.Next())
            {
                _isPatternUsed[row.Pattern] = true;
                if (_byTerm[row.TermId]++ == 0)
                {
                    _terms.Add(row.TermId);
                }
            }
        }

        _terms.Sort();
    }

    /// <summary>Gives each pattern that occurs the code of its weighted count; where there are too many counts, neighbours share a code.</summary>
    private float[] NumberCounts(FrequencyPatterns.Pattern[] patterns, out bool isExact)
    {
        var distinct = new SortedSet<float>();
        for (var pattern = 0; pattern < patterns.Length; pattern++)
        {
            if (_isPatternUsed[pattern])
            {
                distinct.Add(patterns[pattern].WeightedCount);
            }
        }

        float[] all = [.. distinct];
        isExact = all.Length <= TextSegment.MaxCodes;
        var counts = new float[Math.Min(all.Length, TextSegment.MaxCodes)];
        for (var code = 0; code < counts.Length; code++)
        {
            // The largest of the counts that share the code, so that bounds hold.
            counts[code] = all[(int)(((code + 1L) * all.Length / counts.Length) - 1)];
        }

        for (var pattern = 0; pattern < patterns.Length; pattern++)
        {
            if (_isPatternUsed[pattern])
            {
                var at = counts.AsSpan().BinarySearch(patterns[pattern].WeightedCount);
                _codeOfPattern[pattern] = (byte)(at < 0 ? ~at : at);
            }
        }

        return counts;
    }

    /// <summary>Lays the lists out; leaves each list's number plus one in <see cref="_byTerm"/>.</summary>
    private TextSegment Allocate(int[] documents, float[] lengths, float[] counts, bool isExact)
    {
        var windows = TextSegment.WindowsOf(documents.Length);
        var least = Math.Max(LeastWindowedCount, LeastCountPerWindow * windows);
        var (plain, windowed, directory) = (0, 0, 0);
        _lists = new PostingList[_terms.Count];
        _ends = new int[_terms.Count];
        for (var list = 0; list < _lists.Length; list++)
        {
            var count = _byTerm[_terms[list]];
            if (count < least)
            {
                _lists[list] = new PostingList(plain, count, -1, 0);
                plain = checked(plain + count);
            }
            else
            {
                _lists[list] = new PostingList(windowed, count, directory, 0);
                windowed = checked(windowed + count);
                directory += windows + 1;
            }

            _ends[list] = _lists[list].Start;
            _byTerm[_terms[list]] = list + 1;
        }

        return new TextSegment([.. _terms])
        {
            Lists = _lists,
            Documents = new int[plain],
            DocumentCodes = new byte[plain],
            Places = new ushort[windowed],
            PlaceCodes = new byte[windowed],
            WindowStarts = new int[directory],
            WindowCodes = new byte[directory],
            Counts = counts,
            HasExactCounts = isExact,
            ItemOrdinals = documents,
            WeightedLengths = lengths,
        };
    }

    private void Fill(TextSegment segment, TextRows source)
    {
        for (var document = 0; document < segment.DocumentCount; document++)
        {
            var window = document >> TextSegment.WindowLog2;
            if ((document & ((1 << TextSegment.WindowLog2) - 1)) == 0)
            {
                NoteWindow(segment, window);
            }

            var row = new DocumentRow(source.Rows[segment.ItemOrdinals[document]]);
            row.SkipLengths(source.Boosts.Length);
            while (row.Next())
            {
                Append(segment, _byTerm[row.TermId] - 1, document, _codeOfPattern[row.Pattern]);
            }
        }

        NoteWindow(segment, segment.WindowCount);
    }

    private void Append(TextSegment segment, int number, int document, byte code)
    {
        ref var list = ref _lists[number];
        var at = _ends[number]++;
        if (code > list.LargestCode)
        {
            list = list with { LargestCode = code };
        }

        if (list.Directory < 0)
        {
            segment.Documents[at] = document;
            segment.DocumentCodes[at] = code;
            return;
        }

        segment.Places[at] = (ushort)(document & ((1 << TextSegment.WindowLog2) - 1));
        segment.PlaceCodes[at] = code;
        ref var largest = ref segment.WindowCodes[list.Directory + (document >> TextSegment.WindowLog2)];
        largest = Math.Max(largest, code);
    }

    private void NoteWindow(TextSegment segment, int window)
    {
        for (var list = 0; list < _lists.Length; list++)
        {
            if (_lists[list].HasWindows)
            {
                segment.WindowStarts[_lists[list].Directory + window] = _ends[list];
            }
        }
    }
}
