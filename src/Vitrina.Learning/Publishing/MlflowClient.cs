using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Vitrina.Learning.Publishing;

/// <summary>The part of MLflow's REST API 2.0 that model versions travel by: experiments, runs, proxied artifacts, registered models, aliases.</summary>
/// <remarks>
/// Documented at https://mlflow.org/docs/latest/rest-api.html. A token or a name with password is sent with every request and stands in no message.
/// Safe for concurrent use.
/// </remarks>
public sealed class MlflowClient : IDisposable
{
    /// <summary>The variable with a bearer token.</summary>
    public const string TokenVariable = "MLFLOW_TRACKING_TOKEN";

    /// <summary>The variable with a user name for basic authentication.</summary>
    public const string UserVariable = "MLFLOW_TRACKING_USERNAME";

    /// <summary>The variable with the password to it.</summary>
    public const string PasswordVariable = "MLFLOW_TRACKING_PASSWORD";

    private const string Api = "api/2.0/mlflow/";
    private const string Proxy = "api/2.0/mlflow-artifacts/artifacts";

    // Limits of one runs/log-batch call, as documented.
    private const int MetricsPerBatch = 1_000;
    private const int ParametersPerBatch = 100;
    private const int TagsPerBatch = 100;
    private const int LongestParameter = 6_000;

    private readonly HttpClient _http;
    private readonly Uri _server;

    /// <summary>A client of a tracking server.</summary>
    /// <param name="server">Its address; without a user in it.</param>
    /// <param name="variables">Reads a variable of the environment; null or empty = not set.</param>
    /// <exception cref="ArgumentException">The address is not http or https, or holds a password.</exception>
    public MlflowClient(Uri server, Func<string, string?> variables)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(variables);
        if (!server.IsAbsoluteUri || server.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException("the tracking server's address must begin with http:// or https://", nameof(server));
        }

        if (server.UserInfo.Length > 0)
        {
            throw new ArgumentException($"the tracking server's address must not hold a password, which ends up in logs; set {UserVariable} and {PasswordVariable}, or {TokenVariable}", nameof(server));
        }

