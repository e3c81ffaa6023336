using Vitrina.Kernels.Selection;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>The memory of one search, reused so that searching allocates nothing. For one thread at a time.</summary>
internal sealed class TextSearchScratch
{
    /// <summary>The query's distinct terms, grouped by word.</summary>
    public QueryTerm[] Terms { get; } = new QueryTerm[TextQuery.MaxTerms];

    public int TermCount { get; set; }

    /// <summary>A bit for each distinct word of the query, known or not.</summary>
    public ulong AllWords { get; set; }

    /// <summary>Terms that an answer must not hold.</summary>
    public int[] UnwantedTermIds { get; } = new int[TextQuery.MaxTerms];

    public int UnwantedCount { get; set; }

    /// <summary>Indexes into <see cref="Terms"/> by ascending term number.</summary>
    public int[] TermOrder { get; } = new int[TextQuery.MaxTerms];

    /// <summary>What each term adds to the document at hand.</summary>
    public float[] Contributions { get; } = new float[TextQuery.MaxTerms];

    /// <summary>The terms that occur in the segment at hand, those first that can add most.</summary>
    public SegmentTerm[] SegmentTerms { get; } = new SegmentTerm[TextQuery.MaxTerms];

    /// <summary>Whether each of them is added up in the window at hand, rather than probed.</summary>
    public bool[] IsAdded { get; } = new bool[TextQuery.MaxTerms];

    /// <summary>Postings of the segment at hand that make each word occur.</summary>
    public long[] WordCounts { get; } = new long[TextQuery.MaxWords];

    /// <summary>Where each unwanted term's postings are in the segment at hand.</summary>
    public PostingList[] UnwantedLists { get; } = new PostingList[TextQuery.MaxTerms];

    /// <summary>Bounds of the scores in the window at hand, in small units, by place; zero between windows.</summary>
    public ushort[] Sums { get; } = new ushort[1 << TextSegment.WindowLog2];

    /// <summary>For each term of the segment what its codes add at most in the window at hand, in the same units.</summary>
    public ushort[] Values { get; private set; } = new ushort[8 * TextSegment.MaxCodes];

    public TopK Best { get; } = new();

    /// <summary>Makes room for the values of so many terms.</summary>
    public void Reserve(int termCount)
    {
        if (Values.Length < termCount * TextSegment.MaxCodes)
        {
            Values = new ushort[TextQuery.MaxTerms * TextSegment.MaxCodes];
        }
    }
}

/// <summary>A term of a query in one segment.</summary>
/// <param name="Term">Its number among the query's distinct terms.</param>
/// <param name="List">Its postings.</param>
/// <param name="Weight">What its saturated count is multiplied by.</param>
/// <param name="Words">A bit for each word that it makes occur.</param>
/// <param name="Bound">What it adds at most in the part of the segment at hand.</param>
/// <param name="IsDriver">Whether an item may be found through it.</param>
/// <param name="IsDone">Whether all items that hold it were looked at.</param>
internal record struct SegmentTerm(int Term, PostingList List, float Weight, ulong Words, float Bound, bool IsDriver, bool IsDone);
