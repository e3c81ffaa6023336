using System.Text.Json;

namespace Vitrina.Tests.Api;

public class ExperimentsTests
{
    private const string Ab = """
        {"name": "stars", "kind": "ab", "vertical": "goods", "surface": "search", "unit": "visitor",
         "arms": [{"name": "control"}, {"name": "stars", "explore": {"temperature": 0}, "weights": {"attribute.rating": 5}}],
         "metrics": {"primary": "ctr", "guardrails": ["conversion"]}, "plannedLength": "14d"}
        """;

    [Fact]
    public async Task An_experiment_is_designed_started_recorded_stopped_and_concluded()
    {
        await using var server = await ApiServer.StartAsync();
        await PutItemsAsync(server);
        Assert.Equal(200, (await server.PutAsync("/v1/experiments/stars?author=anna", Ab)).Status);
        Assert.Empty((await RankAsync(server, "u1")).GetProperty("assignments").EnumerateArray());
        var started = await server.PostAsync("/v1/experiments/stars/start", """{"author": "anna"}""");
        Assert.Equal((200, "running"), (started.Status, started.Body.GetProperty("status").GetString()));

        var byArm = new Dictionary<string, int>();
        for (var user = 0; user < 30; user++)
        {
            var ranking = await RankAsync(server, $"u{user}");
            var assignment = Assert.Single(ranking.GetProperty("assignments").EnumerateArray());
            Assert.True(assignment.GetProperty("exposed").GetBoolean());
            var arm = assignment.GetProperty("arm").GetString()!;
            byArm[arm] = byArm.GetValueOrDefault(arm) + 1;
            var (item, token) = (ranking.GetProperty("sections")[0].GetProperty("items")[0].GetProperty("id").GetString()!, ranking.GetProperty("sections")[0].GetProperty("items")[0].GetProperty("token").GetString());
            var extra = $$""", "user": "u{{user}}", "token": "{{token}}" """;
            await server.PostAsync("/v1/events?wait=visible", $"[{ApiServer.Event($"v{user}", item, "view", extra)}]");
            if (arm == "stars")
            {
                await server.PostAsync("/v1/events?wait=visible", $"[{ApiServer.Event($"c{user}", item, "click", extra)}]");
            }

            var recorded = await server.GetAsync($"/v1/rankings/{ranking.GetProperty("rankingId").GetString()}");
            Assert.Equal(arm, recorded.Body.GetProperty("assignments")[0].GetProperty("arm").GetString());
        }

        Assert.Equal(2, byArm.Count);
        var lines = (await server.Client.GetStringAsync("/v1/experiments/stars/data", TestContext.Current.CancellationToken)).Trim().Split('\n');
        Assert.Equal("unit,arm,ctr_num,ctr_den,conversion_num,conversion_den,ctr_num_pre,ctr_den_pre,conversion_num_pre,conversion_den_pre", lines[0]);
        Assert.Equal(byArm["stars"], lines.Count(line => line.Contains(",stars,1,1,0,1,", StringComparison.Ordinal)));
        Assert.Equal(byArm["control"], lines.Count(line => line.Contains(",control,0,1,0,1,", StringComparison.Ordinal)));

        Assert.Equal("experiment_frozen", (await server.PutAsync("/v1/experiments/stars", Ab.Replace("\"ctr\"", "\"cartRate\"", StringComparison.Ordinal))).Body.GetProperty("code").GetString());
        Assert.Equal("experiment_started", (await server.PostAsync("/v1/experiments/stars/start", "{}")).Body.GetProperty("code").GetString());
        Assert.Equal(200, (await server.PostAsync("/v1/experiments/stars/stop", """{"author": "boris", "reason": "enough"}""")).Status);
        Assert.Empty((await RankAsync(server, "u1")).GetProperty("assignments").EnumerateArray());
        Assert.Equal(200, (await server.PostAsync("/v1/experiments/stars/conclusions", """{"metric": "ctr", "estimate": 0.03, "low": 0.01, "high": 0.05, "realised": 0.02}""")).Status);
        var list = (await server.GetAsync("/v1/experiments")).Body;
        Assert.Equal(0.02, list.GetProperty("experiments")[0].GetProperty("conclusions")[0].GetProperty("realised").GetDouble());
        Assert.Equal((1, 1.0), (list.GetProperty("calibration").GetProperty("tests").GetInt32(), list.GetProperty("calibration").GetProperty("covered").GetDouble()));
        Assert.Equal(["design", "start", "stop", "conclude"], (await server.GetAsync("/v1/experiments/stars")).Body.GetProperty("audit").EnumerateArray().Select(change => change.GetProperty("action").GetString()));
    }

