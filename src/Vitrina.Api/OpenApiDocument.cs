using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Vitrina.Api;

/// <summary>The OpenAPI document and the page that shows it.</summary>
internal static class OpenApiDocument
{
    public static void Add(IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Vitrina",
                Version = "v1",
                Description = "Ranked, explained lists for marketplaces. Send items and events; ask for rankings; echo tokens. Errors are problem+json with a stable code.",
            };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key; needed beyond loopback, or once any key exists." },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(DescribeAsync);
    });

    public static void Map(WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = "docs";
            page.SwaggerEndpoint("/openapi/v1.json", "Vitrina v1");
            page.DocumentTitle = "Vitrina API";
        });
    }

    private static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<NeededScope>().LastOrDefault() is { } needed)
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("key", context.Document)] = [] }];
            operation.Description = $"{operation.Description} Scope: {char.ToLowerInvariant(needed.Scope.ToString()[0])}{needed.Scope.ToString()[1..]}.".Trim();
        }

        if (metadata.OfType<AcceptedBody>().LastOrDefault() is not { } body)
        {
            return;
        }

        var schema = await context.GetOrCreateSchemaAsync(body.Type, null, cancellationToken);
        var example = metadata.OfType<BodyExample>().Last().Json;
        operation.RequestBody = new OpenApiRequestBody
        {
            Content = body.ContentTypes.ToDictionary(
                type => type,
                type => new OpenApiMediaType
                {
                    Schema = type == "application/json" ? schema : new OpenApiSchema { Type = JsonSchemaType.String, Description = "One JSON object per line." },
                    Example = type == "application/json" ? JsonNode.Parse(example) : null,
                }),
        };
    }
}
