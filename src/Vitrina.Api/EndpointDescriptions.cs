using Vitrina.Api.Batches;
using Vitrina.Api.Errors;
using Vitrina.Api.Security;

namespace Vitrina.Api;

/// <summary>An example of a request's body, for the OpenAPI document.</summary>
/// <param name="Json">The body.</param>
internal sealed record BodyExample(string Json);

/// <summary>The scope of API key that an endpoint needs.</summary>
/// <param name="Scope">The scope.</param>
internal sealed record NeededScope(ApiScopes Scope);

/// <summary>What endpoints say about themselves.</summary>
internal static class EndpointDescriptions
{
    public static RouteHandlerBuilder Needs(this RouteHandlerBuilder endpoint, ApiScopes scope) => endpoint
        .WithMetadata(new NeededScope(scope))
        .Produces<Problem>(StatusCodes.Status401Unauthorized, "application/problem+json")
        .Produces<Problem>(StatusCodes.Status403Forbidden, "application/problem+json")
        .Produces<Problem>(StatusCodes.Status429TooManyRequests, "application/problem+json");

    public static RouteHandlerBuilder AcceptsDocument<T>(this RouteHandlerBuilder endpoint, string example, params string[] otherTypes)
        where T : notnull => endpoint.WithMetadata(new BodyExample(example), new AcceptedBody(typeof(T), ["application/json", .. otherTypes]));

    public static RouteHandlerBuilder ProducesBad(this RouteHandlerBuilder endpoint, params int[] statuses)
    {
        foreach (var status in statuses.Prepend(StatusCodes.Status400BadRequest))
        {
            endpoint.Produces<Problem>(status, "application/problem+json");
        }

        return endpoint;
    }

    public static RouteHandlerBuilder ProducesBatchProblems(this RouteHandlerBuilder endpoint) => endpoint
        .Produces<BatchProblem>(StatusCodes.Status400BadRequest, "application/problem+json")
        .Produces<BatchProblem>(StatusCodes.Status503ServiceUnavailable, "application/problem+json")
        .Produces<Problem>(StatusCodes.Status415UnsupportedMediaType, "application/problem+json");
}

/// <summary>The body that an endpoint reads by itself: described, but not bound and not matched by content type, so that our own 415 answers.</summary>
/// <param name="Type">The body's shape.</param>
/// <param name="ContentTypes">The media types.</param>
internal sealed record AcceptedBody(Type Type, IReadOnlyList<string> ContentTypes);
