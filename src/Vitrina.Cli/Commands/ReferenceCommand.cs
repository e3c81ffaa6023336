using System.CommandLine;
using Vitrina.Cli.Reference;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina reference</c>: writes the reference pages from the code, for the repository.</summary>
internal static class ReferenceCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out") { Description = "The folder that receives the pages.", DefaultValueFactory = _ => Path.Combine("docs", "reference") };
        var command = new Command("reference", "Write the reference pages from the code. Example: vitrina reference --out docs/reference") { output };
        command.Hidden = true;
        command.SetAction(async (parsed, cancellation) =>
        {
            var folder = parsed.GetValue(output)!;
            Directory.CreateDirectory(folder);
            foreach (var (name, text) in await ReferencePages.WriteAsync(CommandTree.Create(), cancellation))
            {
                await File.WriteAllTextAsync(Path.Combine(folder, name), text, cancellation);
                Console.Out.WriteLine(Path.Combine(folder, name));
            }

            return 0;
        });
        return command;
    }
}
