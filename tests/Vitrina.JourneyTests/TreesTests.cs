using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrina.Engine;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Models.Trees;
using Vitrina.JourneyTests.Running;

namespace Vitrina.JourneyTests;

/// <summary>Trees go the whole way: learned, let through the gates, served with explanations, the same after a power cut.</summary>
public class TreesTests
{
    private const double RoundingOfSums = 1e-4;

    [Fact]
    public async Task Trees_pass_the_gates_serve_with_explanations_that_add_up_and_answer_the_same_after_a_power_cut()
    {
        using var folder = new TemporaryFolder();
        var data = folder.At("data");
        (await CommandLine.RunAsync("import", await SmallWorld.HistoryAsync(), "--data", data, "--json")).Expect(0);
        var model = (await CommandLine.RunAsync("train", "--data", data, "--model", "trees", "--trees", "60", "--leaves", "15", "--json")).Expect(0).Json().Text("model");
        Assert.IsType<TreeModel>(new ModelFolder(new DataDirectory(data).Models).Load(model.Split('/')[0], model.Split('/')[1]).Model);
        var published = (await CommandLine.RunAsync("models", "publish", model, "--data", data)).Expect(0);
        Assert.All(["ndcg", "calibration", "latency", "features"], gate => Assert.Matches($@"passes\s+{gate}", published.Output));

        // A driven clock stands still between events, so nothing but the kill lies between the two answers.
        JsonElement before;
        await using (var server = await VitrinaServer.StartAsync(data, "--clock", "driven"))
        {
            before = await server.Api.RankAsync(Question());
            server.Kill();
        }

        Assert.Equal(model, before.Text("model"));
        Assert.Equal(10, before.Items().Count);
        Assert.All(before.Items(), RequireSum);

        await using var again = await VitrinaServer.StartAsync(data, "--clock", "driven");
        var after = await again.Api.RankAsync(Question());
        Assert.Equal(model, after.Text("model"));
        Assert.Equal(before.Items().Select(Seen), after.Items().Select(Seen));
    }

    private static JsonObject Question() => new() { ["user"] = "u000007", ["query"] = "футболка", ["size"] = 10, ["seed"] = 7, ["explain"] = true };

    private static void RequireSum(JsonElement item)
    {
        var explanation = item.GetProperty("explanation");
        double[] parts = [.. explanation.GetProperty("details").EnumerateArray().Select(detail => detail.GetProperty("value").GetDouble())];
        Assert.True(parts.Count(part => part != 0) > 2, "trees of 15 leaves say more than one thing");
        Assert.Equal(explanation.GetProperty("value").GetDouble(), parts.Sum(), RoundingOfSums);
        Assert.Equal(explanation.GetProperty("value").GetDouble(), item.GetProperty("score").GetDouble(), RoundingOfSums);
    }

    private static (string Id, double Score, string Explanation) Seen(JsonElement item) => (item.Text("id"), item.GetProperty("score").GetDouble(), item.GetProperty("explanation").GetRawText());
}
