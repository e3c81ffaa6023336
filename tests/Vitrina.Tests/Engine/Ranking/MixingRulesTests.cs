using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Ranking;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Tests.Engine.Ranking;

public class MixingRulesTests
{
    // Groups a to f in departments 1 and 2; without rules they stand in this order, for everybody.
    private static readonly (string Group, string Department)[] s_groups = [("a", "1"), ("b", "1"), ("c", "1"), ("d", "2"), ("e", "2"), ("f", "2")];

    // The shipped surface of groups with other rules.
    private static string With(params string[] rules)
    {
        var (yaml, shipped) = (TestEngine.GoodsYaml, "      - {rule: cooldown, after: order, for: 30d, values: [холодильники, стиральные машины, телевизоры]}\n");
        var end = yaml.IndexOf(shipped, StringComparison.Ordinal) + shipped.Length;
        var start = yaml.LastIndexOf("    mix:", end, StringComparison.Ordinal);
        return yaml[..start] + (rules.Length == 0 ? "" : "    mix:\n" + string.Concat(rules.Select(rule => $"      - {rule}\n"))) + yaml[end..];
    }

    private static async Task<TestEngine> OpenAsync(params string[] rules)
    {
        var engine = TestEngine.Open(yaml: With(rules));
        var entries = new List<PendingEntry>();
        for (var i = 0; i < s_groups.Length; i++)
        {
            entries.Add(engine.Put($"item-{s_groups[i].Group}", "вещь", category: s_groups[i].Group, more: new NamedValue("department", AttributeValue.Of(s_groups[i].Department))));
            for (var person = 0; person < 10 * (s_groups.Length - i); person++)
            {
                entries.Add(engine.Event($"{i}-{person}", EventType.Click, $"item-{s_groups[i].Group}", $"p{person}", engine.NowMs - 1000));
            }
        }

        await engine.TakeAsync([.. entries]);
        return engine;
    }

    private static async Task<(string Order, RankingAnswer Answer)> AskAsync(TestEngine engine, string user = "nobody", int size = 20)
    {
        var answer = await engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "groups", User = user, Size = size, Explain = new ExplainRequest(true, [.. s_groups.Select(group => group.Group)]) });
        return (string.Concat(answer.Sections[0].Items.Select(item => item.Id)), answer);
    }

    [Theory]
    [InlineData("{rule: pin, values: [e], at: 2}", "aebcdf", "e", "rule:pin")]
    [InlineData("{rule: boost, values: [d, f], factor: 1000}", "dfabce", "f", "rule:boost")]
    [InlineData("{rule: bury, values: [a, c], factor: 0.001}", "bdefac", "a", "rule:bury")]
    [InlineData("{rule: priority, values: [f, c]}", "fcabde", "c", "rule:priority")]
    [InlineData("{rule: quota, attribute: department, values: ['2'], min: 2, top: 3}", "adebcf", "d", "rule:quota")]
    [InlineData("{rule: cap, attribute: department, max: 3}", "abcdef", null, null)]
    [InlineData("{rule: diversity, attribute: department, strength: 0.9}", "adbecf", "d", "rule:diversity")]
    public async Task A_rule_orders_the_page_and_says_so(string rule, string expected, string? moved, string? reason)
    {
        await using var plain = await OpenAsync();
        Assert.Equal("abcdef", (await AskAsync(plain)).Order);
        await using var engine = await OpenAsync(rule);
        var (order, answer) = await AskAsync(engine);
        Assert.Equal(expected, order);
        if (moved is not null)
        {
            Assert.Contains(reason, answer.Sections[0].Items.First(item => item.Id == moved).Reasons);
        }
    }

    [Fact]
    public async Task A_cap_holds_per_page_and_drops_nothing()
    {
        await using var engine = await OpenAsync("{rule: cap, attribute: department, max: 1}");
        var (order, answer) = await AskAsync(engine, size: 2);
        Assert.Equal("ad", order);
        var next = await engine.RankAsync(new RankRequest { Vertical = "goods", Surface = "groups", User = "nobody", Size = 2, Cursor = answer.Cursor });
        Assert.Equal("be", string.Concat(next.Sections[0].Items.Select(item => item.Id)));
    }

    [Fact]
    public async Task What_is_banned_is_removed_with_the_rules_name()
    {
        await using var engine = await OpenAsync("{rule: ban, values: [b]}");
        var (order, answer) = await AskAsync(engine);
        Assert.Equal("acdef", order);
        Assert.Equal("rule:ban", answer.Asked.First(fate => fate.Id == "b").Reason);
    }

    [Fact]
    public async Task After_an_order_a_group_rests_for_its_buyer_alone()
    {
        await using var engine = await OpenAsync("{rule: cooldown, after: order, for: 30d, values: [a]}");
        await engine.TakeAsync(engine.Event("bought", EventType.Order, "item-a", "u1", engine.NowMs - 3_600_000), engine.Event("also", EventType.Order, "item-b", "u1"));
        var (order, answer) = await AskAsync(engine, "u1");
        Assert.DoesNotContain("a", order, StringComparison.Ordinal);
        Assert.Contains("b", order, StringComparison.Ordinal);
        Assert.Equal("rule:cooldown", answer.Asked.First(fate => fate.Id == "a").Reason);
        Assert.Contains("a", (await AskAsync(engine, "p1")).Order, StringComparison.Ordinal);
        engine.Clock.AdvanceTo(engine.Clock.GetUtcNow().AddDays(30));
        Assert.Contains("a", (await AskAsync(engine, "u1")).Order, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_for_adults_is_shown_to_those_who_are_known_to_be()
    {
        await using var engine = await OpenAsync("{rule: age, values: [a], years: 18}");
        await engine.TakeAsync(Born("old", 1990, engine.NowMs), Born("young", 2015, engine.NowMs));
        Assert.Equal("rule:age 18", (await AskAsync(engine)).Answer.Asked.First(fate => fate.Id == "a").Reason);
        Assert.DoesNotContain("a", (await AskAsync(engine, "young")).Order, StringComparison.Ordinal);
        Assert.Contains("a", (await AskAsync(engine, "old")).Order, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_without_its_values_or_with_an_unknown_attribute_is_named_with_its_line()
    {
        VerticalCompiler.Parse(With("{rule: ban}", "{rule: cap, attribute: departmnt}", "{rule: cooldown, after: ordr}"), "goods.yaml", out var errors);
        Assert.Equal(["needs values", "is not a keyword", "is no event type"], errors.Select(error => new[] { "needs values", "is not a keyword", "is no event type" }.First(words => error.Message.Contains(words, StringComparison.Ordinal))));
        Assert.Equal("department", errors[1].Suggestion);
        Assert.True(errors[0].Line > 0);
    }

    private static PendingEntry Born(string user, int year, long atMs)
    {
        var writer = new ByteWriter();
        new EntityChange { Id = user, AtMs = atMs, Attributes = [new("birthYear", AttributeValue.Of(year))] }.Write(writer);
        return new PendingEntry(EntryKind.UserPut, writer.ToArray());
    }
}
