using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Rules;

namespace Vitrina.Tests.Engine;

public class VisibilityTests
{
    private static List<string> Ids(RankingAnswer answer) => [.. answer.Sections[0].Items.Select(item => item.Id)];

    [Fact]
    public async Task A_put_item_stands_in_the_next_answer_after_the_wait()
    {
        await using var engine = TestEngine.Open();
        for (var i = 0; i < 20; i++)
        {
            await engine.TakeAsync(engine.Put($"i{i}", "зелёный чайник", seller: $"s{i}"));
            Assert.Contains($"i{i}", Ids(await engine.SearchAsync("чайник")));
        }
    }

    [Fact]
    public async Task What_was_closed_before_the_request_is_never_shown_even_while_nothing_is_published()
    {
        await using var engine = TestEngine.Open();
        await engine.TakeAsync(engine.Put("a", "чайник"), engine.Put("b", "чайник"), engine.Put("c", "чайник", seller: "t"), engine.Put("d", "чайник", seller: "t"));
        engine.Runtime.PublishesOnlyWhenAwaited = true;
        var expiry = TestEngine.Of(new ItemChange { Id = new ItemId("c"), Kind = ItemChangeKind.Patch, AtMs = engine.NowMs, ExpiresAtMs = engine.NowMs + 1000 });
        await engine.Runtime.Writer.AppendAsync([engine.Delete("a"), engine.Stock("b", 0), expiry], TestContext.Current.CancellationToken);
        Assert.Equal(["c", "d"], Ids(await engine.SearchAsync("чайник")).Order());
        engine.Clock.AdvanceTo(engine.Clock.GetUtcNow().AddSeconds(1));
        Assert.Equal(["d"], Ids(await engine.SearchAsync("чайник")));
        Assert.Equal(3, engine.Runtime.Snapshot.Verticals["goods"].Market.Items.Count - 1);
    }

    [Fact]
    public async Task A_snapshot_does_not_see_what_comes_after_it()
    {
        await using var engine = TestEngine.Open();
        await engine.TakeAsync(engine.Put("a", "чайник"));
        var before = engine.Runtime.Snapshot;
        await engine.TakeAsync(engine.Put("b", "чайник"), engine.Patch("a", new NamedValue("price", AttributeValue.Of(7))), engine.Event("e1", EventType.Click, "a"));
        var market = before.Verticals["goods"].Market;
        Assert.Equal(1, market.Items.Count);
        Assert.Equal(100, market.Items[0]!.Numbers[before.Verticals["goods"].Vertical.PriceSlot]);
        Assert.Null(before.Verticals["goods"].Find("b"));
        Assert.NotNull(engine.Runtime.Snapshot.Verticals["goods"].Find("b"));
    }

    [Fact]
    public async Task A_kill_switch_serves_the_baseline_by_entry_and_by_file()
    {
        await using var engine = TestEngine.Open(options: new EngineOptions { WatchIntervalMs = 50 });
        await engine.TakeAsync([.. Enumerable.Range(0, 5).Select(i => engine.Put($"i{i}", "чайник чайник", seller: "one"))]);
        await engine.TakeAsync(engine.Put("other", "очень большой и красивый синий чайник", seller: "two"));
        var request = new RankRequest { Vertical = "goods", Surface = "search", Query = "чайник", Size = 5, Seed = 3 };

        // The cap lifts the other seller's item onto the page; the baseline knows no cap.
        Assert.Contains("other", Ids(await engine.RankAsync(request)));
        await engine.TakeAsync(TestEngine.Control(EntryKind.KillSwitch, "goods/search", "on"));
        Assert.DoesNotContain("other", Ids(await engine.RankAsync(request)));
        await engine.TakeAsync(TestEngine.Control(EntryKind.KillSwitch, "goods/search", "off"));
        Assert.Contains("other", Ids(await engine.RankAsync(request)));

        File.WriteAllText(Path.Combine(engine.Root, KillSwitches.FileName), "# by hand\ngoods/search\n");
        await UntilAsync(() => engine.Runtime.KillSwitches.IsSwitched("goods/search"));
        Assert.False(engine.Runtime.KillSwitches.IsSwitched("goods/similar"));
        File.Delete(Path.Combine(engine.Root, KillSwitches.FileName));
        await UntilAsync(() => !engine.Runtime.KillSwitches.IsSwitched("goods/search"));
    }

    [Fact]
    public async Task A_changed_vertical_file_is_taken_over_and_a_broken_one_is_not()
    {
        await using var engine = TestEngine.Open(options: new EngineOptions { WatchIntervalMs = 50 });
        await engine.TakeAsync([.. Enumerable.Range(0, 6).Select(i => engine.Put($"i{i}", "чайник", seller: "one"))]);
        await engine.TakeAsync(engine.Event("e1", EventType.Click, "i1"), engine.Event("e2", EventType.View, "i1"));
        var file = Path.Combine(new DataDirectory(engine.Root).Verticals, "goods.yaml");
        string[] Features() => [.. engine.Runtime.Snapshot.Verticals["goods"].Vertical.FeatureNames];

        // Same counts: another mix and one feature less.
        var mixed = TestEngine.GoodsYaml.Replace("  - {kind: hourOfDay}\n", "", StringComparison.Ordinal).Replace("{rule: sellerCap, max: 3}", "{rule: sellerCap, max: 1}", StringComparison.Ordinal);
        File.WriteAllText(file, mixed);
        await UntilAsync(() => !Features().Contains("hourOfDay"));
        Assert.Equal(2, engine.Runtime.Snapshot.Verticals["goods"].Vertical.Surfaces["search"].Rules.Count + 1);

        File.WriteAllText(file, mixed.Replace("features:", "featurs:", StringComparison.Ordinal));
        await UntilAsync(() => engine.Runtime.VerticalErrors.Any(error => error.Suggestion == "features"));
        Assert.DoesNotContain("hourOfDay", Features());

        // New counts: rebuilt beside the serving state from the whole journal.
        File.WriteAllText(file, mixed.Replace("windows: [1d, 7d, 28d]", "windows: [1d, 3d, 7d, 28d]", StringComparison.Ordinal).Replace("  - {kind: queryLength}\n", "  - {kind: queryLength}\n  - {kind: count, of: click, key: item, windows: [3d]}\n", StringComparison.Ordinal));
        await UntilAsync(() => Features().Contains("count.click.item.3d"));
        Assert.Empty(engine.Runtime.VerticalErrors);
        StateBytes.AssertEqual(StateBytes.Rebuild(engine.Root, [engine.Runtime.Snapshot.Verticals["goods"].Vertical], engine.Runtime.State.AsOf), engine.Runtime.State);
        await engine.TakeAsync(engine.Put("new", "чайник", seller: "two"));
        Assert.Contains("new", Ids(await engine.SearchAsync("чайник")));
    }

    // Watches a file watcher: polls, because its timer is real.
    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var attempt = 0; !condition(); attempt++)
        {
            Assert.True(attempt < 400, "nothing happened within 20 seconds");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
