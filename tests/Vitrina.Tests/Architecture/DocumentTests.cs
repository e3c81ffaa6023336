using System.Text.RegularExpressions;

namespace Vitrina.Tests.Architecture;

/// <summary>Documents that do not lead nowhere.</summary>
public sealed partial class DocumentTests
{
    [Fact]
    public void Relative_links_lead_to_files() => SourceTree.RequireNone(
        from file in SourceTree.Files("*.md")
        from Match match in Link().Matches(Fence().Replace(file.Text, ""))
        let target = Uri.UnescapeDataString(match.Groups["target"].Value.Split('#')[0])
        where target.Length > 0 && !target.Contains(':', StringComparison.Ordinal)
        let path = Path.Combine(SourceTree.Root, target.StartsWith('/') ? "." : Path.GetDirectoryName(file.Path)!, target.TrimStart('/'))
        where !File.Exists(path) && !Directory.Exists(path)
        select $"{file.Path} links to {match.Groups["target"].Value}",
        "A relative link leads to nothing. Correct the path, or write the document:");

    [GeneratedRegex(@"\]\(<?(?<target>[^)\s>]+)>?(\s+""[^""]*"")?\)|^\[[^\]]+\]:\s*(?<target>\S+)", RegexOptions.Multiline)]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```|`[^`\n]*`", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
