using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Vitrina.Engine.Catalog;
using Vitrina.Tests.Engine.Journal;
using static Vitrina.Tests.Engine.Catalog.StoredRows;

namespace Vitrina.Tests.Engine.Catalog;

public sealed class SqliteCatalogStoreTests(ITestOutputHelper output) : CatalogStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => Path.Combine(_folder.Path, "new", "catalog.db");

    protected override bool OutlivesProcess => true;

    public void Dispose() => _folder.Dispose();

    protected override ICatalogStore Open() => SqliteCatalogStore.Open(FilePath);

    protected override ICatalogStore? OpenBeside() => SqliteCatalogStore.Open(FilePath, readOnly: true);

    [Fact]
    public void Files_of_a_process_killed_within_a_commit_hold_the_earlier_state()
    {
        var copy = Path.Combine(_folder.Path, "copy.db");
        var before = new CatalogDelta([Item(0, "a")], [Entity(0, "u")], []);
        using (var store = Open())
        {
            store.Commit(4, before);
            // More than the page cache holds, so that half of the transaction stands in the write-ahead file when it breaks off.
            var huge = new string('x', 100_000);
            var items = new FailingList<StoredItem>(ordinal => Item(ordinal, huge), 1000, 900, () =>
            {
                File.Copy(FilePath, copy);
                File.Copy(FilePath + "-wal", copy + "-wal");
            });
            Assert.Throws<TimeoutException>(() => store.Commit(9, new CatalogDelta(items, [], [])));
        }

        Assert.True(new FileInfo(copy + "-wal").Length > 1_000_000);
        using var restored = SqliteCatalogStore.Open(copy);
        Assert.Equal((4, Text(before)), (restored.AsOf, Text(restored)));
    }

    [Fact]
    public void Half_a_million_items_are_committed_and_read_back()
    {
        StoredItem[] items = [.. Enumerable.Range(0, 500_000).Select(i => Item(i, $"item-{i}", i))];
        var watch = Stopwatch.StartNew();
        using (var store = Open())
        {
            store.Commit(1, new CatalogDelta(items, [], []));
            output.WriteLine($"500,000 items: commit {watch.Elapsed.TotalSeconds:F2} s");
            watch.Restart();
        }

        output.WriteLine($"close {watch.Elapsed.TotalSeconds:F2} s, file {new FileInfo(FilePath).Length >> 20} MB");
        watch.Restart();
        using var again = Open();
        output.WriteLine($"open {watch.Elapsed.TotalSeconds:F2} s");
        watch.Restart();
        Assert.Equal(500_000, again.ReadItems().Count());
        output.WriteLine($"read {watch.Elapsed.TotalSeconds:F2} s");
    }

    [Fact]
    public void Damage_anywhere_in_the_file_is_named_or_harmless()
    {
        var delta = new CatalogDelta([.. Enumerable.Range(0, 300).Select(i => Item(i, $"item {i}"))], [Entity(0, "u", put: FullEntity("u"))], [Entity(0, "s")]);
        using (var store = Open())
        {
            store.Commit(4, delta);
        }

        var (bytes, named) = (File.ReadAllBytes(FilePath), 0);
        const int pageBytes = 4096;
        const int pageHeadBytes = 12;
        foreach (var position in Enumerable.Range(0, bytes.Length).Where(position => position % 101 == 0 || position % pageBytes < pageHeadBytes))
        {
            bytes[position] ^= 0x21;
            File.WriteAllBytes(FilePath, bytes);
            try
            {
                using var store = SqliteCatalogStore.Open(FilePath, readOnly: true);
                Assert.Equal((4, Text(delta)), (store.AsOf, Text(store)));
            }
            catch (StoreDamagedException damage)
            {
                Assert.Equal(FilePath, damage.Path);
                named++;
            }

            bytes[position] ^= 0x21;
        }

        Assert.True(named > 50, $"only {named} flipped bytes were noticed");
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.7)]
    public void File_cut_short_is_named(double share)
    {
        using (var store = Open())
        {
            store.Commit(4, new CatalogDelta([.. Enumerable.Range(0, 2000).Select(i => Item(i, $"item {i}"))], [], []));
        }

        using (var file = new FileStream(FilePath, FileMode.Open))
        {
            file.SetLength((long)(file.Length * share));
        }

        var damage = Assert.Throws<StoreDamagedException>(() =>
        {
            using var store = Open();
            return store.ReadItems().Count();
        });
        Assert.Contains(FilePath, damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_files_and_newer_versions_are_refused()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, new string('x', 5000));
        Assert.Throws<StoreDamagedException>(Open);
        File.Delete(FilePath);
        SqliteControlStore.Open(FilePath).Dispose();
        Assert.Contains("not a catalogue store", Assert.Throws<StoreDamagedException>(Open).Message, StringComparison.Ordinal);
        File.Delete(FilePath);
        Open().Dispose();
        Execute("PRAGMA user_version = 2");
        Assert.Equal((2L, 1L), Assert.Throws<StoreVersionException>(Open) is var newer ? (newer.Version, newer.NewestKnown) : default);
    }

    [Fact]
    public void Absent_file_cannot_be_opened_read_only() => Assert.Throws<FileNotFoundException>(OpenBeside);

    [Fact]
    public void Erased_attributes_leave_no_bytes_in_the_file()
    {
        using (var store = Open())
        {
            store.Commit(1, new CatalogDelta([], [Entity(0, "u", put: FullEntity("ZZZ-secret-ZZZ"))], []));
        }

        Assert.True(File.ReadAllBytes(FilePath).AsSpan().IndexOf("ZZZ-secret-ZZZ"u8) >= 0);
        using (var store = Open())
        {
            store.Commit(2, new CatalogDelta([], [Entity(0, "u")], []));
        }

        Assert.True(File.ReadAllBytes(FilePath).AsSpan().IndexOf("ZZZ-secret-ZZZ"u8) < 0);
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
