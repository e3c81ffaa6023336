using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vitrina.Kernels.Hashing;
using Vitrina.Simulation.Writing;

namespace Vitrina.Simulation.Driving;

/// <summary>Lets a simulated world be answered by a Vitrina server over HTTP.</summary>
/// <remarks>
/// Every request says its simulated time in the header <see cref="TimeHeader"/>; a server started with <c>--clock driven</c> follows it. A server
/// that is overloaded is asked again after the time it names.
/// </remarks>
public sealed class HttpAdapter : IMarketplaceAdapter, IDisposable
{
    /// <summary>The header that carries the simulated time, RFC 3339.</summary>
    public const string TimeHeader = "Vitrina-Time";

    private const int MaxAttempts = 8;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);
    private readonly HttpClient _client;
    private readonly ArrayBufferWriter<byte> _bytes = new(64 * 1024);
    private readonly Utf8JsonWriter _json;

    /// <summary>Takes a client.</summary>
    /// <param name="client">Its base address is the server's root; its headers carry the API key, when one is needed. Stays the caller's to dispose.</param>
    public HttpAdapter(HttpClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    }

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">The server refuses the request; the message holds its reason.</exception>
    public async ValueTask<ShownList> RankAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Begin();
        Write(request);
        var path = $"v1/rank/{Uri.EscapeDataString(request.Vertical)}/{Uri.EscapeDataString(request.Surface)}";
        using var answer = await SendAsync(HttpMethod.Post, path, request.At, Body(), cancellationToken).ConfigureAwait(false);
        var items = new List<ShownItem>();
        foreach (var section in answer.RootElement.GetProperty("sections").EnumerateArray())
        {
            if (section.GetProperty("name").GetString() != "organic")
            {
                continue;
            }

            foreach (var item in section.GetProperty("items").EnumerateArray())
            {
                var token = item.TryGetProperty("token", out var given) ? given.GetString() : null;
                items.Add(new ShownItem(item.GetProperty("id").GetString()!, item.GetProperty("position").GetInt32(), token));
            }
        }

        return new ShownList { RankingId = answer.RootElement.GetProperty("rankingId").GetString()!, Items = items };
    }

    private void Write(SimulatedRequest request)
    {
        _json.WriteStartObject();
        _json.WriteString("user"u8, request.User);
        _json.WriteString("session"u8, request.Session);
        if (request.Query is { } query)
        {
            _json.WriteString("query"u8, query);
        }

        _json.WriteNumber("size"u8, request.Size);
        ChangeDocument.WriteContext(_json, request.Context);
        if (request.Filters is { Count: > 0 } filters)
        {
            _json.WriteStartObject("filters"u8);
            foreach (var (attribute, values) in filters)
            {
                _json.WriteStartArray(attribute);
                foreach (var value in values)
                {
                    _json.WriteStringValue(value);
                }

                _json.WriteEndArray();
            }

            _json.WriteEndObject();
        }

        _json.WriteNumber("seed"u8, Hash.Mix((ulong)request.Key + 1));
        _json.WriteEndObject();
    }

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">The server refuses a document; the message holds its reason.</exception>
    public async ValueTask SendAsync(IReadOnlyList<SimulatedChange> changesInTimeOrder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changesInTimeOrder);
        for (var index = 0; index < changesInTimeOrder.Count;)
        {
            var first = changesInTimeOrder[index];
            if (first is SimulatedChange.ItemPatch or SimulatedChange.ItemDelete)
            {
                await SendOneAsync(first, cancellationToken).ConfigureAwait(false);
                index++;
                continue;
            }

            // Neighbours of one kind go together; what happened in between keeps its place.
            var (method, path, field) = PlaceOf(first);
            Begin();
            _json.WriteStartObject();
            _json.WriteStartArray(field);
            var at = first.At;
            for (; index < changesInTimeOrder.Count && PlaceOf(changesInTimeOrder[index]).Path == path; index++)
            {
                ChangeDocument.Write(_json, changesInTimeOrder[index]);
                at = changesInTimeOrder[index].At;
            }

            _json.WriteEndArray();
            _json.WriteEndObject();
            using var answer = await SendAsync(method, path, at, Body(), cancellationToken).ConfigureAwait(false);
            RequireAllAccepted(path, answer.RootElement);
        }
    }

    private async ValueTask SendOneAsync(SimulatedChange change, CancellationToken cancellationToken)
    {
        if (change is SimulatedChange.ItemDelete delete)
        {
            using var deleted = await SendAsync(HttpMethod.Delete, ItemPath(delete.Id), delete.At, null, cancellationToken).ConfigureAwait(false);
            return;
        }

        Begin();
        ChangeDocument.Write(_json, change);
        var path = ItemPath(((SimulatedChange.ItemPatch)change).Id);
        using var patched = await SendAsync(HttpMethod.Patch, path, change.At, Body(), cancellationToken).ConfigureAwait(false);
    }

    private static string ItemPath(string id) => $"v1/items/{Uri.EscapeDataString(id)}";

    private static (HttpMethod Method, string Path, string Field) PlaceOf(SimulatedChange change) => change switch
    {
        SimulatedChange.UserEvent => (HttpMethod.Post, "v1/events", "events"),
        SimulatedChange.UserPut => (HttpMethod.Put, "v1/users", "users"),
        SimulatedChange.SellerPut => (HttpMethod.Put, "v1/sellers", "sellers"),
        SimulatedChange.FeatureRow row => (HttpMethod.Put, $"v1/features/{Uri.EscapeDataString(row.Table)}", "rows"),
        SimulatedChange.ItemPut => (HttpMethod.Put, "v1/items", "items"),
        _ => (HttpMethod.Patch, "", ""),
    };

    private static void RequireAllAccepted(string path, JsonElement answer)
    {
        if (!answer.TryGetProperty("refused", out var refused) || refused.GetInt64() == 0)
        {
            return;
        }

        var reason = "";
        foreach (var outcome in answer.GetProperty("outcomes").EnumerateArray())
        {
            if (outcome.GetProperty("outcome").GetString() == "refused")
            {
                reason = outcome.GetRawText();
                break;
            }
        }

        throw new HttpRequestException($"{path}: the server refuses {refused.GetInt64()} documents; the first: {reason}");
    }

    private void Begin()
    {
        _bytes.ResetWrittenCount();
        _json.Reset();
    }

    private byte[] Body()
    {
        _json.Flush();
        return _bytes.WrittenSpan.ToArray();
    }

    private async Task<JsonDocument> SendAsync(HttpMethod method, string path, DateTimeOffset at, byte[]? body, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.TryAddWithoutValidation(TimeHeader, at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            }

            using var response = await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable && attempt < MaxAttempts)
            {
                var pause = response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
                await Task.Delay(pause < LongestPause ? pause : LongestPause, cancellationToken).ConfigureAwait(false);
                continue;
            }

            var text = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                var reason = System.Text.Encoding.UTF8.GetString(text);
                throw new HttpRequestException($"{method} {path}: {(int)response.StatusCode} {reason}", null, response.StatusCode);
            }

            return JsonDocument.Parse(text.Length == 0 ? "null"u8.ToArray() : text);
        }
    }

    /// <summary>Frees the adapter's buffers.</summary>
    public void Dispose() => _json.Dispose();
}
