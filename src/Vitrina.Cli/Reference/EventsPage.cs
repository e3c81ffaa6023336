using System.Reflection;
using System.Text.Json;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;

namespace Vitrina.Cli.Reference;

/// <summary>The page of documents: events, items, users, sellers, rows of feature tables, lists shown elsewhere.</summary>
internal static class EventsPage
{
    public static string Write()
    {
        var page = new ReferencePage("Events and other documents");
        page.Line("The API, NDJSON streams and the files of `vitrina import` hold the same JSON objects. Times are ISO 8601 or Unix milliseconds.").Line();
        page.Heading(2, "Event types").Line("A vertical declares those that it uses under `events`.").Line();
        page.Table(
            ["type", "meaning"],
            Enum.GetValues<EventType>().Select(type => (IReadOnlyList<string>)[ReferencePage.Code(EventTypes.NameOf(type)), CodeComments.OfValue(typeof(EventType), type.ToString())]));
        page.Heading(2, "Fields of an event").Line("`id`, `type`, `occurredAt` and `item` are needed.").Line();
        var properties = typeof(MarketEvent).GetProperties(BindingFlags.Public | BindingFlags.Instance).ToDictionary(NameOf, StringComparer.Ordinal);
        page.Table(
            ["field", "meaning"],
            FieldsOf(typeof(EventDocument)).Select(field => (IReadOnlyList<string>)
                [ReferencePage.Code(field), properties.TryGetValue(field, out var property) ? CodeComments.Of(property) : ""]));
        foreach (var (title, type) in new[]
        {
            ("Items and their changes: `items.jsonl`", typeof(ItemDocument)),
            ("Users and sellers: `users.jsonl`, `sellers.jsonl`", typeof(EntityDocument)),
            ("Rows of feature tables: `features.jsonl`", typeof(FeatureRowDocument)),
            ("Lists shown elsewhere: `rankings.jsonl`", typeof(RankingDocument)),
        })
        {
            page.Heading(2, title).Line(CodeComments.Of(type)).Line().Line(CodeComments.RemarksOf(type)).Line();
            page.Line($"Fields: {string.Join(", ", FieldsOf(type).Select(ReferencePage.Code))}.").Line();
        }

        return page.ToString();
    }

    private static string NameOf(PropertyInfo property)
    {
        var name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
        return name.EndsWith("AtMs", StringComparison.Ordinal) ? name[..^2] : name;
    }

    // The readers keep their fields to themselves: nobody but this page asks for them.
    private static IEnumerable<string> FieldsOf(Type reader) => reader.GetFields(BindingFlags.NonPublic | BindingFlags.Static)
        .Where(field => field.FieldType == typeof(string[]) && field.Name.EndsWith("Fields", StringComparison.Ordinal))
        .Take(1)
        .SelectMany(field => (string[])field.GetValue(null)!);
}