        _server = server.AbsoluteUri.EndsWith('/') ? server : new Uri(server.AbsoluteUri + "/");
        _http = new HttpClient { BaseAddress = _server, Timeout = TimeSpan.FromMinutes(10) };
        if (variables(TokenVariable) is { Length: > 0 } token)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        else if (variables(UserVariable) is { Length: > 0 } user)
        {
            var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{variables(PasswordVariable)}"));
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        }
    }

    /// <summary>The id of an experiment, which is made when it is not there.</summary>
    public async Task<string> EnsureExperimentAsync(string name, CancellationToken cancellationToken)
    {
        // Somebody may make it between the two questions: then it is there.
        return await FindExperimentAsync(name, cancellationToken)
            ?? (await IgnoringAsync(MlflowException.AlreadyExists, () => PostAsync("experiments/create", new JsonObject { ["name"] = name }, cancellationToken)) is { } made
                ? Text(made, "experiment_id")
                : await FindExperimentAsync(name, cancellationToken) ?? throw new MlflowException(MlflowException.DoesNotExist, $"the experiment '{name}' exists but cannot be read; it may be deleted: restore it or name another"));
    }

    private async Task<string?> FindExperimentAsync(string name, CancellationToken cancellationToken) =>
        await IgnoringAsync(MlflowException.DoesNotExist, () => GetAsync($"experiments/get-by-name?experiment_name={Uri.EscapeDataString(name)}", cancellationToken)) is { } found
            ? Text(found["experiment"], "experiment_id")
            : null;

    /// <summary>Begins a run.</summary>
    /// <returns>The run's id, and where its artifacts go.</returns>
    public async Task<(string RunId, string ArtifactUri)> CreateRunAsync(string experimentId, string name, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var answer = await PostAsync("runs/create", new JsonObject { ["experiment_id"] = experimentId, ["run_name"] = name, ["start_time"] = at.ToUnixTimeMilliseconds() }, cancellationToken);
        var run = answer["run"]?["info"];
        return (Text(run, "run_id"), Text(run, "artifact_uri"));
    }

    /// <summary>Ends a run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="status">`FINISHED` or `FAILED`.</param>
    /// <param name="at">When.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task EndRunAsync(string runId, string status, DateTimeOffset at, CancellationToken cancellationToken) =>
        PostAsync("runs/update", new JsonObject { ["run_id"] = runId, ["status"] = status, ["end_time"] = at.ToUnixTimeMilliseconds() }, cancellationToken);

    /// <summary>Logs metrics, parameters and tags, in as many calls as the server's limits ask for.</summary>
    public async Task LogAsync(
        string runId,
        IReadOnlyDictionary<string, double> metrics,
        IReadOnlyDictionary<string, string> parameters,
        IReadOnlyDictionary<string, string> tags,
        DateTimeOffset at,
        CancellationToken cancellationToken)
    {
        foreach (var batch in metrics.Where(metric => double.IsFinite(metric.Value)).Chunk(MetricsPerBatch))
        {
            await LogAsync(runId, "metrics", batch.Select(metric => new JsonObject
            {
                ["key"] = KeyOf(metric.Key),
                ["value"] = metric.Value,
                ["timestamp"] = at.ToUnixTimeMilliseconds(),
                ["step"] = 0,
            }), cancellationToken);
        }

        foreach (var batch in parameters.Chunk(ParametersPerBatch))
        {
            await LogAsync(runId, "params", batch.Select(parameter => new JsonObject
            {
                ["key"] = KeyOf(parameter.Key),
                ["value"] = parameter.Value.Length > LongestParameter ? parameter.Value[..LongestParameter] : parameter.Value,
            }), cancellationToken);
        }

        foreach (var batch in tags.Chunk(TagsPerBatch))
        {
            await LogAsync(runId, "tags", TagsOf(batch), cancellationToken);
        }
    }

    private Task LogAsync(string runId, string what, IEnumerable<JsonObject> entries, CancellationToken cancellationToken) =>
        PostAsync("runs/log-batch", new JsonObject { ["run_id"] = runId, [what] = new JsonArray([.. entries]) }, cancellationToken);

    private static IEnumerable<JsonObject> TagsOf(IEnumerable<KeyValuePair<string, string>> tags) => tags.Select(tag => new JsonObject { ["key"] = tag.Key, ["value"] = tag.Value });

    /// <summary>A key as the server accepts it: letters, digits, `_ - . /` and spaces; `ndcg@10` becomes `ndcg_at_10`.</summary>
    public static string KeyOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new string([.. key.Replace("@", "_at_", StringComparison.Ordinal).Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' or '/' or ' ' ? letter : '_')]);
    }

    /// <summary>Makes a registered model when it is not there.</summary>
    public async Task EnsureModelAsync(string name, string description, CancellationToken cancellationToken)
    {
        if (await IgnoringAsync(MlflowException.DoesNotExist, () => GetAsync($"registered-models/get?name={Uri.EscapeDataString(name)}", cancellationToken)) is null)
        {
            await IgnoringAsync(MlflowException.AlreadyExists, () => PostAsync("registered-models/create", new JsonObject { ["name"] = name, ["description"] = description }, cancellationToken));
        }
    }

    /// <summary>Makes a version of a registered model from a run's artifacts.</summary>
    /// <returns>The server's number of it.</returns>
    public async Task<string> CreateVersionAsync(string name, string source, string runId, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken)
    {
        var answer = await PostAsync("model-versions/create", new JsonObject { ["name"] = name, ["source"] = source, ["run_id"] = runId, ["tags"] = new JsonArray([.. TagsOf(tags)]) }, cancellationToken);
        return Text(answer["model_version"], "version");
    }

    /// <summary>Where the artifacts of a version stand, by the server's number; null when there is none.</summary>
    public async Task<string?> FindSourceAsync(string name, string version, CancellationToken cancellationToken) =>
        await IgnoringAsync(MlflowException.DoesNotExist, () => GetAsync($"model-versions/get?name={Uri.EscapeDataString(name)}&version={Uri.EscapeDataString(version)}", cancellationToken)) is { } found
            ? Text(found["model_version"], "source")
            : null;

    /// <summary>Gives a version another name.</summary>
    public Task SetAliasAsync(string name, string alias, string version, CancellationToken cancellationToken) =>
        PostAsync("registered-models/alias", new JsonObject { ["name"] = name, ["alias"] = alias, ["version"] = version }, cancellationToken);

    /// <summary>Where the artifacts of the version with an alias stand; null when there is no such alias or model.</summary>
    public async Task<string?> FindSourceByAliasAsync(string name, string alias, CancellationToken cancellationToken)
    {
        try
        {
            var found = await GetAsync($"registered-models/alias?name={Uri.EscapeDataString(name)}&alias={Uri.EscapeDataString(alias)}", cancellationToken);
            return Text(found["model_version"], "source");
        }
        catch (MlflowException missing) when (missing.Code is MlflowException.DoesNotExist or "INVALID_PARAMETER_VALUE")
        {
            // An unknown alias is an invalid parameter to the server, an unknown model a missing resource.
            return null;
        }
    }

    /// <summary>Stores an artifact through the server.</summary>
    public async Task PutArtifactAsync(string artifactUri, string file, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        using var content = new ReadOnlyMemoryContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var address = ArtifactAddress(await ResolveAsync(artifactUri, cancellationToken), file);
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Put, address) { Content = content }, cancellationToken);
        await RequireSuccessAsync(response, cancellationToken);
    }

    /// <summary>Reads an artifact through the server; null when there is none.</summary>
    /// <param name="artifactUri">Where the artifacts stand.</param>
    /// <param name="file">Its path below.</param>
    /// <param name="mayBeAbsent">True takes a failure inside the server for absence: some stores answer so for a file that is not there.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<byte[]?> FindArtifactAsync(string artifactUri, string file, bool mayBeAbsent, CancellationToken cancellationToken)
    {
        var address = ArtifactAddress(await ResolveAsync(artifactUri, cancellationToken), file);
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, address), cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound || (mayBeAbsent && response.StatusCode == HttpStatusCode.InternalServerError))
        {
            return null;
        }

        await RequireSuccessAsync(response, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    // runs:/RUN/path names artifacts by their run.
    private async Task<string> ResolveAsync(string artifactUri, CancellationToken cancellationToken)
    {
        const string Runs = "runs:/";
        if (!artifactUri.StartsWith(Runs, StringComparison.Ordinal))
        {
            return artifactUri;
        }

        var parts = artifactUri[Runs.Length..].TrimStart('/').Split('/', 2);
        var answer = await GetAsync($"runs/get?run_id={Uri.EscapeDataString(parts[0])}", cancellationToken);
        var root = Text(answer["run"]?["info"], "artifact_uri").TrimEnd('/');
        return parts.Length == 2 ? $"{root}/{parts[1]}" : root;
    }

    private Uri ArtifactAddress(string artifactUri, string file)
    {
        var path = artifactUri switch
        {
            _ when artifactUri.StartsWith("mlflow-artifacts:", StringComparison.Ordinal) => PathBehindHost(artifactUri["mlflow-artifacts:".Length..]),
            _ when artifactUri.IndexOf("/" + Proxy + "/", StringComparison.Ordinal) is >= 0 and var at => artifactUri[(at + Proxy.Length + 2)..],
            _ => throw new MlflowException("UNSUPPORTED_ARTIFACT_STORE", $"the artifacts stand at '{artifactUri}', past the tracking server; start it with --serve-artifacts, so that they go through it"),
        };
        var segments = $"{path.Trim('/')}/{file}".Split('/').Select(Uri.EscapeDataString);
        return new Uri(_server, $"{Proxy}/{string.Join('/', segments)}");
    }

    // mlflow-artifacts:/path stands behind the tracking server; mlflow-artifacts://host/path names the host, which is the tracking server too.
    private static string PathBehindHost(string rest) => rest.StartsWith("//", StringComparison.Ordinal) ? rest[2..].IndexOf('/') is >= 0 and var slash ? rest[(slash + 2)..] : "" : rest;

    private async Task<JsonObject> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(_server, Api + path)), cancellationToken);
        return await ReadAsync(response, cancellationToken);
    }

    private async Task<JsonObject> PostAsync(string path, JsonObject body, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(_server, Api + path)) { Content = JsonContent.Create(body) }, cancellationToken);
        return await ReadAsync(response, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            try
            {
                return await _http.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException unreachable)
            {
                throw new MlflowException("UNREACHABLE", $"the tracking server {_server} cannot be reached: {unreachable.Message}");
            }
        }
    }

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await RequireSuccessAsync(response, cancellationToken);
        try
        {
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            return text.Length == 0 ? [] : JsonNode.Parse(text)?.AsObject() ?? [];
        }
        catch (Exception odd) when (odd is JsonException or InvalidOperationException)
        {
            throw new MlflowException("MALFORMED_RESPONSE", "the server's answer is no JSON object; is the address that of an MLflow tracking server?");
        }
    }

    private static async Task RequireSuccessAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        var (code, message) = ($"HTTP_{(int)response.StatusCode}", response.ReasonPhrase ?? "");
        try
        {
            var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken)) as JsonObject;
            (code, message) = ((string?)error?["error_code"] ?? code, (string?)error?["message"] ?? message);
        }
        catch (Exception odd) when (odd is JsonException or InvalidOperationException)
        {
            // No error document: the status says enough.
        }

        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            message = $"it wants other credentials; set {TokenVariable}, or {UserVariable} and {PasswordVariable}";
        }

        throw new MlflowException(code, $"the tracking server answered {(int)response.StatusCode} {code}: {message}");
    }

    private static async Task<JsonObject?> IgnoringAsync(string code, Func<Task<JsonObject>> call)
    {
        try
        {
            return await call();
        }
        catch (MlflowException known) when (known.Code == code)
        {
            return null;
        }
    }

    private static string Text(JsonNode? parent, string field) => parent?[field] is JsonValue value
        ? value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString()
        : throw new MlflowException("MALFORMED_RESPONSE", $"the server's answer has no '{field}'");

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
