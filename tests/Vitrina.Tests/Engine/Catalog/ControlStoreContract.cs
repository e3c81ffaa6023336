using Microsoft.Data.Sqlite;
using Vitrina.Engine.Catalog;
using Vitrina.Tests.Engine.Journal;

namespace Vitrina.Tests.Engine.Catalog;

/// <summary>What every control store does. A new store passes this suite.</summary>
public abstract class ControlStoreContract
{
    /// <summary>Opens the test's store; a second call, after disposal, opens the same one again when the store is durable.</summary>
    protected abstract IControlStore Open();

    protected abstract bool OutlivesProcess { get; }

    [Fact]
    public void Document_is_found_by_collection_and_key()
    {
        using var store = Open();
        store.Put("jobs", "1", "{\"a\":1}");
        store.Put("keys", "1", "[]");
        Assert.Equal(("{\"a\":1}", "[]"), (store.Find("jobs", "1"), store.Find("keys", "1")));
        Assert.Null(store.Find("jobs", "2"));
        Assert.Null(store.Find("Jobs", "1"));
        store.Put("jobs", "1", "2");
        Assert.Equal("2", store.Find("jobs", "1"));
    }

    [Fact]
    public void List_is_in_ordinal_order_of_the_keys()
    {
        using var store = Open();
        string[] keys = ["b", "a", "B", "", "10", "9", "ё", "е", "\U0001F384", "\uFF21", "a b", "'", "a\0b"];
        foreach (var key in keys)
        {
            store.Put("c", key, "{}");
        }

        store.Put("d", "other", "{}");
        Assert.Equal(keys.Order(StringComparer.Ordinal), store.List("c").Select(pair => pair.Key));
        Assert.Empty(store.List("none"));
    }

    [Fact]
    public void Removed_document_is_gone()
    {
        using var store = Open();
        store.Put("c", "a", "1");
        store.Put("c", "b", "2");
        Assert.True(store.Remove("c", "a"));
        Assert.False(store.Remove("c", "a"));
        Assert.False(store.Remove("d", "b"));
        Assert.Null(store.Find("c", "a"));
        Assert.Equal("b", store.List("c").Single().Key);
    }

    [Theory]
    [InlineData("{\"имя\":\"ёж 🦔\"}")]
    [InlineData("'); DROP TABLE documents; --")]
    [InlineData("")]
    public void Any_text_survives(string text)
    {
        using var store = Open();
        store.Put(text, text, text);
        Assert.Equal(text, store.Find(text, text));
        Assert.Equal(KeyValuePair.Create(text, text), store.List(text).Single());
    }

    [Fact]
    public void Reopened_store_holds_every_write()
    {
        if (!OutlivesProcess)
        {
            Assert.Skip("The store lives in memory.");
        }

        using (var store = Open())
        {
            store.Put("c", "a", "1");
            store.Put("c", "b", "2");
            store.Remove("c", "a");
        }

        using var again = Open();
        Assert.Equal(KeyValuePair.Create("b", "2"), again.List("c").Single());
    }

    [Fact]
    public void Concurrent_writers_and_readers_see_whole_documents()
    {
        using var store = Open();
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, writer =>
        {
            for (var i = 0; i < 25; i++)
            {
                store.Put("c", $"{writer}-{i}", $"value {writer} {i}");
                store.Put("c", "shared", $"value {writer} {i}");
                Assert.StartsWith("value ", store.Find("c", "shared"), StringComparison.Ordinal);
                Assert.Contains($"{writer}-{i}", store.List("c").Select(pair => pair.Key));
                if (i % 5 == 0)
                {
                    Assert.True(store.Remove("c", $"{writer}-{i}"));
                }
            }
        });
        Assert.Equal((4 * 20) + 1, store.List("c").Count);
    }
}

public sealed class MemoryControlStoreTests : ControlStoreContract
{
    protected override bool OutlivesProcess => false;

    protected override IControlStore Open() => new MemoryControlStore();
}

public sealed class SqliteControlStoreTests : ControlStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => Path.Combine(_folder.Path, "control.db");

    protected override bool OutlivesProcess => true;

    public void Dispose() => _folder.Dispose();

    protected override IControlStore Open() => SqliteControlStore.Open(FilePath);

    [Fact]
    public void Reader_of_another_process_follows_the_writer()
    {
        using var store = Open();
        store.Put("c", "a", "1");
        using var beside = SqliteControlStore.Open(FilePath, readOnly: true);
        Assert.Equal("1", beside.Find("c", "a"));
        store.Put("c", "a", "2");
        Assert.Equal("2", beside.Find("c", "a"));
        Assert.Throws<InvalidOperationException>(() => beside.Put("c", "a", "3"));
        Assert.Throws<InvalidOperationException>(() => beside.Remove("c", "a"));
    }

    [Fact]
    public void Damaged_foreign_and_newer_files_are_refused()
    {
        Open().Dispose();
        using (var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 7";
            command.ExecuteNonQuery();
        }

        Assert.Equal(7, Assert.Throws<StoreVersionException>(Open).Version);
        File.WriteAllText(FilePath, new string('x', 5000));
        Assert.Equal(FilePath, Assert.Throws<StoreDamagedException>(Open).Path);
    }
}
