using System.Buffers;
using System.Text;
using System.Text.Json;
using Vitrina.Api.Batches;
using Vitrina.Api.Errors;
using Vitrina.Api.Items;
using Vitrina.Api.Security;
using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Api.Users;

/// <summary>Users: put, read, join, erase.</summary>
internal sealed class UsersEndpoints(EngineRuntime runtime, BatchIntake intake, ServedVerticals verticals)
{
    private const int LongestId = 128;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/v1/users", PutAsync).WithTags("Users").WithSummary("Put users")
            .WithDescription("One user, an array, {\"users\": […]}, or NDJSON lines. A put replaces all attributes.")
            .AcceptsDocument<UserBatch>("""{"users": [{"id": "u-7", "attributes": {"region": "moscow"}}]}""", "application/x-ndjson")
            .Produces<BatchAnswer>().ProducesBatchProblems().Needs(ApiScopes.WriteCatalog);
        routes.MapGet("/v1/users/{id}", Get).WithTags("Users").WithSummary("Read a user")
            .Produces<EntityBody>().ProducesBad(StatusCodes.Status404NotFound).Needs(ApiScopes.Read);
        routes.MapDelete("/v1/users/{id}", EraseAsync).WithTags("Users").WithSummary("Erase a user")
            .WithDescription("History and attributes are gone from statistics of persons and from later training sets.")
            .Produces<BatchAnswer>().ProducesBad().Needs(ApiScopes.WriteCatalog);
        routes.MapPost("/v1/users/{id}/aliases", JoinAsync).WithTags("Users").WithSummary("Join an anonymous id to a user")
            .WithDescription("What the alias did belongs to the user from now on.")
            .AcceptsDocument<AliasBody>("""{"alias": "cookie-81"}""").Produces<BatchAnswer>().ProducesBad().Needs(ApiScopes.WriteCatalog);
    }

    private Task<IResult> PutAsync(HttpContext http, CancellationToken cancellationToken) =>
        intake.TakeAsync(http, "users", EntityReader(EntryKind.UserPut, verticals.Now.Documents.Users, runtime.Time), StatusCodes.Status200OK);

    /// <summary>Reads puts of users or of sellers.</summary>
    internal static DocumentReader EntityReader(EntryKind kind, IReadOnlyList<ItemSchema> schemas, TimeProvider time)
    {
        var atMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var writer = new ByteWriter();
        return (ReadOnlySpan<byte> utf8, out PendingEntry entry, out string? id, out FieldError error) =>
        {
            (entry, id) = (default, null);
            if (!EntityDocument.TryRead(utf8, schemas, atMs, out var change, out error))
            {
                id = ItemsEndpoints.IdIn(utf8);
                return false;
            }

            id = change!.Id;
            writer.Clear();
            change.Write(writer);
            entry = new PendingEntry(kind, writer.ToArray());
            return true;
        };
    }

    private static void RequireId(string id)
    {
        if (id.Length > LongestId || id.Any(char.IsControl))
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "invalid_id", $"an id has 1 to {LongestId} characters and no control characters", "id");
        }
    }

    private IResult Get(string id)
    {
        RequireId(id);
        if (runtime.FindUser(id) is not { } user)
        {
            return runtime.KnowsUser(id)
                ? Results.Json(new { id }, ApiJson.Options)
                : ProblemResult.NotFound("unknown_user", $"there is no user '{id}'", "id");
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = ApiJson.Options.Encoder }))
        {
            EntityDocument.Write(json, user);
        }

        return Results.Text(Encoding.UTF8.GetString(buffer.WrittenSpan), "application/json", Encoding.UTF8);
    }

    private Task<IResult> EraseAsync(HttpContext http, string id, CancellationToken cancellationToken)
    {
        RequireId(id);
        var payload = new ControlEntry(id, "", "api").ToBytes();
        return intake.TakeOneAsync(
            http,
            ReadOnlyMemory<byte>.Empty,
            (ReadOnlySpan<byte> _, out PendingEntry entry, out string? about, out FieldError error) =>
            {
                (entry, about, error) = (new PendingEntry(EntryKind.UserErase, payload), id, default);
                return true;
            },
            StatusCodes.Status200OK);
    }

    private Task<IResult> JoinAsync(HttpContext http, string id, CancellationToken cancellationToken)
    {
        RequireId(id);
        var atMs = runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();
        return intake.TakeOneAsync(
            http,
            (ReadOnlySpan<byte> utf8, out PendingEntry entry, out string? about, out FieldError error) =>
            {
                (entry, about) = (default, id);
                if (!AliasDocument.TryRead(utf8, new UserId(id), atMs, out var alias, out error))
                {
                    return false;
                }

                var writer = new ByteWriter();
                alias!.Write(writer);
                entry = new PendingEntry(EntryKind.UserAlias, writer.ToArray());
                return true;
            },
            StatusCodes.Status200OK);
    }
}
