using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Vitrina.Api.Experiments;
using Vitrina.Engine;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Ranking;

namespace Vitrina.Api.Errors;

/// <summary>The one place where exceptions become answers.</summary>
internal sealed class ProblemHandler(ILogger<ProblemHandler> log) : IExceptionHandler
{
    private const int ClientClosedRequest = 499;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.Response.HasStarted)
        {
            return false;
        }

        var problem = Of(exception, httpContext);
        if (problem.Status == StatusCodes.Status500InternalServerError)
        {
            // The pattern of the route, not its address: what callers write never reaches the log as it is.
            var route = (httpContext.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
            log.LogError(exception, "Request {TraceIdentifier} to {Route} failed", httpContext.TraceIdentifier, route);
        }

        if (RetryAfterOf(exception) is { } wait)
        {
            httpContext.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        }

        await Problem.WriteAsync(httpContext, problem, CancellationToken.None);
        return true;
    }

    public static int? RetryAfterOf(Exception exception) => exception switch
    {
        JournalOverloadedException overloaded => (int)Math.Ceiling(overloaded.RetryAfter.TotalSeconds),
        JournalUnavailableException => 30,
        ProblemException { Problem.Status: StatusCodes.Status429TooManyRequests } => 1,
        _ => null,
    };

    public static Problem Of(Exception exception, HttpContext http) => exception switch
    {
        ProblemException known => known.Problem,
        RankRequestException wrong => new Problem
        {
            Status = wrong.Code is "unknown_vertical" or "unknown_surface" ? StatusCodes.Status404NotFound : StatusCodes.Status400BadRequest,
            Code = wrong.Code,
            Detail = wrong.Message,
            Field = wrong.Field,
        },
        ExperimentRefusedException { Error: var refused, IsConflict: var isConflict } => new Problem
        {
            Status = isConflict ? StatusCodes.Status409Conflict : refused.Code == "unknown_experiment" ? StatusCodes.Status404NotFound : StatusCodes.Status400BadRequest,
            Code = refused.Code,
            Detail = refused.Message,
            Field = refused.Field,
            Suggestion = refused.Suggestion,
        },
        OffersRefusedException offers => new Problem
        {
            Status = offers.Code switch
            {
                OffersRefusedException.UnknownVertical => StatusCodes.Status404NotFound,
                "nothing_to_roll_back_to" => StatusCodes.Status409Conflict,
                _ => StatusCodes.Status400BadRequest,
            },
            Code = offers.Code,
            Detail = offers.Message,
        },
        JsonException json => Bad("invalid_json", $"the body is not valid JSON{PlaceOf(json)}"),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } large => new Problem
        {
            Status = large.StatusCode,
            Code = "too_long",
            Detail = "the body is larger than is accepted; send smaller batches, or NDJSON (application/x-ndjson)",
        },
        BadHttpRequestException bad => new Problem { Status = bad.StatusCode, Code = "bad_request", Detail = "the request is not valid HTTP, or its body ended early" },
        JournalOverloadedException overloaded => new Problem { Status = StatusCodes.Status429TooManyRequests, Code = "overloaded", Detail = overloaded.Message },
        JournalUnavailableException => new Problem
        {
            Status = StatusCodes.Status503ServiceUnavailable,
            Code = "journal_unavailable",
            Detail = "nothing can be written until the server is started again; what was not acknowledged was not taken",
        },
        OperationCanceledException when http.RequestAborted.IsCancellationRequested =>
            new Problem { Status = ClientClosedRequest, Code = "client_closed", Detail = "the caller went away" },
        OperationCanceledException => new Problem { Status = StatusCodes.Status504GatewayTimeout, Code = "deadline_exceeded", Detail = "the answer was not ready in time" },
        _ => new Problem
        {
            Status = StatusCodes.Status500InternalServerError,
            Code = "internal",
            Detail = $"this is our mistake; the server's log says more under request {http.TraceIdentifier}",
        },
    };

    /// <summary>The problem of a status that some middleware set without a body.</summary>
    public static Problem OfStatus(int status) => status switch
    {
        StatusCodes.Status404NotFound => new Problem { Status = status, Code = "not_found", Detail = "there is nothing at this address; /openapi/v1.json lists all there is" },
        StatusCodes.Status405MethodNotAllowed => new Problem { Status = status, Code = "method_not_allowed", Detail = "this address takes other methods; /openapi/v1.json lists them" },
        StatusCodes.Status415UnsupportedMediaType => new Problem { Status = status, Code = "unsupported_media_type", Detail = "send application/json" },
        _ => new Problem { Status = status, Code = $"http_{status}", Detail = "the request cannot be answered" },
    };

    private static Problem Bad(string code, string detail) => new() { Status = StatusCodes.Status400BadRequest, Code = code, Detail = detail };

    private static string PlaceOf(JsonException json) => json.LineNumber is { } line
        ? string.Create(CultureInfo.InvariantCulture, $" at line {line + 1}, byte {(json.BytePositionInLine ?? 0) + 1}")
        : "";
}
