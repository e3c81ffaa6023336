using System.CommandLine;
using Vitrina.Cli.Benchmarks;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina bench rank</c>.</summary>
internal static class BenchRankCommand
{
    public static Command Create()
    {
        var (json, seed) = (EngineAccess.JsonOption(), BenchCommand.Seed());
        var files = new Option<string[]>("--svmlight")
        {
            Description = "Training, validation and test file: svmlight with qid:, or NAME.query beside; plain or gzip.",
            Required = true,
            Arity = new ArgumentArity(3, 3),
            AllowMultipleArgumentsPerToken = true,
        };
        var scores = new Option<string?>("--scores") { Description = "Writes one score per test line, of the row 'vitrina'." };
        var command = new Command("rank", "Learning to rank on svmlight files. Example: vitrina bench rank --svmlight train.txt vali.txt test.txt --scores scores.txt --json")
        {
            files, scores, json, seed,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var paths = parsed.GetValue(files)!;
            if (paths.FirstOrDefault(path => !File.Exists(path)) is { } missing)
            {
                throw new UsageException($"there is no file '{missing}'");
            }

            var request = new RankFilesRequest(paths[0], paths[1], paths[2], parsed.GetValue(scores), parsed.GetValue(seed));
            BenchCommand.Print(await RankBenchmark.RunAsync(request, new Terminal(parsed.GetValue(json)), cancellation), parsed.GetValue(json));
            return 0;
        });
        return command;
    }
}
