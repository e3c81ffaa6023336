using Vitrina.Api.Batches;
using Vitrina.Api.Errors;
using Vitrina.Api.Security;
using Vitrina.Engine;
using Vitrina.Engine.Models.Registry;
using Vitrina.Kernels.Files;

namespace Vitrina.Api.Models;

/// <summary>A model version and where it stands.</summary>
/// <param name="Manifest">What the version is and how good it was.</param>
/// <param name="Serving">True while it scores.</param>
/// <param name="Shadow">True while it scores beside what serves, without being shown.</param>
/// <param name="Evaluation">How it did on lists later than its training data; absent in lists, and when nobody looked.</param>
public sealed record ModelAnswer(ModelManifest Manifest, bool Serving, bool Shadow, ModelEvaluation? Evaluation = null);

/// <summary>Who publishes, and whether against the gates.</summary>
/// <param name="Author">A name for the record.</param>
/// <param name="Force">A reason to pass over failing gates, which is recorded; absent: the gates decide.</param>
public sealed record PublishBody(string? Author, string? Force);

/// <summary>Who rolls back, and to what.</summary>
/// <param name="Version">The version to go back to; absent: the one that served before.</param>
/// <param name="Author">A name for the record.</param>
/// <param name="Reason">Why, for the record.</param>
public sealed record RollbackBody(string? Version, string? Author, string? Reason);

/// <summary>Who asks.</summary>
/// <param name="Author">A name for the record.</param>
public sealed record StageBody(string? Author);

/// <summary>A refusal by gates, with what each said.</summary>
public sealed record GateProblem : Problem
{
    /// <summary>What each gate said.</summary>
    public required IReadOnlyList<GateOutcome> Gates { get; init; }
}

