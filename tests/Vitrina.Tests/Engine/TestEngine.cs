using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Ranking;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Tests.Engine;

/// <summary>A running engine over a folder of its own, in driven time, with deadlines that a busy machine does not miss.</summary>
internal sealed class TestEngine : IAsyncDisposable
{
    private readonly bool _ownsFolder;

    private TestEngine(string root, bool ownsFolder, EngineRuntime runtime, DrivenClock clock, IReadOnlyList<CompiledVertical> verticals) =>
        (Root, _ownsFolder, Runtime, Clock, Verticals) = (root, ownsFolder, runtime, clock, verticals);

    public static DateTimeOffset Start { get; } = new(2026, 2, 22, 9, 0, 0, TimeSpan.Zero);

    public static string GoodsYaml { get; } =
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "verticals", "goods.yaml")).Replace("deadline: 200ms", "deadline: 10s", StringComparison.Ordinal);

    public string Root { get; }

    public EngineRuntime Runtime { get; }

    public DrivenClock Clock { get; }

    public IReadOnlyList<CompiledVertical> Verticals { get; }

    public long NowMs => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    public static string NewFolder() => Directory.CreateTempSubdirectory("vitrina-engine-").FullName;

    public static TestEngine Open(string? root = null, string? yaml = null, EngineOptions? options = null, DateTimeOffset? at = null)
    {
        var folder = root ?? NewFolder();
        var directory = new DataDirectory(folder);
        Directory.CreateDirectory(directory.Verticals);

        // One secret for all: tokens are then the same in every run.
        File.WriteAllBytes(Path.Combine(folder, "secret"), [.. Enumerable.Range(0, 32).Select(value => (byte)value)]);
        var file = Path.Combine(directory.Verticals, "goods.yaml");
        if (yaml is not null || !File.Exists(file))
        {
            File.WriteAllText(file, yaml ?? GoodsYaml);
        }

        var verticals = directory.LoadVerticals(out var errors);
        Assert.Empty(errors);
        options ??= new EngineOptions();
        var clock = new DrivenClock(at ?? Start);
        var stores = EngineStores.Open(directory, options, clock);
        return new TestEngine(folder, root is null, EngineRuntime.Start(stores, verticals, options, clock), clock, verticals);
    }

    /// <summary>Takes entries and waits until they are seen.</summary>
    public async Task<long> TakeAsync(params PendingEntry[] entries)
    {
        var result = await Runtime.Writer.AppendAndWaitAsync(entries, TestContext.Current.CancellationToken);
        await Runtime.WaitForAsync(result.LastSequence, TestContext.Current.CancellationToken);
        return result.LastSequence;
    }

    public ValueTask<RankingAnswer> RankAsync(RankRequest request) => Runtime.Ranking.RankAsync(request, TestContext.Current.CancellationToken);

    public Task<RankingAnswer> SearchAsync(string? query, string? user = "u1", int size = 20) =>
        RankAsync(new RankRequest { Vertical = "goods", Surface = "search", Query = query, User = user, Session = "s1", Size = size, Seed = 1 }).AsTask();

    public static PendingEntry Of(ItemChange change)
    {
        var writer = new ByteWriter();
        change.Write(writer);
        var kind = change.Kind switch { ItemChangeKind.Put => EntryKind.ItemPut, ItemChangeKind.Patch => EntryKind.ItemPatch, _ => EntryKind.ItemDelete };
        return new PendingEntry(kind, writer.ToArray());
    }

    public static PendingEntry Of(MarketEvent marketEvent)
    {
        var writer = new ByteWriter();
        marketEvent.Write(writer);
        return new PendingEntry(EntryKind.Event, writer.ToArray(), DedupeKeys.OfEvent(marketEvent.Id));
    }

    public static PendingEntry Of(FeatureRow row)
    {
        var writer = new ByteWriter();
        row.Write(writer);
        return new PendingEntry(EntryKind.FeatureRows, writer.ToArray());
    }

    public static PendingEntry Of(UserAlias alias)
    {
        var writer = new ByteWriter();
        alias.Write(writer);
        return new PendingEntry(EntryKind.UserAlias, writer.ToArray());
    }

    public static PendingEntry User(string id, long atMs, string region)
    {
        var writer = new ByteWriter();
        new EntityChange { Id = id, AtMs = atMs, Attributes = [new("region", AttributeValue.Of(region))] }.Write(writer);
        return new PendingEntry(EntryKind.UserPut, writer.ToArray());
    }

    public static PendingEntry Control(EntryKind kind, string subject, string value) => new(kind, new ControlEntry(subject, value, "test").ToBytes());

    public PendingEntry Put(string id, string title, string category = "phones", double price = 100, string seller = "s", int? stock = 5, string brand = "acme", long? atMs = null, params NamedValue[] more) =>
        Of(new ItemChange
        {
            Id = new ItemId(id),
            Kind = ItemChangeKind.Put,
            AtMs = atMs ?? NowMs,
            Vertical = "goods",
            Seller = seller,
            Stock = stock,
            Attributes =
            [
                new("title", AttributeValue.Of(title)), new("category", AttributeValue.Of(category)), new("brand", AttributeValue.Of(brand)),
                new("price", AttributeValue.Of(price)), .. more,
            ],
        });

    public PendingEntry Patch(string id, params NamedValue[] attributes) =>
        Of(new ItemChange { Id = new ItemId(id), Kind = ItemChangeKind.Patch, AtMs = NowMs, Attributes = attributes });

    public PendingEntry Stock(string id, int stock) => Of(new ItemChange { Id = new ItemId(id), Kind = ItemChangeKind.Patch, AtMs = NowMs, Stock = stock });

    public PendingEntry Delete(string id) => Of(new ItemChange { Id = new ItemId(id), Kind = ItemChangeKind.Delete, AtMs = NowMs });

    public PendingEntry Event(string id, EventType type, string item, string user = "u1", long? atMs = null, string? query = null, string? rankingId = null) =>
        Of(new MarketEvent { Id = id, Type = type, OccurredAtMs = atMs ?? NowMs, Item = item, User = user, Session = "s1", Query = query, RankingId = rankingId });

    public async ValueTask DisposeAsync()
    {
        await Runtime.DisposeAsync();
        if (_ownsFolder)
        {
            Directory.Delete(Root, true);
        }
    }
}

