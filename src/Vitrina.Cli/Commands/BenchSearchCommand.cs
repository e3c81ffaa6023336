using System.CommandLine;
using Vitrina.Cli.Benchmarks.Search;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina bench search</c>.</summary>
internal static class BenchSearchCommand
{
    public static Command Create()
    {
        var (json, seed) = (EngineAccess.JsonOption(), BenchCommand.Seed());
        var dataset = new Option<string>("--dataset")
        {
            Description = "A folder with graded queries: a table of query, docid, rating beside JSON lists of products, or of id, query, product_title, relevance.",
            Required = true,
        };
        var run = new Option<string?>("--run") { Description = "Writes the judged documents in the order of the row 'vitrina': gzip, a line 'query<tab>candidate<tab>score', best first." };
        var vertical = new Option<string?>("--vertical") { Description = "A vertical's file with the features to learn from, named 'judged'; absent: the shipped one, docs/how-to/verticals/search-judgements.yaml." };
        var command = new Command("search", "Order of search results against graded judgements, by cross-validation over queries. Example: vitrina bench search --dataset chorus --json")
        {
            dataset, vertical, json, seed, run,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new SearchBenchRequest(parsed.GetValue(dataset)!, parsed.GetValue(vertical), parsed.GetValue(run), parsed.GetValue(seed));
            BenchCommand.Print(await SearchBenchmark.RunAsync(request, new Terminal(parsed.GetValue(json)), cancellation), parsed.GetValue(json));
            return 0;
        });
        return command;
    }
}
