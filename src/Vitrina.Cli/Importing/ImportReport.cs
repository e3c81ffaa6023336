namespace Vitrina.Cli.Importing;

/// <summary>What came of the records of one kind.</summary>
internal sealed record KindCounts
{
    /// <summary>Records that are in the journal because of this import.</summary>
    public long Accepted { get; set; }

    /// <summary>Records that were there already, by id.</summary>
    public long Duplicates { get; set; }

    /// <summary>Changes that change nothing.</summary>
    public long Unchanged { get; set; }

    /// <summary>Records that are wrong.</summary>
    public long Refused { get; set; }

    /// <summary>Rows that the mapping's dedupe left out.</summary>
    public long LeftOut { get; set; }
}

/// <summary>A record that was refused.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Field">The field; empty when the record as a whole is wrong.</param>
/// <param name="Code">A stable code.</param>
/// <param name="Why">What is wrong and what would be right.</param>
internal readonly record struct RefusedLine(string File, long Line, string Field, string Code, string Why);

/// <summary>A file that could not be read to its end.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line that was reached; 0 when it could not be opened.</param>
/// <param name="Why">What went wrong.</param>
internal readonly record struct FailedFile(string File, long Line, string Why);

/// <summary>What an import did.</summary>
internal sealed record ImportReport
{
    /// <summary>Counts by kind.</summary>
    public required IReadOnlyDictionary<ImportKind, KindCounts> Kinds { get; init; }

    /// <summary>The first refused records.</summary>
    public required IReadOnlyList<RefusedLine> Refused { get; init; }

    /// <summary>How many records were refused for each reason.</summary>
    public required IReadOnlyDictionary<string, long> RefusedByCode { get; init; }

    /// <summary>Files that could not be read to their end; what came before the damage is imported.</summary>
    public required IReadOnlyList<FailedFile> FailedFiles { get; init; }

    /// <summary>Seconds of reading and checking.</summary>
    public required double ReadingSeconds { get; init; }

    /// <summary>Seconds of sorting and appending, until everything was durable.</summary>
    public required double AppendingSeconds { get; init; }

    /// <summary>The most memory that the process held, bytes.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>Sorted runs that were written to files because they did not fit into memory.</summary>
    public required int SpilledRuns { get; init; }

    /// <summary>The journal's last sequence after the import.</summary>
    public required long LastSequence { get; init; }

    /// <summary>Seconds from the first byte to the last flush.</summary>
    public double Seconds => ReadingSeconds + AppendingSeconds;

    /// <summary>All records, whatever came of them.</summary>
    public long Records => Kinds.Values.Sum(counts => counts.Accepted + counts.Duplicates + counts.Unchanged + counts.Refused + counts.LeftOut);

    /// <summary>Records a second.</summary>
    public double PerSecond => Records / Math.Max(Seconds, 1e-9);
}
