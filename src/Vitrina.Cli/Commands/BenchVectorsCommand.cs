using System.CommandLine;
using Vitrina.Cli.Benchmarks;
using Vitrina.Kernels.Vectors;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina bench vectors</c>.</summary>
internal static class BenchVectorsCommand
{
    public static Command Create()
    {
        var (json, seed) = (EngineAccess.JsonOption(), BenchCommand.Seed());
        var dataset = new Option<string>("--dataset") { Description = "A folder with vec_base.f32 and vec_query.f32, and vec_gt10.i32 with the ten nearest of each query by Euclidean distance; absent: found by a scan. Or listings.tsv with a column title: an encoder is learned from the titles, and queries are made from them.", Required = true };
        var dimension = new Option<int>("--dim") { Description = "Numbers in a vector.", DefaultValueFactory = _ => 96 };
        var titles = new Option<int>("--titles") { Description = "Most titles that are drawn of listings.", DefaultValueFactory = _ => 100_000 };
        var rounds = new Option<int>("--rounds") { Description = "Passes over the queries per row, own and peer in turn; the median counts.", DefaultValueFactory = _ => 7 };
        var command = new Command("vectors", "Nearest neighbours: recall and speed of the graph beside hnswlib, on one thread. Example: vitrina bench vectors --dataset VEC --json")
        {
            dataset, dimension, titles, rounds, json, seed,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new VectorsRequest(
                parsed.GetValue(dataset)!,
                parsed.GetValue(dimension) is >= 1 and <= VectorCheck.MaxDimension and var asked ? asked : throw new UsageException($"--dim: a number from 1 to {VectorCheck.MaxDimension}"),
                parsed.GetValue(titles) is >= 1 and var most ? most : throw new UsageException("--titles: a number of at least 1"),
                parsed.GetValue(rounds) is >= 1 and <= 1000 and var passes ? passes : throw new UsageException("--rounds: a number from 1 to 1000"),
                parsed.GetValue(seed));
            BenchCommand.Print(await VectorsBenchmark.RunAsync(request, new Terminal(parsed.GetValue(json)), cancellation), parsed.GetValue(json));
            return 0;
        });
        return command;
    }
}
