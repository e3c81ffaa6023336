using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Vitrina.JourneyTests.Running;

/// <summary>An answer of the API.</summary>
internal sealed record Answer(HttpStatusCode Status, string Text)
{
    public JsonElement Json { get; } = Parse(Text);

    /// <summary>Fails with the text unless the status is the expected one.</summary>
    public JsonElement Expect(HttpStatusCode status)
    {
        Assert.True(Status == status, $"{(int)Status} instead of {(int)status}: {Text}");
        return Json;
    }

    private static JsonElement Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }
}

/// <summary>Calls the API as a marketplace's backend would.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient _client;

    public ApiClient(Uri address) => _client = new HttpClient(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(60),
    };

    public HttpClient Http => _client;

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null, string type = "application/json", CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }

        using var response = await _client.SendAsync(request, cancellationToken);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> PostAsync(string path, JsonNode body) => SendAsync(HttpMethod.Post, path, body.ToJsonString());

    public Task<Answer> PutAsync(string path, JsonNode body) => SendAsync(HttpMethod.Put, path, body.ToJsonString());

    public Task<Answer> PatchAsync(string path, JsonNode body) => SendAsync(HttpMethod.Patch, path, body.ToJsonString());

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    /// <summary>Ranks; the answer must be one.</summary>
    public async Task<JsonElement> RankAsync(JsonObject body, string surface = "search") =>
        (await PostAsync($"v1/rank/goods/{surface}", body)).Expect(HttpStatusCode.OK);

    /// <summary>What the server says about itself.</summary>
    public async Task<JsonElement> StatusAsync() => (await GetAsync("v1/status")).Expect(HttpStatusCode.OK);

    public void Dispose() => _client.Dispose();
}

/// <summary>Reads answers and makes bodies.</summary>
internal static class Bodies
{
    public static IReadOnlyList<JsonElement> Items(this JsonElement answer) => [.. answer.GetProperty("sections")[0].GetProperty("items").EnumerateArray()];

    public static string[] Ids(this JsonElement answer) => [.. answer.Items().Select(item => item.Text("id"))];

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static long Number(this JsonElement element, string name) => element.GetProperty(name).GetInt64();

    public static JsonObject Item(string id, string title, double price, int stock = 10, string category = "кружки", string seller = "s-1") => new()
    {
        ["id"] = id,
        ["vertical"] = "goods",
        ["seller"] = seller,
        ["stock"] = stock,
        ["attributes"] = new JsonObject { ["title"] = title, ["category"] = category, ["price"] = price },
    };

    public static JsonObject Event(string id, string type, string item, DateTimeOffset at, string? user = null) => new()
    {
        ["id"] = id,
        ["type"] = type,
        ["occurredAt"] = at.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        ["item"] = item,
        ["user"] = user,
    };
}
