using System.Text;
using Vitrina.Api.Batches;
using Vitrina.Api.Errors;
using Vitrina.Api.Models;
using Vitrina.Api.Security;
using Vitrina.Engine;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Engine.Verticals;

namespace Vitrina.Api.Offers;

/// <summary>Offers: what is known about one, the report, the way back, and the transfer document.</summary>
internal sealed class OffersEndpoints(EngineRuntime runtime, BodyReader bodies)
{
    private const int LongestZone = 128;

    private const string TransferExample = """
        {"version": 1, "price": {"down": [0.9, 0.6, 0.3, 0.1, 0, 0, 0, 0, 0], "up": [0.9, 0.6, 0.3, 0.1, 0, 0, 0, 0, 0]},
         "delivery": {"down": [0.9, 0.6, 0.3, 0.1, 0, 0, 0, 0, 0], "up": [0.9, 0.6, 0.3, 0.1, 0, 0, 0, 0, 0]},
         "strengths": {"type": 50, "matchGroup": 200}}
        """;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/items/{id}/offer", Get).WithTags("Offers").WithSummary("An item as it is offered now")
            .WithDescription("Bins, flags, how its terms changed, and its statistics by where they come from: own, transferred from its other states, match group, type. "
                + "?zone= takes the delivery time of a buyer's region.")
            .Produces<OfferAnswer>().ProducesBad(StatusCodes.Status404NotFound).Needs(ApiScopes.Read);
        routes.MapGet("/v1/verticals/{name}/offers", (string name, CancellationToken cancellation) => Results.Json(runtime.ReportOffers(name, cancellation), ApiJson.Options))
            .WithTags("Offers").WithSummary("How new items and states of offers fare")
            .Produces<OffersReport>().ProducesBad(StatusCodes.Status404NotFound).Needs(ApiScopes.Read);
        routes.MapPost("/v1/verticals/{name}/offers/rollback", RollbackAsync).WithTags("Offers").WithSummary("Go back to the thresholds of before the last Init")
            .WithDescription("Takes effect with the next snapshot. Init and Update are jobs of these kinds: POST /v1/jobs.")
            .AcceptsDocument<StageBody>("""{"author": "anna"}""")
            .Produces<OffersSummary>().ProducesBad(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict).Needs(ApiScopes.Admin);
        routes.MapGet("/v1/verticals/{name}/transfer", (string name) => Document(runtime.OffersOf(name).Market.Offers!.Transfer))
            .WithTags("Offers").WithSummary("W: what statistics of one state are worth in another")
            .Produces<TransferDeclaration>().ProducesBad(StatusCodes.Status404NotFound).Needs(ApiScopes.Read);
        routes.MapPut("/v1/verticals/{name}/transfer", PutAsync).WithTags("Offers").WithSummary("Let another W hold")
            .WithDescription("The whole document, JSON; it holds from the next snapshot on. types overrides W for single item types. An empty body brings the default back.")
            .AcceptsDocument<TransferDeclaration>(TransferExample)
            .Produces<TransferDeclaration>().ProducesBad(StatusCodes.Status404NotFound).Needs(ApiScopes.Admin);
    }

    private IResult Get(string id, string? zone)
    {
        if (zone is { Length: > LongestZone } || (zone?.Any(char.IsControl) ?? false))
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "too_long", $"zone must be a text of at most {LongestZone} characters", "zone");
        }

        return runtime.FindOffer(id, string.IsNullOrEmpty(zone) ? null : zone) is { } offer
            ? Results.Json(offer, ApiJson.Options)
            : ProblemResult.NotFound("unknown_item", $"there is no item '{(id.Length > 128 ? id[..128] + "…" : id)}' in a vertical with statistics of offers", "id");
    }

    private async Task<IResult> RollbackAsync(HttpContext http, string name, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(http, bodies, "author");
        return Results.Json(await runtime.RollbackOffersAsync(name, body.Text("author") ?? "api", cancellationToken), ApiJson.Options);
    }

    private async Task<IResult> PutAsync(HttpContext http, string name, CancellationToken cancellationToken)
    {
        _ = runtime.OffersOf(name);
        using var body = await bodies.ReadAsync(http, cancellationToken);
        var text = Encoding.UTF8.GetString(body.Bytes.Span);
        TransferDocument? document = null;
        if (!string.IsNullOrWhiteSpace(text))
        {
            var errors = new ErrorList();
            document = TransferDocument.Parse(text, "body", errors);
            if (document is null)
            {
                var first = errors.InFileOrder()[0];
                throw new ProblemException(StatusCodes.Status400BadRequest, "invalid_transfer", $"line {first.Line}: {first.Message}", first.Field, first.Suggestion);
            }
        }

        return Document(await runtime.SetTransferAsync(name, document, "api", cancellationToken));
    }

    private static IResult Document(TransferDocument document) => Results.Text(document.ToJson(), "application/json", Encoding.UTF8);
}
