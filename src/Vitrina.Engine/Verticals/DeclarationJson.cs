using System.Text.Json;
using System.Text.RegularExpressions;

namespace Vitrina.Engine.Verticals;

/// <summary>Declarations that come as JSON, or go into the journal as JSON, whether they were written as JSON or YAML.</summary>
public static partial class DeclarationJson
{
    /// <summary>The nodes of a JSON value. It has no positions: mistakes name the field.</summary>
    /// <exception cref="InvalidOperationException">A text is no valid Unicode.</exception>
    public static DeclarationNode Read(JsonElement json)
    {
        var nowhere = default(SourcePosition);
        return json.ValueKind switch
        {
            JsonValueKind.Object => DeclarationNode.Map([.. json.EnumerateObject().Select(property => new DeclarationEntry(property.Name, nowhere, Read(property.Value)))], nowhere),
            JsonValueKind.Array => DeclarationNode.List([.. json.EnumerateArray().Select(Read)], nowhere),
            JsonValueKind.String => DeclarationNode.Scalar(json.GetString()!, isQuoted: true, nowhere),
            JsonValueKind.Null => DeclarationNode.Scalar("null", isQuoted: false, nowhere),
            _ => DeclarationNode.Scalar(json.GetRawText(), isQuoted: false, nowhere),
        };
    }

    /// <summary>Writes nodes as JSON; what YAML left unquoted becomes a number, a truth value or null where it is one.</summary>
    public static void Write(Utf8JsonWriter json, DeclarationNode node)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(node);
        switch (node.Kind)
        {
            case DeclarationNodeKind.Map:
                json.WriteStartObject();
                foreach (var entry in node.Entries)
                {
                    json.WritePropertyName(entry.Key);
                    Write(json, entry.Value);
                }

                json.WriteEndObject();
                break;
            case DeclarationNodeKind.List:
                json.WriteStartArray();
                foreach (var element in node.Elements)
                {
                    Write(json, element);
                }

                json.WriteEndArray();
                break;
            default:
                WriteScalar(json, node);
                break;
        }
    }

    private static void WriteScalar(Utf8JsonWriter json, DeclarationNode node)
    {
        if (node.IsNull)
        {
            json.WriteNullValue();
        }
        else if (!node.IsQuoted && (node.Text is "true" or "false" || Number().IsMatch(node.Text)))
        {
            json.WriteRawValue(node.Text);
        }
        else
        {
            json.WriteStringValue(node.Text);
        }
    }

    [GeneratedRegex(@"^-?(0|[1-9]\d{0,300})(\.\d{1,300})?([eE][+-]?\d{1,3})?$")]
    private static partial Regex Number();
}
