using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Ranking;
using Vitrina.Tests.Engine.Models.Factors;

namespace Vitrina.Tests.Engine;

public class GroupsTests
{
    private static RankRequest Ask(string? user, int? size = null, int itemsPerGroup = 0, params KeyValuePair<string, string>[] context) => new()
    {
        Vertical = "goods",
        Surface = "groups",
        User = user,
        Size = size,
        ItemsPerGroup = itemsPerGroup,
        Context = context,
        Seed = 1,
    };

    private static async Task<TestEngine> OpenAsync()
    {
        var engine = TestEngine.Open();
        await engine.TakeAsync(
            engine.Put("stroller", "коляска", category: "strollers"), engine.Put("seat", "автокресло", category: "seats"), engine.Put("crib", "кроватка", category: "cribs"),
            engine.Put("phone", "телефон", category: "phones"), engine.Put("tv", "телевизор", category: "tv", stock: 0), engine.Put("stroller2", "коляска-трость", category: "strollers"));
        return engine;
    }

    // Several people go from strollers to seats; others look at phones.
    private static async Task FollowAsync(TestEngine engine, int people = 6)
    {
        var events = new List<PendingEntry>();
        for (var person = 0; person < people; person++)
        {
            events.Add(engine.Event($"a{person}", EventType.Click, "stroller", $"p{person}", engine.NowMs - 600_000));
            events.Add(engine.Event($"b{person}", EventType.Click, "seat", $"p{person}", engine.NowMs - 300_000));
            events.Add(engine.Event($"c{person}", EventType.Click, "phone", $"q{person}", engine.NowMs - 300_000));
        }

        await engine.TakeAsync([.. events]);
    }

    private static AnswerItem? Find(RankingAnswer answer, string group) => answer.Sections[0].Items.FirstOrDefault(item => item.Id == group);

    [Fact]
    public async Task Own_groups_come_first_and_say_how_often_they_were_viewed()
    {
        await using var engine = await OpenAsync();
        await engine.TakeAsync([.. Enumerable.Range(0, 4).Select(i => engine.Event($"e{i}", EventType.Click, "crib", "u1", engine.NowMs - (i * 60_000)))]);
        var answer = await engine.RankAsync(Ask("u1"));
        Assert.Equal("cribs", answer.Sections[0].Items[0].Id);
        Assert.Contains("viewed 4 × in the last hour", answer.Sections[0].Items[0].Reasons);
        Assert.False(answer.IsColdStart);
    }

    [Fact]
    public async Task What_often_follows_is_offered_with_its_reason_and_the_reason_goes_with_its_events()
    {
        await using var engine = await OpenAsync();
        await FollowAsync(engine);
        await engine.TakeAsync(engine.Event("own", EventType.Click, "stroller2", "u1"));
        Assert.Contains("often follows: strollers → seats", Find(await engine.RankAsync(Ask("u1")), "seats")!.Reasons);
        await using var without = await OpenAsync();
        await without.TakeAsync(without.Event("own", EventType.Click, "stroller2", "u1"));
        Assert.DoesNotContain(Find(await without.RankAsync(Ask("u1")), "seats")!.Reasons, reason => reason.StartsWith("often follows", StringComparison.Ordinal));
    }

    private static async Task PublishFactorsAsync(TestEngine engine, params string[] groups)
    {
        var manifest = GroupFactorsTests.Manifest("1", "goods-group-factors");
        engine.Runtime.Models.Save(manifest, GroupFactorsTests.Chained(groups));
        var change = await engine.Runtime.Stages.PublishAsync(manifest.Name, manifest.Version, "test", null, TestContext.Current.CancellationToken);
        Assert.Equal("groups", Assert.Single(change.Surfaces));
        Assert.Empty(change.Gates);
    }