/// <summary>Model versions: list, read, and move along candidate → shadow → serving → archived.</summary>
internal sealed class ModelsEndpoints(EngineRuntime runtime, BodyReader bodies)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/models", List).WithTags("Models").WithSummary("All model versions").Produces<IReadOnlyList<ModelAnswer>>().Needs(ApiScopes.Read);
        routes.MapGet("/v1/models/{name}/{version}", Get).WithTags("Models").WithSummary("One model version, with its evaluation")
            .Produces<ModelAnswer>().ProducesBad(StatusCodes.Status404NotFound).Needs(ApiScopes.Read);
        routes.MapPost("/v1/models/{name}/{version}/publish", PublishAsync).WithTags("Models").WithSummary("Let a version serve")
            .WithDescription("Refused when the version does not load, needs features that the vertical does not provide, or fails a gate: the problem gate_failed names each with its figure. "
                + "The figures are those of the version's evaluation, which training, the job backtest and `vitrina models evaluate` make.")
            .AcceptsDocument<PublishBody>("""{"author": "anna"}""")
            .Produces<StageChange>().ProducesBad(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict).Needs(ApiScopes.Admin);
        routes.MapPost("/v1/models/{name}/rollback", RollbackAsync).WithTags("Models").WithSummary("Let the version serve again that served before")
            .WithDescription("Takes effect with the next snapshot, without a restart; gates are not asked. A second rollback goes further back.")
            .AcceptsDocument<RollbackBody>("""{"author": "anna", "reason": "clicks fell"}""")
            .Produces<StageChange>().ProducesBad(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict).Needs(ApiScopes.Admin);
        routes.MapPost("/v1/models/{name}/{version}/shadow", ShadowAsync).WithTags("Models").WithSummary("Let a version score beside the serving one")
            .WithDescription("Its scores are logged with the recorded feature vectors and shown by /v1/rankings; no list changes.")
            .AcceptsDocument<StageBody>("""{"author": "anna"}""")
            .Produces<StageChange>().ProducesBad(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict).Needs(ApiScopes.Admin);
        routes.MapDelete("/v1/models/{name}/shadow", StopShadowAsync).WithTags("Models").WithSummary("Stop scoring beside the serving version")
            .Produces<StageChange>().ProducesBad(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict).Needs(ApiScopes.Admin);
        routes.MapPost("/v1/models/{name}/{version}/archive", ArchiveAsync).WithTags("Models").WithSummary("Put a version away")
            .WithDescription("It is kept. A serving version is refused.")
            .AcceptsDocument<StageBody>("""{"author": "anna"}""")
            .Produces<StageChange>().ProducesBad(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict).Needs(ApiScopes.Admin);
    }

    private IResult List() => Results.Json(runtime.Models.List().Select(manifest => Write(manifest, null)), ApiJson.Options);

    private IResult Get(string name, string version)
    {
        try
        {
            var loaded = runtime.Models.Load(name, version);
            return Results.Json(Write(loaded.Manifest, runtime.Models.FindEvaluation(name, version)), ApiJson.Options);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or ArgumentException)
        {
            throw Refusals.Of(new ModelRefusedException(ModelRefusedException.Unknown, ""));
        }
        catch (DamagedFileException damaged)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, "model_damaged", $"{Path.GetFileName(damaged.Path)} of the version is damaged: {damaged.Reason}");
        }
    }

    private ModelAnswer Write(ModelManifest manifest, ModelEvaluation? evaluation) => new(
        manifest with { Metrics = manifest.Metrics.Where(metric => double.IsFinite(metric.Value)).ToDictionary() },
        runtime.Snapshot.Figures.ServingModels.GetValueOrDefault(manifest.Name) == manifest.Version,
        runtime.Snapshot.Figures.ShadowModels.GetValueOrDefault(manifest.Name) == manifest.Version,
        evaluation);

    private async Task<IResult> PublishAsync(HttpContext http, string name, string version, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(http, bodies, "author", "force");
        return await AnswerAsync(runtime.Stages.PublishAsync(name, version, AuthorOf(body), body.Text("force"), cancellationToken));
    }

    private async Task<IResult> RollbackAsync(HttpContext http, string name, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(http, bodies, "version", "author", "reason");
        return await AnswerAsync(runtime.Stages.RollbackAsync(name, body.Text("version"), AuthorOf(body), body.Text("reason"), cancellationToken));
    }

    private async Task<IResult> ShadowAsync(HttpContext http, string name, string version, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(http, bodies, "author");
        return await AnswerAsync(runtime.Stages.ShadowAsync(name, version, AuthorOf(body), cancellationToken));
    }

    private Task<IResult> StopShadowAsync(string name, CancellationToken cancellationToken) => AnswerAsync(runtime.Stages.ShadowAsync(name, null, "api", cancellationToken));

    private async Task<IResult> ArchiveAsync(HttpContext http, string name, string version, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(http, bodies, "author");
        return await AnswerAsync(runtime.Stages.ArchiveAsync(name, version, AuthorOf(body), cancellationToken));
    }

    private static string AuthorOf(JsonBody body) => body.Text("author") ?? "api";

    private static async Task<IResult> AnswerAsync(Task<StageChange> change)
    {
        try
        {
            return Results.Json(await change, ApiJson.Options);
        }
        catch (ModelRefusedException refused)
        {
            throw Refusals.Of(refused);
        }
    }
}

/// <summary>Refused changes of stage as problems.</summary>
internal static class Refusals
{
    /// <summary>The problem that tells of a refusal.</summary>
    public static ProblemException Of(ModelRefusedException refused) => refused.Code == ModelRefusedException.Unknown
        ? new ProblemException(StatusCodes.Status404NotFound, refused.Code, "there is no such model version; /v1/models lists them")
        : new ProblemException(refused.Gates.Count == 0
            ? new Problem { Status = StatusCodes.Status409Conflict, Code = refused.Code, Detail = refused.Message }
            : new GateProblem { Status = StatusCodes.Status409Conflict, Code = refused.Code, Detail = refused.Message, Gates = refused.Gates });
}
