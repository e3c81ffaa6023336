using System.Text.RegularExpressions;

namespace Vitrina.Tests.Architecture;

/// <summary>How long things may be, and how they may not be called.</summary>
public sealed partial class SizeAndNameTests
{
    private const int MaxFileLines = 500;
    private const int MaxMethodLines = 70;

    // Files and methods ("path method") that may be longer, each with its reason.
    private static readonly Dictionary<string, string> s_mayBeLonger = new(StringComparer.Ordinal);

    private static readonly string[] s_forbiddenEndings =
        ["Manager", "Managers", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Common", "Base", "Info", "Processor", "Misc"];

    [Fact]
    public void Files_are_at_most_500_lines() => SourceTree.RequireNone(
        from file in SourceTree.Code
        let count = file.Lines.Length
        where count > MaxFileLines && !s_mayBeLonger.ContainsKey(file.Path)
        select $"{file.Path}: {count} lines",
        $"Files have at most {MaxFileLines} lines. Split by what the parts do, not by counting:");

    [Fact]
    public void Methods_are_at_most_70_lines() => SourceTree.RequireNone(
        from file in SourceTree.Code
        from method in SourceScanner.Methods(file.Code)
        where method.LineCount - 2 > MaxMethodLines && !s_mayBeLonger.ContainsKey($"{file.Path} {method.Name}")
        select $"{file.Path}:{method.Line} {method.Name}: {method.LineCount - 2} lines",
        $"Methods have at most {MaxMethodLines} lines. Give the steps names:");

    [Fact]
    public void Names_say_what_things_are() => SourceTree.RequireNone(
        (from file in SourceTree.Code
         from Match match in TypeName().Matches(file.Code)
         where s_forbiddenEndings.Any(ending => match.Groups["name"].Value.EndsWith(ending, StringComparison.Ordinal))
         select $"{file.Path}: {match.Groups["name"].Value}")
        .Concat(
            from file in SourceTree.Code
            from part in file.Path.Split('/').Select(part => part.Split('.')[0])
            where s_forbiddenEndings.Any(ending => part.EndsWith(ending, StringComparison.Ordinal))
            select file.Path).Distinct(),
        $"Names ending in {string.Join(", ", s_forbiddenEndings)} say nothing. Name the thing by what it is or does:");

    [Fact]
    public void Every_allowance_is_needed() => SourceTree.RequireNone(
        s_mayBeLonger.Keys.Where(key => SourceTree.Code.All(file => file.Path != key.Split(' ')[0])),
        "The allow-list names files that are gone. Remove the lines:");

    [GeneratedRegex(@"\b(class|struct|record|interface|enum)\s+(struct\s+|class\s+)?(?<name>[A-Z]\w*)")]
    private static partial Regex TypeName();
}
