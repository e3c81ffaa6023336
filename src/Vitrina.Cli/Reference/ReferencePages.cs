using System.CommandLine;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Reference;

/// <summary>All pages of <c>docs/reference</c> by file name.</summary>
internal static class ReferencePages
{
    public static async Task<IReadOnlyDictionary<string, string>> WriteAsync(RootCommand root, CancellationToken cancellationToken)
    {
        var openApi = await ApiPage.DocumentAsync(cancellationToken);
        return new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["api.md"] = ApiPage.Write(openApi),
            ["commands.md"] = CommandPage.Write(root),
            ["events.md"] = EventsPage.Write(),
            ["openapi.json"] = openApi,
            ["options.md"] = OptionsPage.Write(),
            ["vertical.md"] = VerticalPage.Write(),
            ["vertical.schema.json"] = VerticalSchema.Generate(),
        };
    }
}
