using Vitrina.Engine.Events;
using Vitrina.Engine.Experiments;
using Vitrina.Engine.Ranking;

namespace Vitrina.Tests.Engine.Experiments;

public class ExperimentRankingTests
{
    private static readonly string s_yaml = TestEngine.GoodsYaml.Replace("explore: {temperature: 0.1, top: 10}", "", StringComparison.Ordinal);

    private static string Design(string kind, string arms, string more = "") =>
        $"name: t\nkind: {kind}\nvertical: goods\nsurface: search\narms: [{arms}]\nmetrics: {{primary: ctr}}\n{more}\n";

    private static async Task<TestEngine> StartAsync(string design, StoredSchedule? schedule = null, string? root = null)
    {
        var engine = TestEngine.Open(root, s_yaml);
        for (var i = 0; i < 12; i++)
        {
            await engine.TakeAsync(engine.Put($"i{i}", $"phone {i}", category: i % 3 == 0 ? "cases" : "phones", price: 100 + i, seller: $"s{i}", more: new Vitrina.Engine.Catalog.NamedValue("rating", Vitrina.Engine.Catalog.AttributeValue.Of(i % 5))));
        }

        await engine.TakeAsync(ExperimentDesignTests.Designed(design), ExperimentEntry.Started("t", schedule, "anna"));
        return engine;
    }

    [Fact]
    public async Task Units_keep_their_arm_and_the_arm_changes_the_order()
    {
        await using var engine = await StartAsync(Design("ab", "{name: a}, {name: b, weights: {attribute.rating: 10}}"));
        var orders = new Dictionary<string, string>();
        for (var user = 0; user < 40; user++)
        {
            var answer = await engine.SearchAsync("phone", $"u{user}");
            var assignment = Assert.Single(answer.Assignments);
            Assert.Equal(assignment, Assert.Single((await engine.SearchAsync("phone", $"u{user}")).Assignments) with { Teams = assignment.Teams });
            Assert.True(assignment.IsExposed);
            Assert.Equal(0.5f, assignment.Propensity);
            var order = string.Join(' ', answer.Sections[0].Items.Select(item => item.Id));
            Assert.Equal(orders.GetValueOrDefault(assignment.Arm, order), order);
            orders[assignment.Arm] = order;
            Assert.Equal($"t={assignment.Arm}", TokenSigner.ReadJournalled(answer.Sections[0].Items[0].Token)!.Value.Arm);
        }

        Assert.Equal(2, orders.Count);
        Assert.NotEqual(orders["a"], orders["b"]);
        Assert.StartsWith("i4 i9", orders["b"], StringComparison.Ordinal);
        Assert.Empty((await engine.SearchAsync("phone", null)).Assignments);
    }

