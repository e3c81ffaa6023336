using System.Net;
using System.Text;
using System.Text.Json;
using Vitrina.Simulation.Driving;
using Vitrina.Simulation.Goods;

namespace Vitrina.Tests.Simulation.Driving;

public class HttpAdapterTests
{
    private static readonly DateTimeOffset At = new(2026, 2, 22, 9, 0, 0, 250, TimeSpan.Zero);

    private sealed class Server(Func<int, HttpResponseMessage> answer) : HttpMessageHandler
    {
        public List<(string Line, string Time, string Body)> Seen { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
            Seen.Add(($"{request.Method} {request.RequestUri!.AbsolutePath}", request.Headers.GetValues(HttpAdapter.TimeHeader).Single(), body));
            return answer(Seen.Count);
        }
    }

    private static HttpResponseMessage Json(string text, HttpStatusCode status = HttpStatusCode.OK) => new(status) { Content = new StringContent(text, Encoding.UTF8, "application/json") };

    private static (HttpAdapter Adapter, Server Server) Open(Func<int, HttpResponseMessage> answer)
    {
        var server = new Server(answer);
        return (new HttpAdapter(new HttpClient(server) { BaseAddress = new Uri("http://vitrina/") }), server);
    }

    private static SimulatedChange.UserEvent Event(string id) => new() { At = At, Id = id, Type = "view", User = "u", Session = "s", Item = "i", RankingId = "k", Position = 1, Token = "t" };

    [Fact]
    public async Task A_request_says_its_time_and_reads_the_organic_section()
    {
        var (adapter, server) = Open(_ => Json("""{"rankingId":"k1","sections":[{"name":"promoted","items":[{"id":"x","position":1}]},{"name":"organic","items":[{"id":"i1","position":1,"token":"t1"}]}]}"""));
        var shown = await adapter.RankAsync(new SimulatedRequest { At = At, User = "u", Session = "s", Query = "чайник", Vertical = "goods", Surface = "search", Size = 5, Context = [new("region", "Уфа")] }, TestContext.Current.CancellationToken);
        Assert.Equal("k1", shown.RankingId);
        Assert.Equal(("i1", 1, "t1"), (shown.Items.Single().Id, shown.Items[0].Position, shown.Items[0].Token!));
        Assert.Equal(("POST /v1/rank/goods/search", "2026-02-22T09:00:00.250Z"), (server.Seen[0].Line, server.Seen[0].Time));
        using var body = JsonDocument.Parse(server.Seen[0].Body);
        Assert.Equal("Уфа", body.RootElement.GetProperty("context").GetProperty("region").GetString());
    }

    [Fact]
    public async Task Changes_keep_their_order_and_neighbours_of_a_kind_go_together()
    {
        var (adapter, server) = Open(_ => Json("""{"accepted":1,"refused":0,"outcomes":[]}"""));
        await adapter.SendAsync(
            [Event("1"), Event("2"), new SimulatedChange.ItemPatch { At = At, Id = "i/1", Attributes = new GoodsCardChange { Price = 5 } }, new SimulatedChange.ItemDelete { At = At, Id = "i2" }, Event("3"),
                new SimulatedChange.FeatureRow { At = At, Table = "seller_quality", Key = "s", Column = "rating", Value = 4 }],
            TestContext.Current.CancellationToken);
        Assert.Equal(["POST /v1/events", "PATCH /v1/items/i%2F1", "DELETE /v1/items/i2", "POST /v1/events", "PUT /v1/features/seller_quality"], server.Seen.Select(seen => seen.Line));
        using var body = JsonDocument.Parse(server.Seen[0].Body);
        Assert.Equal(2, body.RootElement.GetProperty("events").GetArrayLength());
    }

    [Fact]
    public async Task An_overloaded_server_is_asked_again_and_a_refusal_is_told()
    {
        var (adapter, server) = Open(call => call == 1 ? Busy() : Json("""{"accepted":0,"refused":1,"outcomes":[{"index":0,"outcome":"refused","message":"there is no item 'i'"}]}"""));
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => adapter.SendAsync([Event("1")], TestContext.Current.CancellationToken).AsTask());
        Assert.Equal(2, server.Seen.Count);
        Assert.Contains("there is no item 'i'", refused.Message, StringComparison.Ordinal);
        var (other, _) = Open(_ => Json("""{"detail":"no such surface"}""", HttpStatusCode.NotFound));
        var lost = await Assert.ThrowsAsync<HttpRequestException>(() => other.SendAsync([Event("1")], TestContext.Current.CancellationToken).AsTask());
        Assert.Contains("no such surface", lost.Message, StringComparison.Ordinal);
    }

    private static HttpResponseMessage Busy()
    {
        var answer = Json("{}", HttpStatusCode.TooManyRequests);
        answer.Headers.RetryAfter = new System.Net.Http.Headers.RetryConditionHeaderValue(TimeSpan.Zero);
        return answer;
    }
}
