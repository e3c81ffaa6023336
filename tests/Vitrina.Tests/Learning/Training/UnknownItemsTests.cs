using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Kernels.Codecs;
using Vitrina.Learning;
using Vitrina.Tests.Engine;

namespace Vitrina.Tests.Learning.Training;

public class UnknownItemsTests
{
    // Imported lists of four items, of which the last one enters the catalogue behind all of them.
    [Fact]
    public async Task Shown_items_that_the_catalogue_did_not_hold_then_are_left_out_and_counted()
    {
        await using var engine = TestEngine.Open();
        await engine.TakeAsync([.. Enumerable.Range(0, 3).Select(i => engine.Put($"i{i}", $"чайник {i}", price: 100 + i))]);
        for (var list = 0; list < 60; list++)
        {
            engine.Clock.AdvanceTo(TestEngine.Start.AddMinutes(list));
            await engine.TakeAsync(Ranking($"r{list}", engine.NowMs), engine.Event($"c{list}", EventType.Click, $"i{list % 3}", rankingId: $"r{list}"));
        }

        await engine.TakeAsync(engine.Put("i3", "чайник 3"));
        var outcome = LearningLoop.Run(
            engine.Runtime.Journal, engine.Verticals, null, new LearningOptions { Vertical = "goods", Surface = "search", Kind = RankerKind.Logistic }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(0.25, outcome.Report.UnknownShare);
    }

    private static PendingEntry Ranking(string id, long atMs)
    {
        var writer = new ByteWriter();
        new RankingRecord
        {
            Id = id,
            Vertical = "goods",
            Surface = "search",
            AtMs = atMs,
            Origin = RankingOrigin.Imported,
            User = "u1",
            Shown = [.. Enumerable.Range(0, 4).Select(i => new ShownItem($"i{i}", double.NaN, 0, 0))],
            AssumedViews = 4,
        }.Write(writer);
        return new PendingEntry(EntryKind.Ranking, writer.ToArray());
    }
}
