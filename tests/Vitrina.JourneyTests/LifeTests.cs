using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrina.JourneyTests.Running;

namespace Vitrina.JourneyTests;

/// <summary>The life of an installation, from the first import to a restart after a rollback.</summary>
public class LifeTests
{
    private const double RoundingOfSums = 1e-4;
    private const double LeastChange = 0.01;
    private static readonly TimeSpan VisibleWithin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WatchedWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TrainedWithin = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task An_installation_lives_from_import_to_rollback_and_restart()
    {
        using var folder = new TemporaryFolder();
        var data = folder.At("data");

        // The later lists of a small world, another one each day, are too few to tell two trainings on nearly the same rows within the usual .005.
        Directory.CreateDirectory(data);
        await File.WriteAllTextAsync(Path.Combine(data, "vitrina.json"), "{\"Engine\": {\"Publish\": {\"MaxNdcgLoss\": 0.03}}}", TestContext.Current.CancellationToken);
        await ImportTwiceAsync(data);
        var trained = (await CommandLine.RunAsync("train", "--model", "logistic", "--data", data, "--json")).Expect(0).Json();
        var model = trained.Text("model");
        Assert.False(trained.GetProperty("published").GetBoolean());
        (await CommandLine.RunAsync("models", "publish", model, "--data", data)).Expect(0);

        JsonElement before;
        await using (var server = await VitrinaServer.StartAsync(data))
        {
            await RankAndExplainAsync(server.Api, model);
            await EventsChangeAnswersAsync(server.Api);
            await KillSwitchesAsync(server.Api, data, model);
            await ItemsChangeAsync(server.Api);
            var second = await RetrainAsync(server.Api, model);
            await RollBackAsync(server.Api, data, model, second);
            before = await server.Api.RankAsync(Comparable());
            Assert.Equal(0, await server.StopAsync());
        }

        await using var again = await VitrinaServer.StartAsync(data);
        Assert.Equal("", again.Errors);
        var after = await again.Api.RankAsync(Comparable());
        Assert.Equal(model, after.Text("model"));
        RequireSameOrder(before, after);

        // And after a power cut, without a checkpoint of the shutdown.
        again.Kill();
        await using var third = await VitrinaServer.StartAsync(data);
        RequireSameOrder(before, await third.Api.RankAsync(Comparable()));
    }

    private static JsonObject Question() => new() { ["user"] = "u000007", ["query"] = "футболка", ["size"] = 10, ["seed"] = 7, ["explain"] = true, ["fields"] = new JsonArray("title", "price", "category") };

    // Sorted by price: no exploration, so that two answers can be compared; scores are the model's all the same.
    private static JsonObject Comparable()
    {
        var question = Question();
        question["sort"] = "-price";
        return question;
    }

    private static void RequireSameOrder(JsonElement before, JsonElement after)
    {
        // The hours since an item was seen go on with the clock, so scores may move a little; what is there does not.
        Assert.Equal(before.Ids(), after.Ids());
        var scores = after.Items().ToDictionary(item => item.Text("id"), item => item.GetProperty("score").GetDouble());
        Assert.All(before.Items(), item => Assert.Equal(item.GetProperty("score").GetDouble(), scores[item.Text("id")], 1e-2));
    }

