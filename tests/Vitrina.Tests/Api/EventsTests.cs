namespace Vitrina.Tests.Api;

public sealed class EventsTests
{
    [Fact]
    public async Task A_batch_says_what_became_of_each_event_and_an_id_counts_once()
    {
        await using var server = await ApiServer.StartAsync();
        await server.PutItemsAsync(2);
        var batch = $$"""{"events": [{{ApiServer.Event("e1", "sku-1")}}, {{ApiServer.Event("e2", "nobody")}}, {{ApiServer.Event("e1", "sku-1")}}, 7, {{ApiServer.Event("e3", "sku-2", "order", ", \"price\": 5")}}]}""";
        var (status, body) = await server.PostAsync("/v1/events", batch);
        Assert.Equal(202, status);
        Assert.Equal([2, 1, 2], new[] { "accepted", "duplicates", "refused" }.Select(name => body.GetProperty(name).GetInt32()));
        var outcomes = body.GetProperty("outcomes").EnumerateArray().ToList();
        Assert.Equal(["accepted", "refused", "duplicate", "refused", "accepted"], outcomes.Select(outcome => outcome.GetProperty("outcome").GetString()));
        Assert.Equal("unknown_item", outcomes[1].GetProperty("code").GetString());
        Assert.Equal("item", outcomes[1].GetProperty("field").GetString());
        Assert.Equal(2, server.EventsInJournal());
    }

    [Fact]
    public async Task A_single_wrong_event_is_a_problem_that_names_the_field()
    {
        await using var server = await ApiServer.StartAsync();
        await server.PutItemsAsync(1);
        var (status, body) = await server.PostAsync("/v1/events", ApiServer.Event("e1", "sku-1", "clik"));
        Assert.Equal(400, status);
        Assert.Equal("unknown_type", body.GetProperty("code").GetString());
        Assert.Equal("type", body.GetProperty("field").GetString());
        Assert.Equal("click", body.GetProperty("suggestion").GetString());
        Assert.Equal("urn:vitrina:problem:unknown_type", body.GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_stream_of_lines_lists_only_what_was_refused()
    {
        await using var server = await ApiServer.StartAsync();
        await server.PutItemsAsync(1);
        var lines = Enumerable.Range(1, 5_000).Select(i => i == 17 ? "{broken" : i == 4_000 ? "" : ApiServer.Event($"e{i}", "sku-1")).ToList();
        lines[99] = "{\"id\":\"" + new string('x', 2 << 20) + "\"}";
        var (status, body) = await server.PostAsync("/v1/events", string.Join("\r\n", lines), "application/x-ndjson");
        Assert.Equal(202, status);
        Assert.Equal(4_997, body.GetProperty("accepted").GetInt32());
        Assert.Equal([17, 100], body.GetProperty("outcomes").EnumerateArray().Select(outcome => outcome.GetProperty("line").GetInt32()));
        Assert.Equal(4_997, server.EventsInJournal());
        (_, body) = await server.PostAsync("/v1/events?outcomes=all", string.Join('\n', lines.Take(20)), "application/x-ndjson");
        Assert.Equal(20, body.GetProperty("outcomes").GetArrayLength());
        Assert.Equal(19, body.GetProperty("duplicates").GetInt32());
    }

    [Theory]
    [InlineData("", "invalid_json")]
    [InlineData("[{]", "invalid_json")]
    [InlineData("[] []", "invalid_json")]
    [InlineData("{\"events\": 3}", "wrong_type")]
    [InlineData("{\"events\": [], \"more\": 1}", "unknown_field")]
    [InlineData("\"text\"", "wrong_type")]
    public async Task What_is_no_batch_changes_nothing(string body, string code)
    {
        await using var server = await ApiServer.StartAsync();
        var (status, problem) = await server.PostAsync("/v1/events", body);
        Assert.Equal(400, status);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(0, server.EventsInJournal());
    }

    [Fact]
    public async Task Other_media_types_and_too_large_batches_are_refused()
    {
        await using var server = await ApiServer.StartAsync();
        Assert.Equal(415, (await server.PostAsync("/v1/events", "a,b", "text/csv")).Status);
        var (status, body) = await server.PostAsync("/v1/events", "[" + string.Join(',', Enumerable.Repeat("{}", 10_001)) + "]");
        Assert.Equal(400, status);
        Assert.Equal("too_many", body.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Accepted_events_are_there_once_after_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("vitrina-api-").FullName;
        var batch = $"[{string.Join(',', Enumerable.Range(1, 500).Select(i => ApiServer.Event($"e{i}", "sku-1")))}]";
        await using (var first = await ApiServer.StartAsync(folder, keepsFolder: true))
        {
            await first.PutItemsAsync(1);
            Assert.Equal(500, (await first.PostAsync("/v1/events", batch)).Body.GetProperty("accepted").GetInt32());
        }

        await using var second = await ApiServer.StartAsync(folder);
        var (_, body) = await second.PostAsync("/v1/events", batch);
        Assert.Equal(0, body.GetProperty("accepted").GetInt32());
        Assert.Equal(500, body.GetProperty("duplicates").GetInt32());
        Assert.Equal(500, second.EventsInJournal());
    }
}
