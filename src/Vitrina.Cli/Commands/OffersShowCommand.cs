using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Vitrina.Engine;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina offers show</c>: everything that is known about one offer.</summary>
internal static class OffersShowCommand
{
    public static Command Create()
    {
        var item = new Argument<string>("item") { Description = "The item." };
        var zone = new Option<string?>("--zone") { Description = "The buyer's region: its delivery time. Absent: everywhere." };
        var (data, json) = (EngineAccess.DataOption(), EngineAccess.JsonOption());
        var command = new Command("show", "An item as it is offered now: bins, history, and statistics by where they come from. Example: vitrina offers show sku-1 --zone moscow") { item, zone, data, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (id, region) = (parsed.GetValue(item)!, parsed.GetValue(zone));
            var path = $"v1/items/{Uri.EscapeDataString(id)}/offer{(region is null ? "" : $"?zone={Uri.EscapeDataString(region)}")}";
            var found = await OffersAccess.AskAsync(
                OffersAccess.DataOf(parsed.GetValue(data)!),
                HttpMethod.Get,
                path,
                null,
                runtime => Task.FromResult(OffersAccess.Node(runtime.FindOffer(id, region) ?? throw new UsageException($"there is no item '{id}' in a vertical with statistics of offers"))),
                cancellation);
            var terminal = new Terminal(parsed.GetValue(json));
            terminal.Result(found, () => Print(found.Deserialize<OfferAnswer>(Terminal.JsonOptions)!, terminal));
            return 0;
        });
        return command;
    }

    private static void Print(OfferAnswer offer, Terminal terminal)
    {
        terminal.Say(FormattableString.Invariant($"offer {offer.Offer}: price {offer.Price ?? double.NaN:0.##} in bin {offer.PriceBin}, delivery {offer.DeliveryDays ?? double.NaN:0.##} days in bin {offer.DeliveryBin}{(offer.Zone is null ? "" : $" ({offer.Zone})")}"));
        terminal.Say($"{offer.Vertical}, type {offer.Type ?? "-"}, match group {offer.MatchGroup ?? "-"}, generation {offer.Generation}{(offer.Flags.Count == 0 ? "" : $", {string.Join(", ", offer.Flags)}")}");
        terminal.Table(["since", "price", "delivery", "bins", "active"], offer.History.Select(terms => (IReadOnlyList<string>)
        [
            terms.Since.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), Number(terms.Price), Number(terms.DeliveryDays), $"{terms.PriceBin}/{terms.DeliveryBin}", terms.IsActive ? "yes" : "no",
        ]));
        if (offer.Peers.Count > 0)
        {
            terminal.Table(["same product", "seller", "price", "delivery", "bins", "active"], offer.Peers.Select(peer => (IReadOnlyList<string>)
            [
                peer.Item, peer.Seller ?? "-", Number(peer.Price), Number(peer.DeliveryDays), $"{peer.PriceBin}/{peer.DeliveryBin}", peer.IsActive ? "yes" : "no",
            ]));
        }

        terminal.Table(["seen in", "weight", "counts"], offer.States.Select(state => (IReadOnlyList<string>)
        [
            $"{state.PriceBin}/{state.DeliveryBin}", Number(state.Weight), string.Join(", ", state.Counts.Select(count => $"{count.Key} {count.Value}")),
        ]));
        terminal.Table(["count", "window", "own", "transferred", "match group", "type"], offer.Counts.Where(count => count.Own + count.Transferred + count.MatchGroup + count.Type > 0).Select(count => (IReadOnlyList<string>)
        [
            count.Metric, count.Window, Number(count.Own), Number(count.Transferred), Number(count.MatchGroup), Number(count.Type),
        ]));
        terminal.Table(["rate", "window", "value", "evidence", "own", "transferred", "match group", "type"], offer.Rates.Where(rate => rate.Rate is not null).Select(rate => (IReadOnlyList<string>)
        [
            $"{rate.Of}/{rate.Per}", rate.Window, rate.Rate!.Value.ToString("0.0000", CultureInfo.InvariantCulture), Number(rate.Evidence), Share(rate.Own), Share(rate.Transferred), Share(rate.MatchGroup), Share(rate.Type),
        ]));
    }

    private static string Number(double? value) => value is { } known ? known.ToString("0.##", CultureInfo.InvariantCulture) : "-";

    private static string Share(double share) => share.ToString("0%", CultureInfo.InvariantCulture);
}
