using Vitrina.Engine.Statistics.Offers;
using Vitrina.Learning.Offers;

namespace Vitrina.Tests.Learning.Offers;

/// <summary>Cases of transfer out of a stream of views.</summary>
public sealed class TransferCaseCollectorTests
{
    private static readonly RateEvidence s_view = new(0, 1);
    private static readonly RateEvidence s_click = new(1, 0);

    [Fact]
    public void An_episode_knows_what_was_before_it_and_takes_what_follows()
    {
        var collector = new TransferCaseCollector();
        Repeat(collector, item: 1, group: 5, OfferState.Of(6, 2), day: 0, views: 10, clicks: 2);
        Repeat(collector, item: 2, group: 5, OfferState.Of(4, 2), day: 1, views: 20, clicks: 1);
        Repeat(collector, item: 1, group: 5, OfferState.Of(3, 2), day: 2, views: 4, clicks: 1);
        var cases = collector.Finish();
        var last = cases.Single(one => one.Day == 2);
        Assert.Equal(new RateEvidence(1, 4), last.Outcome);
        Assert.Equal([new ShiftedEvidence(-3, 0, new RateEvidence(2, 10))], last.History);
        Assert.Equal([new ShiftedEvidence(-1, 0, new RateEvidence(1, 20))], last.Match);
        Assert.Empty(cases.Single(one => one.Day == 0).History);
        Assert.True(last.Type.Trials is > 10 and < 21, "The type holds the other item, weighted, and not the item itself.");
    }

    [Fact]
    public void A_new_episode_begins_after_a_week_and_old_days_are_forgotten()
    {
        var collector = new TransferCaseCollector(outcomeDays: 7, historyDays: 28);
        foreach (var day in new[] { 0, 6, 7, 40 })
        {
            Repeat(collector, item: 1, group: -1, OfferState.Of(5, 5), day, views: 3, clicks: 1);
        }

        var cases = collector.Finish().OrderBy(one => one.Day).ToList();
        Assert.Equal([0, 7, 40], cases.Select(one => one.Day));
        Assert.Equal(new RateEvidence(2, 6), cases[0].Outcome);
        Assert.Equal(new RateEvidence(2, 6), cases[1].History.Single().Evidence);
        Assert.Empty(cases[2].History);
    }

    private static void Repeat(TransferCaseCollector collector, int item, int group, OfferState state, int day, int views, int clicks)
    {
        for (var i = 0; i < views; i++)
        {
            collector.Add(item, 0, group, state, day, s_view);
        }

        for (var i = 0; i < clicks; i++)
        {
            collector.Add(item, 0, group, state, day, s_click);
        }
    }
}
