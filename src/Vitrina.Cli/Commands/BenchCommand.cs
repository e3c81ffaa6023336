using System.CommandLine;
using System.Text.Json.Nodes;
using Vitrina.Cli.Benchmarks;
using Vitrina.Learning.Evaluation;
using Vitrina.Simulation.Goods;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina bench</c>: measurements of the product under one contract: rows of methods with quality and speed.</summary>
internal static class BenchCommand
{
    public static Command Create() => new("bench", "Measure the product; every area prints the same kind of table or JSON document.")
    {
        BenchRequestCommand.Create(),
        Sessions(),
        Experiments(),
        OffPolicy(),
        Backtest(),
        BenchTreesCommand.Create(),
        BenchRankCommand.Create(),
        BenchSearchCommand.Create(),
        BenchFactorsCommand.Create(),
        BenchOffersCommand.Create(),
        BenchRecommendCommand.Create(),
        BenchTextCommand.Create(),
        BenchVectorsCommand.Create(),
        BenchListingsCommand.Create(),
    };

    internal static Option<ulong> Seed() => new("--seed") { Description = "Seeds everything random.", DefaultValueFactory = _ => 1 };

    private static Command Sessions()
    {
        var (json, seed) = (EngineAccess.JsonOption(), Seed());
        var dataset = new Option<string>("--dataset") { Description = "A folder with sessions.csv.gz in trivago's format.", Required = true };
        var leak = new Option<bool>("--leak-test") { Description = "Also permute labels within lists of one length, 32 times: the AUC within lists must be a half." };
        var command = new Command("sessions", "Shown lists and clicks of sessions, re-ranked. Example: vitrina bench sessions --dataset trivago --json") { dataset, json, seed, leak };
        command.SetAction(async (parsed, cancellation) =>
        {
            Print(await SessionsBenchmark.RunAsync(parsed.GetValue(dataset)!, parsed.GetValue(seed), parsed.GetValue(leak), new Terminal(parsed.GetValue(json)), cancellation), parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    private static Command Backtest()
    {
        var (json, seed) = (EngineAccess.JsonOption(), Seed());
        var runs = new Option<int>("--runs") { Description = "Comparisons per row.", DefaultValueFactory = _ => 5000 };
        var world = new Option<string?>("--world-config") { Description = "A world configuration file; absent: the demo's, a tenth of it." };
        var command = new Command("backtest", "How often comparisons err: equally good orders called different, better ones missed. Example: vitrina bench backtest --seed 3 --runs 5000 --json") { json, seed, runs, world };
        command.SetAction(async (parsed, cancellation) =>
        {
            var count = parsed.GetValue(runs) is >= 1 and <= 1_000_000 and var asked ? asked : throw new UsageException("--runs: a number from 1 to 1,000,000");
            var file = parsed.GetValue(world);
            var configuration = file is null ? GoodsConfiguration.Demo.Scaled(0.1) : WorldChoice.Parameters(WorldChoice.KindOf("goods"), file, null);
            Print(await BacktestBenchmark.RunAsync((GoodsConfiguration)configuration, parsed.GetValue(seed), count, cancellation), parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    private static Command Experiments()
    {
        var (json, seed) = (EngineAccess.JsonOption(), Seed());
        var config = new Option<string?>("--world-config") { Description = "A services world's configuration file; absent: the preset's." };
        var preset = new Option<string?>("--preset") { Description = "A shipped services world: default, reference, abundant, scarce." };
        var quick = new Option<bool>("--quick") { Description = "Fewer worlds, 1,000 instead of 5,000 A/A runs; within a minute." };
        var command = new Command("experiments", "Designs in a world with known truth, and A/A rejection rates of every method. Example: vitrina bench experiments --quick --json") { config, preset, seed, quick, json };
        command.SetAction((parsed, cancellation) =>
        {
            Print(ExperimentsBenchmark.Run(parsed.GetValue(config), parsed.GetValue(preset), parsed.GetValue(seed), parsed.GetValue(quick), cancellation), parsed.GetValue(json));
            return Task.FromResult(0);
        });
        return command;
    }

    private static Command OffPolicy()
    {
        var (json, seed) = (EngineAccess.JsonOption(), Seed());
        var dataset = new Option<string>("--dataset") { Description = "A folder with logs of two policies in the Open Bandit format.", Required = true };
        var output = new Option<string?>("--out") { Description = "Also write the logs as files for vitrina experiment analyze --kind ope." };
        var command = new Command("ope", "Each policy's value from the other's log. Example: vitrina bench ope --dataset obd_small --json") { dataset, output, json, seed };
        command.SetAction((parsed, _) =>
        {
            Print(OffPolicyBenchmark.Run(parsed.GetValue(dataset)!, parsed.GetValue(seed), parsed.GetValue(output)), parsed.GetValue(json));
            return Task.FromResult(0);
        });
        return command;
    }

    internal static void Print(BenchReport report, bool isJson) => Console.Out.WriteLine(isJson ? JsonNode.Parse(report.ToJson())!.ToJsonString(Terminal.JsonOptions) : report.ToTable());
}
