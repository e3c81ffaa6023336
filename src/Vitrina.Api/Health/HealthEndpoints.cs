using Vitrina.Api.Errors;
using Vitrina.Api.Security;
using Vitrina.Engine;

namespace Vitrina.Api.Health;

/// <summary>Whether the server lives.</summary>
/// <param name="Status"><c>live</c> or <c>ready</c>.</param>
public sealed record HealthAnswer(string Status);

/// <summary>Health and status.</summary>
internal sealed class HealthEndpoints(EngineRuntime runtime)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => Results.Json(new HealthAnswer("live"), ApiJson.Options)).WithTags("Health").WithSummary("Is the process alive?").Produces<HealthAnswer>();
        routes.MapGet("/health/ready", Ready).WithTags("Health").WithSummary("Does a snapshot serve, and does the journal take entries?")
            .Produces<HealthAnswer>().Produces<Problem>(StatusCodes.Status503ServiceUnavailable, "application/problem+json");
        routes.MapGet("/v1/status", () => Results.Json(runtime.Status(), ApiJson.Options)).WithTags("Health").WithSummary("What is running: counts, sizes, models, switches, recoveries")
            .Produces<EngineStatus>().Needs(ApiScopes.Read);
    }

    private IResult Ready() => runtime.Failure is { } failure
        ? ProblemResult.Of(StatusCodes.Status503ServiceUnavailable, "not_ready", $"nothing new is taken or applied until a restart: {failure.GetType().Name}")
        : runtime.Snapshot.Verticals.Count == 0
            ? ProblemResult.Of(StatusCodes.Status503ServiceUnavailable, "not_ready", "no vertical is loaded")
            : Results.Json(new HealthAnswer("ready"), ApiJson.Options);
}
