using Vitrina.Engine.Journal;
using static Vitrina.Tests.Engine.Journal.Entries;

namespace Vitrina.Tests.Engine.Journal;

/// <summary>What every journal store does. A new store passes this suite.</summary>
public abstract class JournalStoreContract
{
    /// <summary>Opens the test's journal; a second call, after disposal, opens the same one again when the store is durable.</summary>
    protected abstract IJournalStore Open();

    /// <summary>Opens it as another process would, beside the appender; null when the store cannot.</summary>
    protected abstract IJournalStore? OpenBeside();

    protected abstract bool OutlivesProcess { get; }

    [Fact]
    public void Empty_journal_has_nothing_to_read()
    {
        using IJournalStore store = Open();
        Assert.Equal((1, 0, 0), (store.FirstSequence, store.LastSequence, store.LastRecordedAtMs));
        Assert.Empty(store.Read(1));
        Assert.Empty(store.ReadRecordedSince(0));
        Assert.Empty(store.Recovery);
    }

    [Fact]
    public void Appending_nothing_changes_nothing()
    {
        using IJournalStore store = Open();
        store.Append([]);
        Assert.Equal(0, store.LastSequence);
    }

    [Fact]
    public void Entries_are_read_in_the_order_of_their_sequence()
    {
        using IJournalStore store = Open();
        JournalEntry[] written = Range(1, 50);
        store.Append(written.AsSpan(0, 20));
        store.Append(written.AsSpan(20, 1));
        store.Append(written.AsSpan(21));
        Assert.Equal(Texts(written), Texts(store.Read(1)));
        Assert.Equal(Texts(written), Texts(store.Read(-3)));
        Assert.Equal(Texts(written[29..]), Texts(store.Read(30)));
        Assert.Empty(store.Read(51));
        Assert.Equal((1, 50, StartMs + 50), (store.FirstSequence, store.LastSequence, store.LastRecordedAtMs));
    }

    [Fact]
    public void Kinds_and_empty_payloads_are_kept()
    {
        using IJournalStore store = Open();
        JournalEntry[] written = [.. Enum.GetValues<EntryKind>().Select((kind, i) => Entry(i + 1, i % 2 == 0 ? "" : "x", StartMs, kind))];
        store.Append(written);
        Assert.Equal(Texts(written), Texts(store.Read(1)));
    }

    [Fact]
    public void Reopened_journal_continues_where_it_ended()
    {
        if (!OutlivesProcess)
        {
            Assert.Skip("The store lives in memory.");
        }

        JournalEntry[] written = Range(1, 30);
        using (IJournalStore store = Open())
        {
            store.Append(written.AsSpan(0, 20));
        }

        using IJournalStore again = Open();
        Assert.Equal((20, StartMs + 20), (again.LastSequence, again.LastRecordedAtMs));
        again.Append(written.AsSpan(20));
        Assert.Equal(Texts(written), Texts(again.Read(1)));
        Assert.Empty(again.Recovery);
    }

    [Fact]
    public void Enumeration_ends_where_the_journal_ended_when_it_began()
    {
        using IJournalStore store = Open();
        store.Append(Range(1, 10));
        using IEnumerator<JournalEntry> reading = store.Read(1).GetEnumerator();
        Assert.True(reading.MoveNext());
        store.Append(Range(11, 10));
        int count = 1;
        while (reading.MoveNext())
        {
            count++;
        }

        Assert.Equal(10, count);
    }

    [Fact]
    public void Reader_of_another_process_follows_the_appender()
    {
        using IJournalStore store = Open();
        store.Append(Range(1, 10));
        using IJournalStore? beside = OpenBeside();
        if (beside is null)
        {
            Assert.Skip("The store lives in one process.");
        }

        Assert.Equal(10, beside.Read(1).Count());
        store.Append(Range(11, 500));
        Assert.Equal(Texts(store.Read(1)), Texts(beside.Read(1)));
        Assert.Equal(510, beside.LastSequence);
        Assert.Throws<InvalidOperationException>(() => beside.Append(Range(511, 1)));
    }

