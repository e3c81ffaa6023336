using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models.Registry;

namespace Vitrina.Tests.Engine;

public class CheckpointsBesideWorkTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Commits when it is let, or fails.</summary>
    private sealed class GatedCatalog(ICatalogStore store) : ICatalogStore
    {
        public ManualResetEventSlim Reached { get; } = new();

        public ManualResetEventSlim Open { get; } = new();

        public bool Fails { get; set; }

        public long AsOf => store.AsOf;

        public int ItemEnd => store.ItemEnd;

        public void Commit(long asOf, CatalogDelta delta)
        {
            Reached.Set();
            Assert.True(Open.Wait(Patience));
            if (Fails)
            {
                throw new IOException("The disk is full.");
            }

            store.Commit(asOf, delta);
        }

        public IEnumerable<StoredItem> ReadItems() => store.ReadItems();

        public void VisitItems(int first, int until, StoredItemVisitor visit) => store.VisitItems(first, until, visit);

        public IEnumerable<StoredEntity> ReadUsers() => store.ReadUsers();

        public IEnumerable<StoredEntity> ReadSellers() => store.ReadSellers();

        public void Clear() => store.Clear();

        public bool Scrub() => store.Scrub();

        public void Dispose() => store.Dispose();
    }

    private static (EngineRuntime Runtime, GatedCatalog Catalog, IReadOnlyList<CompiledVertical> Verticals) Start(string root)
    {
        var directory = new DataDirectory(root);
        directory.Create();
        File.WriteAllText(Path.Combine(directory.Verticals, "goods.yaml"), TestEngine.GoodsYaml);
        var (options, clock, verticals) = (new EngineOptions { CheckpointEntries = 1000 }, new DrivenClock(TestEngine.Start), directory.LoadVerticals(out _));
        var catalog = new GatedCatalog(SqliteCatalogStore.Open(directory.Catalog));
        var stores = new EngineStores
        {
            Journal = SegmentJournalStore.Open(directory.Journal, options.Segments),
            Catalog = catalog,
            Control = SqliteControlStore.Open(directory.Control),
            Checkpoints = new CheckpointFolder(directory.Checkpoints),
            Models = new ModelFolder(directory.Models),
            Signer = new TokenSigner(directory.ReadSecret()),
        };
        return (EngineRuntime.Start(stores, verticals, options, clock), catalog, verticals);
    }

    private static PendingEntry Put(int number) => TestEngine.Of(new ItemChange
    {
        Id = new ItemId($"i{number}"),
        Kind = ItemChangeKind.Put,
        AtMs = TestEngine.Start.ToUnixTimeMilliseconds(),
        Vertical = "goods",
        Seller = $"s{number % 7}",
        Attributes = [new("title", AttributeValue.Of($"чайник {number}")), new("category", AttributeValue.Of($"kettles{number % 3}")), new("price", AttributeValue.Of(number))],
    });

    private static async Task TakeAsync(EngineRuntime runtime, params PendingEntry[] entries)
    {
        var result = await runtime.Writer.AppendAndWaitAsync(entries, TestContext.Current.CancellationToken);
        await runtime.WaitForAsync(result.LastSequence, TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    private static async Task AssertRecoversAsync(string root, IReadOnlyList<CompiledVertical> verticals, int items)
    {
        await using var engine = TestEngine.Open(root);
        Assert.Equal(items, engine.Runtime.Snapshot.Verticals["goods"].Market.Items.Count);
        StateBytes.AssertEqual(StateBytes.Rebuild(root, verticals, engine.Runtime.Snapshot.AsOf), engine.Runtime.State);
    }

    [Fact]
    public async Task Entries_are_applied_and_seen_while_a_checkpoint_is_written_and_a_kill_then_loses_none()
    {
        var (root, killed) = (TestEngine.NewFolder(), TestEngine.NewFolder());
        var (runtime, catalog, verticals) = Start(root);
        await TakeAsync(runtime, [.. Enumerable.Range(0, 1200).Select(Put)]);
        Assert.True(catalog.Reached.Wait(Patience, TestContext.Current.CancellationToken));

        // New items, and changes of those that are being written: the checkpoint is of the moment before.
        await TakeAsync(runtime, [.. Enumerable.Range(1150, 100).Select(Put)]);
        await TakeAsync(runtime, TestEngine.Of(new ItemChange { Id = new ItemId("i5"), Kind = ItemChangeKind.Patch, AtMs = 1, Attributes = [new("title", AttributeValue.Of("самовар"))] }));
        Assert.Equal(1250, runtime.Snapshot.Verticals["goods"].Market.Items.Count);
        Assert.Equal(0, runtime.CheckpointAsOf);
        RecoveryTests.Copy(root, killed);
        catalog.Open.Set();
        await runtime.DisposeAsync();
        await AssertRecoversAsync(root, verticals, 1250);
        await AssertRecoversAsync(killed, verticals, 1250);
    }

    [Fact]
    public async Task A_checkpoint_that_cannot_be_written_stops_the_engine_and_leaves_the_earlier_pair()
    {
        var root = TestEngine.NewFolder();
        var (runtime, catalog, verticals) = Start(root);
        catalog.Fails = true;
        catalog.Open.Set();
        await TakeAsync(runtime, [.. Enumerable.Range(0, 1200).Select(Put)]);
        var waited = 0;
        while (runtime.Failure is null)
        {
            Assert.True(waited++ < 6000);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.IsType<IOException>(runtime.Failure);
        await runtime.DisposeAsync();
        Assert.Equal(0, runtime.CheckpointAsOf);
        await AssertRecoversAsync(root, verticals, 1200);
    }
}
