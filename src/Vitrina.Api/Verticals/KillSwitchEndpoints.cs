using Vitrina.Api.Batches;
using Vitrina.Api.Errors;
using Vitrina.Api.Security;
using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Rules;

namespace Vitrina.Api.Verticals;

/// <summary>Switches a surface.</summary>
/// <param name="On">True serves the baseline: no model, no rules, no promotion.</param>
/// <param name="Author">Who asks for it.</param>
public sealed record KillSwitchBody(bool On, string? Author);

/// <summary>A switched surface.</summary>
/// <param name="Surface">As <c>vertical/surface</c>.</param>
/// <param name="On">True: the baseline serves.</param>
public sealed record KillSwitchAnswer(string Surface, bool On);

/// <summary>Kill switches of surfaces.</summary>
internal sealed class KillSwitchEndpoints(EngineRuntime runtime, BodyReader bodies)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/v1/surfaces/{vertical}/{surface}/kill-switch", PutAsync).WithTags("Verticals").WithSummary("Serve the baseline of a surface, or end that")
            .WithDescription("Holds for every request that begins after the answer.")
            .AcceptsDocument<KillSwitchBody>("""{"on": true, "author": "anna"}""")
            .Produces<KillSwitchAnswer>().ProducesBad(StatusCodes.Status404NotFound).Needs(ApiScopes.Admin);
        routes.MapGet("/v1/kill-switches", () => Results.Json(runtime.KillSwitches.Switched.Select(subject => new KillSwitchAnswer(subject, true)), ApiJson.Options))
            .WithTags("Verticals").WithSummary("The surfaces that serve the baseline").Produces<IReadOnlyList<KillSwitchAnswer>>().Needs(ApiScopes.Read);
    }

    private async Task<IResult> PutAsync(HttpContext http, string vertical, string surface, CancellationToken cancellationToken)
    {
        if (!runtime.Snapshot.Verticals.TryGetValue(vertical, out var known) || !known.Vertical.Surfaces.ContainsKey(surface))
        {
            throw new ProblemException(StatusCodes.Status404NotFound, "unknown_surface", "there is no such surface; /v1/verticals lists them", known is null ? "vertical" : "surface");
        }

        var body = await JsonBody.ReadAsync(http, bodies, "on", "author");
        var isOn = body.Flag("on") ?? throw new ProblemException(StatusCodes.Status400BadRequest, "missing", "on is missing; it must be true or false", "on");
        var subject = KillSwitches.SubjectOf(vertical, surface);
        var entry = new ControlEntry(subject, isOn ? "on" : "off", body.Text("author") ?? "api");
        await runtime.Writer.AppendAsync([new PendingEntry(EntryKind.KillSwitch, entry.ToBytes())], cancellationToken);
        return Results.Json(new KillSwitchAnswer(subject, runtime.KillSwitches.IsSwitched(subject)), ApiJson.Options);
    }
}
