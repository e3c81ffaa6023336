using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrina.JourneyTests.Running;
using Vitrina.Kernels.Chance;

namespace Vitrina.JourneyTests;

/// <summary>Whatever is sent, the server answers soon, with the caller's mistake, and stays whole.</summary>
public class GarbageTests
{
    private const ulong Seed = 77;
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(5);
    private static readonly string[] s_types = ["application/json", "application/json", "application/json", "application/json", "application/x-ndjson", "text/plain", "", "application/json; charset=utf-16", "/;=", "multipart/form-data"];

    private sealed record Endpoint(string Method, string Path, string? Example);

    [Fact]
    public async Task No_garbage_makes_any_endpoint_fail_hang_or_miscount()
    {
        using var folder = new TemporaryFolder();
        await SmallWorld.CopyAsync(folder.At("data"));
        string entries;
        await using (var server = await VitrinaServer.StartAsync(folder.At("data")))
        {
            var item = (await SmallWorld.ItemsAsync(server.Api))[0];
            var endpoints = await EndpointsAsync(server.Api);
            Assert.True(endpoints.Count >= 20, $"{endpoints.Count} endpoints are described");
            var (sent, statuses) = await FuzzAsync(server, endpoints, item, TimeSpan.FromSeconds(FullRun.Or(15, 300)));
            await RawGarbageAsync(server.Address, TimeSpan.FromSeconds(FullRun.Or(5, 60)));
            Figures.Print($"garbage: {sent:n0} requests to {endpoints.Count} endpoints; {string.Join(", ", statuses.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}: {pair.Value:n0}"))}");
            Assert.Equal(HttpStatusCode.OK, (await server.Api.GetAsync("health/ready")).Status);
            await CountsStillAsync(server.Api, item);
            await Eventually.IsAsync("the snapshot of everything", TimeSpan.FromSeconds(5), async () => await server.Api.StatusAsync() is var now && now.Number("asOf") == now.Number("lastSequence"));
            entries = (await server.Api.StatusAsync()).GetProperty("entries").GetRawText();
            server.Kill();
        }

        // What garbage left in the journal replays to the same state.
        await using var again = await VitrinaServer.StartAsync(folder.At("data"));
        Assert.Equal(entries, (await again.Api.StatusAsync()).GetProperty("entries").GetRawText());
    }

    private static async Task<List<Endpoint>> EndpointsAsync(ApiClient api)
    {
        var document = (await api.GetAsync("openapi/v1.json")).Expect(HttpStatusCode.OK);
        var endpoints = new List<Endpoint>();
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject().Where(operation => operation.Name is "get" or "put" or "post" or "patch" or "delete"))
            {
                string? example = null;
                if (operation.Value.TryGetProperty("requestBody", out var body))
                {
                    example = body.GetProperty("content").GetProperty("application/json").GetProperty("example").GetRawText();
                }

                endpoints.Add(new Endpoint(operation.Name.ToUpperInvariant(), path.Name, example));
            }
        }

        return endpoints;
    }

    private static async Task<(int Sent, Dictionary<int, int> Statuses)> FuzzAsync(VitrinaServer server, List<Endpoint> endpoints, string item, TimeSpan length)
    {
        var random = RandomStream.For(Seed, "garbage");
        var statuses = new Dictionary<int, int>();
        var began = Stopwatch.GetTimestamp();
        var sent = 0;
        for (; Stopwatch.GetElapsedTime(began) < length; sent++)
        {
            var endpoint = endpoints[sent % endpoints.Count];
            var body = BodyOf(endpoint, ref random);
            using var request = new HttpRequestMessage(new HttpMethod(endpoint.Method), new Uri(PathOf(endpoint.Path, item, ref random), UriKind.Relative));
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.TryAddWithoutValidation("Content-Type", s_types[random.NextInt(s_types.Length)]);
            }

            AddHeaders(request, ref random);
            var status = await AnswerOfAsync(server, request, body);
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
        }

        return (sent, statuses);
    }

    private static async Task<int> AnswerOfAsync(VitrinaServer server, HttpRequestMessage request, byte[]? body)
    {
        using var limit = new CancellationTokenSource(LongestAnswer);
        var what = $"{request.Method} {request.RequestUri} with {(body is null ? "nothing" : Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 500))))}";
        try
        {
            using var response = await server.Api.Http.SendAsync(request, limit.Token);
            var text = await response.Content.ReadAsStringAsync(limit.Token);
            Assert.True((int)response.StatusCode < 500, $"{what}: {(int)response.StatusCode} {text}\n{server.Errors}");
            if ((int)response.StatusCode >= 400 && text.Length > 0 && response.Content.Headers.ContentType?.MediaType == "application/problem+json")
            {
                using var problem = JsonDocument.Parse(text);
                Assert.NotEqual("", problem.RootElement.Text("code"));
            }

            return (int)response.StatusCode;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"no answer in {LongestAnswer.TotalSeconds} s: {what}");
        }
        catch (HttpRequestException exception) when (exception.InnerException is IOException or SocketException)
        {
            // Too large a head: the connection is cut, which is an answer too.
            return 0;
        }
    }

    private static byte[]? BodyOf(Endpoint endpoint, ref RandomStream random)
    {
        if (endpoint.Example is null)
        {
            return random.NextBool(0.1) ? Mutation.Noise(ref random) : null;
        }

        var example = Encoding.UTF8.GetBytes(endpoint.Example);
        return random.NextInt(12) switch
        {
            0 => Mutation.Noise(ref random),
            1 => Mutation.Nested(1 + random.NextInt(50_000), "["),
            2 => Mutation.Nested(1 + random.NextInt(50_000), "{\"attributes\":"),
            3 => WrongTypes(endpoint.Example, ref random),
            4 => WrongTypes(endpoint.Example, ref random),
            5 => [],
            6 when endpoint.Path != "/v1/jobs" => example,
            _ => Mutation.Of(example, ref random),
        };
    }

    // A right document with one value of another kind.
    private static byte[] WrongTypes(string example, ref RandomStream random)
    {
        var places = new List<(JsonNode Parent, object Key)>();
        var root = JsonNode.Parse(example)!;
        Collect(root, places);
        if (places.Count > 0)
        {
            var (parent, key) = places[random.NextInt(places.Count)];
            JsonNode? value = random.NextInt(9) switch
            {
                0 => null,
                1 => -1,
                2 => 1e308,
                3 => new JsonArray(),
                4 => new JsonObject { ["x"] = new JsonArray(1, "2") },
                5 => new string('я', random.NextInt(3_000)),
                6 => true,
                7 => "",
                _ => "2026-13-45T99:00:00Z",
            };
            if (parent is JsonObject named)
            {
                named[(string)key] = value;
            }
            else
            {
                parent.AsArray()[(int)key] = value;
            }
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static void Collect(JsonNode? node, List<(JsonNode Parent, object Key)> places)
    {
        if (node is JsonObject named)
        {
            foreach (var (key, value) in named)
            {
                places.Add((named, key));
                Collect(value, places);
            }
        }
        else if (node is JsonArray list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                places.Add((list, i));
                Collect(list[i], places);
            }
        }
    }

    private static string PathOf(string pattern, string item, ref RandomStream random)
    {
        var path = new StringBuilder();
        foreach (var part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var value = part is not ['{', .., '}'] ? part : random.NextInt(8) switch
            {
                0 => Uri.EscapeDataString(new string('я', random.NextInt(400))),
                1 => "%00",
                2 => "..%2f..%2fsecret",
                3 => Uri.EscapeDataString("' or 1=1 --"),
                _ => part switch
                {
                    "{vertical}" => "goods",
                    "{surface}" => random.NextBool(0.5) ? "search" : "similar",
                    "{table}" => "seller_quality",
                    "{name}" => random.NextBool(0.5) ? "goods" : "goods-search",
                    _ => item,
                },
            };
            path.Append('/').Append(value);
        }

        return random.NextInt(6) switch
        {
            0 => path.Append("?wait=visible&outcomes=all&item=").Append(Uri.EscapeDataString("\u0001ж")).ToString(),
            1 => path.Append("?%FF%FE=%ZZ&&&=").ToString(),
            _ => path.ToString(),
        };
    }

    private static void AddHeaders(HttpRequestMessage request, ref RandomStream random)
    {
        switch (random.NextInt(20))
        {
            case 0:
                request.Headers.TryAddWithoutValidation("X-Large", new string('x', 8_000));
                break;
            case 1:
                request.Headers.TryAddWithoutValidation("X-Larger", new string('x', 60_000));
                break;
            case 2:
                request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + new string('k', random.NextInt(200)));
                break;
            case 3:
                request.Headers.TryAddWithoutValidation("Vitrina-Time", "tomorrow");
                break;
        }
    }

    // Below HTTP: half requests, wrong lengths, other protocols. An answer or a cut connection, soon.
    private static async Task RawGarbageAsync(Uri address, TimeSpan length)
    {
        var random = RandomStream.For(Seed, "raw");
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < length)
        {
            var bytes = random.NextInt(7) switch
            {
                0 => Mutation.Noise(ref random),
                1 => Encoding.ASCII.GetBytes("POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"id\""),
                2 => Encoding.ASCII.GetBytes("POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
                3 => Encoding.ASCII.GetBytes($"GET /{new string('a', 20_000)} HTTP/1.1\r\nHost: x\r\n\r\n"),
                4 => Encoding.ASCII.GetBytes("GET /v1/status HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n"),
                5 => Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                _ => Mutation.Of(Encoding.ASCII.GetBytes("POST /v1/rank/goods/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 14\r\nConnection: close\r\n\r\n{\"query\": \"a\"}"), ref random),
            };
            await SendRawAsync(address, bytes);
        }
    }

    private static async Task SendRawAsync(Uri address, byte[] bytes)
    {
        using var limit = new CancellationTokenSource(LongestAnswer);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, limit.Token);
        var buffer = new byte[4_096];
        try
        {
            await client.Client.SendAsync(bytes, limit.Token);
            client.Client.Shutdown(SocketShutdown.Send);
            var head = "";
            while (await client.Client.ReceiveAsync(buffer, limit.Token) is var count && count > 0)
            {
                head = head.Length > 0 ? head : Encoding.ASCII.GetString(buffer, 0, Math.Min(count, 60));
            }

            Assert.False(head.StartsWith("HTTP/1.1 5", StringComparison.Ordinal) && !head.StartsWith("HTTP/1.1 505", StringComparison.Ordinal), $"{head} to {Encoding.ASCII.GetString(bytes)}");
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"neither answered nor cut in {LongestAnswer.TotalSeconds} s: {Encoding.ASCII.GetString(bytes)}");
        }
        catch (SocketException)
        {
            // Cut while we still wrote.
        }
    }

    private static async Task CountsStillAsync(ApiClient api, string item)
    {
        (await api.PutAsync("v1/items?wait=visible", Bodies.Item("after-garbage", "Чайник после мусора", 5))).Expect(HttpStatusCode.OK);
        var before = (await api.StatusAsync()).Number("eventsAccepted");
        for (var i = 0; i < 2; i++)
        {
            var answer = (await api.PostAsync("v1/events?wait=visible", Bodies.Event("after-garbage", "view", "after-garbage", TimeProvider.System.GetUtcNow()))).Expect(HttpStatusCode.Accepted);
            Assert.Equal(1 - i, answer.Number("accepted"));
        }

        Assert.Equal(before + 1, (await api.StatusAsync()).Number("eventsAccepted"));
        Assert.NotNull(item);
    }
}
