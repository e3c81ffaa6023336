using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vitrina.Api.Errors;

/// <summary>Why a request was not done: RFC 9457 problem details with a stable code, the field, and what would be right.</summary>
public record Problem
{
    /// <summary>Names the kind of problem: <c>urn:vitrina:problem:CODE</c>.</summary>
    [JsonPropertyOrder(-9)]
    public string Type => $"urn:vitrina:problem:{Code}";

    /// <summary>The HTTP status in words.</summary>
    [JsonPropertyOrder(-8)]
    public string Title => Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(Status) is { Length: > 0 } phrase ? phrase : "Client Closed Request";

    /// <summary>The HTTP status.</summary>
    [JsonPropertyOrder(-7)]
    public required int Status { get; init; }

    /// <summary>A stable code that programs may compare.</summary>
    [JsonPropertyOrder(-6)]
    public required string Code { get; init; }

    /// <summary>What is wrong and what would be right.</summary>
    [JsonPropertyOrder(-5)]
    public required string Detail { get; init; }

    /// <summary>The field of the request.</summary>
    [JsonPropertyOrder(-4)]
    public string? Field { get; init; }

    /// <summary>The nearest valid name.</summary>
    [JsonPropertyOrder(-3)]
    public string? Suggestion { get; init; }

    /// <summary>Writes a problem as the answer.</summary>
    internal static Task WriteAsync(HttpContext http, Problem problem, CancellationToken cancellationToken = default)
    {
        http.Response.StatusCode = problem.Status;
        http.Response.ContentType = "application/problem+json; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        return JsonSerializer.SerializeAsync(http.Response.Body, problem, problem.GetType(), ApiJson.Options, cancellationToken);
    }
}

/// <summary>Answers with a problem.</summary>
internal sealed class ProblemResult(Problem problem) : IResult
{
    public Problem Problem { get; } = problem;

    public Task ExecuteAsync(HttpContext httpContext) => Problem.WriteAsync(httpContext, Problem, httpContext.RequestAborted);

    public static ProblemResult Of(int status, string code, string detail, string? field = null, string? suggestion = null) =>
        new(new Problem { Status = status, Code = code, Detail = detail, Field = field, Suggestion = suggestion });

    public static ProblemResult NotFound(string code, string detail, string? field = null) => Of(StatusCodes.Status404NotFound, code, detail, field);
}

/// <summary>A request that cannot be done as it is; ends the work and answers with the problem.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    public ProblemException(int status, string code, string detail, string? field = null, string? suggestion = null)
        : this(new Problem { Status = status, Code = code, Detail = detail, Field = field, Suggestion = suggestion })
    {
    }

    public Problem Problem { get; } = problem;
}
