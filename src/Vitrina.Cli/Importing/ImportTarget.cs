using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Importing;

/// <summary>Where an import goes, and what is there already.</summary>
internal sealed record ImportTarget
{
    /// <summary>The journal.</summary>
    public required JournalWriter Writer { get; init; }

    /// <summary>The verticals that documents are checked against.</summary>
    public required DocumentVerticals Verticals { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>A folder for sorted runs of large imports; made when it is missing, left empty.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>The vertical of an item that was known before the import; null for unknown ones.</summary>
    public Func<string, string?> VerticalOfItem { get; init; } = _ => null;

    /// <summary>Whether a change would leave the item as it was before the import.</summary>
    public Func<ItemChange, bool> IsUnchanged { get; init; } = _ => false;

    /// <summary>Whether a put would leave the user or seller as it was before the import.</summary>
    public Func<EntryKind, EntityChange, bool> IsEntityUnchanged { get; init; } = (_, _) => false;

    /// <summary>Verifies tokens of events; null refuses events that carry one.</summary>
    public TokenSigner? Tokens { get; init; }

    /// <summary>Where the refused lines are written, as JSON lines; null: nowhere.</summary>
    public string? RefusedFile { get; init; }
}

/// <summary>How an import works.</summary>
internal sealed record ImportOptions
{
    /// <summary>Entries that are sorted in memory at a time. Default 1,000,000: some 250 MB.</summary>
    public int EntriesPerRun { get; init; } = 1_000_000;

    /// <summary>Bytes that are sorted in memory at a time. Default 256 MB.</summary>
    public long BytesPerRun { get; init; } = 256L << 20;

    /// <summary>Entries in one append. Default 8,192: the journal's own group.</summary>
    public int EntriesPerAppend { get; init; } = 8_192;

    /// <summary>Refused lines that the report keeps; all of them are in the file. Default 1,000.</summary>
    public int RefusedLinesKept { get; init; } = 1_000;

    /// <summary>Days after which an event is too old. Default 36,500: histories are imported whole; retention acts on the journal later.</summary>
    public int RetentionDays { get; init; } = 36_500;

    /// <summary>Bounds of documents.</summary>
    public DocumentLimits Limits { get; init; } = DocumentLimits.Default;
}

/// <summary>How far an import has come.</summary>
/// <param name="Phase">What is being done.</param>
/// <param name="BytesRead">Bytes of the files that were read, as they lie on the disk; a file that is read twice counts twice.</param>
/// <param name="BytesTotal">Bytes of all files.</param>
/// <param name="Accepted">Records that were found right.</param>
/// <param name="Refused">Records that were refused.</param>
/// <param name="Appended">Entries that are durable.</param>
/// <param name="Duplicates">Entries that the journal knew.</param>
/// <param name="Unchanged">Changes that changed nothing.</param>
internal readonly record struct ImportProgress(
    ImportPhase Phase, long BytesRead, long BytesTotal, long Accepted, long Refused, long Appended, long Duplicates, long Unchanged);

/// <summary>The two halves of an import.</summary>
internal enum ImportPhase
{
    /// <summary>Files are read and checked.</summary>
    Reading,

    /// <summary>Entries are appended in the order of time.</summary>
    Appending,
}
