using System.CommandLine.Parsing;
using System.Text.Json;
using System.Text.RegularExpressions;
using Vitrina.Cli;
using Vitrina.Cli.Importing;
using Vitrina.Engine;
using Vitrina.Engine.Verticals;
using Vitrina.Tests.Architecture;

namespace Vitrina.Tests.Documents;

/// <summary>Pages show only what works.</summary>
public sealed partial class PageTests
{
    [Fact]
    public void Commands_in_blocks_parse() => SourceTree.RequireNone(
        from page in Pages.All
        from block in Pages.BlocksOf(page)
        where block.Label is "" or "bash" or "console"
        from command in Pages.CommandsIn(block.Text)
        from error in ErrorsOf(command)
        select $"{page.Path}:{block.Line}: {command}: {error}",
        "A page shows a command that the command line refuses:");

    [Fact]
    public void Commands_in_sentences_parse() => SourceTree.RequireNone(
        from page in Pages.All
        from Match match in InlineCommand().Matches(page.Text)
        let command = match.Groups["command"].Value
        where !Placeholder().IsMatch(command)
        from error in ErrorsOf(command)
        select $"{page.Path}: {command}: {error}",
        "A page names a command that the command line refuses:");

    [Fact]
    public void Vertical_blocks_and_files_bind() => SourceTree.RequireNone(
        from text in (from page in Pages.All
                      from block in Pages.BlocksOf(page)
                      where block.Label.StartsWith("yaml vertical", StringComparison.Ordinal)
                      select (Name: $"{page.Path}:{block.Line}", block.Text))
            .Concat(SourceTree.Files("*.yaml").Where(file => file.Path.Contains("verticals/", StringComparison.Ordinal)).Select(file => (Name: file.Path, file.Text)))
        from error in VerticalErrors(text.Text, text.Name)
        select error,
        "A vertical that is shown does not bind:");

    [Fact]
    public void Mapping_files_and_blocks_bind()
    {
        var verticals = new DocumentVerticals(SourceTree.Files("*.yaml")
            .Where(file => file.Path.Contains("verticals/", StringComparison.Ordinal))
            .Select(file => VerticalCompiler.Parse(file.Text, file.Path, out _))
            .OfType<CompiledVertical>()
            .Select(vertical => vertical.Declaration));
        SourceTree.RequireNone(
            from text in (from page in Pages.All
                          from block in Pages.BlocksOf(page)
                          where block.Label.StartsWith("yaml mapping", StringComparison.Ordinal)
                          select (Name: $"{page.Path}:{block.Line}", block.Text))
                .Concat(SourceTree.Files("*.yaml").Where(file => file.Path.Contains("mappings/", StringComparison.Ordinal)).Select(file => (Name: file.Path, file.Text)))
            from error in MappingErrors(text.Text, text.Name, verticals)
            select error,
            "A mapping that is shown does not bind:");
    }

    [Fact]
    public void Json_blocks_are_json() => SourceTree.RequireNone(
        from page in Pages.All
        from block in Pages.BlocksOf(page)
        let kind = block.Label.Split(' ')[0]
        where kind is "json" or "jsonl"
        from text in kind == "json" ? [block.Text] : block.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        where !IsJson(text)
        select $"{page.Path}:{block.Line}: {text}",
        "A block says that it is JSON and is not; call a shortened one text:");

    private static IEnumerable<string> ErrorsOf(string command) =>
        CommandTree.Create().Parse([.. CommandLineParser.SplitCommandLine(command).Skip(1)]).Errors.Select(error => error.Message);

    private static IEnumerable<string> VerticalErrors(string text, string name)
    {
        _ = VerticalCompiler.Parse(text, name, out var errors);
        return errors.Select(error => error.ToString());
    }

    // Files that are not there are no mistake of the mapping.
    private static IEnumerable<string> MappingErrors(string text, string name, DocumentVerticals verticals)
    {
        var errors = new ErrorList();
        _ = ImportPlan.Parse(text, name, Path.GetTempPath(), verticals, errors);
        return errors.InFileOrder().Select(error => error.ToString()).Where(error => !error.Contains("no file fits", StringComparison.Ordinal));
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"(?<!`)`(?:\./)?(?<command>vitrina [^`\n]+)`(?!`)")]
    private static partial Regex InlineCommand();

    // NAME, FILE, …: a form, not a command.
    [GeneratedRegex(@"…|\b[A-Z]{3,}\b|&&|\|")]
    private static partial Regex Placeholder();
}
