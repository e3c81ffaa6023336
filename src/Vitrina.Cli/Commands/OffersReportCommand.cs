using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Vitrina.Engine;
using Vitrina.Engine.Statistics.Offers;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina offers report</c>: how new items and states of offers fare.</summary>
internal static class OffersReportCommand
{
    public static Command Create()
    {
        var (vertical, data, json) = (OffersAccess.OneVerticalOption(), EngineAccess.DataOption(), EngineAccess.JsonOption());
        var html = new Option<string?>("--html") { Description = "Also write the report as one HTML page to this file, with W as heat maps." };
        var command = new Command("report", "New items' share of what happens, time to first interaction, bins, states per item. Example: vitrina offers report --vertical goods --html offers.html") { vertical, html, data, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (name, folder) = (parsed.GetValue(vertical)!, OffersAccess.DataOf(parsed.GetValue(data)!));
            var report = await OffersAccess.AskAsync(
                folder, HttpMethod.Get, $"v1/verticals/{Uri.EscapeDataString(name)}/offers", null, runtime => Task.FromResult(OffersAccess.Node(runtime.ReportOffers(name, cancellation))), cancellation);
            if (parsed.GetValue(html) is { } page)
            {
                await File.WriteAllTextAsync(page, OffersPage.Of(report.Deserialize<OffersReport>(Terminal.JsonOptions)!, await TransferAsync(folder, name, cancellation)), cancellation);
            }

            var terminal = new Terminal(parsed.GetValue(json));
            terminal.Result(report, () => Print(report.Deserialize<OffersReport>(Terminal.JsonOptions)!, terminal));
            return 0;
        });
        return command;
    }

    private static async Task<TransferDocument> TransferAsync(DataDirectory folder, string vertical, CancellationToken cancellationToken)
    {
        var document = await OffersTransferCommand.ShownAsync(folder, vertical, cancellationToken);
        return TransferDocument.Parse(document.ToJsonString(), "transfer", new ErrorList()) ?? throw new UsageException("the server is of another version: it holds a transfer document that this program cannot read");
    }

    private static void Print(OffersReport report, Terminal terminal)
    {
        terminal.Say($"{report.Vertical} at {report.At.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}, generation {report.Generation}");
        var events = report.NewItems.SelectMany(items => items.Shares.Keys).Distinct().ToList();
        terminal.Table(["new items", "items", "active", .. events.Select(name => $"share of {name}"), "hours to first view", "to first interaction"], report.NewItems.Select(items => (IReadOnlyList<string>)
        [
            $"< {items.Days} days",
            items.Items.ToString("n0", CultureInfo.InvariantCulture),
            items.ActiveItems.ToString("n0", CultureInfo.InvariantCulture),
            .. events.Select(name => items.Shares.TryGetValue(name, out var share) ? share.ToString("0.0%", CultureInfo.InvariantCulture) : "-"),
            Hours(items.HoursToFirstView),
            Hours(items.HoursToFirstInteraction),
        ]));
        terminal.Table(["bin", .. Enumerable.Range(0, report.PriceBins.Count).Select(bin => bin.ToString(CultureInfo.InvariantCulture))], [Row("price", report.PriceBins), Row("delivery", report.DeliveryBins)]);
        terminal.Say($"states per item {(report.StatesPerItem is { } mean ? mean.ToString("0.00", CultureInfo.InvariantCulture) : "-")}; items by states {string.Join(", ", report.ItemsByStates.Select((items, i) => $"{i + 1}{(i == report.ItemsByStates.Count - 1 ? "+" : "")}: {items.ToString("n0", CultureInfo.InvariantCulture)}"))}");
        foreach (var (what, count) in report.SetAside)
        {
            terminal.Say($"{what}: {count.ToString("n0", CultureInfo.InvariantCulture)}");
        }
    }

    private static IReadOnlyList<string> Row(string name, IReadOnlyList<int> counts) => [name, .. counts.Select(count => count.ToString("n0", CultureInfo.InvariantCulture))];

    private static string Hours(double? hours) => hours?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-";
}
