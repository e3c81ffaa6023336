using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Api;

public sealed class FuzzTests
{
    private static readonly (string Method, string Path, string Body)[] Seeds =
    [
        ("POST", "/v1/rank/goods/search", """{"user": "u-1", "query": "наушники jbl", "filters": {"brand": ["JBL"], "price": {"min": 1, "max": 5000}}, "sort": {"by": "price", "descending": true}, "facets": ["brand"], "size": 5, "context": {"region": "moscow"}, "explain": {"items": ["sku-1"]}, "fields": ["title"], "seed": 5}"""),
        ("POST", "/v1/rank/goods/search", """{"query": "\"Наушники JBL\" -красный fqajy WH-1000XM5", "sections": ["similar"], "filters": {"price": {"point": [55.7, 37.6], "radiusKm": 3}}}"""),
        ("GET", "/v1/suggest/goods?q=науш&size=5", ""),
        ("POST", "/v1/rank/goods/similar", """{"context": {"item": "sku-1"}, "items": ["sku-1", "sku-2"], "personalization": "off", "sort": "-price"}"""),
        ("PUT", "/v1/items", """{"items": [{"id": "f-1", "stock": 3, "attributes": {"title": "Чехол", "category": "чехлы", "price": 10, "color": ["red"], "delivery": {"msk": 2}}}, {"id": "f-1", "op": "patch", "active": false}]}"""),
        ("PATCH", "/v1/items/sku-1", """{"stock": 5, "attributes": {"price": 99, "rating": null}}"""),
        ("PUT", "/v1/users", """[{"id": "u-1", "attributes": {"region": "moscow", "birthYear": 1990}}]"""),
        ("POST", "/v1/users/u-1/aliases", """{"alias": "c-1"}"""),
        ("PUT", "/v1/sellers", """{"sellers": [{"id": "s-1", "attributes": {"name": "Звук"}}]}"""),
        ("PUT", "/v1/features/seller_quality", """{"rows": [{"key": "s-1", "columns": {"rating": 4.5, "cancelShare": null}}]}"""),
        ("PUT", "/v1/surfaces/goods/similar/kill-switch", """{"on": true, "author": "a"}"""),
        ("POST", "/v1/jobs", """{"kind": "train", "options": {"vertical": "goods", "publish": true}}"""),
        ("POST", "/v1/models/goods-search/v1/publish", """{"author": "a"}"""),
        ("POST", "/v1/models/goods-search/rollback", """{"version": "v1", "author": "a", "reason": "r"}"""),
        ("POST", "/v1/models/goods-search/v1/shadow", """{"author": "a"}"""),
        ("POST", "/v1/rank/goods/search", """{"mode": "shadow", "query": "чайник", "items": ["sku-1", "sku-2"]}"""),
        ("POST", "/v1/experiments?author=a", """{"name": "f-1", "kind": "ab", "vertical": "goods", "surface": "search", "arms": [{"name": "a", "weight": 0.5}, {"name": "b", "weights": {"attribute.rating": 2.5}, "mix": [{"rule": "sellerCap", "max": 2}], "explore": {"temperature": 0.1}}], "traffic": 0.5, "layer": {"name": "l", "from": 0, "to": 0.5}, "targeting": {"context.region": ["moscow"]}, "metrics": {"primary": "ctr"}, "plannedLength": "7d"}"""),
        ("PUT", "/v1/experiments/f-2", """{"name": "f-2", "kind": "switchback", "vertical": "goods", "surface": "similar", "arms": [{"name": "a"}, {"name": "b", "fallback": "text"}], "clusters": {"by": "category x brand", "map": {"чехлы/JBL": "c1"}, "values": ["c1"]}, "schedule": {"kind": "minimax", "period": "1h", "periods": 8, "carryOver": 1, "timeZones": {"c1": "Asia/Omsk"}, "burnIn": "5m", "firstDay": "2026-10-25", "seed": 3}, "metrics": {"primary": ["ctr"]}}"""),
        ("POST", "/v1/experiments/f-1/start", """{"author": "a"}"""),
        ("POST", "/v1/experiments/f-2/start", """{"author": "a"}"""),
        ("POST", "/v1/experiments/f-1/stop", """{"author": "a", "reason": "b"}"""),
        ("POST", "/v1/experiments/f-1/conclusions", """{"metric": "ctr", "estimate": 0.1, "low": -0.1, "high": 0.3, "realised": 0.05, "author": "a"}"""),
        ("GET", "/v1/experiments/f-2/data", ""),
        ("GET", "/v1/experiments/f-2/schedule", ""),
    ];

    private static readonly string[] ContentTypes = ["application/json", "application/json", "application/json", "application/x-ndjson", "text/plain", "", "application/json; charset=utf-16", "/;=", "multipart/form-data"];

