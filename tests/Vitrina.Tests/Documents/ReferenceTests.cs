using Vitrina.Cli;
using Vitrina.Cli.Reference;
using Vitrina.Engine.Features;
using Vitrina.Tests.Architecture;

namespace Vitrina.Tests.Documents;

/// <summary>The reference pages in the repository are those that the code writes.</summary>
public sealed class ReferenceTests
{
    [Fact]
    public async Task Committed_pages_are_fresh()
    {
        var pages = await ReferencePages.WriteAsync(CommandTree.Create(), TestContext.Current.CancellationToken);
        SourceTree.RequireNone(
            from page in pages
            let path = Path.Combine(SourceTree.Root, "docs", "reference", page.Key)
            where !File.Exists(path) || File.ReadAllText(path).ReplaceLineEndings("\n") != page.Value
            select page.Key,
            "A page of docs/reference is stale. Write them anew with: ./vitrina reference --out docs/reference");
    }

    [Fact]
    public async Task Every_kind_has_a_description()
    {
        var page = (await ReferencePages.WriteAsync(CommandTree.Create(), TestContext.Current.CancellationToken))["vertical.md"];
        var lines = page.Split('\n');
        foreach (var kind in FeatureKinds.Names)
        {
            var heading = Array.IndexOf(lines, $"### `{kind}`");
            Assert.True(heading > 0 && lines[heading + 2].Length > 10, $"'{kind}' has no description");
        }
    }
}
