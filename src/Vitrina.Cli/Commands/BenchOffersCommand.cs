using System.CommandLine;
using Vitrina.Cli.Benchmarks.Offers;
using Vitrina.Simulation.Goods;

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
        var world = new Option<string?>("--world") { Description = "A simulated world, closed loop: goods." };
        world.AcceptOnlyFromAmong("goods");
        var config = new Option<string?>("--world-config") { Description = "With --world: a world configuration file; absent: the preset offers." };
        var worlds = new Option<int>("--worlds") { Description = "With --world: worlds that differ by their seed.", DefaultValueFactory = _ => 3 };
        var listings = new Option<string?>("--listings") { Description = "A folder with listings.tsv.gz of category pages: thresholds, bins, offers and groups of all of them." };
        var scale = new Option<int?>("--scale") { Description = "Drawn data: so many offers, ten times as many day-rolled counts; Init and Update." };
        var command = new Command("offers", "Statistics by the state of an item against statistics by item. Example: vitrina bench offers --dataset trivago --planted --json")
        {
            dataset, planted, clicks, world, config, worlds, listings, scale, seed, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var terminal = new Terminal(parsed.GetValue(json));
            if (parsed.GetValue(world) is not null)
            {
                var many = parsed.GetValue(worlds) is >= 1 and <= 1000 and var given ? given : throw new UsageException("--worlds: a number from 1 to 1000");
                var file = parsed.GetValue(config);
                var parameters = (GoodsConfiguration)WorldChoice.Parameters(WorldChoice.KindOf("goods"), file, file is null ? "offers" : null);
                var name = file is null ? "goods, preset offers" : Path.GetFileName(file);
                BenchCommand.Print(
                    await terminal.RunAsync("Closed loop", progress => WorldBenchmark.RunAsync(parameters, name, parsed.GetValue(seed), many, progress, cancellation)), parsed.GetValue(json));
                return 0;
            }

            if (parsed.GetValue(listings) is { } pages)
            {
                BenchCommand.Print(ListingsBenchmark.Run(pages, parsed.GetValue(seed)), parsed.GetValue(json));
                return 0;
            }

            if (parsed.GetValue(scale) is { } offers)
            {
                const int MostOffers = 50_000_000;
                BenchCommand.Print(ScaleBenchmark.Run(offers is >= 1000 and <= MostOffers ? offers : throw new UsageException("--scale: a number from 1,000 to 50,000,000"), parsed.GetValue(seed)), parsed.GetValue(json));
                return 0;
            }

            var count = parsed.GetValue(clicks) is >= 1 and <= 10_000 and var asked ? asked : throw new UsageException("--clicks: a number from 1 to 10,000");
            var folder = parsed.GetValue(dataset) ?? throw new UsageException("say what is measured: --dataset FOLDER, --world goods, --listings FOLDER or --scale N");
            BenchCommand.Print(ListsBenchmark.Run(folder, parsed.GetValue(planted), count, parsed.GetValue(seed)), parsed.GetValue(json));
            return 0;
        });
        return command;
    }
}
