using System.Text.Json;
using System.Text.RegularExpressions;
using Vitrina.Engine.Verticals;

namespace Vitrina.Tests.Engine.Verticals;

public sealed class VerticalSchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(VerticalSchema.Generate()).RootElement;

    [Fact]
    public void The_schema_lists_every_key_with_a_description()
    {
        var pending = new Queue<(Type Type, JsonElement Schema)>([(typeof(VerticalDeclaration), Schema)]);
        foreach (var definition in Schema.GetProperty("$defs").EnumerateObject())
        {
            pending.Enqueue((typeof(VerticalDeclaration).Assembly.GetType($"Vitrina.Engine.Verticals.{definition.Name}")!, definition.Value));
        }

        Assert.True(pending.Count > 10);
        foreach (var (type, schema) in pending)
        {
            var names = DeclarationShape.Of(type).Names;
            var properties = schema.GetProperty("properties");
            Assert.Equal(names, properties.EnumerateObject().Select(p => p.Name));
            Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
            Assert.All(properties.EnumerateObject(), p => Assert.True(p.Value.TryGetProperty("description", out _), $"{type.Name}.{p.Name}"));
        }
    }

    [Fact]
    public void The_schema_is_the_same_at_every_call() => Assert.Equal(VerticalSchema.Generate(), VerticalSchema.Generate());

    [Fact]
    public void The_shipped_goods_vertical_satisfies_the_schema()
    {
        var errors = new ErrorList();
        var root = DeclarationReader.Read(GoodsFile.Text, "goods.yaml", errors)!;
        Assert.Empty(errors);
        Assert.Null(Breach(root, Schema, "$"));
    }

    [Theory]
    [InlineData("vertical: goods", "vertical: Goods")]
    [InlineData("timeZone:", "timeZon:")]
    [InlineData("kind: days", "kind: dayz")]
    [InlineData("halfLife: 7d ", "halfLife: 7w ")]
    [InlineData("maxSize: 100", "maxSize: 0")]
    [InlineData("  search:", "  serch:")]
    public void The_schema_refuses_what_the_reader_refuses(string old, string changed)
    {
        var text = GoodsFile.Text.Replace(old, changed, StringComparison.Ordinal);
        Assert.NotEmpty(VerticalFile.Parse(text, "goods.yaml").Errors);
        Assert.NotNull(Breach(DeclarationReader.Read(text, "goods.yaml", new ErrorList())!, Schema, "$"));
    }

    /// <summary>A plain validator of the keywords that the schema uses; the first breach, or null.</summary>
    private static string? Breach(DeclarationNode node, JsonElement schema, string path)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            return Breach(node, Schema.GetProperty("$defs").GetProperty(reference.GetString()!["#/$defs/".Length..]), path);
        }

        if (schema.TryGetProperty("anyOf", out var choices))
        {
            var breaches = choices.EnumerateArray().Select(c => Breach(node, c, path)).ToList();
            return breaches.Contains(null) ? null : breaches[0];
        }

        if (schema.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(v => v.GetString() == node.Text))
        {
            return $"{path}: {node.Text} is not in the enum";
        }

        if (schema.TryGetProperty("type", out var type) && !(type.ValueKind == JsonValueKind.Array ? type.EnumerateArray() : new[] { type }.AsEnumerable()).Any(t => Fits(node, t.GetString()!)))
        {
            return $"{path}: {type}";
        }

        if (schema.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(node.Text, pattern.GetString()!))
        {
            return $"{path}: {node.Text} does not fit {pattern}";
        }

        if (schema.TryGetProperty("minimum", out var minimum)
            && double.Parse(node.Text, System.Globalization.CultureInfo.InvariantCulture) is var number
            && (number < minimum.GetDouble() || number > schema.GetProperty("maximum").GetDouble()))
        {
            return $"{path}: {node.Text} is out of range";
        }

        return BreachInside(node, schema, path);
    }

    private static string? BreachInside(DeclarationNode node, JsonElement schema, string path)
    {
        foreach (var name in schema.TryGetProperty("required", out var required) ? required.EnumerateArray().Select(r => r.GetString()!) : [])
        {
            if (node.Find(name) is null)
            {
                return $"{path}: {name} is missing";
            }
        }

        foreach (var entry in node.Entries)
        {
            JsonElement value = default;
            if (!(schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(entry.Key, out value))
                && schema.TryGetProperty("additionalProperties", out value) && value.ValueKind == JsonValueKind.False)
            {
                return $"{path}: unknown key {entry.Key}";
            }

            if (value.ValueKind == JsonValueKind.Object && Breach(entry.Value, value, $"{path}.{entry.Key}") is { } breach)
            {
                return breach;
            }
        }

        return schema.TryGetProperty("items", out var items)
            ? node.Elements.Select(e => Breach(e, items, $"{path}[]")).FirstOrDefault(b => b is not null)
            : null;
    }

    private static bool Fits(DeclarationNode node, string type) => type switch
    {
        "object" => node.Kind == DeclarationNodeKind.Map,
        "array" => node.Kind == DeclarationNodeKind.List,
        "null" => node.IsNull,
        "boolean" => node is { IsQuoted: false, Text: "true" or "false" },
        "integer" => long.TryParse(node.Text, out _),
        "number" => double.TryParse(node.Text, System.Globalization.CultureInfo.InvariantCulture, out _),
        _ => node is { Kind: DeclarationNodeKind.Scalar, IsNull: false },
    };
}
