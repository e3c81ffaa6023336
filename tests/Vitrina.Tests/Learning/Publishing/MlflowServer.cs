using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Vitrina.Tests.Learning.Publishing;

/// <summary>A small MLflow tracking server: the documented endpoints, limits and error shapes that model versions travel by.</summary>
internal sealed class MlflowServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Dictionary<string, string> _experiments = new(StringComparer.Ordinal) { ["Default"] = "0" };
    private readonly Dictionary<string, JsonObject> _runs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<JsonObject>> _models = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Model, string Alias), int> _aliases = [];

    private MlflowServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    /// <summary>What a request must carry, or null.</summary>
    public string? Authorization { get; init; }

    /// <summary>How artifact addresses begin; the documented default is <c>mlflow-artifacts:/</c>.</summary>
    public string ArtifactRoot { get; init; } = "mlflow-artifacts:/";

    /// <summary>True registers sources as runs:/… instead of by where they stand.</summary>
    public bool ByRun { get; init; }

    public ConcurrentDictionary<string, byte[]> Artifacts { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Requests { get; } = new();

    public JsonObject Run(string id) => _runs[id];

    public static async Task<MlflowServer> StartAsync(string? authorization = null, string artifactRoot = "mlflow-artifacts:/", bool byRun = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var server = new MlflowServer(app) { Authorization = authorization, ArtifactRoot = artifactRoot, ByRun = byRun };
        server.Map();
        await app.StartAsync();
        return server;
    }

    private void Map()
    {
        _app.Use(async (http, next) =>
        {
            Requests.Enqueue($"{http.Request.Method} {http.Request.Path}");
            if (Authorization is not null && http.Request.Headers.Authorization != Authorization)
            {
                http.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return;
            }

            await next(http);
        });
        const string Api = "/api/2.0/mlflow/";
        _app.MapGet(Api + "experiments/get-by-name", (string experiment_name) => _experiments.TryGetValue(experiment_name, out var id)
            ? Results.Json(new JsonObject { ["experiment"] = new JsonObject { ["experiment_id"] = id, ["name"] = experiment_name, ["lifecycle_stage"] = "active" } })
            : Error(404, "RESOURCE_DOES_NOT_EXIST", $"Could not find experiment with name '{experiment_name}'"));
        _app.MapPost(Api + "experiments/create", Post(CreateExperiment));
        _app.MapPost(Api + "runs/create", Post(CreateRun));
        _app.MapGet(Api + "runs/get", (string run_id) => _runs.TryGetValue(run_id, out var run)
            ? Results.Json(new JsonObject { ["run"] = run.DeepClone() })
            : Error(404, "RESOURCE_DOES_NOT_EXIST", $"Run with id={run_id} not found"));
        _app.MapPost(Api + "runs/log-batch", Post(LogBatch));
        _app.MapPost(Api + "runs/update", Post(UpdateRun));
        _app.MapGet(Api + "registered-models/get", (string name) => _models.ContainsKey(name)
            ? Results.Json(new JsonObject { ["registered_model"] = new JsonObject { ["name"] = name } })
            : Error(404, "RESOURCE_DOES_NOT_EXIST", $"Registered Model with name={name} not found"));
        _app.MapPost(Api + "registered-models/create", Post(CreateModel));
        _app.MapPost(Api + "model-versions/create", Post(CreateVersion));
        _app.MapGet(Api + "model-versions/get", (string name, string version) => VersionOf(name, version));
        _app.MapPost(Api + "registered-models/alias", Post(SetAlias));
        _app.MapGet(Api + "registered-models/alias", GetAlias);
        const string Proxy = "/api/2.0/mlflow-artifacts/artifacts/{**path}";
        _app.MapPut(Proxy, async (HttpContext http, string path) =>
        {
            using var content = new MemoryStream();
            await http.Request.Body.CopyToAsync(content);
            Artifacts[path] = content.ToArray();
            return Results.Json(new JsonObject());
        });
        _app.MapGet(Proxy, (string path) => Artifacts.TryGetValue(path, out var bytes)
            ? Results.Bytes(bytes)
            : Error(404, "RESOURCE_DOES_NOT_EXIST", $"No such artifact: '{path}'"));
    }

    private static Func<HttpContext, Task<IResult>> Post(Func<JsonObject, IResult> answer) => async http =>
        http.Request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true
            ? answer((await JsonNode.ParseAsync(http.Request.Body))!.AsObject())
            : Error(400, "BAD_REQUEST", "Bad Request. Content-Type must be 'application/json'.");

    private static IResult Error(int status, string code, string message) => Results.Json(new JsonObject { ["error_code"] = code, ["message"] = message }, statusCode: status);

    private IResult CreateExperiment(JsonObject body)
    {
        var name = (string)body["name"]!;
        return _experiments.TryAdd(name, $"{_experiments.Count}")
            ? Results.Json(new JsonObject { ["experiment_id"] = _experiments[name] })
            : Error(400, "RESOURCE_ALREADY_EXISTS", $"Experiment '{name}' already exists.");
    }

    private IResult CreateRun(JsonObject body)
    {
        var experiment = (string)body["experiment_id"]!;
        if (!_experiments.ContainsValue(experiment))
        {
            return Error(404, "RESOURCE_DOES_NOT_EXIST", $"No Experiment with id={experiment} exists");
        }

        var id = $"{_runs.Count + 1:x32}";
        var run = new JsonObject
        {
            ["info"] = new JsonObject
            {
                ["run_id"] = id,
                ["run_uuid"] = id,
                ["run_name"] = (string?)body["run_name"],
                ["experiment_id"] = experiment,
                ["status"] = "RUNNING",
                ["start_time"] = (long)body["start_time"]!,
                ["artifact_uri"] = $"{ArtifactRoot}{experiment}/{id}/artifacts",
            },
            ["data"] = new JsonObject { ["metrics"] = new JsonArray(), ["params"] = new JsonArray(), ["tags"] = new JsonArray() },
        };
        _runs[id] = run;
        return Results.Json(new JsonObject { ["run"] = run.DeepClone() });
    }

    private IResult LogBatch(JsonObject body)
    {
        if (!_runs.TryGetValue((string)body["run_id"]!, out var run))
        {
            return Error(404, "RESOURCE_DOES_NOT_EXIST", "Run not found");
        }

        foreach (var (kind, most) in new[] { ("metrics", 1000), ("params", 100), ("tags", 100) })
        {
            var given = body[kind]?.AsArray() ?? [];
            if (given.Count > most)
            {
                return Error(400, "INVALID_PARAMETER_VALUE", $"A batch logging request can contain at most {most} {kind}. Got {given.Count} {kind}.");
            }

            foreach (var entry in given)
            {
                var key = (string)entry!["key"]!;
                if (key.Length > 250 || !key.All(letter => char.IsAsciiLetterOrDigit(letter) || "_-. /".Contains(letter)))
                {
                    return Error(400, "INVALID_PARAMETER_VALUE", $"Invalid {kind} name: '{key}'.");
                }

                if (kind == "metrics" ? entry["timestamp"] is null || entry["value"] is null : ((string)entry["value"]!).Length > 6000)
                {
                    return Error(400, "INVALID_PARAMETER_VALUE", $"Invalid value of {key}");
                }

                run["data"]![kind]!.AsArray().Add(entry.DeepClone());
            }
        }

        return Results.Json(new JsonObject());
    }

    private IResult UpdateRun(JsonObject body)
    {
        if (!_runs.TryGetValue((string)body["run_id"]!, out var run) || (string?)body["status"] is not ("FINISHED" or "FAILED"))
        {
            return Error(400, "INVALID_PARAMETER_VALUE", "no such run or status");
        }

        run["info"]!["status"] = (string)body["status"]!;
        run["info"]!["end_time"] = (long)body["end_time"]!;
        return Results.Json(new JsonObject { ["run_info"] = run["info"]!.DeepClone() });
    }

    private IResult CreateModel(JsonObject body)
    {
        var name = (string)body["name"]!;
        return _models.TryAdd(name, [])
            ? Results.Json(new JsonObject { ["registered_model"] = new JsonObject { ["name"] = name } })
            : Error(400, "RESOURCE_ALREADY_EXISTS", $"Registered Model (name={name}) already exists.");
    }

    private IResult CreateVersion(JsonObject body)
    {
        var (name, source, run) = ((string)body["name"]!, (string)body["source"]!, (string)body["run_id"]!);
        if (!_models.TryGetValue(name, out var versions))
        {
            return Error(404, "RESOURCE_DOES_NOT_EXIST", $"Registered Model with name={name} not found");
        }

        var version = new JsonObject
        {
            ["name"] = name,
            ["version"] = $"{versions.Count + 1}",
            ["run_id"] = run,
            ["status"] = "READY",
            ["tags"] = body["tags"]?.DeepClone(),
            ["source"] = ByRun ? $"runs:/{run}/{source.Split('/')[^1]}" : source,
        };
        versions.Add(version);
        return Results.Json(new JsonObject { ["model_version"] = version.DeepClone() });
    }

    private IResult VersionOf(string name, string version) => _models.TryGetValue(name, out var versions) && int.TryParse(version, out var number) && number >= 1 && number <= versions.Count
        ? Results.Json(new JsonObject { ["model_version"] = versions[number - 1].DeepClone() })
        : Error(404, "RESOURCE_DOES_NOT_EXIST", $"Model Version (name={name}, version={version}) not found");

    private IResult SetAlias(JsonObject body)
    {
        var (name, alias, version) = ((string)body["name"]!, (string)body["alias"]!, (string)body["version"]!);
        if (!alias.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-') || alias == "latest" || (alias[0] is 'v' or 'V' && alias[1..].All(char.IsAsciiDigit)))
        {
            return Error(400, "INVALID_PARAMETER_VALUE", $"Invalid alias name: '{alias}'");
        }

        if (!_models.TryGetValue(name, out var versions) || int.Parse(version, System.Globalization.CultureInfo.InvariantCulture) > versions.Count)
        {
            return Error(404, "RESOURCE_DOES_NOT_EXIST", $"Model Version (name={name}, version={version}) not found");
        }

        _aliases[(name, alias)] = int.Parse(version, System.Globalization.CultureInfo.InvariantCulture);
        return Results.Json(new JsonObject());
    }

    private IResult GetAlias(string name, string alias) => !_models.ContainsKey(name)
        ? Error(404, "RESOURCE_DOES_NOT_EXIST", $"Registered Model with name={name} not found")
        : _aliases.TryGetValue((name, alias), out var version)
            ? VersionOf(name, $"{version}")
            : Error(400, "INVALID_PARAMETER_VALUE", $"Registered model alias {alias} not found.");

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
