using System.CommandLine;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Reference;

/// <summary>All pages of <c>docs/reference</c> by file name.</summary>
internal static class ReferencePages
{
    public static IReadOnlyDictionary<string, string> Write(RootCommand root) => new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["commands.md"] = CommandPage.Write(root),
        ["options.md"] = OptionsPage.Write(),
        ["events.md"] = EventsPage.Write(),
        ["vertical.md"] = VerticalPage.Write(),
        ["vertical.schema.json"] = VerticalSchema.Generate(),
    };
}
