using System.Text.Json;

namespace Vitrina.Tests.Api;

public sealed class RankTests
{
    private const string Search = "/v1/rank/goods/search";

    private static List<JsonElement> ItemsOf(JsonElement answer) => [.. answer.GetProperty("sections")[0].GetProperty("items").EnumerateArray()];

    [Fact]
    public async Task A_query_is_answered_with_tokens_reasons_fields_facets_and_explanations()
    {
        await using var server = await ApiServer.StartAsync();
        await server.PutItemsAsync(30);
        var (status, answer) = await server.PostAsync(Search, """{"user": "u-1", "query": "наушники jbl", "size": 5, "fields": ["title", "price", "seller"], "facets": ["brand"], "explain": {"items": ["sku-1", "none"]}, "seed": 1}""");
        Assert.Equal(200, status);
        var items = ItemsOf(answer);
        Assert.Equal([1, 2, 3, 4, 5], items.Select(item => item.GetProperty("position").GetInt32()));
        Assert.All(items, item => Assert.StartsWith("Наушники", item.GetProperty("attributes").GetProperty("title").GetString()));
        Assert.All(items, item => Assert.NotEmpty(item.GetProperty("token").GetString()!));
        Assert.All(items, item => Assert.True(item.TryGetProperty("explanation", out _)));
        Assert.Equal("JBL", answer.GetProperty("facets")[0].GetProperty("values")[0].GetProperty("value").GetString());
        Assert.Equal(2, answer.GetProperty("asked").GetArrayLength());

        var token = items[0].GetProperty("token").GetString();
        var click = ApiServer.Event("c1", items[0].GetProperty("id").GetString()!, "click", $", \"token\": \"{token}\", \"rankingId\": \"{answer.GetProperty("rankingId").GetString()}\"");
        Assert.Equal(202, (await server.PostAsync("/v1/events", click)).Status);
        var (bad, problem) = await server.PostAsync(Search, $$"""{"cursor": "{{token}}"}""");
        Assert.Equal(400, bad);
        Assert.Equal("bad_cursor", problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Pages_neither_repeat_nor_skip_and_the_record_can_be_read()
    {
        await using var server = await ApiServer.StartAsync();
        await server.PutItemsAsync(30);
        var seen = new List<string>();
        string? cursor = null;
        for (var page = 0; page < 10 && (page == 0 || cursor is not null); page++)
        {
            var (status, answer) = await server.PostAsync(Search, cursor is null ? """{"query": "jbl", "size": 7}""" : $$"""{"query": "jbl", "size": 7, "cursor": "{{cursor}}"}""");
            Assert.Equal(200, status);
            seen.AddRange(ItemsOf(answer).Select(item => item.GetProperty("id").GetString()!));
            cursor = answer.TryGetProperty("cursor", out var next) ? next.GetString() : null;
            var (found, record) = await server.GetAsync($"/v1/rankings/{answer.GetProperty("rankingId").GetString()}");
            Assert.Equal(200, found);
            Assert.Equal(ItemsOf(answer).Select(item => item.GetProperty("id").GetString()), record.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()));
        }

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(404, (await server.GetAsync("/v1/rankings/k0000000000000001")).Status);
        Assert.Equal(404, (await server.GetAsync("/v1/rankings/elsewhere")).Status);
    }

    [Theory]
    [InlineData("""{"querry": "x"}""", "querry", "query")]
    [InlineData("""{"size": 0}""", "size", "between")]
    [InlineData("""{"size": 10001}""", "size", "between")]
    [InlineData("""{"size": "5"}""", "size", "whole")]
    [InlineData("""{"filters": {"brnd": "JBL"}}""", "filters.brnd", "brand")]
    [InlineData("""{"filters": {"price": {"mn": 1}}}""", "filters.price.mn", "min")]
    [InlineData("""{"filters": {"price": {"min": 1e999}}}""", "filters.price.min", "large")]
    [InlineData("""{"user": 7}""", "user", "quotes")]
    [InlineData("""{"query": "a\u0001"}""", "query", "control")]
    [InlineData("""{"fields": ["titel"]}""", "fields", "title")]
    [InlineData("""{"personalization": "maybe"}""", "personalization", "off")]
    [InlineData("""{"explain": {"item": []}}""", "explain.item", "items")]
    public async Task Mistakes_name_the_field_and_what_would_be_right(string body, string field, string hint)
    {
        await using var server = await ApiServer.StartAsync();
        await server.PutItemsAsync(1);
        var (status, problem) = await server.PostAsync(Search, body);
        Assert.Equal(400, status);
        Assert.Equal(field, problem.GetProperty("field").GetString());
        Assert.Contains(hint, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_query_and_unknown_surfaces_are_refused()
    {
        await using var server = await ApiServer.StartAsync();
        var (status, problem) = await server.PostAsync(Search, $$"""{"query": "{{new string('я', 10_000)}}"}""");
        Assert.Equal(400, status);
        Assert.Equal("query", problem.GetProperty("field").GetString());
        Assert.Equal(404, (await server.PostAsync("/v1/rank/goods/serch", "{}")).Status);
        Assert.Equal(404, (await server.PostAsync("/v1/rank/god/search", "{}")).Status);
        Assert.Equal(400, (await server.PostAsync(Search, "{\"query\": \"\\ud800\"}")).Status);
        Assert.Equal(200, (await server.PostAsync(Search, "{}")).Status);
    }

    [Fact]
    public async Task An_exact_query_says_so_and_gives_analogs_apart()
    {
        await using var server = await ApiServer.StartAsync();
        await server.PutItemsAsync(10);
        var (_, answer) = await server.PostAsync(Search, """{"query": "наушники WH-1000XM5", "sections": ["similar"]}""");
        Assert.True(answer.GetProperty("nothingFound").GetBoolean());
        Assert.True(answer.GetProperty("query").GetProperty("exact").GetBoolean());
        Assert.Equal("wh1000xm5", answer.GetProperty("query").GetProperty("codes")[0].GetString());
        Assert.Empty(ItemsOf(answer));
        var similar = answer.GetProperty("sections")[1];
        Assert.Equal("similar", similar.GetProperty("name").GetString());
        Assert.NotEmpty(similar.GetProperty("items").EnumerateArray());
        var (_, record) = await server.GetAsync($"/v1/rankings/{answer.GetProperty("rankingId").GetString()}");
        Assert.True(record.GetProperty("nothingFound").GetBoolean());
        Assert.Equal(similar.GetProperty("items").GetArrayLength(), record.GetProperty("similar").GetArrayLength());

        var (_, corrected) = await server.PostAsync(Search, """{"query": "наушнкии"}""");
        Assert.Equal("typo", corrected.GetProperty("query").GetProperty("rewrites")[0].GetProperty("kind").GetString());
        Assert.Equal("наушники", corrected.GetProperty("query").GetProperty("text").GetString());
        var (status, refused) = await server.PostAsync(Search, """{"sections": ["analogs"]}""");
        Assert.Equal((400, "sections"), (status, refused.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task Beginnings_are_completed_and_wrong_ones_refused()
    {
        await using var server = await ApiServer.StartAsync();
        await server.PutItemsAsync(10);
        var (status, answer) = await server.GetAsync("/v1/suggest/goods?q=" + Uri.EscapeDataString("науш"));
        Assert.Equal(200, status);
        Assert.Equal("наушники", answer.GetProperty("suggestions")[0].GetProperty("text").GetString());
        foreach (var (path, code, field) in new[]
        {
            ("/v1/suggest/goods?q=a&size=0", 400, "size"), ("/v1/suggest/goods?q=a&size=x", 400, "size"), ("/v1/suggest/goods?q=" + new string('a', 1001), 400, "q"), ("/v1/suggest/good?q=a", 404, "vertical"),
        })
        {
            var (bad, problem) = await server.GetAsync(path);
            Assert.Equal((code, field), (bad, problem.GetProperty("field").GetString()));
        }
    }
}
