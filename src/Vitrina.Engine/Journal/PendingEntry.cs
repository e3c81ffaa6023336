namespace Vitrina.Engine.Journal;

/// <summary>A fact that waits for its place in the journal.</summary>
/// <param name="Kind">What the payload means.</param>
/// <param name="Payload">Must not be changed before the append has completed.</param>
/// <param name="DedupeKey">A second entry with the same key within the dedupe horizon is not written; 0 means never a duplicate.</param>
public readonly record struct PendingEntry(EntryKind Kind, ReadOnlyMemory<byte> Payload, UInt128 DedupeKey = default);