    [Fact]
    public async Task Answers_whose_page_is_the_same_under_every_arm_are_no_exposures()
    {
        await using var engine = await StartAsync(Design("ab", "{name: a}, {name: b, weights: {attribute.rating: 10}}"));
        var sorted = await engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "search", Query = "phone", User = "u1", Sort = new SortOrder("price", false) });
        Assert.False(Assert.Single(sorted.Assignments).IsExposed);
        var single = await engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "search", Items = ["i3"], User = "u1" });
        Assert.False(Assert.Single(single.Assignments).IsExposed);
        var empty = await engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "search", Query = "nothing", User = "u1" });
        Assert.False(Assert.Single(empty.Assignments).IsExposed);
        Assert.Null(TokenSigner.ReadJournalled(single.Sections[0].Items[0].Token)!.Value.Arm);
        await engine.TakeAsync(TestEngine.Control(Vitrina.Engine.Journal.EntryKind.KillSwitch, "goods/search", "on"));
        Assert.Empty((await engine.SearchAsync("phone")).Assignments);
    }

    [Fact]
    public async Task Arms_and_exposures_are_the_same_after_a_restart_and_from_the_journal_alone()
    {
        var root = TestEngine.NewFolder();
        var design = Design("ab", "{name: a, weight: 0.3}, {name: b, weight: 0.7, weights: {attribute.rating: 10}}", "traffic: 0.8\nhash: fnvV2\nlayer: {name: l, from: 0.1}");
        var before = new Dictionary<string, string?>();
        await using (var engine = await StartAsync(design, root: root))
        {
            for (var user = 0; user < 100; user++)
            {
                before[$"u{user}"] = (await engine.SearchAsync("phone", $"u{user}")).Assignments.SingleOrDefault()?.Arm;
            }
        }

        Assert.Equal(3, before.Values.Distinct().Count());
        await using (var engine = TestEngine.Open(root))
        {
            StateBytes.AssertEqual(StateBytes.Rebuild(root, engine.Verticals, engine.Runtime.State.AsOf), engine.Runtime.State);
            var running = new RunningExperiment(engine.Runtime.FindExperiment("t")!);
            foreach (var (user, arm) in before)
            {
                Assert.Equal(arm, (await engine.SearchAsync("phone", user)).Assignments.SingleOrDefault()?.Arm);
                Assert.Equal(arm, running.ArmOf(user) is >= 0 and var index ? running.Declaration.Arms[index].Name : null);
            }
        }

        Directory.Delete(root, true);
    }

    [Fact]
    public async Task Stopping_gives_everybody_the_surface_as_it_was()
    {
        await using var engine = await StartAsync(Design("ab", "{name: a}, {name: b, weights: {attribute.rating: 10}}"));
        await engine.TakeAsync(ExperimentEntry.Stopped("t", null, "anna"));
        Assert.All(Enumerable.Range(0, 10).Select(user => engine.SearchAsync("phone", $"u{user}").Result), answer => Assert.Empty(answer.Assignments));
    }

    [Fact]
    public async Task A_switchback_takes_its_arm_from_the_stored_schedule_and_counts_items_of_other_clusters()
    {
        var start = TestEngine.Start.ToUnixTimeMilliseconds();
        var hour = (long)TimeSpan.FromHours(1).TotalMilliseconds;
        var schedule = StoredSchedule.Of([[start, start + hour, start + (2 * hour)]], [("phones", 0, [0, 1]), ("cases", 0, [1, 0])]);
        await using var engine = await StartAsync(
            Design("switchback", "{name: a}, {name: b, weights: {attribute.rating: 10}}", "clusters: {by: category}\nschedule: {period: 1h, periods: 2, burnIn: 10m}"), schedule);
        async Task<RecordedAssignment?> AskAsync(string? category) => (await engine.RankAsync(new RankRequest
        {
            Vertical = "goods",
            Surface = "search",
            Query = "phone",
            Context = category is null ? [] : [new("category", category)],
        })).Assignments.SingleOrDefault();

        var first = (await AskAsync("phones"))!;
        Assert.Equal(("a", "phones", 0, 4, true, true), (first.Arm, first.Cluster, first.Period, first.ForeignItems, first.IsExposed, first.IsBurned));
        Assert.Equal("b", (await AskAsync("cases"))!.Arm);
        Assert.Null(await AskAsync("chairs"));
        Assert.Null(await AskAsync(null));
        engine.Clock.AdvanceTo(TestEngine.Start.AddMinutes(75));
        var second = (await AskAsync("phones"))!;
        Assert.Equal(("b", 1, false), (second.Arm, second.Period, second.IsBurned));
        engine.Clock.AdvanceTo(TestEngine.Start.AddHours(2));
        Assert.Null(await AskAsync("phones"));
    }

    [Fact]
    public async Task Interleaving_drafts_from_both_orders_and_remembers_the_teams()
    {
        await using var engine = await StartAsync(Design("interleaving", "{name: a}, {name: b, weights: {attribute.rating: 10}}"));
        var firsts = new HashSet<byte>();
        for (ulong seed = 0; seed < 20; seed++)
        {
            var answer = await engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "search", Query = "phone", User = "u1", Seed = seed, Explain = new ExplainRequest(true, []) });
            var assignment = Assert.Single(answer.Assignments);
            Assert.Equal(("interleaved", true), (assignment.Arm, assignment.IsExposed));
            Assert.Equal(12, assignment.Teams.Count);
            Assert.Equal(12, answer.Sections[0].Items.Select(item => item.Id).Distinct().Count());
            Assert.True(Math.Abs(assignment.Teams.Count(team => team == 1) - assignment.Teams.Count(team => team == 2)) <= 1);
            Assert.Equal($"t=#{assignment.Teams[3]}", TokenSigner.ReadJournalled(answer.Sections[0].Items[3].Token)!.Value.Arm);
            firsts.Add(assignment.Teams[0]);
        }

        Assert.Equal<byte>([1, 2], firsts.Order());
    }

    [Fact]
    public async Task Independent_experiments_on_one_surface_are_both_in_the_answer_and_both_act()
    {
        await using var engine = await StartAsync(Design("ab", "{name: a}, {name: b, weights: {attribute.rating: 10}}"));
        await engine.TakeAsync(
            ExperimentDesignTests.Designed("name: caps\nkind: ab\nvertical: goods\nsurface: search\narms: [{name: full}, {name: short, size: 3}]\nmetrics: {primary: ctr}\n"), ExperimentEntry.Started("caps", null, "anna"));
        var seen = new HashSet<(string, string, int)>();
        for (var user = 0; user < 60; user++)
        {
            var answer = await engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "search", Query = "phone", User = $"u{user}" });
            var arms = answer.Assignments.ToDictionary(assignment => assignment.Experiment, assignment => assignment.Arm);
            Assert.Equal(arms["caps"] == "short" ? 3 : 12, answer.Sections[0].Items.Count);
            seen.Add((arms["t"], arms["caps"], answer.Sections[0].Items.Count));
        }

        Assert.Equal(4, seen.Count);
    }
}
