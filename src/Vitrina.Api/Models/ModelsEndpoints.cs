using Vitrina.Api.Batches;
using Vitrina.Api.Security;
using Vitrina.Engine;
using Vitrina.Engine.Models.Registry;

namespace Vitrina.Api.Models;

/// <summary>A model version and whether it serves.</summary>
/// <param name="Manifest">What the version is and how good it was.</param>
/// <param name="Serving">True while it scores.</param>
public sealed record ModelAnswer(ModelManifest Manifest, bool Serving);

/// <summary>Who publishes.</summary>
/// <param name="Author">A name for the record.</param>
public sealed record PublishBody(string? Author);

/// <summary>Model versions: list, read, publish.</summary>
internal sealed class ModelsEndpoints(EngineRuntime runtime, BodyReader bodies)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/models", List).WithTags("Models").WithSummary("All model versions").Produces<IReadOnlyList<ModelAnswer>>().Needs(ApiScopes.Read);
        routes.MapGet("/v1/models/{name}/{version}", Get).WithTags("Models").WithSummary("One model version")
            .Produces<ModelAnswer>().ProducesBad(StatusCodes.Status404NotFound).Needs(ApiScopes.Read);
        routes.MapPost("/v1/models/{name}/{version}/publish", PublishAsync).WithTags("Models").WithSummary("Let a version serve")
            .WithDescription("Refused when the version does not load or needs features that the vertical does not provide. To roll back, publish the older version.")
            .AcceptsDocument<PublishBody>("""{"author": "anna"}""")
            .Produces<PublishedModel>().ProducesBad(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict).Needs(ApiScopes.Admin);
    }

    private bool Serves(string name, string version) => runtime.Snapshot.Figures.ServingModels.GetValueOrDefault(name) == version;

    private IResult List() => Results.Json(runtime.Models.List().Select(manifest => Write(manifest)), ApiJson.Options);

    private IResult Get(string name, string version) => Results.Json(Write(ModelPublishing.Load(runtime, name, version).Manifest), ApiJson.Options);

    private ModelAnswer Write(ModelManifest manifest) => new(
        manifest with { Metrics = manifest.Metrics.Where(metric => double.IsFinite(metric.Value)).ToDictionary() }, Serves(manifest.Name, manifest.Version));

    private async Task<IResult> PublishAsync(HttpContext http, string name, string version, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(http, bodies, "author");
        return Results.Json(await ModelPublishing.PublishAsync(runtime, name, version, body.Text("author") ?? "api", cancellationToken), ApiJson.Options);
    }
}
