using System.CommandLine;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina offers</c>: statistics that live on the state of an item.</summary>
internal static class OffersCommand
{
    public static Command Create() => new("offers", "Statistics by the state of an item: bins, transfer, analogs.")
    {
        OffersFitTransferCommand.Create(),
        OffersMatchCommand.Create(),
    };
}
