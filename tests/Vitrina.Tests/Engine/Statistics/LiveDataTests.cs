using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Features;
using Vitrina.Engine.Language;
using Vitrina.Engine.Rules;
using Vitrina.Engine.Statistics;
using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Tests.Engine.Statistics;

public class LiveDataTests
{
    private static MarketEvent Event(EventType type, long atMs, string? query = null, string? ranking = null, string? token = null) =>
        new() { Id = "e", Type = type, OccurredAtMs = atMs, Item = "i", Query = query, RankingId = ranking, Token = token };

    [Fact]
    public void A_click_is_credited_to_the_query_of_the_view_it_follows()
    {
        var crediting = new Crediting(TimeSpan.FromHours(1));
        Assert.False(crediting.Credit(Event(EventType.Click, 1000), 3, 1, 9, 0, 50).FollowsView);
        crediting.Credit(Event(EventType.View, 1000), 3, 1, 9, 77, 50);
        var click = crediting.Credit(Event(EventType.Click, 2000), 3, 1, 9, 0, 60);
        Assert.Equal((true, 77ul, 50f), (click.FollowsView, click.QueryHash, click.Price));
        Assert.False(crediting.Credit(Event(EventType.Click, 2000), 4, 1, 9, 0, 60).FollowsView);
        Assert.False(crediting.Credit(Event(EventType.Click, 2000), 3, 2, 8, 0, 60).FollowsView);
        Assert.False(crediting.Credit(Event(EventType.Click, 500), 3, 1, 9, 0, 60).FollowsView);
        Assert.True(crediting.Credit(Event(EventType.Order, 1000 + 3_600_000), 3, 1, 9, 0, 60).FollowsView);
        Assert.False(crediting.Credit(Event(EventType.Order, 1001 + 3_600_000), 3, 1, 9, 0, 60).FollowsView);
    }

    [Fact]
    public void A_late_view_does_not_hide_a_later_one()
    {
        var crediting = new Crediting(TimeSpan.FromHours(1));
        crediting.Credit(Event(EventType.View, 50_000), 3, 1, 9, 77, 50);
        crediting.Credit(Event(EventType.View, 10_000), 3, 1, 9, 66, 40);
        var click = crediting.Credit(Event(EventType.Click, 60_000), 3, 1, 9, 0, 60);
        Assert.Equal((77ul, 50f), (click.QueryHash, click.Price));
    }

    [Fact]
    public void Query_comes_from_the_event_then_the_token_then_the_ranking()
    {
        var crediting = new Crediting(TimeSpan.FromHours(1));
        var token = new TokenSigner(new byte[32]).Sign(new RankingToken("r", "i", 1, 5));
        crediting.Remember("imported", 6, 0);
        Assert.Equal(4ul, crediting.Credit(Event(EventType.View, 1, token: token, ranking: "imported"), 3, 1, 9, 4, 1).QueryHash);
        Assert.Equal(5ul, crediting.Credit(Event(EventType.View, 1, token: token, ranking: "imported"), 3, 1, 9, 0, 1).QueryHash);
        Assert.Equal(6ul, crediting.Credit(Event(EventType.View, 1, ranking: "imported"), 3, 1, 9, 0, 1).QueryHash);
        Assert.Equal(0ul, crediting.Credit(Event(EventType.View, 1, ranking: "unknown"), 3, 1, 9, 0, 1).QueryHash);
    }

