using System.Text.Json;
using Vitrina.Api.Batches;
using Vitrina.Api.Errors;
using Vitrina.Api.Security;
using Vitrina.Engine;
using Vitrina.Engine.Experiments;
using Vitrina.Engine.Verticals;

namespace Vitrina.Api.Experiments;

/// <summary>Starts or stops an experiment.</summary>
/// <param name="Author">Who asks for it.</param>
/// <param name="Reason">Why it stops.</param>
public sealed record ExperimentSwitchBody(string? Author, string? Reason);

/// <summary>What a stopped test estimated, or what came true of it.</summary>
/// <param name="Metric">One of the experiment's metrics.</param>
/// <param name="Estimate">The estimated relative effect.</param>
/// <param name="Low">The lower bound of its interval.</param>
/// <param name="High">The upper bound.</param>
/// <param name="Realised">The relative change after the launch.</param>
/// <param name="Author">Who says it.</param>
public sealed record ConclusionBody(string Metric, double? Estimate, double? Low, double? High, double? Realised, string? Author);

/// <summary>Experiments: design, start, stop, conclude, read.</summary>
internal sealed class ExperimentsEndpoints(EngineRuntime runtime, BodyReader bodies) : IDisposable
{
    private const string Example = """
        {"name": "ranker-2", "kind": "ab", "vertical": "goods", "surface": "search", "arms": [{"name": "control", "weight": 0.5}, {"name": "new", "weight": 0.5, "model": "goods-search/2"}], "metrics": {"primary": "conversion", "guardrails": ["ctr"]}, "plannedLength": "14d"}
        """;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private static readonly TimeSpan LongestWalk = TimeSpan.FromMinutes(2);

