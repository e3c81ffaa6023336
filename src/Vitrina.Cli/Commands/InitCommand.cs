using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina init</c>: new thresholds for offers, at once instead of after the declared days.</summary>
internal static class InitCommand
{
    public static Command Create() => Step(
        "init", "Cut the deciles of prices and delivery times anew and give every item its bins. Example: vitrina init --vertical goods", summary => string.Create(
            CultureInfo.InvariantCulture,
            $"{summary["vertical"]}: generation {summary["generation"]}, {(int)summary["items"]!:n0} items of {summary["types"]} types ({summary["ownTypes"]} with deciles of their own, {summary["borrowingTypes"]} with their parent's), "
            + $"{(int)summary["movedItems"]!:n0} moved, {(int)summary["heldItems"]!:n0} held, {(int)summary["offers"]!:n0} offers in {(double)summary["seconds"]!:0.0##} s"));

    /// <summary>A command that is one step of the life cycle.</summary>
    public static Command Step(string kind, string description, Func<JsonNode, string> sentence)
    {
        var (data, vertical, json) = (EngineAccess.DataOption(), OffersAccess.VerticalOption(), EngineAccess.JsonOption());
        var command = new Command(kind, description) { vertical, data, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var installation = OffersAccess.DataOf(parsed.GetValue(data)!);
            var terminal = new Terminal(parsed.GetValue(json));
            var done = await OffersAccess.StepAsync(installation, kind, parsed.GetValue(vertical), cancellation);
            terminal.Result(done, () =>
            {
                foreach (var summary in done["verticals"]!.AsArray())
                {
                    Console.Out.WriteLine(sentence(summary!));
                }
            });
            return 0;
        });
        return command;
    }
}
