using System.CommandLine;

namespace Vitrina.Cli.Reference;

/// <summary>The page of the command line, from the tree of commands.</summary>
internal static class CommandPage
{
    private const string ExampleMark = "Example: ";

    public static string Write(RootCommand root)
    {
        var page = new ReferencePage("The command line");
        page.Line("Exit codes: 0 done, 1 failed, 2 wrong usage. Errors are sentences on the error stream. `--help` works with every command.").Line();
        foreach (var command in root.Subcommands.Where(command => !command.Hidden))
        {
            Write(page, command, "vitrina");
        }

        return page.ToString();
    }

    private static void Write(ReferencePage page, Command command, string parent)
    {
        var name = $"{parent} {command.Name}";
        page.Heading(2, name);
        var (text, example) = Split(command.Description ?? "");
        page.Line(text).Line();
        if (example is not null)
        {
            page.Line("```").Line(example).Line("```").Line();
        }

        page.Table(
            ["argument", "type", "meaning"],
            command.Arguments.Where(argument => !argument.Hidden).Select(argument => (IReadOnlyList<string>)
                [ReferencePage.Code(argument.Name), TypeOf(argument.ValueType, argument), argument.Description ?? ""]));
        page.Table(
            ["option", "type", "default", "meaning"],
            command.Options.Where(option => !option.Hidden && option.Name != "--help").Select(option => (IReadOnlyList<string>)
                [
                    string.Join(", ", option.Aliases.Prepend(option.Name).Select(ReferencePage.Code)),
                    TypeOf(option.ValueType, option),
                    option.Required ? "required" : ReferencePage.Code(option.HasDefaultValue ? ReferencePage.ValueOf(option.GetDefaultValue()) : ""),
                    option.Description ?? "",
                ]));
        foreach (var below in command.Subcommands.Where(below => !below.Hidden))
        {
            Write(page, below, name);
        }
    }

    private static string TypeOf(Type type, Symbol symbol)
    {
        if (type == typeof(bool))
        {
            return "flag";
        }

        var values = symbol.GetCompletions(System.CommandLine.Completions.CompletionContext.Empty).Select(value => value.Label).ToList();
        return values.Count is > 0 and < 20 ? string.Join(" or ", values) : ReferencePage.TypeName(type);
    }

    private static (string Text, string? Example) Split(string description)
    {
        var at = description.IndexOf(ExampleMark, StringComparison.Ordinal);
        return at < 0 ? (description, null) : (description[..at].TrimEnd(), description[(at + ExampleMark.Length)..].Trim());
    }
}
