namespace Vitrina.Engine.Indexing.Text;

/// <summary>An immutable piece of the inverted index: its own documents, numbered from 0, and for every term the documents that hold it.</summary>
/// <remarks>
/// A term's postings are varints (difference of document numbers × 2 + 1 when a frequency pattern follows, else the pattern is 0), the first difference counted
/// from −1. Nothing outside this folder sees the layout, so that skip data for pruning can be added without touching a caller.
/// </remarks>
internal sealed class TextSegment
{
    /// <summary>The terms that occur, ascending.</summary>
    public required int[] TermIds { get; init; }

    /// <summary>Where each term's postings begin, and behind the last one the end; shape [TermIds.Length + 1].</summary>
    public required int[] Offsets { get; init; }

    /// <summary>The postings of all terms.</summary>
    public required byte[] Postings { get; init; }

    /// <summary>The item that each document describes; shape [DocumentCount].</summary>
    public required int[] ItemOrdinals { get; init; }

    /// <summary>Each document's length in words, weighted by the fields' boosts; shape [DocumentCount].</summary>
    public required float[] WeightedLengths { get; init; }

    public int DocumentCount => ItemOrdinals.Length;

    public long Bytes => Postings.Length + (4L * (TermIds.Length + Offsets.Length + ItemOrdinals.Length + WeightedLengths.Length)) + (5 * 24);

    /// <summary>The postings of a term; empty when it does not occur.</summary>
    public ReadOnlySpan<byte> PostingsOf(int termId)
    {
        var index = TermIds.AsSpan().BinarySearch(termId);
        return index < 0 ? default : Postings.AsSpan(Offsets[index]..Offsets[index + 1]);
    }
}

/// <summary>A segment as one snapshot sees it: some of its documents may have been superseded or removed.</summary>
/// <param name="Segment">The documents and postings.</param>
/// <param name="DeadBits">A bit for every document that no longer counts; null when all count.</param>
/// <param name="DeadCount">How many bits are set.</param>
internal readonly record struct TextSegmentView(TextSegment Segment, ulong[]? DeadBits, int DeadCount)
{
    public bool IsDead(int document) => DeadBits is not null && (DeadBits[document >> 6] & (1ul << document)) != 0;
}
