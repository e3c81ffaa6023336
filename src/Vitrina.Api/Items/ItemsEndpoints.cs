using System.Buffers;
using System.Text;
using System.Text.Json;
using Vitrina.Api.Batches;
using Vitrina.Api.Errors;
using Vitrina.Api.Security;
using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Api.Items;

/// <summary>Items: put, patch, delete, read.</summary>
internal sealed class ItemsEndpoints(EngineRuntime runtime, BatchIntake intake, ServedVerticals verticals)
{
    private const string PutExample = """
        {"items": [
          {"id": "sku-1", "vertical": "goods", "seller": "shop-9", "stock": 14,
           "attributes": {"title": "Наушники JBL Tune 510BT", "brand": "JBL", "category": "наушники", "price": 3990}}
        ]}
        """;

    private const string PatchExample = """{"stock": 0, "attributes": {"price": 3790}}""";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/v1/items", PutAsync).WithTags("Items").WithSummary("Put items")
            .WithDescription("One item, an array, {\"items\": […]}, or NDJSON lines. A put replaces the whole item; with \"op\": \"patch\" or \"delete\" a line changes or removes one. "
                + "What is accepted is durable and seen by rankings within a second (?wait=visible waits for that).")
            .AcceptsDocument<ItemBatch>(PutExample, "application/x-ndjson").Produces<BatchAnswer>().ProducesBatchProblems().Needs(ApiScopes.WriteCatalog);
        routes.MapPatch("/v1/items/{id}", PatchAsync).WithTags("Items").WithSummary("Change some fields of an item")
            .WithDescription("Fields and attributes that are not named stay; null takes an attribute away.")
            .AcceptsDocument<ItemBody>(PatchExample).Produces<BatchAnswer>().ProducesBad(StatusCodes.Status404NotFound).Needs(ApiScopes.WriteCatalog);
        routes.MapDelete("/v1/items/{id}", DeleteAsync).WithTags("Items").WithSummary("Remove an item")
            .WithDescription("It is not shown to any request that begins after the answer. Its statistics stay, in case it comes back.")
            .Produces<BatchAnswer>().ProducesBad(StatusCodes.Status404NotFound).Needs(ApiScopes.WriteCatalog);
        routes.MapGet("/v1/items/{id}", Get).WithTags("Items").WithSummary("Read an item")
            .Produces<ItemBody>().ProducesBad(StatusCodes.Status404NotFound).Needs(ApiScopes.Read);
    }

    private Task<IResult> PutAsync(HttpContext http, CancellationToken cancellationToken) =>
        intake.TakeAsync(http, "items", Reader(ItemChangeKind.Put, null), StatusCodes.Status200OK);

    private Task<IResult> PatchAsync(HttpContext http, string id, CancellationToken cancellationToken)
    {
        RequireKnown(id);
        return intake.TakeOneAsync(http, Reader(ItemChangeKind.Patch, id), StatusCodes.Status200OK);
    }

    private Task<IResult> DeleteAsync(HttpContext http, string id, CancellationToken cancellationToken)
    {
        RequireKnown(id);
        return intake.TakeOneAsync(http, "{}"u8.ToArray(), Reader(ItemChangeKind.Delete, id), StatusCodes.Status200OK);
    }

    private void RequireKnown(string id)
    {
        if (runtime.Availability.VerticalOf(id) is null)
        {
            throw NotFound(id);
        }
    }

    private static ProblemException NotFound(string id) =>
        new(StatusCodes.Status404NotFound, "unknown_item", $"there is no item '{(id.Length > 128 ? id[..128] + "…" : id)}'", "id");

    private DocumentReader Reader(ItemChangeKind kind, string? id)
    {
        // What this batch itself changes is not in the live table before it is durable: a patch may follow its put in one batch.
        var changed = new Dictionary<string, string?>(StringComparer.Ordinal);
        var documents = verticals.Now.Documents;
        var defaults = new ItemDocumentDefaults
        {
            AtMs = runtime.Time.GetUtcNow().ToUnixTimeMilliseconds(),
            Kind = kind,
            Id = id,
            VerticalOfItem = item => changed.TryGetValue(item, out var vertical) ? vertical : runtime.Availability.VerticalOf(item),
        };
        var writer = new ByteWriter();
        return (ReadOnlySpan<byte> utf8, out PendingEntry entry, out string? about, out FieldError error) =>
        {
            (entry, about) = (default, null);
            if (!ItemDocument.TryRead(utf8, documents, defaults, out var change, out error))
            {
                about = IdIn(utf8);
                return false;
            }

            about = change!.Id.Value;
            changed[about] = change.Kind == ItemChangeKind.Delete ? null : change.Vertical ?? defaults.VerticalOfItem!(about);
            writer.Clear();
            change.Write(writer);
            entry = new PendingEntry(KindOf(change.Kind), writer.ToArray());
            return true;
        };
    }

    private static EntryKind KindOf(ItemChangeKind kind) => kind switch
    {
        ItemChangeKind.Put => EntryKind.ItemPut,
        ItemChangeKind.Patch => EntryKind.ItemPatch,
        _ => EntryKind.ItemDelete,
    };

    // Names a refused document in its outcome, where that is possible.
    internal static string? IdIn(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var json = new Utf8JsonReader(utf8);
            json.Read();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var isId = json.ValueTextEquals("id"u8);
                json.Read();
                if (isId)
                {
                    return json.TokenType == JsonTokenType.String && json.GetString() is { Length: <= 128 } id ? id : null;
                }

                json.Skip();
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // It is no JSON: the refusal says so.
        }

        return null;
    }

    private IResult Get(string id)
    {
        foreach (var vertical in runtime.Snapshot.Verticals.Values)
        {
            if (vertical.Find(id) is { IsDeleted: false } item && item.Vertical == vertical.Vertical.Name)
            {
                var buffer = new ArrayBufferWriter<byte>();
                using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = ApiJson.Options.Encoder }))
                {
                    ItemDocument.Write(json, item, vertical.Market.Keywords, vertical.Market.ListKeywords);
                }

                return Results.Text(Encoding.UTF8.GetString(buffer.WrittenSpan), "application/json", Encoding.UTF8);
            }
        }

        throw NotFound(id);
    }
}
