using Vitrina.Engine.Catalog;
using static Vitrina.Tests.Engine.Catalog.StoredRows;

namespace Vitrina.Tests.Engine.Catalog;

/// <summary>What every catalogue store does. A new store passes this suite.</summary>
public abstract class CatalogStoreContract
{
    /// <summary>Opens the test's store; a second call, after disposal, opens the same one again when the store is durable.</summary>
    protected abstract ICatalogStore Open();

    /// <summary>Opens it as another process would, beside the writer; null when the store cannot.</summary>
    protected abstract ICatalogStore? OpenBeside();

    protected abstract bool OutlivesProcess { get; }

    [Fact]
    public void Empty_store_is_at_sequence_zero()
    {
        using var store = Open();
        Assert.Equal(0, store.AsOf);
        Assert.Equal("", Text(store));
    }

    [Fact]
    public void Committed_rows_are_read_back_whole()
    {
        using var store = Open();
        var delta = new CatalogDelta([FullItem(0), Item(1, "bare")], [Entity(0, "u", put: FullEntity("u"))], [Entity(0, "s", put: FullEntity("s"))]);
        store.Commit(7, delta);
        Assert.Equal(7, store.AsOf);
        Assert.Equal(Text(delta), Text(store));
    }

    [Fact]
    public void Reopened_store_holds_the_last_commit()
    {
        RequireDurable();
        var first = new CatalogDelta([Item(0, "a"), Item(1, "b")], [Entity(0, "u")], []);
        using (var store = Open())
        {
            store.Commit(3, first);
        }

        using (var store = Open())
        {
            Assert.Equal((3, Text(first)), (store.AsOf, Text(store)));
            store.Commit(5, new CatalogDelta([Item(2, "c")], [], [Entity(0, "s")]));
        }

        using var again = Open();
        Assert.Equal((5, Text(new CatalogDelta([Item(0, "a"), Item(1, "b"), Item(2, "c")], [Entity(0, "u")], [Entity(0, "s")]))), (again.AsOf, Text(again)));
    }

