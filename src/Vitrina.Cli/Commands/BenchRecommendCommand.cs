using System.CommandLine;
using Vitrina.Cli.Benchmarks;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina bench recommend</c>.</summary>
internal static class BenchRecommendCommand
{
    /// <summary>The protocol that needs no data at all.</summary>
    internal const string GroupsOnline = "online";

    public static Command Create()
    {
        var (json, seed) = (EngineAccess.JsonOption(), BenchCommand.Seed());
        var dataset = new Option<string>("--dataset") { Description = "The data: a file or a folder, as the protocol reads it; needed without --world." };
        var protocol = new Option<string>("--protocol")
        {
            Description = "leave-last-out (user item item …), train-test (a folder with train.txt and test.txt), sessions (item,item,…), groups (as leave-last-out, with attributes) rating-kfold (MovieLens); with --world goods: groups or online.",
            Required = true,
        };
        protocol.AcceptOnlyFromAmong([.. RecommendBenchmark.Protocols, GroupsOnline]);
        var market = new GroupsMarketOptions();
        var run = new Option<string?>("--run") { Description = "Writes the lists of the row 'vitrina': gzip, query, candidate and score between tabs, best first. Of all groups, and of the 75/25 split, where a protocol has parts." };
        var refit = new Option<bool>("--refit") { Description = "With --run: the lists of the refit row; else those of the first row 'vitrina'." };
        var command = new Command("recommend", "What comes next for a person, by every method. Example: vitrina bench recommend --dataset s3rec_seq/Beauty.txt.gz --protocol leave-last-out --json")
        {
            dataset, protocol, run, refit, json, seed,
        };
        market.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (await market.RunAsync(parsed, parsed.GetValue(protocol)!, parsed.GetValue(seed), new Terminal(parsed.GetValue(json)), cancellation) is { } simulated)
            {
                BenchCommand.Print(simulated, parsed.GetValue(json));
                return 0;
            }

            _ = parsed.GetValue(dataset) ?? throw new UsageException("--dataset: give the data, or --world goods with the protocol groups or online");
            var request = new RecommendRequest(parsed.GetValue(dataset)!, parsed.GetValue(protocol)!, parsed.GetValue(seed), parsed.GetValue(run), parsed.GetValue(refit));
            BenchCommand.Print(await RecommendBenchmark.RunAsync(request, new Terminal(parsed.GetValue(json)), cancellation), parsed.GetValue(json));
            return 0;
        });
        return command;
    }
}
