using System.Text.Json;
using Vitrina.JourneyTests.Running;

namespace Vitrina.JourneyTests;

/// <summary>How the command line treats people and scripts.</summary>
public class MannersTests
{
    private static readonly TimeSpan WatchedWithin = TimeSpan.FromSeconds(10);

    /// <summary>Wrong usage: what was typed, and a word that the sentence must have.</summary>
    private static readonly (string[] Arguments, string Says)[] s_wrong =
    [
        ([], "--help"),
        (["simulat", "goods"], "simulate"),
        (["simulate", "shoes", "--report"], "goods"),
        (["simulate", "goods"], "--out"),
        (["simulate", "goods", "--report", "--end-date", "yesterday"], "--end-date"),
        (["simulate", "goods", "--report", "--scale", "-1"], "scale"),
        (["simulate", "goods", "--report", "--world-config", "nowhere.yaml"], "nowhere.yaml"),
        (["serve", "--clok", "driven"], "--clok"),
        (["serve", "--clock", "slow"], "driven"),
        (["import", "nowhere.jsonl"], "nowhere.jsonl"),
        (["status", "--data", "nowhere"], "nowhere"),
        (["check", "nowhere.yaml"], "nowhere.yaml"),
        (["train", "--data", "nowhere"], "nowhere"),
        (["train", "--label", "clik"], "click"),
        (["bench", "request", "--requests", "many"], "vitrina bench request --help"),
        (["models"], "--help"),
        (["demo", "--world-config", "nowhere.yaml"], "nowhere.yaml"),
    ];

    [Fact]
    public async Task Wrong_usage_ends_with_two_and_a_sentence_that_helps()
    {
        using var folder = new TemporaryFolder();
        foreach (var (arguments, says) in s_wrong)
        {
            var outcome = await InAsync(folder, arguments);
            RequireSentence(outcome, 2, says, string.Join(' ', arguments));
        }
    }

    [Fact]
    public async Task Unknown_names_are_answered_with_the_nearest_known_one()
    {
        using var folder = new TemporaryFolder();
        await SmallWorld.CopyAsync(folder.At("data"));
        foreach (var (arguments, says) in new (string[], string)[]
        {
            (["train", "--vertical", "gods"], "goods"),
            (["train", "--surface", "serch"], "search"),
            (["rank", "чайник", "--vertical", "gods"], "goods"),
            (["rank", "чайник", "--surface", "serch"], "search"),
            (["rank", "чайник", "--filter", "brnd=JBL"], "brand"),
            (["rank", "чайник", "--filter", "brand"], "attribute=value"),
            (["models", "show", "goods-search/0"], "goods-search/"),
        })
        {
            var outcome = await CommandLine.RunAsync([.. arguments, "--data", folder.At("data")]);
            RequireSentence(outcome, 2, says, string.Join(' ', arguments));
        }
    }

