using System.CommandLine;
using System.Text.Json.Nodes;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina offers …</c>: what is known about offers, and what their statistics are made with.</summary>
internal static class OffersCommand
{
    public static Command Create() => new("offers", "Offers: items at their present price and delivery time. Example: vitrina offers show sku-1")
    {
        OffersShowCommand.Create(),
        OffersReportCommand.Create(),
        Rollback(),
        OffersTransferCommand.Create(),
        OffersFitTransferCommand.Create(),
        OffersMatchCommand.Create(),
    };

    private static Command Rollback()
    {
        var (vertical, data, json) = (OffersAccess.OneVerticalOption(), EngineAccess.DataOption(), EngineAccess.JsonOption());
        var command = new Command("rollback", "Go back to the thresholds of before the last Init. Example: vitrina offers rollback --vertical goods") { vertical, data, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = parsed.GetValue(vertical)!;
            var summary = await OffersAccess.AskAsync(
                OffersAccess.DataOf(parsed.GetValue(data)!),
                HttpMethod.Post,
                $"v1/verticals/{Uri.EscapeDataString(name)}/offers/rollback",
                new JsonObject { ["author"] = Environment.UserName }.ToJsonString(),
                async runtime => OffersAccess.Node(await runtime.RollbackOffersAsync(name, Environment.UserName, cancellation)),
                cancellation);
            new Terminal(parsed.GetValue(json)).Result(summary, () => Console.Out.WriteLine($"{name}: generation {summary["generation"]} holds again."));
            return 0;
        });
        return command;
    }
}