    private static readonly string[] Pieces = ["\\ud800", "\\u0000", "1e999", "-0", "99999999999999999999", "null", "[]", "{}", "\"", "[[[[[[[[[[[[[[[[[[[[[[[[", "true", "\u2028", "NaN", ",", ":", "{\"a\":", "0.1e-400", "\"id\"", "\n"];

    [Fact]
    public async Task No_input_makes_an_endpoint_fail_or_hang()
    {
        await using var server = await ApiServer.StartAsync();
        await server.PutItemsAsync(5);
        var random = RandomStream.For(20261105, "fuzz");
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5))
        {
            var (method, path, body) = Seeds[random.NextInt(Seeds.Length)];
            var bytes = Mutate(Encoding.UTF8.GetBytes(body), ref random);
            var target = random.NextInt(10) == 0 ? path + "/" + Uri.EscapeDataString(new string('я', random.NextInt(300))) + "%00" : path;
            await RequireAnswerAsync(server, method, target, bytes, ContentTypes[random.NextInt(ContentTypes.Length)]);
        }
    }

    [Fact]
    public async Task A_fuzzed_batch_says_which_lines_failed_and_the_journal_holds_the_others()
    {
        await using var server = await ApiServer.StartAsync();
        await server.PutItemsAsync(5);
        var random = RandomStream.For(7, "fuzz-events");
        long accepted = 0;
        var number = 0;
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(4))
        {
            var isLines = random.NextInt(2) == 0;
            var lines = new List<string>();
            for (var i = random.NextInt(30); i >= 0; i--)
            {
                var line = ApiServer.Event($"e{number++}", $"sku-{random.NextInt(7)}", "view", ", \"user\": \"u-1\", \"price\": 12.5");
                lines.Add(random.NextInt(3) == 0 ? Encoding.UTF8.GetString(Mutate(Encoding.UTF8.GetBytes(line), ref random)).ReplaceLineEndings("") : line);
            }

            var body = isLines ? string.Join('\n', lines) : $"[{string.Join(',', lines)}]";
            var answer = await RequireAnswerAsync(server, "POST", "/v1/events?outcomes=all", Encoding.UTF8.GetBytes(body), isLines ? "application/x-ndjson" : "application/json");
            if (!answer.TryGetProperty("accepted", out var taken))
            {
                continue;
            }

            accepted += taken.GetInt64();
            var outcomes = answer.GetProperty("outcomes").EnumerateArray().Select(outcome => outcome.GetProperty("outcome").GetString()).ToList();
            Assert.Equal(answer.GetProperty("refused").GetInt32(), outcomes.Count(outcome => outcome == "refused"));
            Assert.Equal(taken.GetInt32(), outcomes.Count(outcome => outcome == "accepted"));
        }

        Assert.True(accepted > 0);
        Assert.Equal(accepted, server.EventsInJournal());
    }

    private static async Task<JsonElement> RequireAnswerAsync(ApiServer server, string method, string path, byte[] body, string contentType)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var response = await server.Client.SendAsync(request, limit.Token);
        var text = await response.Content.ReadAsStringAsync(limit.Token);
        Assert.True((int)response.StatusCode < 500, $"{method} {path} ({contentType}) answered {(int)response.StatusCode} {text} to {Encoding.UTF8.GetString(body)}");
        var isJson = response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) ?? false;
        var answer = text.Length == 0 || !isJson ? default : JsonDocument.Parse(text).RootElement.Clone();
        if ((int)response.StatusCode >= 400 && text.Length > 0)
        {
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.NotEmpty(answer.GetProperty("code").GetString()!);
        }

        return answer;
    }

    private static byte[] Mutate(byte[] bytes, ref RandomStream random)
    {
        var mutated = bytes.ToList();
        for (var changes = random.NextInt(4); changes > 0 && mutated.Count > 0; changes--)
        {
            var at = random.NextInt(mutated.Count);
            switch (random.NextInt(6))
            {
                case 0:
                    mutated[at] = (byte)random.NextInt(256);
                    break;
                case 1:
                    mutated.RemoveRange(at, Math.Min(mutated.Count - at, 1 + random.NextInt(20)));
                    break;
                case 2:
                    mutated.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.NextInt(Pieces.Length)]));
                    break;
                case 3:
                    mutated.InsertRange(at, mutated.GetRange(at, Math.Min(mutated.Count - at, 40)));
                    break;
                case 4:
                    mutated.InsertRange(at, Enumerable.Repeat((byte)('a' + random.NextInt(26)), random.NextInt(3_000)));
                    break;
                default:
                    mutated = [.. mutated.Take(at)];
                    break;
            }
        }

        return [.. mutated];
    }
}
