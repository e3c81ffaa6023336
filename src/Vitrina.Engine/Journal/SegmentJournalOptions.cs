using System.ComponentModel.DataAnnotations;

namespace Vitrina.Engine.Journal;

/// <summary>How the journal's segment files are kept.</summary>
public sealed class SegmentJournalOptions
{
    /// <summary>
    /// Size at which a segment file is closed and the next one begins, in bytes. Default 64 MB: erasure and retention rewrite whole
    /// segments, so a segment is the unit of both; smaller ones make more files, larger ones make an erasure rewrite more.
    /// </summary>
    [Range(4096, 1 << 30)]
    public int SegmentBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Opens a journal with damage in the middle by keeping what is before it; the damaged rest and all later segments are renamed or copied to
    /// *.set-aside files, never deleted. Default off: the journal refuses to open and names file and offset, because entries that had been
    /// acknowledged would be lost. While it is on, every segment is read when the journal opens.
    /// </summary>
    public bool Salvage { get; init; }
}
