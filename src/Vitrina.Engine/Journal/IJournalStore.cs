namespace Vitrina.Engine.Journal;

/// <summary>Keeps journal entries in order. One appender; any number of readers beside it.</summary>
/// <remarks>Every implementation passes the suite <c>JournalStoreContract</c>.</remarks>
public interface IJournalStore : IDisposable
{
    /// <summary>The oldest sequence: 1 unless somebody removed the first files. Behind it there may be gaps, where entries were forgotten.</summary>
    long FirstSequence { get; }

    /// <summary>The newest durable sequence; 0 when the journal is empty.</summary>
    long LastSequence { get; }

    /// <summary><see cref="JournalEntry.RecordedAtMs"/> of the newest durable entry; 0 when the journal is empty.</summary>
    long LastRecordedAtMs { get; }

    /// <summary>What damage was found when the journal was opened and what was done about it, a sentence each; empty after a clean end.</summary>
    IReadOnlyList<string> Recovery { get; }

    /// <summary>Appends entries; all of them are durable when it returns. Costs one flush to the disk per call, not per entry.</summary>
    /// <exception cref="ArgumentException">The sequences do not continue <see cref="LastSequence"/>, the recorded time falls, or a payload has more than 128 MB.</exception>
    /// <exception cref="IOException">Nothing of the call may be acknowledged; the store takes no more appends until it is opened again.</exception>
    void Append(ReadOnlySpan<JournalEntry> entries);

    /// <summary>
    /// Reads in order from a sequence (or from <see cref="FirstSequence"/> when that is later) to the entry that was the last one when the
    /// enumeration began. Payloads stay valid after the enumeration.
    /// </summary>
    /// <exception cref="JournalDamagedException">Bytes on the way are damaged; nothing is skipped silently.</exception>
    IEnumerable<JournalEntry> Read(long fromSequence);

    /// <summary>As <see cref="Read"/>, beginning with the first entry recorded at or after a time. Starts near it instead of reading everything.</summary>
    /// <param name="recordedAtMs">Milliseconds since 1970-01-01 UTC.</param>
    IEnumerable<JournalEntry> ReadRecordedSince(long recordedAtMs);
}
