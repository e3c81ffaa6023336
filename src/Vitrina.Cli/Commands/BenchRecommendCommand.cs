using System.CommandLine;
using Vitrina.Cli.Benchmarks;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina bench recommend</c>.</summary>
internal static class BenchRecommendCommand
{
    public static Command Create()
    {
        var (json, seed) = (EngineAccess.JsonOption(), BenchCommand.Seed());
        var dataset = new Option<string>("--dataset") { Description = "The data: a file or a folder, as the protocol reads it.", Required = true };
        var protocol = new Option<string>("--protocol")
        {
            Description = "leave-last-out (user item item …), train-test (a folder with train.txt and test.txt), sessions (item,item,…), groups (as leave-last-out, with attributes) or rating-kfold (MovieLens).",
            Required = true,
        };
        protocol.AcceptOnlyFromAmong([.. RecommendBenchmark.Protocols]);
        var run = new Option<string?>("--run") { Description = "Writes the lists of the row 'vitrina': gzip, query, candidate and score between tabs, best first. Of all groups, and of the 75/25 split, where a protocol has parts." };
        var refit = new Option<bool>("--refit") { Description = "With --run: the lists of the refit row; else those of the first row 'vitrina'." };
        var command = new Command("recommend", "What comes next for a person, by every method. Example: vitrina bench recommend --dataset s3rec_seq/Beauty.txt.gz --protocol leave-last-out --json")
        {
            dataset, protocol, run, refit, json, seed,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new RecommendRequest(parsed.GetValue(dataset)!, parsed.GetValue(protocol)!, parsed.GetValue(seed), parsed.GetValue(run), parsed.GetValue(refit));
            BenchCommand.Print(await RecommendBenchmark.RunAsync(request, new Terminal(parsed.GetValue(json)), cancellation), parsed.GetValue(json));
            return 0;
        });
        return command;
    }
}
