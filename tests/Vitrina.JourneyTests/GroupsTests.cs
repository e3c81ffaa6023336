using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrina.JourneyTests.Running;

namespace Vitrina.JourneyTests;

/// <summary>Groups of goods for a person, from an imported history to online answers, a batch beside the server and similar items.</summary>
public class GroupsTests
{
    private static readonly TimeSpan VisibleWithin = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Groups_are_learned_answered_explained_recorded_and_written_for_everybody()
    {
        using var folder = new TemporaryFolder();
        var data = folder.At("data");
        (await CommandLine.RunAsync("import", await SmallWorld.HistoryAsync(), "--data", data, "--json")).Expect(0);
        var trained = (await CommandLine.RunAsync("train", "--surface", "groups", "--model", "logistic", "--data", data, "--json")).Expect(0).Json();
        (await CommandLine.RunAsync("models", "publish", trained.Text("model"), "--force", "the first model", "--data", data)).Expect(0);
        await using var server = await VitrinaServer.StartAsync(data);
        var answer = await server.Api.RankAsync(new JsonObject { ["user"] = "u000007", ["size"] = 5, ["itemsPerGroup"] = 2, ["explain"] = true, ["fields"] = new JsonArray("title") }, "groups");
        Assert.Equal(trained.Text("model"), answer.Text("model"));
        Assert.False(answer.GetProperty("coldStart").GetBoolean());
        var first = answer.Items()[0];
        Assert.NotEmpty(first.GetProperty("explanation").GetProperty("details").EnumerateArray());
        Assert.InRange(first.GetProperty("items").GetArrayLength(), 1, 2);
        Assert.NotEqual("", first.GetProperty("items")[0].GetProperty("attributes").Text("title"));
        await EventsChangeAnswersAsync(server.Api);
        await RecordedAsync(server.Api, answer);
        await EdgesAsync(server.Api);
        await BatchAsync(folder, data);
        await SimilarAsync(server.Api, first.GetProperty("items")[0].Text("id"));
    }

    private static async Task EventsChangeAnswersAsync(ApiClient api)
    {
        (await api.PutAsync("v1/items?wait=visible", Bodies.Item("new-thing", "телескоп", 100, category: "телескопы"))).Expect(HttpStatusCode.OK);
        var before = await api.RankAsync(new JsonObject { ["user"] = "new-person", ["size"] = 3 }, "groups");
        Assert.True(before.GetProperty("coldStart").GetBoolean());
        (await api.PostAsync("v1/events", new JsonObject { ["events"] = new JsonArray(Bodies.Event("groups-1", "click", "new-thing", TimeProvider.System.GetUtcNow(), "new-person")) })).Expect(HttpStatusCode.Accepted);
        await Eventually.IsAsync("the group of the event answered", VisibleWithin, async () =>
        {
            // All groups: where the new one stands is up to the day's model.
            var after = await api.RankAsync(new JsonObject { ["user"] = "new-person", ["size"] = 1000 }, "groups");
            return after.Items().Any(item => item.Text("id") == "телескопы" && item.GetProperty("reasons").EnumerateArray().Any(reason => reason.GetString() == "viewed 1 × in the last hour"));
        });
    }

    private static async Task RecordedAsync(ApiClient api, JsonElement answer)
    {
        var recorded = (await api.GetAsync($"v1/rankings/{answer.Text("rankingId")}")).Expect(HttpStatusCode.OK);
        Assert.Equal("groups", recorded.Text("surface"));
        Assert.Equal(answer.Ids(), recorded.GetProperty("items").EnumerateArray().Select(item => item.Text("id")));
        Assert.Contains(recorded.GetProperty("items")[0].GetProperty("sources").EnumerateArray(), source => source.GetString() == "popularGroups");
        var inside = answer.Items()[0].GetProperty("items")[0].Text("id");
        var click = Bodies.Event("groups-2", "click", inside, TimeProvider.System.GetUtcNow(), "u000007");
        click["token"] = answer.Items()[0].Text("token");
        Assert.Equal(1, (await api.PostAsync("v1/events", new JsonObject { ["events"] = new JsonArray(click) })).Expect(HttpStatusCode.Accepted).Number("accepted"));
    }

    private static async Task EdgesAsync(ApiClient api)
    {
        var all = await api.RankAsync(new JsonObject { ["size"] = 1000 }, "groups");
        Assert.Equal(all.Ids().Distinct().Count(), all.Ids().Length);
        Assert.False(all.TryGetProperty("cursor", out var cursor) && cursor.ValueKind == JsonValueKind.String);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.PostAsync("v1/rank/goods/groups", new JsonObject { ["sort"] = "price" })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.PostAsync("v1/rank/goods/search", new JsonObject { ["itemsPerGroup"] = 2 })).Status);
        var unknown = await api.RankAsync(new JsonObject { ["explain"] = new JsonObject { ["items"] = new JsonArray("нет такой") } }, "groups");
        Assert.Equal("unknown", unknown.GetProperty("asked")[0].Text("outcome"));
    }

    // Beside the server: the journal is read, nothing is locked.
    private static async Task BatchAsync(TemporaryFolder folder, string data)
    {
        var output = folder.At("groups.jsonl");
        var result = (await CommandLine.RunAsync("recommend", "--surface", "groups", "--users", "all", "--out", output, "--size", "5", "--data", data, "--json")).Expect(0).Json();
        var lines = await File.ReadAllLinesAsync(output, TestContext.Current.CancellationToken);
        Assert.Equal(result.Number("users"), lines.Length);
        Assert.Contains(lines, line => JsonDocument.Parse(line).RootElement.Text("user") == "u000007");
        (await CommandLine.RunAsync("recommend", "--out", folder.At("groups.xlsx"), "--data", data)).Expect(2);
    }

    private static async Task SimilarAsync(ApiClient api, string item)
    {
        var similar = await api.RankAsync(new JsonObject { ["item"] = item, ["size"] = 10 }, "similar");
        Assert.NotEmpty(similar.Items());
        Assert.DoesNotContain(item, similar.Ids());
        Assert.Equal("context.item", (await api.PostAsync("v1/rank/goods/similar", new JsonObject())).Expect(HttpStatusCode.BadRequest).Text("field"));
    }
}
