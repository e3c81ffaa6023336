using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Linear;
using Vitrina.Engine.Models.Registry;

namespace Vitrina.Tests.Api;

public sealed class ModelsTests
{
    [Fact]
    public async Task Versions_move_along_their_stages_over_http_and_each_refusal_has_its_code()
    {
        await using var server = await ApiServer.StartAsync();
        await server.PutItemsAsync(6);
        Save(server, "1", 1);
        Save(server, "2", -1);
        var (status, body) = await server.PostAsync("/v1/models/goods-search/1/publish", "{}");
        Assert.Equal((409, "gate_failed"), (status, body.GetProperty("code").GetString()));
        Assert.Equal("evaluation", body.GetProperty("gates")[0].GetProperty("gate").GetString());

        Assert.Equal(200, (await server.PostAsync("/v1/models/goods-search/1/publish", """{"author": "anna", "force": "first"}""")).Status);
        Assert.Equal(200, (await server.PostAsync("/v1/models/goods-search/2/shadow", """{"author": "anna"}""")).Status);
        (_, body) = await server.GetAsync("/v1/models/goods-search/2");
        Assert.Equal((false, true, "shadow"), (body.GetProperty("serving").GetBoolean(), body.GetProperty("shadow").GetBoolean(), body.GetProperty("manifest").GetProperty("stage").GetString()));

        var answer = (await server.PostAsync("/v1/rank/goods/search", """{"query": "наушники", "size": 3}""")).Body;
        Assert.All(
            answer.GetProperty("sections")[0].GetProperty("items").EnumerateArray(),
            item => Assert.Equal(1 / (1 + Math.Exp(1 - (0.5 * item.GetProperty("score").GetDouble()))), item.GetProperty("probability").GetDouble(), 1e-9));
        var ranking = (await server.GetAsync($"/v1/rankings/{answer.GetProperty("rankingId").GetString()}")).Body;
        Assert.Equal("goods-search/2", ranking.GetProperty("shadowModel").GetString());
        foreach (var item in ranking.GetProperty("items").EnumerateArray())
        {
            // The shadow is the serving model turned around.
            Assert.Equal(-item.GetProperty("score").GetDouble(), item.GetProperty("shadowScore").GetDouble(), 1e-4);
            Assert.InRange(item.GetProperty("shadowPosition").GetInt32(), 1, 3);
        }

        Assert.Equal(200, (await server.PostAsync("/v1/models/goods-search/2/publish", """{"force": "second"}""")).Status);
        (status, body) = await server.PostAsync("/v1/models/goods-search/rollback", """{"reason": "clicks fell"}""");
        Assert.Equal((200, "1", "2"), (status, body.GetProperty("version").GetString(), body.GetProperty("previous").GetString()));
        Assert.Equal("goods-search/1", (await server.PostAsync("/v1/rank/goods/search", """{"query": "наушники"}""")).Body.GetProperty("model").GetString());
        Assert.Equal((409, "serves"), Refusal(await server.PostAsync("/v1/models/goods-search/1/archive", "{}")));
        Assert.Equal((404, "unknown_model"), Refusal(await server.PostAsync("/v1/models/goods-search/9/shadow", "{}")));
        Assert.Equal((409, "no_shadow"), Refusal(await server.SendAsync(HttpMethod.Delete, "/v1/models/goods-search/shadow")));
        Assert.Equal((409, "nothing_serves"), Refusal(await server.PostAsync("/v1/models/none/rollback", "{}")));
        Assert.Equal(200, (await server.PostAsync("/v1/models/goods-search/2/archive", "{}")).Status);
    }

    [Fact]
    public async Task A_list_in_shadow_mode_gets_a_counter_list_and_its_record_shows_both()
    {
        await using var server = await ApiServer.StartAsync();
        await server.PutItemsAsync(6);
        Save(server, "1", 1);
        Assert.Equal(200, (await server.PostAsync("/v1/models/goods-search/1/publish", """{"force": "first"}""")).Status);
        var (status, answer) = await server.PostAsync("/v1/rank/goods/search", """{"mode": "shadow", "query": "наушники", "items": ["sku-2", "sku-9", "sku-6", "sku-4"]}""");
        Assert.Equal((200, "shadow"), (status, answer.GetProperty("mode").GetString()));
        var items = answer.GetProperty("sections")[0].GetProperty("items").EnumerateArray().ToList();
        Assert.Equal([("sku-6", 3), ("sku-4", 4), ("sku-2", 1)], items.Select(item => (item.GetProperty("id").GetString(), item.GetProperty("shownPosition").GetInt32())));
        var ranking = (await server.GetAsync($"/v1/rankings/{answer.GetProperty("rankingId").GetString()}")).Body;
        Assert.Equal("shadow", ranking.GetProperty("origin").GetString());
        Assert.Equal(["sku-2", "sku-9", "sku-6", "sku-4"], ranking.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()));
        Assert.Equal(["sku-6", "sku-4", "sku-2"], ranking.GetProperty("counter").EnumerateArray().Select(item => item.GetString()));

        Assert.Equal((400, "missing"), Refusal(await server.PostAsync("/v1/rank/goods/search", """{"mode": "shadow"}""")));
        Assert.Equal((400, "invalid_mode"), Refusal(await server.PostAsync("/v1/rank/goods/search", """{"mode": "ghost"}""")));
    }

    private static (int, string?) Refusal((int Status, System.Text.Json.JsonElement Body) answer) => (answer.Status, answer.Body.GetProperty("code").GetString());

    private static void Save(ApiServer server, string version, double weight)
    {
        LogisticModel model = new(0, [new LogisticFeature { Name = "attribute.price", Low = 0, High = 1_000, Weight = weight }]);
        var day = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        server.Runtime.Models.Save(new ModelManifest
        {
            Id = $"goods-search/{version}",
            Name = "goods-search",
            Version = version,
            Vertical = "goods",
            Surface = "search",
            Features = [new ManifestFeature("attribute.price", "replayed", "0")],
            Objective = "logistic",
            Label = "click",
            Data = new ManifestDataRange(day, day, 0),
            CreatedAt = day,
            CodeVersion = "0",
            Calibration = new ScoreCalibration { Method = "platt", Slope = 0.5, Intercept = -1 },
        }, model);
    }
}
