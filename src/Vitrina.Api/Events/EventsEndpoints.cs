using Vitrina.Api.Batches;
using Vitrina.Api.Security;
using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Api.Events;

/// <summary><c>POST /v1/events</c>: what happened, in batches or as a stream.</summary>
internal sealed class EventsEndpoints(EngineRuntime runtime, BatchIntake intake, ServedVerticals verticals)
{
    private const string Example = """
        {"events": [
          {"id": "e-1", "type": "view", "occurredAt": "2026-11-05T14:30:00+03:00", "item": "sku-1", "user": "u-7", "session": "s-3", "rankingId": "k0019b3c8f1a00001", "position": 1},
          {"id": "e-2", "type": "order", "occurredAt": "2026-11-05T14:41:10+03:00", "item": "sku-1", "user": "u-7", "price": 12990, "quantity": 1}
        ]}
        """;

    [ThreadStatic]
    private static ByteWriter? s_writer;

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/events", TakeAsync)
        .WithTags("Events")
        .WithSummary("Take events")
        .WithDescription("One event, an array, {\"events\": […]}, or a stream of NDJSON lines (Content-Type: application/x-ndjson; a stream may be of any length). "
            + "What is accepted is durable. An id counts once: sending again is safe. Each refused event is listed with its reason; the others are taken all the same. "
            + "?outcomes=all lists every line of a stream, ?wait=visible answers when rankings see the events.")
        .AcceptsDocument<EventBatch>(Example, "application/x-ndjson")
        .Produces<BatchAnswer>(StatusCodes.Status202Accepted)
        .ProducesBatchProblems()
        .Needs(ApiScopes.WriteEvents);

    private Task<IResult> TakeAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var validator = verticals.Now.Validator;
        var nowMs = runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();
        return intake.TakeAsync(
            http,
            "events",
            (ReadOnlySpan<byte> utf8, out PendingEntry entry, out string? id, out FieldError error) => TryRead(utf8, validator, nowMs, out entry, out id, out error),
            StatusCodes.Status202Accepted);
    }

    private bool TryRead(ReadOnlySpan<byte> utf8, EventValidator validator, long nowMs, out PendingEntry entry, out string? id, out FieldError error)
    {
        (entry, id) = (default, null);
        if (!EventDocument.TryRead(utf8, out var marketEvent, out error))
        {
            return false;
        }

        id = marketEvent!.Id;

        // A long stream's clock moves on; asking it for every event would cost more than it is worth.
        if (!validator.TryValidate(marketEvent, nowMs, out error)
            && (error.Code != "future" || !validator.TryValidate(marketEvent, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds(), out error)))
        {
            return false;
        }

        var writer = s_writer ??= new ByteWriter();
        writer.Clear();
        marketEvent.Write(writer);
        entry = new PendingEntry(EntryKind.Event, writer.ToArray(), DedupeKeys.OfEvent(id));
        return true;
    }
}
