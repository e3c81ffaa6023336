using Vitrina.Api.Batches;
using Vitrina.Api.Errors;
using Vitrina.Api.Security;
using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Api.Features;

/// <summary>A batch of rows of a feature table.</summary>
/// <param name="Rows">The rows.</param>
public sealed record FeatureRowBatch(IReadOnlyList<FeatureRowBody> Rows);

/// <summary>One row of a feature table.</summary>
public sealed record FeatureRowBody
{
    /// <summary>What the row describes: the id of an item, seller or user, a type, or a query.</summary>
    public required string Key { get; init; }

    /// <summary>From when it holds, RFC 3339; absent: now.</summary>
    public DateTimeOffset? ValidFrom { get; init; }

    /// <summary>The columns' numbers; null = missing.</summary>
    public required IReadOnlyDictionary<string, double?> Columns { get; init; }
}

/// <summary><c>PUT /v1/features/{table}</c>: rows from the company's own marts.</summary>
internal sealed class FeaturesEndpoints(EngineRuntime runtime, BatchIntake intake, ServedVerticals verticals)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapPut("/v1/features/{table}", PutAsync).WithTags("Features").WithSummary("Put rows of a feature table")
        .WithDescription("One row, an array, {\"rows\": […]}, or NDJSON lines. The table is declared in a vertical's file.")
        .AcceptsDocument<FeatureRowBatch>("""{"rows": [{"key": "shop-9", "columns": {"rating": 4.7, "cancelShare": 0.02}}]}""", "application/x-ndjson")
        .Produces<BatchAnswer>().ProducesBatchProblems().Produces<Problem>(StatusCodes.Status404NotFound, "application/problem+json").Needs(ApiScopes.WriteCatalog);

    private Task<IResult> PutAsync(HttpContext http, string table, CancellationToken cancellationToken)
    {
        var documents = verticals.Now.Documents;
        if (documents.FindTable(table) is null)
        {
            var names = documents.TableNames().ToList();
            throw new ProblemException(
                StatusCodes.Status404NotFound, "unknown_table", $"no vertical declares this table; tables are {string.Join(", ", names)}", "table", NearestName.Find(table, names));
        }

        var atMs = runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var writer = new ByteWriter();
        return intake.TakeAsync(
            http,
            "rows",
            (ReadOnlySpan<byte> utf8, out PendingEntry entry, out string? id, out FieldError error) =>
            {
                (entry, id) = (default, null);
                if (!FeatureRowDocument.TryRead(utf8, documents, table, atMs, out var row, out error))
                {
                    return false;
                }

                id = row!.Key;
                writer.Clear();
                row.Write(writer);
                entry = new PendingEntry(EntryKind.FeatureRows, writer.ToArray());
                return true;
            },
            StatusCodes.Status200OK);
    }
}
