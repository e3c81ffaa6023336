using System.CommandLine;
using Vitrina.Cli.Benchmarks;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina bench listings</c>.</summary>
internal static class BenchListingsCommand
{
    public static Command Create()
    {
        var (json, seed) = (EngineAccess.JsonOption(), BenchCommand.Seed());
        var dataset = new Option<string>("--dataset") { Description = "A folder with listings.tsv or listings.tsv.gz: columns product_id and title.", Required = true };
        var queries = new Option<int>("--queries") { Description = "Titles that are searched for.", DefaultValueFactory = _ => 1000 };
        var run = new Option<string?>("--run") { Description = "Writes the lists of the row 'vitrina': gzip TSV of query, product, score." };
        var command = new Command("listings", "Known-item search: titles with a typing mistake, a word too few, another order or layout. Example: vitrina bench listings --dataset ozon_listings --json")
        {
            dataset, queries, run, seed, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var count = parsed.GetValue(queries) is >= 1 and <= 1_000_000 and var asked ? asked : throw new UsageException("--queries: a number from 1 to 1,000,000");
            var request = new ListingsRequest(parsed.GetValue(dataset)!, count, parsed.GetValue(run), parsed.GetValue(seed));
            BenchCommand.Print(await ListingsBenchmark.RunAsync(request, new Terminal(parsed.GetValue(json)), cancellation), parsed.GetValue(json));
            return 0;
        });
        return command;
    }
}
