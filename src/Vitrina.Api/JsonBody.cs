using System.Text.Json;
using Vitrina.Api.Batches;
using Vitrina.Api.Errors;
using Vitrina.Engine.Verticals;

namespace Vitrina.Api;

/// <summary>A small JSON object as a request's body; every mistake names its field.</summary>
internal sealed class JsonBody
{
    private const int LongestText = 1_000;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };
    private readonly Dictionary<string, JsonElement> _fields;

    private JsonBody(Dictionary<string, JsonElement> fields) => _fields = fields;

    /// <summary>Reads the body; an empty one is an object without fields.</summary>
    /// <param name="http">The request.</param>
    /// <param name="bodies">Reads it.</param>
    /// <param name="known">The fields that there are.</param>
    public static async Task<JsonBody> ReadAsync(HttpContext http, BodyReader bodies, params string[] known)
    {
        using var body = await bodies.ReadAsync(http, http.RequestAborted);
        if (body.Bytes.IsEmpty)
        {
            return new JsonBody([]);
        }

        try
        {
            using var document = JsonDocument.Parse(body.Bytes, Strict);
            return new JsonBody(FieldsOf(document.RootElement, known));
        }
        catch (InvalidOperationException)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "invalid_text", "the body holds text that is not valid Unicode");
        }
    }

    private static Dictionary<string, JsonElement> FieldsOf(JsonElement root, string[] known)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "wrong_type", "the body must be a JSON object");
        }

        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            if (!known.Contains(property.Name, StringComparer.Ordinal))
            {
                var shown = property.Name.Length > 64 ? property.Name[..64] + "…" : property.Name;
                throw new ProblemException(
                    StatusCodes.Status400BadRequest, "unknown_field", $"there is no field '{shown}'; fields are {string.Join(", ", known)}", shown, NearestName.Find(property.Name, known));
            }

            RequireUnicode(property.Value);
            fields[property.Name] = property.Value.Clone();
        }

        return fields;
    }

    // Halves of surrogate pairs show only when a text is taken out: all are looked at here, once.
    private static void RequireUnicode(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                value.GetString();
                break;
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    _ = property.Name;
                    RequireUnicode(property.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var element in value.EnumerateArray())
                {
                    RequireUnicode(element);
                }

                break;
            default:
                break;
        }
    }

    /// <summary>A field as it stands, or null.</summary>
    public JsonElement? Find(string name) => _fields.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A short text, or null.</summary>
    public string? Text(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= LongestText } text && !text.Any(char.IsControl)
            ? text
            : throw new ProblemException(StatusCodes.Status400BadRequest, "wrong_type", $"{name} must be a text of at most {LongestText} characters", name);
    }

    /// <summary>A truth value, or null.</summary>
    public bool? Flag(string name) => Find(name)?.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new ProblemException(StatusCodes.Status400BadRequest, "wrong_type", $"{name} must be true or false", name),
    };
}
