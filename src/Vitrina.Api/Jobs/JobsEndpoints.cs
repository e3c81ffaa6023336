using System.Text.Json;
using Vitrina.Api.Batches;
using Vitrina.Api.Errors;
using Vitrina.Api.Security;

namespace Vitrina.Api.Jobs;

/// <summary>Jobs: start, watch, cancel.</summary>
internal sealed class JobsEndpoints(JobHost jobs, BodyReader bodies)
{
    private const int MaxOptions = 64;
    private const int LongestValue = 1_000;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/jobs", AddAsync).WithTags("Jobs").WithSummary("Start a job")
            .WithDescription("It runs in a process of its own at low priority, after those that wait already.")
            .AcceptsDocument<JobBody>("""{"kind": "train", "options": {"vertical": "goods", "surface": "search", "publish": true}}""")
            .Produces<JobDocument>(StatusCodes.Status202Accepted).ProducesBad().Needs(ApiScopes.Admin);
        routes.MapGet("/v1/jobs", () => Results.Json(jobs.List(), ApiJson.Options)).WithTags("Jobs").WithSummary("All jobs, the newest first")
            .Produces<IReadOnlyList<JobDocument>>().Needs(ApiScopes.Read);
        routes.MapGet("/v1/jobs/{id}", (string id) => Answer(jobs.Find(id), StatusCodes.Status200OK)).WithTags("Jobs").WithSummary("One job")
            .Produces<JobDocument>().ProducesBad(StatusCodes.Status404NotFound).Needs(ApiScopes.Read);
        routes.MapDelete("/v1/jobs/{id}", (string id) => Answer(jobs.Cancel(id), StatusCodes.Status202Accepted)).WithTags("Jobs").WithSummary("Cancel a job")
            .Produces<JobDocument>(StatusCodes.Status202Accepted).ProducesBad(StatusCodes.Status404NotFound).Needs(ApiScopes.Admin);
    }

    private static IResult Answer(JobDocument? job, int status) => job is null
        ? ProblemResult.NotFound("unknown_job", "there is no such job; /v1/jobs lists them", "id")
        : Results.Json(job, ApiJson.Options, statusCode: status);

    private async Task<IResult> AddAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(http, bodies, "kind", "options");
        var kind = body.Text("kind") ?? throw new ProblemException(StatusCodes.Status400BadRequest, "missing", "kind is missing", "kind");
        var job = jobs.Add(kind, OptionsOf(body.Find("options")));
        http.Response.Headers.Location = $"/v1/jobs/{job.Id}";
        return Answer(job, StatusCodes.Status202Accepted);
    }

    private static Dictionary<string, string> OptionsOf(JsonElement? given)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        if (given is not { } element)
        {
            return options;
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "wrong_type", "options must be an object", "options");
        }

        foreach (var property in element.EnumerateObject())
        {
            // They become arguments of a process: names are plain words, so that none is taken for something else.
            var isName = property.Name.Length is > 0 and <= 64 && char.IsAsciiLetterLower(property.Name[0]) && property.Name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');
            var value = property.Value.ValueKind switch
            {
                JsonValueKind.String => property.Value.GetString()!,
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                JsonValueKind.Number => property.Value.GetRawText(),
                _ => null,
            };
            if (!isName || value is null || value.Length > LongestValue || value.StartsWith('-') && property.Value.ValueKind == JsonValueKind.String || value.Any(char.IsControl) || options.Count == MaxOptions)
            {
                throw new ProblemException(StatusCodes.Status400BadRequest, "invalid_option", "an option is a lower-case word with a short text, a number or a truth value", "options");
            }

            // The data directory is the server's, and so is where files go; others are none of this job's business.
            if (property.Name is "data" or "json" or "job" or "html")
            {
                throw new ProblemException(StatusCodes.Status400BadRequest, "invalid_option", $"the server sets '{property.Name}' itself", "options." + property.Name);
            }

            options[property.Name] = value;
        }

        return options;
    }
}
