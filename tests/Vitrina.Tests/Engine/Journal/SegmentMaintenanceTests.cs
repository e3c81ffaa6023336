using System.Text;
using Vitrina.Engine.Journal;
using static Vitrina.Tests.Engine.Journal.Entries;

namespace Vitrina.Tests.Engine.Journal;

public sealed class SegmentMaintenanceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SegmentJournalStore _store;

    public SegmentMaintenanceTests()
    {
        _store = Open();
        for (int i = 1; i <= 300; i++)
        {
            _store.Append(Range(i, 1));
        }
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Retention_forgets_the_kinds_it_is_told_in_segments_whose_entries_are_all_too_old()
    {
        JournalEntry[] all = [.. _store.Read(1)];
        long bytes = Bytes();
        int thinned = _store.ForgetBefore(StartMs + 150, long.MaxValue, IsForgotten);
        Assert.True(thinned >= 2 && Bytes() < bytes);
        long oldest = OldestForgottenIsKeptFrom();
        Assert.InRange(oldest, 2, 150);
        string[] expected = Texts(all.Where(entry => entry.Sequence >= oldest || !IsForgotten(entry.Kind)));
        Assert.Equal(expected, Texts(_store.Read(1)));
        Assert.Equal((1, 300), (_store.FirstSequence, _store.LastSequence));

        // A second time there is nothing left to forget.
        Assert.Equal(0, _store.ForgetBefore(StartMs + 150, long.MaxValue, IsForgotten));
        foreach (bool salvage in new[] { false, true })
        {
            using SegmentJournalStore again = SegmentJournalStore.Open(_folder.Path, new SegmentJournalOptions { SegmentBytes = 4096, Salvage = salvage });
            Assert.Equal((1, 300), (again.FirstSequence, again.LastSequence));
            Assert.Equal(expected, Texts(again.Read(1)));
            Assert.Equal(Texts(all[^20..]), Texts(again.Read(281)));
        }
    }

    [Fact]
    public void Retention_keeps_what_is_needed_still_and_always_the_newest_segment()
    {
        _store.ForgetBefore(long.MaxValue, keepFromSequence: 100, _ => true);
        Assert.InRange(_store.Read(1).First().Sequence, 2, 100);
        _store.ForgetBefore(long.MaxValue, long.MaxValue, _ => true);
        Assert.InRange(_store.Read(1).First().Sequence, 101, 300);
        _store.Append(Range(301, 1));
        Assert.Equal(301, _store.Read(1).Last().Sequence);
        Assert.Equal(1, _store.FirstSequence);
    }

    [Fact]
    public void An_erasure_keeps_the_gaps_of_retention_and_a_damaged_gap_is_named()
    {
        _store.ForgetBefore(StartMs + 150, long.MaxValue, IsForgotten);
        long[] sequences = [.. _store.Read(1).Select(entry => entry.Sequence)];
        int replaced = _store.RewriteSegments((JournalEntry entry, out ReadOnlyMemory<byte> payload) =>
        {
            payload = "gone"u8.ToArray();
            return entry.Sequence == sequences[1];
        });
        Assert.Equal(1, replaced);
        Assert.Equal(sequences, _store.Read(1).Select(entry => entry.Sequence));

        string file = SegmentRecovery.FilesOf(_folder.Path)[0];
        byte[] stored = File.ReadAllBytes(file);
        stored[^3] ^= 1;
        File.WriteAllBytes(file, stored);
        using SegmentJournalStore again = Open();
        Assert.Equal(file, Assert.Throws<JournalDamagedException>(() => again.Read(1).Count()).File);
    }

    private static bool IsForgotten(EntryKind kind) => kind is EntryKind.Event or EntryKind.Ranking;

    private long OldestForgottenIsKeptFrom() => _store.Read(1).First(entry => IsForgotten(entry.Kind)).Sequence;

    private long Bytes() => SegmentRecovery.FilesOf(_folder.Path).Sum(file => new FileInfo(file).Length);

    [Fact]
    public void Erasure_replaces_payloads_and_keeps_the_order()
    {
        int replaced = _store.RewriteSegments((JournalEntry entry, out ReadOnlyMemory<byte> payload) =>
        {
            payload = "gone"u8.ToArray();
            return entry.Sequence % 100 == 0;
        });
        Assert.Equal(3, replaced);
        _store.Append(Range(301, 10));
        string[] expected = Texts(Range(1, 310).Select(e => e.Sequence is 100 or 200 or 300 ? e with { Payload = "gone"u8.ToArray() } : e));
        Assert.Equal(expected, Texts(_store.Read(1)));
        foreach (string file in Directory.GetFiles(_folder.Path))
        {
            Assert.DoesNotContain("payload of 200", Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal);
        }

        using SegmentJournalStore again = Open();
        Assert.Equal(expected, Texts(again.Read(1)));
        Assert.Equal(expected[249..], Texts(again.Read(250)));
    }

    [Fact]
    public void Readers_that_began_before_an_erasure_go_on()
    {
        using SegmentJournalStore beside = SegmentJournalStore.Open(_folder.Path, new SegmentJournalOptions(), readOnly: true);
        using IEnumerator<JournalEntry> reading = beside.Read(1).GetEnumerator();
        Assert.True(reading.MoveNext());
        _store.RewriteSegments((JournalEntry _, out ReadOnlyMemory<byte> payload) =>
        {
            payload = "a much longer payload than any of those that stood here before"u8.ToArray();
            return true;
        });
        int count = 1;
        while (reading.MoveNext())
        {
            count++;
        }

        Assert.Equal(300, count);
        Assert.All(beside.Read(1), entry => Assert.StartsWith("a much", Encoding.UTF8.GetString(entry.Payload.Span), StringComparison.Ordinal));
        _store.Append(Range(301, 1));
        Assert.Equal(301, beside.Read(1).Count());
        Assert.Single(beside.Read(301));
    }

    [Fact]
    public void Erasure_beside_an_appender_loses_nothing()
    {
        var appending = new Thread(() =>
        {
            for (int i = 301; i <= 500; i++)
            {
                _store.Append(Range(i, 1));
            }
        });
        appending.Start();
        for (int i = 0; i < 5; i++)
        {
            _store.RewriteSegments((JournalEntry entry, out ReadOnlyMemory<byte> payload) =>
            {
                payload = entry.Payload;
                return true;
            });
        }

        appending.Join();
        Assert.Equal(Texts(Range(1, 500)), Texts(_store.Read(1)));
        using SegmentJournalStore again = Open();
        Assert.Equal(Texts(Range(1, 500)), Texts(again.Read(1)));
    }

    private SegmentJournalStore Open() => SegmentJournalStore.Open(_folder.Path, new SegmentJournalOptions { SegmentBytes = 1500 });
}
