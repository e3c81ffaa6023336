using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Vitrina.JourneyTests.Running;

/// <summary>One client's memory of what a server answered: what must be there after any crash, and what may be.</summary>
internal sealed class AcceptedLedger
{
    private readonly Dictionary<string, Owned> _items = new(StringComparer.Ordinal);

    /// <summary>An own item: its last acknowledged price (null = deleted or never put), and prices whose answers were lost.</summary>
    private sealed class Owned
    {
        public double? Price { get; set; }

        public List<double?> Unanswered { get; } = [];
    }

    /// <summary>Events that a 2xx answer reported as taken.</summary>
    public List<JsonObject> Accepted { get; } = [];

    /// <summary>Events whose answers were lost.</summary>
    public List<JsonObject> Unanswered { get; } = [];

    /// <summary>How many requests were answered with 2xx.</summary>
    public int Answers { get; private set; }

    /// <summary>Sends a batch of events with new ids and remembers what became of it.</summary>
    public async Task SendEventsAsync(ApiClient api, List<JsonObject> events, CancellationToken cancellationToken)
    {
        try
        {
            var batch = new JsonArray([.. events.Select(entry => (JsonNode)entry.DeepClone())]).ToJsonString();
            var answer = await api.SendAsync(HttpMethod.Post, "v1/events", batch, cancellationToken: cancellationToken);
            var taken = answer.Expect(HttpStatusCode.Accepted);
            Assert.Equal((events.Count, 0L, 0L), ((int)taken.Number("accepted"), taken.Number("duplicates"), taken.Number("refused")));
            Accepted.AddRange(events);
            Answers++;
        }
        catch (Exception exception) when (IsCut(exception))
        {
            Unanswered.AddRange(events);
            throw;
        }
    }

    /// <summary>Puts, patches or deletes an own item.</summary>
    /// <param name="api">The server.</param>
    /// <param name="id">The item.</param>
    /// <param name="price">Its new price; null deletes it.</param>
    /// <param name="isPatch">True patches, where that is possible.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task SendItemAsync(ApiClient api, string id, double? price, bool isPatch, CancellationToken cancellationToken)
    {
        var owned = _items.TryGetValue(id, out var known) ? known : _items[id] = new Owned();
        if (owned.Price is null && price is null)
        {
            return;
        }

        try
        {
            var answer = price is null
                ? await api.SendAsync(HttpMethod.Delete, $"v1/items/{id}", cancellationToken: cancellationToken)
                : isPatch && owned.Price is not null
                    ? await api.SendAsync(HttpMethod.Patch, $"v1/items/{id}", new JsonObject { ["attributes"] = new JsonObject { ["price"] = price } }.ToJsonString(), cancellationToken: cancellationToken)
                    : await api.SendAsync(HttpMethod.Put, "v1/items", Bodies.Item(id, $"Кружка {id}", price.Value).ToJsonString(), cancellationToken: cancellationToken);
            answer.Expect(HttpStatusCode.OK);
            owned.Price = price;
            Answers++;
        }
        catch (Exception exception) when (IsCut(exception))
        {
            owned.Unanswered.Add(price);
            throw;
        }
    }

    /// <summary>True for what a client sees of a server that was killed.</summary>
    public static bool IsCut(Exception exception) => exception is HttpRequestException or IOException or OperationCanceledException;

    /// <summary>After a restart: own items stand as they were acknowledged last, or as an unanswered change would have made them.</summary>
    public async Task CheckItemsAsync(ApiClient api)
    {
        foreach (var (id, owned) in _items)
        {
            var answer = await api.GetAsync($"v1/items/{id}");
            double? price = answer.Status == HttpStatusCode.NotFound ? null : answer.Expect(HttpStatusCode.OK).GetProperty("attributes").GetProperty("price").GetDouble();
            Assert.True(price == owned.Price || owned.Unanswered.Contains(price), $"item {id} has price {price}, {owned.Price} was acknowledged, [{string.Join(", ", owned.Unanswered)}] were not answered");
            owned.Price = price;
            owned.Unanswered.Clear();
        }
    }

    /// <summary>After a restart: what was acknowledged is known, each once; what was not is sent again and then known too.</summary>
    public async Task CheckEventsAsync(ApiClient api)
    {
        foreach (var chunk in Accepted.Chunk(5_000))
        {
            var again = await ResendAsync(api, chunk);
            Assert.True(again.Number("duplicates") == chunk.Length, $"of {chunk.Length} acknowledged events {again.Number("duplicates")} are known");
        }

        foreach (var chunk in Unanswered.Chunk(5_000))
        {
            var again = await ResendAsync(api, chunk);
            Assert.Equal(chunk.Length, again.Number("accepted") + again.Number("duplicates"));
        }
    }

    /// <summary>From now on the unanswered ones are known too, and nothing is asked about again.</summary>
    /// <returns>How many events are settled for good.</returns>
    public int Settle()
    {
        var count = Accepted.Count + Unanswered.Count;
        Accepted.Clear();
        Unanswered.Clear();
        return count;
    }

    private static async Task<JsonElement> ResendAsync(ApiClient api, JsonObject[] chunk) =>
        (await api.PostAsync("v1/events?wait=visible", new JsonArray([.. chunk.Select(entry => (JsonNode)entry.DeepClone())]))).Expect(HttpStatusCode.Accepted);
}
