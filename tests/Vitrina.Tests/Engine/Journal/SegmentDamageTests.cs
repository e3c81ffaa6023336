using Vitrina.Engine.Journal;
using static Vitrina.Tests.Engine.Journal.Entries;

namespace Vitrina.Tests.Engine.Journal;

/// <summary>What a crash or a failing disk leaves behind, and what the journal makes of it.</summary>
public sealed class SegmentDamageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Journal_cut_at_any_byte_of_its_last_append_keeps_every_earlier_append()
    {
        string file = WriteGroups([5, 3, 4], out long[] ends);
        byte[] whole = File.ReadAllBytes(file);
        string[] expected = Texts(Range(1, 12));
        for (long length = ends[1]; length <= ends[2]; length++)
        {
            File.WriteAllBytes(file, whole[..(int)length]);
            using SegmentJournalStore store = Open();
            string[] read = Texts(store.Read(1));
            Assert.InRange(read.Length, 8, 12);
            Assert.Equal(expected[..read.Length], read);
            Assert.Equal(read.Length, store.LastSequence);
            Assert.Equal(StartMs + read.Length, store.LastRecordedAtMs);

            // Cut once and for all: the next append continues, and the next start has nothing to repair.
            store.Append([Entry(read.Length + 1, "next", StartMs + 100)]);
            store.Dispose();
            using SegmentJournalStore again = Open();
            Assert.Equal(read.Length + 1, again.Read(1).Count());
            Assert.Empty(again.Recovery);
        }
    }

    [Fact]
    public void Journal_cut_at_any_byte_of_its_first_append_opens_with_a_prefix()
    {
        string file = WriteGroups([3], out long[] ends);
        byte[] whole = File.ReadAllBytes(file);
        for (int length = 0; length <= ends[0]; length++)
        {
            File.WriteAllBytes(file, whole[..length]);
            using SegmentJournalStore store = Open();
            Assert.Equal(Texts(Range(1, (int)store.LastSequence)), Texts(store.Read(1)));
            store.Append(Range(store.LastSequence + 1, 1));
        }
    }

    [Fact]
    public void Torn_tail_is_named()
    {
        string file = WriteGroups([2, 2], out long[] ends);
        using (var stream = new FileStream(file, FileMode.Open))
        {
            stream.SetLength(ends[1] - 5);
        }

        using SegmentJournalStore store = Open();
        string sentence = Assert.Single(store.Recovery);
        Assert.Contains("00000000000000000001.journal: cut ", sentence, StringComparison.Ordinal);
        Assert.Contains("half-written entry at offset", sentence, StringComparison.Ordinal);
        Assert.Equal(3, store.LastSequence);
    }

    [Fact]
    public void Tail_of_zeros_is_cut_as_a_lost_write()
    {
        string file = WriteGroups([4], out long[] ends);
        using (var stream = new FileStream(file, FileMode.Open))
        {
            stream.SetLength(ends[0] + 5000);
        }

        using SegmentJournalStore store = Open();
        Assert.Equal(4, store.LastSequence);
        Assert.Single(store.Recovery);
    }

    [Fact]
    public void Flipped_bits_never_give_a_wrong_payload()
    {
        string file = WriteGroups([5, 4, 3], out _);
        byte[] whole = File.ReadAllBytes(file);
        string[] expected = Texts(Range(1, 12));
        for (int bit = 0; bit < whole.Length * 8; bit += 3)
        {
            byte[] flipped = [.. whole];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(file, flipped);
            try
            {
                using SegmentJournalStore store = Open();
                string[] read = Texts(store.Read(1));

                // Only a flip in the very last entry can be taken for a half-written one.
                Assert.Equal(expected[..read.Length], read);
                Assert.Equal(11, read.Length);
            }
            catch (JournalDamagedException damage)
            {
                Assert.Equal(file, damage.File);
                Assert.InRange(bit / 8, damage.Offset, whole.Length);
                Assert.Equal(flipped, File.ReadAllBytes(file));
            }
        }
    }

    [Fact]
    public void Damage_followed_by_entries_is_refused_and_salvage_keeps_what_is_before()
    {
        string file = WriteGroups([5, 4, 3], out long[] ends);
        Flip(file, ends[0] + 12);
        var damage = Assert.Throws<JournalDamagedException>(Open);
        Assert.Equal((ends[0], 6), (damage.Offset, damage.FirstLostSequence));
        Assert.Contains("Salvage", damage.Message, StringComparison.Ordinal);

        using SegmentJournalStore salvaged = Open(salvage: true);
        Assert.Equal(Texts(Range(1, 5)), Texts(salvaged.Read(1)));
        Assert.Contains("set aside", Assert.Single(salvaged.Recovery), StringComparison.Ordinal);
        string aside = Assert.Single(Directory.GetFiles(_folder.Path, "*.set-aside"));
        Assert.Equal(ends[2] - ends[0], new FileInfo(aside).Length);
    }

    [Fact]
    public void Damage_in_an_older_segment_is_reported_when_it_is_read_and_never_skipped()
    {
        WriteSmallSegments(200);
        string[] files = Segments();
        Assert.True(files.Length > 3);
        Flip(files[1], 400);
        using (SegmentJournalStore store = Open())
        {
            var seen = new List<long>();
            var damage = Assert.Throws<JournalDamagedException>(() => seen.AddRange(store.Read(1).Select(entry => entry.Sequence)));
            Assert.Equal(files[1], damage.File);
            Assert.Equal(FirstOf(files[2]) - 1, damage.LastLostSequence);
            Assert.Equal(200 - FirstOf(files[2]) + 1, store.Read(FirstOf(files[2])).Count());
        }

        using SegmentJournalStore salvaged = Open(salvage: true);
        Assert.InRange(salvaged.LastSequence, FirstOf(files[1]), FirstOf(files[2]) - 2);
        Assert.Equal(Texts(Range(1, (int)salvaged.LastSequence)), Texts(salvaged.Read(1)));
        Assert.Equal(files.Length - 1, Directory.GetFiles(_folder.Path, "*.set-aside").Length);
    }

    [Fact]
    public void Older_segment_that_ends_early_or_is_missing_is_damage()
    {
        WriteSmallSegments(200);
        string[] files = Segments();
        byte[] second = File.ReadAllBytes(files[1]);
        File.WriteAllBytes(files[1], second[..^60]);
        using (SegmentJournalStore store = Open())
        {
            Assert.Throws<JournalDamagedException>(() => store.Read(1).Count());
        }

        File.Delete(files[1]);
        using (SegmentJournalStore store = Open())
        {
            Assert.Throws<JournalDamagedException>(() => store.Read(1).Count());
        }

        File.WriteAllBytes(files[1], second);
        Flip(files[1], 20);
        Assert.Throws<JournalDamagedException>(Open);
    }

    [Fact]
    public void Half_made_segment_behind_whole_ones_is_removed()
    {
        WriteSmallSegments(50);
        File.WriteAllBytes(Path.Combine(_folder.Path, SegmentFormat.FileName(51)), new byte[17]);
        using SegmentJournalStore store = Open();
        Assert.Equal(50, store.LastSequence);
        Assert.Single(store.Recovery);
        store.Append(Range(51, 1));
        Assert.Equal(51, store.Read(1).Count());
    }

    [Fact]
    public void Segment_moved_to_another_name_does_not_pass_for_it()
    {
        WriteSmallSegments(200);
        string[] files = Segments();
        File.Copy(files[1], files[2], overwrite: true);
        using SegmentJournalStore store = Open();
        Assert.Throws<JournalDamagedException>(() => store.Read(1).Count());
    }

    [Fact]
    public void Segment_of_a_newer_release_is_refused_as_such()
    {
        string file = WriteGroups([2], out _);
        byte[] bytes = File.ReadAllBytes(file);
        bytes[8] = 3;
        BitConverter.TryWriteBytes(bytes.AsSpan(32), global::Vitrina.Kernels.Hashing.Crc32C.Of(bytes.AsSpan(0, 32)));
        File.WriteAllBytes(file, bytes);
        Assert.Throws<NotSupportedException>(Open);
    }

    [Fact]
    public void Bytes_of_the_first_format_open_forever()
    {
        byte[] bytes = Convert.FromBase64String(FirstFormat);
        string file = Path.Combine(_folder.Path, "00000000000000000001.journal");
        File.WriteAllBytes(file, bytes);
        using SegmentJournalStore store = Open();
        Assert.Equal(
            [
                "1 1760000000000 Event {\"id\":\"e1\",\"type\":\"view\"}",
                "2 1760000000000 ItemPut item",
                "3 1760000090000 ExperimentDesigned ",
            ],
            Texts(store.Read(1)));
        Assert.Empty(store.Recovery);
    }

    /// <summary>A segment as format version 1 wrote it. Never regenerate it: it stands for the files that exist.</summary>
    private const string FirstFormat =
        "VklUUkpSTkwBAAAAAAAAAAEAAAAAAAAAAMAsyJkBAABnLSPBGwAAAGmyZ5EBAHsiaWQiOiJlMSIsInR5cGUiOiJ2aWV3In0GAAAA2Aox6gMAaX" +
        "RlbQQAAADIJpdTD5C/BQ==";

    private SegmentJournalStore Open() => Open(salvage: false);

    private SegmentJournalStore Open(bool salvage) =>
        SegmentJournalStore.Open(_folder.Path, new SegmentJournalOptions { SegmentBytes = 1 << 20, Salvage = salvage });

    private string[] Segments() => SegmentRecovery.FilesOf(_folder.Path);

    private static long FirstOf(string file) => SegmentRecovery.SequenceInName(file);

    private string WriteGroups(int[] sizes, out long[] ends)
    {
        using SegmentJournalStore store = Open();
        ends = new long[sizes.Length];
        long next = 1;
        for (int i = 0; i < sizes.Length; i++)
        {
            store.Append(Range(next, sizes[i]));
            next += sizes[i];
            ends[i] = new FileInfo(Segments()[0]).Length;
        }

        return Segments()[0];
    }

    private void WriteSmallSegments(int count)
    {
        using var store = SegmentJournalStore.Open(_folder.Path, new SegmentJournalOptions { SegmentBytes = 1500 });
        for (int i = 1; i <= count; i++)
        {
            store.Append(Range(i, 1));
        }
    }

    private static void Flip(string file, long offset)
    {
        byte[] bytes = File.ReadAllBytes(file);
        bytes[offset] ^= 0x10;
        File.WriteAllBytes(file, bytes);
    }
}