    [Fact]
    public void Views_are_kept_for_one_window_at_least_and_two_at_most_and_survive_a_save()
    {
        var crediting = new Crediting(TimeSpan.FromMilliseconds(1000));
        crediting.Remember("r", 6, 0);
        crediting.Credit(Event(EventType.View, 900), 3, 1, 9, 77, 50);
        crediting.Credit(Event(EventType.View, 1000), 4, 1, 9, 78, 50);
        var writer = new ByteWriter();
        crediting.Save(writer);
        var loaded = new Crediting(TimeSpan.FromMilliseconds(1000));
        var reader = new ByteReader(writer.Written);
        loaded.Load(ref reader);
        Assert.Equal(77ul, loaded.Credit(Event(EventType.Click, 1900), 3, 1, 9, 0, 1).QueryHash);
        Assert.Equal(6ul, loaded.Credit(Event(EventType.Click, 1900, ranking: "r"), 5, 1, 9, 0, 1).QueryHash);
        loaded.Credit(Event(EventType.View, 2000), 8, 1, 9, 1, 1);
        Assert.Equal(0ul, loaded.Credit(Event(EventType.Click, 2000, ranking: "r"), 5, 1, 9, 0, 1).QueryHash);
    }

    [Fact]
    public void History_is_newest_first_and_forgets_only_the_erased_user()
    {
        var history = new UserHistory();
        for (var i = 0; i < 500; i++)
        {
            history.Add(i % 3, i, EventType.Click, i, 0, 1);
        }

        var frozen = history.Freeze();
        history.Erase(1);
        history.Join(2, 0, 5);
        var entries = new HistoryEntry[10];
        Assert.Equal(0, history.Live().Newest(1, entries));
        Assert.Equal(10, history.Live().Newest(2, entries));
        Assert.Equal([498, 495, 492, 489, 486, 497, 494, 491, 488, 485], entries.Select(entry => entry.Item));
        Assert.Equal(10, frozen.Newest(1, entries));
        Assert.Equal([499, 496, 493], entries.Take(3).Select(entry => entry.Item));
    }

    [Fact]
    public void A_feature_table_answers_with_the_row_that_holds_at_a_time()
    {
        var table = new FeatureTable(["a", "b"]);
        FeatureRow Row(long from, float a) => new() { Table = "t", Key = "k", ValidFromMs = from, Columns = [new("a", a)] };
        table.Apply(Row(100, 1));
        table.Apply(Row(300, 3));
        var view = table.Freeze();
        table.Apply(Row(200, 2));
        float At(FeatureTableView of, long nowMs, long ttl = long.MaxValue) => of.ValueOf("k", 0, nowMs, ttl);
        Assert.Equal((1f, 1f, 3f), (At(view, 100), At(view, 299), At(view, 300)));
        Assert.Equal((2f, 2f, 3f), (At(table.Live(), 200), At(table.Live(), 299), At(table.Live(), 300)));
        Assert.True(float.IsNaN(At(view, 99)));
        Assert.True(float.IsNaN(view.ValueOf("k", 1, 300, long.MaxValue)));
        Assert.True(float.IsNaN(view.ValueOf("other", 0, 300, long.MaxValue)));
        Assert.Equal(3f, At(view, 350, 50));
        Assert.True(float.IsNaN(At(view, 351, 50)));
        table.Apply(Row(50, 9));
        Assert.Equal((2f, 3f), (At(table.Live(), 250), At(table.Live(), 400)));
    }

    [Fact]
    public void Price_levels_keep_the_median_within_their_bins_width()
    {
        var yaml = Vitrina.Engine.VerticalCompiler.Parse(TestEngine.GoodsYaml, "goods.yaml", out _)!;
        var price = yaml.PriceSlot;
        var random = RandomStream.For(4, "prices");
        var levels = new PriceLevels(price, 0);
        var items = new Item?[200];
        for (var step = 0; step < 3000; step++)
        {
            var ordinal = random.NextInt(items.Length);
            var after = Made(yaml, ordinal, price, Math.Exp(4 + (2 * random.NextGaussian())), random.NextInt(3), random.NextBool(0.8));
            levels.Apply(items[ordinal], after);
            items[ordinal] = after;
        }

        for (var keyword = 0; keyword < 3; keyword++)
        {
            double[] sorted = [.. items.Where(item => item is { IsActive: true } && item.Keywords[0] == keyword).Select(item => item!.Numbers[price]).Order()];
            var median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
            Assert.InRange(levels.Live().MedianOf(keyword) / median, 0.91, 1.1);
        }

        Assert.True(double.IsNaN(levels.Live().MedianOf(99)));

        // A view keeps what it was made of; where nothing is left there is no price.
        var (view, before) = (levels.Freeze(), levels.Freeze().MedianOf(0));
        foreach (var item in items)
        {
            levels.Apply(item, null);
        }

        Assert.Equal(before, view.MedianOf(0));
        Assert.True(double.IsNaN(levels.Freeze().MedianOf(0)));
    }

