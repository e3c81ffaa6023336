using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Vitrina.Api;
using Vitrina.Api.Jobs;
using Vitrina.Engine;
using Vitrina.Engine.Journal;

namespace Vitrina.Tests.Api;

/// <summary>A server over a data directory of its own, reached over a real socket.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private readonly bool _keepsFolder;

    private ApiServer(string folder, EngineRuntime runtime, WebApplication app, bool keepsFolder)
    {
        (Folder, Runtime, App, _keepsFolder) = (folder, runtime, app, keepsFolder);
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = TimeSpan.FromSeconds(60) };
    }

    public string Folder { get; }

    public EngineRuntime Runtime { get; }

    public WebApplication App { get; }

    public HttpClient Client { get; }

    public static async Task<ApiServer> StartAsync(string? folder = null, ApiOptions? options = null, JobLauncher? jobs = null, bool keepsFolder = false, Action<EngineRuntime>? prepare = null, EngineOptions? engine = null)
    {
        folder ??= Directory.CreateTempSubdirectory("vitrina-api-").FullName;
        var directory = new DataDirectory(folder);
        engine ??= new EngineOptions();
        var stores = EngineStores.Open(directory, engine, TimeProvider.System);
        var verticals = directory.LoadVerticals(out var errors);
        Assert.Empty(errors);
        var runtime = EngineRuntime.Start(stores, verticals, engine, TimeProvider.System);
        prepare?.Invoke(runtime);
        var app = ApiHost.Build(runtime, options ?? new ApiOptions { Url = "http://127.0.0.1:0" }, jobs);
        await app.StartAsync();
        return new ApiServer(folder, runtime, app, keepsFolder);
    }

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? body = null, string contentType = "application/json", string? key = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        using var response = await Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, JsonDocument.Parse(text).RootElement.Clone());
    }

    public Task<(int Status, JsonElement Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<(int Status, JsonElement Body)> PostAsync(string path, string body, string contentType = "application/json") => SendAsync(HttpMethod.Post, path, body, contentType);

    public Task<(int Status, JsonElement Body)> PutAsync(string path, string body, string contentType = "application/json") => SendAsync(HttpMethod.Put, path, body, contentType);

    public async Task PutItemsAsync(int count)
    {
        var items = string.Join(',', Enumerable.Range(1, count).Select(i => Item($"sku-{i}", $"Наушники JBL Tune {i}", 1000 + (10 * i))));
        var (status, body) = await PutAsync("/v1/items?wait=visible", $"[{items}]");
        Assert.Equal(200, status);
        Assert.Equal(count, body.GetProperty("accepted").GetInt32());
    }

    public static string Item(string id, string title, int price) =>
        $$"""{"id": "{{id}}", "seller": "shop-{{id}}", "attributes": {"title": "{{title}}", "brand": "JBL", "category": "наушники", "price": {{price}} } }""";

    public static string Event(string id, string item, string type = "view", string extra = "") =>
        $$"""{"id": "{{id}}", "type": "{{type}}", "occurredAt": "{{TimeProvider.System.GetUtcNow():O}}", "item": "{{item}}"{{extra}}}""";

    public long EventsInJournal() => Runtime.Journal.Read(1).Count(entry => entry.Kind == EntryKind.Event);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
        await Runtime.DisposeAsync();
        if (!_keepsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
