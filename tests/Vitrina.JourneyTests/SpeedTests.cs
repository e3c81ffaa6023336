using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Vitrina.JourneyTests.Running;

namespace Vitrina.JourneyTests;

/// <summary>How fast events come in, live and by file. The figures are printed; the bounds only catch what is broken.</summary>
public class SpeedTests
{
    private const int Connections = 4;
    private const int Batch = 500;
    private const double SlowestImportPerSecond = 30_000;
    private const double SlowestLivePerSecond = 5_000;

    [Fact]
    public async Task Live_events_are_durable_as_fast_as_they_are_accepted()
    {
        using var folder = new TemporaryFolder();
        var batches = FullRun.Or(200, 2_000);
        var total = (long)batches * Batch;
        var share = Machine.Share();
        await using (var server = await VitrinaServer.StartAsync(folder.At("data")))
        {
            (await server.Api.PutAsync("v1/items", new JsonArray([.. Enumerable.Range(0, 100).Select(i => (JsonNode)Bodies.Item($"item-{i}", $"Чайник {i}", 100 + i))]))).Expect(HttpStatusCode.OK);
            var bodies = Enumerable.Range(0, batches).Select(Body).ToArray();
            var next = -1;
            var began = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
            {
                using var api = new ApiClient(server.Address);
                while (Interlocked.Increment(ref next) is var mine && mine < batches)
                {
                    var answer = await api.SendAsync(HttpMethod.Post, "v1/events", bodies[mine]);
                    Assert.Equal(Batch, answer.Expect(HttpStatusCode.Accepted).Number("accepted"));
                }
            })));
            var perSecond = total / Stopwatch.GetElapsedTime(began).TotalSeconds;
            server.Kill();
            Figures.Print($"live events: {perSecond:n0} accepted/s ({total:n0} in batches of {Batch} over {Connections} connections, the clients on the same machine, {share:0.00} of it free)");
            Assert.True(perSecond >= SlowestLivePerSecond * share, $"{perSecond:n0} events/s");
        }

        await using var again = await VitrinaServer.StartAsync(folder.At("data"));
        Assert.Equal(total, (await again.Api.StatusAsync()).Number("eventsAccepted"));
    }

    private static string Body(int batch) => new JsonArray([.. Enumerable.Range(0, Batch).Select(i => (JsonNode)Bodies.Event(
        $"live-{batch}-{i}", i % 8 == 0 ? "click" : "view", $"item-{(batch + i) % 100}", TimeProvider.System.GetUtcNow(), $"user-{i % 97}"))]).ToJsonString();

    [Fact]
    public async Task Files_are_imported_fast_enough_to_load_months_in_minutes()
    {
        using var folder = new TemporaryFolder();
        var report = (await CommandLine.RunAsync("simulate", "goods", "--seed", "8", "--scale", "1.15", "--out", folder.At("history"), "--json")).Expect(0).Json().GetProperty("report");
        Assert.True(report.Number("eventCount") >= 300_000, $"{report.Number("eventCount")} events");
        var share = Machine.Share();
        var items = (await CommandLine.RunAsync("import", folder.At("history", "items.jsonl"), "--data", folder.At("items-only"), "--json")).Expect(0).Json();
        var all = (await CommandLine.RunAsync("import", folder.At("history"), "--data", folder.At("data"), "--json")).Expect(0).Json();
        var counts = all.GetProperty("kinds");
        Figures.Print($"import: {items.GetProperty("recordsPerSecond").GetDouble():n0} item changes/s alone; {all.GetProperty("recordsPerSecond").GetDouble():n0} records/s of a whole history"
            + $" ({counts.GetProperty("events").Number("accepted"):n0} events, {all.Number("peakMemoryMb")} MB, {share:0.00} of the machine free)");
        Assert.Equal(report.Number("eventCount"), counts.GetProperty("events").Number("accepted"));
        Assert.True(all.GetProperty("recordsPerSecond").GetDouble() >= SlowestImportPerSecond * share, $"{all.GetProperty("recordsPerSecond")} records/s with {share:0.00} of the machine");
    }
}
