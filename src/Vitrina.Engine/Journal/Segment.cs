namespace Vitrina.Engine.Journal;

/// <summary>What is known in memory of one segment file. Guarded by the store's lock.</summary>
internal sealed class Segment(string path, SegmentHeader header)
{
    /// <summary>Distance of the marks of the sparse index: a read starts at most this far before what it looks for.</summary>
    private const int MarkDistanceBytes = 256 << 10;

    private readonly List<SegmentMark> _marks = [];

    public string Path { get; } = path;

    public SegmentHeader Header { get; } = header;

    public long FirstSequence => Header.FirstSequence;

    public long FirstRecordedAtMs => Header.FirstRecordedAtMs;

    /// <summary>End of the last valid entry. Known only of the newest segment.</summary>
    public long EndOffset { get; set; } = SegmentFormat.HeaderBytes;

    /// <summary>Enters an entry into the sparse index when the last mark is far enough before it.</summary>
    public void Note(SegmentMark mark)
    {
        long last = _marks.Count == 0 ? SegmentFormat.HeaderBytes : _marks[^1].Offset;
        if (mark.Offset - last >= MarkDistanceBytes)
        {
            _marks.Add(mark);
        }
    }

    /// <summary>The last mark at or before a sequence.</summary>
    public SegmentMark MarkFor(long sequence)
    {
        int at = _marks.FindLastIndex(mark => mark.Sequence <= sequence);
        return at < 0 ? Beginning : _marks[at];
    }

    /// <summary>The last mark before which everything was recorded before a time.</summary>
    public SegmentMark MarkBefore(long recordedAtMs)
    {
        int at = _marks.FindLastIndex(mark => mark.PreviousRecordedAtMs < recordedAtMs);
        return at < 0 ? Beginning : _marks[at];
    }

    private SegmentMark Beginning => new(SegmentFormat.HeaderBytes, Header.FirstSequence, Header.FirstRecordedAtMs);
}
