using System.Net;
using System.Text.Json.Nodes;
using Vitrina.Engine;
using Vitrina.Engine.Models.Linear;
using Vitrina.Engine.Models.Registry;
using Vitrina.JourneyTests.Running;

namespace Vitrina.JourneyTests;

/// <summary>Gates of a real installation stop bad models with their figures; rollback needs no restart; backtests run as jobs.</summary>
public class GateTests
{
    private static readonly TimeSpan JobWithin = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Worse_miscalibrated_and_feature_poor_models_are_refused_with_figures_and_what_serves_stays()
    {
        using var folder = new TemporaryFolder();
        var data = folder.At("data");
        var serving = await SmallWorld.CopyAsync(data);
        var models = new ModelFolder(new DataDirectory(data).Models);
        var (name, version) = (serving.Split('/')[0], serving.Split('/')[1]);
        var good = models.Load(name, version);
        await using var server = await VitrinaServer.StartAsync(data);

        Save(models, good, "worse", feature => feature with { Weight = -feature.Weight, MissingWeight = -feature.MissingWeight });
        await RefusedAsync(data, server.Api, $"{name}/worse", @"ndcg: ndcg@10 −\d\.\d{3} \[−\d\.\d{3}, −\d\.\d{3}\] against goods-search/\S+, allowed −0\.005");

        Save(models, good, "timid", feature => feature with { Weight = 0.05 * feature.Weight, MissingWeight = 0.05 * feature.MissingWeight });
        (await CommandLine.RunAsync("models", "evaluate", $"{name}/timid", "--calibration", "none", "--data", data)).Expect(0);
        await RefusedAsync(data, server.Api, $"{name}/timid", @"calibration: ece 0\.\d{4} on \d+ rows, allowed 0\.0300");

        Save(models, good, "poor", feature => feature, new LogisticFeature { Name = "sourceRank.text", Low = 0, High = 400, Weight = 1, MissingWeight = 0.2 });
        await RefusedAsync(data, server.Api, $"{name}/poor", @"features: 1 of \d+ used features are poor: sourceRank\.text missing in 1\.000 of rows");
        Assert.Equal(serving, (await server.Api.RankAsync(new JsonObject { ["query"] = "футболка" })).Text("model"));

        // The reason is on the record, and the way back is one command.
        (await CommandLine.RunAsync("models", "publish", $"{name}/worse", "--force", "a drill", "--data", data)).Expect(0);
        Assert.Equal($"{name}/worse", (await server.Api.RankAsync(new JsonObject { ["query"] = "футболка" })).Text("model"));
        (await CommandLine.RunAsync("models", "rollback", name, "--data", data)).Expect(0);
        Assert.Equal(serving, (await server.Api.RankAsync(new JsonObject { ["query"] = "футболка" })).Text("model"));
        Assert.Equal("a drill", models.Find(name, "worse")!.Publications![0].Reason);

        var job = (await server.Api.PostAsync("v1/jobs", new JsonObject { ["kind"] = "backtest", ["options"] = new JsonObject { ["baseline"] = serving, ["candidate"] = $"{name}/worse" } })).Expect(HttpStatusCode.Accepted);
        var ended = await Jobs.EndedAsync(server.Api, job.Text("id"), JobWithin);
        Assert.True(ended.Text("state") == "done", ended.GetRawText());
        Assert.Equal("worse", ended.GetProperty("result").GetProperty("difference").Text("verdict"));
    }

    private static void Save(ModelFolder models, LoadedModel good, string version, Func<LogisticFeature, LogisticFeature> change, params LogisticFeature[] more)
    {
        var model = (LogisticModel)good.Model;
        var changed = new LogisticModel(model.Intercept, [.. model.Features.Where(feature => more.All(other => other.Name != feature.Name)).Select(change), .. more]);
        models.Save(
            good.Manifest with
            {
                Id = $"{good.Manifest.Name}/{version}",
                Version = version,
                Stage = ModelStage.Candidate,
                Publications = null,
                Calibration = null,
                Features = [.. changed.Features.Select(feature => new ManifestFeature(feature.Name, "replayed", "a weight of its own"))],
            },
            changed);
    }

    private static async Task RefusedAsync(string data, ApiClient api, string model, string figure)
    {
        var refused = (await CommandLine.RunAsync("models", "publish", model, "--data", data)).Expect(1);
        Assert.Matches(figure, refused.Errors);

        // The command left an evaluation behind: the endpoint now knows the same.
        var problem = await api.PostAsync($"v1/models/{model}/publish", new JsonObject());
        Assert.Equal((HttpStatusCode.Conflict, "gate_failed"), (problem.Status, problem.Json.Text("code")));
        Assert.Matches(figure, problem.Json.Text("detail"));
        Assert.Contains(problem.Json.GetProperty("gates").EnumerateArray(), gate => !gate.GetProperty("isPassed").GetBoolean());
    }
}