    private static void RequireSentence(Outcome outcome, int exitCode, string says, string typed)
    {
        Assert.True(outcome.ExitCode == exitCode, $"'{typed}': exit code {outcome.ExitCode}\n{outcome.Output}\n{outcome.Errors}");
        Assert.True(outcome.Errors.Contains(says, StringComparison.Ordinal), $"'{typed}' does not say '{says}':\n{outcome.Errors}");
        Assert.StartsWith("vitrina: ", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
    }

    private static Task<Outcome> InAsync(TemporaryFolder folder, params string[] arguments)
    {
        var start = CommandLine.Prepare(CommandLine.Binary, arguments);
        start.WorkingDirectory = folder.Root;
        return CommandLine.RunAsync(start);
    }

    [Fact]
    public async Task Every_command_helps_with_an_example()
    {
        var root = await CommandLine.RunAsync("--help");
        Assert.Equal(0, root.ExitCode);
        await HelpAsync([], CommandsIn(root.Output));
    }

    private static async Task HelpAsync(string[] path, List<string> commands)
    {
        Assert.NotEmpty(commands);
        foreach (var command in commands)
        {
            string[] whole = [.. path, command];
            var help = (await CommandLine.RunAsync([.. whole, "--help"])).Expect(0).Output;
            var below = CommandsIn(help);
            if (below.Count > 0)
            {
                await HelpAsync(whole, below);
                continue;
            }

            Assert.True(help.Contains($"Example: vitrina {string.Join(' ', whole)}", StringComparison.Ordinal), $"{string.Join(' ', whole)} --help shows no example:\n{help}");
        }
    }

    // The first word of each indented line under "Commands:".
    private static List<string> CommandsIn(string help) =>
        [.. help.Split('\n').SkipWhile(line => !line.StartsWith("Commands:", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal))
            .Where(line => line.Length > 2 && line[2] != ' ').Select(line => line.Trim().Split(' ')[0])];

    [Fact]
    public async Task Json_output_is_exactly_one_document()
    {
        using var folder = new TemporaryFolder();
        var model = await SmallWorld.CopyAsync(folder.At("data"));
        foreach (var arguments in new string[][]
        {
            ["status"], ["check"], ["models", "list"], ["rank", "футболка", "--user", "u000001", "--explain"], ["train"], ["import", await SmallWorld.HistoryAsync()],
        })
        {
            var outcome = (await CommandLine.RunAsync([.. arguments, "--data", folder.At("data"), "--json"])).Expect(0);
            Assert.True(outcome.Json().ValueKind is JsonValueKind.Object or JsonValueKind.Array, string.Join(' ', arguments));
            Assert.True(outcome.Errors.Length == 0, $"{string.Join(' ', arguments)}: {outcome.Errors}");
        }

        var shown = (await CommandLine.RunAsync("models", "show", model, "--data", folder.At("data"))).Expect(0);
        Assert.Equal(model, $"{shown.Json().Text("name")}/{shown.Json().Text("version")}");
        (await CommandLine.RunAsync("simulate", "goods", "--scale", "0.05", "--report", "--json")).Expect(0).Json();
        (await CommandLine.RunAsync("bench", "request", "--requests", "20", "--json")).Expect(0).Json();
    }

    [Fact]
    public async Task A_broken_vertical_is_named_by_file_line_and_field_and_never_replaces_a_good_one()
    {
        using var folder = new TemporaryFolder();
        var data = folder.At("data");
        await SmallWorld.CopyAsync(data);
        var file = Path.Combine(data, "verticals", "goods.yaml");
        var good = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        var lines = good.Split('\n').ToList();
        var line = lines.FindIndex(text => text.Contains("sellerCap", StringComparison.Ordinal));
        lines[line] = lines[line].Replace("sellerCap", "selerCap", StringComparison.Ordinal);
        var broken = string.Join('\n', lines);

        var check = (await CommandLine.RunAsync("check", folder.Write("broken.yaml", broken))).Expect(1);
        Assert.Contains($"broken.yaml:{line + 1}:", check.Errors, StringComparison.Ordinal);
        Assert.Contains("sellerCap", check.Errors, StringComparison.Ordinal);

        await using var server = await VitrinaServer.StartAsync(data);
        var before = await server.Api.RankAsync(new() { ["query"] = "футболка" });
        await File.WriteAllTextAsync(file, broken, TestContext.Current.CancellationToken);
        var named = await Eventually.GetAsync("the broken file in the status", WatchedWithin, async () =>
            (await server.Api.StatusAsync()).GetProperty("verticalErrors").EnumerateArray().Select(error => error.GetString()).FirstOrDefault());
        Assert.Contains($"goods.yaml:{line + 1}:", named, StringComparison.Ordinal);
        var during = await server.Api.RankAsync(new() { ["query"] = "футболка" });
        Assert.Equal(before.Text("model"), during.Text("model"));

        // Put right and changed: the new one serves without a restart.
        await File.WriteAllTextAsync(file, good.Replace("size: 20", "size: 7", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await Eventually.IsAsync("the mended file", WatchedWithin, async () => (await server.Api.RankAsync(new() { ["query"] = "футболка" })).Items().Count == 7);
        Assert.Empty((await server.Api.StatusAsync()).GetProperty("verticalErrors").EnumerateArray());
    }
}