    [Fact]
    public void Rows_come_in_the_order_of_their_ordinals()
    {
        using var store = Open();
        int[] shuffled = [.. Enumerable.Range(0, 500).Select(i => i * 377 % 500)];
        foreach (var (sequence, part) in shuffled.Chunk(90).Index())
        {
            store.Commit(sequence, new CatalogDelta(
                [.. part.Select(i => Item(i, $"i{i}"))], [.. part.Select(i => Entity(i, $"u{i}"))], [.. part.Select(i => Entity(i, $"s{i}"))]));
        }

        Assert.Equal(Enumerable.Range(0, 500), store.ReadItems().Select(item => item.Ordinal));
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"u{i}"), store.ReadUsers().Select(user => user.Id));
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"s{i}"), store.ReadSellers().Select(seller => seller.Id));
    }

    [Fact]
    public void Visited_items_are_those_that_are_read_in_any_range_and_on_several_threads()
    {
        using var store = Open();
        Assert.Equal(0, store.ItemEnd);
        store.Commit(1, new CatalogDelta([.. Enumerable.Range(0, 200).Select(i => i == 7 ? FullItem(i) : Item(i, $"i{i}", price: i, isDeleted: i % 5 == 0))], [], []));
        Assert.Equal(200, store.ItemEnd);
        string[] read = [.. store.ReadItems().Select(item => Line(item.Ordinal, item.IsDeleted, item.Put))];
        Parallel.For(0, 20, range =>
        {
            var visited = new List<string>();
            store.VisitItems(range * 10, (range * 10) + 15, (ordinal, isDeleted, put) => visited.Add(Line(ordinal, isDeleted, ItemChange.Read(put))));
            Assert.Equal(read.Skip(range * 10).Take(15), visited);
        });

        static string Line(int ordinal, bool isDeleted, ItemChange put) => Text(new CatalogDelta([new StoredItem(ordinal, isDeleted, put)], [], []));
    }

    [Fact]
    public void Later_commit_replaces_rows_of_the_same_ordinal()
    {
        using var store = Open();
        store.Commit(1, new CatalogDelta([Item(0, "a", price: 5), Item(1, "b", price: 6)], [Entity(0, "u", put: FullEntity("u"))], []));
        store.Commit(2, new CatalogDelta([Item(0, "a", price: 7)], [Entity(0, "u")], []));
        Assert.Equal(Text(new CatalogDelta([Item(0, "a", price: 7), Item(1, "b", price: 6)], [Entity(0, "u")], [])), Text(store));
    }

    [Fact]
    public void Deleted_item_keeps_its_ordinal_and_may_return()
    {
        using var store = Open();
        store.Commit(1, new CatalogDelta([Item(0, "a"), Item(1, "b"), Item(2, "c")], [], []));
        store.Commit(2, new CatalogDelta([Item(1, "b", isDeleted: true)], [], []));
        Assert.Equal([false, true, false], store.ReadItems().Select(item => item.IsDeleted));
        store.Commit(3, new CatalogDelta([Item(1, "b")], [], []));
        Assert.Equal(["a", "b", "c"], store.ReadItems().Where(item => !item.IsDeleted).Select(item => item.Put.Id.Value));
    }

    [Fact]
    public void Alias_and_attributes_of_the_joined_user_are_kept()
    {
        using var store = Open();
        StoredEntity[] users = [Entity(0, "login", put: FullEntity("put under the alias")), Entity(1, "anonymous", userOfAlias: 0), Entity(2, "known by id")];
        store.Commit(1, new CatalogDelta([], users, []));
        Assert.Equal(Text(new CatalogDelta([], users, [])), Text(store));
        Assert.Equal([-1, 0, -1], store.ReadUsers().Select(user => user.UserOfAlias));
        Assert.Null(store.ReadUsers().Last().Put);
    }

    [Theory]
    [InlineData("ёлка «Ёлочка» 🎄")]
    [InlineData("'; DROP TABLE items; --")]
    [InlineData("e\u0301 ≠ \u00e9")]
    [InlineData("نافذة العرض")]
    [InlineData("NULL")]
    [InlineData("0012")]
    public void Any_text_survives(string text)
    {
        using var store = Open();
        var delta = new CatalogDelta([Item(0, text)], [Entity(0, text, put: FullEntity(text))], [Entity(0, text)]);
        store.Commit(1, delta);
        Assert.Equal(Text(delta), Text(store));
    }

    [Fact]
    public void Commit_that_fails_midway_leaves_the_earlier_state()
    {
        using var store = Open();
        var before = new CatalogDelta([Item(0, "a"), Item(1, "b")], [Entity(0, "u")], [Entity(0, "s")]);
        store.Commit(4, before);
        var items = new FailingList<StoredItem>(ordinal => Item(ordinal, "new"), 200, 150);
        var sellers = new FailingList<StoredEntity>(ordinal => Entity(ordinal, "new"), 200, 199);
        Assert.Throws<TimeoutException>(() => store.Commit(9, new CatalogDelta(items, [Entity(0, "new")], [])));
        Assert.Throws<TimeoutException>(() => store.Commit(9, new CatalogDelta([Item(0, "new")], [Entity(0, "new")], sellers)));
        Assert.Equal((4, Text(before)), (store.AsOf, Text(store)));
        store.Commit(9, new CatalogDelta([Item(0, "new")], [], []));
        Assert.Equal((9, "new"), (store.AsOf, store.ReadItems().First().Put.Id.Value));
    }

    [Fact]
    public void Sequence_may_stand_still_but_not_go_back()
    {
        using var store = Open();
        store.Commit(10, new CatalogDelta([Item(0, "a")], [], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Commit(9, new CatalogDelta([Item(0, "older")], [], [])));
        store.Commit(10, new CatalogDelta([Item(1, "b")], [], []));
        Assert.Equal((10, "a b"), (store.AsOf, string.Join(' ', store.ReadItems().Select(item => item.Put.Id.Value))));
    }

    [Fact]
    public void Cleared_store_begins_anew()
    {
        using (var store = Open())
        {
            store.Commit(10, new CatalogDelta([Item(0, "a")], [Entity(0, "u")], [Entity(0, "s")]));
            store.Clear();
            Assert.Equal((0, ""), (store.AsOf, Text(store)));
            store.Commit(2, new CatalogDelta([Item(0, "b")], [], []));
        }

        if (OutlivesProcess)
        {
            using var again = Open();
            Assert.Equal((2, "b"), (again.AsOf, again.ReadItems().Single().Put.Id.Value));
        }
    }

    [Fact]
    public void Enumeration_sees_the_state_of_its_beginning()
    {
        using var store = Open();
        store.Commit(1, new CatalogDelta([.. Enumerable.Range(0, 300).Select(i => Item(i, "old"))], [], []));
        using var reading = store.ReadItems().GetEnumerator();
        Assert.True(reading.MoveNext());
        store.Commit(2, new CatalogDelta([.. Enumerable.Range(0, 400).Select(i => Item(i, "new"))], [], []));
        var count = 1;
        while (reading.MoveNext())
        {
            Assert.Equal("old", reading.Current.Put.Id.Value);
            count++;
        }

        Assert.Equal(300, count);
        Assert.Equal(400, store.ReadItems().Count());
    }

    [Fact]
    public void Reader_of_another_process_sees_one_state()
    {
        using var store = Open();
        store.Commit(1, new CatalogDelta([Item(0, "a")], [Entity(0, "u")], []));
        using (var beside = OpenBeside())
        {
            if (beside is null)
            {
                Assert.Skip("The store lives in one process.");
            }

            store.Commit(2, new CatalogDelta([Item(1, "b")], [Entity(1, "v")], [Entity(0, "s")]));
            Assert.Equal((1, Text(new CatalogDelta([Item(0, "a")], [Entity(0, "u")], []))), (beside.AsOf, Text(beside)));
            Assert.Throws<InvalidOperationException>(() => beside.Commit(3, new CatalogDelta([], [], [])));
            Assert.Throws<InvalidOperationException>(beside.Clear);
        }

        using var later = OpenBeside()!;
        Assert.Equal((2, Text(store)), (later.AsOf, Text(later)));
    }

    private void RequireDurable()
    {
        if (!OutlivesProcess)
        {
            Assert.Skip("The store lives in memory.");
        }
    }
}

public sealed class MemoryCatalogStoreTests : CatalogStoreContract
{
    protected override bool OutlivesProcess => false;

    protected override ICatalogStore Open() => new MemoryCatalogStore();

    protected override ICatalogStore? OpenBeside() => null;
}
