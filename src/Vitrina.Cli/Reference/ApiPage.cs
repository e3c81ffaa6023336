using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrina.Cli.Commands;

namespace Vitrina.Cli.Reference;

/// <summary>The page of the HTTP API, from the OpenAPI document that a server gives.</summary>
internal static class ApiPage
{
    /// <summary>The OpenAPI document of this build, from a server over an empty installation.</summary>
    public static async Task<string> DocumentAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("vitrina-reference-").FullName;
        try
        {
            var text = "";
            await ServeCommand.RunAsync(folder, "http://127.0.0.1:0", false, true, async (address, stop) =>
            {
                using var client = RunningServer.Client(address);
                text = await client.GetStringAsync(new Uri("openapi/v1.json", UriKind.Relative), cancellationToken);
                stop();
            }, cancellationToken);
            return JsonNode.Parse(text)!.ToJsonString(new JsonSerializerOptions(Terminal.JsonOptions) { WriteIndented = true, NewLine = "\n" }) + "\n";
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static string Write(string openApi)
    {
        var document = JsonNode.Parse(openApi)!.AsObject();
        var page = new ReferencePage("The HTTP API");
        page.Line((string?)document["info"]?["description"] ?? "").Line();
        page.Line("For programs: [openapi.json](openapi.json); a running server serves it as `/openapi/v1.json` and shows it at `/docs`.")
            .Line("Fields of the documents: [events.md](events.md). Bounds of bodies and batches: [options.md](options.md#api).").Line();
        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()
            .Where(method => method.Value is JsonObject)
            .Select(method => (Path: path.Key, Method: method.Key.ToUpperInvariant(), Operation: method.Value!.AsObject())));
        foreach (var group in operations.GroupBy(operation => (string?)operation.Operation["tags"]?[0] ?? "Other"))
        {
            page.Heading(2, group.Key);
            page.Table(
                ["request", "meaning", "answers"],
                group.Select(operation => (IReadOnlyList<string>)
                    [
                        ReferencePage.Code($"{operation.Method} {operation.Path}"),
                        $"{(string?)operation.Operation["summary"]}. {(string?)operation.Operation["description"]}".Trim().TrimEnd('.') + ".",
                        string.Join(", ", operation.Operation["responses"]?.AsObject().Select(response => response.Key) ?? []),
                    ]));
            foreach (var (path, method, operation) in group)
            {
                Example(page, $"{method} {path}", operation);
            }
        }

        return page.ToString();
    }

    private static void Example(ReferencePage page, string name, JsonObject operation)
    {
        if (operation["requestBody"]?["content"]?["application/json"]?["example"] is { } example)
        {
            page.Line($"`{name}`, for example:").Line("```json").Line(example.ToJsonString(new JsonSerializerOptions(Terminal.JsonOptions) { WriteIndented = false })).Line("```").Line();
        }
    }
}