/// <summary>What an engine state consists of, as bytes, to compare two of them.</summary>
internal static class StateBytes
{
    public static Dictionary<string, string> Of(EngineState state)
    {
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var section in state.Sections())
        {
            using var stream = new MemoryStream();
            section.Write(stream);
            parts[section.Name] = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(stream.ToArray()));
        }

        parts["items"] = string.Join('\n', Enumerable.Range(0, state.Catalog.ItemCount).Select(ordinal => ItemText(state, ordinal)));
        parts["users"] = string.Join('\n', Enumerable.Range(0, state.Catalog.UserCount).Select(ordinal => state.Catalog.UserNameOf(ordinal)));
        parts["aliases"] = string.Join(' ', Enumerable.Range(0, state.Catalog.UserCount).Select(ordinal => state.Catalog.FindUser(state.Catalog.UserNameOf(ordinal), state.Catalog.LiveAliases())));
        foreach (var (name, vertical) in state.Verticals)
        {
            var live = state.Live(name);
            parts[$"{name}.prices"] = string.Join(' ', live.PriceLevels.SelectMany(levels => Enumerable.Range(0, 200).Select(levels.MedianOf)));
        }

        return parts;
    }

    private static string ItemText(EngineState state, int ordinal)
    {
        if (state.Catalog[ordinal] is not { } item)
        {
            return "-";
        }

        var writer = new ByteWriter();
        state.Catalog.PutOf(item).Write(writer);
        var numbers = string.Join(' ', item.Numbers.Select(BitConverter.DoubleToInt64Bits));
        return $"{item.Id} {item.IsDeleted} {item.IsActive} {item.Stock} {item.PublishedAtMs} {item.SellerOrdinal} {numbers} {string.Join(' ', item.Keywords)} {Convert.ToHexString(writer.ToArray())}";
    }

    /// <summary>The state that a journal adds up to, entry by entry.</summary>
    public static EngineState Rebuild(string root, IReadOnlyList<CompiledVertical> verticals, long until = long.MaxValue)
    {
        var state = new EngineState(verticals);
        using var journal = SegmentJournalStore.Open(new DataDirectory(root).Journal, new SegmentJournalOptions(), readOnly: true);
        foreach (var entry in journal.Read(journal.FirstSequence))
        {
            if (entry.Sequence > until)
            {
                break;
            }

            state.Apply(entry);
        }

        return state;
    }

    public static void AssertEqual(EngineState expected, EngineState actual)
    {
        var (left, right) = (Of(expected), Of(actual));
        Assert.Equal(left.Keys.Order(), right.Keys.Order());
        foreach (var (name, bytes) in left)
        {
            Assert.True(bytes == right[name], $"{name} differs");
        }

        Assert.Equal(expected.AsOf, actual.AsOf);
    }
}
