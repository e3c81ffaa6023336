using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Vitrina.Engine.Verticals;

/// <summary>Writes the JSON Schema (draft 2020-12) of vertical files, for completion and checks in editors.</summary>
/// <remarks>Made from the same record types that the binder fills, so the two cannot disagree about keys.</remarks>
public static class VerticalSchema
{
    private const string DurationPattern = @"^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)$";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The schema as indented JSON; the same text at every call.</summary>
    public static string Generate()
    {
        var definitions = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        var root = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Vitrina vertical",
        };
        foreach (var (key, value) in Describe(typeof(VerticalDeclaration), definitions))
        {
            root[key] = value?.DeepClone();
        }

        var written = new JsonObject();
        foreach (var (name, definition) in definitions)
        {
            written[name] = definition;
        }

        root["$defs"] = written;
        return root.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Describe(Type type, SortedDictionary<string, JsonObject> definitions)
    {
        var shape = DeclarationShape.Of(type);
        var defaults = shape.Create();
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var property in shape.Properties)
        {
            var schema = Value(property.Type, property, definitions);
            if (property.Description is { } description)
            {
                schema["description"] = description;
            }

            if (!property.IsRequired && DefaultOf(property, defaults) is { } standard)
            {
                schema["default"] = standard;
            }

            properties[property.Name] = schema;
            if (property.IsRequired)
            {
                required.Add(property.Name);
            }
        }

        var described = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
        if (required.Count > 0)
        {
            described["required"] = required;
        }

        return described;
    }

    private static JsonObject Value(Type type, DeclarationProperty property, SortedDictionary<string, JsonObject> definitions)
    {
        if (type == typeof(KindDeclaration))
        {
            return Kind(property.Discriminators);
        }

        if (DeclarationShape.ElementOfList(type) is { } element)
        {
            var list = new JsonObject { ["type"] = "array", ["items"] = Value(element, property, definitions) };
            return property.IsOneOrMany ? new JsonObject { ["anyOf"] = new JsonArray(list, Value(element, property, definitions)) } : list;
        }

        if (DeclarationShape.ValueOfMap(type) is { } valueType)
        {
            return Map(valueType, property, definitions);
        }

        if (DeclarationScalar.IsScalar(type))
        {
            return Scalar(type, property);
        }

        if (!definitions.ContainsKey(type.Name))
        {
            // Reserved first, so that a type that contains itself ends.
            definitions[type.Name] = [];
            definitions[type.Name] = Describe(type, definitions);
        }

        // An empty value stands for an empty map, as in "view:".
        return new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["$ref"] = $"#/$defs/{type.Name}" }, new JsonObject { ["type"] = "null" }) };
    }

    private static JsonObject Map(Type valueType, DeclarationProperty property, SortedDictionary<string, JsonObject> definitions)
    {
        var value = Value(valueType, property, definitions);
        if (property.AllowedKeys is not { } keys)
        {
            var map = new JsonObject { ["type"] = "object", ["additionalProperties"] = value };
            if (property.Pattern is { } pattern)
            {
                map["propertyNames"] = new JsonObject { ["pattern"] = pattern.Pattern };
            }

            return map;
        }

        var properties = new JsonObject();
        foreach (var key in keys)
        {
            properties[key] = value.DeepClone();
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
    }

    private static JsonObject Kind(IReadOnlyList<string> discriminators)
    {
        var entries = new JsonArray { new JsonObject { ["type"] = "string" } };
        foreach (var discriminator in discriminators)
        {
            entries.Add(new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject { [discriminator] = new JsonObject { ["type"] = "string" } },
                ["required"] = new JsonArray(discriminator),
            });
        }

        return new JsonObject { ["anyOf"] = entries };
    }

    private static JsonObject Scalar(Type type, DeclarationProperty property)
    {
        if (type.IsEnum)
        {
            return new JsonObject { ["enum"] = new JsonArray([.. DeclarationScalar.Names(type).Select(n => (JsonNode)n)]) };
        }

        if (type == typeof(TimeSpan))
        {
            return new JsonObject { ["type"] = "string", ["pattern"] = DurationPattern };
        }

        if (type == typeof(ViewsDeclaration))
        {
            return new JsonObject { ["type"] = "string", ["pattern"] = @"^(client|assumed\([0-9]+\))$" };
        }

        if (type == typeof(bool))
        {
            return new JsonObject { ["type"] = "boolean" };
        }

        return type == typeof(string) ? Text(property) : Number(type, property);
    }

    private static JsonObject Text(DeclarationProperty property)
    {
        // Numbers and words such as true are text where text is expected: YAML needs no quotes there.
        var text = new JsonObject { ["type"] = property.Pattern is null && property.AllowedValues is null ? new JsonArray("string", "number", "boolean") : "string" };
        if (property.Pattern is { } pattern && DeclarationShape.ValueOfMap(property.Type) is null)
        {
            text["pattern"] = pattern.Pattern;
        }

        if (property.AllowedValues is { } values)
        {
            text["enum"] = new JsonArray([.. values.Select(v => (JsonNode)v)]);
        }

        return text;
    }

    private static JsonObject Number(Type type, DeclarationProperty property)
    {
        var number = new JsonObject { ["type"] = type == typeof(double) ? "number" : "integer" };
        if (property.Range is { Minimum: not string } range)
        {
            number["minimum"] = JsonSerializer.SerializeToNode(range.Minimum);
            number["maximum"] = JsonSerializer.SerializeToNode(range.Maximum);
        }

        return number;
    }

    private static JsonNode? DefaultOf(DeclarationProperty property, object defaults) => property.Get(defaults) switch
    {
        null => null,
        string text => text,
        bool value => value,
        int value => value,
        double value => value,
        Enum value => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()),
        TimeSpan value => Duration.Format(value),
        ViewsDeclaration value => value.ToString(),
        IReadOnlyList<TimeSpan> values => new JsonArray([.. values.Select(v => (JsonNode)Duration.Format(v))]),
        IReadOnlyList<string> values => new JsonArray([.. values.Select(v => (JsonNode)v)]),
        _ => null,
    };
}
