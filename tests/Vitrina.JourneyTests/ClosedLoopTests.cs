using Vitrina.Engine;
using Vitrina.Engine.Features;
using Vitrina.Engine.Journal;
using Vitrina.JourneyTests.Running;
using Vitrina.Learning.Replay;

namespace Vitrina.JourneyTests;

/// <summary>A simulated marketplace drives a server over HTTP: what is shown decides what happens.</summary>
public class ClosedLoopTests
{
    private const long FewestValues = 10_000;

    [Fact]
    public async Task A_world_driven_over_http_is_counted_and_its_features_can_be_replayed()
    {
        using var folder = new TemporaryFolder();
        var data = folder.At("data");
        var world = folder.Write("world.yaml", $"days: {FullRun.Or(2, 7)}\ntypeCount: 8\nitemCount: 300\nsellerCount: 20\nuserCount: {FullRun.Or(200, 1000)}\n");
        await using (var server = await VitrinaServer.StartAsync(data, "--clock", "driven"))
        {
            var driven = (await CommandLine.RunAsync(
                "simulate", "goods", "--drive", server.Address.ToString(), "--world-config", world, "--seed", "3", "--end-date", "2026-03-01", "--json")).Expect(0);
            var report = driven.Json().GetProperty("report");
            await Eventually.IsAsync("all events", TimeSpan.FromSeconds(10), async () => (await server.Api.StatusAsync()).Number("eventsAccepted") == report.Number("eventCount"));
            var status = await server.Api.StatusAsync();
            Assert.Equal(report.Number("rankingCount"), status.Number("recordedRankings"));
            Assert.Equal(0, status.Number("droppedRecords"));
            Assert.True(report.Number("orderCount") > 0, "nobody bought anything");
            Figures.Print($"closed loop over HTTP: {report.Number("rankingCount"):n0} rankings, {report.Number("eventCount"):n0} events in {driven.Seconds:0} s, features of {status.Number("featureBlocksDropped")} rankings dropped");
            Assert.Equal(0, await server.StopAsync());
        }

        var (rankings, values, different) = Compare(new DataDirectory(data));
        Figures.Print($"replay: {rankings:n0} rankings, {values:n0} values compared, {different.Count} differ");
        Assert.True(different.Count == 0, string.Join('\n', different.Take(20)));
        Assert.True(values >= FewestValues, $"only {values} values");
    }

    // Bit by bit: what serving recorded against what replaying the journal computes.
    private static (int Rankings, long Values, List<string> Different) Compare(DataDirectory directory)
    {
        var vertical = Assert.Single(directory.LoadVerticals(out _));
        using var journal = SegmentJournalStore.Open(directory.Journal, new SegmentJournalOptions(), readOnly: true);
        var (rankings, values, different) = (0, 0L, new List<string>());
        var survey = JournalSurvey.Of(journal, vertical.Name, "search", TestContext.Current.CancellationToken);
        var replay = new RankingReplay(journal, [vertical], vertical, directory.Features, withText: false);
        replay.Run(survey, ranking =>
        {
            rankings++;
            values += Compare(vertical, ranking, different);
        }, cancellationToken: TestContext.Current.CancellationToken);
        return (rankings, values, different);
    }

    private static long Compare(CompiledVertical vertical, ReplayedRanking ranking, List<string> different)
    {
        Assert.True(ranking.Recorded is not null, $"ranking {ranking.Record.Id} has no recorded features");
        var block = ranking.Recorded;
        var compared = 0L;
        for (var column = 0; column < vertical.Features.Count; column++)
        {
            if (vertical.Features[column].Origin != FeatureOrigin.Replayed)
            {
                continue;
            }

            for (var row = 0; row < ranking.Items.Count; row++, compared++)
            {
                var recorded = block.Values[(column * block.Items.Length) + Array.IndexOf(block.Items, ranking.Items[row].Id.Value)];
                var replayed = ranking.Features[row, column];
                if (BitConverter.SingleToInt32Bits(recorded) != BitConverter.SingleToInt32Bits(replayed))
                {
                    different.Add($"{ranking.Record.Id} item {ranking.Items[row].Id.Value}: {vertical.FeatureNames[column]} was {recorded}, is {replayed}");
                }
            }
        }

        return compared;
    }
}
