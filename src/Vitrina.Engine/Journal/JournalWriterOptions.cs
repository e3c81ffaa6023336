using System.ComponentModel.DataAnnotations;

namespace Vitrina.Engine.Journal;

/// <summary>Bounds of the queue in front of the journal, and of one group commit.</summary>
public sealed class JournalWriterOptions
{
    /// <summary>Entries that may wait. Default 100,000: beyond it appends are refused (429) instead of taking ever more memory.</summary>
    [Range(1, 10_000_000)]
    public int MaxQueuedEntries { get; init; } = 100_000;

    /// <summary>Payload bytes that may wait. Default 256 MB: the same bound where payloads are large.</summary>
    [Range(1024L, 1L << 30)]
    public long MaxQueuedBytes { get; init; } = 256L << 20;

    /// <summary>
    /// Entries written with one flush to the disk; a larger batch is still written whole. Default 8,192: at that size the flush is a small part
    /// of the cost (decision record 0002), and larger groups only make the first waiter wait longer.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxGroupEntries { get; init; } = 8_192;

    /// <summary>Payload bytes written with one flush; a larger batch is still written whole. Default 16 MB.</summary>
    [Range(1024L, 1L << 30)]
    public long MaxGroupBytes { get; init; } = 16L << 20;

    /// <summary>
    /// How long a repeated event is recognised by its key. Default 3 days: longer than clients keep unsent events. Each key takes some 20 bytes
    /// of memory while it is remembered.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "400.00:00:00")]
    public TimeSpan DedupeHorizon { get; init; } = TimeSpan.FromDays(3);
}