    private static Item Made(Vitrina.Engine.CompiledVertical vertical, int ordinal, int priceSlot, double price, int keyword, bool isActive)
    {
        var numbers = new double[vertical.Schema.NumberCount];
        numbers[priceSlot] = price;
        var keywords = new int[vertical.Schema.KeywordCount];
        keywords[0] = keyword;
        return new Item
        {
            Ordinal = ordinal,
            Id = new ItemId($"i{ordinal}"),
            Schema = vertical.Schema,
            Vertical = "goods",
            IsActive = isActive,
            Numbers = numbers,
            Keywords = keywords,
            KeywordLists = [],
            Texts = [],
            Vectors = [],
        };
    }

    [Fact]
    public void Queries_that_mean_the_same_share_a_hash()
    {
        var queries = new QueryNormalizer(new TextAnalyzer(["ru", "en"]));
        Assert.Equal(queries.HashOf("красный чайник"), queries.HashOf("  КРАСНЫЙ   Чайник "));
        Assert.NotEqual(queries.HashOf("красный чайник"), queries.HashOf("синий чайник"));
        Assert.Equal((0ul, 0ul, 0ul), (queries.HashOf(null), queries.HashOf(""), queries.HashOf("  ")));
        Assert.Equal(2, queries.Normalize("красный чайник").TermCount);
        for (var i = 0; i < 10_000; i++)
        {
            queries.HashOf($"слово {i}");
        }

        Assert.Equal(new QueryNormalizer(new TextAnalyzer(["ru", "en"])).HashOf("красный чайник"), queries.HashOf("красный чайник"));
    }

    [Fact]
    public void A_switch_by_file_and_one_by_entry_do_not_undo_each_other()
    {
        var switches = new KillSwitches();
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "goods/search\n\n# goods/similar\n");
        switches.Set("goods/feed", true);
        switches.ReadFile(file);
        Assert.Equal(["goods/feed", "goods/search"], switches.Switched);
        switches.Set("goods/search", false);
        Assert.True(switches.IsSwitched("goods/search"));
        File.WriteAllText(file, "*");
        switches.ReadFile(file);
        Assert.True(switches.IsSwitched("anything/else"));
        File.Delete(file);
        switches.ReadFile(file);
        Assert.Equal(["goods/feed"], switches.Switched);
    }

    [Fact]
    public void Aliases_lead_to_the_last_login_and_never_hand_over_another_persons_past()
    {
        var catalog = new ItemCatalog();
        UserAlias Alias(string user, string alias) => new(new UserId(user), new UserId(alias), 1);
        var device = catalog.UserOrdinal("device");
        var (alice, own) = catalog.Join(Alias("alice", "device"));
        Assert.Equal(device, own);
        Assert.Equal(alice, catalog.UserOrdinal("device"));
        Assert.Equal((alice, alice), catalog.Join(Alias("alice", "device")));
        Assert.Equal((alice, alice), catalog.Join(Alias("device", "alice")));

        // Alice's login is joined to another: her device follows.
        var (main, moved) = catalog.Join(Alias("main", "alice"));
        Assert.Equal(alice, moved);
        Assert.Equal((main, main), (catalog.UserOrdinal("alice"), catalog.UserOrdinal("device")));

        // The device passes to Bob: nothing of Alice's is copied.
        var (bob, nobody) = catalog.Join(Alias("bob", "device"));
        Assert.Equal(bob, nobody);
        Assert.Equal((bob, main), (catalog.UserOrdinal("device"), catalog.UserOrdinal("alice")));
    }
}
