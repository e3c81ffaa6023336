using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrina.Engine;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Reference;

/// <summary>The page of vertical files: their keys from the schema, and the kinds that the engine's areas export.</summary>
internal static class VerticalPage
{
    private static readonly Assembly Engine = typeof(VerticalCompiler).Assembly;

    public static string Write()
    {
        var page = new ReferencePage("Vertical files");
        page.Line("One YAML file per vertical. `vitrina check FILE` names every mistake with its line, column and the nearest valid name.")
            .Line("For editors: [vertical.schema.json](vertical.schema.json). Durations are written as `50ms`, `24h`, `7d`.").Line();
        var schema = JsonNode.Parse(VerticalSchema.Generate())!.AsObject();
        page.Heading(2, "Keys").Line("At the top of the file.").Line();
        Keys(page, schema);
        foreach (var (name, definition) in schema["$defs"]!.AsObject())
        {
            page.Heading(3, name.Replace("Declaration", "", StringComparison.Ordinal)).Line(CodeComments.Of(TypeIn("Verticals", name))).Line();
            Keys(page, definition!.AsObject());
        }

        Kinds(page);
        return page.ToString();
    }

    private static void Keys(ReferencePage page, JsonObject schema)
    {
        var required = schema["required"]?.AsArray().Select(name => (string)name!).ToHashSet() ?? [];
        page.Table(
            ["key", "holds", "default", "meaning"],
            schema["properties"]!.AsObject().Select(pair => (IReadOnlyList<string>)
                [
                    ReferencePage.Code(pair.Key),
                    Holds(pair.Value!.AsObject()),
                    required.Contains(pair.Key) ? "required" : ReferencePage.Code(pair.Value["default"] is { } standard ? Text(standard) : ""),
                    (string?)pair.Value["description"] ?? "",
                ]));
    }

    private static string Text(JsonNode node) => node is JsonArray list ? $"[{string.Join(", ", list.Select(value => value!.ToString()))}]" : node.ToString();

    private static string Holds(JsonObject schema)
    {
        if (schema["enum"] is JsonArray values)
        {
            return string.Join(", ", values.Select(value => ReferencePage.Code((string)value!)));
        }

        if (schema["$ref"] is { } reference)
        {
            var name = ((string)reference!)["#/$defs/".Length..].Replace("Declaration", "", StringComparison.Ordinal);
            return $"[{name}](#{name.ToLowerInvariant()})";
        }

        if (schema["anyOf"] is JsonArray any)
        {
            var first = any[0]!.AsObject();
            return (string?)first["type"] == "string" && any.Count > 1 ? "a kind" : Holds(first);
        }

        var type = schema["type"] is JsonArray ? "text" : (string?)schema["type"];
        return type switch
        {
            "array" => $"list of {Holds(schema["items"]!.AsObject())}",
            "object" when schema["additionalProperties"] is JsonObject map => $"map of name to {Holds(map)}",
            "object" when schema["properties"] is JsonObject some => $"map of {string.Join(", ", some.Select(pair => ReferencePage.Code(pair.Key)))} to {Holds(some.First().Value!.AsObject())}",
            "string" => schema["pattern"] is { } pattern && ((string)pattern!).EndsWith("(ms|s|m|h|d)$", StringComparison.Ordinal) ? "duration" : "text",
            "text" => "text",
            "boolean" => "true or false",
            "integer" or "number" => schema["minimum"] is { } low ? $"{(type == "integer" ? "whole number" : "number")}, {low} to {schema["maximum"]}" : type == "integer" ? "whole number" : "number",
            _ => "",
        };
    }