    private static async Task ImportTwiceAsync(string data)
    {
        var history = await SmallWorld.HistoryAsync();
        var first = (await CommandLine.RunAsync("import", history, "--data", data, "--json")).Expect(0).Json();
        Assert.Equal(0, first.Number("refused"));
        foreach (var kind in new[] { "items", "users", "sellers", "features", "rankings", "events" })
        {
            Assert.Equal(await SmallWorld.CountAsync(kind + ".jsonl"), first.GetProperty("kinds").GetProperty(kind).Number("accepted"));
        }

        var status = await StatusAsync(data);
        var known = (await CommandLine.RunAsync("import", history, "--data", data, "--json")).Expect(0).Json();
        Assert.Equal(6, known.GetProperty("knownFiles").GetArrayLength());
        var second = (await CommandLine.RunAsync("import", history, "--data", data, "--again", "--json")).Expect(0).Json();
        foreach (var kind in second.GetProperty("kinds").EnumerateObject())
        {
            Assert.True(kind.Value.Number("accepted") == 0, $"{kind.Name}: {kind.Value.GetRawText()}");
        }

        Assert.Equal(status.GetProperty("entries").GetRawText(), (await StatusAsync(data)).GetProperty("entries").GetRawText());

        // Nothing but, at most, the turn of the vertical's day: after 21:00 UTC it is tomorrow in Moscow.
        Assert.InRange(second.Number("lastSequence") - status.Number("lastSequence"), 0, 1);
    }

    private static async Task<JsonElement> StatusAsync(string data) => (await CommandLine.RunAsync("status", "--data", data, "--json")).Expect(0).Json();

    private static async Task RankAndExplainAsync(ApiClient api, string model)
    {
        var answer = await api.RankAsync(Question());
        Assert.Equal(model, answer.Text("model"));
        Assert.Equal(10, answer.Items().Count);
        Assert.Contains(answer.Items(), item => item.GetProperty("attributes").Text("title").Contains("Футболка", StringComparison.OrdinalIgnoreCase));
        foreach (var item in answer.Items())
        {
            var tree = item.GetProperty("explanation");
            var sum = tree.GetProperty("details").EnumerateArray().Sum(detail => detail.GetProperty("value").GetDouble());
            Assert.Equal(tree.GetProperty("value").GetDouble(), sum, RoundingOfSums);
            Assert.Equal(tree.GetProperty("value").GetDouble(), item.GetProperty("score").GetDouble(), RoundingOfSums);
        }

        await RecordedAsync(api, answer);
    }

    // What was answered can be read again: the shown in their places, the others with a reason.
    private static async Task RecordedAsync(ApiClient api, JsonElement answer)
    {
        var record = (await api.GetAsync($"v1/rankings/{answer.Text("rankingId")}")).Expect(HttpStatusCode.OK);
        Assert.Equal(answer.Ids(), record.GetProperty("items").EnumerateArray().Select(item => item.Text("id")));
        Assert.All(record.GetProperty("items").EnumerateArray(), item => Assert.NotEmpty(item.GetProperty("sources").EnumerateArray()));
        var unshown = record.GetProperty("unshown").EnumerateArray().ToList();
        Assert.NotEmpty(unshown);
        Assert.All(unshown, entry => Assert.NotEqual("", entry.Text("reason")));
        Assert.DoesNotContain(unshown[0].Text("item"), answer.Ids());
        var one = (await api.GetAsync($"v1/rankings/{answer.Text("rankingId")}?item={unshown[0].Text("item")}")).Expect(HttpStatusCode.OK);
        Assert.Empty(one.GetProperty("items").EnumerateArray());
        Assert.Equal(unshown[0].Text("reason"), Assert.Single(one.GetProperty("unshown").EnumerateArray().ToList()).Text("reason"));
    }

