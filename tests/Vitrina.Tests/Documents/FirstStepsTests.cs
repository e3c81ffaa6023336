using System.CommandLine;
using System.CommandLine.Parsing;
using Vitrina.Cli;
using Vitrina.Engine.Ranking;

namespace Vitrina.Tests.Documents;

/// <summary>The first page that a newcomer follows, run as it stands.</summary>
public sealed class FirstStepsTests
{
    [Fact]
    public async Task Following_the_page_gives_the_lists_that_it_promises()
    {
        var root = Directory.CreateTempSubdirectory("vitrina-first-steps-").FullName;
        try
        {
            var cancellation = TestContext.Current.CancellationToken;
            Directory.CreateDirectory(Path.Combine(root, "shop"));
            foreach (var block in Pages.BlocksOf(Pages.Of("docs/how-to/first-steps.md")))
            {
                if (block.Label == "bash")
                {
                    foreach (var command in Pages.CommandsIn(block.Text))
                    {
                        Assert.Equal(0, await RunAsync(command, root, cancellation));
                    }
                }
                else
                {
                    await File.WriteAllTextAsync(Path.Combine(root, "shop", block.Label.Split(' ')[^1]), block.Text, cancellation);
                }
            }

            await using var runtime = EngineAccess.Start(Path.Combine(root, "shop-data"));
            Assert.Equal(["b3", "b4"], (await AskAsync(runtime.Ranking, "романы")).Order());
            Assert.Equal("b4", (await AskAsync(runtime.Ranking, null))[0]);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    // The page speaks of folders beside the reader; here they stand in a folder of the test.
    private static Task<int> RunAsync(string command, string root, CancellationToken cancellationToken)
    {
        var words = CommandLineParser.SplitCommandLine(command).Skip(1).Select(word => word.StartsWith("shop", StringComparison.Ordinal) ? Path.Combine(root, word) : word);
        return CommandTree.Create().Parse([.. words]).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, cancellationToken);
    }

    private static async Task<List<string>> AskAsync(Vitrina.Engine.RankingEngine engine, string? query)
    {
        var answer = await engine.RankAsync(new RankRequest { Vertical = "books", Surface = "search", Query = query }, TestContext.Current.CancellationToken);
        return [.. answer.Sections[0].Items.Select(item => item.Id)];
    }
}
