using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Vitrina.Cli.Matching;
using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Language;
using Vitrina.Kernels.Files;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina offers match</c>: finds the same product from other sellers by type and title.</summary>
internal static class OffersMatchCommand
{
    private sealed record Given(string? Listings, string Data, string Vertical, string? Output, string? Sample, int Pairs, ulong Seed);

    public static Command Create()
    {
        var (data, json, seed) = (EngineAccess.DataOption(), EngineAccess.JsonOption(), BenchCommand.Seed());
        var listings = new Option<string?>("--listings") { Description = "A folder with listings.tsv.gz of category pages; absent: the items of the data directory." };
        var vertical = new Option<string>("--vertical") { Description = "The vertical.", DefaultValueFactory = _ => "goods" };
        var output = new Option<string?>("--out") { Description = "Write the groups to this file: item, group (the id of its first item), tab separated." };
        var sample = new Option<string?>("--sample") { Description = "Write pairs to be judged by a person to this file, drawn by similarity, tab separated." };
        var pairs = new Option<int>("--pairs") { Description = "With --sample: how many pairs.", DefaultValueFactory = _ => 300 };
        var command = new Command("match", "Find the same product from other sellers by type and title. Example: vitrina offers match --listings ozon_listings --out groups.tsv")
        {
            listings, data, vertical, output, sample, pairs, seed, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var count = parsed.GetValue(pairs) is >= 1 and <= 100_000 and var asked ? asked : throw new UsageException("--pairs: a number from 1 to 100,000");
            var given = new Given(
                parsed.GetValue(listings), parsed.GetValue(data)!, parsed.GetValue(vertical)!, parsed.GetValue(output), parsed.GetValue(sample), count, parsed.GetValue(seed));
            return RunAsync(given, new Terminal(parsed.GetValue(json)), cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(Given given, Terminal terminal, CancellationToken cancellationToken)
    {
        var input = await terminal.RunAsync("Reading items", _ => Task.Run(
            () => given.Listings is { } folder ? MatchInput.OfListings(folder) : MatchInput.OfData(new DataDirectory(Path.GetFullPath(given.Data)), given.Vertical), cancellationToken));
        var started = TimeProvider.System.GetTimestamp();
        var groups = await terminal.RunAsync("Matching", _ => Task.Run(() => new ProductMatcher(new TextAnalyzer(input.Languages)).Match(input.Items), cancellationToken));
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        if (given.Output is { } output)
        {
            Write(output, "item\tgroup", Enumerable.Range(0, groups.Length).Where(item => groups[item] >= 0).Select(item => $"{input.Ids[item]}\t{input.Ids[groups[item]]}"));
        }

        if (given.Sample is { } sample)
        {
            var drawn = PairSample.Draw(input.Items, groups, given.Pairs, given.Seed);
            Write(sample, "stratum\tfirst\tsecond\tfirst_title\tsecond_title", drawn.Select(pair =>
                $"{pair.Stratum}\t{input.Ids[pair.First]}\t{input.Ids[pair.Second]}\t{OneLine(input.Items[pair.First].Title)}\t{OneLine(input.Items[pair.Second].Title)}"));
        }

        var grouped = groups.Count(group => group >= 0);
        var groupCount = groups.Where(group => group >= 0).Distinct().Count();
        terminal.Result(
            new JsonObject { ["items"] = groups.Length, ["groups"] = groupCount, ["groupedItems"] = grouped, ["seconds"] = seconds, ["out"] = given.Output, ["sample"] = given.Sample },
            () => terminal.Say(string.Create(
                CultureInfo.InvariantCulture, $"{groups.Length:N0} items: {groupCount:N0} groups hold {grouped:N0} of them ({(double)grouped / Math.Max(1, groups.Length):P1}), {seconds:F1} s")));
        return 0;
    }

    private static void Write(string path, string header, IEnumerable<string> lines)
    {
        var text = new StringBuilder(header).Append('\n');
        foreach (var line in lines)
        {
            text.Append(line).Append('\n');
        }

        AtomicFile.WriteAllText(path, text.ToString());
    }

    private static string OneLine(string text) => text.Replace('\t', ' ').Replace('\n', ' ').Replace('\r', ' ');
}
