namespace Vitrina.Engine.Journal;

/// <summary>Stored journal bytes are not what was written. Nothing was skipped or changed.</summary>
public sealed class JournalDamagedException : IOException
{
    /// <summary>Says where the damage is, what is lost and what can be done.</summary>
    /// <param name="file">The damaged file.</param>
    /// <param name="offset">Byte offset of the first entry that cannot be read.</param>
    /// <param name="firstLostSequence">The first sequence that cannot be read.</param>
    /// <param name="lastLostSequence">The last one, as far as it can be known.</param>
    public JournalDamagedException(string file, long offset, long firstLostSequence, long lastLostSequence)
        : base(
            $"The journal file {file} is damaged at byte {offset}: entries {firstLostSequence} to {lastLostSequence} cannot be read. " +
            "Restore this file from a backup; or, to keep only the entries before the damage, start once with the journal option Salvage = true: " +
            "everything after it is set aside in *.set-aside files.")
    {
        File = file;
        Offset = offset;
        FirstLostSequence = firstLostSequence;
        LastLostSequence = lastLostSequence;
    }

    /// <summary>The damaged file.</summary>
    public string File { get; }

    /// <summary>Byte offset of the first entry that cannot be read.</summary>
    public long Offset { get; }

    /// <summary>The first sequence that cannot be read.</summary>
    public long FirstLostSequence { get; }

    /// <summary>The last sequence that cannot be read, as far as it can be known.</summary>
    public long LastLostSequence { get; }
}