    private static async Task EventsChangeAnswersAsync(ApiClient api)
    {
        var answer = await api.RankAsync(Question());
        var chosen = answer.Items()[^1];
        var counted = (await api.StatusAsync()).Number("eventsAccepted");
        var events = new JsonArray();
        for (var i = 0; i < 40; i++)
        {
            foreach (var type in new[] { "view", "click", "cart", "order" })
            {
                var entry = Bodies.Event($"life-{type}-{i}", type, chosen.Text("id"), TimeProvider.System.GetUtcNow(), $"life-user-{i}");
                entry["rankingId"] = answer.Text("rankingId");
                entry["token"] = chosen.Text("token");
                events.Add(entry);
            }
        }

        var taken = (await api.PostAsync("v1/events?wait=visible", new JsonObject { ["events"] = events })).Expect(HttpStatusCode.Accepted);
        Assert.Equal(160, taken.Number("accepted"));
        Assert.Equal(counted + 160, (await api.StatusAsync()).Number("eventsAccepted"));

        // The same events again: nothing moves.
        var repeated = (await api.PostAsync("v1/events?wait=visible", new JsonObject { ["events"] = events.DeepClone() })).Expect(HttpStatusCode.Accepted);
        Assert.Equal((0L, 160L), (repeated.Number("accepted"), repeated.Number("duplicates")));
        Assert.Equal(counted + 160, (await api.StatusAsync()).Number("eventsAccepted"));

        // A token that we did not sign is refused, the others of its batch are taken.
        var forged = Bodies.Event("life-forged", "click", chosen.Text("id"), TimeProvider.System.GetUtcNow());
        forged["token"] = chosen.Text("token")[..^1] + (chosen.Text("token")[^1] == 'A' ? 'Q' : 'A');
        var mixed = (await api.PostAsync("v1/events", new JsonArray(forged, Bodies.Event("life-honest", "click", chosen.Text("id"), TimeProvider.System.GetUtcNow())))).Expect(HttpStatusCode.Accepted);
        Assert.Equal((1L, 1L), (mixed.Number("accepted"), mixed.Number("refused")));

        // The model sees the item's new statistics, wherever that puts it.
        var next = await api.RankAsync(About(chosen.Text("id")));
        var now = Assert.Single(next.GetProperty("asked").EnumerateArray().ToList()).GetProperty("explanation").GetProperty("value").GetDouble();
        Assert.True(Math.Abs(now - chosen.GetProperty("score").GetDouble()) > LeastChange, $"{chosen.GetProperty("score")} → {now}");

        // By popularity, forty orders in a small shop make the first place.
        var neighbour = answer.Items().First(item => item.Text("id") != chosen.Text("id") && CategoryOf(item) == CategoryOf(chosen));
        var similar = await api.RankAsync(new JsonObject { ["context"] = new JsonObject { ["item"] = neighbour.Text("id") } }, "similar");
        Assert.Equal(chosen.Text("id"), similar.Ids()[0]);
    }

    private static string CategoryOf(JsonElement item) => item.GetProperty("attributes").Text("category");

    private static JsonObject About(string id)
    {
        var question = Question();
        question["explain"] = new JsonObject { ["items"] = new JsonArray(id) };
        return question;
    }

    private static async Task KillSwitchesAsync(ApiClient api, string data, string model)
    {
        const string Path = "v1/surfaces/goods/search/kill-switch";
        (await api.PutAsync(Path, new JsonObject { ["on"] = true })).Expect(HttpStatusCode.OK);
        Assert.False((await api.RankAsync(Question())).TryGetProperty("model", out _));
        Assert.Equal("goods/search", (await api.StatusAsync()).GetProperty("killSwitches")[0].GetString());
        (await api.PutAsync(Path, new JsonObject { ["on"] = false })).Expect(HttpStatusCode.OK);
        Assert.Equal(model, (await api.RankAsync(Question())).Text("model"));

        var file = System.IO.Path.Combine(data, "kill-switch");
        await File.WriteAllTextAsync(file, "goods/search\n");
        await Eventually.IsAsync("the kill-switch file", WatchedWithin, async () => !(await api.RankAsync(Question())).TryGetProperty("model", out _));
        File.Delete(file);
        await Eventually.IsAsync("the end of the kill switch", WatchedWithin, async () => (await api.RankAsync(Question())).TryGetProperty("model", out _));
    }

