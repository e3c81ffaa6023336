using System.CommandLine;
using System.Globalization;
using Vitrina.Cli.Benchmarks;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina bench trees</c>.</summary>
internal static class BenchTreesCommand
{
    public static Command Create()
    {
        var (json, seed) = (EngineAccess.JsonOption(), BenchCommand.Seed());
        var dataset = new Option<string>("--dataset") { Description = "A folder with ltr_train_x.f32, ltr_train_y.f32, ltr_test_x.f32 and ltr_test_y.f32.", Required = true };
        var leaves = new Option<string>("--leaves") { Description = "Leaves per tree, separated by commas.", DefaultValueFactory = _ => "31,63" };
        var seeds = new Option<int>("--seeds") { Description = "Runs whose figures are averaged.", DefaultValueFactory = _ => 1 };
        var trees = new Option<int>("--trees") { Description = "Trees per model.", DefaultValueFactory = _ => 500 };
        var command = new Command("trees", "Own trees and peers trained in turn on the same lists, on one thread. Example: vitrina bench trees --dataset LTR --leaves 31 --seeds 3 --json")
        {
            dataset, leaves, seeds, trees, json, seed,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new TreesRequest(
                parsed.GetValue(dataset)!, Leaves(parsed.GetValue(leaves)!), AtLeastOne("--seeds", parsed.GetValue(seeds)), AtLeastOne("--trees", parsed.GetValue(trees)), parsed.GetValue(seed));
            BenchCommand.Print(await TreesBenchmark.RunAsync(request, new Terminal(parsed.GetValue(json)), cancellation), parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    private static int[] Leaves(string text)
        => [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 2 and <= 4096
            ? count
            : throw new UsageException($"--leaves: '{part}' is not a number of leaves from 2 to 4096"))];

    private static int AtLeastOne(string option, int value) => value >= 1 ? value : throw new UsageException($"{option}: {value} is not at least 1");
}
