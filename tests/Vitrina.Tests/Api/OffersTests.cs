using System.Text.Json;

namespace Vitrina.Tests.Api;

/// <summary>Offers over HTTP: one item, the report, steps of the life cycle, the transfer document.</summary>
public class OffersTests
{
    private const string Half = "[0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]";

    private static string W(string down = Half, string more = "") =>
        $$"""{"version": 1, "price": {"down": {{down}}, "up": {{Half}}}, "delivery": {"down": {{Half}}, "up": {{Half}}}, "strengths": {"type": 5, "matchGroup": 6}{{more}}}""";

    [Fact]
    public async Task An_offer_answers_with_bins_history_and_where_its_statistics_come_from()
    {
        await using var server = await ApiServer.StartAsync();
        await FillAsync(server);
        Assert.Equal(200, (await server.SendAsync(HttpMethod.Patch, "/v1/items/i5?wait=visible", """{"attributes": {"price": 12000}}""")).Status);
        var (status, offer) = await server.GetAsync("/v1/items/i5/offer");
        Assert.Equal(200, status);
        Assert.Equal("i5/1/5", offer.GetProperty("offer").GetString());
        Assert.Equal(2, offer.GetProperty("history").GetArrayLength());
        Assert.Equal(12000, offer.GetProperty("history")[1].GetProperty("price").GetDouble());
        Assert.Contains("deliveryUnknown", offer.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()));
        var views = offer.GetProperty("counts").EnumerateArray().Single(count => count.GetProperty("metric").GetString() == "view" && count.GetProperty("window").GetString() == "28d");
        Assert.Equal(0, views.GetProperty("own").GetDouble());
        Assert.InRange(views.GetProperty("transferred").GetDouble(), 0.5, 1);
        Assert.Equal(404, (await server.GetAsync("/v1/items/nobody/offer")).Status);
        Assert.Equal(400, (await server.GetAsync("/v1/items/i5/offer?zone=" + new string('x', 200))).Status);
        var (_, report) = await server.GetAsync("/v1/verticals/goods/offers");
        Assert.Equal(60, report.GetProperty("newItems")[0].GetProperty("items").GetInt32());
        Assert.Equal(1, report.GetProperty("newItems")[0].GetProperty("shares").GetProperty("view").GetDouble());
        Assert.Equal(60, report.GetProperty("priceBins").EnumerateArray().Sum(bin => bin.GetInt32()));
    }

    [Fact]
    public async Task Init_and_update_run_as_jobs_and_a_rollback_says_when_there_is_nothing_to_go_back_to()
    {
        await using var server = await ApiServer.StartAsync();
        await FillAsync(server);
        var init = await RunAsync(server, """{"kind": "init", "options": {"vertical": "goods"}}""");
        Assert.Equal("done", init.GetProperty("state").GetString());
        Assert.Equal(1, init.GetProperty("result").GetProperty("verticals")[0].GetProperty("generation").GetInt32());
        var update = await RunAsync(server, """{"kind": "update"}""");
        Assert.Equal(0, update.GetProperty("result").GetProperty("verticals")[0].GetProperty("updateDifferences").GetInt32());
        var wrong = await RunAsync(server, """{"kind": "init", "options": {"vertical": "nothing"}}""");
        Assert.Equal("failed", wrong.GetProperty("state").GetString());
        Assert.Contains("'nothing'", wrong.GetProperty("error").GetString(), StringComparison.Ordinal);
        var (status, problem) = await server.PostAsync("/v1/verticals/goods/offers/rollback", "{}");
        Assert.Equal((409, "nothing_to_roll_back_to"), (status, problem.GetProperty("code").GetString()));
        Assert.Equal(404, (await server.PostAsync("/v1/verticals/nothing/offers/rollback", "{}")).Status);
    }

    [Fact]
    public async Task The_transfer_document_is_checked_and_holds_from_the_answer_on()
    {
        await using var server = await ApiServer.StartAsync();
        await FillAsync(server);
        var (status, holds) = await server.PutAsync("/v1/verticals/goods/transfer", W(more: """, "types": {"чайники": {"price": {"down": [1, 1, 1, 1, 1, 1, 1, 1, 1], "up": [1, 1, 1, 1, 1, 1, 1, 1, 1]}}}"""));
        Assert.Equal(200, status);
        Assert.Equal(6, holds.GetProperty("strengths").GetProperty("matchGroup").GetDouble());
        Assert.Equal(holds.GetRawText(), (await server.GetAsync("/v1/verticals/goods/transfer")).Body.GetRawText());
        await server.SendAsync(HttpMethod.Patch, "/v1/items/i5?wait=visible", """{"attributes": {"price": 12000}}""");
        var (_, offer) = await server.GetAsync("/v1/items/i5/offer");
        Assert.Equal(1, offer.GetProperty("states").EnumerateArray().Single().GetProperty("weight").GetDouble());

        foreach (var (body, about) in new[]
        {
            (W("[0.5, 0.6, 0, 0, 0, 0, 0, 0, 0]"), "price.down[1]"), (W("[0.5]"), "price.down"), ("""{"version": 1}""", null), ("[", null),
            (W(more: """, "types": {"чайник": {}}"""), null),
        })
        {
            var (refused, problem) = await server.PutAsync("/v1/verticals/goods/transfer", body);
            Assert.Equal(400, refused);
            Assert.False(string.IsNullOrEmpty(problem.GetProperty("detail").GetString()));
            Assert.True(about is null || problem.GetProperty("field").GetString() == about);
        }

        Assert.Equal(200, (await server.PutAsync("/v1/verticals/goods/transfer", "")).Status);
        Assert.Equal(50, (await server.GetAsync("/v1/verticals/goods/transfer")).Body.GetProperty("strengths").GetProperty("type").GetDouble());
        Assert.Equal(404, (await server.GetAsync("/v1/verticals/nothing/transfer")).Status);
    }

    [Fact]
    public async Task Events_with_impossible_terms_are_refused_by_line()
    {
        await using var server = await ApiServer.StartAsync();
        await FillAsync(server);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var lines = new[]
        {
            $$"""{"id": "b1", "type": "view", "occurredAt": {{now}}, "item": "i1", "price": -1}""",
            $$"""{"id": "b2", "type": "view", "occurredAt": {{now}}, "item": "i1", "delivery": -1}""",
            $$"""{"id": "b3", "type": "view", "occurredAt": {{now}}, "item": "i1", "price": 10, "context": {"currency": "USD"} }""",
            $$"""{"id": "b4", "type": "view", "occurredAt": {{now + 600_000}}, "item": "i1"}""",
            $$"""{"id": "b5", "type": "view", "occurredAt": {{now}}, "item": "i1", "price": 0, "delivery": 1.5}""",
        };
        var (_, answer) = await server.PostAsync("/v1/events?wait=visible", string.Join('\n', lines), "application/x-ndjson");
        var text = answer.GetRawText();
        Assert.All(new[] { "negative_price", "negative_delivery", "currency_mismatch", "future" }, code => Assert.Contains(code, text, StringComparison.Ordinal));
        Assert.Equal(1, answer.GetProperty("accepted").GetInt32());
        var (_, report) = await server.GetAsync("/v1/verticals/goods/offers");
        Assert.Equal(1, report.GetProperty("setAside").GetProperty("offerPricesSetAside").GetInt32());
    }

    private static async Task FillAsync(ApiServer server)
    {
        var items = Enumerable.Range(1, 60).Select(i => $$"""{"id": "i{{i}}", "vertical": "goods", "attributes": {"title": "Чайник {{i}}", "category": "чайники", "price": {{i * 1000}} } }""");
        Assert.Equal(200, (await server.PutAsync("/v1/items?wait=visible", $"[{string.Join(',', items)}]")).Status);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal(202, (await server.PostAsync("/v1/events?wait=visible", $$"""{"id": "e1", "type": "view", "occurredAt": {{now}}, "item": "i5", "user": "u"}""")).Status);
    }

    private static async Task<JsonElement> RunAsync(ApiServer server, string body)
    {
        var (status, job) = await server.PostAsync("/v1/jobs", body);
        Assert.Equal(202, status);
        while (job.GetProperty("state").GetString() is "queued" or "running")
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
            job = (await server.GetAsync($"/v1/jobs/{job.GetProperty("id").GetString()}")).Body;
        }

        return job;
    }
}
