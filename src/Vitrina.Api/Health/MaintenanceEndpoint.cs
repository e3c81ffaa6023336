using Vitrina.Api.Security;
using Vitrina.Engine;

namespace Vitrina.Api.Health;

/// <summary>Maintenance on demand; it also runs once a day by itself.</summary>
internal sealed class MaintenanceEndpoint(EngineRuntime runtime)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/maintenance", RunAsync).WithTags("Health").WithSummary("Run the daily maintenance now")
            .WithDescription("Rewrites what erased users left in files and forgets events and rankings older than the retention. Answers when it is done.")
            .Produces<MaintenanceReport>().ProducesBad().Needs(ApiScopes.Admin);

    private async Task<IResult> RunAsync(CancellationToken cancellationToken) =>
        Results.Json(await runtime.MaintainAsync(cancellationToken), ApiJson.Options);
}
