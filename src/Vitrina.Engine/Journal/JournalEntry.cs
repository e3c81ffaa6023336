namespace Vitrina.Engine.Journal;

/// <summary>One durable fact at its place in the installation's single order.</summary>
/// <param name="Sequence">Place in the total order; 1 is the first, without gaps.</param>
/// <param name="RecordedAtMs">When it was accepted, milliseconds since 1970-01-01 UTC; never falls from one entry to the next.</param>
/// <param name="Kind">What the payload means.</param>
/// <param name="Payload">Bytes that the area owning <paramref name="Kind"/> encodes; opaque here.</param>
public readonly record struct JournalEntry(long Sequence, long RecordedAtMs, EntryKind Kind, ReadOnlyMemory<byte> Payload);
