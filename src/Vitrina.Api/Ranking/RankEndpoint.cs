using System.Diagnostics;
using Vitrina.Api.Batches;
using Vitrina.Api.Experiments;
using Vitrina.Api.Security;
using Vitrina.Engine;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Api.Ranking;

/// <summary><c>POST /v1/rank/{vertical}/{surface}</c>: one ranked, explained list.</summary>
internal sealed class RankEndpoint(EngineRuntime runtime, ApiOptions options, BodyReader bodies, ApiMeter meter)
{
    private const string Example = """
        {
          "user": "u-7", "session": "s-3", "query": "беспроводные наушники",
          "filters": {"brand": ["JBL", "Sony"], "price": {"max": 15000}},
          "facets": ["brand", "category"], "fields": ["title", "price"], "size": 20,
          "context": {"region": "moscow", "device": "phone"}, "explain": true
        }
        """;

    private readonly RankBodyReader _reader = new(options);

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/rank/{vertical}/{surface}", RankAsync)
        .WithTags("Ranking")
        .WithSummary("Rank: search results, similar items, a feed")
        .WithDescription("Answers a ranked list with the reason of every place. Echo each item's token in the events that follow. The cursor asks for the next page "
            + "of the same order; an unknown field is an error that names the nearest one. With mode shadow the caller shows its own list, given as items, and gets a counter-list.")
        .AcceptsDocument<RankBody>(Example)
        .Produces<RankAnswer>()
        .ProducesBad(StatusCodes.Status404NotFound, StatusCodes.Status504GatewayTimeout)
        .Needs(ApiScopes.Read);

    private async Task<IResult> RankAsync(HttpContext http, string vertical, string surface, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.RequestDeadlineMs);
        RankBodyReader.Read read;
        using (var body = await bodies.ReadAsync(http, deadline.Token))
        {
            read = _reader.ReadRequest(body.Bytes, vertical, surface);
        }

        RequireFields(read.Fields, vertical);
        var answer = await AnswerAsync(read.Request, deadline.Token);
        meter.Ranked(vertical, surface, Stopwatch.GetElapsedTime(started), answer.Degraded.Count > 0);
        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(Write(answer, vertical, read.Fields), ApiJson.Options);
    }

    private async ValueTask<RankingAnswer> AnswerAsync(RankRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await runtime.Ranking.RankAsync(request, cancellationToken);
        }
        catch (CodecException) when (request.Cursor is not null)
        {
            // An item's token bears our signature too, but it is no cursor.
            throw new RankRequestException("cursor", "the cursor is not one that this service gave; begin again without it", "bad_cursor");
        }
    }

    private void RequireFields(IReadOnlyList<string> fields, string vertical)
    {
        if (fields.Count == 0 || !runtime.Snapshot.Verticals.TryGetValue(vertical, out var snapshot))
        {
            return;
        }

        foreach (var name in fields)
        {
            if (!ItemFields.OwnFields.Contains(name) && snapshot.Vertical.Schema.FindOrNull(name) is null)
            {
                var valid = snapshot.Vertical.Schema.Slots.Select(slot => slot.Name).Concat(ItemFields.OwnFields).ToList();
                var nearest = NearestName.Find(name, valid);
                throw new RankRequestException(
                    "fields", $"'{name}' is not an attribute of '{vertical}'{(nearest is null ? $"; there are {string.Join(", ", valid)}" : $"; did you mean '{nearest}'?")}", "unknown_attribute");
            }
        }
    }

    private RankAnswer Write(RankingAnswer answer, string vertical, IReadOnlyList<string> fields)
    {
        var snapshot = runtime.Snapshot.Verticals[vertical];
        var calibration = answer.Model is null ? null : snapshot.Models.Values.FirstOrDefault(model => model.Id == answer.Model)?.Loaded.Manifest.Calibration;
        return new RankAnswer
        {
            RankingId = answer.RankingId,
            AsOf = answer.AsOf,
            Assignments = AssignmentAnswer.Of(answer.Assignments, runtime.Snapshot.Experiments),
            Sections = [.. answer.Sections.Select(section => new RankedSection(section.Name, [.. section.Items.Select(item => Write(item, snapshot, fields) with { Probability = calibration?.Apply(item.Score) })]))],
            NothingFound = answer.IsNothingFound,
            Query = ReadQuery.Of(answer.Query),
            Cursor = answer.Cursor,
            Facets = answer.Facets,
            Degraded = answer.Degraded,
            Mode = answer.IsShadow ? "shadow" : null,
            Model = answer.Model,
            ColdStart = answer.IsColdStart,
            CandidateCount = answer.CandidateCount,
            Asked = [.. answer.Asked.Select(asked => new AskedItem(asked.Id, asked.Outcome, asked.Reason, ExplainedNumber.Of(asked.Explanation)))],
        };
    }

    private static RankedItem Write(AnswerItem item, VerticalSnapshot snapshot, IReadOnlyList<string> fields) => new()
    {
        Id = item.Id,
        Position = item.Position,
        ShownPosition = item.ShownPosition > 0 ? item.ShownPosition : null,
        Score = ApiJson.Finite(item.Score),
        Token = item.Token,
        Reasons = item.Reasons,
        Attributes = FieldsOf(item.Id, snapshot, fields),
        Explanation = ExplainedNumber.Of(item.Explanation),
        Items = item.Items?.Select(best => new RankedGroupItem(best.Id, best.Token, FieldsOf(best.Id, snapshot, fields))).ToArray(),
    };

    private static ItemFields? FieldsOf(string id, VerticalSnapshot snapshot, IReadOnlyList<string> fields) =>
        fields.Count > 0 && snapshot.Find(id) is { } present ? new ItemFields(present, snapshot, fields) : null;
}