    private static void Kinds(ReferencePage page)
    {
        var features = TypeIn("Features", "FeatureKinds");
        page.Heading(2, "Features: kinds").Line("`features: [{kind: …}]`. A missing value is NaN for the model.").Line();
        foreach (var kind in (IEnumerable<string>)features.GetProperty("Names")!.GetValue(null)!)
        {
            Kind(page, kind, CodeComments.Of(TypeIn("Features", $"{Pascal(kind)}Feature")), ParametersOf(features, kind));
        }

        var surfaces = TypeIn("", "SurfaceCompiler");
        page.Heading(2, "Sources: kinds").Line("`surfaces.NAME.sources: [{kind: …}]`. All kinds take the same parameters: the most candidates, the time after which").Line("the source counts as failed, and whether its failure leaves the source out or fails the request.").Line();
        Parameters(page, surfaces.GetNestedType("SourceParameters", BindingFlags.NonPublic)!);
        foreach (var kind in KindsIn(surfaces, "SourceKinds"))
        {
            // Sources of groups are one type with an offer each.
            var offer = kind.EndsWith("Groups", StringComparison.Ordinal) ? Pascal(kind[..^"Groups".Length]) : null;
            Kind(page, kind, offer is null ? CodeComments.Of(TypeIn("Ranking.Retrieving", $"{Pascal(kind)}Source")) : CodeComments.OfValue(TypeIn("Ranking.Retrieving", "GroupOffer"), offer), null);
        }

        page.Heading(2, "Filters: kinds").Line("`surfaces.NAME.filters: [name, …]`. Removed candidates stay in the record with the reason.").Line();
        var filters = TypeIn("Ranking", "AvailabilityFilter");
        foreach (var kind in KindsIn(surfaces, "FilterKinds"))
        {
            Kind(page, kind, filters.GetProperty(Pascal(kind)) is { } made ? CodeComments.Of(made) : CodeComments.OfValue(filters, Pascal(kind)), null);
        }

        page.Heading(2, "Mixing rules: kinds").Line("`surfaces.NAME.mix: [{rule: …}]`.").Line();
        var rules = TypeIn("", "RuleKinds");
        foreach (var kind in ((System.Collections.IDictionary)rules.GetProperty("All")!.GetValue(null)!).Keys.Cast<string>())
        {
            Kind(page, kind, CodeComments.Of(TypeIn("Ranking.Mixing", kind == "bury" ? "BoostRule" : $"{Pascal(kind)}Rule")), rules.GetNestedType($"{Pascal(kind)}Parameters", BindingFlags.NonPublic) ?? rules.GetNestedType("NamedParameters", BindingFlags.NonPublic));
        }
    }

    private static void Kind(ReferencePage page, string kind, string summary, Type? parameters)
    {
        page.Heading(3, $"`{kind}`").Line(summary).Line();
        if (parameters is not null)
        {
            Parameters(page, parameters);
        }
    }

    private static void Parameters(ReferencePage page, Type parameters)
    {
        var defaults = Activator.CreateInstance(parameters, nonPublic: true)!;
        page.Table(
            ["parameter", "holds", "default", "meaning"],
            parameters.GetProperties().Select(property => (IReadOnlyList<string>)
                [
                    ReferencePage.Code(JsonNamingPolicy.CamelCase.ConvertName(property.Name)),
                    ReferencePage.TypeName(property.PropertyType) + (property.GetCustomAttribute<RangeAttribute>() is { } range ? $", {range.Minimum} to {range.Maximum}" : ""),
                    property.IsDefined(typeof(RequiredMemberAttribute)) ? "required" : ReferencePage.Code(ReferencePage.ValueOf(property.GetValue(defaults))),
                    property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? CodeComments.Of(property),
                ]));
    }

    // A kind's parameters are the nested type of its name; the text kinds share one.
    private static Type? ParametersOf(Type kinds, string kind) => kinds.GetNestedType($"{Pascal(kind)}Parameters", BindingFlags.NonPublic)
        ?? TypeIn("Features", "GroupKinds").GetNestedType($"{Pascal(kind)}Parameters", BindingFlags.NonPublic)
        ?? (kind is "bm25" or "coverage" ? kinds.GetNestedType("FieldParameters", BindingFlags.NonPublic) : null);

    private static IEnumerable<string> KindsIn(Type compiler, string field) =>
        ((System.Collections.IDictionary)compiler.GetField(field, BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!).Keys.Cast<string>();

    private static Type TypeIn(string area, string name) => Engine.GetType($"Vitrina.Engine.{(area.Length > 0 ? area + "." : "")}{name}")
        ?? throw new InvalidOperationException($"The engine has no {area}.{name}: the reference must be told of the new place.");

    private static string Pascal(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
