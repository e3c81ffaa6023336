using System.Text.Json;
using Vitrina.Cli.Importing;

namespace Vitrina.Cli.Benchmarks.Search;

/// <summary>Reads a JSON list of products: <c>id</c> and <c>title</c>, optionally <c>supplier</c>, <c>short_description</c>, <c>name</c> and attributes <c>attr_t_…</c>.</summary>
internal static class ProductFile
{
    private const string AttributePrefix = "attr_t_";

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; gzip by name.</param>
    /// <param name="add">Takes a document, or says what is wrong with it.</param>
    /// <exception cref="InvalidDataException">The file cannot be read; names file and place.</exception>
    public static void Read(string path, Func<JudgedDocument, string?> add)
    {
        using var file = InputFile.Open(path);
        JsonDocument list;
        try
        {
            list = JsonDocument.Parse(file.Content);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}, line {exception.LineNumber + 1}: {exception.Message}");
        }

        using (list)
        {
            if (list.RootElement.ValueKind != JsonValueKind.Array)
            {
                throw new InvalidDataException($"{path}, line 1: a list of products is expected");
            }

            var number = 0;
            foreach (var product in list.RootElement.EnumerateArray())
            {
                number++;
                if ((Fault(product) ?? add(DocumentOf(product))) is { } fault)
                {
                    throw new InvalidDataException($"{path}, product {number}: {fault}");
                }
            }
        }
    }

    private static string? Fault(JsonElement product) =>
        product.ValueKind != JsonValueKind.Object ? "an object is expected"
        : Text(product, "id") is null ? "id: a text is expected"
        : Text(product, "title") is null ? "title: a text is expected" : null;

    private static JudgedDocument DocumentOf(JsonElement product)
    {
        var attributes = product.EnumerateObject()
            .Where(property => property.Name.StartsWith(AttributePrefix, StringComparison.Ordinal) && property.Value.ValueKind == JsonValueKind.String)
            .Select(property => property.Value.GetString())
            .Prepend(Text(product, "name"))
            .Where(text => !string.IsNullOrWhiteSpace(text))
            .ToList();
        return new JudgedDocument(
            Text(product, "id")!, Text(product, "title")!, Text(product, "supplier"), Text(product, "short_description"), attributes.Count == 0 ? null : string.Join(". ", attributes));
    }

    private static string? Text(JsonElement product, string name) =>
        product.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
