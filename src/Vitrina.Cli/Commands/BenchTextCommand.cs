using System.CommandLine;
using Vitrina.Cli.Benchmarks;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina bench text</c>.</summary>
internal static class BenchTextCommand
{
    public static Command Create()
    {
        var (json, seed) = (EngineAccess.JsonOption(), BenchCommand.Seed());
        var dataset = new Option<string>("--dataset") { Description = "A folder with titles.txt and queries.txt: a text a line, words separated by white space.", Required = true };
        var titles = new Option<int>("--titles") { Description = "Use so many titles, from the first.", DefaultValueFactory = _ => int.MaxValue };
        var repeats = new Option<int>("--repeats") { Description = "Measured passes over the queries; medians are printed.", DefaultValueFactory = _ => 5 };
        var writes = new Option<bool>("--writes") { Description = "Also search while another thread changes titles and publishes every 20 ms." };
        var command = new Command("text", "The ten best texts for each query, exactly, against Lucene 4.10 when it is installed; searching on one thread. Example: vitrina bench text --dataset TXT --json")
        {
            dataset, titles, repeats, writes, json, seed,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var request = new TextRequest(
                parsed.GetValue(dataset)!, AtLeastOne("--titles", parsed.GetValue(titles)), AtLeastOne("--repeats", parsed.GetValue(repeats)), parsed.GetValue(writes), parsed.GetValue(seed));
            BenchCommand.Print(TextBenchmark.Run(request, new Terminal(parsed.GetValue(json)), cancellation), parsed.GetValue(json));
            return Task.FromResult(0);
        });
        return command;
    }

    private static int AtLeastOne(string option, int value) => value >= 1 ? value : throw new UsageException($"{option}: {value} is not at least 1");
}