    private readonly ExperimentChanges _changes = new(runtime);
    private readonly SemaphoreSlim _walks = new(1);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/experiments", List).WithTags("Experiments").WithSummary("All experiments, and how well past estimates foretold what came true")
            .Produces<ExperimentListAnswer>().Needs(ApiScopes.Read);
        routes.MapPost("/v1/experiments", (HttpContext http, string? author, CancellationToken token) => DesignAsync(http, null, author, token)).WithTags("Experiments").WithSummary("Design an experiment")
            .WithDescription("Nothing changes for anybody before it is started. ?author=NAME goes into the audit trail. Mistakes name the field.")
            .AcceptsDocument<JsonElement>(Example).Produces<ExperimentAnswer>().ProducesBad(StatusCodes.Status409Conflict).Needs(ApiScopes.Admin);
        routes.MapPut("/v1/experiments/{name}", DesignAsync).WithTags("Experiments").WithSummary("Design an experiment, or change a design")
            .WithDescription("Once started a design is frozen, but for a larger share of traffic, which moves nobody to another arm.")
            .AcceptsDocument<JsonElement>(Example).Produces<ExperimentAnswer>().ProducesBad(StatusCodes.Status409Conflict).Needs(ApiScopes.Admin);
        routes.MapGet("/v1/experiments/{name}", Get).WithTags("Experiments").WithSummary("One experiment with its design and audit trail")
            .Produces<ExperimentAnswer>().ProducesBad(StatusCodes.Status404NotFound).Needs(ApiScopes.Read);
        routes.MapPost("/v1/experiments/{name}/start", StartAsync).WithTags("Experiments").WithSummary("Start an experiment")
            .WithDescription("A switchback's schedule is drawn now and stored. Holds for every request that begins after the answer.")
            .AcceptsDocument<ExperimentSwitchBody>("""{"author": "anna"}""")
            .Produces<ExperimentAnswer>().ProducesBad(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict).Needs(ApiScopes.Admin);
        routes.MapPost("/v1/experiments/{name}/stop", StopAsync).WithTags("Experiments").WithSummary("Stop an experiment, or withdraw a design")
            .AcceptsDocument<ExperimentSwitchBody>("""{"author": "anna", "reason": "the guardrail broke"}""")
            .Produces<ExperimentAnswer>().ProducesBad(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict).Needs(ApiScopes.Admin);
        routes.MapPost("/v1/experiments/{name}/conclusions", ConcludeAsync).WithTags("Experiments").WithSummary("Keep what a stopped test estimated, and what came true")
            .WithDescription("The list of experiments compares all estimates with all realised changes.")
            .AcceptsDocument<ConclusionBody>("""{"metric": "conversion", "estimate": 0.031, "low": 0.01, "high": 0.052, "realised": 0.024}""")
            .Produces<ExperimentAnswer>().ProducesBad(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict).Needs(ApiScopes.Admin);
        routes.MapGet("/v1/experiments/{name}/data", DataAsync).WithTags("Experiments").WithSummary("Units, cells or pages with their sums, as CSV")
            .WithDescription("Out of the journal since the start: what vitrina experiment analyze reads.")
            .Produces<string>(StatusCodes.Status200OK, "text/csv").ProducesBad(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict).Needs(ApiScopes.Read);
        routes.MapGet("/v1/experiments/{name}/schedule", Schedule).WithTags("Experiments").WithSummary("The stored schedule of a switchback")
            .WithDescription("As vitrina experiment analyze --schedule reads it.")
            .Produces<string>(StatusCodes.Status200OK, "application/json").ProducesBad(StatusCodes.Status404NotFound).Needs(ApiScopes.Read);
    }

    private async Task<IResult> DataAsync(string name, CancellationToken cancellationToken)
    {
        var experiment = RequireStarted(name);
        return Results.Text(await WalkAsync(token =>
        {
            using var csv = new StringWriter(System.Globalization.CultureInfo.InvariantCulture) { NewLine = "\n" };
            ExperimentData.Write(experiment, runtime, csv, token);
            return csv.ToString();
        }, cancellationToken), "text/csv; charset=utf-8");
    }

    // A walk over the journal since the start: one at a time, so that reports never crowd out serving.
    private async Task<T> WalkAsync<T>(Func<CancellationToken, T> walk, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(LongestWalk);
        await _walks.WaitAsync(deadline.Token);
        try
        {
            return await Task.Run(() => walk(deadline.Token), deadline.Token);
        }
        finally
        {
            _walks.Release();
        }
    }

    private Experiment RequireStarted(string name) => Find(name) is { Status: not ExperimentStatus.Designed, StartedAtMs: > 0 } started
        ? started
        : throw new ProblemException(StatusCodes.Status409Conflict, "experiment_not_started", "the experiment was not started: nothing is recorded about it", "name");

    private IResult List() => Results.Json(
        new ExperimentListAnswer([.. runtime.Snapshot.Experiments.Select(experiment => ExperimentAnswer.Of(experiment, isWhole: false))], CalibrationAnswer.Of(runtime.Snapshot.Experiments)),
        ApiJson.Options);

    private IResult Get(string name) => Answer(Find(name));

    private static IResult Answer(Experiment experiment) => Results.Json(ExperimentAnswer.Of(experiment, isWhole: true), ApiJson.Options);

    private Experiment Find(string name) => runtime.FindExperiment(name) ?? throw NotFound(name);

    private ProblemException NotFound(string name) => new(
        StatusCodes.Status404NotFound, "unknown_experiment", "there is no such experiment; /v1/experiments lists them", "name",
        NearestName.Find(name, runtime.Snapshot.Experiments.Select(experiment => experiment.Name)));

    private async Task<IResult> DesignAsync(HttpContext http, string? name, string? author, CancellationToken cancellationToken)
    {
        if (author is { Length: > 100 } || (author?.Any(char.IsControl) ?? false))
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "invalid_author", "author must be a name of at most 100 characters", "author");
        }

        var document = await ReadAsync(http, cancellationToken);
        if (name is not null && document.Declaration.Name != name)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "invalid_design", "'name' in the body differs from the address", "name");
        }

        return Answer(await _changes.DesignAsync(document, author ?? "api", cancellationToken));
    }

    private async Task<ExperimentDocument> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        using var body = await bodies.ReadAsync(http, cancellationToken);
        try
        {
            using var json = JsonDocument.Parse(body.Bytes, Strict);
            var errors = new ErrorList();
            var document = ExperimentDocument.Read(json.RootElement, errors);
            ExperimentChanges.Refuse(errors);
            return document!;
        }
        catch (InvalidOperationException)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "invalid_text", "the body holds text that is not valid Unicode");
        }
    }

    private async Task<IResult> StartAsync(HttpContext http, string name, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(http, bodies, "author", "reason");
        return Answer(await _changes.StartAsync(Find(name).Name, body.Text("author") ?? "api", cancellationToken));
    }

    private async Task<IResult> StopAsync(HttpContext http, string name, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(http, bodies, "author", "reason");
        return Answer(await _changes.StopAsync(Find(name).Name, body.Text("reason"), body.Text("author") ?? "api", cancellationToken));
    }

    private async Task<IResult> ConcludeAsync(HttpContext http, string name, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(http, bodies, "metric", "estimate", "low", "high", "realised", "author");
        var metric = body.Text("metric") ?? throw new ProblemException(StatusCodes.Status400BadRequest, "missing", "metric is missing", "metric");
        var conclusion = new Conclusion(metric, Number(body, "estimate"), Number(body, "low"), Number(body, "high"), Number(body, "realised"));
        if (double.IsNaN(conclusion.Estimate) && double.IsNaN(conclusion.Realised))
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "missing", "estimate or realised is missing", "estimate");
        }

        return Answer(await _changes.ConcludeAsync(Find(name).Name, conclusion, body.Text("author") ?? "api", cancellationToken));
    }

    private static double Number(JsonBody body, string field) => body.Find(field) switch
    {
        null => double.NaN,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var number) && double.IsFinite(number) => number,
        _ => throw new ProblemException(StatusCodes.Status400BadRequest, "wrong_type", $"{field} must be a number: 0.03 stands for three per cent", field),
    };

    private IResult Schedule(string name)
    {
        var experiment = Find(name);
        return DrawnSchedule.Read(experiment, runtime.Snapshot.Verticals[experiment.Declaration.Vertical].Vertical.Declaration.TimeZone) is { } schedule
            ? Results.Text(schedule.ToJson(), ApiJson.ContentType)
            : throw new ProblemException(StatusCodes.Status404NotFound, "no_schedule", "the experiment is no started switchback", "name");
    }

    public void Dispose()
    {
        _changes.Dispose();
        _walks.Dispose();
    }
}
