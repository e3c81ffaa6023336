using System.CommandLine;
using System.Text.Json.Nodes;
using Vitrina.Cli.Benchmarks;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina bench</c>: measurements of the product under one contract: rows of methods with quality and speed.</summary>
internal static class BenchCommand
{
    public static Command Create() => new("bench", "Measure the product; every area prints the same kind of table or JSON document.") { Request(), Sessions(), Backtest() };

    private static Option<ulong> Seed() => new("--seed") { Description = "Seeds everything random.", DefaultValueFactory = _ => 1 };

    private static Command Request()
    {
        var (json, seed) = (EngineAccess.JsonOption(), Seed());
        var count = new Option<int>("--requests") { Description = "Measured requests per row.", DefaultValueFactory = _ => 2000 };
        var command = new Command("request", "A whole request over 100, 300 and 500 given candidates. Example: vitrina bench request --json") { json, seed, count };
        command.SetAction(async (parsed, cancellation) =>
        {
            Print(await RequestBenchmark.RunAsync(parsed.GetValue(seed), parsed.GetValue(count), cancellation), parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    private static Command Sessions()
    {
        var (json, seed) = (EngineAccess.JsonOption(), Seed());
        var dataset = new Option<string>("--dataset") { Description = "A folder with sessions.csv.gz in trivago's format.", Required = true };
        var command = new Command("sessions", "Shown lists and clicks of sessions, re-ranked. Example: vitrina bench sessions --dataset trivago --json") { dataset, json, seed };
        command.SetAction(async (parsed, cancellation) =>
        {
            Print(await SessionsBenchmark.RunAsync(parsed.GetValue(dataset)!, parsed.GetValue(seed), new Terminal(parsed.GetValue(json)), cancellation), parsed.GetValue(json));
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
            var configuration = file is null ? SimulateCommand.WorldOf(null).Scaled(0.1) : SimulateCommand.WorldOf(file);
            Print(await BacktestBenchmark.RunAsync(configuration, parsed.GetValue(seed), count, cancellation), parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    private static void Print(BenchReport report, bool isJson) => Console.Out.WriteLine(isJson ? JsonNode.Parse(report.ToJson())!.ToJsonString(Terminal.JsonOptions) : report.ToTable());
}