    [Fact]
    public void Readers_beside_an_appender_see_whole_prefixes()
    {
        using IJournalStore store = Open();
        var appending = new Thread(() =>
        {
            for (int i = 0; i < 60; i++)
            {
                store.Append(Range((i * 5) + 1, 5));
            }
        });
        appending.Start();
        bool isDone;
        do
        {
            isDone = !appending.IsAlive;
            long expected = 1;
            foreach (JournalEntry entry in store.Read(1))
            {
                Assert.Equal(Text(Range(expected, 1)[0]), Text(entry));
                expected++;
            }

            Assert.Equal(0, (expected - 1) % 5);
        }
        while (!isDone);
        appending.Join();
        Assert.Equal(300, store.Read(1).Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Gaps_and_repeated_sequences_are_refused(long sequence)
    {
        using IJournalStore store = Open();
        store.Append(Range(1, 2));
        Assert.Throws<ArgumentException>(() => store.Append([Entry(sequence, "")]));
        Assert.Throws<ArgumentException>(() => store.Append([Entry(3, ""), Entry(5, "")]));
        Assert.Equal(2, store.LastSequence);
        store.Append([Entry(3, "good")]);
        Assert.Equal(3, store.Read(1).Count());
    }

    [Fact]
    public void Falling_recorded_times_are_refused()
    {
        using IJournalStore store = Open();
        store.Append([Entry(1, "", 1000), Entry(2, "", 1000)]);
        Assert.Throws<ArgumentException>(() => store.Append([Entry(3, "", 999)]));
        Assert.Throws<ArgumentException>(() => store.Append([Entry(3, "", 1001), Entry(4, "", 1000)]));
        Assert.Equal(2, store.LastSequence);
    }

    [Fact]
    public void Payload_of_five_megabytes_comes_back()
    {
        using IJournalStore store = Open();
        var large = new byte[5 << 20];
        for (int i = 0; i < large.Length; i++)
        {
            large[i] = (byte)(i * 31 >> 3);
        }

        store.Append([Entry(1, "before"), new JournalEntry(2, StartMs + 2, EntryKind.FeatureRows, large), Entry(3, "after")]);
        JournalEntry[] read = [.. store.Read(1)];
        Assert.True(read[1].Payload.Span.SequenceEqual(large));
        Assert.Equal(Text(Entry(3, "after")), Text(read[2]));
    }

    [Fact]
    public void Payload_that_no_reader_would_take_is_refused_before_anything_is_written()
    {
        using IJournalStore store = Open();
        var tooLarge = new byte[(128 << 20) + 1];
        Assert.Throws<ArgumentException>(() => store.Append([Entry(1, "a"), new JournalEntry(2, StartMs + 2, EntryKind.Event, tooLarge)]));
        store.Append([Entry(1, "a")]);
        Assert.Single(store.Read(1));
    }

    [Fact]
    public void Reading_since_a_time_begins_with_the_first_entry_of_that_time()
    {
        using IJournalStore store = Open();
        JournalEntry[] written = [.. Enumerable.Range(1, 900).Select(i => Entry(i, new string('x', 40), StartMs + (i / 3 * 10)))];
        foreach (JournalEntry[] group in written.Chunk(7))
        {
            store.Append(group);
        }

        foreach (long since in new[] { 0L, StartMs, StartMs + 1, StartMs + 10, StartMs + 1495, StartMs + 1500, StartMs + 3000, StartMs + 3001 })
        {
            Assert.Equal(written.Count(entry => entry.RecordedAtMs >= since), store.ReadRecordedSince(since).Count());
            Assert.All(store.ReadRecordedSince(since), entry => Assert.True(entry.RecordedAtMs >= since));
        }
    }

    [Fact]
    public void Payloads_read_stay_valid_after_the_enumeration()
    {
        using IJournalStore store = Open();
        JournalEntry[] written = Range(1, 5000);
        store.Append(written);
        JournalEntry[] kept = [.. store.Read(1)];
        Assert.Equal(5000, store.Read(1).Count());
        Assert.Equal(Texts(written), Texts(kept));
    }
}

public sealed class MemoryJournalStoreTests : JournalStoreContract
{
    protected override bool OutlivesProcess => false;

    protected override IJournalStore Open() => new MemoryJournalStore();

    protected override IJournalStore? OpenBeside() => null;
}

public sealed class SqliteJournalStoreTests : JournalStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected override bool OutlivesProcess => true;

    public void Dispose() => _folder.Dispose();

    protected override IJournalStore Open() => SqliteJournalStore.Open(Path.Combine(_folder.Path, "journal.db"));

    protected override IJournalStore? OpenBeside() => SqliteJournalStore.Open(Path.Combine(_folder.Path, "journal.db"), readOnly: true);
}

/// <summary>Segments so small that most tests cross several.</summary>
public sealed class SegmentJournalStoreContractTests : JournalStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected override bool OutlivesProcess => true;

    public void Dispose() => _folder.Dispose();

    protected override IJournalStore Open() => SegmentJournalStore.Open(_folder.Path, new SegmentJournalOptions { SegmentBytes = 4096 });

    protected override IJournalStore? OpenBeside() => SegmentJournalStore.Open(_folder.Path, new SegmentJournalOptions(), readOnly: true);
}
