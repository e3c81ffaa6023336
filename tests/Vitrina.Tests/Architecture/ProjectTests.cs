using System.Text.RegularExpressions;

namespace Vitrina.Tests.Architecture;

/// <summary>Which project may know which, and what only some may do.</summary>
public sealed partial class ProjectTests
{
    private static readonly Dictionary<string, string[]> s_references = new(StringComparer.Ordinal)
    {
        ["Vitrina.Kernels"] = [],
        ["Vitrina.Engine"] = ["Vitrina.Kernels"],
        ["Vitrina.Experimentation"] = ["Vitrina.Kernels"],
        ["Vitrina.Learning"] = ["Vitrina.Engine", "Vitrina.Experimentation", "Vitrina.Kernels"],
        ["Vitrina.Simulation"] = ["Vitrina.Engine", "Vitrina.Kernels"],
        ["Vitrina.Api"] = ["Vitrina.Engine", "Vitrina.Experimentation", "Vitrina.Kernels"],
        ["Vitrina.Cli"] = ["Vitrina.Api", "Vitrina.Learning", "Vitrina.Simulation"],
    };

    // Every project may name Kernels itself; it gets it through its references anyway.
    private static readonly string[] s_everywhere = ["Vitrina.Kernels"];

    [Fact]
    public void Projects_are_the_declared_ones() => Assert.Equal(
        s_references.Keys.Order(StringComparer.Ordinal),
        Directory.GetDirectories(Path.Combine(SourceTree.Root, "src")).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal));

    [Fact]
    public void Projects_reference_what_the_design_says() => SourceTree.RequireNone(
        from project in s_references
        let actual = SourceTree.Project(project.Key).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)).ToArray()
        from finding in actual.Except(project.Value).Except(s_everywhere).Select(name => $"{project.Key} references {name}")
            .Concat(project.Value.Except(actual).Select(name => $"{project.Key} does not reference {name}"))
        select finding,
        "Project references are part of the design (Cli composes; Api knows neither Learning nor Simulation). Remove the reference, or change DESIGN and this test:");

    [Fact]
    public void Only_kernels_has_unsafe_code() => SourceTree.RequireNone(
        s_references.Keys.Where(name => name != "Vitrina.Kernels" && SourceTree.Project(name).Descendants("AllowUnsafeBlocks").Any())
            .Select(name => $"{name}.csproj allows it")
            .Concat(
                from file in SourceTree.CodeBelow("src")
                where !file.Path.StartsWith("src/Vitrina.Kernels/", StringComparison.Ordinal)
                from Match match in UnsafeCode().Matches(file.Code)
                select $"{file.Path}: {match.Value}"),
        "Unsafe and SIMD code stands in Vitrina.Kernels alone, with a plain version as its oracle. Move it there:");

    [Fact]
    public void Only_stores_write_sql() => SourceTree.RequireNone(
        from file in SourceTree.CodeBelow("src")
        where !file.Path.EndsWith("Store.cs", StringComparison.Ordinal)
        from literal in SourceScanner.Literals(file.Text)
        where Sql().IsMatch(literal.Literal)
        select $"{file.Path}:{literal.Line}: {literal.Literal.Split('\n')[0]}",
        "Nothing outside a store writes SQL. Move the statement into a *Store.cs, behind its interface:");

    [GeneratedRegex(@"\bunsafe\b|\bSystem\.Runtime\.Intrinsics\b|\bVector(128|256|512)\b")]
    private static partial Regex UnsafeCode();

    [GeneratedRegex(@"\b(SELECT\s[^""]*\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|DELETE\s+FROM\s|UPDATE\s+\w+\s+SET\s|(CREATE|DROP|ALTER)\s+(TABLE|INDEX)\s)")]
    private static partial Regex Sql();
}
