using System.CommandLine;
using System.Globalization;
using Vitrina.Cli.Benchmarks;
using Vitrina.Learning;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina bench request</c>.</summary>
internal static class BenchRequestCommand
{
    public static Command Create()
    {
        var (json, seed) = (EngineAccess.JsonOption(), BenchCommand.Seed());
        var count = new Option<int>("--requests") { Description = "Measured requests per row.", DefaultValueFactory = _ => 2000 };
        var model = new Option<string>("--model") { Description = "What scores: auto, logistic or trees.", DefaultValueFactory = _ => "auto" };
        model.AcceptOnlyFromAmong("auto", "logistic", "trees");
        var items = new Option<string?>("--items") { Description = "Whole search requests over catalogues of so many items, separated by commas, instead of given candidates." };
        var command = new Command("request", "A whole request over 100, 300 and 500 given candidates, or over a catalogue's words. Example: vitrina bench request --items 10000,100000 --model trees --json")
        {
            items, model, count, json, seed,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var kind = Enum.Parse<RankerKind>(parsed.GetValue(model)!, ignoreCase: true);
            var requests = parsed.GetValue(count) is >= 1 and var asked ? asked : throw new UsageException("--requests: at least 1");
            var report = parsed.GetValue(items) is { } sizes
                ? await SearchRequestBenchmark.RunAsync(new SearchRequestOptions(Sizes(sizes), kind, requests, parsed.GetValue(seed)), new Terminal(parsed.GetValue(json)), cancellation)
                : await RequestBenchmark.RunAsync(parsed.GetValue(seed), requests, kind, cancellation);
            BenchCommand.Print(report, parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    private static int[] Sizes(string text)
        => [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size is >= 1000 and <= 10_000_000
            ? size
            : throw new UsageException($"--items: '{part}' is not a number of items from 1,000 to 10,000,000"))];
}
