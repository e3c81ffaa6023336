using System.CommandLine;
using System.Globalization;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina update</c>: the daily step of offers, which live counting has done already.</summary>
internal static class UpdateCommand
{
    public static Command Create() => InitCommand.Step(
        "update", "Slide windows to today and recount offers; says in how many cells live counting was off. Example: vitrina update", summary => string.Create(
            CultureInfo.InvariantCulture, $"{summary["vertical"]}: {(int)summary["offers"]!:n0} offers, {(int)summary["updateDifferences"]!} differences in {(double)summary["seconds"]!:0.0##} s"));
}
