using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Vitrina.Engine;
using Vitrina.Engine.Journal;

namespace Vitrina.Cli;

/// <summary>The server that has a data directory: commands become its clients.</summary>
internal static class RunningServer
{
    /// <summary>The variable that holds the API key of commands.</summary>
    public const string KeyVariable = "VITRINA_API_KEY";

    /// <summary>Its address, or null when no server has the directory.</summary>
    public static Uri? Find(DataDirectory data)
    {
        if (!Directory.Exists(data.Root))
        {
            return null;
        }

        if (DataDirectoryLock.TryAcquire(data.Root, out var taken, out var holder))
        {
            taken.Dispose();
            return null;
        }

        return holder?.Url ?? throw new DataDirectoryBusyException(data.Root, holder);
    }

    /// <summary>A client of a server, with the key from the environment.</summary>
    public static HttpClient Client(Uri server)
    {
        var client = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromMinutes(5) };
        if (Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return client;
    }

    /// <summary>Turns a refusal into a sentence.</summary>
    /// <exception cref="UsageException">The request was wrong; the message names the field.</exception>
    /// <exception cref="HttpRequestException">The server refused; the message is its problem's detail.</exception>
    public static async Task RequireSuccessAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        string? detail = null;
        try
        {
            var problem = JsonNode.Parse(text);
            detail = (string?)problem?["detail"] ?? (string?)problem?["title"];
            if (detail is not null && (string?)problem!["field"] is { } field && response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound)
            {
                throw new UsageException($"{field}: {detail}");
            }
        }
        catch (System.Text.Json.JsonException)
        {
            // Not a problem document: the status says enough.
        }

        throw new HttpRequestException($"the server answered {(int)response.StatusCode}: {detail ?? response.ReasonPhrase}");
    }
}
