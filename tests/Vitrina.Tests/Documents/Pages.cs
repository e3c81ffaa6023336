using System.Text.RegularExpressions;
using Vitrina.Tests.Architecture;

namespace Vitrina.Tests.Documents;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page's path from the root.</param>
/// <param name="Line">The line of the fence, from 1.</param>
/// <param name="Label">What stands behind the fence: <c>bash</c>, <c>yaml vertical</c>, <c>jsonl items.jsonl</c>.</param>
/// <param name="Text">What stands inside.</param>
internal sealed record PageBlock(string Page, int Line, string Label, string Text);

/// <summary>The pages that people follow: README and how-tos.</summary>
internal static partial class Pages
{
    public static IEnumerable<SourceFile> All => SourceTree.Files("*.md")
        .Where(file => file.Path is "README.md" or "CONTRIBUTING.md" or "ARCHITECTURE.md" || file.Path.StartsWith("docs/how-to/", StringComparison.Ordinal));

    public static SourceFile Of(string path) => All.Single(file => file.Path == path);

    public static IEnumerable<PageBlock> BlocksOf(SourceFile page) => Fence().Matches(page.Text)
        .Select(match => new PageBlock(page.Path, page.Text.AsSpan(0, match.Index).Count('\n') + 1, match.Groups["label"].Value.Trim(), match.Groups["text"].Value));

    /// <summary>The command lines of a block of shell: continued lines joined, comments and what stands behind pipes left out.</summary>
    public static IEnumerable<string> CommandsIn(string shell) => shell.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
        .SelectMany(line => Separator().Split(line))
        .Select(part => Comment().Replace(part, "").Trim())
        .Select(part => part.StartsWith("./vitrina ", StringComparison.Ordinal) ? part[2..] : part)
        .Where(part => part.StartsWith("vitrina ", StringComparison.Ordinal))
        .Select(part => part.TrimEnd('&').Trim());

    [GeneratedRegex(@"^```(?<label>[^\n]*)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\s(?:&&|\|\|?|;|>>?|2>)\s")]
    private static partial Regex Separator();

    [GeneratedRegex(@"\s+#.*$")]
    private static partial Regex Comment();
}
