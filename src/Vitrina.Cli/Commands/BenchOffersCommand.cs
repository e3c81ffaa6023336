using System.CommandLine;
using Vitrina.Cli.Benchmarks.Offers;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina bench offers</c>: statistics by the state of an item against statistics by item.</summary>
internal static class BenchOffersCommand
{
    public static Command Create()
    {
        var (json, seed) = (EngineAccess.JsonOption(), BenchCommand.Seed());
        var dataset = new Option<string?>("--dataset") { Description = "A folder with sessions.csv.gz in trivago's format: real lists with prices." };
        var planted = new Option<bool>("--planted") { Description = "With --dataset: draw the clicks from a known truth, with and without an offer effect." };
        var clicks = new Option<int>("--clicks") { Description = "With --planted: clicks a list.", DefaultValueFactory = _ => 20 };
        var command = new Command("offers", "Statistics by the state of an item against statistics by item. Example: vitrina bench offers --dataset trivago --planted --json")
        {
            dataset, planted, clicks, seed, json,
        };
        command.SetAction((parsed, _) =>
        {
            var count = parsed.GetValue(clicks) is >= 1 and <= 10_000 and var asked ? asked : throw new UsageException("--clicks: a number from 1 to 10,000");
            var folder = parsed.GetValue(dataset) ?? throw new UsageException("say what is measured: --dataset FOLDER");
            BenchCommand.Print(ListsBenchmark.Run(folder, parsed.GetValue(planted), count, parsed.GetValue(seed)), parsed.GetValue(json));
            return Task.FromResult(0);
        });
        return command;
    }
}
