using System.Diagnostics;
using System.Text.Json;
using Vitrina.Api;
using Vitrina.Api.Jobs;
using Vitrina.Api.Security;

namespace Vitrina.Tests.Api;

public sealed class OperationsTests
{
    [Fact]
    public async Task Health_status_documents_and_the_first_page_answer()
    {
        await using var server = await ApiServer.StartAsync();
        await server.PutItemsAsync(2);
        Assert.Equal("live", (await server.GetAsync("/health/live")).Body.GetProperty("status").GetString());
        Assert.Equal("ready", (await server.GetAsync("/health/ready")).Body.GetProperty("status").GetString());
        var (_, status) = await server.GetAsync("/v1/status");
        Assert.Equal(2, status.GetProperty("activeItems").GetInt32());
        var (_, document) = await server.GetAsync("/openapi/v1.json");
        var post = document.GetProperty("paths").GetProperty("/v1/events").GetProperty("post");
        Assert.True(post.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").TryGetProperty("example", out _));
        foreach (var path in new[] { "/", "/docs/index.html", "/assets/first-page.js", "/assets/first-page.css" })
        {
            using var page = await server.Client.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.True(page.IsSuccessStatusCode, path);
            Assert.True(page.Headers.Contains("Content-Security-Policy"), path);
        }

        Assert.Equal("not_found", (await server.GetAsync("/v1/nothing")).Body.GetProperty("code").GetString());
        Assert.Equal("method_not_allowed", (await server.GetAsync("/v1/events")).Body.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Every_example_of_the_document_is_accepted()
    {
        await using var server = await ApiServer.StartAsync();
        var (_, document) = await server.GetAsync("/openapi/v1.json");
        foreach (var (path, method) in new[] { ("/v1/items", "put"), ("/v1/users", "put"), ("/v1/sellers", "put"), ("/v1/features/{table}", "put"), ("/v1/rank/{vertical}/{surface}", "post") })
        {
            var example = document.GetProperty("paths").GetProperty(path).GetProperty(method).GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("example");
            var address = path.Replace("{table}", "seller_quality", StringComparison.Ordinal).Replace("{vertical}/{surface}", "goods/search", StringComparison.Ordinal);
            var (status, body) = await server.SendAsync(new HttpMethod(method.ToUpperInvariant()), address, example.GetRawText());
            Assert.True(status == 200, $"{path}: {body}");
        }
    }

    [Fact]
    public async Task Kill_switches_and_verticals_can_be_read_and_switched()
    {
        await using var server = await ApiServer.StartAsync();
        Assert.Equal(200, (await server.PutAsync("/v1/surfaces/goods/search/kill-switch", """{"on": true, "author": "anna"}""")).Status);
        Assert.Equal("goods/search", (await server.GetAsync("/v1/kill-switches")).Body[0].GetProperty("surface").GetString());
        Assert.Equal(200, (await server.PutAsync("/v1/surfaces/goods/search/kill-switch", """{"on": false}""")).Status);
        Assert.Equal(0, (await server.GetAsync("/v1/kill-switches")).Body.GetArrayLength());
        Assert.Equal(400, (await server.PutAsync("/v1/surfaces/goods/search/kill-switch", """{"on": 1}""")).Status);
        Assert.Equal(404, (await server.PutAsync("/v1/surfaces/goods/none/kill-switch", """{"on": true}""")).Status);
        Assert.Equal("goods", (await server.GetAsync("/v1/verticals")).Body[0].GetProperty("name").GetString());
        var (_, goods) = await server.GetAsync("/v1/verticals/goods");
        Assert.Contains("vertical: goods", goods.GetProperty("file").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, goods.GetProperty("errors").GetArrayLength());
        Assert.Equal("Vitrina vertical", (await server.GetAsync("/v1/verticals/schema.json")).Body.GetProperty("title").GetString());
        Assert.Equal(404, (await server.GetAsync("/v1/verticals/none")).Status);
        Assert.Equal(0, (await server.GetAsync("/v1/models")).Body.GetArrayLength());
        Assert.Equal(404, (await server.PostAsync("/v1/models/goods-search/v1/publish", "{}")).Status);
        Assert.Equal(404, (await server.PostAsync("/v1/models/..%2f..%2fetc/v1/publish", "{}")).Status);
    }

    [Fact]
    public async Task Keys_are_asked_for_once_one_exists_and_open_only_their_scopes()
    {
        var (reader, writer) = ("", "");
        await using var server = await ApiServer.StartAsync(prepare: runtime =>
        {
            reader = ApiKeys.Create(runtime.Control, "page", ApiScopes.Read);
            writer = ApiKeys.Create(runtime.Control, "shop", ApiScopes.WriteCatalog | ApiScopes.WriteEvents);
            Assert.DoesNotContain(runtime.Control.List("keys"), pair => pair.Key.Contains(reader, StringComparison.Ordinal) || pair.Value.Contains(reader, StringComparison.Ordinal));
        });
        Assert.Equal(401, (await server.GetAsync("/v1/status")).Status);
        Assert.Equal(401, (await server.SendAsync(HttpMethod.Get, "/v1/status", key: "vk_wrong")).Status);
        Assert.Equal(200, (await server.SendAsync(HttpMethod.Get, "/v1/status", key: reader)).Status);
        Assert.Equal(403, (await server.SendAsync(HttpMethod.Put, "/v1/items", "[]", key: reader)).Status);
        Assert.Equal(200, (await server.SendAsync(HttpMethod.Put, "/v1/items", "[]", key: writer)).Status);
        Assert.Equal(403, (await server.SendAsync(HttpMethod.Post, "/v1/jobs", "{}", key: writer)).Status);
        Assert.Equal(200, (await server.GetAsync("/health/ready")).Status);
    }

    [Fact]
    public async Task A_server_that_others_can_reach_does_not_start_without_a_key()
    {
        await using var server = await ApiServer.StartAsync();
        Assert.Throws<UnprotectedServerException>(() => ApiHost.Build(server.Runtime, new ApiOptions { Url = "http://0.0.0.0:0" }));
        Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => ApiHost.Build(server.Runtime, new ApiOptions { MaxBatch = 0 }));
    }

    [Fact]
    public async Task Too_many_requests_per_second_are_told_to_wait()
    {
        await using var server = await ApiServer.StartAsync(options: new ApiOptions { Url = "http://127.0.0.1:0", RateLimitPerSecond = 5 });
        var statuses = new List<int>();
        for (var i = 0; i < 40; i++)
        {
            statuses.Add((await server.GetAsync("/v1/kill-switches")).Status);
        }

        Assert.Contains(429, statuses);
        Assert.All(statuses.Take(10), status => Assert.Equal(200, status));
    }

    [Fact]
    public async Task A_job_runs_in_its_own_process_and_an_interrupted_one_is_shown_as_failed()
    {
        var launcher = new JobLauncher(["train", "sleep"], job => job.Kind == "sleep"
            ? new ProcessStartInfo("sleep", ["60"])
            : new ProcessStartInfo("sh", ["-c", "echo '{\"progress\": 0.5}'; echo working; echo '{\"result\": {\"rows\": 3}}'"]));
        await using var server = await ApiServer.StartAsync(jobs: launcher, prepare: runtime => runtime.Control.Put(
            "jobs", "j1", """{"id": "j1", "kind": "train", "options": {}, "state": "running", "createdAt": "2026-01-01T00:00:00Z", "log": []}"""));
        var (_, old) = await server.GetAsync("/v1/jobs/j1");
        Assert.Equal("failed", old.GetProperty("state").GetString());
        Assert.StartsWith("interrupted", old.GetProperty("error").GetString(), StringComparison.Ordinal);

        var (status, job) = await server.PostAsync("/v1/jobs", """{"kind": "train", "options": {"vertical": "goods"}}""");
        Assert.Equal(202, status);
        var done = await EndOfAsync(server, job);
        Assert.Equal("done", done.GetProperty("state").GetString());
        Assert.Equal(3, done.GetProperty("result").GetProperty("rows").GetInt32());
        Assert.Contains("working", done.GetProperty("log").EnumerateArray().Select(line => line.GetString()));

        (_, job) = await server.PostAsync("/v1/jobs", """{"kind": "sleep"}""");
        Assert.Equal(202, (await server.SendAsync(HttpMethod.Delete, $"/v1/jobs/{job.GetProperty("id").GetString()}")).Status);
        Assert.Equal("cancelled", (await EndOfAsync(server, job)).GetProperty("state").GetString());
        Assert.Equal(400, (await server.PostAsync("/v1/jobs", """{"kind": "trian"}""")).Status);
        Assert.Equal(400, (await server.PostAsync("/v1/jobs", """{"kind": "train", "options": {"data": "/etc"}}""")).Status);
        Assert.Equal(404, (await server.GetAsync("/v1/jobs/none")).Status);
    }

    private static async Task<JsonElement> EndOfAsync(ApiServer server, JsonElement job)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var (_, now) = await server.GetAsync($"/v1/jobs/{job.GetProperty("id").GetString()}");
            if (now.TryGetProperty("finishedAt", out _) || Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(30))
            {
                return now;
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
