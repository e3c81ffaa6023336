using System.Net;
using System.Text.Json.Nodes;
using Vitrina.JourneyTests.Running;
using Vitrina.Kernels.Chance;

namespace Vitrina.JourneyTests;

/// <summary>Init and Update of offers survive the death of the process: nothing is lost, and nothing half-done is served.</summary>
public class OffersKillTests
{
    private const int Items = 1500;
    private static readonly TimeSpan s_longestJob = TimeSpan.FromSeconds(30);
    private RandomStream _random = RandomStream.For(20261126, "offers-kills");
    private int _events;

    [Fact]
    public async Task Killed_in_the_middle_of_Init_and_Update_an_installation_serves_what_its_journal_says()
    {
        using var folder = new TemporaryFolder();
        var data = folder.At("data");
        WriteVertical(data);
        var kills = FullRun.Or(6, 60);
        for (var round = 0; round < kills; round++)
        {
            await using var server = await VitrinaServer.StartAsync(data);
            await CheckAsync(server, round);
            await FillAsync(server, round);

            // The step begins, and the process dies at any moment of it or just after.
            var job = await StartAsync(server, round % 2 == 0 ? "init" : "update");
            await Task.Delay(_random.NextInt(40), TestContext.Current.CancellationToken);
            server.Kill();
            Assert.NotEmpty(job);
        }

        await using (var server = await VitrinaServer.StartAsync(data))
        {
            await CheckAsync(server, kills);
            Assert.Equal(0, await server.StopAsync());
        }

        // From the journal alone the same comes out, byte for byte, as from what live running left behind.
        var live = await ShowAllAsync(data);
        Directory.Delete(Path.Combine(data, "checkpoints"), true);
        File.Delete(Path.Combine(data, "catalog.db"));
        Assert.Equal(live, await ShowAllAsync(data));
        Assert.Contains("\"peers\":[{", live, StringComparison.Ordinal);
    }

    // The engine finds match groups itself: the heaviest Init.
    private static void WriteVertical(string data)
    {
        var lines = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "verticals", "goods.yaml"))
            .Where(line => !line.Contains("matchGroup: model", StringComparison.Ordinal) && !line.Contains("relativePrice, to: matchGroup}", StringComparison.Ordinal));
        Directory.CreateDirectory(Path.Combine(data, "verticals"));
        File.WriteAllLines(Path.Combine(data, "verticals", "goods.yaml"), lines);
    }

    // Two sellers of each kettle, which has a name of its own.
    private static JsonNode ItemOf(int number)
    {
        string[] syllables = ["ба", "ке", "ло", "ми", "ну", "ра", "со", "ту", "фи", "ха"];
        var kettle = number / 2;
        var name = $"{syllables[kettle % 10]}{syllables[kettle / 10 % 10]}{syllables[kettle / 100 % 10]}";
        var item = Bodies.Item($"i{number}", $"Чайник {name}кон {name}тур электрический стальной", 100 + (number * 7));
        item["seller"] = $"s{number % 2}";
        return item;
    }

    private async Task CheckAsync(VitrinaServer server, int round)
    {
        var status = await server.Api.StatusAsync();
        Assert.Equal(_events, round == 0 ? 0 : status.Number("eventsAccepted"));
        if (round == 0)
        {
            return;
        }

        // Interrupted steps start again by themselves; a recount finds nothing to correct.
        foreach (var job in (await server.Api.GetAsync("v1/jobs")).Expect(HttpStatusCode.OK).EnumerateArray())
        {
            Assert.Equal("done", (await Jobs.EndedAsync(server.Api, job.Text("id"), s_longestJob)).Text("state"));
        }

        var update = await Jobs.EndedAsync(server.Api, await StartAsync(server, "update"), s_longestJob);
        Assert.Equal(0, update.GetProperty("result").GetProperty("verticals")[0].Number("updateDifferences"));
    }

    private static async Task<string> StartAsync(VitrinaServer server, string kind) =>
        (await server.Api.PostAsync("v1/jobs", new JsonObject { ["kind"] = kind })).Expect(HttpStatusCode.Accepted).Text("id");

    private async Task FillAsync(VitrinaServer server, int round)
    {
        if (round == 0)
        {
            (await server.Api.PutAsync("v1/items", new JsonArray([.. Enumerable.Range(0, Items).Select(ItemOf)]))).Expect(HttpStatusCode.OK);
        }

        var now = TimeProvider.System.GetUtcNow();
        var events = Enumerable.Range(0, 400).Select(i => (JsonNode)Bodies.Event($"{round}-{i}", i % 4 == 3 ? "click" : "view", $"i{_random.NextInt(50)}", now, $"u{_random.NextInt(40)}"));
        (await server.Api.PostAsync("v1/events", new JsonArray([.. events]))).Expect(HttpStatusCode.Accepted);
        _events += 400;
        for (var i = 0; i < 20; i++)
        {
            (await server.Api.PatchAsync($"v1/items/i{_random.NextInt(50)}", new JsonObject { ["attributes"] = new JsonObject { ["price"] = 100 + _random.NextInt(10_000) } })).Expect(HttpStatusCode.OK);
        }
    }

    private static async Task<string> ShowAllAsync(string data)
    {
        var shown = new List<string>();
        await using var server = await VitrinaServer.StartAsync(data);
        for (var i = 0; i < 60; i++)
        {
            shown.Add((await server.Api.GetAsync($"v1/items/i{i}/offer")).Expect(HttpStatusCode.OK).GetRawText());
        }

        Assert.Equal(0, await server.StopAsync());
        return string.Join('\n', shown);
    }
}
