using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using Vitrina.Cli;
using Vitrina.Engine;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Ranking;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Backtesting;

namespace Vitrina.Tests.Documents;

/// <summary>The first week of an adopter, run as the page tells it: foreign lists in, counter-lists, both qualities, winners and losers out.</summary>
public sealed class ShadowAdoptionTests
{
    private const int Items = 40;
    private const int Lists = 600;

    [Fact]
    public async Task Following_the_page_gives_counter_lists_the_ndcg_of_both_orders_and_winners_and_losers()
    {
        var root = Directory.CreateTempSubdirectory("vitrina-adoption-").FullName;
        try
        {
            var cancellation = TestContext.Current.CancellationToken;
            WriteShop(Path.Combine(root, "shop"));
            foreach (var block in Pages.BlocksOf(Pages.Of("docs/how-to/shadow-adoption.md")))
            {
                if (block.Label.StartsWith("yaml vertical", StringComparison.Ordinal))
                {
                    await File.WriteAllTextAsync(Path.Combine(root, "shop", block.Label.Split(' ')[^1]), block.Text, cancellation);
                }
                else if (block.Label == "bash")
                {
                    foreach (var command in Pages.CommandsIn(block.Text))
                    {
                        Assert.Equal(0, await RunAsync(command, root, cancellation));
                    }
                }
            }

            Assert.Contains("Winners", await File.ReadAllTextAsync(Path.Combine(root, "shop-report.html"), cancellation), StringComparison.Ordinal);
            Compare(new DataDirectory(Path.Combine(root, "shop-data")));
            await AskInShadowAsync(Path.Combine(root, "shop-data"), cancellation);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    // People click cheap tools; the shop shows them in any order, so the model must do better than the shop.
    private static void Compare(DataDirectory data)
    {
        var models = new ModelFolder(data.Models);
        var manifest = Assert.Single(models.List());
        using var journal = EngineAccess.OpenJournal(data);
        var verticals = EngineAccess.Verticals(data);
        var report = Backtest.Run(
            journal, verticals, data.Features, new Contender.Shown(), new Contender.Model(models.Load(manifest.Name, manifest.Version), verticals[0].FeatureNames),
            new BacktestOptions { Vertical = "tools", Surface = "search" }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(Verdict.Better, report.Difference.Verdict);
        Assert.InRange(report.Difference.Baseline, 0.3, 0.8);
        Assert.True(report.Difference.Candidate > report.Difference.Baseline + 0.1);
        Assert.Equal(5, report.Winners.Count);
        Assert.All(report.Winners, winner => Assert.Equal(winner.Baseline.Order(), winner.Candidate.Order()));
        Assert.NotEmpty(report.Losers);
        Assert.NotNull(models.FindEvaluation(manifest.Name, manifest.Version));
    }

    private static async Task AskInShadowAsync(string data, CancellationToken cancellationToken)
    {
        await using var runtime = EngineAccess.Start(data);
        string[] shown = ["t03", "t11", "t07", "t01", "t09"];
        var answer = await runtime.Ranking.RankAsync(new RankRequest { Vertical = "tools", Surface = "search", User = "u17", Query = "дрель", Items = shown, IsShadow = true }, cancellationToken);
        Assert.Equal(shown.Order(), answer.Sections[0].Items.Select(item => item.Id).Order());
        Assert.Equal([1, 2, 3, 4, 5], answer.Sections[0].Items.Select(item => item.ShownPosition).Order());
    }

    private static void WriteShop(string folder)
    {
        Directory.CreateDirectory(folder);
        var (items, lists, events) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
        for (var i = 0; i < Items; i++)
        {
            items.AppendLine(CultureInfo.InvariantCulture, $$"""{"id": "t{{i:00}}", "at": "2026-01-01T00:00:00Z", "attributes": {"title": "дрель {{i}}", "category": "дрели", "price": {{PriceOf(i)}} } }""");
        }

        var stream = RandomStream.For(9, "adoption");
        var start = new DateTimeOffset(2026, 1, 10, 9, 0, 0, TimeSpan.Zero);
        for (var list = 0; list < Lists; list++)
        {
            int[] shown = [.. Enumerable.Range(0, Items)];
            stream.Shuffle<int>(shown);
            var at = start.AddMinutes(10 * list);
            lists.AppendLine(CultureInfo.InvariantCulture, $$"""{"id": "l-{{list}}", "at": "{{at:O}}", "surface": "search", "user": "u{{list % 40}}", "query": "дрель", "items": [{{string.Join(", ", shown.Take(5).Select(item => $"\"t{item:00}\""))}}]}""");
            foreach (var item in shown.Take(5).Where(item => stream.NextBool(PriceOf(item) < 2000 ? 0.5 : 0.05)))
            {
                events.AppendLine(CultureInfo.InvariantCulture, $$"""{"id": "e-{{list}}-{{item}}", "type": "click", "occurredAt": "{{at.AddSeconds(20):O}}", "item": "t{{item:00}}", "user": "u{{list % 40}}", "rankingId": "l-{{list}}"}""");
            }
        }

        File.WriteAllText(Path.Combine(folder, "items.jsonl"), items.ToString());
        File.WriteAllText(Path.Combine(folder, "rankings.jsonl"), lists.ToString());
        File.WriteAllText(Path.Combine(folder, "events.jsonl"), events.ToString());
    }

    private static int PriceOf(int item) => 1000 + (item * 7 % Items * 100);

    private static Task<int> RunAsync(string command, string root, CancellationToken cancellationToken)
    {
        var words = CommandLineParser.SplitCommandLine(command).Skip(1).Select(word => word.StartsWith("shop", StringComparison.Ordinal) && word != "shown" ? Path.Combine(root, word) : word);
        return CommandTree.Create().Parse([.. words]).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, cancellationToken);
    }
}
