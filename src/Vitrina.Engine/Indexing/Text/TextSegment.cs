namespace Vitrina.Engine.Indexing.Text;

/// <summary>An immutable piece of the inverted index: its own documents, numbered from 0, and for every term the documents that hold it.</summary>
/// <remarks>
/// Documents stand by ascending length, so that what a term can add falls from the first document to the last and the documents of one window are about
/// equally long. A posting is a document and a code of its weighted count. Terms of many postings keep them by windows of documents, with the largest code
/// in each; the others keep plain document numbers. Bounds come from codes and lengths when a query asks, so they are right for any snapshot's averages.
/// </remarks>
internal sealed class TextSegment
{
    /// <summary>Documents in a window as a power of two: the sums of one window stay in the first-level cache.</summary>
    public const int WindowLog2 = 12;

    /// <summary>Codes of weighted counts at most.</summary>
    public const int MaxCodes = 256;

    private readonly int[]? _termIndexes;
    private readonly int[] _termIds;

    /// <summary>Takes the terms in, ascending.</summary>
    public TextSegment(int[] termIds)
    {
        _termIds = termIds;

        // A segment that holds most terms finds them by their number.
        if (termIds.Length > 1024 && termIds.Length * 4L > termIds[^1])
        {
            _termIndexes = new int[termIds[^1] + 1];
            Array.Fill(_termIndexes, -1);
            for (var index = 0; index < termIds.Length; index++)
            {
                _termIndexes[termIds[index]] = index;
            }
        }
    }

    /// <summary>Where each term's postings are; shape [terms].</summary>
    public required PostingList[] Lists { get; init; }

    /// <summary>Documents of the postings without windows.</summary>
    public required int[] Documents { get; init; }

    /// <summary>Codes of the postings without windows; shape [Documents].</summary>
    public required byte[] DocumentCodes { get; init; }

    /// <summary>Places of documents in their windows, of the postings by windows.</summary>
    public required ushort[] Places { get; init; }

    /// <summary>Codes of the postings by windows; shape [Places].</summary>
    public required byte[] PlaceCodes { get; init; }

    /// <summary>For each list by windows where each window's postings begin, and the end of the last: windows + 1 numbers a list.</summary>
    public required int[] WindowStarts { get; init; }

    /// <summary>The largest code of each list in each window; shape [WindowStarts].</summary>
    public required byte[] WindowCodes { get; init; }

    /// <summary>The largest weighted count behind each code, ascending; at most <see cref="MaxCodes"/>.</summary>
    public required float[] Counts { get; init; }

    /// <summary>Whether every code stands for one weighted count; else a score needs the document's row.</summary>
    public required bool HasExactCounts { get; init; }

    /// <summary>The item that each document describes; shape [DocumentCount].</summary>
    public required int[] ItemOrdinals { get; init; }

    /// <summary>Each document's length in words, weighted by the fields' boosts, ascending; shape [DocumentCount].</summary>
    public required float[] WeightedLengths { get; init; }

    public int DocumentCount => ItemOrdinals.Length;

    public int WindowCount => WindowsOf(DocumentCount);

    /// <summary>Postings of all terms.</summary>
    public long PostingCount => (long)Documents.Length + Places.Length;

    public long Bytes => (5L * Documents.Length) + (3L * Places.Length) + (5L * WindowStarts.Length) + (4L * Counts.Length) + (8L * ItemOrdinals.Length)
        + ((4L + PostingList.Bytes) * _termIds.Length) + (4L * (_termIndexes?.Length ?? 0)) + (11 * 24);

    public static int WindowsOf(int documentCount) => (documentCount + (1 << WindowLog2) - 1) >> WindowLog2;

    /// <summary>The postings of a term; empty when it does not occur.</summary>
    public PostingList ListOf(int termId)
    {
        var index = _termIndexes is null ? _termIds.AsSpan().BinarySearch(termId) : (uint)termId < (uint)_termIndexes.Length ? _termIndexes[termId] : -1;
        return index < 0 ? default : Lists[index];
    }
}

/// <summary>Where the postings of a term are.</summary>
/// <param name="Start">The first one.</param>
/// <param name="Count">How many documents hold the term.</param>
/// <param name="Directory">Where its windows begin in <see cref="TextSegment.WindowStarts"/>; −1 for a list of plain documents.</param>
/// <param name="LargestCode">The largest of its codes.</param>
internal readonly record struct PostingList(int Start, int Count, int Directory, byte LargestCode)
{
    public const int Bytes = 16;

    public bool HasWindows => Directory >= 0 && Count > 0;
}

/// <summary>A segment as one snapshot sees it: some of its documents may have been superseded or removed.</summary>
/// <param name="Segment">The documents and postings.</param>
/// <param name="DeadBits">A bit for every document that no longer counts; null when all count.</param>
/// <param name="DeadCount">How many bits are set.</param>
internal readonly record struct TextSegmentView(TextSegment Segment, ulong[]? DeadBits, int DeadCount)
{
    public bool IsDead(int document) => DeadBits is not null && (DeadBits[document >> 6] & (1ul << document)) != 0;
}