    [Fact]
    public async Task Learned_factors_and_links_offer_groups_and_their_reason_goes_with_its_event()
    {
        await using var engine = await OpenAsync();
        await engine.TakeAsync(engine.Event("own", EventType.Click, "crib", "u1", engine.NowMs - 60_000));
        Assert.DoesNotContain(Find(await engine.RankAsync(Ask("u1")), "phones")!.Reasons, reason => reason is "learned to come after: cribs → phones" || reason.StartsWith("source:factor", StringComparison.Ordinal));
        await PublishFactorsAsync(engine, "seats", "cribs", "phones", "tv", "gone");
        var phones = Find(await engine.RankAsync(Ask("u1")), "phones")!;
        Assert.Contains("learned to come after: cribs → phones", phones.Reasons);
        Assert.Contains("source:linkedGroups#1", phones.Reasons);
        Assert.Contains(phones.Reasons, reason => reason.StartsWith("source:factorGroups#", StringComparison.Ordinal));

        // Nothing of it can be had, or nobody ever put one: never answered.
        Assert.Null(Find(await engine.RankAsync(Ask("u1")), "tv"));
        Assert.Null(Find(await engine.RankAsync(Ask("u1")), "gone"));

        // A group that the factors do not know stays.
        Assert.NotNull(Find(await engine.RankAsync(Ask("u1")), "strollers"));
        var stranger = Find(await engine.RankAsync(Ask("u2")), "phones")!;
        Assert.DoesNotContain(stranger.Reasons, reason => reason.StartsWith("learned", StringComparison.Ordinal) || reason.StartsWith("source:factor", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Damaged_factors_are_named_and_the_surface_answers_without_them()
    {
        var engine = await OpenAsync();
        await engine.TakeAsync(engine.Event("own", EventType.Click, "crib", "u1", engine.NowMs - 60_000));
        await PublishFactorsAsync(engine, "seats", "cribs", "phones");
        await engine.Runtime.DisposeAsync();
        var path = Path.Combine(new Vitrina.Engine.DataDirectory(engine.Root).Models, "goods-group-factors", "1", "model.bin");
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        await using var again = TestEngine.Open(engine.Root);
        Assert.DoesNotContain(Find(await again.RankAsync(Ask("u1")), "phones")!.Reasons, reason => reason.StartsWith("source:linked", StringComparison.Ordinal));
        Assert.Contains(again.Runtime.Recovery, sentence => sentence.StartsWith("factors goods-group-factors/1: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Following_is_directed()
    {
        await using var engine = await OpenAsync();
        await FollowAsync(engine);
        await engine.TakeAsync(engine.Event("own", EventType.Click, "seat", "u1"));
        Assert.DoesNotContain(Find(await engine.RankAsync(Ask("u1")), "strollers")!.Reasons, reason => reason.StartsWith("often follows", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unknown_user_gets_what_is_popular_in_the_region_and_a_mark()
    {
        await using var engine = await OpenAsync();
        var events = new List<PendingEntry>();
        for (var person = 0; person < 40; person++)
        {
            events.Add(TestEngine.User($"k{person}", engine.NowMs, "Казань"));
            events.Add(engine.Event($"k{person}", EventType.Click, "crib", $"k{person}"));
            events.Add(TestEngine.User($"m{person}", engine.NowMs, "Москва"));
            events.Add(engine.Event($"m{person}", EventType.Click, "phone", $"m{person}"));
        }

        await engine.TakeAsync([.. events]);
        var answer = await engine.RankAsync(Ask("nobody", context: new KeyValuePair<string, string>("region", "Казань")));
        Assert.True(answer.IsColdStart);
        Assert.Equal("cribs", answer.Sections[0].Items[0].Id);
        Assert.Contains("popular in Казань among new users", answer.Sections[0].Items[0].Reasons);
        var other = await engine.RankAsync(Ask(null, context: new KeyValuePair<string, string>("region", "Москва")));
        Assert.Equal("phones", other.Sections[0].Items[0].Id);
    }

    [Fact]
    public async Task Groups_without_an_item_that_can_be_had_are_never_answered()
    {
        await using var engine = await OpenAsync();
        await engine.TakeAsync(engine.Event("tv", EventType.Click, "tv", "u1"));
        var answer = await engine.RankAsync(Ask("u1", size: 1000) with { Explain = new ExplainRequest(false, ["tv"]) });
        Assert.Equal(["cribs", "phones", "seats", "strollers"], answer.Sections[0].Items.Select(item => item.Id).Order());
        Assert.Equal("filter:noItems", answer.Asked[0].Reason);
        await engine.TakeAsync(engine.Stock("tv", 3), engine.Delete("crib"));
        Assert.Equal(["phones", "seats", "strollers", "tv"], (await engine.RankAsync(Ask("u1", size: 1000))).Sections[0].Items.Select(item => item.Id).Order());
        Assert.Equal("tv", (await engine.RankAsync(Ask("u1"))).Sections[0].Items[0].Id);
    }

    [Fact]
    public async Task Items_of_a_group_stand_beside_it_and_filters_hold_for_them()
    {
        await using var engine = await OpenAsync();
        await engine.TakeAsync(engine.Put("dear", "коляска", category: "strollers", price: 9000), engine.Event("x", EventType.Order, "stroller2", "u9"));
        var answer = await engine.RankAsync(Ask("u1", itemsPerGroup: 2));
        Assert.Equal(["stroller2", "stroller"], Find(answer, "strollers")!.Items!.Select(item => item.Id));
        var filtered = await engine.RankAsync(Ask("u1", itemsPerGroup: 2) with { Filters = [new AttributeCondition { Attribute = "price", Min = 5000 }] });
        Assert.Equal(["strollers"], filtered.Sections[0].Items.Select(item => item.Id));
        Assert.Equal(["dear"], filtered.Sections[0].Items[0].Items!.Select(item => item.Id));
    }

    [Fact]
    public async Task Pages_of_groups_neither_repeat_nor_skip_one()
    {
        await using var engine = await OpenAsync();
        await FollowAsync(engine);
        var request = Ask("u1", size: 2);
        var first = await engine.RankAsync(request);
        var second = await engine.RankAsync(request with { Cursor = first.Cursor });
        Assert.Equal(["cribs", "phones", "seats", "strollers"], first.Sections[0].Items.Concat(second.Sections[0].Items).Select(item => item.Id).Order());
        Assert.Null(second.Cursor);
    }

    [Fact]
    public async Task A_program_counts_as_one_person()
    {
        await using var engine = await OpenAsync();
        await FollowAsync(engine, people: 150);
        var bot = Enumerable.Range(0, 5000).Select(i => engine.Event($"bot{i}", EventType.Click, i % 2 == 0 ? "crib" : "seat", "bot", engine.NowMs - 1000 + (i / 10)));
        await engine.TakeAsync([.. bot]);
        var answer = await engine.RankAsync(Ask("nobody"));
        Assert.Equal("cribs", answer.Sections[0].Items[^1].Id);
        Assert.NotEmpty((await engine.RankAsync(Ask("bot"))).Sections[0].Items);
    }

    [Fact]
    public async Task What_readers_make_of_groups_is_kept_until_something_of_them_changes()
    {
        await using var engine = await OpenAsync();
        Vitrina.Engine.Statistics.Groups.GroupView View() => engine.Runtime.Snapshot.Verticals["goods"].Market.Visits.Groups[0];
        await FollowAsync(engine);
        var known = View();
        await engine.TakeAsync(engine.Event("seen", EventType.View, "seat", "u1"), engine.Put("seat", "автокресло дешевле", category: "seats"));
        Assert.Same(known, View());
        await engine.TakeAsync(engine.Event("click", EventType.Click, "seat", "u1"));
        Assert.NotSame(known, View());
        known = View();
        await engine.TakeAsync(engine.Put("seat", "автокресло", category: "chairs"));
        Assert.NotSame(known, View());
        Assert.Equal((0, 1), (CountOf("seats"), CountOf("chairs")));
        known = View();
        await engine.TakeAsync(engine.Event("same", EventType.Click, "seat", "u1"), engine.Event("other", EventType.Click, "crib", "u1"));
        Assert.NotSame(known, View());

        int CountOf(string group) => View().Members.CountOf(engine.Runtime.Snapshot.Verticals["goods"].Market.Keywords[View().Grouping.Slot].Find(group));
    }

    [Fact]
    public async Task A_restart_and_a_replay_give_the_same_state_and_the_same_answer()
    {
        var engine = await OpenAsync();
        await FollowAsync(engine);
        await engine.TakeAsync(engine.Event("own", EventType.Order, "stroller", "u1"));
        var before = await engine.RankAsync(Ask("u1"));
        await engine.Runtime.DisposeAsync();
        await using var again = TestEngine.Open(engine.Root);
        StateBytes.AssertEqual(StateBytes.Rebuild(engine.Root, engine.Verticals), again.Runtime.State);
        var after = await again.RankAsync(Ask("u1"));
        Assert.Equal(before.Sections[0].Items.Select(item => (item.Id, item.Score)), after.Sections[0].Items.Select(item => (item.Id, item.Score)));
    }

    [Fact]
    public async Task Replayed_features_of_groups_equal_the_recorded_ones_bit_for_bit()
    {
        var engine = await OpenAsync();
        await FollowAsync(engine, people: 30);
        await PublishFactorsAsync(engine, "seats", "cribs", "phones", "strollers");
        for (var i = 0; i < 15; i++)
        {
            await engine.TakeAsync(engine.Event($"own{i}", i % 3 == 0 ? EventType.Order : EventType.Click, i % 2 == 0 ? "stroller" : "crib", $"u{i % 4}", engine.NowMs - (i * 1000)), TestEngine.User($"u{i % 4}", engine.NowMs, "Казань"));
            await engine.RankAsync(Ask($"u{i % 5}", context: new KeyValuePair<string, string>("region", i % 2 == 0 ? "Уфа" : "Казань")));
        }

        await engine.Runtime.DisposeAsync();
        var directory = new Vitrina.Engine.DataDirectory(engine.Root);
        var vertical = engine.Verticals[0];
        using var journal = SegmentJournalStore.Open(directory.Journal, new SegmentJournalOptions(), readOnly: true);
        var survey = Vitrina.Learning.Replay.JournalSurvey.Of(journal, vertical, "groups", false, 100, cancellationToken: TestContext.Current.CancellationToken);
        Assert.False(survey.IsReconstructed);
        var compared = 0;
        new Vitrina.Learning.Replay.RankingReplay(journal, engine.Verticals, vertical, directory.Features, withText: false).Run(survey, ranking =>
        {
            Assert.NotNull(ranking.Recorded);
            for (var row = 0; row < ranking.Items.Count; row++)
            {
                var recorded = Array.IndexOf(ranking.Recorded.Items, ranking.Items[row].Id.Value);
                for (var column = 0; column < vertical.FeatureNamesOf("groups").Count; column++, compared++)
                {
                    Assert.Equal(BitConverter.SingleToInt32Bits(ranking.Recorded.Values[(column * ranking.Recorded.Items.Length) + recorded]), BitConverter.SingleToInt32Bits(ranking.Features[row, column]));
                }
            }
        }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(compared > 15 * 4 * 20, $"{compared} values");
    }

    [Fact]
    public async Task Similar_starts_with_what_others_went_on_to()
    {
        await using var engine = await OpenAsync();
        await FollowAsync(engine);
        var answer = await engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "similar", User = "u1", Context = [new("item", "stroller")] });
        Assert.Contains("source:coVisited#1", Find(answer, "seat")!.Reasons);
        Assert.NotNull(Find(answer, "stroller2"));
        Assert.Null(Find(answer, "stroller"));
    }

    [Fact]
    public async Task The_token_of_a_group_is_echoed_by_events_on_its_items()
    {
        await using var engine = await OpenAsync();
        var answer = await engine.RankAsync(Ask("u1", itemsPerGroup: 1));
        var validator = new EventValidator(new(engine.Verticals.Select(vertical => vertical.Declaration)), engine.Runtime.Availability.VerticalOf, engine.Runtime.Signer);
        var click = new MarketEvent { Id = "t", Type = EventType.Click, OccurredAtMs = engine.NowMs, Item = "stroller", User = "u1", Token = Find(answer, "strollers")!.Token };
        Assert.True(validator.TryValidate(click, engine.NowMs, out var error), error.ToString());
        Assert.False(validator.TryValidate(click with { Item = "seat", Token = Find(answer, "strollers")!.Items![0].Token }, engine.NowMs, out _));
    }
}
