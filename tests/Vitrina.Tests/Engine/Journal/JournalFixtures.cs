using System.Text;
using Vitrina.Engine.Journal;

namespace Vitrina.Tests.Engine.Journal;

/// <summary>A folder that lives as long as a test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("vitrina-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>A clock that stands until it is set.</summary>
internal sealed class ManualTime(long nowMs) : TimeProvider
{
    public long NowMs { get; set; } = nowMs;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);
}

internal static class Entries
{
    public const long StartMs = 1_760_000_000_000;

    public static JournalEntry Entry(long sequence, string payload, long? recordedAtMs = null, EntryKind kind = EntryKind.Event) =>
        new(sequence, recordedAtMs ?? StartMs + sequence, kind, Encoding.UTF8.GetBytes(payload));

    public static JournalEntry[] Range(long first, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Entry(first + i, $"payload of {first + i}", kind: (first + i) % 7 == 0 ? EntryKind.ItemPatch : EntryKind.Event))];

    public static string Text(JournalEntry entry) => $"{entry.Sequence} {entry.RecordedAtMs} {entry.Kind} {Encoding.UTF8.GetString(entry.Payload.Span)}";

    public static string[] Texts(IEnumerable<JournalEntry> entries) => [.. entries.Select(Text)];

    public static PendingEntry Pending(string payload, ulong key = 0) => new(EntryKind.Event, Encoding.UTF8.GetBytes(payload), key);
}

/// <summary>A store whose appends wait for the test, or fail as a full disk does.</summary>
internal sealed class GatedStore : IJournalStore
{
    private readonly MemoryJournalStore _inner = new();

    public ManualResetEventSlim Open { get; } = new(initialState: true);

    public SemaphoreSlim Entered { get; } = new(0);

    public bool IsDiskFull { get; set; }

    public int AppendCount { get; private set; }

    public long FirstSequence => _inner.FirstSequence;

    public long LastSequence => _inner.LastSequence;

    public long LastRecordedAtMs => _inner.LastRecordedAtMs;

    public IReadOnlyList<string> Recovery => [];

    public void Append(ReadOnlySpan<JournalEntry> entries)
    {
        AppendCount++;
        Entered.Release();
        Open.Wait();
        if (IsDiskFull)
        {
            throw new IOException("No space left on device");
        }

        _inner.Append(entries);
    }

    public IEnumerable<JournalEntry> Read(long fromSequence) => _inner.Read(fromSequence);

    public IEnumerable<JournalEntry> ReadRecordedSince(long recordedAtMs) => _inner.ReadRecordedSince(recordedAtMs);

    public void Dispose()
    {
        Open.Dispose();
        Entered.Dispose();
    }
}
