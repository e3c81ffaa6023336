using System.Text.Json;
using Vitrina.JourneyTests.Running;

namespace Vitrina.JourneyTests;

public class DemoTests
{
    // The first run on an idle two-core machine takes about a minute; a loaded one gets more.
    private const double LongestSeconds = 240;
    private const int SecondsDigits = 1;

    [Fact]
    public async Task Demo_beats_its_baselines_on_planted_truth_and_replaces_only_its_own_folder()
    {
        using var folder = new TemporaryFolder();
        var data = folder.At("demo");
        var first = (await CommandLine.RunAsync("demo", "--once", "--json", "--data", data)).Expect(0);
        var document = first.Json();
        RequireContract(document);
        var vitrina = Row(document, "vitrina");
        Figures.Print($"demo: {Math.Round(first.Seconds, SecondsDigits)} s, ndcg@10 {vitrina.GetProperty("ndcg@10"):0.0000}, true_ndcg@10 {vitrina.GetProperty("true_ndcg@10"):0.0000}, seconds {document.GetProperty("seconds").GetRawText().ReplaceLineEndings("")}");
        foreach (var baseline in new[] { "popularity", "text" })
        {
            var difference = vitrina.GetProperty($"ndcg@10_diff_{baseline}");
            Assert.True(difference[0].GetDouble() > 0, $"{baseline}: {difference.GetRawText()}");
            Assert.True(vitrina.GetProperty("true_ndcg@10").GetDouble() > Row(document, baseline).GetProperty("true_ndcg@10").GetDouble(), baseline);
        }

        Assert.True(Row(document, "random").GetProperty("true_ndcg@10").GetDouble() < vitrina.GetProperty("true_ndcg@10").GetDouble());
        Assert.InRange(first.Seconds, 0, LongestSeconds);

        // A second run takes the place of the first, whatever it left.
        File.WriteAllText(Path.Combine(data, "left-over"), "of the first run");
        var second = (await CommandLine.RunAsync("demo", "--once", "--json", "--data", data, "--scale", "0.1", "--seed", "9")).Expect(0);
        RequireContract(second.Json());
        Assert.False(File.Exists(Path.Combine(data, "left-over")));
        Assert.True((await Status(data)).Number("items") < 1000);
    }

    [Fact]
    public async Task Demo_refuses_a_folder_that_it_did_not_make()
    {
        using var folder = new TemporaryFolder();
        var precious = folder.Write("precious/thesis.txt", "three years of work");
        var outcome = (await CommandLine.RunAsync("demo", "--once", "--json", "--data", folder.At("precious"))).Expect(2);
        Assert.Contains("--data", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal("three years of work", await File.ReadAllTextAsync(precious, TestContext.Current.CancellationToken));
    }

    private static async Task<JsonElement> Status(string data) => (await CommandLine.RunAsync("status", "--data", data, "--json")).Expect(0).Json();

    private static void RequireContract(JsonElement document)
    {
        Assert.Equal("demo", document.Text("bench"));
        foreach (var name in new[] { "dataset", "protocol", "seed", "machine", "model" })
        {
            Assert.NotEqual(JsonValueKind.Undefined, document.GetProperty(name).ValueKind);
        }

        foreach (var method in new[] { "random", "popularity", "text", "vitrina" })
        {
            var row = Row(document, method);
            foreach (var metric in new[] { "ndcg@10", "true_ndcg@10" })
            {
                var (value, low, high) = (row.GetProperty(metric).GetDouble(), row.GetProperty(metric + "_lo").GetDouble(), row.GetProperty(metric + "_hi").GetDouble());
                Assert.InRange(value, low, high);
                Assert.InRange(value, 0, 1);
            }
        }

        foreach (var request in document.GetProperty("requests").EnumerateArray())
        {
            Assert.True(request.Number("items") > 0);
        }

        // Items are ranked by the model of the report, groups by one of their own.
        string[] models = [.. document.GetProperty("requests").EnumerateArray().Select(request => request.Text("model"))];
        Assert.Equal(models.Length - 1, models.Count(model => model == document.Text("model")));
        Assert.StartsWith("goods-groups/", models[^1], StringComparison.Ordinal);
    }

    private static JsonElement Row(JsonElement document, string method) =>
        document.GetProperty("rows").EnumerateArray().Single(row => row.Text("method") == method);
}
