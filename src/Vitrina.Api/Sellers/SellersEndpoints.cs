using Vitrina.Api.Batches;
using Vitrina.Api.Security;
using Vitrina.Api.Users;
using Vitrina.Engine;
using Vitrina.Engine.Journal;

namespace Vitrina.Api.Sellers;

/// <summary>Sellers: put.</summary>
internal sealed class SellersEndpoints(EngineRuntime runtime, BatchIntake intake, ServedVerticals verticals)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapPut("/v1/sellers", PutAsync).WithTags("Sellers").WithSummary("Put sellers")
        .WithDescription("One seller, an array, {\"sellers\": […]}, or NDJSON lines. A put replaces all attributes.")
        .AcceptsDocument<SellerBatch>("""{"sellers": [{"id": "shop-9", "attributes": {"name": "Звук"}}]}""", "application/x-ndjson")
        .Produces<BatchAnswer>().ProducesBatchProblems().Needs(ApiScopes.WriteCatalog);

    private Task<IResult> PutAsync(HttpContext http, CancellationToken cancellationToken) =>
        intake.TakeAsync(http, "sellers", UsersEndpoints.EntityReader(EntryKind.SellerPut, verticals.Now.Documents.Sellers, runtime.Time), StatusCodes.Status200OK);
}
