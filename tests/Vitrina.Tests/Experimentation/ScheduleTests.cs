using Vitrina.Experimentation.Schedules;

namespace Vitrina.Tests.Experimentation;

public sealed class ScheduleTests
{
    private static readonly string[] s_clusters = ["Moscow", "Kazan", "Tver", "Perm", "Omsk", "Ufa"];

    [Theory]
    [InlineData(ScheduleKind.Bernoulli)]
    [InlineData(ScheduleKind.Balanced)]
    [InlineData(ScheduleKind.Stratified)]
    [InlineData(ScheduleKind.Pairs)]
    [InlineData(ScheduleKind.Minimax)]
    public void Each_cluster_switches_and_the_same_seed_gives_the_same_schedule(ScheduleKind kind)
    {
        var design = Design(kind, 28);
        var (one, two) = (ScheduleGenerator.Draw(design, 5), ScheduleGenerator.Draw(design, 5));
        Assert.Equal(one.ToJson(), two.ToJson());
        Assert.NotEqual(one.ToJson(), ScheduleGenerator.Draw(design, 6).ToJson());
        Assert.All(one.Arms, path => Assert.True(path.Contains((byte)0) && path.Contains((byte)1)));
        Assert.True(one.Arms.Select(path => string.Concat(path)).Distinct().Count() > 1, "coins are independent between clusters");
    }

    [Fact]
    public void Balanced_and_stratified_schedules_treat_exactly_half()
    {
        Assert.All(ScheduleGenerator.Draw(Design(ScheduleKind.Balanced, 28), 1).Arms, path => Assert.Equal(14, path.Sum(arm => arm)));
        Assert.All(ScheduleGenerator.Draw(Design(ScheduleKind.Stratified, 28), 1).Arms, path =>
            Assert.All(Enumerable.Range(0, 7), weekday => Assert.Equal(2, Enumerable.Range(0, 4).Sum(week => path[week * 7 + weekday]))));
        Assert.All(ScheduleGenerator.Draw(Design(ScheduleKind.Pairs, 28), 1).Arms, path => Assert.All(Enumerable.Range(0, 14), pair => Assert.Equal(1, path[2 * pair] + path[2 * pair + 1])));
    }

    [Fact]
    public void Common_schedules_are_common_and_the_acceptance_rule_holds()
    {
        Assert.Single(ScheduleGenerator.Draw(Design(ScheduleKind.Balanced, 14) with { IsCommon = true }, 1).Arms.Select(path => string.Concat(path)).Distinct());
        var accepted = ScheduleGenerator.Draw(Design(ScheduleKind.Bernoulli, 10) with { MaxPeriodImbalance = 0.34 }, 3);
        Assert.All(Enumerable.Range(0, 10), period => Assert.InRange(accepted.Arms.Sum(path => path[period]), 1, 5));
    }

    [Fact]
    public void Stored_schedules_are_read_as_they_were_written()
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            var schedule = ScheduleGenerator.Draw(Design((ScheduleKind)(seed % 4), 8 + (int)seed), seed);
            var read = SwitchbackSchedule.Parse(schedule.ToJson());
            Assert.Equal(schedule.ToJson(), read.ToJson());
            Assert.Equal(schedule.Arms[1][2], read.ArmOf("Kazan", 2));
            Assert.Null(read.ArmOf("Kazan", 999));
            Assert.Null(read.ArmOf("Paris", 0));
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("nonsense")]
    [InlineData("""{"version":1,"seed":1,"design":{"kind":"balanced","periodCount":2,"clusters":["a"]},"arms":["012"]}""")]
    public void Broken_schedules_are_refused_in_words(string text) => Assert.StartsWith("the schedule", Assert.Throws<InvalidDataException>(() => SwitchbackSchedule.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Designs_that_cannot_be_drawn_say_why()
    {
        Assert.Contains("four times", (Design(ScheduleKind.Minimax, 5) with { CarryOverPeriods = 2 }).FindMistake(), StringComparison.Ordinal);
        Assert.Contains("between 0 and 1", (Design(ScheduleKind.Bernoulli, 5) with { TreatedShare = 1 }).FindMistake(), StringComparison.Ordinal);
        Assert.Contains("twice", (Design(ScheduleKind.Bernoulli, 5) with { Clusters = ["a", "a"] }).FindMistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void Periods_follow_the_wall_clock_through_both_changes_of_the_clock()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        foreach (var start in new[] { new DateTime(2026, 3, 28), new DateTime(2026, 10, 24) })
        {
            foreach (var hours in new[] { 1, 2, 6, 24 })
            {
                var calendar = new PeriodCalendar(zone, start, TimeSpan.FromHours(hours));
                var last = 0L;
                for (var minute = 0; minute < 3 * 1440; minute += 5)
                {
                    var at = new DateTimeOffset(start, zone.GetUtcOffset(start)).AddMinutes(minute);
                    var index = calendar.IndexAt(at);
                    Assert.True(index >= last, "an index never goes back");
                    last = index;
                }

                // Midnights stay midnights: the day of 23 or 25 hours has as many periods as any other.
                Assert.Equal(48 / hours, calendar.IndexAt(calendar.StartOf(48 / hours)));
                Assert.Equal(0, calendar.StartOf(48 / hours).Hour);
            }
        }
    }

    private static ScheduleDesign Design(ScheduleKind kind, int periods) => new()
    {
        Kind = kind,
        PeriodCount = periods,
        Clusters = s_clusters,
        CarryOverPeriods = kind == ScheduleKind.Minimax ? 2 : 0,
        Strata = [.. Enumerable.Range(0, periods).Select(period => period % 7)],
    };
}
