using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;

namespace Vitrina.Tests.Engine;

public class RecoveryTests
{
    // Items of every kind of change, events with and without queries, late ones, users, aliases, an erasure, rows, a day's turn, a model and a switch.
    private static async Task FillAsync(TestEngine engine, string prefix, int count)
    {
        var entries = new List<PendingEntry>();
        for (var i = 0; i < count; i++)
        {
            var id = $"{prefix}{i}";
            entries.Add(engine.Put(id, $"телефон модель {i}", i % 3 == 0 ? "phones" : "cases", 100 + i, $"s{i % 5}", 5, $"brand{i % 4}", null, new NamedValue("color", AttributeValue.Of(["red", "blue"]))));
            entries.Add(TestEngine.User($"{prefix}u{i}", engine.NowMs, "Москва"));
            entries.Add(engine.Event($"{prefix}v{i}", EventType.View, id, $"{prefix}u{i % 7}", engine.NowMs - (i % 5 * 86_400_000L), "телефон"));
            entries.Add(engine.Event($"{prefix}c{i}", EventType.Click, id, $"{prefix}u{i % 7}"));
            entries.Add(i % 2 == 0 ? engine.Patch(id, new NamedValue("price", AttributeValue.Of(50 + i)), new NamedValue("reviews", default)) : engine.Stock(id, 3));
        }

        entries.Add(engine.Delete($"{prefix}1"));
        entries.Add(engine.Patch($"{prefix}2", new NamedValue("delivery", AttributeValue.Of([new NamedNumber("Москва", 1)]))));
        entries.Add(TestEngine.Of(new UserAlias(new UserId($"{prefix}u0"), new UserId($"{prefix}u1"), engine.NowMs)));
        entries.Add(TestEngine.Control(EntryKind.UserErase, $"{prefix}u2", ""));
        entries.Add(TestEngine.Of(new FeatureRow { Table = "seller_quality", Key = "s1", ValidFromMs = engine.NowMs, Columns = [new("rating", 4.5f)] }));
        entries.Add(TestEngine.Control(EntryKind.KillSwitch, "goods/similar", "on"));
        entries.Add(new PendingEntry(EntryKind.DayStarted, ReadOnlyMemory<byte>.Empty));
        await engine.TakeAsync([.. entries]);
        await engine.SearchAsync("телефон");
    }