    [Fact]
    public async Task A_switchback_draws_its_schedule_at_the_start_and_keeps_it_over_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("vitrina-api-").FullName;
        const string Design = """
            {"name": "turns", "kind": "switchback", "vertical": "goods", "surface": "search",
             "arms": [{"name": "control"}, {"name": "stars", "weights": {"attribute.rating": 5}}], "metrics": {"primary": "ctr"},
             "clusters": {"by": "category"}, "schedule": {"kind": "balanced", "period": "6h", "periods": 8, "firstDay": "2020-01-01", "seed": 5}}
            """;
        string before;
        await using (var server = await ApiServer.StartAsync(folder, keepsFolder: true))
        {
            await PutItemsAsync(server);
            Assert.Equal(200, (await server.PostAsync("/v1/experiments", Design)).Status);
            Assert.Equal("no_schedule", (await server.GetAsync("/v1/experiments/turns/schedule")).Body.GetProperty("code").GetString());
            var started = await server.PostAsync("/v1/experiments/turns/start", "{}");
            Assert.Equal(["наушники"], started.Body.GetProperty("clusters").EnumerateArray().Select(cluster => cluster.GetString()));
            before = await server.Client.GetStringAsync("/v1/experiments/turns/schedule", TestContext.Current.CancellationToken);
            Assert.Equal(4, JsonDocument.Parse(before).RootElement.GetProperty("arms")[0].GetString()!.Count(arm => arm == '1'));
            Assert.Equal(9, (await server.Client.GetStringAsync("/v1/experiments/turns/data", TestContext.Current.CancellationToken)).Trim().Split('\n').Length);
        }

        await using (var server = await ApiServer.StartAsync(folder))
        {
            Assert.Equal(before, await server.Client.GetStringAsync("/v1/experiments/turns/schedule", TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData("""{"name": "x", "kind": "ab"}""", 400, "invalid_design", "vertical")]
    [InlineData("""{"name": "x", "kind": "abc", "vertical": "goods", "surface": "search", "arms": [{"name": "a"}, {"name": "b"}], "metrics": {"primary": "ctr"}}""", 400, "invalid_design", "kind")]
    [InlineData("""{"name": "x", "kind": "ab", "vertical": "goods", "surface": "search", "arms": [{"name": "a"}, {"name": "b", "model": "goods-search"}], "metrics": {"primary": "ctr"}}""", 400, "invalid_design", "arms[1].model")]
    [InlineData("[]", 400, "invalid_design", "")]
    [InlineData("{", 400, "invalid_json", null)]
    public async Task A_wrong_design_names_its_field(string body, int status, string code, string? field)
    {
        await using var server = await ApiServer.StartAsync();
        var answer = await server.PostAsync("/v1/experiments", body);
        Assert.Equal((status, code), (answer.Status, answer.Body.GetProperty("code").GetString()));
        Assert.Equal(field, answer.Body.TryGetProperty("field", out var named) ? named.GetString() : null);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_with_the_nearest_name()
    {
        await using var server = await ApiServer.StartAsync();
        await server.PutAsync("/v1/experiments/stars", Ab);
        var missing = await server.GetAsync("/v1/experiments/star");
        Assert.Equal((404, "unknown_experiment", "stars"), (missing.Status, missing.Body.GetProperty("code").GetString(), missing.Body.GetProperty("suggestion").GetString()));
        Assert.Equal(404, (await server.PostAsync("/v1/experiments/star/start", "{}")).Status);
        Assert.Equal(409, (await server.GetAsync("/v1/experiments/stars/data")).Status);
        Assert.Equal("experiment_running", (await server.PostAsync("/v1/experiments/stars/conclusions", """{"metric": "ctr", "estimate": 0.1}""")).Body.GetProperty("code").GetString());
    }

    private static async Task PutItemsAsync(ApiServer server)
    {
        var items = string.Join(',', Enumerable.Range(1, 20).Select(i =>
            $$"""{"id": "sku-{{i}}", "seller": "shop-{{i}}", "attributes": {"title": "Наушники JBL {{i}}", "category": "наушники", "price": {{1000 + i}}, "rating": {{i % 5}}} }"""));
        Assert.Equal(200, (await server.PutAsync("/v1/items?wait=visible", $"[{items}]")).Status);
    }

    private static async Task<JsonElement> RankAsync(ApiServer server, string user)
    {
        var (status, body) = await server.PostAsync("/v1/rank/goods/search", $$"""{"user": "{{user}}", "session": "s-{{user}}", "query": "наушники"}""");
        Assert.Equal(200, status);
        return body;
    }
}
