using System.Globalization;
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

    // Trees of LightGBM over the text score and over how often an item was clicked when it was seen; the other way round they put the worst first.
    [Fact]
    public async Task A_foreign_model_is_judged_by_the_gates_on_the_latest_lists()
    {
        using var folder = new TemporaryFolder();
        var data = folder.At("data");
        (await CommandLine.RunAsync("import", await SmallWorld.HistoryAsync(), "--data", data, "--json")).Expect(0);
        var bad = (await ImportAsync(folder, data, -1)).Text("model");
        Assert.Matches(@"ndcg: ndcg@10 −\d\.\d{3} \[−\d\.\d{3}, −\d\.\d{3}\] against text", (await CommandLine.RunAsync("models", "publish", bad, "--data", data)).Expect(1).Errors);
        var good = await ImportAsync(folder, data, 1);
        Assert.True(good.GetProperty("new").GetBoolean());
        var published = (await CommandLine.RunAsync("models", "publish", good.Text("model"), "--data", data)).Expect(0);
        Assert.All(["ndcg", "calibration", "latency", "features"], gate => Assert.Matches($@"passes\s+{gate}", published.Output));
        var seen = new ModelFolder(new DataDirectory(data).Models).FindEvaluation(good.Text("model").Split('/')[0], good.Text("model").Split('/')[1])!;
        Assert.Equal(7, (seen.To - good.GetProperty("judgedFrom").GetDateTimeOffset()).TotalDays, 0.5);

        // A model whose data go to the end of the log has nothing to be judged on.
        var late = await ImportAsync(folder, data, 2, "--trained-until", "2999-01-01");
        Assert.Contains("evaluation", (await CommandLine.RunAsync("models", "publish", late.Text("model"), "--data", data)).Expect(1).Errors, StringComparison.Ordinal);
        (await CommandLine.RunAsync("models", "import", "--lightgbm", folder.At("model.txt"), "--trained-until", "soon", "--data", data)).Expect(2);
    }

    private static async Task<JsonElement> ImportAsync(TemporaryFolder folder, string data, int sign, params string[] more)
    {
        var file = folder.Write("model.txt", string.Join('\n', [
            "tree", "version=v4", "num_class=1", "num_tree_per_iteration=1", "label_index=0", "max_feature_idx=1", "objective=binary sigmoid:1",
            "feature_names=bm25 rate.click.view.item.28d", "feature_infos=[0:1] [0:1]", "tree_sizes=1 1", "",
            .. Tree(0, 0, [2, 4, 6, 8, 10, 12, 14, 16, 20], sign * 0.3), .. Tree(1, 1, [0.06, 0.08, 0.1, 0.12, 0.14, 0.17, 0.2], sign * 0.25), "end of trees", "",
        ]));
        return (await CommandLine.RunAsync(["models", "import", "--lightgbm", file, "--data", data, "--json", .. more])).Expect(0).Json();
    }

    // A staircase: one step up at each threshold.
    private static string[] Tree(int number, int feature, double[] thresholds, double step)
    {
        var (nodes, last) = (Enumerable.Range(0, thresholds.Length), thresholds.Length);
        return
        [
            $"Tree={number}", $"num_leaves={last + 1}", "num_cat=0", $"split_feature={Join(nodes.Select(_ => feature))}", $"split_gain={Join(nodes.Select(_ => 1))}", $"threshold={Join(thresholds)}",
            $"decision_type={Join(nodes.Select(_ => 2))}", $"left_child={Join(nodes.Select(node => ~node))}", $"right_child={Join(nodes.Select(node => node + 1 < last ? node + 1 : ~last))}",
            $"leaf_value={Join(Enumerable.Range(0, last + 1).Select(leaf => step * leaf))}", $"leaf_count={Join(Enumerable.Range(0, last + 1).Select(_ => 10))}", $"internal_count={Join(nodes.Select(node => 10 * (last + 1 - node)))}",
            "is_linear=0", "shrinkage=1", "", "",
        ];

        static string Join<T>(IEnumerable<T> values) => string.Join(' ', values.Select(value => string.Create(CultureInfo.InvariantCulture, $"{value}")));
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
