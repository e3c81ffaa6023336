using System.Globalization;
using Vitrina.Api.Errors;
using Vitrina.Api.Security;
using Vitrina.Engine;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Verticals;

namespace Vitrina.Api.Suggestions;

/// <summary>Completions of what is being typed.</summary>
/// <param name="Query">What was typed.</param>
/// <param name="Suggestions">Whole queries, best first.</param>
public sealed record SuggestAnswer(string Query, IReadOnlyList<Suggestion> Suggestions);

/// <summary><c>GET /v1/suggest/{vertical}</c>: how a query may go on.</summary>
internal sealed class SuggestEndpoint(EngineRuntime runtime, ApiOptions options)
{
    private const int DefaultSize = 10;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/suggest/{vertical}", Get)
        .WithTags("Ranking")
        .WithSummary("Complete a query")
        .WithDescription("Completes q by queries that people asked and that found something, then by words of the catalogue; without q, the queries asked most. size is 1 to 50, 10 when absent.")
        .Produces<SuggestAnswer>()
        .ProducesBad(StatusCodes.Status404NotFound)
        .Needs(ApiScopes.Read);

    private IResult Get(HttpContext http, string vertical, string? q, string? size)
    {
        if (!runtime.Snapshot.Verticals.TryGetValue(vertical, out var snapshot))
        {
            var nearest = NearestName.Find(vertical, runtime.Snapshot.Verticals.Keys);
            return ProblemResult.NotFound("unknown_vertical", $"there is no vertical '{vertical}'{(nearest is null ? "" : $"; did you mean '{nearest}'?")}", "vertical");
        }

        if (q?.Length > options.MaxQueryLength)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "too_long", string.Create(CultureInfo.InvariantCulture, $"has {q.Length} characters; at most {options.MaxQueryLength} are accepted"), "q");
        }

        var count = DefaultSize;
        if (size is not null && (!int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > Engine.Ranking.Suggestions.MaxSize))
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "invalid_size", $"must be a whole number from 1 to {Engine.Ranking.Suggestions.MaxSize}", "size");
        }

        http.Response.Headers.CacheControl = "no-store";
        var found = Engine.Ranking.Suggestions.Of(snapshot, q ?? "", count, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds());
        return Results.Json(new SuggestAnswer(q ?? "", found), ApiJson.Options);
    }
}