    internal static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), true);
        }

        foreach (var folder in Directory.GetDirectories(from))
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }

    private static async Task<(EngineState State, string[] Recovery)> ReopenAsync(string root, string? yaml = null)
    {
        await using var engine = TestEngine.Open(root, yaml);
        return (engine.Runtime.State, [.. engine.Runtime.Recovery]);
    }

    private static async Task<string> TwoCheckpointsAsync()
    {
        var root = TestEngine.NewFolder();
        foreach (var prefix in new[] { "a", "b" })
        {
            await using var engine = TestEngine.Open(root);
            await FillAsync(engine, prefix, 40);
        }

        return root;
    }

    [Fact]
    public async Task A_checkpoint_and_the_tail_equal_a_replay_from_the_start()
    {
        var root = await TwoCheckpointsAsync();
        var (state, recovery) = await ReopenAsync(root);
        Assert.Empty(recovery);
        StateBytes.AssertEqual(StateBytes.Rebuild(root, [.. state.Verticals.Values], state.AsOf), state);
    }

    [Fact]
    public async Task An_engine_that_is_cut_off_recovers_everything_that_was_durable()
    {
        var root = TestEngine.NewFolder();
        var copy = TestEngine.NewFolder();
        await using (var engine = TestEngine.Open(root))
        {
            await FillAsync(engine, "a", 40);
        }

        await using (var engine = TestEngine.Open(root))
        {
            await FillAsync(engine, "b", 40);
            Copy(root, copy);
        }

        var (state, _) = await ReopenAsync(copy);
        StateBytes.AssertEqual(StateBytes.Rebuild(copy, [.. state.Verticals.Values], state.AsOf), state);
        Assert.NotNull(state.Catalog.Find("b0"));
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("flip")]
    [InlineData("gone")]
    public async Task A_damaged_checkpoint_is_named_and_rebuilt_from_the_journal(string damage)
    {
        var root = await TwoCheckpointsAsync();
        var newest = Directory.GetFiles(new DataDirectory(root).Checkpoints, "*.ckpt").Order(StringComparer.Ordinal).Last();
        var bytes = File.ReadAllBytes(newest);
        bytes[bytes.Length / 2] ^= 1;
        if (damage == "gone")
        {
            File.Delete(newest);
        }
        else
        {
            File.WriteAllBytes(newest, damage == "cut" ? bytes[..(bytes.Length / 2)] : bytes);
        }

        var (state, recovery) = await ReopenAsync(root);
        Assert.Contains(recovery, sentence => sentence.Contains("checkpoint", StringComparison.Ordinal) && sentence.Contains("rebuilt", StringComparison.Ordinal));
        StateBytes.AssertEqual(StateBytes.Rebuild(root, [.. state.Verticals.Values], state.AsOf), state);
    }

    [Fact]
    public async Task A_catalogue_one_checkpoint_behind_restores_from_the_older_pair()
    {
        var root = await TwoCheckpointsAsync();
        var directory = new DataDirectory(root);
        var older = TestEngine.NewFolder();
        await using (var engine = TestEngine.Open(root))
        {
            Copy(root, older);
            await FillAsync(engine, "c", 5);
        }

        // A crash between the statistics and the catalogue: the newer checkpoint stands, the catalogue is still the older one.
        foreach (var file in Directory.GetFiles(root, "catalog.db*"))
        {
            File.Delete(file);
        }

        foreach (var file in Directory.GetFiles(older, "catalog.db*"))
        {
            File.Copy(file, Path.Combine(root, Path.GetFileName(file)), true);
        }

        Assert.Equal(2, Directory.GetFiles(directory.Checkpoints, "*.ckpt").Length);
        var (state, recovery) = await ReopenAsync(root);
        Assert.DoesNotContain(recovery, sentence => sentence.Contains("rebuilt", StringComparison.Ordinal));
        StateBytes.AssertEqual(StateBytes.Rebuild(root, [.. state.Verticals.Values], state.AsOf), state);
    }

    [Theory]
    [InlineData("windows: [1d, 7d, 28d]", "windows: [1d, 3d, 7d, 28d]")]
    [InlineData("order:    {weight: 10, value: price, attributionWindow: 7d}", "order:    {weight: 10, value: price, attributionWindow: 60d}")]
    [InlineData("reviews:     {kind: number, min: 0, default: 0}", "reviews:     {kind: number, min: 0, default: 7}")]
    public async Task A_file_that_counts_differently_rebuilds_the_statistics(string from, string to)
    {
        var root = await TwoCheckpointsAsync();
        Assert.Contains(from, TestEngine.GoodsYaml, StringComparison.Ordinal);
        var (state, recovery) = await ReopenAsync(root, TestEngine.GoodsYaml.Replace(from, to, StringComparison.Ordinal));
        Assert.Contains(recovery, sentence => sentence.Contains("count differently", StringComparison.Ordinal));
        StateBytes.AssertEqual(StateBytes.Rebuild(root, [.. state.Verticals.Values], state.AsOf), state);
    }

    [Fact]
    public async Task A_journal_without_its_oldest_part_goes_on_from_the_checkpoint()
    {
        var root = TestEngine.NewFolder();
        var options = new EngineOptions { Segments = new SegmentJournalOptions { SegmentBytes = 4096 } };
        foreach (var prefix in new[] { "a", "b" })
        {
            await using var engine = TestEngine.Open(root, options: options);
            await FillAsync(engine, prefix, 40);
        }

        var before = (await ReopenAsync(root)).State;
        File.Delete(SegmentRecovery.FilesOf(new DataDirectory(root).Journal)[0]);

        var (after, recovery) = await ReopenAsync(root);
        Assert.Empty(recovery);
        StateBytes.AssertEqual(before, after);

        // Without its statistics the catalogue is still there, and the loss is said.
        foreach (var file in Directory.GetFiles(new DataDirectory(root).Checkpoints))
        {
            File.Delete(file);
        }

        var (rest, said) = await ReopenAsync(root);
        Assert.Contains(said, sentence => sentence.Contains("are not there", StringComparison.Ordinal));
        Assert.Equal(before.Catalog.ItemCount, rest.Catalog.ItemCount);
        Assert.Equal(before.AsOf, rest.AsOf);
    }

    [Fact]
    public async Task A_kill_switch_survives_a_checkpoint_and_a_restart()
    {
        var root = await TwoCheckpointsAsync();
        await using var engine = TestEngine.Open(root);
        Assert.True(engine.Runtime.KillSwitches.IsSwitched("goods/similar"));
        Assert.False(engine.Runtime.KillSwitches.IsSwitched("goods/search"));
    }
}