    private static async Task ItemsChangeAsync(ApiClient api)
    {
        // A new item can be found within a second.
        (await api.PutAsync("v1/items", Bodies.Item("life-1", "Гравицапа сверхновая", 777))).Expect(HttpStatusCode.OK);
        var seen = await Eventually.IsAsync("a new item in search", VisibleWithin, async () => (await api.RankAsync(Find("гравицапа"))).Ids().Contains("life-1"));
        Figures.Print($"a new item is found after {seen.TotalMilliseconds:0} ms");

        (await api.PatchAsync("v1/items/life-1", new JsonObject { ["attributes"] = new JsonObject { ["price"] = 555 } })).Expect(HttpStatusCode.OK);
        await Eventually.IsAsync("the new price", VisibleWithin, async () => await PriceAsync(api, "life-1") == 555);
        var read = (await api.GetAsync("v1/items/life-1")).Expect(HttpStatusCode.OK);
        Assert.Equal(10, read.Number("stock"));

        // Sold out and deleted items are gone from the next answer on, and the answer can say why.
        (await api.PatchAsync("v1/items/life-1", new JsonObject { ["stock"] = 0 })).Expect(HttpStatusCode.OK);
        var asked = Find("гравицапа");
        asked["explain"] = new JsonObject { ["items"] = new JsonArray("life-1", "nobody-put-this") };
        var without = await api.RankAsync(asked);
        Assert.DoesNotContain("life-1", without.Ids());
        var fates = without.GetProperty("asked").EnumerateArray().ToDictionary(fate => fate.Text("id"));
        Assert.Equal("removed", fates["life-1"].Text("outcome"));
        Assert.Equal("unknown", fates["nobody-put-this"].Text("outcome"));
        (await api.PatchAsync("v1/items/life-1", new JsonObject { ["stock"] = 3 })).Expect(HttpStatusCode.OK);
        Assert.Contains("life-1", (await api.RankAsync(Find("гравицапа"))).Ids());
        (await api.DeleteAsync("v1/items/life-1")).Expect(HttpStatusCode.OK);
        Assert.DoesNotContain("life-1", (await api.RankAsync(Find("гравицапа"))).Ids());
    }

    private static JsonObject Find(string query) => new() { ["query"] = query, ["size"] = 100, ["fields"] = new JsonArray("price") };

    private static async Task<double> PriceAsync(ApiClient api, string id) => (await api.RankAsync(Find("гравицапа"))).Items()
        .Where(item => item.Text("id") == id).Select(item => item.GetProperty("attributes").GetProperty("price").GetDouble()).FirstOrDefault();

    // Of nearly the same rows a logistic model comes out nearly the same.
    private static async Task<string> RetrainAsync(ApiClient api, string model)
    {
        var job = (await api.PostAsync("v1/jobs", new JsonObject { ["kind"] = "train", ["options"] = new JsonObject { ["vertical"] = "goods", ["surface"] = "search", ["model"] = "logistic", ["publish"] = true } })).Expect(HttpStatusCode.Accepted);
        var ended = await Jobs.EndedAsync(api, job.Text("id"), TrainedWithin);
        Assert.True(ended.Text("state") == "done", ended.GetRawText());
        var second = ended.GetProperty("result").Text("model");
        Assert.NotEqual(model, second);
        await Eventually.IsAsync("the new model", VisibleWithin, async () => (await api.RankAsync(Question())).Text("model") == second);
        return second;
    }

    private static async Task RollBackAsync(ApiClient api, string data, string model, string second)
    {
        (await CommandLine.RunAsync("models", "rollback", "goods-search", "--data", data)).Expect(0);
        Assert.Equal(model, (await api.RankAsync(Question())).Text("model"));
        var listed = (await api.GetAsync("v1/models")).Expect(HttpStatusCode.OK).EnumerateArray().Where(entry => entry.GetProperty("serving").GetBoolean()).ToList();
        Assert.Equal(model, $"{Assert.Single(listed).GetProperty("manifest").Text("name")}/{listed[0].GetProperty("manifest").Text("version")}");
        Assert.Equal(HttpStatusCode.NotFound, (await api.PostAsync("v1/models/goods-search/0-0/publish", new JsonObject())).Status);
        Assert.NotEqual(model, second);
    }
}
