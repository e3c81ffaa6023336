using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Learning;
using Vitrina.Learning.Recommending.Factors;
using Vitrina.Learning.Replay;
using Vitrina.Tests.Engine;

namespace Vitrina.Tests.Learning.Recommending.Factors;

public sealed class GroupFactorTrainerTests
{
    private const int People = 60;

    // Everybody goes from strollers to seats and on to cribs; half of them look at phones first.
    private static async Task<TestEngine> OpenAsync()
    {
        var engine = TestEngine.Open();
        await engine.TakeAsync(
            engine.Put("stroller", "коляска", category: "strollers"), engine.Put("seat", "автокресло", category: "seats"), engine.Put("crib", "кроватка", category: "cribs"), engine.Put("phone", "телефон", category: "phones"));
        var events = new List<PendingEntry>();
        for (var person = 0; person < People; person++)
        {
            var startMs = engine.NowMs - (long)TimeSpan.FromDays(10).TotalMilliseconds + (person * 3_600_000L);
            string[] items = person % 2 == 0 ? ["phone", "stroller", "stroller", "seat", "crib"] : ["stroller", "seat", "crib"];
            events.AddRange(items.Select((item, step) => engine.Event($"e{person}-{step}", EventType.Click, item, $"p{person}", startMs + (step * 60_000))));
        }

        await engine.TakeAsync([.. events]);
        return engine;
    }

    private static PersonSteps StepsOf(TestEngine engine) => PersonSteps.Of(engine.Runtime.Journal, engine.Verticals[0], "groups", cancellationToken: TestContext.Current.CancellationToken);

    [Fact]
    public async Task Steps_are_what_the_engine_asks_with_and_erased_people_are_forgotten()
    {
        await using var engine = await OpenAsync();
        var steps = StepsOf(engine);
        Assert.Equal(People, steps.People.Count);
        Assert.Equal(["phones", "strollers", "seats", "cribs"], steps.People[0].Select(step => steps.Groups[step.Group]));
        await engine.TakeAsync(
            engine.Event("same-visit", EventType.Click, "crib", "new", engine.NowMs - 7_200_000), engine.Event("same-visit2", EventType.Click, "crib", "new", engine.NowMs - 7_000_000),
            engine.Event("next-visit", EventType.Click, "crib", "new", engine.NowMs));
        Assert.Equal(2, StepsOf(engine).People[^1].Count);
        await engine.TakeAsync(new PendingEntry(EntryKind.UserErase, new ControlEntry("p0", "", "test").ToBytes()));
        Assert.Equal(People, StepsOf(engine).People.Count);
        Assert.DoesNotContain(StepsOf(engine).People, person => steps.Groups[person[0].Group] == "phones" && person[0].AtMs == steps.People[0][0].AtMs);
    }

    [Fact]
    public async Task Links_lead_forward_and_what_comes_later_is_not_looked_at()
    {
        await using var engine = await OpenAsync();
        var steps = StepsOf(engine);
        var (factors, figures) = GroupFactorTrainer.Fit(steps)!.Value;
        Assert.True(Link("strollers", "seats") > 0.3f, $"{Link("strollers", "seats")}");
        Assert.True(Link("strollers", "seats") > 2 * Math.Abs(Link("seats", "strollers")), $"{Link("seats", "strollers")}");
        Assert.True(figures.Links > figures.Popularity, $"{figures}");

        // Of the first half of the people alone, whatever the others did since.
        var half = steps.People[People / 2][0].AtMs;
        await engine.TakeAsync([.. Enumerable.Range(0, 40).Select(i => engine.Event($"late{i}", EventType.Click, i % 2 == 0 ? "crib" : "phone", $"late{i / 2}", engine.NowMs + i))]);
        var (before, after) = (GroupFactorTrainer.Fit(steps, half)!.Value.Factors, GroupFactorTrainer.Fit(StepsOf(engine), half)!.Value.Factors);
        Assert.Equal(before.LinkWeights, after.LinkWeights);
        Assert.Equal(before.LinkTargets, after.LinkTargets);
        Assert.Null(GroupFactorTrainer.Fit(steps, steps.People[0][0].AtMs));

        float Link(string from, string to)
        {
            var (row, target) = (factors.Groups.ToList().IndexOf(from), factors.Groups.ToList().IndexOf(to));
            return Enumerable.Range(factors.LinkStarts[row], factors.LinkStarts[row + 1] - factors.LinkStarts[row]).Where(link => factors.LinkTargets[link] == target).Sum(link => factors.LinkWeights[link]);
        }
    }

    [Fact]
    public async Task A_list_is_made_again_with_factors_from_before_it()
    {
        await using var engine = await OpenAsync();
        var vertical = engine.Verticals[0];
        var survey = JournalSurvey.Of(engine.Runtime.Journal, vertical, "groups", withShadow: false, 10_000, cancellationToken: TestContext.Current.CancellationToken);
        var column = vertical.FeatureNamesOf("groups").ToList().IndexOf("group.factorShare");
        var (first, known, lists) = (survey.Places.Select(place => place.AtMs).Order().ElementAt(survey.Places.Count / 10), 0, 0);
        new RankingReplay(engine.Runtime.Journal, engine.Verticals, vertical, null, withText: false).Run(survey, ranking =>
        {
            lists++;
            var hasFactors = Enumerable.Range(0, ranking.Items.Count).Any(row => !float.IsNaN(ranking.Features[row, column]));
            Assert.True(!hasFactors || ranking.Record.AtMs >= first, "factors before the first moment");
            known += hasFactors ? 1 : 0;
        }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.InRange(known, lists / 3, lists - 1);
    }

    [Fact]
    public async Task A_surface_without_factors_and_a_journal_without_steps_are_refused_by_name()
    {
        await using var engine = TestEngine.Open();
        var nobody = Assert.Throws<NothingToLearnException>(() => FactorsLoop.Run(engine.Runtime.Journal, engine.Verticals[0], "groups", cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("goods/groups", nobody.Message, StringComparison.Ordinal);
        var none = Assert.Throws<NothingToLearnException>(() => FactorsLoop.Run(engine.Runtime.Journal, engine.Verticals[0], "search", cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("asks no factors", none.Message, StringComparison.Ordinal);
    }
}
