namespace Vitrina.Engine.Journal;

/// <summary>The order that every store enforces.</summary>
internal static class JournalOrder
{
    /// <exception cref="ArgumentException">A sequence is skipped or repeated, the recorded time falls, or a payload is too large.</exception>
    public static void Check(ReadOnlySpan<JournalEntry> entries, long lastSequence, long lastRecordedAtMs)
    {
        foreach (ref readonly JournalEntry entry in entries)
        {
            if (entry.Sequence != lastSequence + 1)
            {
                throw new ArgumentException($"Entry {entry.Sequence} does not continue the journal, which ends at {lastSequence}.", nameof(entries));
            }

            if (entry.RecordedAtMs < lastRecordedAtMs)
            {
                throw new ArgumentException(
                    $"Entry {entry.Sequence} was recorded at {entry.RecordedAtMs}, before its predecessor at {lastRecordedAtMs}.", nameof(entries));
            }

            if (entry.Payload.Length > SegmentFormat.MaxPayloadBytes)
            {
                throw new ArgumentException(
                    $"Entry {entry.Sequence} has {entry.Payload.Length} bytes; at most {SegmentFormat.MaxPayloadBytes} are taken.", nameof(entries));
            }

            lastSequence = entry.Sequence;
            lastRecordedAtMs = entry.RecordedAtMs;
        }
    }
}
