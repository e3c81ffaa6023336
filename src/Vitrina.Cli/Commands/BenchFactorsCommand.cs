using System.CommandLine;
using Vitrina.Cli.Benchmarks;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina bench factors</c>.</summary>
internal static class BenchFactorsCommand
{
    public static Command Create()
    {
        var (json, seed) = (EngineAccess.JsonOption(), BenchCommand.Seed());
        var dimensions = new Option<int>("--dimensions") { Description = "Factors of a row.", DefaultValueFactory = _ => 64 };
        var iterations = new Option<int>("--iterations") { Description = "Passes over users and items.", DefaultValueFactory = _ => 8 };
        var scale = new Option<double>("--scale") { Description = "Size of the drawn data: 1 is 50,000 users, 20,000 items, about 1.78 million interactions.", DefaultValueFactory = _ => 1 };
        var command = new Command("factors", "Factors by alternating least squares against numpy on the same interactions, one thread. Example: vitrina bench factors --scale 0.1 --json")
        {
            dimensions, iterations, scale, json, seed,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new FactorsRequest(
                Within("--dimensions", parsed.GetValue(dimensions), 1, 1024),
                Within("--iterations", parsed.GetValue(iterations), 1, 1000),
                parsed.GetValue(scale) is >= 0.001 and <= 100 and var asked ? asked : throw new UsageException("--scale: a number from 0.001 to 100"),
                parsed.GetValue(seed));
            BenchCommand.Print(await FactorsBenchmark.RunAsync(request, new Terminal(parsed.GetValue(json)), cancellation), parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    private static int Within(string option, int value, int least, int most)
        => value >= least && value <= most ? value : throw new UsageException($"{option}: {value} is not a number from {least} to {most}");
}
